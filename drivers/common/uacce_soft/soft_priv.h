/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

#ifndef SOFT_PRIV_H
#define SOFT_PRIV_H

/**
 * @file
 * Inside the soft device: device, queue, engine.
 */

#include <pthread.h>
#include <stdalign.h>
#include <stdatomic.h>

#include <hisi_qm_hw.h>
#include <hisi_zip_hw.h>

#include "soft_codec.h"
#include "soft_lz4.h"
#include "soft_xxh.h"
#include "uacce_soft.h"

#define SOFT_CACHE_LINE	128	/* two lines: adjacent ones are fetched in pairs */

#define SOFT_MAX_SEGS	(1u << 17)	/* of one scatter-gather chain */
#define SOFT_MAX_SGLS	(1u << 16)	/* lists of one chain */
#define SOFT_MAX_FAULTS	16
#define SOFT_MAX_HELD	64	/* completions held back by faults */

/** What executing takes: a codec and room for the segments of two chains. */
struct soft_engine {
	struct soft_codec *codec;
	struct soft_lz4 *lz4;
	struct soft_seg *segs[2];	/* SOFT_MAX_SEGS each, touched when used */
	uint8_t *verify;		/* NULL until it is needed */
	uint32_t slot;			/* of what is executed; for the trace */
};

int
soft_engine_init(struct soft_engine *e);

void
soft_engine_fini(struct soft_engine *e);

/** The words the device writes back into an SQE (datasheet 3.1, column H). */
struct soft_result {
	uint32_t consumed;
	uint32_t produced;
	uint32_t status;
	uint32_t ctx_dw0;
	uint32_t ctx_dw1;
	uint32_t ctx_dw2;
	uint32_t isize;
	uint32_t checksum;
	uint32_t ext_crc;
	uint32_t ext_adler;
	bool ext;		/* ext_crc and ext_adler are to be written */
};

enum soft_fault_kind {
	SOFT_FAULT_STATUS,
	SOFT_FAULT_OOO,
	SOFT_FAULT_LATE,
	SOFT_FAULT_LOST,
	SOFT_FAULT_DUP,
	SOFT_FAULT_BADINDEX,
	SOFT_FAULT_NOISE,
	SOFT_FAULT_WRITEBACK,
	SOFT_FAULT_CORRUPT,
	SOFT_FAULT_EARLY,
	SOFT_FAULT_STOP,
	SOFT_FAULT_TXSTOP,
	SOFT_FAULT_BUSY,
	SOFT_FAULT_RESET,
	SOFT_FAULT_NB
};

struct soft_fault {
	enum soft_fault_kind kind;
	int dir;		/* enum hisi_qm_qc_type, -1 for any */
	uint64_t after;
	uint64_t count;		/* 0: for ever */
	uint64_t every;
	uint32_t value;
	uint64_t seen;
	uint64_t hits;
};

/** The armed faults; guarded by lock. */
struct soft_faults {
	pthread_mutex_t lock;
	atomic_uint nb;		/* 0: the fast path does not lock */
	struct soft_fault list[SOFT_MAX_FAULTS];
	uint64_t seed;
};

/** Which faults hit one request: a bit of each kind and the value of each. */
struct soft_hit {
	uint32_t kinds;
	uint32_t value[SOFT_FAULT_NB];
	uint32_t random;
};

static inline bool
soft_hit_has(const struct soft_hit *hit, enum soft_fault_kind kind)
{
	return (hit->kinds & (1u << kind)) != 0;
}

int
soft_faults_parse(struct soft_faults *faults, const char *spec);

/** Which of the request faults hit a request in direction dir? */
void
soft_faults_request(struct soft_faults *faults, int dir, struct soft_hit *hit);

/** Errno an open shall fail with, 0 for none. */
int
soft_faults_open(struct soft_faults *faults);

enum soft_queue_state {
	SOFT_QUEUE_FREE = 0,
	SOFT_QUEUE_INIT,
	SOFT_QUEUE_STARTED,
	SOFT_QUEUE_ZOMBIE,	/* old kernels, after PUT_Q (datasheet 1.5) */
};

/** A completion that a fault holds back. */
struct soft_held {
	uint16_t slot;
	uint32_t countdown;	/* later completions or polls to wait for */
	struct soft_hit hit;
	struct soft_result res;
};

struct uacce_soft_queue {
	struct uacce_soft *dev;
	uint16_t id;
	uint16_t qc_type;
	uint16_t next_qc_type;	/* consumed by START (datasheet 1.5) */
	uint16_t sq_depth;
	uint16_t cq_depth;
	uint8_t *dus;		/* the rings; also the client's mapping */
	size_t dus_len;
	void *mmio;
	size_t mmio_len;
	size_t map_len[2];	/* what the client mapped of its regions, 0: nothing */
	bool polled;		/* no engine threads */

	/* written by SQ doorbells */
	alignas(SOFT_CACHE_LINE) atomic_uint sq_tail;
	atomic_ullong sq_doorbells;
	/* written by CQ doorbells */
	alignas(SOFT_CACHE_LINE) atomic_uint cq_head;
	atomic_ullong cq_doorbells;

	/* the engine's; guarded by lock if there are engine threads */
	alignas(SOFT_CACHE_LINE) pthread_mutex_t lock;
	atomic_int state;	/* enum soft_queue_state */
	atomic_bool stopped;	/* a stop word is set */
	uint32_t fetch;		/* next SQE to fetch */
	uint32_t post;		/* next SQE to complete, in ring order */
	uint32_t cq_tail;
	uint32_t phase;
	unsigned int executing;	/* by engine threads */
	bool rx_due;		/* the RX stop word is, after those */
	struct soft_engine engine;	/* polled mode */
	uint8_t *done;		/* thread mode: executed, not yet posted */
	struct soft_hit *hits;	/* thread mode: faults of executed requests */
	struct soft_result *results;
	unsigned int nb_held;
	struct soft_held held[SOFT_MAX_HELD];
	atomic_ullong requests;
	atomic_ullong errors;
	atomic_ullong completions;
	atomic_ullong nb_faults;
	atomic_ullong mistakes[UACCE_SOFT_MISTAKE_NB];
};

struct soft_trace;

struct uacce_soft {
	struct uacce_soft_conf conf;
	struct soft_trace *trace;	/* NULL: off */
	struct soft_faults faults;
	pthread_mutex_t lock;		/* guards opening and closing */
	unsigned int next_id;		/* numbers are handed out cyclically */
	unsigned int in_use;

	/* engine threads */
	pthread_t threads[UACCE_SOFT_MAX_THREADS];
	unsigned int nb_threads;	/* running */
	atomic_bool quit;
	alignas(SOFT_CACHE_LINE) atomic_uint sleepers;
	pthread_mutex_t idle_lock;
	pthread_cond_t idle_cond;

	struct uacce_soft_queue *queues;	/* conf.nb_queues */
};

/** Count an event that only one thread at a time counts: no locked add. */
static inline void
soft_count(atomic_ullong *counter)
{
	atomic_store_explicit(counter,
		atomic_load_explicit(counter, memory_order_relaxed) + 1,
		memory_order_relaxed);
}

static inline void
soft_mistake(struct uacce_soft_queue *q, enum uacce_soft_mistake mistake)
{
	atomic_fetch_add_explicit(&q->mistakes[mistake], 1, memory_order_relaxed);
}

static inline bool
soft_status_good(uint32_t status)
{
	status &= HISI_ZIP_STATUS_MASK;
	return status == HISI_ZIP_STATUS_OK || status == HISI_ZIP_STATUS_NEG_COMP ||
		status == HISI_ZIP_STATUS_STREAM_END;
}

static inline uint32_t
soft_ring_next(uint32_t index, uint32_t depth)
{
	return index + 1 == depth ? 0 : index + 1;
}

static inline struct hisi_zip_sqe *
soft_queue_sqe(const struct uacce_soft_queue *q, uint32_t slot)
{
	return (struct hisi_zip_sqe *)q->dus + slot;
}

static inline bool
soft_queue_running(const struct uacce_soft_queue *q)
{
	return atomic_load_explicit(&q->state, memory_order_relaxed) == SOFT_QUEUE_STARTED &&
		!atomic_load_explicit(&q->stopped, memory_order_relaxed);
}

/** Complete an executed request as the faults that hit it want; alters res. */
void
soft_post(struct uacce_soft_queue *q, uint32_t slot, const struct soft_hit *hit,
	  struct soft_result *res);

/** A poll goes by for the completions that are held back. */
void
soft_held_poll(struct uacce_soft_queue *q);

/** Size of the MMIO region (datasheet 1.3). */
size_t
soft_mmio_size(const struct uacce_soft *dev);

int
soft_queue_init(struct uacce_soft_queue *q, unsigned int sq_depth);

void
soft_queue_fini(struct uacce_soft_queue *q);

/** Engine thread: execute up to max requests of q. */
unsigned int
soft_queue_work(struct uacce_soft_queue *q, struct soft_engine *e, unsigned int max);

/** Has q a request for an engine thread? Sets *held if it holds completions back. */
bool
soft_queue_has_work(struct uacce_soft_queue *q, bool *held);

/** Stop taking requests; returns when none is being executed. */
void
soft_queue_quiesce(struct uacce_soft_queue *q, enum soft_queue_state state);

/**
 * Set stop words in the order the kernel does (datasheet 2.3): that for completions once
 * nothing is being executed. With engine threads the lock is held.
 */
void
soft_queue_stop_words(struct uacce_soft_queue *q, uint32_t tx, uint32_t rx);

/** One request less is being executed: is it time for the second stop word? */
void
soft_queue_drained(struct uacce_soft_queue *q);

/** Wait, not for ever, until the device has done what it was given (datasheet 1.5). */
void
soft_queue_drain(struct uacce_soft_queue *q);

#define SOFT_ZLIB_TRAILER	4	/* Adler-32, big-endian (datasheet 3.6) */
#define SOFT_GZIP_TRAILER	8	/* CRC-32 and ISIZE, little-endian (3.6) */

/** One decoded SQE. */
struct soft_request {
	unsigned int type;
	bool compress;
	bool has_ext;
	bool stateful;
	bool stream_new;	/* first request of a stream */
	bool finish;		/* last request of a stream, compression */
	uint32_t ext;
	uint32_t in;
	uint32_t out;
	uint32_t isize;		/* uncompressed bytes, those of earlier requests too */
	size_t trailer;
	uint8_t *ctx;		/* the device's part of the stream context */
	uint32_t window_len;	/* bytes of history there */
	uint32_t ctx_dw0;	/* out: HISI_ZIP_CTX0_* */
	uint32_t ctx_dw1;	/* out: bytes to come of a stored block */
	uint8_t lz4_flags;
	bool want_xxh32;
	bool xxh32_goes_on;	/* though the stream is new */
	uint32_t xxh32;		/* out */
	/* what is above starts as 0, what is below is assigned */
	struct soft_seg flat[2];
	struct soft_codec_req codec;
};

/** Execute what was decoded; fills in the codec's results. @return its status. */
uint32_t
soft_exec(struct uacce_soft_queue *q, struct soft_engine *e, struct soft_request *r);

/** Compress what was decoded, with its container's trailer. @return status. */
uint32_t
soft_exec_compress(struct soft_engine *e, struct soft_request *r);

/** The container's trailer after isize bytes of uncompressed data. */
void
soft_trailer_fill(const struct soft_request *r, uint32_t isize, uint8_t *t);

/** Add what a stateful request has done to its stream's hash. */
void
soft_stream_hash(struct soft_request *r);

/** Before each stateful request. @return false if its words make no sense. */
bool
soft_stream_start(struct soft_request *r);

uint32_t
soft_stream_compress(struct soft_engine *e, struct soft_request *r);

uint32_t
soft_stream_decompress(struct soft_engine *e, struct soft_request *r);

/** Compare what a stream inflates to with the data; the extension's own request. */
uint32_t
soft_verify(struct soft_engine *e, struct soft_request *r);

void
soft_verify_fini(struct soft_engine *e);

/** Execute one request, a private copy of its SQE. */
void
soft_zip_exec(struct uacce_soft_queue *q, struct soft_engine *e,
	      const struct hisi_zip_sqe *sqe, struct soft_result *res);

/**
 * Collect the segments of a chain of hardware SGLs.
 *
 * @param skip, len
 *   Bytes to pass over from the logical start, bytes to collect after them.
 * @return
 *   Number of segments, which hold len bytes; -1 if the chain is malformed or
 *   holds less.
 */
int
soft_sgl_walk(uint64_t addr, uint32_t skip, uint32_t len,
	      struct soft_seg *segs, unsigned int max_segs);

#endif /* SOFT_PRIV_H */
