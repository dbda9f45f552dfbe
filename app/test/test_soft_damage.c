/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/* Decompression of what is damaged: trailers, truncation, wrong containers. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test.h"
#include "test_soft_util.h"

#define LEN	2500

static uint8_t plain[LEN], packed[2 * LEN], out[2 * LEN];

static int
ask(struct tc *c, unsigned int type, const uint8_t *p, size_t len, uint32_t *sqe)
{
	const struct treq r = {
		.type = type, .window = 4, .src = p, .in = len, .dst = out, .out = sizeof(out),
	};

	return tc_do(c, &r, sqe);
}

/* Same with source and destination in pieces, the trailer torn apart. */
static int
ask_sgl(struct tc *c, unsigned int type, const uint8_t *p, size_t len, uint32_t *sqe)
{
	const struct tseg src[] = { { p, len - 5 }, { p + len - 5, 2 }, { p + len - 3, 3 } };
	const struct tseg dst[] = { { out, 1000 }, { out + 1000, sizeof(out) - 1000 } };
	struct treq r = {
		.type = type, .window = 4, .sgl = true, .src = tsgl_new(src, 3, 2), .in = len,
		.dst = tsgl_new(dst, 2, 2), .out = sizeof(out),
	};
	int status = tc_do(c, &r, sqe);

	free((void *)(uintptr_t)r.src);
	free(r.dst);
	return status;
}

static int
check_failed(const uint32_t *sqe)
{
	TEST_ASSERT(sqe[DW_CONSUMED] == 0 && sqe[DW_PRODUCED] == 0, "lengths %u %u",
		sqe[DW_CONSUMED], sqe[DW_PRODUCED]);
	return 0;
}

/* Every bit of every trailer byte. */
static int
trailers(struct tc *c, unsigned int type, int level)
{
	size_t n = tref_deflate(type, level, plain, LEN, packed, sizeof(packed));
	uint32_t sqe[TC_SQE_WORDS];

	TEST_ASSERT(ask(c, type, packed, n, sqe) == TC_OK, "good");
	for (size_t byte = n - tc_trailer(type); byte < n; byte++)
		for (int bit = 0; bit < 8; bit++) {
			packed[byte] ^= 1 << bit;
			TEST_ASSERT(ask(c, type, packed, n, sqe) == TC_CHECK &&
				check_failed(sqe) == 0, "byte %zu from the end", n - byte);
			TEST_ASSERT(ask_sgl(c, type, packed, n, sqe) == TC_CHECK &&
				check_failed(sqe) == 0, "SGL, byte %zu from the end", n - byte);
			packed[byte] ^= 1 << bit;
		}
	TEST_ASSERT(ask_sgl(c, type, packed, n, sqe) == TC_OK &&
		memcmp(out, plain, LEN) == 0, "good, SGL");
	return 0;
}

/* A stream that ends too early is an error at any place; one too long is not. */
static int
truncated(struct tc *c, unsigned int type, int level)
{
	size_t n = tref_deflate(type, level, plain, LEN, packed, sizeof(packed));
	uint32_t sqe[TC_SQE_WORDS];

	for (size_t len = 1; len < n; len++) {
		int status = ask(c, type, packed, len, sqe);

		TEST_ASSERT(status == TC_BAD && check_failed(sqe) == 0, "%zu of %zu: %x",
			len, n, status);
	}
	for (size_t more = 0; more < 20; more++) {
		memset(packed + n, more, more);
		TEST_ASSERT(ask(c, type, packed, n + more, sqe) == TC_OK &&
			sqe[DW_CONSUMED] == n && sqe[DW_PRODUCED] == LEN, "%zu more", more);
	}
	return 0;
}

/* A flipped bit in the data is found; by the trailer if by nothing else. */
static int
flipped(struct tc *c, unsigned int type)
{
	size_t n = tref_deflate(type, 6, plain, LEN, packed, sizeof(packed));
	uint32_t sqe[TC_SQE_WORDS];
	unsigned int found[256] = { 0 };

	for (size_t bit = 0; bit < 8 * (n - tc_trailer(type)); bit++) {
		int status;

		packed[bit / 8] ^= 1 << bit % 8;
		status = ask(c, type, packed, n, sqe);
		TEST_ASSERT(status == TC_BAD || status == TC_CHECK || status == TC_NO_SPACE ||
			(status == TC_OK && memcmp(out, plain, LEN) == 0), "bit %zu: %x",
			bit, status);
		found[status]++;
		packed[bit / 8] ^= 1 << bit % 8;
	}
	TEST_ASSERT(found[TC_BAD] > 0 && found[TC_CHECK] > 0, "found %u and %u",
		found[TC_BAD], found[TC_CHECK]);
	return 0;
}

static int
on_device(int (*func)(struct tc *c))
{
	static const unsigned int threads[] = { 0, 1 };

	tc_text(plain, LEN, 11);
	for (unsigned int i = 0; i < DIM(threads); i++) {
		const struct uacce_soft_conf conf = {
			.nb_queues = 1, .sq_depth = 8, .threads = threads[i],
		};
		struct uacce_soft *dev = uacce_soft_create(&conf);
		struct tc c;

		TEST_ASSERT(dev != NULL && tc_open(&c, dev, TC_DECOMPRESS, 0) == 0, "open");
		TEST_ASSERT(func(&c) == 0, "%u threads", threads[i]);
		TEST_ASSERT(tc_all_mistakes(&c) == 0, "data is nobody's mistake");
		TEST_ASSERT(tc_close(&c) == 0, "close");
		uacce_soft_destroy(dev);
	}
	return 0;
}

static int
body_trailers(struct tc *c)
{
	return trailers(c, TC_ZLIB, 6) != 0 || trailers(c, TC_ZLIB, 0) != 0 ||
		trailers(c, TC_GZIP, 6) != 0 || trailers(c, TC_GZIP, 0) != 0 ? -1 : 0;
}

static int
body_truncated(struct tc *c)
{
	for (unsigned int type = TC_DEFLATE; type <= TC_GZIP; type++)
		if (truncated(c, type, 6) != 0 || truncated(c, type, 0) != 0)
			return -1;
	return 0;
}

static int
body_flipped(struct tc *c)
{
	return flipped(c, TC_ZLIB) != 0 || flipped(c, TC_GZIP) != 0 ? -1 : 0;
}

/* What is made as one type and taken for another (3.6). */
static int
body_containers(struct tc *c)
{
	uint32_t sqe[TC_SQE_WORDS];
	size_t n;

	n = tref_deflate(TC_DEFLATE, 6, plain, LEN, packed, sizeof(packed));
	TEST_ASSERT(ask(c, TC_ZLIB, packed, n, sqe) == TC_BAD &&
		ask(c, TC_GZIP, packed, n, sqe) == TC_BAD, "a raw stream has no trailer");
	memset(packed + n, 0, 8);
	TEST_ASSERT(ask(c, TC_ZLIB, packed, n + 8, sqe) == TC_CHECK &&
		ask(c, TC_GZIP, packed, n + 8, sqe) == TC_CHECK, "a wrong trailer");
	/* the container's trailer is left over by a raw request */
	n = tref_deflate(TC_GZIP, 6, plain, LEN, packed, sizeof(packed));
	TEST_ASSERT(ask(c, TC_DEFLATE, packed, n, sqe) == TC_OK &&
		sqe[DW_CONSUMED] == n - 8 && sqe[DW_PRODUCED] == LEN, "gzip as raw");
	TEST_ASSERT(ask(c, TC_ZLIB, packed, n, sqe) == TC_CHECK, "gzip as zlib");
	n = tref_deflate(TC_ZLIB, 6, plain, LEN, packed, sizeof(packed));
	TEST_ASSERT(ask(c, TC_GZIP, packed, n, sqe) == TC_BAD, "zlib as gzip");
	/* a header is data to the engine, and 78 9c is no DEFLATE block */
	memmove(packed + 2, packed, n);
	packed[0] = 0x78;
	packed[1] = 0x9c;
	TEST_ASSERT(ask(c, TC_ZLIB, packed, n + 2, sqe) != TC_OK, "header not skipped");
	return 0;
}

/* Noise as input: any status but success out of nothing; never a crash. */
static int
body_noise(struct tc *c)
{
	uint32_t sqe[TC_SQE_WORDS];

	for (uint32_t seed = 0; seed < 3000; seed++) {
		size_t n = 1 + seed % 200;

		tc_noise(packed, n, seed);
		TEST_ASSERT(ask(c, TC_ZLIB, packed, n, sqe) != TC_OK &&
			ask(c, TC_GZIP, packed, n, sqe) != TC_OK, "seed %u", seed);
		TEST_ASSERT(ask(c, TC_DEFLATE, packed, n, sqe) >= 0, "seed %u", seed);
	}
	return 0;
}

static int
test_trailers(void)
{
	return on_device(body_trailers);
}

static int
test_truncated(void)
{
	return on_device(body_truncated);
}

static int
test_flipped(void)
{
	return on_device(body_flipped);
}

static int
test_containers(void)
{
	return on_device(body_containers);
}

static int
test_noise(void)
{
	return on_device(body_noise);
}

UACCE_TEST(soft_damage_trailers, test_trailers)
UACCE_TEST(soft_damage_truncated, test_truncated)
UACCE_TEST(soft_damage_flipped, test_flipped)
UACCE_TEST(soft_damage_containers, test_containers)
UACCE_TEST(soft_damage_noise, test_noise)
