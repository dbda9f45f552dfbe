/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/*
 * Chains of every length on either side, in memory of the mbufs and attached from
 * outside, from and to any offset: results against zlib, every other byte untouched.
 */

#include <string.h>

#include <zlib.h>

#include "test_pmd.h"

#define MAX_LEN		(64u << 10)
#define ROOM(len)	((len) + (len) / 8 + 128)
#define MAX_OFF		500u

static uint8_t data[MAX_LEN], packed[ROOM(MAX_LEN)], plain[MAX_LEN + 16];

/* How one side of a request is laid out. */
struct layout {
	unsigned int nb;	/* segments */
	bool external;
	uint32_t off;
	uint32_t tail;		/* bytes after the data */
};

static struct layout
layout_random(unsigned int nb, bool external)
{
	return (struct layout){
		/* one or two mbufs of their own do not hold enough */
		.nb = nb, .external = external || nb < 3,
		.off = pmd_rnd(2) * pmd_rnd(MAX_OFF), .tail = pmd_rnd(2) * pmd_rnd(MAX_OFF),
	};
}

/* Run io from in[0, len) to room bytes; what it produced goes to out. */
static int
run(const struct pmd_dev *dev, struct pmd_io *io, const uint8_t *in, uint32_t len,
    const struct layout *from, uint8_t *out, uint32_t room, const struct layout *to)
{
	struct pmd_buf src, dst;
	int ret;

	TEST_ASSERT(pmd_buf_cut(&src, from->off + len + from->tail, from->nb,
				from->external) == 0, "memory");
	TEST_ASSERT(pmd_buf_cut(&dst, to->off + room, to->nb, to->external) == 0, "memory");
	pmd_buf_write(&src, from->off, in, len);
	io->src = &src;
	io->dst = &dst;
	io->src_off = from->off;
	io->src_len = len;
	io->dst_off = to->off;
	ret = pmd_run(dev, io);
	if (ret == 0)
		pmd_buf_read(&dst, to->off, out, io->produced);
	pmd_buf_free(&src);
	pmd_buf_free(&dst);
	if (ret != 0)
		return -1;
	TEST_ASSERT(io->status == RTE_COMP_OP_STATUS_SUCCESS, "status %u", io->status);
	TEST_ASSERT(io->consumed == len, "%u of %u consumed", io->consumed, len);
	return 0;
}

/* There by us, read by zlib, and back by us. */
static int
round_trip(const struct pmd_dev *dev, void *c, void *d, uint32_t len,
	   const struct layout *from, const struct layout *to)
{
	struct pmd_io io = {
		.xform = c,
		.flush = pmd_rnd(3) == 0 ? RTE_COMP_FLUSH_FULL : RTE_COMP_FLUSH_FINAL,
	};
	bool full = io.flush == RTE_COMP_FLUSH_FULL;
	struct ref_verdict v;
	uint32_t n;

	if (run(dev, &io, data, len, from, packed, ROOM(len), to) != 0)
		return -1;
	n = io.produced;
	memcpy(packed + n, "\x03\0", 2);
	v = ref_inflate(packed, full ? n + 2 : n, plain, len + 1, 15, SIZE_MAX);
	TEST_ASSERT(v.final && v.consumed == (full ? n + 2 : n) && v.produced == len &&
		    memcmp(plain, data, len) == 0, "zlib reads other data");
	memset(plain, 0, len);
	io.xform = d;
	if (run(dev, &io, packed, n, from, plain, len, to) != 0)
		return -1;
	TEST_ASSERT(io.produced == len && memcmp(plain, data, len) == 0, "other data");
	return 0;
}

static int
foreign(const struct pmd_dev *dev, void *d, uint32_t len, const struct layout *from,
	const struct layout *to)
{
	size_t n = ref_deflate(data, len, packed, sizeof(packed), 1 + pmd_rnd(9),
			       Z_DEFAULT_STRATEGY);
	struct pmd_io io = { .xform = d, .flush = RTE_COMP_FLUSH_FINAL };

	if (run(dev, &io, packed, n, from, plain, len + pmd_rnd(2) * pmd_rnd(99), to) != 0)
		return -1;
	TEST_ASSERT(io.produced == len && memcmp(plain, data, len) == 0, "other data");
	return 0;
}

static int
both_ways(const struct pmd_dev *dev, void *c, void *d, uint32_t len,
	  const struct layout *from, const struct layout *to)
{
	TEST_ASSERT(round_trip(dev, c, d, len, from, to) == 0 &&
		    foreign(dev, d, len, from, to) == 0,
		    "%u segments from %u to %u segments from %u, %u bytes",
		    from->nb, from->off, to->nb, to->off, len);
	return 0;
}

static int
lengths(const struct pmd_dev *dev, const struct pmd_flavour *f)
{
	static const unsigned int nbs[] = { 1, 2, 8, 9, 255, 256, 257, 3000 };
	void *c = pmd_deflate(dev, 1, RTE_COMP_HUFFMAN_DEFAULT, 15, RTE_COMP_CHECKSUM_NONE);
	void *d = pmd_inflate(dev, RTE_COMP_CHECKSUM_NONE);

	(void)f;
	TEST_ASSERT(c != NULL && d != NULL, "xforms");
	for (unsigned int i = 0; i < 2 * DIM(nbs) * DIM(nbs); i++) {
		struct layout from = layout_random(nbs[i / 2 % DIM(nbs)], i & 1);
		struct layout to = layout_random(nbs[i / 2 / DIM(nbs)], pmd_rnd(2));
		/* with thousands of segments, of a few bytes or one each */
		uint32_t len = 1 + pmd_rnd(from.nb > 1000 || to.nb > 1000 ? 6000 : 1400);

		/* what compresses well leaves most of the destination's segments unused */
		pmd_fill(pmd_rnd(2) != 0 ? PMD_RANDOM : PMD_MIXED, data, len);
		if (both_ways(dev, c, d, len, &from, &to) != 0)
			return -1;
	}
	pmd_xform_free(dev, c);
	pmd_xform_free(dev, d);
	return 0;
}

/* Large data in segments of all sizes. */
static int
large(const struct pmd_dev *dev, const struct pmd_flavour *f)
{
	void *c = pmd_deflate(dev, -1, RTE_COMP_HUFFMAN_DEFAULT, 15, RTE_COMP_CHECKSUM_NONE);
	void *d = pmd_inflate(dev, RTE_COMP_CHECKSUM_NONE);

	(void)f;
	for (unsigned int i = 0; i < 20; i++) {
		struct layout from = layout_random(2 + pmd_rnd(400), true);
		struct layout to = layout_random(2 + pmd_rnd(400), true);
		uint32_t len = MAX_LEN - pmd_rnd(MAX_LEN / 2);

		pmd_fill(i % PMD_NB_KINDS, data, len);
		if (both_ways(dev, c, d, len, &from, &to) != 0)
			return -1;
	}
	pmd_xform_free(dev, c);
	pmd_xform_free(dev, d);
	return 0;
}

static int
test_sgl(void)
{
	int ret = pmd_up();

	pmd_seed(4201);
	if (ret == 0)
		ret = pmd_each_flavour(lengths);
	if (ret == 0)
		ret = pmd_each_flavour(large);
	return pmd_down(ret);
}

UACCE_TEST(pmd_sgl, test_sgl)
