/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

#include <zlib.h>

#include "areas.h"
#include "stream.h"

/*
 * A second op of a stream whose first one has not been dequeued is the application's
 * mistake. It has to be harmless: refused, or back with an error, or (by a device that
 * was done with the first) done in order; and the first is as it would be without.
 */

static const char *const dir_names[] = { "compress", "decompress", NULL };

static const struct conf_field fields[] = {
	CONF_NAMED(dir, 0, conf_gen_bool, dir_names),
	CONF_FIELD(where, 0, conf_gen_where),
	CONF_FIELD(qps, 1, conf_gen_qps),
	CONF_DATA_FIELDS(conf_gen_medium),
	CONF_DEFLATE_FIELDS,
	CONF_SHAPE_FIELDS,
	CONF_FIELDS_END,
};

static bool
offered(const struct conf_dev *dev)
{
	return (dev->deflate & (RTE_COMP_FF_STATEFUL_COMPRESSION |
				RTE_COMP_FF_STATEFUL_DECOMPRESSION)) != 0;
}

static void
limit(const struct conf_dev *dev, struct conf_params *p)
{
	conf_limit_deflate(dev, p);
	conf_clamp(&p->size, 0, 20000);
	conf_clamp(&p->qps, 1, dev->nb_qps);
	conf_clamp(&p->where, 0, 999999);
	if (!(dev->deflate & RTE_COMP_FF_STATEFUL_COMPRESSION))
		p->dir = 1;
	if (!(dev->deflate & RTE_COMP_FF_STATEFUL_DECOMPRESSION))
		p->dir = 0;
}

struct busy {
	struct conf_case *c;
	void *handle;
	const uint8_t *in;
	uint32_t len;
	uint32_t cut;		/* where the second op begins */
	const uint8_t *plain;
	uint8_t *out;
	uint32_t out_len;
};

static struct conf_op *
half(struct busy *b, bool second)
{
	struct conf_op_spec spec = {
		.src = b->in + (second ? b->cut : 0),
		.len = second ? b->len - b->cut : b->cut,
		.room = conf_room(b->c->p->size) * 2,
		.handle = b->handle, .stateful = true,
		.flush = second ? RTE_COMP_FLUSH_FINAL : RTE_COMP_FLUSH_SYNC,
	};

	return conf_op_new(b->c, &spec);
}

/* One attempt, without a poll in between. */
static enum conf_result
enqueue_once(struct conf_op *o, uint16_t qp)
{
	uint16_t n;

	o->qp = qp;
	o->state = CONF_OP_IN_FLIGHT;
	n = rte_compressdev_enqueue_burst(o->c->dev->id, qp, &o->op, 1);
	if (n == 1) {
		o->c->inflight[qp]++;
		return CONF_PASS;
	}
	o->state = CONF_OP_REFUSED;
	return conf_op_check(o);
}

static enum conf_result
wait_for(struct busy *b, const struct conf_op *o)
{
	struct conf_op *done[2];
	struct conf_clock clock;
	unsigned int n;

	conf_clock_start(b->c->dev, &clock);
	while (o->state == CONF_OP_IN_FLIGHT) {
		for (uint16_t qp = 0; qp < b->c->p->qps; qp++)
			CONF_TRY(conf_qp_poll(b->c, qp, done, RTE_DIM(done), &n));
		if (conf_clock_over(&clock))
			return conf_lost(b->c, "two ops of one stream");
		conf_idle();
	}
	return CONF_PASS;
}

static enum conf_result
take(struct busy *b, struct conf_op *o, const char *which)
{
	CONF_CHECK(b->c, o->state == CONF_OP_DONE, "the %s op was refused with status %s", which,
		   conf_status(o->op->status));
	CONF_CHECK(b->c, o->op->status == RTE_COMP_OP_STATUS_SUCCESS,
		   "the %s op has status %s", which, conf_status(o->op->status));
	CONF_CHECK(b->c, o->op->consumed == o->len, "the %s op consumed %u of %u bytes", which,
		   o->op->consumed, o->len);
	conf_buf_read(&o->dst, o->doff, b->out + b->out_len, o->op->produced);
	b->out_len += o->op->produced;
	return CONF_PASS;
}

static enum conf_result
check(struct busy *b)
{
	const struct conf_params *p = b->c->p;
	struct conf_expect e = { .data = b->plain, .len = p->size };

	if (p->dir != 0) {
		CONF_CHECK(b->c, b->out_len == (uint32_t)p->size &&
			   memcmp(b->out, b->plain, b->out_len) == 0,
			   "the output is not what was compressed");
		return CONF_PASS;
	}
	conf_expect_params(p, &e);
	e.final = true;
	return conf_deflated(b->c, b->out, b->out_len, &e);
}

static enum conf_result
prepare(struct busy *b)
{
	const struct conf_params *p = b->c->p;
	struct rte_comp_xform x;

	b->in = b->plain = conf_data(b->c);
	b->len = p->size;
	if (p->dir != 0) {
		b->in = conf_pack(b->c, b->plain, p->size, &b->len);
		conf_xform_decompress(p, &x);
	} else {
		conf_xform_compress(p, &x);
	}
	/* with a part of the stream missing */
	b->cut = (uint64_t)b->len * (uint32_t)p->where / 1000000;
	b->out = conf_mem(b->c, 4 * conf_room(p->size));
	return conf_stream(b->c, &x, &b->handle);
}

static enum conf_result
run(struct conf_case *c)
{
	struct busy b = { .c = c };
	struct conf_op *first, *second, *again;

	CONF_TRY(prepare(&b));
	first = half(&b, false);
	second = half(&b, true);
	if (first == NULL || second == NULL)
		return CONF_FAIL;
	CONF_TRY(conf_op_submit(first, 0));
	CONF_TRY(enqueue_once(second, c->p->qps - 1));
	CONF_TRY(wait_for(&b, first));
	CONF_TRY(wait_for(&b, second));
	CONF_TRY(take(&b, first, "first"));
	if (second->state == CONF_OP_DONE &&
	    second->op->status == RTE_COMP_OP_STATUS_SUCCESS) {
		CONF_TRY(take(&b, second, "second"));
		return check(&b);
	}
	/* as if it had never been */
	again = half(&b, true);
	if (again == NULL)
		return CONF_FAIL;
	CONF_TRY(conf_op_submit(again, 0));
	CONF_TRY(wait_for(&b, again));
	CONF_TRY(take(&b, again, "repeated second"));
	return check(&b);
}

const struct conf_area conf_area_stateful_busy = {
	"stateful-busy", "a second op of a stream that is in flight is harmless",
	fields, offered, limit, run, 4,
};
