/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/*
 * Streams cut anywhere on both sides, on every shape of device: what zlib reads of
 * compressed ones, what comes of zlib's when decompressed.
 */

#include <string.h>

#include "test_pmd_stream.h"

#define MAX_LEN		(100u << 10)
#define ROOM		(4 * MAX_LEN + 4096)	/* a flush for each of many little ops */

static uint8_t data[MAX_LEN], packed[ROOM], out[ROOM];

static int
compress_one(const struct pmd_dev *dev, struct pmd_io *io, uint32_t len, uint32_t max_in,
	     uint32_t max_out, enum pmd_cut cut)
{
	struct pmd_feed f = {
		.in = data, .len = len, .max_in = max_in, .out = packed, .room = ROOM,
		.max_out = max_out, .cut = cut,
	};

	TEST_ASSERT(pmd_stream_pack(dev, io, &f) == 0, "%u bytes by %u and %u, cut %u", len,
		    max_in, max_out, cut);
	return 0;
}

static int
decompress_one(const struct pmd_dev *dev, struct pmd_io *io, uint32_t len, uint32_t max_in,
	       uint32_t max_out, enum pmd_cut cut)
{
	struct pmd_feed f = {
		.in = packed, .max_in = max_in, .out = out, .room = ROOM, .max_out = max_out,
		.cut = cut, .final = pmd_rnd(2),
	};

	f.len = pmd_stream_ref(data, len, packed, ROOM);
	TEST_ASSERT(pmd_stream_feed(dev, io, &f) == 0 &&
		    f.status == RTE_COMP_OP_STATUS_SUCCESS && f.consumed == f.len &&
		    f.produced == len && memcmp(out, data, len) == 0,
		    "%u bytes from %u by %u and %u, cut %u: status %u, %u in, %u out", len,
		    f.len, max_in, max_out, cut, f.status, f.consumed, f.produced);
	return 0;
}

typedef int (*one_func)(const struct pmd_dev *dev, struct pmd_io *io, uint32_t len,
			uint32_t max_in, uint32_t max_out, enum pmd_cut cut);

/* One stream after the other in the same struct, in any pieces. */
static int
many(const struct pmd_dev *dev, bool compress, one_func func)
{
	static const uint32_t lens[] = { 0, 1, 7, 150, 230, 4000, 40000, MAX_LEN };
	static const uint32_t limits[] = { 3, 40, 250, 1500, 9000, 70000 };
	struct pmd_io io = {
		.xform = pmd_stream_new(dev, compress, RTE_COMP_CHECKSUM_NONE),
	};

	TEST_ASSERT(io.xform != NULL, "no stream");
	for (unsigned int i = 0; i < 4 * DIM(lens); i++) {
		uint32_t len = lens[i % DIM(lens)];
		unsigned int min = len > 10000 ? 3 : len > 1000 ? 1 : 0;
		uint32_t in = limits[min + pmd_rnd(DIM(limits) - min)];
		uint32_t room = limits[min + pmd_rnd(DIM(limits) - min)];

		pmd_fill(i / DIM(lens) % PMD_NB_KINDS, data, len);
		if (func(dev, &io, len, in, room, pmd_rnd(PMD_NB_CUTS)) != 0)
			return -1;
	}
	TEST_ASSERT(rte_compressdev_stream_free(dev->id, io.xform) == 0, "free");
	return 0;
}

static int
compress_any(const struct pmd_dev *dev, const struct pmd_flavour *f)
{
	(void)f;
	return many(dev, true, compress_one);
}

static int
decompress_any(const struct pmd_dev *dev, const struct pmd_flavour *f)
{
	(void)f;
	return many(dev, false, decompress_one);
}

/* A byte in and a byte out at a time. */
static int
bytes(const struct pmd_dev *dev, const struct pmd_flavour *f)
{
	struct pmd_io c = { .xform = pmd_stream_new(dev, true, RTE_COMP_CHECKSUM_NONE) };
	struct pmd_io d = { .xform = pmd_stream_new(dev, false, RTE_COMP_CHECKSUM_NONE) };

	(void)f;
	TEST_ASSERT(c.xform != NULL && d.xform != NULL, "no stream");
	for (unsigned int i = 0; i < 3 * 3; i++) {
		uint32_t len = 1 + pmd_rnd(300);
		uint32_t in = i % 3 == 1 ? 2000 : 1, room = i % 3 == 2 ? 2000 : 1;

		pmd_fill(i / 3, data, len);
		if (compress_one(dev, &c, len, in, room, PMD_CUT_FLAT) != 0 ||
		    decompress_one(dev, &d, len, in, room, PMD_CUT_FLAT) != 0)
			return -1;
	}
	rte_compressdev_stream_free(dev->id, c.xform);
	rte_compressdev_stream_free(dev->id, d.xform);
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
test_compress(void)
{
	return run(7401, compress_any);
}

static int
test_decompress(void)
{
	return run(7402, decompress_any);
}

static int
test_bytes(void)
{
	return run(7403, bytes);
}

UACCE_TEST(pmd_stream_compress, test_compress)
UACCE_TEST(pmd_stream_decompress, test_decompress)
UACCE_TEST(pmd_stream_bytes, test_bytes)
