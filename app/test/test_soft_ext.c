/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/*
 * The soft device's extension, as hisi_zip_hw.h describes it: dw12 carries what
 * the silicon has no field for, dw10 and dw11 checksums.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <zlib.h>

#include "test.h"
#include "test_soft_util.h"

#define MAGIC		0x5a530000u
#define HUFF(n)		((uint32_t)(n) << 4)
#define WIN(log)	((uint32_t)(log) << 6)
#define NO_FINAL	(1u << 10)
#define CRC		(1u << 11)
#define ADLER		(1u << 12)
#define COPY		0xf0u

#define LEN	60000

static uint8_t plain[LEN], packed[2 * LEN], out[2 * LEN];

static int
ask(struct tc *c, const struct treq *r, uint32_t ext, uint32_t crc, uint32_t adler,
    uint32_t *sqe)
{
	tc_build(r, sqe);
	sqe[DW_10] = crc;
	sqe[DW_11] = adler;
	sqe[DW_12] = ext;
	return tc_exec(c, sqe) != 0 ? -1 : (int)(sqe[DW_STATUS] & 0xff);
}

static struct treq
request(unsigned int type, const uint8_t *src, uint32_t in)
{
	return (struct treq){
		.type = type, .src = src, .in = in, .dst = out, .out = sizeof(out),
	};
}

/* Which block types does the stream have? A bit for each; 0 if it is broken. */
static unsigned int
block_types(const uint8_t *stream, size_t len)
{
	static uint8_t sink[2 * LEN];
	unsigned int types = 0;
	z_stream z = { 0 };
	int ret = Z_OK;

	if (inflateInit2(&z, -15) != Z_OK)
		abort();
	z.next_in = (Bytef *)(uintptr_t)stream;
	z.avail_in = len;
	/* a raw stream begins at a boundary, before anything is read */
	for (bool boundary = true; ret == Z_OK; boundary = (z.data_type & 128) != 0) {
		size_t bit = z.total_in * 8 - (z.data_type & 7);

		if (boundary && (z.data_type & 64) == 0 && bit < len * 8) {
			unsigned int two = stream[bit / 8];

			if (bit / 8 + 1 < len)
				two |= stream[bit / 8 + 1] << 8;
			types |= 1u << (two >> (bit % 8 + 1) & 3);
		}
		z.next_out = sink;
		z.avail_out = sizeof(sink);
		ret = inflate(&z, Z_BLOCK);
	}
	inflateEnd(&z);
	return ret == Z_STREAM_END ? types : 0;
}

static int
body_levels(struct tc *c, struct tc *d)
{
	struct treq r = request(TC_DEFLATE, plain, LEN);
	uint32_t sqe[TC_SQE_WORDS], len[10];

	for (uint32_t level = 0; level < 16; level++) {
		int status = ask(c, &r, MAGIC | WIN(15) | level, 0, 0, sqe);

		if (level > 9) {
			TEST_ASSERT(status == TC_BAD, "level %u: %x", level, status);
			continue;
		}
		len[level] = sqe[DW_PRODUCED];
		TEST_ASSERT(status == (level == 0 ? TC_NEG_COMP : TC_OK), "level %u: %x", level,
			status);
		TEST_ASSERT(tref_check(TC_DEFLATE, out, len[level], 0, 15, plain, LEN) == 0,
			"level %u", level);
	}
	TEST_ASSERT(block_types(out, len[9]) != 1, "level 9 is stored");
	TEST_ASSERT(len[0] == LEN + 5 * 1 && len[9] < len[1], "sizes %u %u %u", len[0], len[1],
		len[9]);
	return 0;
}

static int
body_huffman(struct tc *c, struct tc *d)
{
	struct treq r = request(TC_DEFLATE, plain, LEN);
	uint32_t sqe[TC_SQE_WORDS];

	for (uint32_t level = 0; level < 10; level++) {
		for (uint32_t huff = 0; huff < 3; huff++) {
			unsigned int types;
			int status = ask(c, &r, MAGIC | WIN(15) | HUFF(huff) | level, 0, 0, sqe);

			TEST_ASSERT(status == TC_OK || status == TC_NEG_COMP, "%x", status);
			types = block_types(out, sqe[DW_PRODUCED]);
			TEST_ASSERT(types != 0, "broken, huffman %u, level %u", huff, level);
			TEST_ASSERT(huff != 1 || (types & 1u << 2) == 0, "dynamic");
			TEST_ASSERT(huff != 2 || level == 0 || (types & 1u << 2) != 0, "fixed");
			TEST_ASSERT(level != 0 || types == 1, "not stored");
		}
		TEST_ASSERT(ask(c, &r, MAGIC | WIN(15) | HUFF(3) | level, 0, 0, sqe) == TC_BAD,
			"huffman 3");
	}
	return 0;
}

static int
body_window(struct tc *c, struct tc *d)
{
	struct treq r = request(TC_DEFLATE, plain, LEN);
	uint32_t sqe[TC_SQE_WORDS];

	for (uint32_t win = 0; win < 16; win++)
		for (uint32_t level = 1; level < 10; level += 4) {
			int status;

			/* dw9 names the smallest, or none: it must not count */
			r.window = level & 12;
			status = ask(c, &r, MAGIC | WIN(win) | level, 0, 0, sqe);

			if (win < 8) {
				TEST_ASSERT(status == TC_BAD, "window %u: %x", win, status);
				continue;
			}
			TEST_ASSERT(status == TC_OK && tref_check(TC_DEFLATE, out,
				sqe[DW_PRODUCED], 1, win, plain, LEN) == 0,
				"window %u, level %u: %x", win, level, status);
		}
	return 0;
}

/* Parts without BFINAL, then a last one: together they are one stream. */
static int
body_no_final(struct tc *c, struct tc *d)
{
	uint32_t sqe[TC_SQE_WORDS];

	for (uint32_t level = 0; level < 10; level += 3) {
		uint32_t ext = MAGIC | WIN(15) | level, at = 0;

		for (unsigned int part = 0; part < 4; part++) {
			struct treq r = request(TC_DEFLATE, plain + part * (LEN / 4), LEN / 4);
			int status;

			r.dst = packed + at;
			r.out = sizeof(packed) - at;
			status = ask(c, &r, part < 3 ? ext | NO_FINAL : ext, 0, 0, sqe);
			TEST_ASSERT(status == TC_OK || status == TC_NEG_COMP, "%x", status);
			at += sqe[DW_PRODUCED];
			TEST_ASSERT(part == 3 || memcmp(packed + at - 4, "\0\0\377\377", 4) == 0,
				"not flushed");
		}
		TEST_ASSERT(tref_check(TC_DEFLATE, packed, at, 0, 15, plain, LEN) == 0,
			"level %u", level);
	}
	/* one part alone is taken back */
	struct treq r = request(TC_DEFLATE, plain, LEN);

	r.dst = packed;
	TEST_ASSERT(ask(c, &r, MAGIC | WIN(15) | 6 | NO_FINAL, 0, 0, sqe) == TC_OK, "one part");
	r = request(TC_DEFLATE, packed, sqe[DW_PRODUCED]);
	TEST_ASSERT(ask(d, &r, MAGIC | WIN(15), 0, 0, sqe) == TC_OK &&
		sqe[DW_PRODUCED] == LEN && memcmp(out, plain, LEN) == 0, "back");
	return 0;
}

/* Checksums of the plain data, with start values, in either direction. */
static int
checksums(struct tc *c, const struct treq *r, uint32_t flags, const uint8_t *data, size_t len)
{
	static const uint32_t starts[][2] = {
		{ 0, 1 }, { 0x12345678, 0x00100020 }, { 0xffffffff, 0xfff0fff0 },
	};
	uint32_t sqe[TC_SQE_WORDS];

	for (unsigned int i = 0; i < DIM(starts); i++) {
		uint32_t crc = starts[i][0], adler = starts[i][1];
		int status = ask(c, r, MAGIC | WIN(15) | 1 | flags, crc, adler, sqe);

		TEST_ASSERT(status == TC_OK || status == TC_NEG_COMP, "%x", status);
		if (flags & CRC)
			crc = crc32(crc, data, len);
		if (flags & ADLER)
			adler = adler32(adler, data, len);
		TEST_ASSERT(sqe[DW_10] == crc && sqe[DW_11] == adler,
			"flags %x: %08x %08x, not %08x %08x", flags, sqe[DW_10], sqe[DW_11],
			crc, adler);
		TEST_ASSERT(sqe[DW_12] == (MAGIC | WIN(15) | 1 | flags), "dw12");
	}
	return 0;
}

static int
body_checksums(struct tc *c, struct tc *d)
{
	static const uint32_t flags[] = { 0, CRC, ADLER, CRC | ADLER };
	static const uint32_t lens[] = { 0, 1, 1000, LEN };
	uint32_t sqe[TC_SQE_WORDS];

	for (unsigned int i = 0; i < DIM(flags); i++)
		for (unsigned int j = 0; j < DIM(lens); j++) {
			struct treq r = request(TC_DEFLATE, plain, lens[j]);
			size_t n = tref_deflate(TC_DEFLATE, 6, plain, lens[j], packed, LEN);

			TEST_ASSERT(checksums(c, &r, flags[i], plain, lens[j]) == 0, "compress");
			r = request(TC_DEFLATE, packed, n);
			TEST_ASSERT(checksums(d, &r, flags[i], plain, lens[j]) == 0,
				"decompress");
			r = request(COPY, plain, lens[j]);
			TEST_ASSERT(checksums(c, &r, flags[i], plain, lens[j]) == 0 &&
				checksums(d, &r, flags[i], plain, lens[j]) == 0, "copy");
		}
	/* containers have their own: neither a start value nor an open end fits */
	for (unsigned int type = TC_ZLIB; type <= TC_GZIP; type++)
		for (unsigned int i = 0; i < 3; i++) {
			static const uint32_t no[] = { CRC, ADLER, NO_FINAL };
			struct treq r = request(type, plain, LEN);

			TEST_ASSERT(ask(c, &r, MAGIC | WIN(15) | no[i], 0, 1, sqe) == TC_BAD,
				"type %u, %x", type, no[i]);
		}
	return 0;
}

/* Level and window go with containers; their words keep their meaning. */
static int
body_containers(struct tc *c, struct tc *d)
{
	uint32_t sqe[TC_SQE_WORDS];

	for (unsigned int type = TC_ZLIB; type <= TC_GZIP; type++) {
		struct treq r = request(type, plain, LEN);

		TEST_ASSERT(ask(c, &r, MAGIC | WIN(12) | 9, 5, 6, sqe) == TC_OK, "compress");
		TEST_ASSERT(tref_check(type, out, sqe[DW_PRODUCED], 1, 12, plain, LEN) == 0,
			"type %u", type);
		TEST_ASSERT(sqe[DW_10] == 5 && sqe[DW_11] == 6, "dw10, dw11 not asked for");
	}
	return 0;
}

static int
with_queues(unsigned int api, int (*func)(struct tc *c, struct tc *d))
{
	const struct uacce_soft_conf conf = {
		.api = api, .nb_queues = 2, .sq_depth = 8, .ext = true,
	};
	struct uacce_soft *dev = uacce_soft_create(&conf);
	struct tc c, d;

	TEST_ASSERT(dev != NULL && tc_open(&c, dev, TC_COMPRESS, 0) == 0 &&
		tc_open(&d, dev, TC_DECOMPRESS, 0) == 0, "open");
	tc_text(plain, LEN, 2);
	TEST_ASSERT(func(&c, &d) == 0, "failed");
	TEST_ASSERT(tc_close(&c) == 0 && tc_close(&d) == 0, "close");
	uacce_soft_destroy(dev);
	return 0;
}

static int
test_params(void)
{
	return with_queues(3, body_levels) != 0 || with_queues(3, body_huffman) != 0 ||
		with_queues(3, body_window) != 0 ? -1 : 0;
}

static int
test_no_final(void)
{
	return with_queues(3, body_no_final);
}

static int
test_checksums(void)
{
	return with_queues(3, body_checksums) != 0 ||
		with_queues(3, body_containers) != 0 ? -1 : 0;
}

UACCE_TEST(soft_ext_params, test_params)
UACCE_TEST(soft_ext_no_final, test_no_final)
UACCE_TEST(soft_ext_checksums, test_checksums)
