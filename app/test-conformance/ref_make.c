/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

#include <zlib.h>

#include "ref_synth.h"

#define ZLIB_MIN_WINDOW	9	/* whose distances are 250 at most */
#define MAX_PIECES	64u

static int
next_flush(const struct conf_params *p, struct conf_rng *rng)
{
	static const int flushes[] = {
		Z_NO_FLUSH, Z_PARTIAL_FLUSH, Z_SYNC_FLUSH, Z_FULL_FLUSH, Z_BLOCK,
	};

	if (p->zflush < (int)RTE_DIM(flushes))
		return flushes[p->zflush];
	return flushes[conf_rng_below(rng, RTE_DIM(flushes))];
}

struct dict {
	const uint8_t *data;
	uint32_t len;
};

/* In pieces of random length if there are flushes. */
static size_t
zlib_pack(struct conf_case *c, const struct conf_params *p, uint8_t *data, size_t len,
	  const struct dict *dict, uint8_t **out)
{
	z_stream z = { .next_in = data };
	struct conf_rng rng;
	size_t cap, piece;

	conf_rng_seed(&rng, p->seed ^ 0x7a6c6962ull);
	if (deflateInit2(&z, p->zlevel, Z_DEFLATED, -RTE_MAX(p->win, ZLIB_MIN_WINDOW), p->zmem,
			 p->zstrat) != Z_OK)
		rte_panic("deflateInit2\n");
	if (dict != NULL && deflateSetDictionary(&z, dict->data, dict->len) != Z_OK)
		rte_panic("deflateSetDictionary\n");
	z.total_in = 0;	/* which the dictionary is counted in */
	cap = deflateBound(&z, len) + 1000 + MAX_PIECES * 64;
	*out = conf_mem(c, cap);
	z.next_out = *out;
	z.avail_out = cap;
	for (unsigned int i = 0; p->zflush != 0 && i < MAX_PIECES && z.total_in < len; i++) {
		piece = 1 + conf_rng_log(&rng, len);
		z.avail_in = RTE_MIN(piece, len - z.total_in);
		deflate(&z, next_flush(p, &rng));
	}
	z.avail_in = len - z.total_in;
	if (deflate(&z, Z_FINISH) != Z_STREAM_END)
		rte_panic("deflate\n");
	deflateEnd(&z);
	return z.total_out;
}

uint8_t *
conf_pack_dict(struct conf_case *c, const uint8_t *data, uint32_t len, const uint8_t *dict,
	       uint32_t dict_len, uint32_t *packed)
{
	struct conf_params p = {
		.seed = c->p->seed, .win = c->p->win, .zlevel = 1 + c->p->seed % 9, .zmem = 8,
	};
	struct dict d = { dict, dict_len };
	uint8_t *out;

	*packed = zlib_pack(c, &p, (uint8_t *)(uintptr_t)data, len, dict == NULL ? NULL : &d,
			    &out);
	return out;
}

uint8_t *
conf_pack(struct conf_case *c, const uint8_t *data, uint32_t len, uint32_t *packed)
{
	return conf_pack_dict(c, data, len, NULL, 0, packed);
}

/* Into memory of the case. */
static void
made_of_synth(struct conf_case *c, struct conf_made *m, struct synth *s)
{
	m->in = conf_mem(c, s->in_len);
	if (s->in_len != 0)
		memcpy(m->in, s->in, s->in_len);
	m->len = s->in_len;
	m->out = s->out;
	m->out_len = s->out_len;
	free(s->in);
}

enum conf_result
conf_make(struct conf_case *c, struct conf_made *m)
{
	struct conf_walk w;
	struct synth s;

	if (c->p->maker == CONF_MAKE_ZLIB) {
		m->out = conf_data(c);
		m->out_len = c->p->size;
		m->len = zlib_pack(c, c->p, m->out, m->out_len, NULL, &m->in);
		return CONF_PASS;
	}
	synth_begin(&s, c->p, c->p->size);
	s.out = conf_mem(c, SYNTH_OUT(s.size));
	synth_blocks(&s, true);
	made_of_synth(c, m, &s);
	/* of what we write ourselves we make sure */
	conf_walk(m->in, m->len, conf_mem(c, m->out_len), m->out_len, 0, &w);
	CONF_CHECK(c, w.end == CONF_WALK_FINAL && w.out_len == m->out_len,
		   "the suite made a bad stream: %s", conf_walk_name(w.end));
	return CONF_PASS;
}

const char *const conf_wrong_names[] = {
	"type", "stored", "counts", "over", "incomplete", "norepeat", "longrepeat", "noeob",
	"reslen", "resdist", "far", NULL,
};

/* Literals 'a' and end-of-block with one bit each, but for what is to be wrong. */
static void
wrong_dynamic(struct synth *s, unsigned int kind)
{
	bool counts = kind == 2, over = kind == 3, incomplete = kind == 4;
	bool norepeat = kind == 5, longrepeat = kind == 6, noeob = kind == 7;
	struct synth_code pre;

	synth_bits(s, 2, 2);
	synth_header(s, counts ? 288 : 257, 1, &pre);
	if (norepeat) {
		synth_symbol(s, &pre, 16);
		synth_bits(s, 0, 2);
	}
	synth_symbol(s, &pre, 18);	/* 97 of none */
	synth_bits(s, (norepeat ? 94 : 97) - 11, 7);
	synth_symbol(s, &pre, incomplete ? 2 : 1);
	synth_symbol(s, &pre, over || noeob ? 1 : 0);
	synth_symbol(s, &pre, 18);	/* 157 of none */
	synth_bits(s, 138 - 11, 7);
	synth_symbol(s, &pre, 18);
	synth_bits(s, 19 - 11, 7);
	synth_symbol(s, &pre, noeob ? 0 : 1);
	if (counts) {
		synth_symbol(s, &pre, 18);
		synth_bits(s, 31 - 11, 7);
	}
	if (longrepeat) {
		synth_symbol(s, &pre, 17);
		synth_bits(s, 0, 3);
	} else {
		synth_symbol(s, &pre, 0);
	}
	/* "aa", end */
	synth_bits(s, 4, 3);
	synth_bits(s, 0, 16);
}

static void
wrong_fixed(struct synth *s, unsigned int kind)
{
	struct synth_code lits, dists;

	synth_fixed_codes(&lits, &dists);
	synth_bits(s, 1, 2);
	synth_symbol(s, &lits, 'a');
	synth_symbol(s, &lits, kind == 8 ? 286 : 257);
	if (kind == 9) {
		synth_symbol(s, &dists, 30);
	} else if (kind == 10) {
		synth_symbol(s, &dists, 29);
		synth_bits(s, 8191, 13);
	} else {
		synth_symbol(s, &dists, 0);
	}
	synth_symbol(s, &lits, 256);
}

void
conf_make_wrong(struct conf_case *c, struct conf_made *m, unsigned int kind)
{
	/* what is before it has to be nearer than the window, for "far" */
	size_t size = RTE_MIN(c->p->size, 30000);
	struct synth s;

	synth_begin(&s, c->p, kind == 10 ? RTE_MIN(size, 1000u) : size);
	s.out = conf_mem(c, SYNTH_OUT(s.size));
	synth_blocks(&s, false);
	synth_bits(&s, 1, 1);
	if (kind == 0) {
		synth_bits(&s, 3, 2);
	} else if (kind == 1) {
		synth_bits(&s, 0, 2);
		synth_align(&s);
		synth_bits(&s, 1, 16);
		synth_bits(&s, 0xffff, 16);
		synth_bits(&s, 'a', 8);
	} else if (kind < 8) {
		wrong_dynamic(&s, kind);
	} else {
		wrong_fixed(&s, kind);
	}
	synth_align(&s);
	made_of_synth(c, m, &s);
}
