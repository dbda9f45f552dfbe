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

/*
 * A level at which all engine threads make the same stream (doc/design/engines.md), so
 * that what it needs is known; engines know but one, which is not.
 */
static int
same_level(const struct pmd_flavour *f)
{
	return f->threads ? 3 + (int)pmd_rnd(7) : (int)pmd_rnd(10);
}

/** What a request comes to with room enough. */
struct whole {
	const uint8_t *in;
	const uint8_t *want;
	uint32_t in_len;
	uint32_t want_len;
	bool compress;
	bool partial;		/* all the device has goes on after too little room */
};

/* Part of it was done: that part is right, and the rest is a request of its own. */
static int
check_part(const struct pmd_dev *dev, struct pmd_io *io, const struct whole *w)
{
	uint32_t consumed = io->consumed, produced = io->produced;
	struct ref_verdict v;

	/* all, if only its end does not fit */
	TEST_ASSERT(consumed != 0 && consumed <= w->in_len, "%u of %u consumed", consumed,
		    w->in_len);
	if (w->compress) {
		v = ref_inflate(out, produced, plain, sizeof(plain), 15, SIZE_MAX);
		TEST_ASSERT(!v.final && v.consumed == produced && v.produced == consumed &&
			    memcmp(plain, w->in, consumed) == 0, "%u bytes became %zu",
			    consumed, v.produced);
	} else {
		TEST_ASSERT(produced <= w->want_len && memcmp(out, w->want, produced) == 0,
			    "other data");
	}
	io->src_len = w->in_len - consumed;
	TEST_ASSERT(run(dev, io, w->in + consumed, ROOM(MAX_LEN), true) == 0 &&
		    io->status == RTE_COMP_OP_STATUS_SUCCESS, "the rest: status %u", io->status);
	io->src_len = w->in_len;
	if (!w->compress) {
		TEST_ASSERT(produced + io->produced == w->want_len &&
			    memcmp(out, w->want + produced, io->produced) == 0, "the rest");
		return 0;
	}
	v = ref_inflate(out, io->produced, plain, sizeof(plain), 15, SIZE_MAX);
	TEST_ASSERT(v.produced == w->in_len - consumed &&
		    memcmp(plain, w->in + consumed, v.produced) == 0, "the rest");
	return 0;
}

static int
expect_short(const struct pmd_dev *dev, struct pmd_io *io, const struct whole *w,
	     uint32_t room)
{
	for (int flat = 0; flat < 2; flat++) {
		if (run(dev, io, w->in, room, flat) != 0)
			return -1;
		if (io->status == RTE_COMP_OP_STATUS_OUT_OF_SPACE_RECOVERABLE) {
			if (check_part(dev, io, w) != 0)
				return -1;
			continue;
		}
		TEST_ASSERT(io->status == RTE_COMP_OP_STATUS_OUT_OF_SPACE_TERMINATED,
			    "status %u in room %u of %u", io->status, room, w->want_len);
		TEST_ASSERT(!w->partial || !w->compress || room < 40,
			    "nothing fits in room %u of %u", room, w->want_len);
	}
	return 0;
}

/* Every room for little data, the rooms around the limit for much. */
static int
rooms(const struct pmd_dev *dev, struct pmd_io *io, const struct whole *w)
{
	uint32_t room = w->want_len < 90 ? 0 : w->want_len - 3;

	for (; room < w->want_len + 20; room++)
		if ((room < w->want_len ? expect_short(dev, io, w, room) :
		     expect(dev, io, w->in, room, RTE_COMP_OP_STATUS_SUCCESS, w->want,
			    w->want_len)) != 0)
			return -1;
	if (w->want_len == 0)
		return expect(dev, io, w->in, 0, RTE_COMP_OP_STATUS_SUCCESS, w->want, 0);
	return expect_short(dev, io, w, w->want_len / 2) != 0 ||
		expect_short(dev, io, w, 0) != 0 ? -1 : 0;
}

static int
compress_rooms(const struct pmd_dev *dev, struct pmd_io *io, uint32_t len, bool partial)
{
	struct whole w = {
		.in = data, .in_len = len, .want = packed, .compress = true, .partial = partial,
	};

	io->src_len = len;
	TEST_ASSERT(run(dev, io, data, ROOM(len), true) == 0 &&
		    io->status == RTE_COMP_OP_STATUS_SUCCESS, "status %u", io->status);
	w.want_len = io->produced;
	memcpy(packed, out, w.want_len);
	return rooms(dev, io, &w);
}

static int
out_of_space(const struct pmd_dev *dev, const struct pmd_flavour *f)
{
	static const uint32_t lens[] = { 0, 1, 5, 12, 40, 70, 300, 5000, MAX_LEN };
	struct pmd_io io = { .flush = RTE_COMP_FLUSH_FINAL };
	void *d = pmd_inflate(dev, RTE_COMP_CHECKSUM_NONE);

	for (unsigned int i = 0; i < 4 * DIM(lens); i++) {
		struct whole w = { .in = packed, .want = data, .want_len = lens[i / 4] };

		pmd_fill(i % 4, data, w.want_len);
		io.xform = pmd_deflate(dev, i % 2 == 0 && !f->threads ? -1 : same_level(f),
				       RTE_COMP_HUFFMAN_DEFAULT, 15, RTE_COMP_CHECKSUM_NONE);
		io.flush = pmd_rnd(4) == 0 ? RTE_COMP_FLUSH_FULL : RTE_COMP_FLUSH_FINAL;
		TEST_ASSERT((f->threads && f->api != 0) ||
			    compress_rooms(dev, &io, w.want_len, f->api == 0) == 0,
			    "compress %u bytes of kind %u", w.want_len, i % 4);
		pmd_xform_free(dev, io.xform);

		io.xform = d;
		w.in_len = ref_deflate(data, w.want_len, packed, sizeof(packed), i % 10, 0);
		io.src_len = w.in_len;
		TEST_ASSERT(rooms(dev, &io, &w) == 0, "decompress %u bytes of kind %u",
			    w.want_len, i % 4);
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
