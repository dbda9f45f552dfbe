/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/*
 * CRC-32, Adler-32 and both, over the uncompressed data, in both directions, started
 * from what the op says; zlib computes what is right.
 */

#include <inttypes.h>
#include <string.h>

#include <zlib.h>

#include "test_pmd.h"

#define MAX_LEN		(40u << 10)
#define ROOM(len)	((len) + (len) / 8 + 128)

static uint8_t data[MAX_LEN], packed[ROOM(MAX_LEN)];

static const enum rte_comp_checksum_type types[] = {
	RTE_COMP_CHECKSUM_CRC32, RTE_COMP_CHECKSUM_ADLER32, RTE_COMP_CHECKSUM_CRC32_ADLER32,
};

static uint64_t
expected(enum rte_comp_checksum_type type, uint64_t start, const uint8_t *p, uint32_t len)
{
	uint32_t a = type == RTE_COMP_CHECKSUM_ADLER32 ? start : start >> 32;
	uint64_t crc = crc32((uint32_t)start, p, len);
	uint64_t adler = adler32(a == 0 ? 1 : a, p, len);

	switch (type) {
	case RTE_COMP_CHECKSUM_CRC32:
		return crc;
	case RTE_COMP_CHECKSUM_ADLER32:
		return adler;
	default:
		return crc | adler << 32;
	}
}

/* A start value as an earlier packet would leave it, or none. */
static uint64_t
random_start(enum rte_comp_checksum_type type)
{
	uint8_t before[64];

	if (pmd_rnd(3) == 0)
		return 0;
	pmd_fill(PMD_RANDOM, before, sizeof(before));
	return expected(type, 0, before, 1 + pmd_rnd(sizeof(before)));
}

/* One op; its output replaces packed, or must be data[off, off + len). */
static int
run(const struct pmd_dev *dev, struct pmd_io *io, const uint8_t *in, uint32_t room)
{
	uint32_t off = pmd_rnd(2) * pmd_rnd(50);
	struct pmd_buf src, dst;
	int ret;

	io->src = &src;
	io->dst = &dst;
	io->src_off = off;
	TEST_ASSERT(pmd_buf_cut(&src, off + io->src_len, 1 + pmd_rnd(12), true) == 0 &&
		    pmd_buf_cut(&dst, room, 1 + pmd_rnd(12), true) == 0, "memory");
	pmd_buf_write(&src, off, in, io->src_len);
	ret = pmd_run(dev, io);
	if (ret == 0)
		pmd_buf_read(&dst, 0, packed, io->produced);
	pmd_buf_free(&src);
	pmd_buf_free(&dst);
	TEST_ASSERT(ret == 0 && io->status == RTE_COMP_OP_STATUS_SUCCESS, "status %u",
		    io->status);
	return 0;
}

static int
both_ways(const struct pmd_dev *dev, enum rte_comp_checksum_type type, uint32_t off,
	  uint32_t len, uint64_t start, uint64_t *sum)
{
	uint64_t want = expected(type, start, data + off, len);
	struct pmd_io io = { .flush = RTE_COMP_FLUSH_FINAL, .src_len = len,
		.input_chksum = start };

	if (pmd_rnd(3) == 0)
		io.flush = RTE_COMP_FLUSH_FULL;
	io.xform = pmd_deflate(dev, pmd_rnd(10), pmd_rnd(3), 15, type);
	TEST_ASSERT(io.xform != NULL && run(dev, &io, data + off, ROOM(len)) == 0, "compress");
	TEST_ASSERT(io.output_chksum == want, "compress: %" PRIx64 ", not %" PRIx64,
		    io.output_chksum, want);
	pmd_xform_free(dev, io.xform);
	/* input_chksum is the op's, whichever direction */
	io.xform = pmd_inflate(dev, type);
	io.src_len = io.produced;
	TEST_ASSERT(io.xform != NULL && run(dev, &io, packed, len) == 0, "decompress");
	TEST_ASSERT(io.output_chksum == want, "decompress: %" PRIx64 ", not %" PRIx64,
		    io.output_chksum, want);
	TEST_ASSERT(io.produced == len && memcmp(packed, data + off, len) == 0, "other data");
	pmd_xform_free(dev, io.xform);
	*sum = want;
	return 0;
}

static int
starts(const struct pmd_dev *dev, const struct pmd_flavour *f)
{
	uint64_t sum;

	(void)f;
	for (unsigned int i = 0; i < 90; i++) {
		enum rte_comp_checksum_type type = types[i % 3];
		uint64_t start = random_start(type);
		uint32_t len = i < 6 ? 0 : 1 + pmd_rnd(i < 40 ? 60 : MAX_LEN - 1);

		pmd_fill(i % PMD_NB_KINDS, data, len);
		TEST_ASSERT(both_ways(dev, type, 0, len, start, &sum) == 0,
			    "type %d, %u bytes, start %" PRIx64, type, len, start);
	}
	/* lone halves of "both" */
	pmd_fill(PMD_TEXT, data, 100);
	if (both_ways(dev, types[2], 0, 100, 0x12345678, &sum) != 0 ||
	    both_ways(dev, types[2], 0, 100, 0x00120034ull << 32, &sum) != 0)
		return -1;
	return 0;
}

/* Packet by packet, each starting where the one before ended, as if it were one. */
static int
packets(const struct pmd_dev *dev, const struct pmd_flavour *f)
{
	(void)f;
	pmd_fill(PMD_MIXED, data, MAX_LEN);
	for (unsigned int t = 0; t < DIM(types); t++) {
		uint64_t sum = 0;
		uint32_t off = 0;

		while (off < MAX_LEN) {
			uint32_t len = RTE_MIN(1 + pmd_rnd(9000), MAX_LEN - off);

			TEST_ASSERT(both_ways(dev, types[t], off, len, sum, &sum) == 0,
				    "type %d, packet at %u", types[t], off);
			off += len;
		}
		TEST_ASSERT(sum == expected(types[t], 0, data, MAX_LEN), "whole differs");
	}
	return 0;
}

/* Who asks for no checksum may leave anything in input_chksum. */
static int
none(const struct pmd_dev *dev, const struct pmd_flavour *f)
{
	struct pmd_io io = {
		.flush = RTE_COMP_FLUSH_FINAL, .src_len = 900, .input_chksum = ~0ull,
	};

	(void)f;
	pmd_fill(PMD_TEXT, data, 900);
	io.xform = pmd_deflate(dev, 1, RTE_COMP_HUFFMAN_DEFAULT, 15, RTE_COMP_CHECKSUM_NONE);
	for (int i = 0; i < 2; i++, io.input_chksum = 0)
		TEST_ASSERT(run(dev, &io, data, ROOM(900)) == 0 &&
			    ref_packed(packed, io.produced, data, 900), "it is not ignored");
	pmd_xform_free(dev, io.xform);
	return 0;
}

static int
test_chksum(void)
{
	int ret = pmd_up();

	pmd_seed(4301);
	if (ret == 0)
		ret = pmd_each_flavour(starts);
	if (ret == 0)
		ret = pmd_each_flavour(packets);
	if (ret == 0)
		ret = pmd_each_flavour(none);
	return pmd_down(ret);
}

UACCE_TEST(pmd_chksum, test_chksum)
