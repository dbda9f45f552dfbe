/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

#include <inttypes.h>

#include "areas.h"
#include "traffic.h"

static const char *const kind_names[] = { "mix", "fill", NULL };

static int32_t
gen_ring(const struct conf_dev *dev, struct conf_rng *rng)
{
	if (conf_rng_percent(rng, 70))
		return 8 << conf_rng_below(rng, 6);
	return 8 + conf_rng_below(rng, 300);
}

static int32_t
gen_ops(const struct conf_dev *dev, struct conf_rng *rng)
{
	return 1 + conf_rng_log(rng, TRAFFIC_MAX_OPS - 1);
}

static int32_t
gen_burst(const struct conf_dev *dev, struct conf_rng *rng)
{
	return 1 + conf_rng_log(rng, TRAFFIC_MAX_BURST - 1);
}

static const struct conf_field fields[] = {
	CONF_FIELD(ops, 1, gen_ops),
	CONF_FIELD(burst, 1, gen_burst),
	CONF_FIELD(qps, 1, conf_gen_qps),
	CONF_NAMED(kind, 0, conf_gen_bool, kind_names),
	CONF_FIELD(ring, 256, gen_ring),
	CONF_DATA_FIELDS(conf_gen_small),
	CONF_DEFLATE_FIELDS,
	CONF_SHAPE_FIELDS,
	CONF_FIELDS_END,
};

static void
limit(const struct conf_dev *dev, struct conf_params *p)
{
	conf_limit_deflate(dev, p);
	traffic_limit(dev, p);
	conf_clamp(&p->ring, 1, 4096);
	conf_clamp(&p->qps, 1, dev->nb_qps);
}

/* Refused for want of room: it was promised, and nothing may have happened. */
static enum conf_result
check_refused(struct conf_case *c, struct conf_op *o, uint16_t qp)
{
	CONF_CHECK(c, o->op->status == RTE_COMP_OP_STATUS_NOT_PROCESSED,
		   "an op that found the queue full has status %s", conf_status(o->op->status));
	CONF_CHECK(c, conf_buf_untouched(&o->dst, 0, o->dst.len),
		   "the destination of an op that found the queue full was written to");
	CONF_CHECK(c, c->inflight[qp] >= (uint32_t)c->p->ring,
		   "a queue pair set up for %d ops in flight is full with %u", c->p->ring,
		   c->inflight[qp]);
	return CONF_PASS;
}

static enum conf_result
enqueue_some(struct traffic *t, uint16_t qp, unsigned int max, uint16_t *taken)
{
	struct conf_case *c = t->c;
	struct rte_comp_op *ops[TRAFFIC_MAX_BURST];
	uint16_t n = RTE_MIN(max, t->nb_ops - t->next);

	for (uint16_t i = 0; i < n; i++) {
		ops[i] = t->ops[t->next + i]->op;
		t->ops[t->next + i]->state = CONF_OP_IN_FLIGHT;
		t->ops[t->next + i]->qp = qp;
	}
	*taken = rte_compressdev_enqueue_burst(c->dev->id, qp, ops, n);
	CONF_CHECK(c, *taken <= n, "enqueue of %u ops returned %u", n, *taken);
	c->inflight[qp] += *taken;
	for (uint16_t i = *taken; i < n; i++)
		t->ops[t->next + i]->state = CONF_OP_NEW;
	t->next += *taken;
	if (*taken < n)
		return check_refused(c, t->ops[t->next], qp);
	return CONF_PASS;
}

/* "fill": enqueue until nothing goes in any more, dequeue until all is back. */
static bool
wants_to_enqueue(struct traffic *t, bool full)
{
	if (t->next == t->nb_ops)
		return false;
	if (t->c->p->kind == 0)
		return conf_rng_percent(&t->c->rng, 50);
	if (full)
		t->draining = true;
	else if (t->back == t->next)
		t->draining = false;
	return !t->draining;
}

static enum conf_result
pump(struct traffic *t)
{
	struct conf_case *c = t->c;
	struct conf_op *done[TRAFFIC_MAX_BURST];
	struct conf_clock clock;
	bool full = false;

	conf_clock_start(c->dev, &clock);
	while (t->back < t->nb_ops) {
		uint16_t qp = conf_rng_below(&c->rng, c->p->qps), taken = 0;
		unsigned int burst = 1 + conf_rng_below(&c->rng, c->p->burst), n = 0;

		if (wants_to_enqueue(t, full)) {
			CONF_TRY(enqueue_some(t, qp, burst, &taken));
			full = taken < burst;
		} else {
			CONF_TRY(conf_qp_poll(c, qp, done, burst, &n));
			t->back += n;
			full = false;
		}
		if (taken != 0 || n != 0)
			conf_clock_start(c->dev, &clock);
		else if (conf_clock_over(&clock))
			return conf_lost(c, "a burst");
		else
			conf_idle();
	}
	return CONF_PASS;
}

static enum conf_result
check_stats(struct traffic *t)
{
	struct conf_case *c = t->c;
	struct rte_compressdev_stats s;
	int ret = rte_compressdev_stats_get(c->dev->id, &s);

	CONF_CHECK(c, ret == 0, "stats_get: %d", ret);
	CONF_CHECK(c, s.enqueued_count == t->nb_ops, "enqueued_count %" PRIu64 " after %u ops",
		   s.enqueued_count, t->nb_ops);
	CONF_CHECK(c, s.dequeued_count == t->nb_ops, "dequeued_count %" PRIu64 " after %u ops",
		   s.dequeued_count, t->nb_ops);
	CONF_CHECK(c, s.enqueue_err_count == 0,
		   "enqueue_err_count %" PRIu64 ", but for full queues all was taken",
		   s.enqueue_err_count);
	CONF_CHECK(c, s.dequeue_err_count == 0, "dequeue_err_count %" PRIu64 " without an error",
		   s.dequeue_err_count);
	return CONF_PASS;
}

static enum conf_result
run(struct conf_case *c)
{
	struct conf_op *done;
	struct traffic t;
	unsigned int n;

	CONF_TRY(traffic_make(c, &t));
	rte_compressdev_stats_reset(c->dev->id);
	CONF_TRY(pump(&t));
	CONF_TRY(traffic_check(&t));
	for (uint16_t qp = 0; qp < c->dev->nb_qps; qp++) {
		CONF_TRY(conf_qp_poll(c, qp, &done, 1, &n));
		CONF_CHECK(c, n == 0, "an op more came back than was enqueued");
	}
	return check_stats(&t);
}

const struct conf_area conf_area_burst = {
	"burst", "many ops on several queue pairs, beyond what the rings hold",
	fields, conf_offers_deflate, limit, run, 10,
};
