/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

#include <inttypes.h>

#include <zlib.h>

#include "areas.h"
#include "ref_damage.h"
#include "stream.h"

/* one more than the kinds of damage */
static const char *const kind_names[] = { "none", "cut", "flip", "random", "wrong", NULL };

static int32_t
gen_kind(const struct conf_dev *dev, struct conf_rng *rng)
{
	return conf_rng_percent(rng, 60) ? 0 : conf_rng_below(rng, CONF_DAMAGE_NB + 1);
}

static int32_t
gen_wrong(const struct conf_dev *dev, struct conf_rng *rng)
{
	return conf_rng_below(rng, CONF_WRONG_NB);
}

static int32_t
gen_one(const struct conf_dev *dev, struct conf_rng *rng)
{
	return 1;
}

static int32_t
gen_garbage(const struct conf_dev *dev, struct conf_rng *rng)
{
	return conf_rng_percent(rng, 70) ? 0 : conf_gen_garbage(dev, rng);
}

static int32_t
gen_rounds(const struct conf_dev *dev, struct conf_rng *rng)
{
	return conf_rng_percent(rng, 50) ? 1 : 1 + conf_rng_below(rng, 3);
}

static const struct conf_field fields[] = {
	CONF_FIELD(streams, 1, stream_gen_streams),
	CONF_FIELD(rounds, 1, gen_rounds),
	CONF_NAMED(kind, 0, gen_kind, kind_names),
	CONF_FIELD(where, 0, conf_gen_where),
	CONF_FIELD(damage, 1, gen_one),
	CONF_NAMED(flags, 0, gen_wrong, conf_wrong_names),
	CONF_FIELD(garbage, 0, gen_garbage),
	CONF_DATA_FIELDS(conf_gen_size),
	CONF_MAKER_FIELDS,
	CONF_FIELD(chunk, 65535, conf_gen_piece),
	CONF_FIELD(room, 65535, conf_gen_piece),
	CONF_FIELD(empties, 0, stream_gen_empties),
	CONF_FIELD(qps, 1, conf_gen_qps),
	CONF_CHKSUM_FIELD,
	CONF_SHAPE_FIELDS,
	CONF_FIELDS_END,
};

/* What a stream is to give: of zlib's making, or with damage. */
struct want {
	struct conf_damaged d;
	bool damaged;
	bool abandoned;		/* no end to be seen: not to be used again */
};

static bool
offered(const struct conf_dev *dev)
{
	return (dev->deflate & RTE_COMP_FF_STATEFUL_DECOMPRESSION) != 0;
}

static void
limit(const struct conf_dev *dev, struct conf_params *p)
{
	conf_limit_maker(dev, p);
	stream_limit(dev, p);
	conf_clamp(&p->kind, 0, CONF_DAMAGE_NB);
	conf_clamp(&p->flags, 0, CONF_WRONG_NB - 1);
	conf_clamp(&p->garbage, 0, 1000);
	if (p->maker == CONF_MAKE_SYNTH)
		conf_clamp(&p->size, 0, 20000);
	if (p->kind == 0)
		return;
	conf_clamp(&p->size, 0, 20000);
	p->win = dev->window.max;
	p->garbage = 0;
}

/* Flush has no meaning here, but that FINAL says that no more will come. */
static void
piece(struct stream *s)
{
	const struct want *w = s->user;
	bool sync = conf_rng_percent(&s->rng, 50);

	s->end += stream_cut(s);
	s->flush = sync ? RTE_COMP_FLUSH_SYNC : RTE_COMP_FLUSH_NONE;
	if (s->end == s->in_len && (w->damaged || sync))
		s->flush = RTE_COMP_FLUSH_FINAL;
}

/* As far as both go, it is the same. */
static enum conf_result
check_prefix(struct stream *s, const struct want *w, uint32_t produced)
{
	uint32_t n = RTE_MIN(s->out_len, w->d.out_len), from = s->out_len - produced;

	if (from < n)
		CONF_CHECK(s->c, memcmp(s->out + from, w->d.out + from, n - from) == 0,
			   "the output is not what was compressed, from byte %u on", from);
	CONF_CHECK(s->c, w->damaged || s->out_len <= w->d.out_len,
		   "%u bytes of output, of %u that were compressed", s->out_len, w->d.out_len);
	return CONF_PASS;
}

static enum conf_result
done_sound(struct stream *s, const struct rte_comp_op *op)
{
	const struct want *w = s->user;
	uint64_t sum = conf_chksum(s->c->p->chksum, 0, w->d.out, w->d.out_len);

	CONF_CHECK(s->c, op->status == RTE_COMP_OP_STATUS_SUCCESS ||
		   op->status == RTE_COMP_OP_STATUS_OUT_OF_SPACE_RECOVERABLE,
		   "a sound stream, at byte %u of %u: status %s", s->pos, w->d.end,
		   conf_status(op->status));
	CONF_CHECK(s->c, s->pos <= w->d.end, "consumed %u bytes of a stream of %u", s->pos,
		   w->d.end);
	CONF_TRY(check_prefix(s, w, op->produced));
	if (op->status != RTE_COMP_OP_STATUS_SUCCESS)
		return CONF_PASS;
	CONF_CHECK(s->c, s->pos == s->end || s->pos == w->d.end,
		   "SUCCESS within a stream, but %u bytes not consumed", s->end - s->pos);
	if (s->pos != w->d.end)
		return CONF_PASS;
	CONF_CHECK(s->c, s->out_len == w->d.out_len,
		   "SUCCESS at the end of the stream with %u of %u bytes of output", s->out_len,
		   w->d.out_len);
	if (s->c->p->chksum != RTE_COMP_CHECKSUM_NONE)
		CONF_CHECK(s->c, op->output_chksum == sum,
			   "%s over the stream: %#" PRIx64 ", not %#" PRIx64,
			   conf_chksum_names[s->c->p->chksum], op->output_chksum, sum);
	s->over = true;
	return CONF_PASS;
}

static enum conf_result
done_damaged(struct stream *s, const struct rte_comp_op *op)
{
	struct want *w = s->user;
	enum conf_result ret;

	if (op->status != RTE_COMP_OP_STATUS_SUCCESS &&
	    op->status != RTE_COMP_OP_STATUS_OUT_OF_SPACE_RECOVERABLE) {
		s->over = true;
		return conf_damage_refused(s->c, &w->d, conf_status(op->status));
	}
	CONF_TRY(check_prefix(s, w, op->produced));
	if (s->out_len > w->d.room) {
		s->over = w->abandoned = true;
		return CONF_PASS;
	}
	if (op->status != RTE_COMP_OP_STATUS_SUCCESS ||
	    (s->pos == s->end && s->pos != s->in_len &&
	     (w->d.zlib != Z_STREAM_END || s->pos != w->d.end)))
		return CONF_PASS;
	/* it says: this is the end */
	s->over = true;
	/* of nothing at all that may be said */
	if (s->in_len == 0)
		return CONF_PASS;
	CONF_CHECK(s->c, w->d.zlib != Z_STREAM_END || s->pos == w->d.end,
		   "the stream ends after %u bytes, not after %u", w->d.end, s->pos);
	ret = conf_damage_accepted(s->c, &w->d, s->out, s->out_len);
	/* a decoder that waits for more is in no state to begin anew */
	w->abandoned = w->d.zlib != Z_STREAM_END;
	return ret == CONF_NOTE ? CONF_PASS : ret;
}

static enum conf_result
done(struct stream *s, const struct rte_comp_op *op)
{
	const struct want *w = s->user;

	return w->damaged ? done_damaged(s, op) : done_sound(s, op);
}

static enum conf_result
make(struct stream *s, uint32_t seed, bool damaged)
{
	struct conf_case *c = s->c;
	const struct conf_params *all = c->p;
	struct conf_params p = *all;
	struct want *w = s->user;
	struct conf_made m;
	enum conf_result ret;

	memset(w, 0, sizeof(*w));
	w->damaged = damaged;
	p.seed = seed;
	p.kind = all->kind - 1;
	c->p = &p;
	ret = damaged ? conf_damage(c, &w->d) : conf_make(c, &m);
	c->p = all;
	if (ret != CONF_PASS || damaged)
		return ret;
	w->d.in = conf_mem(c, m.len + all->garbage);
	memcpy(w->d.in, m.in, m.len);
	conf_data_fill(w->d.in + m.len, all->garbage, CONF_RANDOM, seed, 0);
	w->d.len = m.len + all->garbage;
	w->d.end = m.len;
	w->d.out = m.out;
	w->d.out_len = m.out_len;
	return CONF_PASS;
}

/* The first round may be damaged; after that the stream has to be as good as new. */
static enum conf_result
begin(struct stream *s, unsigned int index, int32_t round)
{
	const struct conf_params *p = s->c->p;
	struct want *w = s->user;
	uint32_t seed = p->seed + index * 1000 + round * 17;

	if (w->abandoned) {
		s->over = true;
		return CONF_PASS;
	}
	CONF_TRY(make(s, seed, p->kind != 0 && round == 0));
	stream_begin(s, w->d.in, w->d.len, seed);
	return CONF_PASS;
}

static enum conf_result
run(struct conf_case *c)
{
	struct stream *s = conf_mem(c, STREAM_MAX * sizeof(*s));
	struct want *w = conf_mem(c, STREAM_MAX * sizeof(*w));
	unsigned int n = c->p->streams;
	struct rte_comp_xform x;

	conf_xform_decompress(c->p, &x);
	for (unsigned int i = 0; i < n; i++) {
		s[i].c = c;
		s[i].piece = piece;
		s[i].done = done;
		s[i].user = &w[i];
		CONF_TRY(conf_stream(c, &x, &s[i].handle));
	}
	for (int32_t round = 0; round < c->p->rounds; round++) {
		for (unsigned int i = 0; i < n; i++)
			CONF_TRY(begin(&s[i], i, round));
		CONF_TRY(streams_run(c, s, n));
	}
	for (unsigned int i = 0; i < n; i++)
		CONF_TRY(stream_end(&s[i]));
	return c->note != NULL ? CONF_NOTE : CONF_PASS;
}

const struct conf_area conf_area_stateful_decompress = {
	"stateful-decompress", "streams decompressed in any pieces, sound and damaged",
	fields, offered, limit, run, 2,
};
