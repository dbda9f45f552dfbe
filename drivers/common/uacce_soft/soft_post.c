/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/*
 * Completing requests: write-back, CQE, and the faults that come between the two
 * (datasheet 2.3, 2.4).
 */

#include <string.h>

#include "soft_priv.h"
#include "soft_trace.h"

#define BADINDEX	0xffffu

static _Atomic uint32_t *
queue_word(const struct uacce_soft_queue *q, size_t from_end)
{
	return (_Atomic uint32_t *)(q->dus + q->dus_len - from_end);
}

void
soft_queue_stop_words(struct uacce_soft_queue *q, uint32_t tx, uint32_t rx)
{
	q->rx_due = rx != 0;
	atomic_store_explicit(&q->stopped, rx != 0, memory_order_relaxed);
	atomic_store_explicit(queue_word(q, HISI_QM_DUS_TX_STOP), tx, memory_order_release);
	if (rx == 0)
		atomic_store_explicit(queue_word(q, HISI_QM_DUS_RX_STOP), 0,
				      memory_order_release);
	else
		soft_queue_drained(q);
}

void
soft_queue_drained(struct uacce_soft_queue *q)
{
	/* the client may free its buffers when it sees the word */
	if (!q->rx_due || q->executing != 0)
		return;
	q->rx_due = false;
	/* release: whoever sees it sees the CQEs posted before */
	atomic_store_explicit(queue_word(q, HISI_QM_DUS_RX_STOP), 1, memory_order_release);
}

static void
post_cqe(struct uacce_soft_queue *q, uint16_t sq_head)
{
	uint32_t next = soft_ring_next(q->cq_tail, q->cq_depth);
	uint8_t *cqe = q->dus + (size_t)q->sq_depth * HISI_ZIP_SQE_SIZE +
		(size_t)q->cq_tail * sizeof(struct hisi_qm_cqe);
	uint64_t word = sq_head | (uint64_t)q->id << HISI_QM_CQE_SQ_NUM_SHIFT |
		(uint64_t)q->phase << HISI_QM_CQE_PHASE_SHIFT;

	if (!soft_queue_running(q))
		return;
	/* acquire: the client's reads of the entry come before it is written again */
	if (next == atomic_load_explicit(&q->cq_head, memory_order_acquire)) {
		soft_mistake(q, UACCE_SOFT_CQ_OVERFLOW);
		soft_queue_stop_words(q, 1, 1);
		return;
	}
	if (soft_tracing(q)) {
		const uint64_t entry[] = { 0, word };

		soft_trace_write(q, UACCE_SOFT_TRACE_CQE, q->cq_tail, 0, entry, sizeof(entry));
	}
	/* release: pairs with the client's read of the phase; the SQE comes first */
	atomic_store_explicit((_Atomic uint64_t *)(cqe + HISI_QM_CQE_WORD), word,
			      memory_order_release);
	soft_count(&q->completions);
	q->cq_tail = next;
	if (next == 0)
		q->phase ^= 1;
}

static void
write_back(struct uacce_soft_queue *q, uint32_t slot, const struct soft_result *res)
{
	struct hisi_zip_sqe *sqe = soft_queue_sqe(q, slot);

	atomic_store_explicit((_Atomic uint32_t *)&sqe->consumed, res->consumed,
			      memory_order_relaxed);
	atomic_store_explicit((_Atomic uint32_t *)&sqe->produced, res->produced,
			      memory_order_relaxed);
	sqe->ctx_dw0 = res->ctx_dw0;
	sqe->ctx_dw1 = res->ctx_dw1;
	sqe->ctx_dw2 = res->ctx_dw2;
	sqe->isize = res->isize;
	sqe->checksum = res->checksum;
	if (res->ext) {
		sqe->dif_l = res->ext_crc;
		sqe->dif_h = res->ext_adler;
	}
	soft_trace_done(q, slot, res->status);
	/* last: a client that was told too early recognizes it by the status */
	atomic_store_explicit((_Atomic uint32_t *)&sqe->status, res->status,
			      memory_order_release);
}

static void
complete(struct uacce_soft_queue *q, uint32_t slot, const struct soft_hit *hit,
	 const struct soft_result *res)
{
	write_back(q, slot, res);
	if (hit->kinds == 0) {
		post_cqe(q, slot);
		return;
	}
	if (soft_hit_has(hit, SOFT_FAULT_NOISE))
		post_cqe(q, hit->random % q->sq_depth);
	if (soft_hit_has(hit, SOFT_FAULT_LOST))
		return;
	if (soft_hit_has(hit, SOFT_FAULT_BADINDEX)) {
		uint32_t index = hit->value[SOFT_FAULT_BADINDEX];

		post_cqe(q, index >= q->sq_depth && index <= BADINDEX ? index : BADINDEX);
		return;
	}
	/* an early CQE was posted already */
	if (!soft_hit_has(hit, SOFT_FAULT_EARLY))
		post_cqe(q, slot);
	if (soft_hit_has(hit, SOFT_FAULT_DUP))
		post_cqe(q, slot);
}

static void
held_post(struct uacce_soft_queue *q, unsigned int i)
{
	struct soft_held h = q->held[i];

	/* the oldest stay first: they are due first, or make room first */
	memmove(&q->held[i], &q->held[i + 1], (--q->nb_held - i) * sizeof(h));
	complete(q, h.slot, &h.hit, &h.res);
}

/* One completion or poll goes by: what is held now waits for one less. */
static void
held_age(struct uacce_soft_queue *q)
{
	for (unsigned int i = 0; i < q->nb_held; i++)
		q->held[i].countdown--;
}

static void
held_release(struct uacce_soft_queue *q)
{
	for (unsigned int i = 0; i < q->nb_held; ) {
		if (q->held[i].countdown == 0)
			held_post(q, i);
		else
			i++;
	}
}

void
soft_held_poll(struct uacce_soft_queue *q)
{
	held_age(q);
	held_release(q);
}

static uint32_t
held_countdown(const struct soft_hit *hit)
{
	if (soft_hit_has(hit, SOFT_FAULT_OOO))
		return hit->random % (hit->value[SOFT_FAULT_OOO] + 1ull);
	if (soft_hit_has(hit, SOFT_FAULT_LATE))
		return hit->value[SOFT_FAULT_LATE];
	return hit->value[SOFT_FAULT_EARLY];
}

/* Complete a request that faults hit, now or later. */
static void
post_faulty(struct uacce_soft_queue *q, uint32_t slot, const struct soft_hit *hit,
	    struct soft_result *res)
{
	const uint32_t holding = 1u << SOFT_FAULT_OOO | 1u << SOFT_FAULT_LATE |
		1u << SOFT_FAULT_EARLY;

	soft_count(&q->nb_faults);
	if (soft_hit_has(hit, SOFT_FAULT_WRITEBACK)) {
		res->consumed = hit->value[SOFT_FAULT_WRITEBACK];
		res->produced = hit->value[SOFT_FAULT_WRITEBACK];
	}
	if (soft_hit_has(hit, SOFT_FAULT_EARLY))
		post_cqe(q, slot);
	if ((hit->kinds & holding) == 0 || held_countdown(hit) == 0) {
		complete(q, slot, hit, res);
		return;
	}
	if (q->nb_held == SOFT_MAX_HELD)
		held_post(q, 0);
	q->held[q->nb_held++] = (struct soft_held){
		.slot = slot, .countdown = held_countdown(hit), .hit = *hit, .res = *res,
	};
}

void
soft_post(struct uacce_soft_queue *q, uint32_t slot, const struct soft_hit *hit,
	  struct soft_result *res)
{
	soft_count(&q->requests);
	if (!soft_status_good(res->status))
		soft_count(&q->errors);
	/* what is held back comes after this one, which counts against it */
	if (q->nb_held != 0)
		held_age(q);
	if (hit->kinds == 0)
		complete(q, slot, hit, res);
	else
		post_faulty(q, slot, hit, res);
	if (q->nb_held != 0)
		held_release(q);
}
