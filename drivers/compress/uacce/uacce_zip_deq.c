/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

#include <rte_cycles.h>

#include "uacce_zip_sgl.h"
#include "uacce_zip_stream.h"

/* Only what a stateless request can end with counts as success (3.5). */
static uint8_t
decode_status(const struct uacce_zip_lane *lane, const struct uacce_zip_slot *slot,
	      const struct zip_answer *a)
{
	switch (a->status & HISI_ZIP_STATUS_MASK) {
	case HISI_ZIP_STATUS_OK:
	case HISI_ZIP_STATUS_NEG_COMP:
		return RTE_COMP_OP_STATUS_SUCCESS;
	case HISI_ZIP_STATUS_NO_SPACE:
		if (lane->soft && a->consumed != 0)
			return RTE_COMP_OP_STATUS_OUT_OF_SPACE_RECOVERABLE;
		/* more room than it has already would not help */
		return slot->clamped ? RTE_COMP_OP_STATUS_ERROR :
			RTE_COMP_OP_STATUS_OUT_OF_SPACE_TERMINATED;
	default:
		return RTE_COMP_OP_STATUS_ERROR;
	}
}

/* What fitted was done, and the rest is the caller's to go on with. */
static uint8_t
decode_partial(struct rte_comp_op *op, const struct uacce_zip_slot *slot,
	       const struct zip_answer *a)
{
	if (a->consumed > slot->src_len || a->produced > slot->dst_room)
		return RTE_COMP_OP_STATUS_ERROR;
	op->consumed = a->consumed;
	op->produced = a->produced;
	return RTE_COMP_OP_STATUS_OUT_OF_SPACE_RECOVERABLE;
}

/* Success as far as the device is concerned: believe it within the buffers. */
static inline uint8_t
decode_lengths(struct rte_comp_op *op, const struct uacce_zip_slot *slot,
	       uint32_t consumed, uint32_t produced)
{
	if (unlikely(consumed > slot->src_len ||
		     (slot->compress && consumed != slot->src_len) ||
		     (consumed == 0 && slot->src_len != 0) ||
		     produced < slot->trim ||
		     produced > slot->dst_room + slot->spill))
		return RTE_COMP_OP_STATUS_ERROR;
	produced -= slot->trim;
	if (unlikely(produced > slot->dst_room))
		return slot->clamped ? RTE_COMP_OP_STATUS_ERROR :
			RTE_COMP_OP_STATUS_OUT_OF_SPACE_TERMINATED;
	op->consumed = consumed;
	op->produced = produced;
	return RTE_COMP_OP_STATUS_SUCCESS;
}

static inline void
decode(struct uacce_zip_lane *lane, const struct uacce_zip_slot *slot,
       const struct hisi_zip_sqe *sqe, const struct zip_answer *a,
       struct rte_comp_op *op)
{
	uint64_t *faults = lane->qp->deq.faults;
	uint8_t status = decode_status(lane, slot, a);

	op->consumed = 0;
	op->produced = 0;
	op->debug_status = a->status;
	if (likely(status == RTE_COMP_OP_STATUS_SUCCESS) ||
	    status == RTE_COMP_OP_STATUS_OUT_OF_SPACE_RECOVERABLE) {
		status = status == RTE_COMP_OP_STATUS_SUCCESS ?
			decode_lengths(op, slot, a->consumed, a->produced) :
			decode_partial(op, slot, a);
		if (unlikely(status == RTE_COMP_OP_STATUS_ERROR))
			zip_count(&faults[ZIP_FAULT_WRITEBACK], 1);
		else if (lane->soft)
			zip_op_set_chksum(op, sqe, slot->chksum);
	} else if (status == RTE_COMP_OP_STATUS_ERROR) {
		zip_count(&faults[ZIP_FAULT_STATUS], 1);
	}
	if (unlikely(slot->chksum == ZIP_CHKSUM_UDC))
		status = zip_op_udc(op, sqe, slot->compress, status);
	op->status = status;
	if (unlikely(status != RTE_COMP_OP_STATUS_SUCCESS &&
		     status != RTE_COMP_OP_STATUS_OUT_OF_SPACE_RECOVERABLE))
		zip_count(&lane->qp->deq.errors, 1);
}

/*
 * The CQE at the head names a request that is not written back: a device whose
 * write-back is late, or a CQE that is not meant for this request. Either way the
 * request completes later, as a rule, and the CQE waits for that. If it does not, the
 * device is not to be trusted any more. A lane that has failed waits for nothing.
 */
static bool
must_wait(struct uacce_zip_lane *lane)
{
	uint64_t now = rte_rdtsc();

	if (__atomic_load_n(&lane->state, __ATOMIC_RELAXED) != ZIP_LANE_OPEN)
		return false;
	if (lane->early == 0) {
		zip_count(&lane->qp->deq.faults[ZIP_FAULT_CQE_EARLY], 1);
		lane->early = now;
	}
	if (now - lane->early > zip_tsc_of_ms(ZIP_EARLY_MS))
		uacce_zip_lane_fail(lane, ZIP_FAULT_CQE_EARLY, true);
	return true;
}

/* The op of a request that was answered; NULL if it is not done yet. */
static inline struct rte_comp_op *
completed(struct uacce_zip_lane *lane, struct uacce_zip_slot *slot,
	  const struct hisi_zip_sqe *sqe, const struct zip_answer *a,
	  struct rte_comp_op *op)
{
	if (unlikely(lane->stream && slot->task == ZIP_TASK_STREAM))
		return uacce_zip_stream_complete(lane, op, sqe, a);
	if (unlikely(lane->stream && slot->task != ZIP_TASK_REDO))
		return uacce_zip_verify_complete(lane, slot, op, a);
	decode(lane, slot, sqe, a, op);
	if (unlikely(lane->stream))
		return uacce_zip_verify_redone(lane->qp, op);
	if (unlikely(lane->verify && slot->compress))
		return uacce_zip_verify_start(lane->qp, op);
	return op;
}

/* The CQE at the head is done with. */
static inline void
take_cqe(struct uacce_zip_lane *lane)
{
	hisi_qm_cq_advance(&lane->qm);
	lane->early = 0;
}

/* Take one CQE; *op is NULL if it completes nothing. False if it has to wait. */
static inline bool
complete(struct uacce_zip_lane *lane, uint16_t index, struct rte_comp_op **op)
{
	struct hisi_qm_queue *qm = &lane->qm;
	const struct hisi_zip_sqe *sqe = hisi_qm_sqe(qm, index);
	struct uacce_zip_slot *slot = &lane->slots[index];
	void *owner = hisi_qm_owner(qm, index);
	struct zip_answer answer;

	*op = NULL;
	if (unlikely(owner == NULL || owner == HISI_QM_SLOT_DONE)) {
		take_cqe(lane);
		zip_count(&lane->qp->deq.faults[ZIP_FAULT_CQE_SLOT], 1);
		return true;
	}
	if (unlikely(!zip_answer_read(lane, slot, sqe, &answer))) {
		if (must_wait(lane))
			return false;
		take_cqe(lane);
		return true;
	}
	if (unlikely(lane->verify &&
		     (lane->stream ? slot->task != ZIP_TASK_STREAM : slot->compress) &&
		     !uacce_zip_verify_can_go_on(lane)))
		return false;
	take_cqe(lane);
	if (unlikely(slot->chain_len > ZIP_CHAIN_KEEP))
		uacce_zip_sgl_free(slot);
	/* may submit again: this slot is not free before the next CQ doorbell */
	*op = completed(lane, slot, sqe, &answer, owner);
	hisi_qm_done(qm, index);
	return true;
}

/*
 * Nothing came: has the device stopped? A lane that can never be fed again is
 * retired as well, once it is empty.
 */
static inline void
lane_check_stop(struct uacce_zip_lane *lane, bool rx_stopped)
{
	if (likely(!rx_stopped && !hisi_qm_tx_stopped(&lane->qm)))
		return;
	if (rx_stopped || hisi_qm_nb_used(&lane->qm) == 0)
		uacce_zip_lane_fail(lane, ZIP_FAULT_STOP, true);
}

/*
 * Nothing came for a while: is the device at work at all? A request that was there at the
 * last look, and no progress in a whole period since, is the end of the queue.
 */
static void
lane_check_stall(struct uacce_zip_lane *lane)
{
	uint64_t now = rte_rdtsc(), doorbells = lane->qm.deq.doorbells;
	bool moved = lane->stall_since == 0 || lane->stall_doorbells != doorbells ||
		uacce_zip_lane_cq_waits(lane);

	if (!moved && now - lane->stall_since < lane->qp->timeout)
		return;
	if (!moved && lane->stall_owes) {
		uacce_zip_lane_fail(lane, ZIP_FAULT_TIMEOUT, true);
		return;
	}
	/* many words to read, so only once in a period */
	lane->stall_owes = !moved && hisi_qm_nb_used(&lane->qm) != 0;
	lane->stall_since = now;
	lane->stall_doorbells = doorbells;
}

uint16_t
uacce_zip_lane_reap(struct uacce_zip_lane *lane, struct rte_comp_op **ops,
		    uint16_t nb_ops)
{
	struct hisi_qm_queue *qm = &lane->qm;
	uint16_t n = 0, index;

	/* a device that posts for ever must not keep us here */
	for (uint32_t budget = qm->cq_depth; n < nb_ops && budget != 0; budget--) {
		if (!hisi_qm_cq_peek(qm, &index))
			break;
		if (unlikely(index >= qm->sq_depth)) {
			uacce_zip_lane_fail(lane, ZIP_FAULT_CQE_INDEX, false);
			break;
		}
		if (unlikely(!complete(lane, index, &ops[n])))
			break;
		n += ops[n] != NULL;
	}
	zip_count(&lane->qp->deq.lane_ops[lane->id], n);
	return n;
}

static inline uint16_t
lane_poll(struct uacce_zip_lane *lane, struct rte_comp_op **ops, uint16_t nb_ops)
{
	/* acquire: pairs with the releases of the enqueuer's moves */
	int state = __atomic_load_n(&lane->state, __ATOMIC_ACQUIRE);
	bool rx_stopped;
	uint16_t n;

	if (state == ZIP_LANE_CLOSED)
		return 0;
	if (unlikely(state != ZIP_LANE_OPEN))
		return uacce_zip_lane_sweep(lane, ops, nb_ops);
	if (lane->polled)
		uacce_soft_run(lane->qm.uq.ctx, nb_ops);
	/* before the CQ is read: what was posted before the stop is delivered */
	rx_stopped = hisi_qm_rx_stopped(&lane->qm);
	n = uacce_zip_lane_reap(lane, ops, nb_ops);
	if (n == 0 && likely(__atomic_load_n(&lane->state, __ATOMIC_RELAXED) ==
			     ZIP_LANE_OPEN)) {
		if (lane->qm.deq.nb_unacked != 0)
			hisi_qm_ack(&lane->qm);
		lane_check_stop(lane, rx_stopped);
		if (unlikely(++lane->idle_polls % ZIP_STALL_POLLS == 0) && !lane->soft &&
		    lane->qp->timeout != 0)
			lane_check_stall(lane);
	}
	return n;
}

uint16_t
uacce_zip_lane_poll(struct uacce_zip_lane *lane, struct rte_comp_op **ops,
		    uint16_t nb_ops)
{
	return lane_poll(lane, ops, nb_ops);
}

/* Is there an op of a stream to begin or to complete, or one to verify? */
static inline bool
streams_wait(const struct uacce_zip_qp *qp)
{
	return qp->deq.nb_streams != 0 || qp->deq.nb_verify != 0 ||
		qp->deq.parked != NULL || !rte_ring_empty(qp->stream_ops);
}

uint16_t
uacce_zip_dequeue_burst(void *queue_pair, struct rte_comp_op **ops, uint16_t nb_ops)
{
	struct uacce_zip_qp *qp = queue_pair;
	unsigned int first = qp->deq.first_lane;
	uint16_t n = 0;

	if (unlikely(nb_ops == 0 || qp->self != uacce_zip_self))
		return 0;
	/* the lanes of streams count as one, the last */
	for (unsigned int i = 0; i <= ZIP_LANE_STREAM && n < nb_ops; i++) {
		unsigned int l = (first + i) % (ZIP_LANE_STREAM + 1);

		if (l != ZIP_LANE_STREAM)
			n += lane_poll(&qp->lanes[l], &ops[n], nb_ops - n);
		else if (unlikely(streams_wait(qp)))
			n += uacce_zip_stream_poll(qp, &ops[n], nb_ops - n);
	}
	/* what is to be verified came after the lanes of streams were served */
	if (unlikely(qp->deq.stream_rung != 0))
		uacce_zip_stream_doorbells(qp);
	/* no lane starves behind a busy one */
	qp->deq.first_lane = (first + 1) % (ZIP_LANE_STREAM + 1);
	zip_count(&qp->deq.polls, 1);
	zip_count(&qp->deq.ops, n);
	if (n == 0)
		zip_count(&qp->deq.idle_polls, 1);
	return n;
}
