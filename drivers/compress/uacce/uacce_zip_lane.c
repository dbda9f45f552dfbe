/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

#include <errno.h>

#include <rte_cycles.h>
#include <rte_malloc.h>
#include <rte_pause.h>

#include "uacce_zip_priv.h"

/* Bursts without an attempt after an open that failed. */
#define OPEN_RETRY_BURSTS	1024

static void
lane_set_state(struct uacce_zip_lane *lane, enum uacce_zip_lane_state state)
{
	/* release: what was done in the old state is seen in the new one */
	__atomic_store_n(&lane->state, state, __ATOMIC_RELEASE);
}

static void
lane_free(struct uacce_zip_lane *lane)
{
	rte_spinlock_lock(&lane->lock);
	hisi_qm_teardown(&lane->qm);
	rte_free(lane->slots);
	rte_free(lane->lists);
	lane->slots = NULL;
	lane->lists = NULL;
	lane_set_state(lane, ZIP_LANE_CLOSED);
	rte_spinlock_unlock(&lane->lock);
}

static int
lane_open(struct uacce_zip_lane *lane)
{
	const struct uacce_zip_engine *e = lane->engine;
	int socket_id = lane->qp->socket_id;
	int ret;

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

int
uacce_zip_lane_ready(struct uacce_zip_lane *lane)
{
	int ret;

	switch (__atomic_load_n(&lane->state, __ATOMIC_ACQUIRE)) {
	case ZIP_LANE_OPEN:
		/* stopped for new work; the dequeuer retires it */
		return hisi_qm_tx_stopped(&lane->qm) ? -EAGAIN : 0;
	case ZIP_LANE_FAILED:
		lane_set_state(lane, ZIP_LANE_QUIESCED);
		return -EAGAIN;
	case ZIP_LANE_QUIESCED:
		return -EAGAIN;
	default:
		break;
	}
	if (lane->open_retry != 0) {
		lane->open_retry--;
		return -EBUSY;
	}
	rte_spinlock_lock(&lane->lock);
	ret = lane_open(lane);
	if (ret == 0) {
		zip_count(&lane->opens, 1);
		lane_set_state(lane, ZIP_LANE_OPEN);
	}
	rte_spinlock_unlock(&lane->lock);
	if (ret != 0) {
		lane_free(lane);
		zip_count(&lane->open_failures, 1);
		lane->open_retry = OPEN_RETRY_BURSTS;
		return ret == -EAGAIN ? -EIO : ret;
	}
	return 0;
}

void
uacce_zip_lane_fail(struct uacce_zip_lane *lane, enum uacce_zip_fault fault,
		    bool cq_valid)
{
	zip_count(&lane->qp->deq.faults[fault], 1);
	lane->cq_valid = cq_valid;
	if (__atomic_load_n(&lane->state, __ATOMIC_RELAXED) != ZIP_LANE_OPEN)
		return;
	zip_count(&lane->failures, 1);
	/* the device must be off the buffers before their ops are given back */
	hisi_qm_halt(&lane->qm);
	lane_set_state(lane, ZIP_LANE_FAILED);
}

/* An op whose completion will not come. */
static void
lane_fail_op(struct uacce_zip_lane *lane, uint16_t slot, struct rte_comp_op *op)
{
	op->status = RTE_COMP_OP_STATUS_ERROR;
	op->consumed = 0;
	op->produced = 0;
	uacce_zip_sgl_free(lane->qp, &lane->slots[slot]);
	hisi_qm_drop(&lane->qm, slot);
	zip_count(&lane->qp->deq.errors, 1);
}

uint16_t
uacce_zip_lane_sweep(struct uacce_zip_lane *lane, struct rte_comp_op **ops,
		     uint16_t nb_ops)
{
	/* asked first: a slot filled before the enqueuer's last word is found */
	bool quiesced = __atomic_load_n(&lane->state, __ATOMIC_ACQUIRE) ==
		ZIP_LANE_QUIESCED;
	struct hisi_qm_queue *qm = &lane->qm;
	uint16_t n = 0;

	if (lane->cq_valid) {
		n = uacce_zip_lane_reap(lane, ops, nb_ops);
		if (n != 0)
			return n;
		lane->cq_valid = false;
	}
	for (uint16_t i = 0; i < qm->sq_depth && n < nb_ops; i++) {
		void *owner = hisi_qm_owner(qm, i);

		if (owner == HISI_QM_SLOT_DONE) {
			hisi_qm_drop(qm, i);
		} else if (owner != NULL) {
			lane_fail_op(lane, i, owner);
			ops[n++] = owner;
		}
	}
	qm->deq.nb_unacked = 0;
	zip_count(&lane->qp->deq.lane_ops[lane->id], n);
	if (n == 0 && quiesced)
		lane_free(lane);
	return n;
}

/* Requests the device still owes a completion for. */
static uint16_t
lane_nb_owed(const struct uacce_zip_lane *lane)
{
	const struct hisi_qm_queue *qm = &lane->qm;
	uint16_t used = hisi_qm_nb_used(qm) - qm->deq.nb_unacked;
	uint16_t come = hisi_qm_nb_new_cqes(qm);

	return come >= used ? 0 : used - come;
}

void
uacce_zip_lane_drain(struct uacce_zip_lane *lane, uint64_t deadline_tsc)
{
	if (lane->state != ZIP_LANE_OPEN)
		return;
	while (lane_nb_owed(lane) != 0 && !hisi_qm_rx_stopped(&lane->qm)) {
		if (rte_rdtsc() > deadline_tsc) {
			ZIP_LOG(ERR, "%s: queue %u owes %u completions after %u ms",
				lane->dev->name, lane->qm.id, lane_nb_owed(lane),
				ZIP_STOP_TIMEOUT_MS);
			uacce_zip_lane_fail(lane, ZIP_FAULT_TIMEOUT, true);
			break;
		}
		if (lane->polled)
			uacce_soft_run(lane->qm.uq.ctx, lane->qm.sq_depth);
		rte_pause();
	}
	/* nobody enqueues while the device is stopped */
	if (lane->state == ZIP_LANE_FAILED)
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
		uacce_zip_sgl_free(lane->qp, &lane->slots[i]);
		lost++;
	}
	lane_free(lane);
	lane->open_retry = 0;
	return lost;
}
