/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/*
 * A DEFLATE decoder written from RFC 1951: slow, strict, and it tells what the
 * stream is made of and what exactly is wrong with it.
 */

#include "conf_ref.h"
#include "ref_tables.h"

#define MAX_BITS	15

struct walker {
	const uint8_t *in;
	size_t nb_bits;
	size_t pos;		/* in bits */
	uint8_t *out;
	size_t room;
	size_t history;
	struct conf_walk *w;
	enum conf_walk_end err;	/* CONF_WALK_FINAL: none */
};

/* Canonical code: how many there are of each length, and the symbols in order. */
struct code {
	uint16_t count[MAX_BITS + 1];
	uint16_t symbol[288];
};

static void
fail(struct walker *s, enum conf_walk_end err)
{
	if (s->err == CONF_WALK_FINAL)
		s->err = err;
}

static uint32_t
bits(struct walker *s, unsigned int n)
{
	uint32_t v = 0;

	if (s->nb_bits - s->pos < n) {
		fail(s, CONF_WALK_TRUNCATED);
		s->pos = s->nb_bits;
		return 0;
	}
	for (unsigned int i = 0; i < n; i++, s->pos++)
		v |= (uint32_t)(s->in[s->pos / 8] >> s->pos % 8 & 1) << i;
	return v;
}

/* Unused codes that are left over: negative if over-subscribed. */
static int
code_build(struct code *c, const uint8_t *lens, unsigned int n)
{
	uint16_t offs[MAX_BITS + 2] = { 0 };
	int left = 1;

	memset(c, 0, sizeof(*c));
	for (unsigned int i = 0; i < n; i++)
		c->count[lens[i]]++;
	c->count[0] = 0;
	for (unsigned int len = 1; len <= MAX_BITS; len++) {
		left = left * 2 - c->count[len];
		if (left < 0)
			return left;
		offs[len + 1] = offs[len] + c->count[len];
	}
	for (unsigned int i = 0; i < n; i++)
		if (lens[i] != 0)
			c->symbol[offs[lens[i]]++] = i;
	return left;
}

static unsigned int
decode(struct walker *s, const struct code *c)
{
	unsigned int code = 0, first = 0, index = 0;

	for (unsigned int len = 1; len <= MAX_BITS && s->err == CONF_WALK_FINAL; len++) {
		unsigned int count = c->count[len];

		code |= bits(s, 1);
		if (code < first + count)
			return c->symbol[index + code - first];
		index += count;
		first = (first + count) * 2;
		code *= 2;
	}
	/* nothing but the code 0, or not even that: the other bit means nothing */
	fail(s, index == 0 || c->count[1] == index ? CONF_WALK_LONE_SYMBOL :
	     CONF_WALK_BAD_SYMBOL);
	return 0;
}

static void
emit(struct walker *s, uint8_t byte)
{
	if (s->w->out_len == s->room)
		fail(s, CONF_WALK_NO_ROOM);
	else
		s->out[s->w->out_len++] = byte;
}

static void
match(struct walker *s, unsigned int sym, const struct code *dists)
{
	uint32_t len, dist;

	if (sym > 285) {
		fail(s, CONF_WALK_RESERVED_LEN);
		return;
	}
	len = ref_len_base[sym - 257] + bits(s, ref_len_extra[sym - 257]);
	sym = decode(s, dists);
	if (sym > 29) {
		fail(s, CONF_WALK_RESERVED_DIST);
		return;
	}
	dist = ref_dist_base[sym] + bits(s, ref_dist_extra[sym]);
	if (s->err != CONF_WALK_FINAL)
		return;
	if (dist > s->w->out_len + s->history) {
		fail(s, CONF_WALK_TOO_FAR);
		return;
	}
	s->w->max_dist = RTE_MAX(s->w->max_dist, dist);
	for (uint32_t i = 0; i < len; i++)
		emit(s, *(s->out + s->w->out_len - dist));
}

static void
symbols(struct walker *s, const struct code *lits, const struct code *dists)
{
	while (s->err == CONF_WALK_FINAL) {
		unsigned int sym = decode(s, lits);

		if (s->err != CONF_WALK_FINAL || sym == 256)
			return;
		if (sym < 256)
			emit(s, sym);
		else
			match(s, sym, dists);
	}
}

static void
stored(struct walker *s)
{
	uint32_t len, inverse;

	s->pos = (s->pos + 7) / 8 * 8;
	len = bits(s, 16);
	inverse = bits(s, 16);
	if (s->err == CONF_WALK_FINAL && len != (inverse ^ 0xffff))
		fail(s, CONF_WALK_BAD_STORED);
	for (uint32_t i = 0; i < len && s->err == CONF_WALK_FINAL; i++) {
		uint8_t byte = bits(s, 8);

		if (s->err == CONF_WALK_FINAL)
			emit(s, byte);
	}
}

static void
fixed(struct walker *s)
{
	static const struct { uint16_t from, to; uint8_t len; } ranges[] = {
		{ 0, 144, 8 }, { 144, 256, 9 }, { 256, 280, 7 }, { 280, 288, 8 },
	};
	struct code lits, dists;
	uint8_t lens[288];

	for (unsigned int r = 0; r < RTE_DIM(ranges); r++)
		memset(lens + ranges[r].from, ranges[r].len, ranges[r].to - ranges[r].from);
	code_build(&lits, lens, 288);
	memset(lens, 5, 32);
	code_build(&dists, lens, 32);
	symbols(s, &lits, &dists);
}

/* One code length or a run of them; false at the end. */
static bool
code_length(struct walker *s, const struct code *pre, uint8_t *lens, unsigned int *i,
	    unsigned int n)
{
	unsigned int sym = decode(s, pre), count = 1;
	uint8_t len = sym;

	if (sym == 16) {
		if (*i == 0)
			fail(s, CONF_WALK_BAD_REPEAT);
		else
			len = lens[*i - 1];
		count = 3 + bits(s, 2);
	} else if (sym > 16) {
		len = 0;
		count = sym == 17 ? 3 + bits(s, 3) : 11 + bits(s, 7);
	}
	if (s->err == CONF_WALK_FINAL && *i + count > n)
		fail(s, CONF_WALK_LONG_REPEAT);
	if (s->err != CONF_WALK_FINAL)
		return false;
	memset(lens + *i, len, count);
	*i += count;
	return *i < n;
}

static void
dynamic(struct walker *s)
{
	unsigned int nlit = bits(s, 5) + 257, ndist = bits(s, 5) + 1, npre = bits(s, 4) + 4;
	uint8_t lens[288 + 32] = { 0 };
	struct code lits, dists;
	unsigned int i;
	int left;

	if (nlit > 286 || ndist > 30)
		fail(s, CONF_WALK_BAD_COUNTS);
	for (i = 0; i < npre && s->err == CONF_WALK_FINAL; i++)
		lens[ref_pre_order[i]] = bits(s, 3);
	if (s->err != CONF_WALK_FINAL)
		return;
	if (code_build(&lits, lens, 19) != 0) {
		fail(s, CONF_WALK_BAD_CODE);
		return;
	}
	memset(lens, 0, 19);
	i = 0;
	while (code_length(s, &lits, lens, &i, nlit + ndist))
		;
	if (s->err != CONF_WALK_FINAL)
		return;
	if (lens[256] == 0)
		fail(s, CONF_WALK_NO_EOB);
	/* a single code of one bit is the only one that may be incomplete */
	left = code_build(&lits, lens, nlit);
	if (left < 0 || (left > 0 && lits.count[1] != nlit - ref_zeros(lens, nlit)))
		fail(s, CONF_WALK_BAD_CODE);
	left = code_build(&dists, lens + nlit, ndist);
	if (left < 0 || (left > 0 && dists.count[1] != ndist - ref_zeros(lens + nlit, ndist)))
		fail(s, CONF_WALK_BAD_CODE);
	symbols(s, &lits, &dists);
}

/* False after the final block, or if something is wrong. */
static bool
block(struct walker *s)
{
	bool final = bits(s, 1);
	unsigned int type = bits(s, 2);

	if (s->err != CONF_WALK_FINAL)
		return false;
	if (type == 3) {
		fail(s, CONF_WALK_BAD_TYPE);
		return false;
	}
	s->w->blocks |= 1u << type;
	if (type == 0)
		stored(s);
	else if (type == 1)
		fixed(s);
	else
		dynamic(s);
	return !final && s->err == CONF_WALK_FINAL;
}

void
conf_walk(const uint8_t *in, size_t len, uint8_t *out, size_t room, size_t history,
	  struct conf_walk *w)
{
	struct walker s = {
		.in = in, .nb_bits = len * 8, .out = out, .room = room, .history = history,
		.w = w,
	};

	memset(w, 0, sizeof(*w));
	do {
		if (s.pos == s.nb_bits) {
			fail(&s, len == 0 ? CONF_WALK_TRUNCATED : CONF_WALK_OPEN);
			break;
		}
	} while (block(&s));
	w->end = s.err;
	w->bits = s.pos;
}

const char *
conf_walk_name(enum conf_walk_end end)
{
	static const char *const names[] = {
		[CONF_WALK_FINAL] = "ends with a final block",
		[CONF_WALK_OPEN] = "ends without a final block",
		[CONF_WALK_TRUNCATED] = "ends within a block",
		[CONF_WALK_BAD_TYPE] = "block type 3",
		[CONF_WALK_BAD_STORED] = "stored lengths that differ",
		[CONF_WALK_BAD_COUNTS] = "too many code lengths",
		[CONF_WALK_BAD_CODE] = "over-subscribed or incomplete code",
		[CONF_WALK_BAD_REPEAT] = "repeat of no length",
		[CONF_WALK_LONG_REPEAT] = "repeat beyond the last length",
		[CONF_WALK_NO_EOB] = "no end-of-block code",
		[CONF_WALK_BAD_SYMBOL] = "bits that are no code",
		[CONF_WALK_LONE_SYMBOL] = "the other bit of a code of one or none",
		[CONF_WALK_RESERVED_LEN] = "reserved length symbol",
		[CONF_WALK_RESERVED_DIST] = "reserved distance symbol",
		[CONF_WALK_TOO_FAR] = "distance before the first byte",
		[CONF_WALK_NO_ROOM] = "more output than expected",
	};

	return names[end];
}

bool
conf_walk_tolerable(enum conf_walk_end end)
{
	return end == CONF_WALK_RESERVED_LEN || end == CONF_WALK_RESERVED_DIST ||
		end == CONF_WALK_LONG_REPEAT || end == CONF_WALK_BAD_COUNTS ||
		end == CONF_WALK_LONE_SYMBOL;
}
