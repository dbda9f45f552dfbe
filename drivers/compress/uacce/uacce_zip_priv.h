/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

#ifndef UACCE_ZIP_PRIV_H
#define UACCE_ZIP_PRIV_H

/**
 * @file
 * Inside the PMD: device, queue pair, lane, xform.
 */

#include <stdalign.h>
#include <stdbool.h>
#include <stdint.h>

#include <rte_comp.h>
#include <rte_compressdev_pmd.h>
#include <rte_cycles.h>
#include <rte_ring.h>
#include <rte_spinlock.h>

#include <hisi_qm.h>
#include <hisi_zip_hw.h>
#include <uacce.h>
#include <uacce_soft.h>

#include "uacce_zip_args.h"
#include "uacce_zip_compat.h"

extern int uacce_zip_logtype;

#define ZIP_LOG(level, fmt, ...) \
	rte_log(RTE_LOG_ ## level, uacce_zip_logtype, "uacce_zip: " fmt "\n", \
		## __VA_ARGS__)

#define ZIP_MAX_QPS		64
#define ZIP_DEFAULT_LEVEL	RTE_COMP_LEVEL_MIN
#define ZIP_WINDOW_MIN		8
#define ZIP_WINDOW_MAX		15
#define ZIP_LZ4_WINDOW_MAX	16
#define ZIP_EARLY_MS		1000	/**< for which a CQE waits for its write-back */
#define ZIP_STOP_TIMEOUT_MS	1000	/**< bound of the drain in stop */
#define ZIP_STALL_POLLS		64	/**< idle polls from one look at the clock to the next */

/** A device whose queues become engine lanes. */
struct uacce_zip_engine {
	struct uacce_dev dev;
	const struct uacce_queue_ops *ops;
	void *backend;
};

/**
 * Lanes of a queue pair; the low bit is enum hisi_qm_qc_type. Those of streams have
 * rings of their own: an op of a stream may take several requests, so the dequeuer
 * submits there as well as it completes.
 */
enum uacce_zip_lane_id {
	ZIP_LANE_ENGINE = 0,		/**< + direction */
	ZIP_LANE_SOFT = 2,		/**< + direction */
	ZIP_LANE_STREAM = 4,		/**< + ZIP_LANE_ENGINE or _SOFT + direction */
	ZIP_LANE_NB = 8
};

/**
 * Who may do what with a lane. CLOSED -> OPEN and FAILED -> QUIESCED are the
 * enqueuer's moves, OPEN -> FAILED and QUIESCED -> CLOSED the dequeuer's; while
 * the device is stopped all are the control thread's.
 */
enum uacce_zip_lane_state {
	ZIP_LANE_CLOSED = 0,	/**< no queue */
	ZIP_LANE_OPEN,		/**< requests may be submitted */
	ZIP_LANE_FAILED,	/**< device halted; the enqueuer may not know yet */
	ZIP_LANE_QUIESCED,	/**< the enqueuer will not touch it any more */
};

/** Why a request went to the soft lane though there is an engine. */
enum uacce_zip_fallback {
	ZIP_FALLBACK_XFORM = 0,	/**< parameters the engine has not */
	ZIP_FALLBACK_FLUSH,	/**< FULL flush */
	ZIP_FALLBACK_SIZE,	/**< empty, or over 8 MiB */
	ZIP_FALLBACK_QUEUE,	/**< no queue could be opened */
	ZIP_FALLBACK_NB
};

/** What the dequeuer refuses to believe, and what makes it fail a lane. */
enum uacce_zip_fault {
	ZIP_FAULT_CQE_INDEX = 0,	/**< sq_head beyond the ring: lane fails */
	ZIP_FAULT_CQE_SLOT,		/**< slot is not in flight: ignored */
	ZIP_FAULT_CQE_EARLY,		/**< SQE not written back: waits, then lane fails */
	ZIP_FAULT_WRITEBACK,		/**< lengths beyond the buffers: op fails */
	ZIP_FAULT_STATUS,		/**< device reports an error: op fails */
	ZIP_FAULT_STOP,			/**< stop word: lane fails */
	ZIP_FAULT_REMOVED,		/**< device is gone: lane fails */
	ZIP_FAULT_TIMEOUT,		/**< nothing completes, or not at stop: lane fails */
	ZIP_FAULT_VERIFY,		/**< output is not that of the input: redone */
	ZIP_FAULT_NB
};

#define ZIP_SGL_INLINE		8	/**< entries that every slot has */

/** Bytes of a list of n entries, and from one list of a chain to the next. */
#define ZIP_SGL_SIZE(n) \
	(sizeof(struct hisi_zip_sgl) + (n) * sizeof(struct hisi_zip_sge))
#define ZIP_SGL_STRIDE \
	RTE_ALIGN_CEIL(ZIP_SGL_SIZE(HISI_ZIP_SGL_MAX_SGE), HISI_ZIP_SGL_ALIGN)

/** A slot keeps memory for chains up to this size for its next request. */
#define ZIP_CHAIN_KEEP		(16u << 10)

struct uacce_zip_list {
	alignas(HISI_ZIP_SGL_ALIGN) struct hisi_zip_sgl sgl;
	struct hisi_zip_sge sge[ZIP_SGL_INLINE];
};

/** Room past the caller's for what the engine adds and we drop. */
#define ZIP_SPILL_LEN		64

/** Cold part of a slot: touched only by requests with segments. */
struct uacce_zip_lists {
	struct uacce_zip_list src;
	struct uacce_zip_list dst;
	uint8_t spill[ZIP_SPILL_LEN];
};

struct uacce_zip_stream;

/** What a request in a lane of streams is for. */
enum uacce_zip_task {
	ZIP_TASK_STREAM = 0,
	ZIP_TASK_VERIFY,	/**< of an op that another lane has completed */
	ZIP_TASK_REDO,		/**< of one whose output was wrong */
	ZIP_TASK_VERIFY_REDO,	/**< of what came of that */
};

/** What is needed when a request completes, beside its op. */
struct uacce_zip_slot {
	uint32_t src_len;
	uint32_t dst_room;
	void *chain;			/**< memory for lists beyond the inline ones */
	uint32_t chain_len;		/**< its bytes */
	uint8_t chksum;			/**< enum rte_comp_checksum_type */
	uint8_t trim;			/**< trailing bytes that are not DEFLATE */
	uint8_t spill;			/**< bytes of room that are the spill's */
	bool compress;
	bool clamped;			/**< there was more room than an engine takes */
	bool null;			/**< stream: nothing to consume */
	uint8_t task;			/**< lanes of streams: enum uacce_zip_task */
	struct uacce_zip_stream *stream;	/**< of ZIP_TASK_STREAM */
	bool come;			/**< stop: its completion waits in the CQ */
};

/** One ring of a queue pair. */
struct uacce_zip_lane {
	int state;			/**< enum uacce_zip_lane_state */
	bool soft;			/**< understands the extension */
	bool polled;			/**< soft device without engine threads */
	bool stream;			/**< enqueuer and dequeuer are the dequeuer */
	bool verify;			/**< the device verifies compressions */
	uint8_t id;			/**< enum uacce_zip_lane_id */
	struct uacce_zip_slot *slots;
	struct uacce_zip_lists *lists;
	struct uacce_zip_engine *engine;
	struct uacce_dev *dev;		/**< description used to open it */
	struct uacce_zip_qp *qp;
	struct hisi_qm_queue qm;

	/** Taken by who opens, closes or dumps the lane, never to submit or complete. */
	rte_spinlock_t lock;
	/* the enqueuer's, cold */
	uint64_t open_again;		/**< TSC before which open is not tried again */
	uint64_t open_delay;		/**< TSC cycles added at the next failure */
	int open_err;			/**< of the last open, 0 if it went well */
	uint64_t unusable;		/**< TSC when the empty lane was found so, or 0 */
	uint64_t opens;
	uint64_t open_failures;
	/* the dequeuer's, cold */
	bool cq_valid;			/**< of a failed lane: CQEs may be believed */
	bool hot;			/**< halting failed: memory is not safe yet */
	bool swept;			/**< of a failed lane: nothing was found last time */
	uint64_t halt_again;		/**< TSC before which that is not tried again */
	uint64_t early;			/**< TSC since when the CQE at the head waits, or 0 */
	uint64_t failures;
	uint32_t idle_polls;
	bool stall_owes;		/**< there was a request in flight at that time */
	uint64_t stall_since;		/**< TSC of the last progress, as far as we know */
	uint64_t stall_doorbells;	/**< of the dequeuer, at that time */
};

struct uacce_zip_place;

/** A queue pair: one enqueuing lcore, one dequeuing lcore. */
struct uacce_zip_qp {
	/* written at set-up */
	struct uacce_zip_device *zip;
	int self;			/**< whose it is, see uacce_zip_self */
	uint16_t id;
	int socket_id;
	uint64_t timeout;		/**< TSC cycles; 0: none */
	struct uacce_dev soft_dev;	/**< soft queues as deep as asked for */
	struct rte_ring *stream_ops;	/**< accepted, not begun: enqueuer to dequeuer */
	/** Of lanes; counted by the dequeuer: the enqueuer is to let go of them. */
	uint32_t failures;

	/** The enqueuer's line. */
	alignas(2 * RTE_CACHE_LINE_SIZE) struct {
		uint64_t ops;
		uint64_t errors;
		uint64_t bursts;
		uint64_t full;
		uint64_t lane_ops[ZIP_LANE_NB];
		uint64_t fallback[ZIP_FALLBACK_NB];
		uint32_t failures;	/**< those it has seen */
	} enq;

	/** The dequeuer's line. */
	alignas(2 * RTE_CACHE_LINE_SIZE) struct {
		uint64_t ops;
		uint64_t errors;
		uint64_t polls;
		uint64_t idle_polls;
		uint64_t lane_ops[ZIP_LANE_NB];
		uint64_t faults[ZIP_FAULT_NB];
		uint64_t stream_requests[ZIP_LANE_NB];
		uint64_t stream_fallback[ZIP_FALLBACK_NB];
		uint64_t verified;
		uint32_t verify_left;	/**< compressions until one is verified */
		uint32_t nb_verify;	/**< being verified or done again */
		uint32_t nb_streams;	/**< begun and not completed */
		uint32_t max_streams;	/**< so many of both find room in every ring */
		struct uacce_zip_stream *waiting;	/**< for a lane, the last first */
		void *parked;		/**< waits for the queue pair's own stream */
		struct uacce_zip_stream *own;	/**< for ops that are not of one, or NULL */
		uint32_t stream_rung;	/**< lanes that are owed a doorbell, a bit each */
		uint8_t first_lane;	/**< served first in the next poll */
	} deq;

	/** stats_reset() is a point to subtract from, written by nobody else. */
	alignas(2 * RTE_CACHE_LINE_SIZE) struct rte_compressdev_stats base;
	struct uacce_zip_lane lanes[ZIP_LANE_NB];
};

/** Private data of a compressdev. */
struct uacce_zip_device {
	struct rte_compressdev *cdev;
	int self;			/**< whose it is, see uacce_zip_self */
	struct uacce_zip_args args;
	unsigned int nb_engines;
	struct uacce_zip_engine engines[ZIP_MAX_ENGINES];
	struct uacce_soft *posing;	/**< soft device behind engines[0] */
	struct uacce_zip_engine soft;	/**< backend NULL: neither soft lane nor verify */
	bool soft_lane;			/**< requests may be executed there */
	uint64_t feature_flags;
	uint16_t max_qps;
	struct rte_compressdev_capabilities caps[4];
	uint8_t qp_engine[ZIP_MAX_QPS];	/**< which engine a queue pair uses */
};

/** Private xform: validated, as SQE templates; written at creation only. */
struct uacce_zip_xform {
	alignas(RTE_CACHE_LINE_SIZE) struct hisi_zip_sqe engine;
	struct hisi_zip_sqe soft;
	bool compress;
	bool stateless;			/**< the algorithm has no streams */
	bool stored;			/**< level 0 */
	bool engine_ok;			/**< the engine can do it */
	bool soft_ok;			/**< there is a soft lane */
	uint8_t trim;			/**< engine: trailing bytes to drop */
	uint8_t tag_dw13;		/**< engine: tag in dw13, not dw26 */
	uint8_t chksum;			/**< enum rte_comp_checksum_type */
	uint8_t window;			/**< log2 */
	uint32_t dict_len;
	uint8_t *dict;			/**< copy of what matters of it, or NULL */
};

/**
 * This process: how many forks away from the first. Queues address the memory of the
 * process that opened them: a child of fork() has copies, or shares, of all that the
 * driver knows, and may use none of it.
 */
extern int uacce_zip_self;

static inline void
zip_count(uint64_t *counter, uint64_t n)
{
	/* one writer; readers of statistics may see it late but never torn */
	__atomic_store_n(counter, *counter + n, __ATOMIC_RELAXED);
}

static inline uint64_t
zip_tsc_of_ms(uint64_t ms)
{
	return rte_get_tsc_hz() / MS_PER_S * ms;
}

/* uacce_zip_engine.c */

/** Find or create what the arguments ask for; fills engines, soft, caps, flags. */
int
uacce_zip_engines_open(struct uacce_zip_device *zip);

void
uacce_zip_engines_close(struct uacce_zip_device *zip);

/** Does it know raw DEFLATE? Without that it compresses alone, as zlib (3.6). */
bool
uacce_zip_engine_raw(const struct uacce_dev *dev);

/**
 * Is the engine of a lane still there, and the one that its xforms were made for?
 *
 * @return
 *   0, or negative errno (the reason was logged, unless the lane's queue is quiet).
 */
int
uacce_zip_engine_check(const struct uacce_zip_lane *lane);

/* uacce_zip_xform.c */

/** Validate an xform and make its templates. @return 0 or negative errno. */
int
uacce_zip_xform_init(struct uacce_zip_device *zip, const struct rte_comp_xform *xform,
		     struct uacce_zip_xform *x);

/** Free what an xform has. */
void
uacce_zip_xform_fini(struct uacce_zip_xform *x);

int
uacce_zip_xform_create(struct rte_compressdev *cdev,
		       const struct rte_comp_xform *xform, void **private_xform);

int
uacce_zip_xform_free(struct rte_compressdev *cdev, void *private_xform);

/* uacce_zip_udc.c */

/** Checksum of a history in a buffer of 1 << window bytes. */
uint32_t
uacce_zip_udc(const uint8_t *history, uint32_t len, uint8_t window);

/* uacce_zip_lane.c */

/**
 * Enqueuer: make a lane usable if it can be; opens its queue.
 *
 * @return
 *   0; -EAGAIN while a failed lane waits for the dequeuer; -EIO if it has done so for
 *   long though it is empty; else why the queue cannot be opened.
 */
int
uacce_zip_lane_ready(struct uacce_zip_lane *lane);

/** Enqueuer, at the end of a burst: let go of the lanes that have failed. */
void
uacce_zip_qp_quiesce(struct uacce_zip_qp *qp, uint32_t failures);

/** Dequeuer: halt the device's side and stop using the lane. */
void
uacce_zip_lane_fail(struct uacce_zip_lane *lane, enum uacce_zip_fault fault,
		    bool cq_valid);

/** Dequeuer: is there a completion that waits for room to be verified? */
bool
uacce_zip_lane_cq_waits(struct uacce_zip_lane *lane);

/** Dequeuer: give back ops of a failed lane; closes it once nobody uses it. */
uint16_t
uacce_zip_lane_sweep(struct uacce_zip_lane *lane, struct rte_comp_op **ops,
		     uint16_t nb_ops);

/**
 * Control: does the device owe no completion any more? Where it does its work in our
 * thread, executes one request.
 */
bool
uacce_zip_lane_drained(struct uacce_zip_lane *lane);

/** Control: fail a lane that is still not drained. */
void
uacce_zip_lane_expire(struct uacce_zip_lane *lane);

/** Control: close whatever state the lane is in. @return ops never dequeued. */
uint16_t
uacce_zip_lane_close(struct uacce_zip_lane *lane);

/* uacce_zip_stream.c */
int
uacce_zip_stream_create(struct rte_compressdev *cdev, const struct rte_comp_xform *xform,
			void **stream);

int
uacce_zip_stream_free(struct rte_compressdev *cdev, void *stream);

/** Control: forget the op in flight; the stream can be used again. */
void
uacce_zip_stream_abandon(struct uacce_zip_stream *s);

/** Control: free the queue pair's own stream. */
void
uacce_zip_own_free(struct uacce_zip_qp *qp);

/** Control: the same for all that were not begun. @return how many. */
uint32_t
uacce_zip_streams_abandon(struct uacce_zip_qp *qp);

/* uacce_zip_enq.c */
uint16_t
uacce_zip_enqueue_burst(void *queue_pair, struct rte_comp_op **ops, uint16_t nb_ops);

/**
 * Write a stateless request into the slot at the tail of a lane and hand it over; the
 * doorbell is the caller's.
 *
 * @return
 *   0, or -ENOMEM.
 */
int
uacce_zip_lane_push(struct uacce_zip_lane *lane, struct rte_comp_op *op,
		    const struct uacce_zip_xform *x, const struct uacce_zip_place *src,
		    const struct uacce_zip_place *dst);

/** Describe both buffers of the request in the slot at the tail by lists. */
int
uacce_zip_lane_lists(struct uacce_zip_lane *lane, struct uacce_zip_slot *slot,
		     struct hisi_zip_sqe *sqe, const struct uacce_zip_place *src,
		     const struct uacce_zip_place *dst);

/* uacce_zip_deq.c */
uint16_t
uacce_zip_dequeue_burst(void *queue_pair, struct rte_comp_op **ops, uint16_t nb_ops);

/** Dequeuer: serve a lane whatever state it is in. */
uint16_t
uacce_zip_lane_poll(struct uacce_zip_lane *lane, struct rte_comp_op **ops,
		    uint16_t nb_ops);

/** Dequeuer: take completions off a lane's CQ. */
uint16_t
uacce_zip_lane_reap(struct uacce_zip_lane *lane, struct rte_comp_op **ops,
		    uint16_t nb_ops);

/* uacce_zip_ops.c */
extern struct rte_compressdev_ops uacce_zip_ops;

/** Is the device this process's? Says so if not. */
bool
uacce_zip_is_mine(const struct rte_compressdev *cdev);

/* uacce_zip_stats.c */
void
uacce_zip_stats_get(struct rte_compressdev *cdev, struct rte_compressdev_stats *stats);

void
uacce_zip_stats_reset(struct rte_compressdev *cdev);

/** Print every index and counter of a device. */
void
uacce_zip_dump(struct rte_compressdev *cdev, FILE *f);

#endif /* UACCE_ZIP_PRIV_H */
