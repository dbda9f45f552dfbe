/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

#ifndef TEST_PMD_DATA_H
#define TEST_PMD_DATA_H

/**
 * @file
 * Data, guarded mbuf chains and zlib as a reference for the tests of the PMD.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <rte_mbuf.h>

#define DIM(a)		(sizeof(a) / sizeof((a)[0]))

/** Print and set the seed of this test's random numbers. */
void
pmd_seed(uint64_t seed);

/** A random number below limit. */
uint32_t
pmd_rnd(uint32_t limit);

enum pmd_kind {
	PMD_ZEROS,
	PMD_TEXT,	/**< compresses well */
	PMD_RANDOM,	/**< does not compress */
	PMD_MIXED,
	PMD_NB_KINDS
};

void
pmd_fill(enum pmd_kind kind, uint8_t *p, size_t len);

/** A chain of segments, each with guard bytes on both sides. */
struct pmd_buf {
	struct rte_mbuf *m;
	uint8_t *mem;		/**< of external segments */
	uint8_t *copy;		/**< of all, made by pmd_buf_seal() */
	size_t mem_len;
	uint32_t len;		/**< sum of data lengths */
	bool external;
	struct rte_mbuf_ext_shared_info shinfo;
};

/**
 * Make a chain.
 *
 * @param lens
 *   Data lengths of nb segments; beyond PMD_DIRECT_MAX only if external.
 * @param external
 *   Attach memory from malloc() instead of using the mbufs' own.
 */
int
pmd_buf_make(struct pmd_buf *b, const uint32_t *lens, unsigned int nb, bool external);

#define PMD_DIRECT_MAX	2048u

/** A chain of nb segments that hold len bytes, some of them empty if nb allows. */
int
pmd_buf_cut(struct pmd_buf *b, uint32_t len, unsigned int nb, bool external);

/** One segment, or as few as its length needs. */
int
pmd_buf_flat(struct pmd_buf *b, uint32_t len);

/** A flat buffer that holds data. */
int
pmd_buf_with(struct pmd_buf *b, const uint8_t *data, uint32_t len);

/** Free the chain and what it is made of. */
void
pmd_buf_free(struct pmd_buf *b);

void
pmd_buf_write(const struct pmd_buf *b, uint32_t off, const uint8_t *data, uint32_t len);
void
pmd_buf_read(const struct pmd_buf *b, uint32_t off, uint8_t *data, uint32_t len);

/** Remember what the chain holds. */
void
pmd_buf_seal(struct pmd_buf *b);

/** Is everything but bytes [from, to) of the chain as it was sealed? */
bool
pmd_buf_intact(const struct pmd_buf *b, uint32_t from, uint32_t to);

/** Raw DEFLATE by zlib. @return its length. */
size_t
ref_deflate(const uint8_t *in, size_t len, uint8_t *out, size_t room, int level,
	    int strategy);

/** What zlib says of a raw DEFLATE stream. */
struct ref_verdict {
	bool final;		/**< the last block ended */
	bool tolerable;		/**< refused for what libdeflate gives a meaning to */
	size_t consumed;
	size_t produced;
};

/**
 * Inflate by zlib with its own window.
 *
 * @param step
 *   Bytes of output at a time: few, so that distances meet zlib's window instead of
 *   the output buffer.
 */
struct ref_verdict
ref_inflate(const uint8_t *in, size_t len, uint8_t *out, size_t room, int window,
	    size_t step);

/**
 * Is that, to its last byte, a raw DEFLATE stream of data? Whether it is the same
 * stream as another engine's is no question to ask: see doc/design/engines.md.
 */
bool
ref_packed(const uint8_t *in, size_t in_len, const uint8_t *data, size_t len);

#endif /* TEST_PMD_DATA_H */
