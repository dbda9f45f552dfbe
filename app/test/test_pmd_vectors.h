/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

#ifndef TEST_PMD_VECTORS_H
#define TEST_PMD_VECTORS_H

/**
 * @file
 * What the driver has written into the ring of an engine, as a soft device that poses as
 * one has fetched it.
 */

#include "test_pmd.h"
#include "test_trace_util.h"

/** A device that poses as an engine of this version and traces. */
struct vdev {
	struct pmd_dev dev;
	unsigned int api;
	const char *path;
	size_t seen;		/**< SQEs that were looked at */
	struct trace t;		/**< as of the last vdev_sqes() */
};

int
vdev_open(struct vdev *v, unsigned int api);

int
vdev_close(struct vdev *v);

/**
 * Read the trace again.
 *
 * @param first
 *   Out: index in the trace of the first SQE that is new.
 * @return
 *   How many are new; -1 if the trace cannot be read.
 */
int
vdev_sqes(struct vdev *v, size_t *first);

/** Word of a record's SQE. */
uint32_t
vec_word(const struct uacce_soft_trace_record *r, unsigned int dw);

/** Address in two words. */
uint64_t
vec_addr(const struct uacce_soft_trace_record *r, unsigned int low);

/**
 * Every word but the addresses is as said; all that is not said, 0.
 *
 * @param want
 *   Words 0 to 31, which for the tag is 0: that is the slot, wherever the type has it.
 */
int
vec_words(const struct uacce_soft_trace_record *r, const uint32_t want[32]);

/** Address of byte `off` of a chain's first segment. */
uint64_t
vec_flat(const struct pmd_buf *b);

/**
 * The list of one side is that of section 4 for a chain from its first byte on.
 *
 * @param at
 *   Index of the SQE in the trace.
 * @param spill
 *   Bytes of an entry that is not the chain's.
 */
int
vec_list(const struct trace *t, size_t at, bool dst, const struct pmd_buf *b, uint32_t len,
	 uint32_t spill);

#endif /* TEST_PMD_VECTORS_H */
