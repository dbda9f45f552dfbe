/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/*
 * The words of an SQE (3.1): those the device writes, and all others, which come
 * back bit for bit whatever happens. Stale values in WH words have no effect.
 */

#include <stdio.h>
#include <string.h>

#include "test.h"
#include "test_soft_util.h"

#define LEN	3000

static uint8_t plain[LEN], packed[LEN], out[2 * LEN];

/* H and WH words; dw2 is H but for LZ77 types only, so either is right. */
static const uint32_t written = 1u << DW_CONSUMED | 1u << DW_PRODUCED | 1u << DW_COMP_LEN |
	1u << DW_STATUS | 1u << DW_CTX0 | 1u << DW_CTX1 | 1u << DW_CTX2 | 1u << DW_ISIZE |
	1u << DW_CHECKSUM;

static int
check_kept(const uint32_t *before, const uint32_t *after)
{
	for (int i = 0; i < TC_SQE_WORDS; i++)
		TEST_ASSERT((written >> i & 1) != 0 || before[i] == after[i],
			"dw%d was %08x, is %08x", i, before[i], after[i]);
	return 0;
}

/* Words that a stateless flat request has no use for. */
static void
rubbish(uint32_t *sqe, unsigned int api, uint64_t *seed)
{
	static const int unused[] = {
		DW_CONSUMED, DW_PRODUCED, DW_COMP_LEN, DW_STATUS, DW_CTX0, DW_CTX, DW_CTX + 1,
		24, 25, DW_CTX1, DW_CTX2, DW_ISIZE, DW_CHECKSUM, DW_13, DW_26, DW_27, DW_8,
	};

	for (unsigned int i = 0; i < DIM(unused); i++)
		sqe[unused[i]] = tc_rand(seed) << 1 ^ tc_rand(seed);
	sqe[DW_7] |= tc_rand(seed) & (TC_FINISH | TC_NEW | 0xffffff);
	if (api == 2)
		sqe[DW_9] |= (tc_rand(seed) & 15) << 12;
}

static int
run_one(struct tc *c, const struct treq *r, uint64_t *seed, int want)
{
	uint32_t before[TC_SQE_WORDS], sqe[TC_SQE_WORDS], clean[TC_SQE_WORDS];
	int status = tc_do(c, r, clean);

	TEST_ASSERT(want < 0 || status == want, "status %x, not %x", status, want);
	tc_build(r, before);
	TEST_ASSERT(check_kept(before, clean) == 0, "status %x", status);
	rubbish(before, r->api, seed);
	memcpy(sqe, before, sizeof(sqe));
	TEST_ASSERT(tc_exec(c, sqe) == 0, "no completion");
	TEST_ASSERT(check_kept(before, sqe) == 0, "status %x, rubbish", status);
	/* nothing stale had an effect on what is written */
	for (int i = 0; i < TC_SQE_WORDS; i++)
		TEST_ASSERT((written >> i & 1) == 0 || i == DW_COMP_LEN || clean[i] == sqe[i],
			"dw%d is %08x, %08x with rubbish around", i, clean[i], sqe[i]);
	return 0;
}

static int
all_results(struct tc *c, unsigned int api, unsigned int dir, uint64_t *seed)
{
	struct treq r = { .api = api, .type = TC_ZLIB, .window = api == 2 ? 0 : 4, .dst = out };
	size_t n;

	for (r.type = api == 2 ? TC_ZLIB : TC_DEFLATE; r.type <= TC_GZIP; r.type++) {
		n = tref_deflate(r.type, 6, plain, LEN, packed, LEN);
		r.src = dir == TC_COMPRESS ? plain : packed;
		r.in = dir == TC_COMPRESS ? LEN : n;
		r.out = sizeof(out);
		TEST_ASSERT(run_one(c, &r, seed, TC_OK) == 0, "good");
		r.out = 20;
		TEST_ASSERT(run_one(c, &r, seed, TC_NO_SPACE) == 0, "no space");
		r.out = 3;
		TEST_ASSERT(run_one(c, &r, seed, TC_NO_SPACE) == 0, "ignored");
		r.out = sizeof(out);
		r.in = 0;
		TEST_ASSERT(run_one(c, &r, seed, TC_BAD) == 0, "empty");
		r.in = 1;
		TEST_ASSERT(run_one(c, &r, seed, dir == TC_COMPRESS ? TC_NEG_COMP : TC_BAD) == 0,
			"one byte");
	}
	if (dir == TC_DECOMPRESS) {
		r.type = TC_GZIP;
		r.in = tref_deflate(TC_GZIP, 6, plain, LEN, packed, LEN);
		packed[r.in - 1] ^= 1;
		TEST_ASSERT(run_one(c, &r, seed, TC_CHECK) == 0, "checksum");
	}
	return 0;
}

static int
test_kept(void)
{
	static const unsigned int apis[] = { 2, 3, 5 };
	uint64_t seed = 1;

	tc_text(plain, LEN, 3);
	for (unsigned int i = 0; i < 2 * DIM(apis); i++) {
		const struct uacce_soft_conf conf = {
			.api = apis[i / 2], .nb_queues = 1, .sq_depth = 5,
		};
		struct uacce_soft *dev = uacce_soft_create(&conf);
		struct tc c;

		TEST_ASSERT(dev != NULL && tc_open(&c, dev, i % 2, 0) == 0, "open");
		TEST_ASSERT(all_results(&c, conf.api, i % 2, &seed) == 0, "api %u, direction %u",
			conf.api, i % 2);
		TEST_ASSERT(tc_close(&c) == 0, "close");
		uacce_soft_destroy(dev);
	}
	return 0;
}

/* Reserved words: preserved, and a mistake if set, but they change nothing. */
static int
test_reserved(void)
{
	static const struct {
		int dw;
		uint32_t bits;
	} reserved[] = {
		{ 5, 1 }, { 6, 1u << 31 }, { 10, 1 }, { 11, 1 }, { 12, 1 }, { 12, 0x5a530000 },
		{ 16, 1 }, { 17, 1 }, { DW_7, 1u << 24 }, { DW_9, 1u << 16 }, { DW_9, 1u << 31 },
	};
	const struct uacce_soft_conf conf = { .nb_queues = 1, .sq_depth = 8 };
	struct uacce_soft *dev = uacce_soft_create(&conf);
	const struct treq r = {
		.type = TC_ZLIB, .window = 4, .src = plain, .in = LEN, .dst = out,
		.out = sizeof(out),
	};
	uint32_t good[TC_SQE_WORDS];
	struct tc c;

	tc_text(plain, LEN, 3);
	TEST_ASSERT(dev != NULL && tc_open(&c, dev, TC_COMPRESS, 0) == 0, "open");
	TEST_ASSERT(tc_do(&c, &r, good) == TC_OK && tc_all_mistakes(&c) == 0, "good");
	for (unsigned int i = 0; i < DIM(reserved); i++) {
		uint32_t before[TC_SQE_WORDS], sqe[TC_SQE_WORDS];

		tc_build(&r, before);
		before[reserved[i].dw] |= reserved[i].bits;
		memcpy(sqe, before, sizeof(sqe));
		TEST_ASSERT(tc_exec(&c, sqe) == 0 && check_kept(before, sqe) == 0, "%u", i);
		TEST_ASSERT(tc_mistakes(&c, UACCE_SOFT_SQE_RESERVED) == i + 1 &&
			tc_all_mistakes(&c) == i + 1, "dw%d is not a mistake", reserved[i].dw);
		TEST_ASSERT(sqe[DW_PRODUCED] == good[DW_PRODUCED] &&
			sqe[DW_STATUS] == good[DW_STATUS], "dw%d changes the result",
			reserved[i].dw);
	}
	TEST_ASSERT(tc_close(&c) == 0, "close");
	uacce_soft_destroy(dev);
	return 0;
}

/* All bits of the tag, wherever it is for this type (3.10). */
static int
test_tag(void)
{
	static const unsigned int apis[] = { 2, 3 };

	for (unsigned int i = 0; i < DIM(apis); i++) {
		const struct uacce_soft_conf conf = {
			.api = apis[i], .nb_queues = 1, .sq_depth = 8,
		};
		struct uacce_soft *dev = uacce_soft_create(&conf);
		struct tc c;

		TEST_ASSERT(dev != NULL && tc_open(&c, dev, TC_COMPRESS, 0) == 0, "open");
		for (unsigned int bit = 0; bit < 64; bit++) {
			const struct treq r = {
				.api = apis[i], .type = TC_ZLIB, .src = plain, .in = 100,
				.dst = out, .out = 200, .tag = 1ull << bit,
			};
			uint32_t sqe[TC_SQE_WORDS];
			uint64_t tag;

			TEST_ASSERT(tc_do(&c, &r, sqe) >= 0, "no completion");
			tag = apis[i] == 2 ? sqe[DW_13] :
				sqe[DW_26] | (uint64_t)sqe[DW_27] << 32;
			TEST_ASSERT(tag == (apis[i] == 2 ? (uint32_t)r.tag : r.tag), "%u", bit);
		}
		TEST_ASSERT(tc_all_mistakes(&c) == 0, "a tag is a mistake");
		TEST_ASSERT(tc_close(&c) == 0, "close");
		uacce_soft_destroy(dev);
	}
	return 0;
}

UACCE_TEST(soft_words_kept, test_kept)
UACCE_TEST(soft_words_reserved, test_reserved)
UACCE_TEST(soft_words_tag, test_tag)
