/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/*
 * Verified compression: before an op is given back, the soft device inflates its output
 * and compares. What is wrong is compressed again by the soft device. Both are requests
 * in its lanes of streams, which are the dequeuer's own.
 */

#include "uacce_zip_stream.h"

/* What of dw12 concerns a verification. */
#define VERIFY_EXT	(HISI_ZIP_EXT_MAGIC_MASK | HISI_ZIP_EXT_LEVEL_MASK | \
	HISI_ZIP_EXT_HUFF_MASK << HISI_ZIP_EXT_HUFF_SHIFT | \
	HISI_ZIP_EXT_WIN_MASK << HISI_ZIP_EXT_WIN_SHIFT)

static struct uacce_zip_lane *
verify_lane(struct uacce_zip_qp *qp, enum hisi_qm_qc_type dir)
{
	return &qp->lanes[ZIP_LANE_STREAM + ZIP_LANE_SOFT + dir];
}

bool
uacce_zip_stream_room(struct uacce_zip_qp *qp)
{
	for (unsigned int dir = 0; dir < 2; dir++)
		if (!uacce_zip_stream_lane_room(verify_lane(qp, dir)))
			return false;
	return qp->deq.nb_verify + qp->deq.nb_streams < qp->deq.max_streams;
}

bool
uacce_zip_verify_can_go_on(struct uacce_zip_lane *lane)
{
	/* one that is verified may be made again and so on, and is counted already */
	return lane->stream ?
		uacce_zip_stream_lane_room(verify_lane(lane->qp, !(lane->id & 1))) :
		uacce_zip_stream_room(lane->qp);
}

/* Its output is not proven right. */
static struct rte_comp_op *
give_up(struct uacce_zip_qp *qp, struct rte_comp_op *op)
{
	op->status = RTE_COMP_OP_STATUS_ERROR;
	op->consumed = 0;
	op->produced = 0;
	zip_count(&qp->deq.errors, 1);
	return op;
}

static void
submit_later(struct uacce_zip_lane *lane, struct uacce_zip_slot *slot,
	     enum uacce_zip_task task)
{
	/* the dequeuer's side only, which is this one */
	slot->task = task;
	lane->qp->deq.nb_verify++;
	lane->qp->deq.stream_rung |= 1u << lane->id;
	zip_count(&lane->qp->deq.stream_requests[lane->id], 1);
}

static int
verify_push(struct uacce_zip_lane *lane, struct rte_comp_op *op, enum uacce_zip_task task)
{
	const struct uacce_zip_xform *x = op->private_xform;
	uint16_t tail = lane->qm.enq.tail;
	struct uacce_zip_slot *slot = &lane->slots[tail];
	struct hisi_zip_sqe *sqe = hisi_qm_sqe(&lane->qm, tail);
	struct uacce_zip_place stream, data;
	int ret = 0;

	/* they were in the chains when the op came, and no less */
	if (!zip_place_src(op->m_dst, op->dst.offset, op->produced, &stream) ||
	    !zip_place_src(op->m_src, op->src.offset, op->consumed, &data))
		return -EINVAL;
	*sqe = x->soft;
	sqe->dw9 = (sqe->dw9 & ~HISI_ZIP_DW9_REQ_MASK) | HISI_ZIP_REQ_EXT_VERIFY;
	sqe->priv_info &= VERIFY_EXT;
	if (op->flush_flag == RTE_COMP_FLUSH_FULL ||
	    op->status == RTE_COMP_OP_STATUS_OUT_OF_SPACE_RECOVERABLE)
		sqe->priv_info |= HISI_ZIP_EXT_NO_FINAL;
	/* the dictionary, and no checksum */
	sqe->lba_l &= 0xffffu << HISI_ZIP_EXT2_DICT_SHIFT;
	sqe->dw26 = tail;
	sqe->input_data_length = op->produced;
	sqe->dest_avail_out = op->consumed;
	slot->spill = 0;
	slot->null = false;
	slot->dst_room = op->consumed;
	if (stream.flat && data.flat)
		zip_sqe_set_addr(sqe, zip_place_addr(&stream), zip_place_addr(&data));
	else
		ret = uacce_zip_lane_lists(lane, slot, sqe, &stream, &data);
	if (ret != 0)
		return ret;
	submit_later(lane, slot, task);
	hisi_qm_push(&lane->qm, op);
	return 0;
}

/* The op if that cannot be, else NULL. */
static struct rte_comp_op *
verify(struct uacce_zip_qp *qp, struct rte_comp_op *op, enum uacce_zip_task task)
{
	struct uacce_zip_lane *lane = verify_lane(qp, HISI_QM_QC_DECOMPRESS);

	if (!uacce_zip_stream_lane_usable(lane) || !hisi_qm_has_room(&lane->qm) ||
	    verify_push(lane, op, task) != 0)
		return give_up(qp, op);
	return NULL;
}

/* Is there output that can be wrong? */
static bool
has_output(const struct rte_comp_op *op)
{
	return op->status == RTE_COMP_OP_STATUS_SUCCESS ||
		op->status == RTE_COMP_OP_STATUS_OUT_OF_SPACE_RECOVERABLE;
}

struct rte_comp_op *
uacce_zip_verify_start(struct uacce_zip_qp *qp, struct rte_comp_op *op)
{
	const struct uacce_zip_xform *x = op->private_xform;

	if (!has_output(op) ||
	    (x->soft.dw9 & HISI_ZIP_DW9_REQ_MASK) != HISI_ZIP_REQ_DEFLATE)
		return op;
	if (qp->deq.verify_left != 0) {
		qp->deq.verify_left--;
		return op;
	}
	qp->deq.verify_left = qp->zip->args.verify - 1;
	return verify(qp, op, ZIP_TASK_VERIFY);
}

struct rte_comp_op *
uacce_zip_verify_redone(struct uacce_zip_qp *qp, struct rte_comp_op *op)
{
	qp->deq.nb_verify--;
	return has_output(op) ? verify(qp, op, ZIP_TASK_VERIFY_REDO) : op;
}

/* Compress again, in software. */
static struct rte_comp_op *
redo(struct uacce_zip_qp *qp, struct rte_comp_op *op)
{
	struct uacce_zip_lane *lane = verify_lane(qp, HISI_QM_QC_COMPRESS);
	const struct uacce_zip_xform *x = op->private_xform;
	struct uacce_zip_place src, dst;
	uint16_t tail;

	if (!x->soft_ok || !uacce_zip_stream_lane_usable(lane) ||
	    !hisi_qm_has_room(&lane->qm) ||
	    !zip_place_src(op->m_src, op->src.offset, op->src.length, &src) ||
	    !zip_place_dst(op->m_dst, op->dst.offset, &dst))
		return give_up(qp, op);
	tail = lane->qm.enq.tail;
	if (uacce_zip_lane_push(lane, op, x, &src, &dst) != 0)
		return give_up(qp, op);
	submit_later(lane, &lane->slots[tail], ZIP_TASK_REDO);
	return NULL;
}

struct rte_comp_op *
uacce_zip_verify_complete(struct uacce_zip_lane *lane, const struct uacce_zip_slot *slot,
			  struct rte_comp_op *op, const struct zip_answer *a)
{
	struct uacce_zip_qp *qp = lane->qp;

	bool again = slot->task == ZIP_TASK_VERIFY_REDO;

	qp->deq.nb_verify--;
	if (!again)
		zip_count(&qp->deq.verified, 1);
	if (likely((a->status & HISI_ZIP_STATUS_MASK) == HISI_ZIP_STATUS_OK))
		return op;
	zip_count(&qp->deq.faults[ZIP_FAULT_VERIFY], 1);
	return again ? give_up(qp, op) : redo(qp, op);
}
