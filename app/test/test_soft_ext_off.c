/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/*
 * Where the extension begins and ends: COPY and the lifted limits on a queue that
 * offers it, and that nothing of it exists on any other, as on silicon.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test.h"
#include "test_soft_util.h"

#define EXT	0x5a5303c0u	/* window 2^15, level 0 */
#define COPY	0xf0u
#define LEN	5000

static uint8_t plain[LEN], out[2 * LEN];

static int
ask(struct tc *c, const struct treq *r, uint32_t ext, uint32_t *sqe)
{
	tc_build(r, sqe);
	sqe[DW_12] = ext;
	return tc_exec(c, sqe) != 0 ? -1 : (int)(sqe[DW_STATUS] & 0xff);
}

static int
copy_flat(struct tc *c, uint32_t len, uint32_t room)
{
	struct treq r = { .api = 3, .type = COPY, .src = plain, .in = len, .out = room };
	uint32_t sqe[TC_SQE_WORDS];
	struct tguard dst;
	int status;

	TEST_ASSERT(tguard_new(&dst, room, true) == 0, "no memory");
	r.dst = dst.p;
	status = ask(c, &r, EXT, sqe);
	TEST_ASSERT(tguard_intact(&dst), "written outside");
	if (room < len)
		TEST_ASSERT(status == TC_NO_SPACE && sqe[DW_PRODUCED] == 0, "%x", status);
	else
		TEST_ASSERT(status == TC_OK && sqe[DW_PRODUCED] == len &&
			sqe[DW_CONSUMED] == len && memcmp(dst.p, plain, len) == 0, "%x", status);
	tguard_free(&dst);
	return 0;
}

static int
copy_sgl(struct tc *c)
{
	struct tseg src[LEN / 7 + 1], dst[2 * LEN / 11 + 1];
	struct treq r = { .api = 3, .type = COPY, .sgl = true, .in = LEN - 3, .out = LEN + 100,
		.skip_in = 3, .skip_out = 5 };
	uint32_t sqe[TC_SQE_WORDS];

	for (unsigned int i = 0; i < DIM(src); i++)
		src[i] = (struct tseg){ plain + 7 * i, 7 * i + 7 > LEN ? LEN - 7 * i : 7 };
	for (unsigned int i = 0; i < DIM(dst); i++)
		dst[i] = (struct tseg){ out + 11 * i,
			11 * i + 11 > sizeof(out) ? sizeof(out) - 11 * i : 11 };
	r.src = tsgl_new(src, DIM(src), 255);
	r.dst = tsgl_new(dst, DIM(dst), 16);
	memset(out, 0x77, sizeof(out));
	TEST_ASSERT(ask(c, &r, EXT, sqe) == TC_OK && sqe[DW_PRODUCED] == LEN - 3, "status %x",
		sqe[DW_STATUS]);
	TEST_ASSERT(memcmp(out + 5, plain + 3, LEN - 3) == 0 && out[4] == 0x77 &&
		out[LEN + 2] == 0x77, "data");
	free((void *)(uintptr_t)r.src);
	free(r.dst);
	return 0;
}

static int
test_copy(void)
{
	const struct uacce_soft_conf conf = { .nb_queues = 2, .sq_depth = 8, .ext = true };
	static const uint32_t lens[] = { 0, 1, 2, 16, 17, 4095, LEN };
	struct uacce_soft *dev = uacce_soft_create(&conf);

	tc_noise(plain, LEN, 1);
	for (unsigned int dir = 0; dir < 2; dir++) {
		struct tc c;

		TEST_ASSERT(dev != NULL && tc_open(&c, dev, dir, 0) == 0, "open");
		for (unsigned int i = 0; i < DIM(lens); i++)
			for (unsigned int j = 0; j < DIM(lens); j++)
				TEST_ASSERT(copy_flat(&c, lens[i], lens[j]) == 0, "%u in %u",
					lens[i], lens[j]);
		TEST_ASSERT(copy_sgl(&c) == 0, "SGL");
		TEST_ASSERT(tc_all_mistakes(&c) == 0 && tc_close(&c) == 0, "close");
	}
	uacce_soft_destroy(dev);
	return 0;
}

/* With the extension: no input, little room, over 8 MiB, raw DEFLATE on v2. */
static int
lifted(struct tc *c, struct tc *d, unsigned int api)
{
	struct treq r = { .api = api, .type = TC_DEFLATE, .src = plain, .dst = out, .out = 2 };
	uint32_t big = TC_MAX_LEN + 12345;
	uint8_t *zeros = calloc(1, big), *back = malloc(big);
	uint32_t sqe[TC_SQE_WORDS];

	TEST_ASSERT(ask(c, &r, EXT | 1, sqe) == TC_NEG_COMP && sqe[DW_PRODUCED] == 2 &&
		memcmp(out, "\3", 2) == 0, "empty input");
	r.src = out;
	r.in = 2;
	r.dst = NULL;
	r.out = 0;
	TEST_ASSERT(ask(d, &r, EXT, sqe) == TC_OK && sqe[DW_PRODUCED] == 0, "empty output");
	r = (struct treq){ .api = api, .type = TC_DEFLATE, .src = zeros, .in = big, .dst = back,
		.out = big };
	TEST_ASSERT(ask(c, &r, EXT | 1, sqe) == TC_OK, "big: %x", sqe[DW_STATUS]);
	r.in = sqe[DW_PRODUCED];
	r.src = memcpy(calloc(1, r.in), back, r.in);
	memset(back, 1, big);
	TEST_ASSERT(ask(d, &r, EXT, sqe) == TC_OK && sqe[DW_PRODUCED] == big &&
		memcmp(back, zeros, big) == 0, "big back: %x", sqe[DW_STATUS]);
	free((void *)(uintptr_t)r.src);
	free(zeros);
	free(back);
	TEST_ASSERT(tc_all_mistakes(c) == 0 && tc_all_mistakes(d) == 0, "mistakes");
	return 0;
}

static int
test_lifted(void)
{
	for (unsigned int api = 2; api < 4; api++) {
		const struct uacce_soft_conf conf = {
			.api = api, .nb_queues = 2, .sq_depth = 8, .ext = true,
		};
		struct uacce_soft *dev = uacce_soft_create(&conf);
		struct tc c, d;

		TEST_ASSERT(dev != NULL && tc_open(&c, dev, TC_COMPRESS, 0) == 0 &&
			tc_open(&d, dev, TC_DECOMPRESS, 0) == 0, "open");
		TEST_ASSERT(lifted(&c, &d, api) == 0, "api %u", api);
		TEST_ASSERT(tc_close(&c) == 0 && tc_close(&d) == 0, "close");
		uacce_soft_destroy(dev);
	}
	return 0;
}

/* The same words where the extension is not offered, or without its magic. */
static int
no_extension(struct tc *c, uint32_t ext)
{
	struct treq r = { .type = COPY, .src = plain, .in = LEN, .dst = out, .out = LEN };
	uint64_t reserved = tc_mistakes(c, UACCE_SOFT_SQE_RESERVED);
	uint32_t sqe[TC_SQE_WORDS];

	TEST_ASSERT(ask(c, &r, ext, sqe) == TC_BAD &&
		tc_mistakes(c, UACCE_SOFT_SQE_REQUEST) == 1, "COPY: %x", sqe[DW_STATUS]);
	r.type = TC_DEFLATE;
	r.window = 4;
	r.in = 0;
	TEST_ASSERT(ask(c, &r, ext, sqe) == TC_BAD &&
		tc_mistakes(c, UACCE_SOFT_SQE_LENGTH) == 1, "empty: %x", sqe[DW_STATUS]);
	r.in = LEN;
	r.out = 16;
	TEST_ASSERT(ask(c, &r, ext, sqe) == TC_NO_SPACE, "little room: %x", sqe[DW_STATUS]);
	/* level 0 would store: it is not level 0 that is used */
	r.out = sizeof(out);
	memset(plain, 'x', LEN);
	tc_build(&r, sqe);
	sqe[DW_10] = 0x1234;
	sqe[DW_11] = 0x5678;
	sqe[DW_12] = ext | 1u << 11 | 1u << 12;
	TEST_ASSERT(tc_exec(c, sqe) == 0 && sqe[DW_STATUS] == TC_OK &&
		sqe[DW_PRODUCED] < LEN / 10, "level: %x", sqe[DW_STATUS]);
	TEST_ASSERT(sqe[DW_10] == 0x1234 && sqe[DW_11] == 0x5678, "checksum words written");
	/* nor is a part of the stream anything, if its trailer alone has no room */
	r.type = TC_GZIP;
	TEST_ASSERT(ask(c, &r, ext, sqe) == TC_OK, "gzip: %x", sqe[DW_STATUS]);
	r.out = sqe[DW_PRODUCED] - 1;
	TEST_ASSERT(ask(c, &r, ext | 1u << 13, sqe) == TC_NO_SPACE && sqe[DW_CONSUMED] == 0 &&
		sqe[DW_PRODUCED] == 0, "cut: %x", sqe[DW_STATUS]);
	TEST_ASSERT(tc_mistakes(c, UACCE_SOFT_SQE_RESERVED) == reserved + 6, "not counted");
	return 0;
}

static int
test_off(void)
{
	static const struct {
		bool ext;
		uint32_t word;
	} cases[] = { { false, EXT }, { true, 0x5a5203c0 }, { true, 0x000003c0 } };

	for (unsigned int i = 0; i < DIM(cases); i++) {
		const struct uacce_soft_conf conf = {
			.nb_queues = 1, .sq_depth = 8, .ext = cases[i].ext,
		};
		struct uacce_soft *dev = uacce_soft_create(&conf);
		struct tc c;

		TEST_ASSERT(dev != NULL && tc_open(&c, dev, TC_COMPRESS, 0) == 0, "open");
		TEST_ASSERT(no_extension(&c, cases[i].word) == 0, "case %u", i);
		TEST_ASSERT(tc_close(&c) == 0, "close");
		uacce_soft_destroy(dev);
	}
	return 0;
}

UACCE_TEST(soft_ext_copy, test_copy)
UACCE_TEST(soft_ext_lifted, test_lifted)
UACCE_TEST(soft_ext_off, test_off)
