/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/*
 * What flushes promise, ops without data, checksums over a stream.
 */

#include <stdlib.h>
#include <string.h>

#include <zlib.h>

#include "test_pmd_stream.h"

#define LEN	(60u << 10)
#define ROOM	(3 * LEN)

static uint8_t data[LEN], packed[ROOM], plain[ROOM];

static const enum rte_comp_flush_flag flushes[] = {
	RTE_COMP_FLUSH_NONE, RTE_COMP_FLUSH_SYNC, RTE_COMP_FLUSH_FULL, RTE_COMP_FLUSH_FINAL,
};

/* Raw, and what is there so far need not be all. @return how much comes out. */
static size_t
readable(const uint8_t *in, uint32_t len, int *ret)
{
	z_stream z = { .next_in = (uint8_t *)(uintptr_t)in, .avail_in = len,
		.next_out = plain, .avail_out = ROOM };

	if (inflateInit2(&z, -15) != Z_OK)
		abort();
	*ret = inflate(&z, Z_SYNC_FLUSH);
	inflateEnd(&z);
	return z.total_out;
}

/* After SYNC and FULL all can be read; after FULL nothing that follows needs it. */
static int
check_flush(const uint8_t *out, uint32_t n, enum rte_comp_flush_flag flush,
	    const uint8_t *in, uint32_t len)
{
	size_t have;
	int ret;

	if (flush == RTE_COMP_FLUSH_NONE)
		return 0;
	have = readable(out, n, &ret);
	TEST_ASSERT(have == len && memcmp(plain, in, len) == 0 &&
		    ret == (flush == RTE_COMP_FLUSH_FINAL ? Z_STREAM_END :
			    n == 0 ? Z_BUF_ERROR : Z_OK),
		    "flush %d: %zu of %u bytes, zlib says %d", flush, have, len, ret);
	return 0;
}

/*
 * Ops with random flushes. `alone` is where the last FULL flush was: from there on the
 * stream stands alone.
 */
static int
one_stream(const struct pmd_dev *dev, struct pmd_io *io)
{
	uint32_t in = 0, out = 0, alone_in = 0, alone_out = 0;

	for (unsigned int i = 0; i < 12; i++) {
		/* the same data again and again invites references to it */
		uint32_t from = pmd_rnd(3) * 4096, n = pmd_rnd(4) ? pmd_rnd(4000) : 0;

		memmove(data + in, data + from, from < in ? n : 0);
		io->flush = i == 11 ? RTE_COMP_FLUSH_FINAL : flushes[pmd_rnd(3)];
		if (pmd_stream_op(dev, io, pmd_rnd(PMD_CUT_BYTES), data + in, n, packed + out,
				  2 * n + 900) != 0)
			return -1;
		TEST_ASSERT(io->status == RTE_COMP_OP_STATUS_SUCCESS && io->consumed == n,
			    "status %u, %u of %u", io->status, io->consumed, n);
		in += n;
		out += io->produced;
		if (check_flush(packed, out, io->flush, data, in) != 0 ||
		    check_flush(packed + alone_out, out - alone_out, io->flush,
				data + alone_in, in - alone_in) != 0)
			return -1;
		if (io->flush == RTE_COMP_FLUSH_FULL) {
			alone_in = in;
			alone_out = out;
		}
	}
	return 0;
}

static int
sequences(const struct pmd_dev *dev, const struct pmd_flavour *f)
{
	struct pmd_io io = { .xform = pmd_stream_new(dev, true, RTE_COMP_CHECKSUM_NONE) };

	(void)f;
	for (unsigned int i = 0; i < 40; i++) {
		pmd_fill(i % PMD_NB_KINDS, data, LEN);
		TEST_ASSERT(one_stream(dev, &io) == 0, "stream %u", i);
	}
	return rte_compressdev_stream_free(dev->id, io.xform);
}

/* An op without input, that often; sum of what it made. */
static int
empty(const struct pmd_dev *dev, struct pmd_io *io, enum rte_comp_flush_flag flush,
      uint32_t room, uint32_t *made)
{
	io->flush = flush;
	TEST_ASSERT(pmd_stream_op(dev, io, PMD_CUT_FLAT, data, 0, packed + *made, room) == 0 &&
		    io->status == RTE_COMP_OP_STATUS_SUCCESS && io->consumed == 0,
		    "flush %d: status %u", flush, io->status);
	*made += io->produced;
	return 0;
}

/* Without input: at the start, in the middle, at the end; with room or without. */
static int
empties(const struct pmd_dev *dev, const struct pmd_flavour *f)
{
	struct pmd_io io = { .xform = pmd_stream_new(dev, true, RTE_COMP_CHECKSUM_NONE) };

	(void)f;
	pmd_fill(PMD_TEXT, data, LEN);
	for (unsigned int i = 0; i < 3 * 3; i++) {
		uint32_t made = 0;

		if (empty(dev, &io, flushes[i % 3], 100, &made) != 0 ||
		    empty(dev, &io, flushes[i / 3], 100, &made) != 0)
			return -1;
		io.flush = flushes[i % 3];
		TEST_ASSERT(pmd_stream_op(dev, &io, PMD_CUT_RANDOM, data, 3000, packed + made,
					  4000) == 0 && io.consumed == 3000, "data");
		made += io.produced;
		if (empty(dev, &io, flushes[i / 3], 100, &made) != 0 ||
		    empty(dev, &io, flushes[i % 3], 100, &made) != 0 ||
		    empty(dev, &io, RTE_COMP_FLUSH_FINAL, 100, &made) != 0)
			return -1;
		TEST_ASSERT(check_flush(packed, made, RTE_COMP_FLUSH_FINAL, data, 3000) == 0,
			    "flushes %u", i);
		made = 0;
		/* a stream of nothing */
		if (empty(dev, &io, flushes[i % 3], 0, &made) != 0 ||
		    empty(dev, &io, RTE_COMP_FLUSH_FINAL, 2, &made) != 0 ||
		    check_flush(packed, made, RTE_COMP_FLUSH_FINAL, data, 0) != 0)
			return -1;
	}
	return rte_compressdev_stream_free(dev->id, io.xform);
}

/* Decompression: flushes mean nothing but the end, and nothing is not truncated. */
static int
empties_back(const struct pmd_dev *dev, const struct pmd_flavour *f)
{
	struct pmd_io io = { .xform = pmd_stream_new(dev, false, RTE_COMP_CHECKSUM_NONE) };
	uint32_t len = pmd_stream_ref(data, 5000, packed, ROOM), made;

	(void)f;
	for (unsigned int i = 0; i < 16; i++) {
		uint32_t half = 1 + pmd_rnd(len - 1);

		made = 0;
		if (empty(dev, &io, flushes[i % 4], i % 3 * 50, &made) != 0 || made != 0)
			return -1;
		io.flush = flushes[i % 3];
		TEST_ASSERT(pmd_stream_op(dev, &io, PMD_CUT_FLAT, packed, half, plain, 9000) == 0
			    && io.consumed == half, "status %u", io.status);
		made = io.produced;
		io.flush = flushes[i % 3];
		TEST_ASSERT(pmd_stream_op(dev, &io, PMD_CUT_FLAT, packed, 0, plain + made,
					  9000) == 0 &&
			    io.status == RTE_COMP_OP_STATUS_SUCCESS, "status %u", io.status);
		made += io.produced;
		io.flush = flushes[i / 4];
		TEST_ASSERT(pmd_stream_op(dev, &io, PMD_CUT_FLAT, packed + half, len - half,
					  plain + made, 9000) == 0 &&
			    io.status == RTE_COMP_OP_STATUS_SUCCESS, "status %u", io.status);
		TEST_ASSERT(made + io.produced == 5000 && memcmp(plain, data, 5000) == 0,
			    "%u bytes", made + io.produced);
	}
	return rte_compressdev_stream_free(dev->id, io.xform);
}

static uint64_t
sum_of(enum rte_comp_checksum_type type, uint64_t start, uint32_t len)
{
	uint32_t adler = type == RTE_COMP_CHECKSUM_ADLER32 ? start : start >> 32;
	uint64_t c = crc32((uint32_t)start, data, len);
	uint64_t a = adler32(adler == 0 ? 1 : adler, data, len);

	return type == RTE_COMP_CHECKSUM_CRC32 ? c :
		type == RTE_COMP_CHECKSUM_ADLER32 ? a : c | a << 32;
}

/* Later ops carry another start value, which is not asked for. */
static int
sums(const struct pmd_dev *dev, struct pmd_io *io, enum rte_comp_checksum_type type,
     uint32_t len, bool compress)
{
	uint64_t start = pmd_rnd(2) * (pmd_rnd(60000) | (uint64_t)pmd_rnd(60000) << 32);
	struct pmd_feed f = {
		.in = compress ? data : packed, .out = compress ? packed : plain,
		.room = ROOM, .max_in = 1 + pmd_rnd(20000), .max_out = 1 + pmd_rnd(20000),
		.cut = pmd_rnd(PMD_NB_CUTS), .final = true,
	};
	uint32_t all = compress ? len : pmd_stream_ref(data, len, packed, ROOM);
	uint32_t split = all == 0 ? 0 : 1 + pmd_rnd(RTE_MIN(all, 2000u));

	io->input_chksum = start;
	io->flush = split == all ? RTE_COMP_FLUSH_FINAL : RTE_COMP_FLUSH_NONE;
	TEST_ASSERT(pmd_stream_op(dev, io, PMD_CUT_FLAT, f.in, split, f.out, ROOM) == 0 &&
		    io->consumed == split && io->status == RTE_COMP_OP_STATUS_SUCCESS,
		    "first: status %u", io->status);
	f.chksum = io->output_chksum;
	f.in += split;
	f.len = all - split;
	f.out += io->produced;
	io->input_chksum = 0x1234567890abcdef;
	if (f.len != 0 && pmd_stream_feed(dev, io, &f) != 0)
		return -1;
	TEST_ASSERT(f.status == RTE_COMP_OP_STATUS_SUCCESS &&
		    f.chksum == sum_of(type, start, len),
		    "%u bytes from %lx: %lx, not %lx, status %u", len, start, f.chksum,
		    sum_of(type, start, len), f.status);
	return 0;
}

static int
chksums(const struct pmd_dev *dev, const struct pmd_flavour *f)
{
	static const enum rte_comp_checksum_type types[] = {
		RTE_COMP_CHECKSUM_CRC32, RTE_COMP_CHECKSUM_ADLER32,
		RTE_COMP_CHECKSUM_CRC32_ADLER32,
	};
	static const uint32_t lens[] = { 50000, 1, 0, 700, 0, 9000 };

	(void)f;
	for (unsigned int i = 0; i < 2 * DIM(types) * DIM(lens); i++) {
		enum rte_comp_checksum_type type = types[i / DIM(lens) / 2];
		uint32_t len = lens[i % DIM(lens)];
		struct pmd_io io = { .xform = pmd_stream_new(dev, i / DIM(lens) % 2, type) };

		TEST_ASSERT(io.xform != NULL, "no stream");
		pmd_fill(i % PMD_NB_KINDS, data, len);
		for (unsigned int k = 0; k < 2; k++)
			TEST_ASSERT(sums(dev, &io, type, len, i / DIM(lens) % 2) == 0,
				    "checksum %d, stream %u, compress %zu", type, k,
				    i / DIM(lens) % 2);
		rte_compressdev_stream_free(dev->id, io.xform);
	}
	return 0;
}

static int
run(uint64_t seed, int (*func)(const struct pmd_dev *dev, const struct pmd_flavour *f))
{
	int ret = pmd_up();

	pmd_seed(seed);
	return pmd_down(ret == 0 ? pmd_each_flavour(func) : ret);
}

static int
test_sequences(void)
{
	return run(7601, sequences);
}

static int
test_empty(void)
{
	return run(7602, empties);
}

static int
test_empty_back(void)
{
	return run(7603, empties_back);
}

static int
test_chksum(void)
{
	return run(7604, chksums);
}

UACCE_TEST(pmd_stream_flush, test_sequences)
UACCE_TEST(pmd_stream_empty, test_empty)
UACCE_TEST(pmd_stream_empty_back, test_empty_back)
UACCE_TEST(pmd_stream_chksum, test_chksum)
