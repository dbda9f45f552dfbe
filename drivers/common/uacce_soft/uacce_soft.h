/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

#ifndef UACCE_SOFT_H
#define UACCE_SOFT_H

/**
 * @file
 * The soft device: a model of the ZIP engine behind uacce that runs in this
 * process and serves the very rings, descriptors and doorbells of the silicon.
 *
 * Plain C11, pthreads and compression libraries; nothing of its client. It
 * answers as the kernel would (errno, datasheet 1) and writes back what the
 * engine would (datasheet 2 to 4). What it is given is checked; a client's
 * mistakes are counted by name.
 *
 * Threads: any number of queues may be used at once. On one queue, SQ doorbells
 * come from one thread, CQ doorbells and uacce_soft_run() from one thread, the
 * rest from one thread at a time.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define UACCE_SOFT_MAX_QUEUES	1023	/**< queue numbers fit 10 bits (2.5) */
#define UACCE_SOFT_MAX_THREADS	64
#define UACCE_SOFT_MIN_DEPTH	4
#define UACCE_SOFT_MAX_DEPTH	32768

/** Shape of a soft device. */
struct uacce_soft_conf {
	unsigned int api;	/**< QM version: 2, 3 or 5; 0 for 3 */
	unsigned int nb_queues;	/**< 1 .. UACCE_SOFT_MAX_QUEUES; 0 for 64 */
	unsigned int sq_depth;	/**< entries; 0 for 1024 */
	unsigned int cq_depth;	/**< entries, at least sq_depth; 0: sq_depth */
	unsigned int threads;	/**< 0: work is done in uacce_soft_run() */
	bool instant;		/**< complete without touching payloads */
	bool ext;		/**< offer the extension of hisi_zip_hw.h */
	bool put_ends;		/**< PUT_Q as in old kernels (datasheet 1.5) */
	int numa_node;		/**< what sysfs says */
	const char *faults;	/**< see uacce_soft_fault(); NULL for none */
	const char *trace;	/**< file, see uacce_soft_trace.h; NULL for none */
};

struct uacce_soft;
struct uacce_soft_queue;

/**
 * Create a device.
 *
 * @return
 *   The device; NULL with errno set (EINVAL: a member of conf is out of range, or trace
 *   names what is there and no whole trace).
 */
struct uacce_soft *
uacce_soft_create(const struct uacce_soft_conf *conf);

/** Destroy a device whose queues are all closed; NULL is ignored. */
void
uacce_soft_destroy(struct uacce_soft *dev);

/**
 * Read an attribute as its sysfs file would (datasheet 1.2).
 *
 * @param name
 *   e.g. "api" or "device/numa_node".
 * @return
 *   Length of the text, or negative errno (-ENOENT: no such attribute).
 */
int
uacce_soft_attr(struct uacce_soft *dev, const char *name, char *buf, size_t len);

/** DUS region size of a queue with these depths, in bytes (datasheet 1.3). */
size_t
uacce_soft_dus_size(unsigned int sq_depth, unsigned int cq_depth);

/**
 * Open a queue, as open(2) of the node (datasheet 1.4).
 *
 * @param sq_depth
 *   Depth of this queue's rings; 0 for the device's. Silicon has one depth for
 *   all queues; a soft queue may be as deep as its user needs.
 * @param queue
 *   Set on success.
 * @return
 *   0, or negative errno (-EBUSY: all queues in use, -EPERM: resetting).
 */
int
uacce_soft_open(struct uacce_soft *dev, unsigned int sq_depth,
		struct uacce_soft_queue **queue);

/** The four ioctls of datasheet 1.5. @return 0 or negative errno. */
int
uacce_soft_ioctl(struct uacce_soft_queue *q, unsigned long cmd, void *arg);

/**
 * Map a region (datasheet 1.6); the memory lives until it is unmapped, even if
 * the queue is closed first.
 */
int
uacce_soft_map(struct uacce_soft_queue *q, unsigned int region, size_t len,
	       void **addr);

int
uacce_soft_unmap(struct uacce_soft_queue *q, unsigned int region, void *addr,
		 size_t len);

/** Close a queue: it stops, its number is free again. */
int
uacce_soft_close(struct uacce_soft_queue *q);

/**
 * A 64-bit store to the queue's MMIO region. Takes no lock, unless an engine thread
 * sleeps and has to be woken. Memory stored before is visible to the engine.
 */
void
uacce_soft_mmio_write(struct uacce_soft_queue *q, uint32_t offset, uint64_t value);

/**
 * Without engine threads: do the device's work on this queue in the caller's
 * thread, in ring order. A no-op with engine threads.
 *
 * @param max
 *   Most requests to execute.
 * @return
 *   Requests executed.
 */
unsigned int
uacce_soft_run(struct uacce_soft_queue *q, unsigned int max);

/**
 * Arm faults.
 *
 * @param spec
 *   Up to 16 faults joined by '+', each
 *   kind[:dir[:after[:count[:every[:value]]]]] with
 *   - kind: status (complete with status `value` instead of executing), ooo
 *     (hold completions back for a pseudo-random number of later ones, up to
 *     `value`), late (hold back for `value` later completions or polls; 64 are held
 *     at most), lost (no CQE), dup (CQE twice), badindex (CQE with sq_head
 *     `value`, or 0xffff if that would be within the ring), noise (an extra CQE
 *     before, naming a random slot), writeback (consumed and produced of `value`),
 *     corrupt (one byte of the output is wrong),
 *     early (CQE first, the write-back `value` later completions or polls later),
 *     stop (both stop words, the request is not executed), txstop (the TX word
 *     alone), busy (open fails with EBUSY), reset (open fails with EPERM);
 *   - dir: c, d or any, the queue type it hits;
 *   - after: requests (opens for busy and reset) to let pass first;
 *   - count: how often, 0 for ever; default 1;
 *   - every: hit one of so many; default 1;
 *   - value: any C base.
 *   An empty string disarms all.
 * @return
 *   0; -EINVAL if a word is not understood (nothing changed); -ENOSPC if there
 *   are too many.
 */
int
uacce_soft_fault(struct uacce_soft *dev, const char *spec);

/** Is a fault specification understood? @return as uacce_soft_fault(). */
int
uacce_soft_fault_check(const char *spec);

/**
 * Set or clear the stop words of one queue (datasheet 2.8). With rx set returns once the
 * device has left the memory that requests name; they are not completed.
 */
void
uacce_soft_stop_words(struct uacce_soft_queue *q, uint32_t tx, uint32_t rx);

/** Mistakes of a client that the model notices. */
enum uacce_soft_mistake {
	UACCE_SOFT_DB_OFFSET,		/**< store outside the doorbell register */
	UACCE_SOFT_DB_QUEUE,		/**< another queue's number */
	UACCE_SOFT_DB_COMMAND,		/**< neither SQ nor CQ */
	UACCE_SOFT_DB_INDEX,		/**< index beyond the ring */
	UACCE_SOFT_DB_RANDOM,		/**< random tag is not 0 */
	UACCE_SOFT_DB_STATE,		/**< queue is not started */
	UACCE_SOFT_CQ_OVERFLOW,		/**< no room for a CQE: queue disabled */
	UACCE_SOFT_SQE_TYPE,		/**< wrong SQE type for this api version */
	UACCE_SOFT_SQE_REQUEST,		/**< request type unknown here */
	UACCE_SOFT_SQE_RESERVED,	/**< reserved bits set */
	UACCE_SOFT_SQE_LENGTH,		/**< length out of range (3.8) */
	UACCE_SOFT_SQE_ADDRESS,		/**< NULL or misaligned address */
	UACCE_SOFT_SQE_MODE,		/**< stateful request without a context */
	UACCE_SOFT_SGL,			/**< list malformed or too short */
	UACCE_SOFT_MISTAKE_NB
};

/** Name of a mistake, for people. */
const char *
uacce_soft_mistake_name(enum uacce_soft_mistake mistake);

/** Counters of one queue since it was opened; approximate while in use. */
struct uacce_soft_stats {
	uint64_t requests;	/**< executed */
	uint64_t errors;	/**< of these, with a failing status */
	uint64_t completions;	/**< CQEs posted */
	uint64_t doorbells;	/**< stores to MMIO that were no mistake */
	uint64_t faults;	/**< injected */
	uint64_t mistakes[UACCE_SOFT_MISTAKE_NB];
};

void
uacce_soft_stats(struct uacce_soft_queue *q, struct uacce_soft_stats *stats);

/** Print every index and counter of one queue. */
void
uacce_soft_dump(struct uacce_soft_queue *q, FILE *f);

#endif /* UACCE_SOFT_H */
