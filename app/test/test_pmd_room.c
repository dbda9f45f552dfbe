/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/*
 * Room and input at their limits: exact room is enough and one byte less is not,
 * corrupt, truncated, trailing and empty input.
 */

#include <string.h>

#include <zlib.h>

#include "test_pmd.h"

#define MAX_LEN		(30u << 10)
#define ROOM(len)	((len) + (len) / 8 + 128)

static uint8_t data[MAX_LEN], packed[ROOM(MAX_LEN)], out[2 * MAX_LEN], plain[2 * MAX_LEN];

/* Run with exactly that much room, flat or in segments. */
static int
run(const struct pmd_dev *dev, struct pmd_io *io, const uint8_t *in, uint32_t room,
    bool flat)
{
	uint32_t off = pmd_rnd(2) * pmd_rnd(70);
	struct pmd_buf src, dst;
	int ret;

	io->src = &src;
	io->dst = &dst;
	io->dst_off = off;
	TEST_ASSERT(pmd_buf_cut(&src, io->src_len, flat ? 1 : 1 + pmd_rnd(20), true) == 0 &&
		    pmd_buf_cut(&dst, off + room, flat ? 1 : 1 + pmd_rnd(20), true) == 0,
		    "memory");
	pmd_buf_write(&src, 0, in, io->src_len);
	ret = pmd_run(dev, io);
	if (ret == 0)
		pmd_buf_read(&dst, off, out, io->produced);
	pmd_buf_free(&src);
	pmd_buf_free(&dst);
	return ret;
}

static int
expect(const struct pmd_dev *dev, struct pmd_io *io, const uint8_t *in, uint32_t room,
       uint8_t status, const uint8_t *want, uint32_t want_len)
{
	for (int flat = 0; flat < 2; flat++) {
		if (run(dev, io, in, room, flat) != 0)
			return -1;
		TEST_ASSERT(io->status == status, "status %u in room %u, not %u", io->status,
			    room, status);
		if (status != RTE_COMP_OP_STATUS_SUCCESS)
			continue;
		TEST_ASSERT(io->produced == want_len && memcmp(out, want, want_len) == 0,
			    "other output in room %u", room);
	}
	return 0;
}

/* Every room for little data, the rooms around the limit for much. */
static int
rooms(const struct pmd_dev *dev, struct pmd_io *io, const uint8_t *in, const uint8_t *want,
      uint32_t want_len)
{
	uint32_t room = want_len < 90 ? 0 : want_len - 3;

	for (; room < want_len + 20; room++)
		if (expect(dev, io, in, room, room < want_len ?
			   RTE_COMP_OP_STATUS_OUT_OF_SPACE_TERMINATED :
			   RTE_COMP_OP_STATUS_SUCCESS, want, want_len) != 0)
			return -1;
	return expect(dev, io, in, 0, want_len == 0 ? RTE_COMP_OP_STATUS_SUCCESS :
		      RTE_COMP_OP_STATUS_OUT_OF_SPACE_TERMINATED, want, want_len);
}

static int
out_of_space(const struct pmd_dev *dev, const struct pmd_flavour *f)
{
	static const uint32_t lens[] = { 0, 1, 5, 12, 40, 70, 300, 5000, MAX_LEN };
	struct pmd_io io = { .flush = RTE_COMP_FLUSH_FINAL };
	void *d = pmd_inflate(dev, RTE_COMP_CHECKSUM_NONE);
	uint32_t n;

	(void)f;
	for (unsigned int i = 0; i < 4 * DIM(lens); i++) {
		uint32_t len = lens[i / 4];

		pmd_fill(i % 4, data, len);
		io.xform = pmd_deflate(dev, i % 2 == 0 ? -1 : (int)pmd_rnd(10),
				       RTE_COMP_HUFFMAN_DEFAULT, 15, RTE_COMP_CHECKSUM_NONE);
		io.flush = pmd_rnd(4) == 0 ? RTE_COMP_FLUSH_FULL : RTE_COMP_FLUSH_FINAL;
		io.src_len = len;
		TEST_ASSERT(run(dev, &io, data, ROOM(len), true) == 0 &&
			    io.status == RTE_COMP_OP_STATUS_SUCCESS, "status %u", io.status);
		n = io.produced;
		memcpy(packed, out, n);
		TEST_ASSERT(rooms(dev, &io, data, packed, n) == 0,
			    "compress %u bytes of kind %u", len, i % 4);
		pmd_xform_free(dev, io.xform);

		io.xform = d;
		io.src_len = n;
		TEST_ASSERT(rooms(dev, &io, packed, data, len) == 0,
			    "decompress %u bytes of kind %u", len, i % 4);
	}
	pmd_xform_free(dev, d);
	return 0;
}

/* Damage a stream: what zlib refuses is refused, what it accepts gives the same. */
static int
corrupt(const struct pmd_dev *dev, const struct pmd_flavour *f)
{
	struct pmd_io io = { .flush = RTE_COMP_FLUSH_FINAL };
	unsigned int refused = 0, lenient = 0;

	(void)f;
	io.xform = pmd_inflate(dev, RTE_COMP_CHECKSUM_NONE);
	for (unsigned int i = 0; i < 600; i++) {
		uint32_t len = 20 + pmd_rnd(1500);
		struct ref_verdict v;
		size_t n;

		pmd_fill(i % PMD_NB_KINDS, data, len);
		n = ref_deflate(data, len, packed, sizeof(packed), i % 10, i / 10 % 5);
		packed[pmd_rnd(n)] ^= 1 << pmd_rnd(8);
		v = ref_inflate(packed, n, plain, sizeof(plain), 15, SIZE_MAX);
		io.src_len = n;
		if (run(dev, &io, packed, sizeof(plain), i & 1) != 0)
			return -1;
		/* reserved symbols and overlong code lengths: libdeflate reads on */
		if (v.tolerable && io.status == RTE_COMP_OP_STATUS_SUCCESS) {
			lenient++;
			continue;
		}
		if (!v.final) {
			refused++;
			TEST_ASSERT(io.status == RTE_COMP_OP_STATUS_ERROR ||
				    (v.produced == sizeof(plain) &&
				     io.status == RTE_COMP_OP_STATUS_OUT_OF_SPACE_TERMINATED),
				    "case %u: zlib refuses, status %u", i, io.status);
			continue;
		}
		TEST_ASSERT(io.status == RTE_COMP_OP_STATUS_SUCCESS &&
			    io.consumed == v.consumed && io.produced == v.produced &&
			    memcmp(out, plain, v.produced) == 0,
			    "case %u: zlib accepts, status %u", i, io.status);
	}
	TEST_ASSERT(refused > 60 && refused < 590 && lenient < 20,
		    "%u of 600 refused, %u accepted that zlib refuses", refused, lenient);
	pmd_xform_free(dev, io.xform);
	return 0;
}

static int
truncated(const struct pmd_dev *dev, const struct pmd_flavour *f)
{
	struct pmd_io io = { .flush = RTE_COMP_FLUSH_FINAL };

	(void)f;
	io.xform = pmd_inflate(dev, RTE_COMP_CHECKSUM_NONE);
	for (unsigned int level = 0; level < 10; level++) {
		uint32_t len = 30 + pmd_rnd(300);
		size_t n;

		pmd_fill(PMD_TEXT, data, len);
		n = ref_deflate(data, len, packed, sizeof(packed), level, 0);
		for (io.src_len = 0; io.src_len < n; io.src_len++)
			TEST_ASSERT(expect(dev, &io, packed, len + 40,
					   RTE_COMP_OP_STATUS_ERROR, NULL, 0) == 0,
				    "%u of %zu bytes", io.src_len, n);
	}
	pmd_xform_free(dev, io.xform);
	return 0;
}

static int
trailing(const struct pmd_dev *dev, const struct pmd_flavour *f)
{
	struct pmd_io io = { .flush = RTE_COMP_FLUSH_FINAL };

	(void)f;
	io.xform = pmd_inflate(dev, RTE_COMP_CHECKSUM_NONE);
	for (unsigned int i = 0; i < 80; i++) {
		uint32_t len = pmd_rnd(i < 40 ? 60 : 20000), extra = 1 + pmd_rnd(40);
		size_t n;

		pmd_fill(i % PMD_NB_KINDS, data, len);
		n = ref_deflate(data, len, packed, sizeof(packed), i % 10, 0);
		pmd_fill(PMD_RANDOM, packed + n, extra);
		io.src_len = n + extra;
		TEST_ASSERT(expect(dev, &io, packed, len + pmd_rnd(2) * pmd_rnd(80),
				   RTE_COMP_OP_STATUS_SUCCESS, data, len) == 0 &&
			    io.consumed == n, "%u of %zu + %u consumed", io.consumed, n, extra);
	}
	pmd_xform_free(dev, io.xform);
	return 0;
}

static int
test_room(void)
{
	int ret = pmd_up();

	pmd_seed(4401);
	if (ret == 0)
		ret = pmd_each_flavour(out_of_space);
	if (ret == 0)
		ret = pmd_each_flavour(trailing);
	return pmd_down(ret);
}

static int
test_corrupt(void)
{
	int ret = pmd_up();

	pmd_seed(4402);
	if (ret == 0)
		ret = pmd_each_flavour(corrupt);
	if (ret == 0)
		ret = pmd_each_flavour(truncated);
	return pmd_down(ret);
}

UACCE_TEST(pmd_room, test_room)
UACCE_TEST(pmd_corrupt, test_corrupt)
