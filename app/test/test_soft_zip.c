/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/*
 * Flat requests that succeed, in both SQE types: what comes out, and what is
 * written back (datasheet 3.4 to 3.7). zlib judges.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <zlib.h>

#include "test.h"
#include "test_soft_util.h"

static const uint32_t bits[] = { 0, TC_FINISH, TC_NEW, TC_FINISH | TC_NEW };

struct data {
	uint8_t *plain;
	uint8_t *packed;
	uint8_t *back;
	size_t len;
	size_t room;
};

static uint32_t
bit_reverse(uint32_t v)
{
	uint32_t r = 0;

	for (int i = 0; i < 32; i++)
		r |= (v >> i & 1) << (31 - i);
	return r;
}

/* dw30 and dw31 in the engine's register format (3.7). */
static int
check_registers(const uint32_t *sqe, unsigned int type, const uint8_t *p, size_t len)
{
	if (type == TC_ZLIB)
		TEST_ASSERT(sqe[DW_CHECKSUM] == adler32(1, p, len), "Adler-32 %08x",
			sqe[DW_CHECKSUM]);
	if (type == TC_GZIP) {
		TEST_ASSERT(bit_reverse(~sqe[DW_CHECKSUM]) == crc32(0, p, len), "CRC-32 %08x",
			sqe[DW_CHECKSUM]);
		TEST_ASSERT(sqe[DW_ISIZE] == len, "ISIZE %u", sqe[DW_ISIZE]);
	}
	return 0;
}

/* The trailer is in the stream, in the byte order of its container (3.6). */
static int
check_trailer(const uint8_t *end, unsigned int type, const uint8_t *p, size_t len)
{
	uint32_t a = adler32(1, p, len), c = crc32(0, p, len);
	const uint8_t zlib[] = { a >> 24, a >> 16, a >> 8, a };
	const uint8_t gzip[] = { c, c >> 8, c >> 16, c >> 24, len, len >> 8, len >> 16, len >> 24 };

	if (type == TC_ZLIB)
		TEST_ASSERT(memcmp(end - 4, zlib, 4) == 0, "zlib trailer");
	if (type == TC_GZIP)
		TEST_ASSERT(memcmp(end - 8, gzip, 8) == 0, "gzip trailer");
	return 0;
}

/* Words of the stateless context come back as 0 (3.5). */
static int
check_context(const uint32_t *sqe)
{
	TEST_ASSERT(sqe[DW_CTX0] == 0 && sqe[DW_CTX1] == 0 && sqe[DW_CTX2] == 0,
		"context words %x %x %x", sqe[DW_CTX0], sqe[DW_CTX1], sqe[DW_CTX2]);
	return 0;
}

static int
compress_one(struct tc *c, const struct treq *proto, const struct data *d)
{
	uint32_t sqe[TC_SQE_WORDS];
	struct treq r = *proto;
	uint32_t n;
	int status;

	r.src = d->plain;
	r.in = d->len;
	r.dst = d->packed;
	r.out = d->room;
	status = tc_do(c, &r, sqe);
	n = sqe[DW_PRODUCED];
	TEST_ASSERT(status == (n < d->len ? TC_OK : TC_NEG_COMP), "status %x, %zu to %u",
		status, d->len, n);
	TEST_ASSERT(sqe[DW_CONSUMED] == d->len, "consumed %u", sqe[DW_CONSUMED]);
	TEST_ASSERT(tref_check(r.type, d->packed, n, 0, 15, d->plain, d->len) == 0, "zlib");
	return check_registers(sqe, r.type, d->plain, d->len) != 0 ||
		check_trailer(d->packed + n, r.type, d->plain, d->len) != 0 ||
		check_context(sqe) != 0 ? -1 : 0;
}

static int
decompress_one(struct tc *c, const struct treq *proto, const struct data *d, int level)
{
	size_t n = tref_deflate(proto->type, level, d->plain, d->len, d->packed, d->room);
	uint32_t sqe[TC_SQE_WORDS];
	struct treq r = *proto;
	int status;

	/* something behind the stream, which is not its */
	memset(d->packed + n, 0xee, 9);
	memset(d->back, 0, d->len);
	r.src = d->packed;
	r.in = n + 9;
	r.dst = d->back;
	r.out = d->len + 40;
	status = tc_do(c, &r, sqe);
	TEST_ASSERT(status == TC_OK, "status %x", status);
	TEST_ASSERT(sqe[DW_CONSUMED] == n && sqe[DW_PRODUCED] == d->len,
		"consumed %u of %zu, produced %u of %zu", sqe[DW_CONSUMED], n,
		sqe[DW_PRODUCED], d->len);
	TEST_ASSERT((sqe[DW_STATUS] & ~0x100u) == 0, "dw3 %x", sqe[DW_STATUS]);
	TEST_ASSERT(memcmp(d->back, d->plain, d->len) == 0, "data");
	return check_registers(sqe, r.type, d->plain, d->len) != 0 ||
		check_context(sqe) != 0 ? -1 : 0;
}

static int
one_size(struct tc *comp, struct tc *decomp, unsigned int api, const struct data *d)
{
	static const int levels[] = { 0, 1, 6, 9 };

	for (unsigned int type = api == 2 ? TC_ZLIB : TC_DEFLATE; type <= TC_GZIP; type++)
		for (unsigned int b = 0; b < DIM(bits); b++) {
			struct treq r = {
				.api = api, .type = type, .bits = bits[b], .window = 4,
			};

			TEST_ASSERT(compress_one(comp, &r, d) == 0, "type %u, %zu bytes",
				type, d->len);
			/* how decompression is asked for a window is ignored (12) */
			r.window = (b * 5) & 15;
			TEST_ASSERT(decompress_one(decomp, &r, d, levels[b]) == 0,
				"type %u, %zu bytes", type, d->len);
		}
	return 0;
}

static void
fill(struct data *d, size_t len, unsigned int kind)
{
	d->len = len;
	d->room = len + len / 16 + 100;
	if (kind == 0)
		tc_text(d->plain, len, len);
	else if (kind == 1)
		tc_noise(d->plain, len, len);
	else
		memset(d->plain, 0, len);
}

static int
all_sizes(unsigned int api, const uint32_t *sizes, unsigned int nb)
{
	const struct uacce_soft_conf conf = { .api = api, .nb_queues = 2, .sq_depth = 8 };
	struct uacce_soft *dev = uacce_soft_create(&conf);
	struct data d = {
		.plain = malloc(TC_MAX_LEN), .packed = malloc(TC_MAX_LEN + TC_MAX_LEN / 8),
		.back = malloc(TC_MAX_LEN),
	};
	struct tc comp, decomp;

	TEST_ASSERT(dev != NULL && tc_open(&comp, dev, TC_COMPRESS, 0) == 0 &&
		tc_open(&decomp, dev, TC_DECOMPRESS, 0) == 0, "open");
	for (unsigned int i = 0; i < nb; i++)
		for (unsigned int kind = 0; kind < 3; kind++) {
			fill(&d, sizes[i], kind);
			TEST_ASSERT(one_size(&comp, &decomp, api, &d) == 0,
				"api %u, kind %u", api, kind);
		}
	TEST_ASSERT(tc_all_mistakes(&comp) == 0 && tc_all_mistakes(&decomp) == 0, "mistakes");
	TEST_ASSERT(tc_close(&comp) == 0 && tc_close(&decomp) == 0, "close");
	uacce_soft_destroy(dev);
	free(d.plain);
	free(d.packed);
	free(d.back);
	return 0;
}

static int
test_small(void)
{
	uint32_t sizes[70];

	for (unsigned int i = 0; i < DIM(sizes); i++)
		sizes[i] = i + 1;
	return all_sizes(2, sizes, DIM(sizes)) != 0 ||
		all_sizes(3, sizes, DIM(sizes)) != 0 ? -1 : 0;
}

static int
test_medium(void)
{
	static const uint32_t sizes[] = {
		257, 1000, 1499, 4095, 4096, 4097, 8192, 16383, 32768, 65534, 65535, 65536,
		65537, 131072, 300000,
	};

	return all_sizes(2, sizes, DIM(sizes)) != 0 ||
		all_sizes(3, sizes, DIM(sizes)) != 0 ||
		all_sizes(5, sizes, 4) != 0 ? -1 : 0;
}

/* The largest request of the silicon (3.8), once each way. */
static int
test_largest(void)
{
	const struct uacce_soft_conf conf = { .nb_queues = 2, .sq_depth = 8 };
	struct uacce_soft *dev = uacce_soft_create(&conf);
	const struct treq r = { .type = TC_GZIP, .window = 4 };
	struct data d = {
		.plain = malloc(TC_MAX_LEN), .packed = malloc(TC_MAX_LEN + 64),
		.back = malloc(TC_MAX_LEN), .len = TC_MAX_LEN - 40, .room = TC_MAX_LEN,
	};
	struct tc comp, decomp;

	TEST_ASSERT(dev != NULL && tc_open(&comp, dev, TC_COMPRESS, 0) == 0 &&
		tc_open(&decomp, dev, TC_DECOMPRESS, 0) == 0, "open");
	tc_text(d.plain, TC_MAX_LEN, 5);
	/* room for 40 more bytes is offered, so that it is 8 MiB exactly */
	TEST_ASSERT(decompress_one(&decomp, &r, &d, 1) == 0, "decompress");
	d.len = TC_MAX_LEN;
	TEST_ASSERT(compress_one(&comp, &r, &d) == 0, "compress");
	TEST_ASSERT(tc_close(&comp) == 0 && tc_close(&decomp) == 0, "close");
	uacce_soft_destroy(dev);
	free(d.plain);
	free(d.packed);
	free(d.back);
	return 0;
}

UACCE_TEST(soft_zip_small, test_small)
UACCE_TEST(soft_zip_medium, test_medium)
UACCE_TEST(soft_zip_largest, test_largest)
