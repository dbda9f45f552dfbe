/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

#include <errno.h>

#include <rte_prefetch.h>

#include "uacce_zip_sgl.h"
#include "uacce_zip_stream.h"

/* Op and xform agree with each other and with the buffers? */
static inline bool
op_valid(const struct rte_comp_op *op, struct uacce_zip_place *src,
	 struct uacce_zip_place *dst)
{
	const struct uacce_zip_xform *x = op->private_xform;

	if (unlikely(x == NULL || op->m_src == NULL || op->m_dst == NULL))
		return false;
	if (unlikely(x->compress && op->flush_flag != RTE_COMP_FLUSH_FINAL &&
		     op->flush_flag != RTE_COMP_FLUSH_FULL))
		return false;
	return zip_place_src(op->m_src, op->src.offset, op->src.length, src) &&
		zip_place_dst(op->m_dst, op->dst.offset, dst);
}

/*
 * Could the output need more room than an engine takes, and does the caller offer
 * it? Compression adds little; what decompression makes of its input is unknown.
 */
static inline bool
output_may_exceed(const struct rte_comp_op *op, const struct uacce_zip_xform *x,
		  uint32_t room)
{
	return room > HISI_ZIP_MAX_LEN - ZIP_SPILL_LEN &&
		(!x->compress || op->src.length > HISI_ZIP_MAX_LEN / 2);
}

/* May the engine do it? If not, say why. */
static inline bool
engine_takes(const struct rte_comp_op *op, const struct uacce_zip_xform *x,
	     uint32_t room, enum uacce_zip_fallback *why)
{
	if (!x->engine_ok)
		*why = ZIP_FALLBACK_XFORM;
	else if (x->compress && op->flush_flag != RTE_COMP_FLUSH_FINAL)
		*why = ZIP_FALLBACK_FLUSH;
	else if (op->src.length == 0 || op->src.length > HISI_ZIP_MAX_LEN ||
		 (x->soft_ok && output_may_exceed(op, x, room)))
		*why = ZIP_FALLBACK_SIZE;
	else
		return true;
	return false;
}

static inline bool
lane_usable(struct uacce_zip_lane *lane, int *ret)
{
	/* acquire: pairs with the release of uacce_zip_lane_ready() */
	if (likely(__atomic_load_n(&lane->state, __ATOMIC_ACQUIRE) == ZIP_LANE_OPEN &&
		   !hisi_qm_tx_stopped(&lane->qm)))
		return true;
	*ret = uacce_zip_lane_ready(lane);
	return *ret == 0;
}

/*
 * The lane an op goes to, NULL with the op's status set if there is none. A lane
 * that the dequeuer has to clean up first counts as full.
 */
static inline struct uacce_zip_lane *
lane_choose(struct uacce_zip_qp *qp, struct rte_comp_op *op,
	    const struct uacce_zip_xform *x, uint32_t room, enum uacce_zip_fallback *why)
{
	unsigned int dir = x->compress ? HISI_QM_QC_COMPRESS : HISI_QM_QC_DECOMPRESS;
	struct uacce_zip_lane *lane;
	int ret = -ENOTSUP;

	if (qp->zip->nb_engines != 0) {
		lane = &qp->lanes[ZIP_LANE_ENGINE + dir];
		if (engine_takes(op, x, room, why) && lane_usable(lane, &ret))
			return lane;
	}
	if (x->soft_ok) {
		lane = &qp->lanes[ZIP_LANE_SOFT + dir];
		if (likely(lane_usable(lane, &ret)))
			return lane;
	}
	if (ret == -EAGAIN)
		op->status = RTE_COMP_OP_STATUS_NOT_PROCESSED;
	else if (ret == -ENOTSUP)
		op->status = RTE_COMP_OP_STATUS_INVALID_ARGS;
	else
		op->status = RTE_COMP_OP_STATUS_ERROR;
	return NULL;
}

/* Both buffers as lists; the engine's extra bytes get room of ours. */
int
uacce_zip_lane_lists(struct uacce_zip_lane *lane, struct uacce_zip_slot *slot,
		     struct hisi_zip_sqe *sqe, const struct uacce_zip_place *src,
		     const struct uacce_zip_place *dst)
{
	struct uacce_zip_lists *lists = &lane->lists[lane->qm.enq.tail];
	uint32_t nb_src = uacce_zip_sgl_count(src->m, src->offset, src->len);
	uint32_t nb_dst = uacce_zip_sgl_count(dst->m, dst->offset, slot->dst_room) +
		(slot->spill != 0);
	void *dst_mem;
	int ret;

	ret = uacce_zip_sgl_reserve(lane->qp, slot, nb_src, nb_dst);
	if (unlikely(ret != 0))
		return ret;
	dst_mem = RTE_PTR_ADD(slot->chain, uacce_zip_sgl_size(nb_src));
	sqe->dw9 |= HISI_ZIP_BUF_SGL << HISI_ZIP_DW9_BUF_SHIFT;
	zip_sqe_set_addr(sqe,
		uacce_zip_sgl_build(&lists->src, slot->chain, nb_src, src->m,
				    src->offset, src->len, NULL, 0),
		uacce_zip_sgl_build(&lists->dst, dst_mem, nb_dst, dst->m, dst->offset,
				    slot->dst_room, lists->spill, slot->spill));
	return 0;
}

/*
 * Room past the caller's that the engine needs: for a trailer we drop, and
 * because it ignores requests with next to none (datasheet 3.8).
 */
static inline uint8_t
engine_spill(const struct uacce_zip_xform *x, uint32_t room)
{
	if (room >= HISI_ZIP_MIN_OUT)
		return x->trim;
	return ZIP_SPILL_LEN;
}

/* Write the request into the slot at the tail and hand it over. */
static inline int
lane_push(struct uacce_zip_lane *lane, struct rte_comp_op *op,
	  const struct uacce_zip_xform *x, const struct uacce_zip_place *src,
	  const struct uacce_zip_place *dst)
{
	uint16_t tail = lane->qm.enq.tail;
	struct uacce_zip_slot *slot = &lane->slots[tail];
	struct hisi_zip_sqe *sqe = hisi_qm_sqe(&lane->qm, tail);
	uint32_t room = dst->len;
	int ret;

	slot->spill = 0;
	slot->trim = 0;
	slot->clamped = false;
	if (lane->soft) {
		*sqe = x->soft;
		zip_sqe_set_ext(sqe, op, x);
		sqe->dw26 = tail;
	} else {
		*sqe = x->engine;
		if (x->tag_dw13)
			sqe->dw13 = tail;
		else
			sqe->dw26 = tail;
		slot->trim = x->trim;
		slot->spill = engine_spill(x, room);
		slot->clamped = room > HISI_ZIP_MAX_LEN - slot->spill;
		if (unlikely(slot->clamped))
			room = HISI_ZIP_MAX_LEN - slot->spill;
	}
	slot->src_len = src->len;
	slot->dst_room = room;
	slot->chksum = x->chksum;
	slot->compress = x->compress;
	sqe->input_data_length = src->len;
	sqe->dest_avail_out = room + slot->spill;
	if (likely(src->flat && dst->flat && slot->spill == 0)) {
		zip_sqe_set_addr(sqe, zip_place_addr(src), zip_place_addr(dst));
	} else {
		ret = uacce_zip_lane_lists(lane, slot, sqe, src, dst);
		if (unlikely(ret != 0))
			return ret;
	}
	/* now: once pushed it is the dequeuer's, which may fail it at any time */
	op->status = RTE_COMP_OP_STATUS_NOT_PROCESSED;
	hisi_qm_push(&lane->qm, op);
	return 0;
}

int
uacce_zip_lane_push(struct uacce_zip_lane *lane, struct rte_comp_op *op,
		    const struct uacce_zip_xform *x, const struct uacce_zip_place *src,
		    const struct uacce_zip_place *dst)
{
	return lane_push(lane, op, x, src, dst);
}

/* The op ends the burst: say why, to the caller and in the counters. */
static bool
refuse(struct uacce_zip_qp *qp, struct rte_comp_op *op, uint8_t status)
{
	op->status = status;
	zip_count(status == RTE_COMP_OP_STATUS_NOT_PROCESSED ?
		  &qp->enq.full : &qp->enq.errors, 1);
	return false;
}

/* An op that is not stateless. */
static bool
enqueue_stream(struct uacce_zip_qp *qp, struct rte_comp_op *op)
{
	uint8_t status = RTE_COMP_OP_STATUS_INVALID_ARGS;

	if (op->op_type == RTE_COMP_OP_STATEFUL)
		status = uacce_zip_stream_enqueue(qp, op);
	return status == RTE_COMP_OP_STATUS_SUCCESS || refuse(qp, op, status);
}

/* No lane takes the op; what it lacks may be had in another way. */
static bool
enqueue_own(struct uacce_zip_qp *qp, struct rte_comp_op *op, enum uacce_zip_fallback why)
{
	const struct uacce_zip_xform *x = op->private_xform;
	uint8_t status = op->status;

	if (status == RTE_COMP_OP_STATUS_INVALID_ARGS && x->engine_ok &&
	    (why == ZIP_FALLBACK_FLUSH || op->src.length == 0))
		status = uacce_zip_own_enqueue(qp, op);
	return status == RTE_COMP_OP_STATUS_SUCCESS || refuse(qp, op, status);
}

/* One op into its lane; false if the burst ends before it. */
static inline bool
enqueue_one(struct uacce_zip_qp *qp, struct rte_comp_op *op, uint32_t *rung)
{
	const struct uacce_zip_xform *x = op->private_xform;
	enum uacce_zip_fallback why = ZIP_FALLBACK_QUEUE;
	struct uacce_zip_place src, dst;
	struct uacce_zip_lane *lane;

	if (unlikely(op->op_type != RTE_COMP_OP_STATELESS))
		return enqueue_stream(qp, op);
	if (unlikely(!op_valid(op, &src, &dst)))
		return refuse(qp, op, RTE_COMP_OP_STATUS_INVALID_ARGS);
	lane = lane_choose(qp, op, x, dst.len, &why);
	if (unlikely(lane == NULL))
		return enqueue_own(qp, op, why);
	if (unlikely(!hisi_qm_has_room(&lane->qm)))
		return refuse(qp, op, RTE_COMP_OP_STATUS_NOT_PROCESSED);
	if (unlikely(lane_push(lane, op, x, &src, &dst) != 0))
		return refuse(qp, op, RTE_COMP_OP_STATUS_ERROR);
	*rung |= 1u << lane->id;
	zip_count(&qp->enq.lane_ops[lane->id], 1);
	if (unlikely(lane->soft && qp->zip->nb_engines != 0))
		zip_count(&qp->enq.fallback[why], 1);
	return true;
}

uint16_t
uacce_zip_enqueue_burst(void *queue_pair, struct rte_comp_op **ops, uint16_t nb_ops)
{
	struct uacce_zip_qp *qp = queue_pair;
	uint32_t rung = 0, failures;
	uint16_t i;

	if (unlikely(qp->self != uacce_zip_self)) {
		if (nb_ops != 0)
			ops[0]->status = RTE_COMP_OP_STATUS_ERROR;
		return 0;
	}
	for (i = 0; i < nb_ops; i++) {
		if (i + 1 < nb_ops)
			rte_prefetch0(ops[i + 1]);
		if (unlikely(!enqueue_one(qp, ops[i], &rung)))
			break;
	}
	for (unsigned int id = 0; rung != 0; id++, rung >>= 1)
		if (rung & 1)
			hisi_qm_submit(&qp->lanes[id].qm);
	/* only now: a lane that failed in mid-burst has had its doorbell */
	failures = __atomic_load_n(&qp->failures, __ATOMIC_ACQUIRE);
	if (unlikely(failures != qp->enq.failures))
		uacce_zip_qp_quiesce(qp, failures);
	zip_count(&qp->enq.bursts, 1);
	zip_count(&qp->enq.ops, i);
	return i;
}
