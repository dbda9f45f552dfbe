/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

#ifndef TEST_QM_UTIL_H
#define TEST_QM_UTIL_H

/**
 * @file
 * A queue made of nothing but memory, for tests of the rings: it answers the calls
 * of struct uacce_queue_ops as told, keeps account of them, and plays the device's
 * side of the completion ring by hand.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <rte_memory.h>

#include <hisi_qm.h>
#include <uacce.h>

#define STUB_STEPS	"OCIMDS"	/* the calls of a set-up, in order */

struct stub {
	/* what it answers */
	uint32_t sqe_size;
	uint16_t sq_depth;
	uint16_t cq_depth;
	uint16_t id;
	uint32_t stop[2];	/* preset stop words: RX, TX */
	char fail;		/* step of STUB_STEPS, or 'P', 'm', 'd', 'c', that fails */
	int fail_errno;

	/* what was called: also P put, m and d unmap, c close */
	char trace[32];
	uint16_t qc_type;
	uint8_t *dus;
	uint8_t *mmio;
	struct uacce_dev dev;

	/* doorbells */
	unsigned int nb_sq;
	unsigned int nb_cq;
	uint64_t last_sq;	/* as written */
	uint64_t last_cq;
	uint32_t last_offset;
	void (*on_doorbell)(struct stub *s, uint64_t value);
	void *arg;

	/* the device's side */
	uint16_t cq_tail;
	uint16_t phase;
	uint16_t cq_head;	/* from CQ doorbells */
	bool overflow;
};

extern const struct uacce_queue_ops stub_ops;

/** Start EAL without devices, once; 0 or -1. */
int
tq_eal(void);

/** Bytes and blocks taken from EAL's heap. */
size_t
tq_heap(void);

/** A stub of these depths that does everything right. */
void
stub_init(struct stub *s, uint16_t sq_depth, uint16_t cq_depth);

/** Free what a test left mapped. */
void
stub_fini(struct stub *s);

/** Set a queue up on it. */
int
stub_setup(struct stub *s, struct hisi_qm_queue *q);

/** Post a CQE for a slot; notes an overflow. */
void
stub_post(struct stub *s, uint16_t slot);

/** CQEs posted and not acknowledged by doorbell. */
unsigned int
stub_occupancy(const struct stub *s);

#endif /* TEST_QM_UTIL_H */
