/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/*
 * How streams end: well, with something behind them, too early, in an error; and that
 * the next one starts cleanly.
 */

#include <stdlib.h>
#include <string.h>

#include <zlib.h>

#include "test_pmd_stream.h"

#define LEN	4000u
#define ROOM	(40 * LEN)
#define EXTRA	30u

static uint8_t data[LEN], packed[2 * LEN + 300], out[ROOM], plain[ROOM];

static struct pmd_feed
feed(uint32_t len, uint32_t max)
{
	return (struct pmd_feed){
		.in = packed, .len = len, .max_in = max, .out = out, .room = ROOM,
		.max_out = ROOM, .cut = pmd_rnd(PMD_CUT_BYTES),
	};
}

/* Whatever was before: a whole stream gives its data. */
static int
good_one(const struct pmd_dev *dev, struct pmd_io *io)
{
	uint32_t len = pmd_rnd(LEN);
	struct pmd_feed f;

	pmd_fill(PMD_MIXED, data, len);
	f = feed(pmd_stream_ref(data, len, packed, sizeof(packed)), 1 + pmd_rnd(LEN));
	TEST_ASSERT(pmd_stream_feed(dev, io, &f) == 0 &&
		    f.status == RTE_COMP_OP_STATUS_SUCCESS && f.produced == len &&
		    memcmp(out, data, len) == 0, "status %u, %u of %u", f.status, f.produced, len);
	return 0;
}

/* What is behind the end is not consumed, however the end is cut. */
static int
trailing(const struct pmd_dev *dev, const struct pmd_flavour *f)
{
	static const uint32_t maxs[] = { 1, 3, 20, 10000 };
	struct pmd_io io = { .xform = pmd_stream_new(dev, false, RTE_COMP_CHECKSUM_NONE) };

	(void)f;
	for (unsigned int i = 0; i < 200; i++) {
		uint32_t len = pmd_rnd(i % 3 == 0 ? 4 : i % 3 == 1 || i % 4 < 2 ? 100 : LEN), n;
		struct pmd_feed fd;

		pmd_fill(i % PMD_NB_KINDS, data, len);
		n = pmd_stream_ref(data, len, packed, sizeof(packed) - EXTRA);
		pmd_fill(PMD_RANDOM, packed + n, EXTRA);
		fd = feed(n + EXTRA, maxs[i % 4]);
		/* an op that ends with the stream does not say so: stop there */
		if (fd.max_in == 1)
			fd.len = n;
		TEST_ASSERT(pmd_stream_feed(dev, &io, &fd) == 0 && fd.produced >= len &&
			    memcmp(out, data, len) == 0, "case %u: %u", i, fd.status);
		if (fd.max_in == 10000 && fd.produced == len)
			TEST_ASSERT(fd.consumed == n, "case %u: %u of %u + %u consumed", i,
				    fd.consumed, n, EXTRA);
		rte_compressdev_stream_free(dev->id, io.xform);
		io.xform = pmd_stream_new(dev, false, RTE_COMP_CHECKSUM_NONE);
	}
	return rte_compressdev_stream_free(dev->id, io.xform);
}

/* Everything in one op, with up to so much behind it. */
static int
trailing_whole(const struct pmd_dev *dev, const struct pmd_flavour *f)
{
	struct pmd_io io = { .xform = pmd_stream_new(dev, false, RTE_COMP_CHECKSUM_NONE) };

	(void)f;
	for (unsigned int i = 0; i < 400; i++) {
		uint32_t len = pmd_rnd(i % 2 == 0 ? 5 : 100), extra = i % 7, n;

		pmd_fill(i % PMD_NB_KINDS, data, len);
		n = pmd_stream_ref(data, len, packed, sizeof(packed) - EXTRA);
		pmd_fill(PMD_RANDOM, packed + n, extra);
		io.flush = i % 3 ? RTE_COMP_FLUSH_FINAL : RTE_COMP_FLUSH_NONE;
		TEST_ASSERT(pmd_stream_op(dev, &io, PMD_CUT_FLAT, packed, n + extra, out, ROOM)
			    == 0 && io.status == RTE_COMP_OP_STATUS_SUCCESS &&
			    io.produced == len && memcmp(out, data, len) == 0,
			    "case %u: status %u, %u of %u", i, io.status, io.produced, len);
		TEST_ASSERT(io.consumed == n, "case %u: %u of %u + %u consumed", i, io.consumed,
			    n, extra);
	}
	return rte_compressdev_stream_free(dev->id, io.xform);
}

/* FINAL with the stream not at its end is an error, and the next one is none. */
static int
truncated(const struct pmd_dev *dev, const struct pmd_flavour *f)
{
	struct pmd_io io = { .xform = pmd_stream_new(dev, false, RTE_COMP_CHECKSUM_NONE) };

	(void)f;
	for (unsigned int i = 0; i < 100; i++) {
		uint32_t n;
		struct pmd_feed fd;

		pmd_fill(PMD_TEXT, data, LEN);
		n = pmd_stream_ref(data, pmd_rnd(LEN), packed, sizeof(packed));
		fd = feed(1 + pmd_rnd(n - 1), 1 + pmd_rnd(n));
		fd.final = i % 2;
		TEST_ASSERT(pmd_stream_feed(dev, &io, &fd) == 0, "case %u", i);
		if (!fd.final) {
			TEST_ASSERT(fd.status == RTE_COMP_OP_STATUS_SUCCESS &&
				    fd.consumed == fd.len, "case %u: %u", i, fd.status);
			io.flush = RTE_COMP_FLUSH_FINAL;
			TEST_ASSERT(pmd_stream_op(dev, &io, PMD_CUT_FLAT, packed, 0, out, ROOM)
				    == 0, "empty");
			fd.status = io.status;
		}
		TEST_ASSERT(fd.status == RTE_COMP_OP_STATUS_ERROR, "case %u: %u of %u, %u", i,
			    fd.len, n, fd.status);
		if (good_one(dev, &io) != 0)
			return -1;
	}
	return rte_compressdev_stream_free(dev->id, io.xform);
}

/* What zlib says, up to where it says it. */
static int
verdict(uint32_t *n, size_t *produced)
{
	z_stream z = { .next_in = packed, .avail_in = *n, .next_out = plain,
		.avail_out = ROOM };
	int ret;

	if (inflateInit2(&z, -15) != Z_OK)
		abort();
	ret = inflate(&z, Z_NO_FLUSH);
	*produced = z.total_out;
	if (ret == Z_STREAM_END)
		*n = z.total_in;
	inflateEnd(&z);
	return ret;
}

/* Damaged streams: zlib's verdict, and then a good one. */
static int
damaged(const struct pmd_dev *dev, const struct pmd_flavour *f)
{
	struct pmd_io io = { .xform = pmd_stream_new(dev, false, RTE_COMP_CHECKSUM_NONE) };
	unsigned int refused = 0;

	(void)f;
	for (unsigned int i = 0; i < 300; i++) {
		struct pmd_feed fd;
		uint32_t n;
		size_t want;
		int ret;

		pmd_fill(i % PMD_NB_KINDS, data, LEN);
		n = pmd_stream_ref(data, 1 + pmd_rnd(LEN - 1), packed, sizeof(packed));
		packed[pmd_rnd(n)] ^= 1 << pmd_rnd(8);
		ret = verdict(&n, &want);
		fd = feed(n, 1 + pmd_rnd(n));
		fd.final = true;
		TEST_ASSERT(pmd_stream_feed(dev, &io, &fd) == 0, "case %u", i);
		refused += ret != Z_STREAM_END;
		TEST_ASSERT(fd.status == (ret == Z_STREAM_END ? RTE_COMP_OP_STATUS_SUCCESS :
					  RTE_COMP_OP_STATUS_ERROR),
			    "case %u: zlib says %d, status %u", i, ret, fd.status);
		TEST_ASSERT(ret != Z_STREAM_END ||
			    (fd.produced == want && memcmp(out, plain, want) == 0),
			    "case %u: other data", i);
		if (good_one(dev, &io) != 0)
			return -1;
	}
	TEST_ASSERT(refused > 30, "%u refused", refused);
	return rte_compressdev_stream_free(dev->id, io.xform);
}

static int
run(uint64_t seed, int (*func)(const struct pmd_dev *dev, const struct pmd_flavour *f))
{
	int ret = pmd_up();

	pmd_seed(seed);
	return pmd_down(ret == 0 ? pmd_each_flavour(func) : ret);
}

static int
test_trailing(void)
{
	return run(7701, trailing);
}

static int
test_trailing_whole(void)
{
	return run(7702, trailing_whole);
}

static int
test_truncated(void)
{
	return run(7703, truncated);
}

static int
test_damaged(void)
{
	return run(7704, damaged);
}

UACCE_TEST(pmd_stream_trailing, test_trailing)
UACCE_TEST(pmd_stream_trailing_whole, test_trailing_whole)
UACCE_TEST(pmd_stream_truncated, test_truncated)
UACCE_TEST(pmd_stream_damaged, test_damaged)
