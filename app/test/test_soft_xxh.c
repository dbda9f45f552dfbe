/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/* xxHash-32 of the uncompressed data, against libxxhash. */

#include <stdlib.h>
#include <string.h>

#include <xxhash.h>
#include <zlib.h>

#include "test_soft_more.h"

#define LEN	60000u
#define CTX_LEN	0x10000u
#define WINDOW	0xc00u		/* where history begins: what is before is the device's */

static uint8_t plain[LEN], packed[2 * LEN], back[LEN];

static struct tm_req
compressing(unsigned int type, uint32_t in, uint64_t *seed)
{
	return (struct tm_req){
		.dir = TC_COMPRESS, .type = type, .ext = TM_WIN(type == TM_LZ4 ? 0 : 15) | 1,
		.ext2 = TM_XXH, .sum = { 77, 78 }, .src = plain, .in = in, .dst = packed,
		.room = sizeof(packed), .seed = seed,
	};
}

static struct tm_req
decompressing(unsigned int type, uint32_t in, uint64_t *seed)
{
	return (struct tm_req){
		.dir = TC_DECOMPRESS, .type = type, .ext = TM_WIN(type == TM_LZ4 ? 0 : 15),
		.ext2 = TM_XXH, .src = packed, .in = in, .dst = back, .room = LEN, .seed = seed,
	};
}

static int
both_ways(struct tm_dev *t, unsigned int type, uint32_t len, uint64_t *seed)
{
	struct tm_req c = compressing(type, len, seed), d;
	uint32_t want = XXH32(plain, len, 0);

	c.nb_src = tc_rand(seed) % 50;
	c.nb_dst = tc_rand(seed) % 2 * 9;
	TEST_ASSERT(tm_run(t, &c) == 0 && (c.status == TC_OK || c.status == TC_NEG_COMP),
		    "status %x", c.status);
	TEST_ASSERT(c.sum[0] == want, "%x, not %x", c.sum[0], want);
	TEST_ASSERT(c.sum[1] == 78, "dw11 was not asked for");
	d = decompressing(type, c.produced, seed);
	d.nb_dst = tc_rand(seed) % 50;
	TEST_ASSERT(tm_run(t, &d) == 0 && d.status == TC_OK && d.produced == len, "status %x",
		    d.status);
	TEST_ASSERT(d.sum[0] == want, "%x, not %x", d.sum[0], want);
	d.ext |= TM_ADLER;
	d.sum[1] = 1;
	TEST_ASSERT(tm_run(t, &d) == 0 && d.sum[0] == want &&
		    d.sum[1] == adler32(1, plain, len), "with Adler-32");
	return 0;
}

static int
test_stateless(void)
{
	static const unsigned int types[] = { TC_DEFLATE, TM_COPY, TM_LZ4 };
	uint64_t seed = 4010;
	struct tm_dev t;

	TEST_ASSERT(tm_open(&t) == 0, "open");
	for (unsigned int i = 0; i < 150; i++) {
		uint32_t len = tc_rand(&seed) % (1 + (LEN >> tc_rand(&seed) % 16));

		tm_fill(plain, len, &seed);
		TEST_ASSERT(both_ways(&t, types[i % 3], len, &seed) == 0, "type %x, %u bytes",
			    types[i % 3], len);
	}
	TEST_ASSERT(tc_all_mistakes(&t.c[0]) == 0 && tc_all_mistakes(&t.c[1]) == 0, "mistakes");
	return tm_close(&t);
}

/* A stream of requests, some of which start again as after a full flush. */
static int
stream_one(struct tm_dev *t, uint8_t *ctx, uint32_t len, uint64_t *seed)
{
	struct tm_req c = compressing(TC_DEFLATE, 0, seed), d;
	uint32_t at = 0, all = 0;

	c.ctx = ctx;
	c.bits = TC_NEW;
	for (bool first = true; at < len; first = false) {
		if (!first && tc_rand(seed) % 4 == 0)
			c.bits |= TC_NEW;
		c.ext2 = TM_XXH | (first ? 0 : TM_XXH_GO_ON);
		c.src = plain + at;
		c.in = 1 + tc_rand(seed) % (len - at);
		if (c.in == len - at)
			c.bits |= TC_FINISH;
		c.dst = packed + all;
		c.room = sizeof(packed) - all;
		TEST_ASSERT(tm_run(t, &c) == 0 && c.status == TC_OK && c.consumed == c.in,
			    "status %x", c.status);
		at += c.in;
		all += c.produced;
		TEST_ASSERT(c.sum[0] == XXH32(plain, at, 0), "after %u bytes", at);
		c.bits = 0;
	}
	d = decompressing(TC_DEFLATE, 0, seed);
	d.ctx = ctx;
	d.bits = TC_NEW;
	for (uint32_t in = 0, out = 0; out < len; d.bits = 0) {
		d.src = packed + in;
		d.in = tc_rand(seed) % (all - in + 1);
		d.dst = back + out;
		d.room = tc_rand(seed) % (len - out + 1);
		TEST_ASSERT(tm_run(t, &d) == 0 && (d.status == TC_OK || d.status == 0x13),
			    "status %x", d.status);
		in += d.consumed;
		out += d.produced;
		TEST_ASSERT(d.sum[0] == XXH32(plain, out, 0), "after %u bytes", out);
	}
	TEST_ASSERT(memcmp(back, plain, len) == 0, "data");
	return 0;
}

static int
test_stream(void)
{
	uint8_t *ctx = calloc(1, CTX_LEN);
	uint64_t seed = 4011;
	struct tm_dev t;

	TEST_ASSERT(ctx != NULL && tm_open(&t) == 0, "open");
	for (unsigned int i = 0; i < 60; i++) {
		uint32_t len = 1 + tc_rand(&seed) % (LEN >> tc_rand(&seed) % 10);

		tm_fill(plain, len, &seed);
		TEST_ASSERT(stream_one(&t, ctx, len, &seed) == 0, "round %u, %u bytes", i, len);
	}
	TEST_ASSERT(tc_all_mistakes(&t.c[0]) == 0 && tc_all_mistakes(&t.c[1]) == 0, "mistakes");
	free(ctx);
	return tm_close(&t);
}

/* Whatever a context says, memory stays whole: this is for a sanitizer to see. */
static int
test_rubbish(void)
{
	uint8_t *ctx = calloc(1, CTX_LEN);
	uint64_t seed = 4012;
	struct tm_dev t;

	TEST_ASSERT(ctx != NULL && tm_open(&t) == 0, "open");
	tc_text(plain, LEN, 3);
	for (unsigned int i = 0; i < 200; i++) {
		struct tm_req c = compressing(TC_DEFLATE, 1 + tc_rand(&seed) % 100, &seed);

		c.ctx = ctx;
		c.ext2 |= TM_XXH_GO_ON;
		c.bits = i % 3 == 0 ? TC_NEW : 0;
		tc_noise(ctx, WINDOW, i);
		if (i % 4 == 0)
			memset(ctx, 0xff, WINDOW);
		TEST_ASSERT(tm_run(&t, &c) == 0 && c.status == TC_OK, "status %x", c.status);
	}
	free(ctx);
	return tm_close(&t);
}

UACCE_TEST(soft_xxh_stateless, test_stateless)
UACCE_TEST(soft_xxh_stream, test_stream)
UACCE_TEST(soft_xxh_rubbish, test_rubbish)
