/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

#include <sched.h>

#include <rte_cycles.h>

#include "conf_op.h"

const char *
conf_status(unsigned int status)
{
	static const char *const names[] = {
		[RTE_COMP_OP_STATUS_SUCCESS] = "SUCCESS",
		[RTE_COMP_OP_STATUS_NOT_PROCESSED] = "NOT_PROCESSED",
		[RTE_COMP_OP_STATUS_INVALID_ARGS] = "INVALID_ARGS",
		[RTE_COMP_OP_STATUS_ERROR] = "ERROR",
		[RTE_COMP_OP_STATUS_INVALID_STATE] = "INVALID_STATE",
		[RTE_COMP_OP_STATUS_OUT_OF_SPACE_TERMINATED] = "OUT_OF_SPACE_TERMINATED",
		[RTE_COMP_OP_STATUS_OUT_OF_SPACE_RECOVERABLE] = "OUT_OF_SPACE_RECOVERABLE",
#if CONF_HAS_UDC
		[RTE_COMP_OP_STATUS_CHECKSUM_VALIDATION_FAILED] = "CHECKSUM_VALIDATION_FAILED",
#endif
	};

	return status < RTE_DIM(names) ? names[status] : "of no known value";
}

uint32_t
conf_room(uint32_t size)
{
	return size + size / 4 + 1024;
}

uint32_t
conf_room_exact(uint32_t size)
{
	return RTE_MAX(size, 1u);
}

void
conf_clock_start(const struct conf_dev *dev, struct conf_clock *clock)
{
	clock->end = rte_get_timer_cycles() + dev->timeout_s * rte_get_timer_hz();
}

bool
conf_clock_over(const struct conf_clock *clock)
{
	return rte_get_timer_cycles() > clock->end;
}

void
conf_idle(void)
{
	sched_yield();
}

enum conf_result
conf_lost(struct conf_case *c, const char *what)
{
	c->dev->lost = true;
	return conf_fail(c, "%s: ops in flight did not come back within %u s", what,
			 c->dev->timeout_s);
}

static struct conf_op **
op_user(struct rte_comp_op *op)
{
	return (struct conf_op **)(op + 1);
}

static int
buffers_make(struct conf_op *o, const struct conf_op_spec *spec)
{
	const struct conf_params *p = o->c->p;
	struct conf_shape src = { p->sseg, p->empty, p->ext };
	struct conf_shape dst = { p->dseg, p->empty, p->ext };
	int ret;

	ret = conf_buf_make(o->c->dev, &o->src, o->soff + spec->len + p->stail, &src,
			    &o->c->rng);
	if (ret == 0)
		ret = conf_buf_make(o->c->dev, &o->dst, o->doff + spec->room, &dst, &o->c->rng);
	if (ret == 0)
		conf_buf_write(&o->src, o->soff, spec->src, spec->len);
	return ret;
}

struct conf_op *
conf_op_new(struct conf_case *c, const struct conf_op_spec *spec)
{
	struct conf_op *o = calloc(1, sizeof(*o));
	struct rte_comp_op *op;

	if (o == NULL || (op = rte_comp_op_alloc(c->dev->ops)) == NULL) {
		free(o);
		conf_fail(c, "the suite is out of ops");
		return NULL;
	}
	o->c = c;
	o->op = op;
	o->next = c->ops;
	c->ops = o;
	o->data = spec->src;
	o->len = spec->len;
	o->room = spec->room;
	o->soff = c->p->soff;
	o->doff = c->p->doff;
	*op_user(op) = o;
	if (buffers_make(o, spec) != 0) {
		conf_fail(c, "the suite is out of mbufs");
		return NULL;
	}
	op->op_type = spec->stateful ? RTE_COMP_OP_STATEFUL : RTE_COMP_OP_STATELESS;
	if (spec->stateful)
		op->stream = spec->handle;
	else
		op->private_xform = spec->handle;
	op->m_src = o->src.segs[0].m;
	op->m_dst = o->dst.segs[0].m;
	op->src.offset = o->soff;
	op->src.length = o->len;
	op->dst.offset = o->doff;
	op->flush_flag = spec->flush;
	op->input_chksum = spec->chksum;
	return o;
}

void
conf_op_free(struct conf_op *o)
{
	struct conf_op **link = &o->c->ops;

	while (*link != o)
		link = &(*link)->next;
	*link = o->next;
	if (o->src.segs != NULL)
		conf_buf_free(&o->src);
	if (o->dst.segs != NULL)
		conf_buf_free(&o->dst);
	rte_comp_op_free(o->op);
	free(o);
}

/* Guards, source, and what precedes the output: nobody's to change. */
static enum conf_result
check_buffers(struct conf_op *o)
{
	const struct conf_params *p = o->c->p;
	const char *damage;

	damage = conf_buf_damage(&o->src);
	CONF_CHECK(o->c, damage == NULL, "source: %s", damage);
	damage = conf_buf_damage(&o->dst);
	CONF_CHECK(o->c, damage == NULL, "destination: %s", damage);
	CONF_CHECK(o->c, conf_buf_untouched(&o->src, 0, o->soff) &&
		   conf_buf_equal(&o->src, o->soff, o->data, o->len) &&
		   conf_buf_untouched(&o->src, o->soff + o->len, p->stail),
		   "the source was changed");
	CONF_CHECK(o->c, conf_buf_untouched(&o->dst, 0, o->doff),
		   "bytes before the destination's offset were changed");
	return CONF_PASS;
}

enum conf_result
conf_op_check(struct conf_op *o)
{
	const struct rte_comp_op *op = o->op;

	CONF_TRY(check_buffers(o));
	if (o->state == CONF_OP_REFUSED) {
		CONF_CHECK(o->c, conf_buf_untouched(&o->dst, 0, o->dst.len),
			   "the destination of an op that was refused was written to");
		return CONF_PASS;
	}
	CONF_CHECK(o->c, op->status != RTE_COMP_OP_STATUS_NOT_PROCESSED,
		   "an op came back with status NOT_PROCESSED");
	if (op->status != RTE_COMP_OP_STATUS_SUCCESS &&
	    op->status != RTE_COMP_OP_STATUS_OUT_OF_SPACE_RECOVERABLE)
		return CONF_PASS;
	CONF_CHECK(o->c, op->consumed <= o->len, "consumed %u of %u bytes with status %s",
		   op->consumed, o->len, conf_status(op->status));
	CONF_CHECK(o->c, op->produced <= o->room,
		   "produced %u bytes in room of %u with status %s", op->produced, o->room,
		   conf_status(op->status));
	return CONF_PASS;
}

/* One of those that came back: whose is it? */
static enum conf_result
account(struct conf_case *c, uint16_t qp, struct rte_comp_op *op, struct conf_op **o)
{
	*o = NULL;
	CONF_CHECK(c, op != NULL && op->mempool == c->dev->ops,
		   "dequeue returned what is no op of ours");
	*o = *op_user(op);
	CONF_CHECK(c, (*o)->state == CONF_OP_IN_FLIGHT && (*o)->qp == qp,
		   "dequeue returned an op that was not in flight on this queue pair");
	(*o)->state = CONF_OP_DONE;
	c->inflight[qp]--;
	conf_watch_progress();
	return conf_op_check(*o);
}

enum conf_result
conf_qp_poll(struct conf_case *c, uint16_t qp, struct conf_op **done, unsigned int max,
	     unsigned int *n)
{
	enum conf_result ret = CONF_PASS;
	struct rte_comp_op *ops[32];
	uint16_t nb;

	*n = 0;
	max = RTE_MIN(max, RTE_DIM(ops));
	nb = rte_compressdev_dequeue_burst(c->dev->id, qp, ops, max);
	CONF_CHECK(c, nb <= max, "dequeue of %u ops returned %u", max, nb);
	/* all of them, whatever is wrong with one: they are not in flight any more */
	for (uint16_t i = 0; i < nb; i++) {
		if (account(c, qp, ops[i], &done[*n]) != CONF_PASS)
			ret = CONF_FAIL;
		*n += done[*n] != NULL;
	}
	return ret;
}

static uint64_t
enqueue_errors(const struct conf_dev *dev)
{
	struct rte_compressdev_stats stats;

	return rte_compressdev_stats_get(dev->id, &stats) == 0 ? stats.enqueue_err_count : 0;
}

/* Not taken: is that for good? Only a full queue is worth another try. */
static bool
refused(const struct conf_op *o, uint64_t errors)
{
	return o->op->status != RTE_COMP_OP_STATUS_NOT_PROCESSED ||
		enqueue_errors(o->c->dev) != errors;
}

enum conf_result
conf_op_submit(struct conf_op *o, uint16_t qp)
{
	struct conf_case *c = o->c;
	struct conf_clock clock;
	uint64_t errors = enqueue_errors(c->dev);
	uint16_t nb;

	conf_clock_start(c->dev, &clock);
	o->qp = qp;
	for (;;) {
		o->op->status = RTE_COMP_OP_STATUS_NOT_PROCESSED;
		/* now: it may come back from within */
		o->state = CONF_OP_IN_FLIGHT;
		nb = rte_compressdev_enqueue_burst(c->dev->id, qp, &o->op, 1);
		if (nb == 1) {
			c->inflight[qp]++;
			return CONF_PASS;
		}
		CONF_CHECK(c, nb == 0, "enqueue of one op returned %u", nb);
		if (refused(o, errors)) {
			o->state = CONF_OP_REFUSED;
			return conf_op_check(o);
		}
		o->state = CONF_OP_NEW;
		if (conf_clock_over(&clock))
			return conf_fail(c, "enqueue took no op for %u s", c->dev->timeout_s);
		conf_idle();
	}
}

enum conf_result
conf_op_run(struct conf_op *o)
{
	struct conf_case *c = o->c;
	uint16_t qp = (uint32_t)c->p->seed % c->dev->nb_qps;
	struct conf_op *done;
	struct conf_clock clock;
	unsigned int n;

	CONF_TRY(conf_op_submit(o, qp));
	conf_clock_start(c->dev, &clock);
	while (o->state == CONF_OP_IN_FLIGHT) {
		CONF_TRY(conf_qp_poll(c, qp, &done, 1, &n));
		if (conf_clock_over(&clock))
			return conf_lost(c, "a single op");
		if (n == 0)
			conf_idle();
	}
	return CONF_PASS;
}

enum conf_result
conf_op_must(struct conf_op *o, const char *what)
{
	struct conf_case *c = o->c;

	CONF_TRY(conf_op_run(o));
	CONF_CHECK(c, o->state == CONF_OP_DONE, "%s: enqueue refused it with status %s", what,
		   conf_status(o->op->status));
	CONF_CHECK(c, o->op->status == RTE_COMP_OP_STATUS_SUCCESS,
		   "%s: status %s for %u bytes with room for %u", what,
		   conf_status(o->op->status), o->len, o->room);
	CONF_CHECK(c, o->op->consumed == o->len, "%s: SUCCESS, but consumed %u of %u bytes",
		   what, o->op->consumed, o->len);
	return CONF_PASS;
}

uint8_t *
conf_op_output(struct conf_op *o)
{
	uint8_t *out = conf_mem(o->c, o->op->produced);

	conf_buf_read(&o->dst, o->doff, out, o->op->produced);
	return out;
}
