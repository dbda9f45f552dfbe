/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/*
 * Flat buffers, both directions, against zlib: levels, Huffman codes, windows, FULL and
 * FINAL.
 */

#include <string.h>

#include <zlib.h>

#include "test_pmd.h"

#define MAX_LEN		(200u << 10)
#define ROOM(len)	((len) + (len) / 8 + 128)

static uint8_t data[MAX_LEN], packed[ROOM(MAX_LEN)], plain[MAX_LEN + 16];

/* Compress data[0, len) into packed; its length or -1. */
static int
squeeze(const struct pmd_dev *dev, void *xform, uint32_t off, uint32_t len,
	 enum rte_comp_flush_flag flush)
{
	struct pmd_io io = { .xform = xform, .flush = flush, .src_len = len };
	struct pmd_buf src, dst;
	int ret;

	io.src = &src;
	io.dst = &dst;
	TEST_ASSERT(pmd_buf_with(&src, data + off, len) == 0 &&
		    pmd_buf_flat(&dst, ROOM(len)) == 0, "memory");
	ret = pmd_run(dev, &io);
	if (ret == 0)
		pmd_buf_read(&dst, 0, packed, io.produced);
	pmd_buf_free(&src);
	pmd_buf_free(&dst);
	if (ret != 0)
		return -1;
	TEST_ASSERT(io.status == RTE_COMP_OP_STATUS_SUCCESS, "status %u", io.status);
	TEST_ASSERT(io.consumed == len, "%u of %u consumed", io.consumed, len);
	return io.produced;
}

static int
expand(const struct pmd_dev *dev, void *xform, uint32_t len, uint32_t want)
{
	struct pmd_io io = { .xform = xform, .flush = RTE_COMP_FLUSH_FINAL, .src_len = len };
	struct pmd_buf src, dst;
	int ret;

	io.src = &src;
	io.dst = &dst;
	TEST_ASSERT(pmd_buf_with(&src, packed, len) == 0 && pmd_buf_flat(&dst, want) == 0,
		    "memory");
	memset(plain, 0xee, want);
	ret = pmd_run(dev, &io);
	if (ret == 0)
		pmd_buf_read(&dst, 0, plain, io.produced);
	pmd_buf_free(&src);
	pmd_buf_free(&dst);
	if (ret != 0)
		return -1;
	TEST_ASSERT(io.status == RTE_COMP_OP_STATUS_SUCCESS, "status %u", io.status);
	TEST_ASSERT(io.consumed == len && io.produced == want, "%u of %u consumed, %u of %u",
		    io.consumed, len, io.produced, want);
	TEST_ASSERT(memcmp(plain, data, want) == 0, "other data");
	return 0;
}

/* zlib, with its window and no more, must read packed[0, len) as data[0, want). */
static int
zlib_reads(uint32_t len, uint32_t want, int window, size_t step)
{
	struct ref_verdict v = ref_inflate(packed, len, plain, want + 1, window, step);

	TEST_ASSERT(v.final && v.consumed == len, "zlib: final %d, %zu of %u", v.final,
		    v.consumed, len);
	TEST_ASSERT(v.produced == want && memcmp(plain, data, want) == 0,
		    "zlib: other data, %zu of %u", v.produced, want);
	return 0;
}

static int
level_trip(const struct pmd_dev *dev, int level, enum rte_comp_huffman huffman,
	   uint32_t len, bool full)
{
	void *c = pmd_deflate(dev, level, huffman, 15, RTE_COMP_CHECKSUM_NONE);
	void *d = pmd_inflate(dev, RTE_COMP_CHECKSUM_NONE);
	int n;

	TEST_ASSERT(c != NULL && d != NULL, "xform level %d", level);
	n = squeeze(dev, c, 0, len, full ? RTE_COMP_FLUSH_FULL : RTE_COMP_FLUSH_FINAL);
	if (n < 0 || expand(dev, d, n, len) != 0)
		return -1;
	if (full) {
		TEST_ASSERT(memcmp(packed + n - 4, "\0\0\xff\xff", 4) == 0, "no flush");
		memcpy(packed + n, "\x03\0", 2);
		n += 2;
	}
	/* the first block's type: stored 0, fixed 1 */
	if (level == 0 && len != 0)
		TEST_ASSERT((packed[0] >> 1 & 3) == 0, "level 0, but not stored");
	if (huffman == RTE_COMP_HUFFMAN_FIXED && level != 0)
		TEST_ASSERT((packed[0] >> 1 & 3) <= 1, "not fixed");
	pmd_xform_free(dev, c);
	pmd_xform_free(dev, d);
	return zlib_reads(n, len, 15, SIZE_MAX);
}

static int
levels(const struct pmd_dev *dev, const struct pmd_flavour *f)
{
	(void)f;
	for (int level = RTE_COMP_LEVEL_PMD_DEFAULT; level <= 9; level++) {
		for (unsigned int k = 0; k < 3 * PMD_NB_KINDS; k++) {
			uint32_t len = k < 4 ? 1 + pmd_rnd(40) : 1 + pmd_rnd(40000);

			pmd_fill(k % PMD_NB_KINDS, data, len);
			TEST_ASSERT(level_trip(dev, level, k % 3, len, pmd_rnd(2)) == 0,
				    "level %d kind %u len %u", level, k, len);
		}
	}
	pmd_fill(PMD_MIXED, data, MAX_LEN);
	return level_trip(dev, 6, RTE_COMP_HUFFMAN_DEFAULT, MAX_LEN, false);
}

/* Repeats at every distance; zlib with a smaller window must notice those too far. */
static int
windows(const struct pmd_dev *dev, const struct pmd_flavour *f)
{
	static const int some[] = { -1, 1, 3, 6, 9 };
	const uint32_t len = 80000;
	size_t n15;

	(void)f;
	pmd_fill(PMD_MIXED, data, len);
	for (uint32_t i = 0; i + 300 < len / 2; i += 300 + pmd_rnd(900))
		memcpy(data + i + 300 + (40u << pmd_rnd(10)), data + i, 200);
	n15 = ref_deflate(data, len, packed, sizeof(packed), 9, Z_DEFAULT_STRATEGY);
	for (int window = 8; window < 15; window++)
		TEST_ASSERT(!ref_inflate(packed, n15, plain, len, window, 1).final,
			    "window %d: this test would not notice", window);
	for (int window = 8; window <= 15; window++) {
		for (unsigned int i = 0; i < DIM(some); i++) {
			void *c = pmd_deflate(dev, some[i], RTE_COMP_HUFFMAN_DYNAMIC, window,
					      RTE_COMP_CHECKSUM_NONE);
			int n;

			TEST_ASSERT(c != NULL, "window %d", window);
			n = squeeze(dev, c, 0, len, RTE_COMP_FLUSH_FINAL);
			pmd_xform_free(dev, c);
			TEST_ASSERT(n > 0 && zlib_reads(n, len, window, 1) == 0,
				    "window %d level %d", window, some[i]);
		}
	}
	return 0;
}

/* Pieces that end in FULL flushes are one stream with the FINAL one after them. */
static int
pieces(const struct pmd_dev *dev, const struct pmd_flavour *f)
{
	static uint8_t all[ROOM(MAX_LEN)];
	void *d = pmd_inflate(dev, RTE_COMP_CHECKSUM_NONE);
	uint32_t off = 0, total = 0;

	(void)f;
	pmd_fill(PMD_MIXED, data, 100000);
	while (off < 100000) {
		uint32_t len = RTE_MIN(pmd_rnd(9) == 0 ? 0 : pmd_rnd(20000), 100000 - off);
		bool last = off + len == 100000;
		void *c = pmd_deflate(dev, pmd_rnd(10), pmd_rnd(3), 15,
				      RTE_COMP_CHECKSUM_NONE);
		int n = squeeze(dev, c, off, len,
				 last ? RTE_COMP_FLUSH_FINAL : RTE_COMP_FLUSH_FULL);

		TEST_ASSERT(n > 0, "piece at %u", off);
		memcpy(all + total, packed, n);
		total += n;
		off += len;
		pmd_xform_free(dev, c);
	}
	memcpy(packed, all, total);
	if (zlib_reads(total, 100000, 15, SIZE_MAX) != 0 ||
	    expand(dev, d, total, 100000) != 0)
		return -1;
	pmd_xform_free(dev, d);
	return 0;
}

/* Streams that zlib makes: stored, fixed, dynamic, run-length. */
static int
foreign(const struct pmd_dev *dev, const struct pmd_flavour *f)
{
	static const int strategies[] = { Z_DEFAULT_STRATEGY, Z_FIXED, Z_HUFFMAN_ONLY, Z_RLE };
	void *d = pmd_inflate(dev, RTE_COMP_CHECKSUM_NONE);

	(void)f;
	for (unsigned int i = 0; i < 60; i++) {
		uint32_t len = i < 30 ? pmd_rnd(300) : pmd_rnd(MAX_LEN);
		int level = i % 10;
		size_t n;

		pmd_fill(i % PMD_NB_KINDS, data, len);
		n = ref_deflate(data, len, packed, sizeof(packed), level, strategies[i % 4]);
		TEST_ASSERT(expand(dev, d, n, len) == 0, "level %d kind %u len %u", level,
			    i % PMD_NB_KINDS, len);
	}
	pmd_xform_free(dev, d);
	return 0;
}

static int
test_deflate(void)
{
	int ret = pmd_up();

	pmd_seed(4101);
	if (ret == 0)
		ret = pmd_each_flavour(levels);
	if (ret == 0)
		ret = pmd_each_flavour(pieces);
	if (ret == 0)
		ret = pmd_each_flavour(foreign);
	return pmd_down(ret);
}

static int
test_windows(void)
{
	int ret = pmd_up();

	pmd_seed(4102);
	if (ret == 0)
		ret = pmd_each_flavour(windows);
	return pmd_down(ret);
}

UACCE_TEST(pmd_deflate, test_deflate)
UACCE_TEST(pmd_windows, test_windows)
