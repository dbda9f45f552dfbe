/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

#include "conf_gen.h"
#include "stream.h"

#define MAX_IDLE	100u
#define MAX_OPS		100000u

int32_t
stream_gen_empties(const struct conf_dev *dev, struct conf_rng *rng)
{
	return conf_rng_percent(rng, 60) ? 0 : conf_rng_below(rng, 50);
}

int32_t
stream_gen_streams(const struct conf_dev *dev, struct conf_rng *rng)
{
	return conf_rng_percent(rng, 70) ? 1 : 1 + conf_rng_below(rng, STREAM_MAX);
}

void
stream_limit(const struct conf_dev *dev, struct conf_params *p)
{
	int32_t least;

	conf_clamp(&p->chunk, 1, conf_chains(dev) ? 65535 : CONF_MAX_LINEAR);
	conf_clamp(&p->room, 1, conf_chains(dev) ? 65535 : CONF_MAX_LINEAR);
	conf_clamp(&p->streams, 1, STREAM_MAX);
	conf_clamp(&p->qps, 1, dev->nb_qps);
	conf_clamp(&p->rounds, 1, 4);
	conf_clamp(&p->empties, 0, 90);
	least = RTE_MIN(p->chunk, p->room);
	conf_clamp(&p->size, 0, 300 + 30 * RTE_MIN(least, 10000));
	/* of such an op there are many */
	conf_clamp(&p->soff, 0, 2000);
	conf_clamp(&p->stail, 0, 2000);
	conf_clamp(&p->doff, 0, 2000);
}

void
stream_begin(struct stream *s, const uint8_t *in, uint32_t len, uint32_t seed)
{
	conf_rng_seed(&s->rng, seed ^ 0x73747265616dull);
	s->in = in;
	s->in_len = len;
	s->pos = s->end = s->out_len = 0;
	s->idle = s->nb_ops = 0;
	s->pending = s->over = false;
	s->op = NULL;
}

enum conf_result
stream_end(struct stream *s)
{
	struct conf_case *c = s->c;
	int ret = rte_compressdev_stream_free(c->dev->id, s->handle);

	for (unsigned int i = 0; i < c->nb_streams; i++)
		if (c->streams[i] == s->handle)
			c->streams[i] = c->streams[--c->nb_streams];
	CONF_CHECK(c, ret == 0, "stream_free without an op in flight: %d", ret);
	return CONF_PASS;
}

uint32_t
stream_cut(struct stream *s)
{
	const struct conf_params *p = s->c->p;
	uint32_t n = 1 + conf_rng_log(&s->rng, p->chunk - 1);

	if (conf_rng_percent(&s->rng, p->empties))
		n = 0;
	return RTE_MIN(n, s->in_len - s->end);
}

static void
add_output(struct stream *s, const struct conf_op *o)
{
	uint32_t n = o->op->produced;

	if (s->out_len + n > s->out_cap) {
		uint32_t cap = s->out_cap * 2 + n + 4096;
		uint8_t *out = conf_mem(s->c, cap);

		if (s->out_len != 0)
			memcpy(out, s->out, s->out_len);
		s->out = out;
		s->out_cap = cap;
	}
	conf_buf_read(&o->dst, o->doff, s->out + s->out_len, n);
	s->out_len += n;
}

static enum conf_result
submit(struct stream *s)
{
	const struct conf_params *p = s->c->p;
	struct conf_op_spec spec = { .handle = s->handle, .stateful = true };
	uint16_t qp = conf_rng_below(&s->rng, p->qps);

	if (!s->pending)
		s->piece(s);
	s->pending = true;
	spec.src = s->in + s->pos;
	spec.len = s->end - s->pos;
	spec.flush = s->flush;
	spec.room = conf_rng_percent(&s->rng, 10) ? (uint32_t)p->room :
		1 + conf_rng_log(&s->rng, p->room - 1);
	s->op = conf_op_new(s->c, &spec);
	if (s->op == NULL)
		return CONF_FAIL;
	s->op->user = s;
	CONF_TRY(conf_op_submit(s->op, qp));
	CONF_CHECK(s->c, s->op->state != CONF_OP_REFUSED,
		   "an op of a stream (%u bytes, flush %s) was refused with status %s", spec.len,
		   conf_flush_names[spec.flush], conf_status(s->op->op->status));
	return CONF_PASS;
}

/* Both statuses that go on: count, collect. */
static enum conf_result
progress(struct stream *s, const struct conf_op *o)
{
	const struct rte_comp_op *op = o->op;
	bool success = op->status == RTE_COMP_OP_STATUS_SUCCESS;

	s->idle = success || op->consumed != 0 || op->produced != 0 ? 0 : s->idle + 1;
	CONF_CHECK(s->c, s->idle < MAX_IDLE,
		   "%u ops in a row neither consumed nor produced, flush %s, %u bytes given, "
		   "room %u", s->idle, conf_flush_names[s->flush], o->len, o->room);
	CONF_CHECK(s->c, ++s->nb_ops < MAX_OPS, "the stream does not end");
	add_output(s, o);
	s->pos += op->consumed;
	s->pending = !success;
	return CONF_PASS;
}

static enum conf_result
complete(struct conf_op *o)
{
	struct stream *s = o->user;
	const struct rte_comp_op *op = o->op;

	s->op = NULL;
	if (op->status == RTE_COMP_OP_STATUS_SUCCESS ||
	    op->status == RTE_COMP_OP_STATUS_OUT_OF_SPACE_RECOVERABLE)
		CONF_TRY(progress(s, o));
	CONF_TRY(s->done(s, op));
	conf_op_free(o);
	return CONF_PASS;
}

static enum conf_result
poll_all(struct conf_case *c, unsigned int *n)
{
	struct conf_op *done[STREAM_MAX];
	unsigned int got;

	*n = 0;
	for (uint16_t qp = 0; qp < c->p->qps; qp++) {
		CONF_TRY(conf_qp_poll(c, qp, done, RTE_DIM(done), &got));
		*n += got;
		for (unsigned int i = 0; i < got; i++)
			CONF_TRY(complete(done[i]));
	}
	return CONF_PASS;
}

/* One that can take an op, at random; NULL if all are busy or over. */
static struct stream *
pick(struct conf_rng *rng, struct stream *s, unsigned int n)
{
	unsigned int first = conf_rng_below(rng, n);

	for (unsigned int i = 0; i < n; i++) {
		struct stream *one = &s[(first + i) % n];

		if (!one->over && one->op == NULL)
			return one;
	}
	return NULL;
}

static bool
all_over(const struct stream *s, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++)
		if (!s[i].over)
			return false;
	return true;
}

enum conf_result
streams_run(struct conf_case *c, struct stream *s, unsigned int n)
{
	struct conf_clock clock;
	struct conf_rng order;
	unsigned int got;

	/* of its own: how often it is asked depends on the device's pace */
	conf_rng_seed(&order, c->p->seed);
	conf_clock_start(c->dev, &clock);
	while (!all_over(s, n)) {
		struct stream *one = pick(&order, s, n);

		if (one != NULL)
			CONF_TRY(submit(one));
		/* now and then let the others get into flight as well */
		if (n > 1 && one != NULL && conf_rng_percent(&order, 50))
			continue;
		CONF_TRY(poll_all(c, &got));
		if (got != 0 || one != NULL)
			conf_clock_start(c->dev, &clock);
		else if (conf_clock_over(&clock))
			return conf_lost(c, "a stream");
		else
			conf_idle();
	}
	return CONF_PASS;
}
