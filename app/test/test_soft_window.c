/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/*
 * The window codes of dw9 bound the distances of what is compressed (3.2). zlib
 * with that window, fed byte by byte of output, has nothing older to copy from.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test.h"
#include "test_soft_util.h"

#define LEN	150000

/* code 3 is 24 KiB: zlib has 16 or 32, so the check is one the model passes */
static const int window_bits[] = { 12, 13, 14, 14, 15 };

/* Text in which every chunk comes again `period` bytes later. */
static void
repeat(uint8_t *p, size_t len, size_t period)
{
	tc_noise(p, period < len ? period : len, (uint32_t)period);
	for (size_t i = period; i < len; i++)
		p[i] = p[i - period];
}

static int
one(struct tc *c, unsigned int code, const struct treq *proto, const uint8_t *plain,
    uint32_t *packed_len)
{
	static uint8_t packed[LEN + 1000];
	uint32_t sqe[TC_SQE_WORDS];
	struct treq r = *proto;
	int status;

	r.window = code;
	r.src = plain;
	r.in = LEN;
	r.dst = packed;
	r.out = sizeof(packed);
	status = tc_do(c, &r, sqe);
	TEST_ASSERT(status == TC_OK || status == TC_NEG_COMP, "status %x", status);
	TEST_ASSERT(tref_check(r.type, packed, sqe[DW_PRODUCED], 1, window_bits[code], plain,
			       LEN) == 0, "code %u, type %u: not within the window", code, r.type);
	*packed_len = sqe[DW_PRODUCED];
	return 0;
}

static int
test_windows(void)
{
	static const size_t periods[] = {
		100, 4000, 4097, 5000, 8193, 9000, 16385, 17000, 24577, 25000, 32000,
	};
	const struct uacce_soft_conf conf = { .nb_queues = 1, .sq_depth = 8 };
	struct uacce_soft *dev = uacce_soft_create(&conf);
	uint8_t *plain = malloc(LEN);
	struct tc c;

	TEST_ASSERT(dev != NULL && tc_open(&c, dev, TC_COMPRESS, 0) == 0, "open");
	for (unsigned int i = 0; i < DIM(periods); i++)
		for (unsigned int code = 0; code < DIM(window_bits); code++)
			for (unsigned int type = TC_DEFLATE; type <= TC_GZIP; type++) {
				const struct treq r = { .type = type };
				uint32_t len;

				repeat(plain, LEN, periods[i]);
				TEST_ASSERT(one(&c, code, &r, plain, &len) == 0, "period %zu",
					periods[i]);
			}
	for (unsigned int code = 0; code < DIM(window_bits); code++) {
		const struct treq r = { .type = TC_ZLIB };
		uint32_t len;

		tc_text(plain, LEN, code);
		TEST_ASSERT(one(&c, code, &r, plain, &len) == 0, "text");
	}
	TEST_ASSERT(tc_close(&c) == 0, "close");
	uacce_soft_destroy(dev);
	free(plain);
	return 0;
}

/* The check above can fail: a larger window does reach further. */
static int
test_uses_window(void)
{
	const struct uacce_soft_conf conf = { .nb_queues = 1, .sq_depth = 8 };
	struct uacce_soft *dev = uacce_soft_create(&conf);
	const struct treq r = { .type = TC_DEFLATE };
	uint8_t *plain = malloc(LEN);
	uint32_t small, large;
	struct tc c;

	TEST_ASSERT(dev != NULL && tc_open(&c, dev, TC_COMPRESS, 0) == 0, "open");
	repeat(plain, LEN, 5000);
	TEST_ASSERT(one(&c, 0, &r, plain, &small) == 0 && one(&c, 4, &r, plain, &large) == 0,
		"compress");
	TEST_ASSERT(large + LEN / 10 < small, "%u and %u bytes", small, large);
	TEST_ASSERT(tc_close(&c) == 0, "close");
	uacce_soft_destroy(dev);
	free(plain);
	return 0;
}

/* Type 0 has no such field: whatever is there, it is 32 KiB (3.10). */
static int
test_type0(void)
{
	const struct uacce_soft_conf conf = { .api = 2, .nb_queues = 1, .sq_depth = 8 };
	struct uacce_soft *dev = uacce_soft_create(&conf);
	static uint8_t packed[LEN + 1000];
	uint8_t *plain = malloc(LEN);
	struct treq r = {
		.api = 2, .type = TC_ZLIB, .in = LEN, .dst = packed, .out = sizeof(packed),
	};
	struct tc c;

	TEST_ASSERT(dev != NULL && tc_open(&c, dev, TC_COMPRESS, 0) == 0, "open");
	repeat(plain, LEN, 5000);
	r.src = plain;
	for (r.window = 0; r.window < 16; r.window++) {
		uint32_t sqe[TC_SQE_WORDS];

		TEST_ASSERT(tc_do(&c, &r, sqe) == TC_OK && sqe[DW_PRODUCED] < LEN / 10 * 9,
			"%u: %u bytes", r.window, sqe[DW_PRODUCED]);
	}
	TEST_ASSERT(tc_close(&c) == 0, "close");
	uacce_soft_destroy(dev);
	free(plain);
	return 0;
}

UACCE_TEST(soft_window_codes, test_windows)
UACCE_TEST(soft_window_used, test_uses_window)
UACCE_TEST(soft_window_type0, test_type0)
