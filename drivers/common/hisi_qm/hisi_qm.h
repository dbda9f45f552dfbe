/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

#ifndef HISI_QM_H
#define HISI_QM_H

/**
 * @file
 * The rings of one hardware queue: submission ring (SQ), completion ring (CQ),
 * doorbell, phase, stop words, slot ownership. Knows nothing of what a request
 * means.
 *
 *            enqueuer                                        dequeuer
 *               |  enq.tail                          deq.head   |
 *               v                                        v      v
 *   SQ  [free][free][ in flight ...... ][free]     CQ  [acked][new CQEs][old]
 *               |                                        |
 *   slots  NULL | owner pointer          | NULL          +-> slot DONE, then,
 *                                                            once acknowledged, NULL
 *
 * One thread may submit (the enqueuer) and one may complete (the dequeuer); they
 * share no counter. The only word both touch is slots[i]:
 *
 *   NULL               free, belongs to the enqueuer
 *   an owner pointer   in flight; belongs to the device, then to the dequeuer
 *   HISI_QM_SLOT_DONE  completed, its CQE not yet acknowledged; the dequeuer's
 *
 * Every slot that is not free stands for at most one CQE that is unacknowledged
 * or still to come, and slots become free only after the CQ doorbell that
 * acknowledges them. Occupancy of the CQ is therefore below the number of slots
 * in use, in whatever order the device completes: with cq_depth >= sq_depth the
 * CQ cannot overflow (datasheet 2.6).
 */

#include <stdalign.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include <rte_branch_prediction.h>
#include <rte_byteorder.h>
#include <rte_common.h>
#include <rte_io.h>

#include <uacce.h>

#include "hisi_qm_hw.h"

#if RTE_BYTE_ORDER != RTE_LITTLE_ENDIAN
#error "device structures are little-endian and written without conversion"
#endif

/** Most completions acknowledged by one CQ doorbell. */
#define HISI_QM_ACK_BATCH	64

/** In slots[]: completed, waiting for acknowledgement. */
#define HISI_QM_SLOT_DONE	((void *)(uintptr_t)1)

struct hisi_qm_queue {
	/* written at set-up, read by both sides */
	uint8_t *sq;
	uint8_t *cq;
	void **slots;
	uint32_t *tx_stop;
	uint32_t *rx_stop;
	/** See uacce_queue_ops::mmio_write; NULL: store to db. */
	void (*mmio_write)(void *ctx, uint32_t offset, uint64_t value);
	void *mmio_ctx;
	uint64_t *db;
	uint64_t db_sq;		/**< SQ doorbell without its index */
	uint64_t db_cq;		/**< CQ doorbell without its index */
	uint32_t sqe_size;	/**< bytes */
	uint16_t sq_depth;
	uint16_t cq_depth;
	uint16_t ack_batch;	/**< at most HISI_QM_ACK_BATCH */
	uint16_t id;		/**< queue number in doorbells */

	/** The enqueuer's line. */
	alignas(2 * RTE_CACHE_LINE_SIZE) struct {
		uint16_t tail;		/**< next slot to fill; always free */
		uint64_t doorbells;
	} enq;

	/** The dequeuer's lines. */
	alignas(2 * RTE_CACHE_LINE_SIZE) struct {
		uint16_t head;		/**< next CQE to read */
		uint16_t phase;		/**< what a new CQE there carries */
		uint16_t nb_unacked;
		uint16_t unacked[HISI_QM_ACK_BATCH];	/**< DONE slots */
		uint64_t doorbells;
	} deq;

	/* never touched by bursts */
	alignas(2 * RTE_CACHE_LINE_SIZE) struct uacce_queue uq;
};

/**
 * Open a queue of a device and bring it up: context, depths, mappings, rings,
 * start (datasheet 1.11). Logs what failed.
 *
 * @param q
 *   Zeroed, or torn down.
 * @param dev, ops, backend
 *   As for uacce_queue_open().
 * @param qc_type
 *   Direction of the queue.
 * @param sqe_size
 *   Descriptor size the caller will write; another one is refused.
 * @param socket_id
 *   Where to allocate.
 * @return
 *   0, or negative errno with everything undone.
 */
int
hisi_qm_setup(struct hisi_qm_queue *q, const struct uacce_dev *dev,
	      const struct uacce_queue_ops *ops, void *backend,
	      enum hisi_qm_qc_type qc_type, uint32_t sqe_size, int socket_id);

/** Stop, unmap, close, free. Accepts a queue in any state; slots are forgotten. */
void
hisi_qm_teardown(struct hisi_qm_queue *q);

/**
 * Stop the device's side of a queue, for a queue that has failed. The rings stay
 * mapped, so that an enqueuer that does not know yet does no harm.
 *
 * @return
 *   0: the device no longer touches memory; negative errno: it may until
 *   hisi_qm_unmap() (the failure was logged).
 */
int
hisi_qm_halt(struct hisi_qm_queue *q);

/** Close the queue of a device that does not halt; slots and their owners stay. */
void
hisi_qm_unmap(struct hisi_qm_queue *q);

/** Print every index and counter. */
void
hisi_qm_dump(const struct hisi_qm_queue *q, FILE *f);

/** Number of slots in flight or unacknowledged. Approximate while in use. */
uint16_t
hisi_qm_nb_used(const struct hisi_qm_queue *q);

/** Number of CQEs that wait in the ring. Dequeuer's side, or nobody dequeues. */
uint16_t
hisi_qm_nb_new_cqes(const struct hisi_qm_queue *q);

/** Number of completions a queue of this depth may owe at any time. */
static inline uint16_t
hisi_qm_capacity(const struct hisi_qm_queue *q)
{
	return q->sq_depth - 1 - q->ack_batch;
}

/** How many completions a ring of this depth acknowledges with one doorbell. */
static inline uint16_t
hisi_qm_ack_batch(uint32_t sq_depth)
{
	return RTE_MIN((uint32_t)HISI_QM_ACK_BATCH, sq_depth / 4);
}

static inline uint16_t
hisi_qm_next(uint16_t index, uint16_t depth)
{
	return index + 1 == depth ? 0 : index + 1;
}

static inline void *
hisi_qm_sqe(const struct hisi_qm_queue *q, uint16_t slot)
{
	return q->sq + (size_t)slot * q->sqe_size;
}

static inline void
hisi_qm_doorbell(const struct hisi_qm_queue *q, uint64_t value)
{
	if (q->mmio_write != NULL)
		q->mmio_write(q->mmio_ctx, HISI_QM_DB_OFFSET, value);
	else
		rte_write64_relaxed(value, q->db);
}

/**
 * Enqueuer: may a request be put into slot enq.tail?
 *
 * The slot after it must be free as well: a tail that catches up with the
 * device's head would read as an empty ring (datasheet 2.2). That also keeps the
 * slot at the tail free at all times.
 */
static inline bool
hisi_qm_has_room(const struct hisi_qm_queue *q)
{
	/* acquire: pairs with the release in hisi_qm_ack(); the dequeuer's last
	 * reads of the slot come before our writes
	 */
	return __atomic_load_n(&q->slots[hisi_qm_next(q->enq.tail, q->sq_depth)],
			       __ATOMIC_ACQUIRE) == NULL;
}

/**
 * Enqueuer: hand slot enq.tail, whose SQE is written, over with its owner. The
 * device learns of it at the next hisi_qm_submit().
 */
static inline void
hisi_qm_push(struct hisi_qm_queue *q, void *owner)
{
	/* release: pairs with the acquire in hisi_qm_owner(); a dequeuer that
	 * finds the owner after a failure also finds what belongs to it
	 */
	__atomic_store_n(&q->slots[q->enq.tail], owner, __ATOMIC_RELEASE);
	q->enq.tail = hisi_qm_next(q->enq.tail, q->sq_depth);
}

/** Enqueuer: one doorbell for all that was pushed. */
static inline void
hisi_qm_submit(struct hisi_qm_queue *q)
{
	/* pairs with the device, which reads the tail before the SQEs (2.7) */
	rte_io_wmb();
	hisi_qm_doorbell(q, q->db_sq |
			 (uint64_t)q->enq.tail << HISI_QM_DB_INDEX_SHIFT);
	/* single writer; a reader of statistics may see it late */
	__atomic_store_n(&q->enq.doorbells, q->enq.doorbells + 1, __ATOMIC_RELAXED);
}

/** May no new work be given? (datasheet 2.8) */
static inline bool
hisi_qm_tx_stopped(const struct hisi_qm_queue *q)
{
	/* relaxed: a stop between this and the doorbell costs nothing, the
	 * requests come back when the other word is seen
	 */
	return __atomic_load_n(q->tx_stop, __ATOMIC_RELAXED) != 0;
}

/** Will no further completion appear? Ask before the last look at the CQ. */
static inline bool
hisi_qm_rx_stopped(const struct hisi_qm_queue *q)
{
	/* acquire: CQEs written before the stop are seen after it */
	return __atomic_load_n(q->rx_stop, __ATOMIC_ACQUIRE) != 0;
}

/**
 * Was the device removed? Then memory is in its place whose bits are all set (uacce.h),
 * and what was read just before this need not be the device's word.
 */
static inline bool
hisi_qm_gone(const struct hisi_qm_queue *q)
{
	/* the words in question were loaded before this one */
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	return __atomic_load_n(q->rx_stop, __ATOMIC_RELAXED) == UINT32_MAX;
}

/**
 * Dequeuer: is there a CQE at place `head` of the ring, given the phase of that lap?
 *
 * @param slot
 *   Which SQE the device says is complete: untrusted, to be compared with
 *   sq_depth by the caller.
 */
static inline bool
hisi_qm_cq_read(const struct hisi_qm_queue *q, uint16_t head, uint16_t phase,
		uint16_t *slot)
{
	const uint64_t *word = (const uint64_t *)(q->cq +
		(size_t)head * sizeof(struct hisi_qm_cqe) + HISI_QM_CQE_WORD);
	/* one load for phase and sq_head; acquire: pairs with the soft device's
	 * release of the same word
	 */
	uint64_t w = __atomic_load_n(word, __ATOMIC_ACQUIRE);

	if (HISI_QM_CQE_PHASE(w) != phase)
		return false;
	/* pairs with the engine, which writes the SQE before the CQE (2.7) */
	rte_io_rmb();
	*slot = HISI_QM_CQE_SQ_HEAD(w);
	return true;
}

/** Dequeuer: look at the next CQE without taking it. */
static inline bool
hisi_qm_cq_peek(const struct hisi_qm_queue *q, uint16_t *slot)
{
	return hisi_qm_cq_read(q, q->deq.head, q->deq.phase, slot);
}

/** Dequeuer: take the CQE that was looked at off the ring. */
static inline void
hisi_qm_cq_advance(struct hisi_qm_queue *q)
{
	q->deq.head = hisi_qm_next(q->deq.head, q->cq_depth);
	if (q->deq.head == 0)
		q->deq.phase ^= 1;
}

/** Dequeuer: both. */
static inline bool
hisi_qm_cq_pop(struct hisi_qm_queue *q, uint16_t *slot)
{
	if (!hisi_qm_cq_peek(q, slot))
		return false;
	hisi_qm_cq_advance(q);
	return true;
}

/** Dequeuer: what slot holds; NULL or HISI_QM_SLOT_DONE if not in flight. */
static inline void *
hisi_qm_owner(const struct hisi_qm_queue *q, uint16_t slot)
{
	/* acquire: pairs with the release in hisi_qm_push() */
	return __atomic_load_n(&q->slots[slot], __ATOMIC_ACQUIRE);
}

/** Dequeuer: acknowledge what was taken off the CQ, then free its slots. */
static inline void
hisi_qm_ack(struct hisi_qm_queue *q)
{
	/* our reads of CQEs and SQEs come before the device may overwrite them:
	 * pairs with the device, which reads the CQ head before it posts (2.7)
	 */
	rte_io_mb();
	hisi_qm_doorbell(q, q->db_cq |
			 (uint64_t)q->deq.head << HISI_QM_DB_INDEX_SHIFT);
	/* the acknowledgement comes before any SQ doorbell for these slots */
	rte_io_wmb();
	for (uint16_t i = 0; i < q->deq.nb_unacked; i++)
		/* release: pairs with the acquire in hisi_qm_has_room() */
		__atomic_store_n(&q->slots[q->deq.unacked[i]], NULL, __ATOMIC_RELEASE);
	q->deq.nb_unacked = 0;
	__atomic_store_n(&q->deq.doorbells, q->deq.doorbells + 1, __ATOMIC_RELAXED);
}

/** Dequeuer: the request in slot was taken; frees slots batch-wise. */
static inline void
hisi_qm_done(struct hisi_qm_queue *q, uint16_t slot)
{
	/* relaxed: only the dequeuer reads it until hisi_qm_ack() frees it */
	__atomic_store_n(&q->slots[slot], HISI_QM_SLOT_DONE, __ATOMIC_RELAXED);
	q->deq.unacked[q->deq.nb_unacked++] = slot;
	if (q->deq.nb_unacked == q->ack_batch)
		hisi_qm_ack(q);
}

/** Dequeuer, queue failed and halted: give slot back without a completion. */
static inline void
hisi_qm_drop(struct hisi_qm_queue *q, uint16_t slot)
{
	__atomic_store_n(&q->slots[slot], NULL, __ATOMIC_RELEASE);
}

#endif /* HISI_QM_H */
