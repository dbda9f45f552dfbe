/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

#include <zlib.h>

#include "conf_gen.h"
#include "ref_damage.h"

#define WHERE_MAX	1000000u

static void
flip(struct conf_case *c, struct conf_damaged *d)
{
	uint64_t bits = (uint64_t)d->len * 8;
	uint64_t bit = bits * (uint32_t)c->p->where / WHERE_MAX;
	struct conf_rng rng;

	conf_rng_seed(&rng, c->p->seed);
	for (int32_t i = 0; i < c->p->damage && bits != 0; i++) {
		d->in[bit / 8] ^= 1u << bit % 8;
		bit = (bit + 1 + conf_rng_below(&rng, 200)) % bits;
	}
}

static enum conf_result
make(struct conf_case *c, struct conf_damaged *d)
{
	const struct conf_params *p = c->p;
	struct conf_made m = { 0 };

	if (p->kind == CONF_DAMAGE_RANDOM) {
		m.len = p->size;
		m.in = conf_mem(c, m.len);
		conf_data_fill(m.in, m.len, CONF_RANDOM, p->seed, 0);
	} else if (p->kind == CONF_DAMAGE_WRONG) {
		conf_make_wrong(c, &m, p->flags);
	} else {
		CONF_TRY(conf_make(c, &m));
	}
	d->in = m.in;
	d->len = m.len;
	d->room = RTE_MIN(m.out_len * 2 + 4000, (size_t)CONF_MAX_LINEAR);
	if (p->kind == CONF_DAMAGE_CUT)
		d->len = (uint64_t)m.len * (uint32_t)p->where / WHERE_MAX;
	else if (p->kind == CONF_DAMAGE_FLIP)
		flip(c, d);
	return CONF_PASS;
}

enum conf_result
conf_damage(struct conf_case *c, struct conf_damaged *d)
{
	size_t consumed, produced;

	memset(d, 0, sizeof(*d));
	CONF_TRY(make(c, d));
	/* one more than the driver gets, to tell what would not fit */
	d->out = conf_mem(c, d->room + 1);
	d->zlib = conf_inflate(d->in, d->len, d->out, d->room + 1, c->p->win, &consumed,
			       &produced);
	d->out_len = produced;
	d->end = consumed;
	conf_walk(d->in, d->len, conf_mem(c, d->room + 1), d->room + 1, 0, &d->walk);
	CONF_CHECK(c, (d->zlib == Z_STREAM_END) == (d->walk.end == CONF_WALK_FINAL) &&
		   d->walk.out_len >= d->out_len * (d->zlib == Z_STREAM_END),
		   "the suite's two decoders differ: zlib %d, %s", d->zlib,
		   conf_walk_name(d->walk.end));
	return CONF_PASS;
}

enum conf_result
conf_damage_refused(struct conf_case *c, const struct conf_damaged *d, const char *status)
{
	/* with something behind its end it is for area "trailing" to judge */
	CONF_CHECK(c, d->zlib != Z_STREAM_END || d->end != d->len,
		   "a stream of %u bytes that zlib decodes to %u: %s", d->len, d->out_len,
		   status);
	return CONF_PASS;
}

enum conf_result
conf_damage_accepted(struct conf_case *c, const struct conf_damaged *d, const uint8_t *out,
		     uint32_t len)
{
	bool same = len == d->out_len && (len == 0 || memcmp(out, d->out, len) == 0);

	/* Ended by a flush: it could go on, and it could be what there is. */
	if (d->zlib == Z_STREAM_END || (d->walk.end == CONF_WALK_OPEN && d->out_len <= d->room)) {
		CONF_CHECK(c, same, "SUCCESS with %u bytes of output, zlib gives %u%s", len,
			   d->out_len, len == d->out_len ? ", and others" : "");
		return CONF_PASS;
	}
	if (c->dev->lenient && conf_walk_tolerable(d->walk.end))
		return conf_note(c, "SUCCESS for a stream that zlib refuses, a known tolerance: %s",
				 conf_walk_name(d->walk.end));
	if (d->zlib == Z_DATA_ERROR) {
		conf_fail(c, "SUCCESS for a corrupt stream: %s at bit %zu of %u",
			  conf_walk_name(d->walk.end), d->walk.bits, d->len * 8);
		/* each kind of damage is a check of its own */
		c->check = conf_walk_name(d->walk.end);
		return CONF_FAIL;
	}
	CONF_CHECK(c, d->walk.end != CONF_WALK_TRUNCATED,
		   "SUCCESS for a stream that is cut off after %u bytes, with %u bytes of output",
		   d->len, len);
	return conf_fail(c, "SUCCESS for a stream whose output does not fit");
}
