/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

#ifndef FUZZ_PMD_H
#define FUZZ_PMD_H

/**
 * @file
 * Devices, chains of buffers, and what zlib says of a stream.
 */

#include <stdbool.h>

#include <rte_compressdev.h>

#include "fuzz.h"
#include "fuzz_mem.h"

#define FUZZ_SRC_LEN	(32u << 10)
#define FUZZ_DST_LEN	(256u << 10)
#define FUZZ_NB_DEVS	4

/** Where the pieces of buffers are cut, in turn. */
struct fuzz_cuts {
	uint16_t len[8];
	unsigned int nb;
	unsigned int skip;	/**< bytes before the data */
};

/** A buffer: pieces with gaps between them in memory that is watched. */
struct fuzz_chain {
	struct rte_mbuf *m;
	struct fuzz_mem *mem;
	uint32_t skip;
	uint32_t len;		/**< without skip */
};

/** A device and what is made for it once. */
struct fuzz_dev {
	uint8_t id;
	uint64_t flags;		/**< of DEFLATE */
	void *xforms[RTE_COMP_CHECKSUM_CRC32_ADLER32 + 1];	/**< NULL: not offered */
};

extern struct fuzz_mem fuzz_src, fuzz_dst;
extern struct fuzz_dev fuzz_devs[FUZZ_NB_DEVS];

/** Once. */
void
fuzz_pmd_init(void);

void
fuzz_xform(enum rte_comp_checksum_type chksum, struct rte_comp_xform *xform);

/** A chain that holds data, or that has len bytes of room (data NULL). */
struct fuzz_chain
fuzz_chain_make(struct fuzz_mem *mem, const struct fuzz_cuts *cuts, const uint8_t *data,
		uint32_t len);

/** Copy the first len bytes out, where the device may no longer write. */
void
fuzz_chain_read(const struct fuzz_chain *c, uint8_t *to, uint32_t len);

/**
 * Give an op to a device and have it back, with everything checked that holds for
 * every op. Frees nothing.
 *
 * @return
 *   false if it was refused.
 */
bool
fuzz_op_run(const struct fuzz_dev *dev, struct rte_comp_op *op,
	    const struct fuzz_chain *src, const struct fuzz_chain *dst);

/** The one op there is. */
struct rte_comp_op *
fuzz_op(void);

/** What zlib makes of a raw stream. */
struct fuzz_ref {
	enum {
		REF_END,	/**< it is whole */
		REF_MORE,	/**< it goes on after the input */
		REF_BAD,
		REF_BIG,	/**< its output is larger than is looked at */
	} what;
	uint32_t in;		/**< bytes it takes */
	uint32_t len;
	uint8_t out[FUZZ_DST_LEN + 1];
};

const struct fuzz_ref *
fuzz_reference(const uint8_t *data, size_t len);

/** Of a start value 0 and these bytes. */
uint64_t
fuzz_chksum(enum rte_comp_checksum_type type, const uint8_t *data, uint32_t len);

#endif /* FUZZ_PMD_H */
