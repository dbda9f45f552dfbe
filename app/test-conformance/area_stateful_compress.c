/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

#include <inttypes.h>

#include <zlib.h>

#include "areas.h"
#include "stream.h"

#define MAX_TRAILERS	8u	/* ops after the data, before FINAL */

enum {
	MAY_SYNC = 1,
	MAY_FULL = 2,
};

static int32_t
gen_flushes(const struct conf_dev *dev, struct conf_rng *rng)
{
	return conf_rng_below(rng, 4);
}

static int32_t
gen_rounds(const struct conf_dev *dev, struct conf_rng *rng)
{
	return conf_rng_percent(rng, 60) ? 1 : 1 + conf_rng_below(rng, 3);
}

static const struct conf_field fields[] = {
	CONF_FIELD(streams, 1, stream_gen_streams),
	CONF_FIELD(rounds, 1, gen_rounds),
	CONF_DATA_FIELDS(conf_gen_size),
	CONF_FIELD(chunk, 65535, conf_gen_piece),
	CONF_FIELD(room, 65535, conf_gen_piece),
	CONF_FIELD(flushes, 0, gen_flushes),
	CONF_FIELD(empties, 0, stream_gen_empties),
	CONF_FIELD(qps, 1, conf_gen_qps),
	CONF_DEFLATE_FIELDS,
	CONF_CHKSUM_FIELD,
	CONF_SHAPE_FIELDS,
	CONF_FIELDS_END,
};

/* An inflater that follows the output op by op. */
struct follower {
	z_stream z;
	uint8_t *back;
	uint32_t decoded;	/* by inflaters before this one, and by it */
	bool ended;
	unsigned int trailers;
	uint32_t block_start;	/* output since the last FULL */
	uint32_t data_start;
};

static bool
offered(const struct conf_dev *dev)
{
	return (dev->deflate & RTE_COMP_FF_STATEFUL_COMPRESSION) != 0;
}

static void
limit(const struct conf_dev *dev, struct conf_params *p)
{
	conf_limit_deflate(dev, p);
	stream_limit(dev, p);
	conf_clamp(&p->flushes, 0, MAY_SYNC | MAY_FULL);
}

static enum rte_comp_flush_flag
any_flush(struct stream *s)
{
	const struct conf_params *p = s->c->p;
	unsigned int pick = conf_rng_below(&s->rng, 3);

	if (pick == 1 && (p->flushes & MAY_SYNC))
		return RTE_COMP_FLUSH_SYNC;
	if (pick == 2 && (p->flushes & MAY_FULL))
		return RTE_COMP_FLUSH_FULL;
	return RTE_COMP_FLUSH_NONE;
}

static void
piece(struct stream *s)
{
	struct follower *f = s->user;
	bool at_end = s->end == s->in_len;

	s->end += stream_cut(s);
	s->flush = any_flush(s);
	f->trailers += at_end;
	if (s->end == s->in_len &&
	    (conf_rng_percent(&s->rng, 60) || f->trailers > MAX_TRAILERS))
		s->flush = RTE_COMP_FLUSH_FINAL;
}

/* What the last op gave, through the inflater. */
static enum conf_result
follow(struct stream *s, const struct rte_comp_op *op)
{
	struct follower *f = s->user;
	uint32_t before = f->decoded;
	int ret;

	if (op->produced == 0)
		return CONF_PASS;
	CONF_CHECK(s->c, !f->ended, "%u bytes of output behind the final block", op->produced);
	f->z.next_in = s->out + s->out_len - op->produced;
	f->z.avail_in = op->produced;
	f->z.next_out = f->back + f->decoded;
	f->z.avail_out = s->in_len + 1 - f->decoded;
	ret = inflate(&f->z, Z_SYNC_FLUSH);
	f->decoded = f->z.next_out - f->back;
	f->ended = ret == Z_STREAM_END;
	CONF_CHECK(s->c, ret == Z_OK || ret == Z_STREAM_END || ret == Z_BUF_ERROR,
		   "output at byte %u does not inflate (window %d): %s",
		   s->out_len - op->produced, s->c->p->win, f->z.msg);
	CONF_CHECK(s->c, f->z.avail_in == 0 || f->decoded > s->in_len,
		   "%u bytes of output behind the final block", f->z.avail_in);
	/* beyond what it says it consumed it may hold what it will be given again */
	CONF_CHECK(s->c, f->decoded <= s->end,
		   "the output holds %u bytes when %u were given", f->decoded, s->end);
	CONF_CHECK(s->c, memcmp(f->back + before, s->in + before, f->decoded - before) == 0,
		   "the output does not hold the input, from byte %u on", before);
	return CONF_PASS;
}

/* What is between two FULL flushes, or the start, or the end, is on its own. */
static enum conf_result
check_section(struct stream *s, bool final)
{
	struct follower *f = s->user;
	struct conf_expect e = {
		.data = s->in + f->data_start, .len = s->pos - f->data_start,
	};
	struct conf_params p = *s->c->p;

	p.flush = final ? RTE_COMP_FLUSH_FINAL : RTE_COMP_FLUSH_FULL;
	conf_expect_params(&p, &e);
	CONF_TRY(conf_deflated(s->c, s->out + f->block_start, s->out_len - f->block_start, &e));
	f->block_start = s->out_len;
	f->data_start = s->pos;
	inflateReset(&f->z);
	return CONF_PASS;
}

static enum conf_result
finish(struct stream *s, const struct rte_comp_op *op)
{
	struct follower *f = s->user;
	uint64_t want = conf_chksum(s->c->p->chksum, 0, s->in, s->in_len);

	CONF_CHECK(s->c, f->ended, "SUCCESS with FINAL, but the output does not end: %u bytes "
		   "hold %u of %u", s->out_len, f->decoded, s->in_len);
	CONF_TRY(check_section(s, true));
	if (s->c->p->chksum != RTE_COMP_CHECKSUM_NONE)
		CONF_CHECK(s->c, op->output_chksum == want,
			   "%s over the stream: %#" PRIx64 ", not %#" PRIx64,
			   conf_chksum_names[s->c->p->chksum], op->output_chksum, want);
	s->over = true;
	return CONF_PASS;
}

static enum conf_result
done(struct stream *s, const struct rte_comp_op *op)
{
	struct follower *f = s->user;

	CONF_CHECK(s->c, op->status == RTE_COMP_OP_STATUS_SUCCESS ||
		   op->status == RTE_COMP_OP_STATUS_OUT_OF_SPACE_RECOVERABLE,
		   "an op of a stream, flush %s: status %s", conf_flush_names[s->flush],
		   conf_status(op->status));
	CONF_TRY(follow(s, op));
	if (op->status != RTE_COMP_OP_STATUS_SUCCESS)
		return CONF_PASS;
	CONF_CHECK(s->c, s->pos == s->end, "SUCCESS, but consumed %u of %u bytes", op->consumed,
		   op->consumed + s->end - s->pos);
	if (s->flush == RTE_COMP_FLUSH_FINAL)
		return finish(s, op);
	CONF_CHECK(s->c, !f->ended, "a final block without flush FINAL");
	if (s->flush == RTE_COMP_FLUSH_NONE)
		return CONF_PASS;
	CONF_CHECK(s->c, f->decoded == s->pos,
		   "after flush %s the output holds %u of %u bytes", conf_flush_names[s->flush],
		   f->decoded, s->pos);
	/* nothing to flush may give nothing */
	if (s->flush == RTE_COMP_FLUSH_FULL && s->out_len != f->block_start)
		return check_section(s, false);
	return CONF_PASS;
}

static void
begin(struct stream *s, unsigned int index, unsigned int round)
{
	const struct conf_params *p = s->c->p;
	struct follower *f = s->user;
	uint32_t seed = p->seed + index * 1000 + round * 17;
	uint8_t *in = conf_mem(s->c, p->size);

	conf_data_fill(in, p->size, p->data, seed, p->win);
	stream_begin(s, in, p->size, seed);
	f->back = conf_mem(s->c, p->size + 1);
	f->decoded = f->trailers = f->block_start = f->data_start = 0;
	f->ended = false;
	inflateReset(&f->z);
}

static enum conf_result
all_rounds(struct conf_case *c, struct stream *s, struct follower *f)
{
	struct rte_comp_xform x;
	unsigned int n = c->p->streams;

	conf_xform_compress(c->p, &x);
	for (unsigned int i = 0; i < n; i++) {
		s[i].c = c;
		s[i].piece = piece;
		s[i].done = done;
		s[i].user = &f[i];
		CONF_TRY(conf_stream(c, &x, &s[i].handle));
	}
	for (int32_t round = 0; round < c->p->rounds; round++) {
		for (unsigned int i = 0; i < n; i++)
			begin(&s[i], i, round);
		CONF_TRY(streams_run(c, s, n));
	}
	for (unsigned int i = 0; i < n; i++)
		CONF_TRY(stream_end(&s[i]));
	return CONF_PASS;
}

static enum conf_result
run(struct conf_case *c)
{
	struct stream *s = conf_mem(c, STREAM_MAX * sizeof(*s));
	struct follower f[STREAM_MAX] = { 0 };
	enum conf_result ret;

	for (unsigned int i = 0; i < STREAM_MAX; i++)
		if (inflateInit2(&f[i].z, -c->p->win) != Z_OK)
			rte_panic("inflateInit2\n");
	ret = all_rounds(c, s, f);
	for (unsigned int i = 0; i < STREAM_MAX; i++)
		inflateEnd(&f[i].z);
	return ret;
}

const struct conf_area conf_area_stateful_compress = {
	"stateful-compress", "streams compressed in any pieces, with every flush",
	fields, offered, limit, run, 2,
};
