/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/*
 * Valid DEFLATE streams such as no compressor writes: any mix of blocks, empty ones,
 * random complete codes up to 15 bits, unused symbols, every way to write lengths.
 */

#include "ref_synth.h"
#include "ref_tables.h"

#define MAX_BLOCKS	200u

void
synth_bits(struct synth *s, uint32_t v, unsigned int n)
{
	s->acc |= (uint64_t)v << s->nb_acc;
	s->nb_acc += n;
	for (; s->nb_acc >= 8; s->nb_acc -= 8, s->acc >>= 8) {
		if (s->in_len == s->in_cap) {
			s->in_cap = s->in_cap * 2 + 256;
			s->in = realloc(s->in, s->in_cap);
			if (s->in == NULL)
				rte_panic("no memory\n");
		}
		s->in[s->in_len++] = (uint8_t)s->acc;
	}
}

/* The bits that are left over are nobody's: any will do. */
void
synth_align(struct synth *s)
{
	unsigned int pad = (8 - s->nb_acc) % 8;

	synth_bits(s, conf_rng_below(&s->rng, 1u << pad), pad);
}

/* RFC 1951, 3.2.2 */
void
synth_assign(struct synth_code *c, unsigned int n)
{
	uint32_t next = 0;

	c->nb_used = 0;
	for (unsigned int len = 1; len <= 15; len++, next <<= 1) {
		for (unsigned int sym = 0; sym < n; sym++) {
			uint16_t code = 0;

			if (c->len[sym] != len)
				continue;
			for (unsigned int i = 0; i < len; i++)
				code |= (next >> i & 1) << (len - 1 - i);
			next++;
			c->code[sym] = code;
			c->used[c->nb_used++] = sym;
		}
	}
}

void
synth_symbol(struct synth *s, const struct synth_code *c, unsigned int sym)
{
	synth_bits(s, c->code[sym], c->len[sym]);
}

void
synth_fixed_codes(struct synth_code *lits, struct synth_code *dists)
{
	for (unsigned int sym = 0; sym < 288; sym++)
		lits->len[sym] = sym < 144 ? 8 : sym < 256 ? 9 : sym < 280 ? 7 : 8;
	memset(dists, 0, sizeof(*dists));
	memset(dists->len, 5, 32);
	synth_assign(lits, 288);
	synth_assign(dists, 32);
}

/* Lengths of a complete code for so many symbols: split leaves of a tree. */
static void
random_lengths(struct conf_rng *rng, uint8_t *lens, unsigned int n, unsigned int max)
{
	bool deep = conf_rng_percent(rng, 50);
	unsigned int have = 1;

	lens[0] = 0;
	while (have < n) {
		unsigned int i = deep ? have - 1 : conf_rng_below(rng, have);

		for (unsigned int try = 0; lens[i] >= max && try < have; try++)
			i = (i + 1) % have;
		lens[have++] = ++lens[i];
	}
	if (n == 1)
		lens[0] = 1;
}

/* Give codes to some symbols of [from, to), the forced one among them. */
static void
random_code(struct synth *s, struct synth_code *c, unsigned int n, unsigned int force,
	    unsigned int limit, unsigned int percent)
{
	uint8_t lens[288];
	unsigned int nb = 0, order[288];

	memset(c, 0, sizeof(*c));
	for (unsigned int sym = 0; sym < n; sym++)
		if (sym == force || (sym < limit && conf_rng_percent(&s->rng, percent)))
			order[nb++] = sym;
	if (nb == 0 && conf_rng_percent(&s->rng, 50))
		order[nb++] = 0;
	/* a literal code of one symbol is legal in some readings only */
	if (nb == 1 && force < n)
		order[nb++] = force == 0 ? 1 : 0;
	random_lengths(&s->rng, lens, nb == 0 ? 1 : nb, 15);
	for (unsigned int i = nb; i > 1; i--) {
		unsigned int j = conf_rng_below(&s->rng, i), sym = order[j];

		order[j] = order[i - 1];
		order[i - 1] = sym;
	}
	for (unsigned int i = 0; i < nb; i++)
		c->len[order[i]] = lens[i];
	synth_assign(c, n);
}

void
synth_header(struct synth *s, unsigned int nlit, unsigned int ndist, struct synth_code *pre)
{
	memset(pre, 0, sizeof(*pre));
	for (unsigned int sym = 0; sym < 19; sym++)
		pre->len[sym] = sym < 13 ? 4 : 5;
	synth_assign(pre, 19);
	synth_bits(s, nlit - 257, 5);
	synth_bits(s, ndist - 1, 5);
	synth_bits(s, 19 - 4, 4);
	for (unsigned int i = 0; i < 19; i++)
		synth_bits(s, pre->len[ref_pre_order[i]], 3);
}

/* One length, or the repeats that the position allows, as chance has it. */
static unsigned int
write_run(struct synth *s, const struct synth_code *pre, const uint8_t *lens,
	  unsigned int i, unsigned int n)
{
	unsigned int run = 1;

	while (i + run < n && lens[i + run] == lens[i])
		run++;
	if (lens[i] == 0 && run >= 3 && conf_rng_percent(&s->rng, 80)) {
		bool big = run >= 11 && conf_rng_percent(&s->rng, 70);

		run = RTE_MIN(run, big ? 138u : 10u);
		synth_symbol(s, pre, big ? 18 : 17);
		synth_bits(s, run - (big ? 11 : 3), big ? 7 : 3);
		return run;
	}
	if (i > 0 && lens[i] == lens[i - 1] && run >= 3 && conf_rng_percent(&s->rng, 80)) {
		run = RTE_MIN(run, 6u);
		synth_symbol(s, pre, 16);
		synth_bits(s, run - 3, 2);
		return run;
	}
	synth_symbol(s, pre, lens[i]);
	return 1;
}

static unsigned int
used_length(const uint8_t *lens, unsigned int min, unsigned int max)
{
	while (max > min && lens[max - 1] == 0)
		max--;
	return max;
}

static void
write_codes(struct synth *s, const struct synth_code *lits, const struct synth_code *dists)
{
	unsigned int nlit = used_length(lits->len, 257, 286);
	unsigned int ndist = used_length(dists->len, 1, 30);
	struct synth_code pre;
	uint8_t lens[288 + 32];

	/* lengths of zero at the end may be written too */
	nlit += conf_rng_below(&s->rng, 286 - nlit + 1);
	ndist += conf_rng_below(&s->rng, 30 - ndist + 1);
	memcpy(lens, lits->len, nlit);
	memcpy(lens + nlit, dists->len, ndist);
	synth_header(s, nlit, ndist, &pre);
	for (unsigned int i = 0; i < nlit + ndist; )
		i += write_run(s, &pre, lens, i, nlit + ndist);
}

/* A match if the distance symbol has one that reaches no further than it may. */
static bool
write_match(struct synth *s, const struct synth_code *lits, const struct synth_code *dists,
	    unsigned int sym)
{
	uint32_t reach = RTE_MIN(s->out_len, s->window), dist, extra, len;
	unsigned int d;

	if (dists->nb_used == 0)
		return false;
	d = dists->used[conf_rng_below(&s->rng, dists->nb_used)];
	if (d > 29 || ref_dist_base[d] > reach)
		return false;
	extra = conf_rng_percent(&s->rng, 30) ? (1u << ref_dist_extra[d]) - 1 :
		conf_rng_below(&s->rng, 1u << ref_dist_extra[d]);
	dist = RTE_MIN(ref_dist_base[d] + extra, reach);
	extra = conf_rng_below(&s->rng, 1u << ref_len_extra[sym - 257]);
	len = ref_len_base[sym - 257] + extra;
	synth_symbol(s, lits, sym);
	synth_bits(s, extra, ref_len_extra[sym - 257]);
	synth_symbol(s, dists, d);
	synth_bits(s, dist - ref_dist_base[d], ref_dist_extra[d]);
	for (uint32_t i = 0; i < len; i++, s->out_len++)
		s->out[s->out_len] = s->out[s->out_len - dist];
	return true;
}

static void
write_symbols(struct synth *s, const struct synth_code *lits, const struct synth_code *dists)
{
	uint32_t tokens = conf_rng_log(&s->rng, 4000);

	for (uint32_t i = 0; i < tokens && s->out_len < s->size; i++) {
		unsigned int sym = lits->used[conf_rng_below(&s->rng, lits->nb_used)];

		if (sym < 256) {
			synth_symbol(s, lits, sym);
			s->out[s->out_len++] = sym;
		} else if (sym > 256 && sym < 286) {
			write_match(s, lits, dists, sym);
		}
	}
	synth_symbol(s, lits, 256);
}

static void
write_stored(struct synth *s)
{
	size_t left = s->size > s->out_len ? s->size - s->out_len : 0;
	uint32_t n = RTE_MIN(conf_rng_log(&s->rng, 65535), left);

	synth_bits(s, 0, 2);
	synth_align(s);
	synth_bits(s, n, 16);
	synth_bits(s, n ^ 0xffff, 16);
	for (uint32_t i = 0; i < n; i++) {
		uint8_t byte = conf_rng_next(&s->rng) >> 33;

		synth_bits(s, byte, 8);
		s->out[s->out_len++] = byte;
	}
}

static void
write_block(struct synth *s)
{
	struct synth_code lits, dists;
	unsigned int kind = conf_rng_below(&s->rng, 5);

	if (kind == 0) {
		write_stored(s);
		return;
	}
	if (kind == 1) {
		synth_fixed_codes(&lits, &dists);
		synth_bits(s, 1, 2);
	} else {
		static const uint8_t percents[] = { 1, 10, 50, 100 };

		random_code(s, &lits, 286, 256, 286, percents[conf_rng_below(&s->rng, 4)]);
		random_code(s, &dists, 30, 30, 30, percents[conf_rng_below(&s->rng, 4)]);
		synth_bits(s, 2, 2);
		write_codes(s, &lits, &dists);
	}
	write_symbols(s, &lits, &dists);
}

void
synth_begin(struct synth *s, const struct conf_params *p, size_t size)
{
	memset(s, 0, sizeof(*s));
	conf_rng_seed(&s->rng, p->seed ^ 0x73796e7468ull);
	s->size = size;
	s->window = 1u << p->win;
}

void
synth_blocks(struct synth *s, bool final)
{
	for (unsigned int n = 0; s->out_len < s->size && n < MAX_BLOCKS; n++) {
		synth_bits(s, 0, 1);
		write_block(s);
	}
	if (final) {
		synth_bits(s, 1, 1);
		write_block(s);
		synth_align(s);
	}
}
