/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

#ifndef TEST_PMD_STREAM_H
#define TEST_PMD_STREAM_H

/**
 * @file
 * Streams of the PMD, fed piece by piece.
 */

#include "test_pmd.h"

/** Create a stream; NULL if refused. */
void *
pmd_stream_new(const struct pmd_dev *dev, bool compress, enum rte_comp_checksum_type chksum);

/** How chains are cut. */
enum pmd_cut {
	PMD_CUT_FLAT,
	PMD_CUT_RANDOM,
	PMD_CUT_BYTES,		/**< a segment for each byte */
	PMD_NB_CUTS
};

/**
 * One op of stream io->xform, from and to plain memory by way of chains with random
 * offsets. Checks what holds for every op of a stream.
 *
 * @return
 *   0 if it came back, whatever its status.
 */
int
pmd_stream_op(const struct pmd_dev *dev, struct pmd_io *io, enum pmd_cut cut,
	      const uint8_t *in, uint32_t len, uint8_t *out, uint32_t room);

/** What a stream is fed with and what came of it. */
struct pmd_feed {
	const uint8_t *in;
	uint32_t len;
	uint32_t max_in;	/**< of an op, at most; 0 only if all are to be empty */
	uint8_t *out;
	uint32_t room;
	uint32_t max_out;
	enum pmd_cut cut;
	bool final;		/**< the op that offers the last byte says FINAL */

	uint32_t consumed;
	uint32_t produced;
	unsigned int recoverable;	/**< ops that came back for want of room */
	uint8_t status;		/**< of the last op */
	uint64_t chksum;	/**< of the last op */
};

/**
 * Feed until all is consumed and no output is owed, or the stream ends, or fails.
 *
 * @return
 *   0, or -1 if an op broke a rule or nothing moved.
 */
int
pmd_stream_feed(const struct pmd_dev *dev, struct pmd_io *io, struct pmd_feed *f);

/** Feed plain to a compressing stream and have zlib read what comes. 0 or -1. */
int
pmd_stream_pack(const struct pmd_dev *dev, struct pmd_io *io, struct pmd_feed *f);

/** A raw stream of zlib's with random parameters and flushes. @return its length. */
size_t
pmd_stream_ref(const uint8_t *in, uint32_t len, uint8_t *out, size_t room);

#endif /* TEST_PMD_STREAM_H */
