/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

#include <errno.h>

#include <rte_cycles.h>
#include <rte_errno.h>
#include <rte_malloc.h>

#include "uacce_zip_sgl.h"
#include "uacce_zip_stream.h"

/* After an open that failed: wait this long, twice as long each time, at most so long. */
#define OPEN_DELAY_MS		100
#define OPEN_DELAY_MAX_MS	1000
/* From one attempt to halt a device to the next. */
#define HALT_DELAY_MS		100
/* An empty lane that stays unusable for so long is an error to the caller. */
#define UNUSABLE_MS		1000

static void
lane_set_state(struct uacce_zip_lane *lane, enum uacce_zip_lane_state state)
{
	/* release: what was done in the old state is seen in the new one */
	__atomic_store_n(&lane->state, state, __ATOMIC_RELEASE);
}

static void
lane_free(struct uacce_zip_lane *lane)
{
	uint32_t depth = lane->qm.sq_depth;

	rte_spinlock_lock(&lane->lock);
	/* first: a device that did not halt may still read the lists */
	hisi_qm_teardown(&lane->qm);
	for (uint32_t i = 0; lane->slots != NULL && i < depth; i++)
		uacce_zip_sgl_free(&lane->slots[i]);
	if (lane->stream)
		lane->qp->deq.stream_rung &= ~(1u << lane->id);
	rte_free(lane->slots);
	rte_free(lane->lists);
	lane->slots = NULL;
	lane->lists = NULL;
	lane->early = 0;
	lane->hot = false;
	lane->stall_owes = false;
	lane->stall_since = 0;
	lane_set_state(lane, ZIP_LANE_CLOSED);
	rte_spinlock_unlock(&lane->lock);
}

static int
lane_setup(struct uacce_zip_lane *lane)
{
	const struct uacce_zip_engine *e = lane->engine;
	int socket_id = lane->qp->socket_id;
	int ret;

	ret = uacce_zip_engine_check(lane);
	if (ret != 0)
		return ret;
	ret = hisi_qm_setup(&lane->qm, lane->dev, e->ops, e->backend,
			    lane->id & 1, HISI_ZIP_SQE_SIZE, socket_id);
	if (ret != 0)
		return ret;
	lane->slots = rte_zmalloc_socket("uacce_zip_slots",
		sizeof(lane->slots[0]) * lane->qm.sq_depth,
		RTE_CACHE_LINE_SIZE, socket_id);
	lane->lists = rte_malloc_socket("uacce_zip_lists",
		sizeof(lane->lists[0]) * lane->qm.sq_depth,
		RTE_CACHE_LINE_SIZE, socket_id);
	if (lane->slots == NULL || lane->lists == NULL) {
		ZIP_LOG(ERR, "%s: no memory for %u slots on socket %d",
			lane->dev->name, lane->qm.sq_depth, socket_id);
		return -ENOMEM;
	}
	return 0;
}

/*
 * An open that fails is normal life where queues are scarce: it is reported once for
 * each reason, and not tried again for a while.
 */
static void
lane_open_failed(struct uacce_zip_lane *lane, int err)
{
	zip_count(&lane->open_failures, 1);
	if (lane->open_err != 0 && lane->open_err != err)
		ZIP_LOG(ERR, "%s: a queue cannot be opened now for another reason: %s",
			lane->dev->name, rte_strerror(-err));
	lane->open_err = err;
	lane->open_delay = lane->open_delay == 0 ? zip_tsc_of_ms(OPEN_DELAY_MS) :
		RTE_MIN(2 * lane->open_delay, zip_tsc_of_ms(OPEN_DELAY_MAX_MS));
	lane->open_again = rte_rdtsc() + lane->open_delay;
}

/* Nothing is held against the lane any more. */
static void
lane_forgive(struct uacce_zip_lane *lane)
{
	lane->open_err = 0;
	lane->open_delay = 0;
	lane->open_again = 0;
	lane->unusable = 0;
}

static int
lane_open(struct uacce_zip_lane *lane)
{
	int ret;

	if (lane->open_again != 0 && rte_rdtsc() < lane->open_again)
		return lane->open_err;
	rte_spinlock_lock(&lane->lock);
	lane->qm.uq.quiet = lane->open_err != 0;
	ret = lane_setup(lane);
	if (ret == 0) {
		zip_count(&lane->opens, 1);
		lane->qm.uq.quiet = false;
		lane_set_state(lane, ZIP_LANE_OPEN);
	}
	rte_spinlock_unlock(&lane->lock);
	if (ret != 0) {
		lane_free(lane);
		/* that one means "later" to the caller */
		ret = ret == -EAGAIN ? -EIO : ret;
		lane_open_failed(lane, ret);
		return ret;
	}
	lane_forgive(lane);
	return 0;
}

/*
 * The lane waits for the dequeuer. A caller that has nothing in it may not see a
 * reason to dequeue: after a while it is told of an error instead.
 */
static int
lane_unusable(struct uacce_zip_lane *lane)
{
	uint64_t now = rte_rdtsc();

	if (lane->unusable == 0)
		lane->unusable = now;
	if (now - lane->unusable < zip_tsc_of_ms(UNUSABLE_MS))
		return -EAGAIN;
	return lane->qp->enq.ops == __atomic_load_n(&lane->qp->deq.ops, __ATOMIC_RELAXED) ?
		-EIO : -EAGAIN;
}

int
uacce_zip_lane_ready(struct uacce_zip_lane *lane)
{
	switch (__atomic_load_n(&lane->state, __ATOMIC_ACQUIRE)) {
	case ZIP_LANE_CLOSED:
		return lane_open(lane);
	case ZIP_LANE_OPEN:
		/* stopped for new work; the dequeuer retires it */
		return hisi_qm_tx_stopped(&lane->qm) ? lane_unusable(lane) : 0;
	default:
		return lane_unusable(lane);
	}
}

void
uacce_zip_qp_quiesce(struct uacce_zip_qp *qp, uint32_t failures)
{
	for (unsigned int l = 0; l < ZIP_LANE_STREAM; l++)
		if (__atomic_load_n(&qp->lanes[l].state, __ATOMIC_ACQUIRE) == ZIP_LANE_FAILED)
			lane_set_state(&qp->lanes[l], ZIP_LANE_QUIESCED);
	qp->enq.failures = failures;
}

void
uacce_zip_lane_fail(struct uacce_zip_lane *lane, enum uacce_zip_fault fault,
		    bool cq_valid)
{
	if (__atomic_load_n(&lane->state, __ATOMIC_RELAXED) != ZIP_LANE_OPEN) {
		lane->cq_valid = lane->cq_valid && cq_valid;
		return;
	}
	/* whatever made it show */
	if (hisi_qm_gone(&lane->qm))
		fault = ZIP_FAULT_REMOVED;
	zip_count(&lane->qp->deq.faults[fault], 1);
	zip_count(&lane->failures, 1);
	/* the device must be off the buffers before their ops are given back */
	lane->hot = hisi_qm_halt(&lane->qm) != 0;
	lane->halt_again = rte_rdtsc() + zip_tsc_of_ms(HALT_DELAY_MS);
	lane->cq_valid = cq_valid && !lane->hot;
	lane->swept = false;
	lane_set_state(lane, ZIP_LANE_FAILED);
	/* release: the enqueuer finds the state that it comes to look for */
	__atomic_store_n(&lane->qp->failures, lane->qp->failures + 1, __ATOMIC_RELEASE);
}

/* An op whose completion will not come. */
static void
lane_fail_op(struct uacce_zip_lane *lane, uint16_t slot, struct rte_comp_op *op)
{
	op->status = RTE_COMP_OP_STATUS_ERROR;
	op->consumed = 0;
	op->produced = 0;
	hisi_qm_drop(&lane->qm, slot);
	zip_count(&lane->qp->deq.errors, 1);
}

/*
 * A device that would not halt is only off the buffers once its queue is closed, and
 * that takes the rings from an enqueuer that may still write to them. One that does not
 * come, and so never lets go, must not keep the ops: the device is asked again.
 */
static bool
lane_cooled(struct uacce_zip_lane *lane, bool quiesced)
{
	uint64_t now = rte_rdtsc();

	if (!lane->hot)
		return true;
	if (quiesced) {
		rte_spinlock_lock(&lane->lock);
		hisi_qm_unmap(&lane->qm);
		rte_spinlock_unlock(&lane->lock);
		lane->hot = false;
	} else if (now >= lane->halt_again) {
		lane->qm.uq.quiet = true;
		lane->hot = hisi_qm_halt(&lane->qm) != 0;
		lane->halt_again = now + zip_tsc_of_ms(HALT_DELAY_MS);
	}
	return !lane->hot;
}

bool
uacce_zip_lane_cq_waits(struct uacce_zip_lane *lane)
{
	uint16_t index;

	return lane->verify && hisi_qm_cq_peek(&lane->qm, &index) &&
		!uacce_zip_verify_can_go_on(lane);
}

uint16_t
uacce_zip_lane_sweep(struct uacce_zip_lane *lane, struct rte_comp_op **ops,
		     uint16_t nb_ops)
{
	/* asked first: a slot filled before the enqueuer's last word is found */
	bool quiesced = lane->stream || __atomic_load_n(&lane->state, __ATOMIC_ACQUIRE) ==
		ZIP_LANE_QUIESCED;
	struct hisi_qm_queue *qm = &lane->qm;
	uint16_t n = 0;

	if (!lane_cooled(lane, quiesced))
		return 0;
	if (lane->cq_valid) {
		n = uacce_zip_lane_reap(lane, ops, nb_ops);
		/* completions may wait for room to be verified */
		if (n != 0 || uacce_zip_lane_cq_waits(lane))
			return n;
		lane->cq_valid = false;
	}
	/* an enqueuer that does not know yet may have added one since */
	if (lane->swept && !quiesced && ++lane->idle_polls % ZIP_STALL_POLLS != 0)
		return 0;
	for (uint16_t i = 0; i < qm->sq_depth && n < nb_ops; i++) {
		void *owner = hisi_qm_owner(qm, i);

		if (owner == HISI_QM_SLOT_DONE) {
			hisi_qm_drop(qm, i);
		} else if (owner != NULL && lane->stream &&
			   lane->slots[i].task == ZIP_TASK_STREAM) {
			hisi_qm_drop(qm, i);
			ops[n] = uacce_zip_stream_lost(lane, owner);
			n += ops[n] != NULL;
		} else if (owner != NULL) {
			lane->qp->deq.nb_verify -= lane->stream;
			lane_fail_op(lane, i, owner);
			ops[n++] = owner;
		}
	}
	qm->deq.nb_unacked = 0;
	zip_count(&lane->qp->deq.lane_ops[lane->id], n);
	lane->swept = n == 0;
	if (n == 0 && quiesced)
		lane_free(lane);
	return n;
}

/* Requests the device still owes a completion for, whatever else it posted. */
static uint16_t
lane_nb_owed(struct uacce_zip_lane *lane)
{
	const struct hisi_qm_queue *qm = &lane->qm;
	uint16_t head = qm->deq.head, phase = qm->deq.phase;
	uint16_t nb = hisi_qm_nb_new_cqes(qm), owed = 0, index;

	for (uint16_t i = 0; i < qm->sq_depth; i++)
		lane->slots[i].come = false;
	for (; nb != 0 && hisi_qm_cq_read(qm, head, phase, &index); nb--) {
		struct zip_answer a;

		if (index < qm->sq_depth)
			lane->slots[index].come =
				zip_answer_read(lane, &lane->slots[index],
						hisi_qm_sqe(qm, index), &a);
		head = hisi_qm_next(head, qm->cq_depth);
		phase ^= head == 0;
	}
	for (uint16_t i = 0; i < qm->sq_depth; i++) {
		void *owner = hisi_qm_owner(qm, i);

		owed += owner != NULL && owner != HISI_QM_SLOT_DONE &&
			!lane->slots[i].come;
	}
	return owed;
}

/* Is there a completion to wait for? */
static bool
lane_waits(struct uacce_zip_lane *lane)
{
	return !hisi_qm_rx_stopped(&lane->qm) && lane_nb_owed(lane) != 0;
}

bool
uacce_zip_lane_drained(struct uacce_zip_lane *lane)
{
	/* nobody enqueues while the device is stopped */
	if (lane->state == ZIP_LANE_FAILED)
		lane_set_state(lane, ZIP_LANE_QUIESCED);
	if (lane->state != ZIP_LANE_OPEN)
		return true;
	if (lane->polled && uacce_soft_run(lane->qm.uq.ctx, 1) != 0)
		return false;
	return !lane_waits(lane);
}

void
uacce_zip_lane_expire(struct uacce_zip_lane *lane)
{
	if (lane->state != ZIP_LANE_OPEN || !lane_waits(lane))
		return;
	ZIP_LOG(ERR, "%s: queue %u owes %u completions after %u ms", lane->dev->name,
		lane->qm.id, lane_nb_owed(lane), ZIP_STOP_TIMEOUT_MS);
	uacce_zip_lane_fail(lane, ZIP_FAULT_TIMEOUT, true);
	lane_set_state(lane, ZIP_LANE_QUIESCED);
}

uint16_t
uacce_zip_lane_close(struct uacce_zip_lane *lane)
{
	struct hisi_qm_queue *qm = &lane->qm;
	uint16_t lost = 0;

	if (lane->state == ZIP_LANE_CLOSED)
		return 0;
	hisi_qm_halt(qm);
	for (uint16_t i = 0; i < qm->sq_depth; i++) {
		void *owner = hisi_qm_owner(qm, i);

		if (owner == NULL || owner == HISI_QM_SLOT_DONE)
			continue;
		if (lane->stream && lane->slots[i].task == ZIP_TASK_STREAM)
			uacce_zip_stream_abandon(lane->slots[i].stream);
		lost++;
	}
	lane_free(lane);
	lane_forgive(lane);
	return lost;
}
