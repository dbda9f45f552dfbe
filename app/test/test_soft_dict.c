/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/*
 * Dictionaries: what may be referred to before there is anything, against zlib's
 * deflateSetDictionary() and inflateSetDictionary(). And words of the extension that
 * make no sense.
 */

#include <stdlib.h>
#include <string.h>

#include <zlib.h>

#include "test_soft_more.h"

#define LEN		60000u
#define DICT_MAX	32768u
#define CTX_LEN		0x10000u

static uint8_t plain[LEN], packed[2 * LEN], back[2 * LEN], dict[DICT_MAX];

/* Data that is made of pieces of the dictionary, and of others. */
static void
make_data(uint32_t len, uint32_t dict_len, uint64_t *seed)
{
	tc_text(dict, dict_len, tc_rand(seed));
	if (tc_rand(seed) % 3 == 0)
		tc_noise(dict, dict_len, tc_rand(seed));
	for (uint32_t at = 0, n; at < len; at += n) {
		uint32_t from = tc_rand(seed) % dict_len;

		n = 1 + tc_rand(seed) % 300;
		if (n > len - at)
			n = len - at;
		if (n > dict_len - from)
			n = dict_len - from;
		if (tc_rand(seed) % 3 == 0)
			tc_noise(plain + at, n, tc_rand(seed));
		else
			memcpy(plain + at, dict + from, n);
	}
}

/* zlib, a few bytes of room at a time so that distances meet its window. */
static size_t
zlib_inflate(const uint8_t *p, size_t len, int window, uint32_t dict_len)
{
	z_stream z = { 0 };
	int ret;

	if (inflateInit2(&z, -window) != Z_OK ||
	    (dict_len != 0 && inflateSetDictionary(&z, dict, dict_len) != Z_OK))
		abort();
	z.next_in = (Bytef *)(uintptr_t)p;
	z.avail_in = len;
	z.next_out = back;
	do {
		z.avail_out = 97;
		ret = inflate(&z, Z_SYNC_FLUSH);
	} while (ret == Z_OK);
	inflateEnd(&z);
	return ret == Z_STREAM_END ? z.total_out : 0;
}

static size_t
zlib_deflate(uint32_t len, int level, int window, uint32_t dict_len)
{
	z_stream z = { 0 };

	if (deflateInit2(&z, level, Z_DEFLATED, -window, 8, Z_DEFAULT_STRATEGY) != Z_OK ||
	    deflateSetDictionary(&z, dict, dict_len) != Z_OK)
		abort();
	z.next_in = plain;
	z.avail_in = len;
	z.next_out = packed;
	z.avail_out = sizeof(packed);
	if (deflate(&z, Z_FINISH) != Z_STREAM_END)
		abort();
	deflateEnd(&z);
	return z.total_out;
}

static int
stateless_one(struct tm_dev *t, uint64_t *seed, uint64_t *saved)
{
	uint32_t len = tc_rand(seed) % (1 + (LEN >> tc_rand(seed) % 12));
	int window = 9 + tc_rand(seed) % 7;
	uint32_t dict_len = 1 + tc_rand(seed) % (1u << window), need;
	struct tm_req m = {
		.dir = TC_COMPRESS, .type = TC_DEFLATE, .ext = (1 + tc_rand(seed) % 9) |
			TM_WIN(window) | TM_CRC, .src = plain, .in = len, .dst = packed,
		.room = sizeof(packed), .dict = dict, .dict_len = dict_len,
		.nb_src = tc_rand(seed) % 2 * (tc_rand(seed) % 50),
		.nb_dst = tc_rand(seed) % 2 * (tc_rand(seed) % 50), .seed = seed,
	};

	make_data(len, dict_len, seed);
	TEST_ASSERT(tm_run(t, &m) == 0 && (m.status == TC_OK || m.status == TC_NEG_COMP),
		    "status %x", m.status);
	TEST_ASSERT(zlib_inflate(packed, m.produced, window, dict_len) == len &&
		    memcmp(back, plain, len) == 0, "zlib, window %d, dictionary %u", window,
		    dict_len);
	TEST_ASSERT(m.sum[0] == crc32(0, plain, len), "CRC-32 is of the data alone");
	need = m.produced;
	m.dict_len = 0;
	m.sum[0] = 0;
	TEST_ASSERT(tm_run(t, &m) == 0, "without");
	*saved += m.produced > need ? m.produced - need : 0;

	m = (struct tm_req){
		.dir = TC_DECOMPRESS, .type = TC_DEFLATE, .ext = TM_CRC | TM_WIN(15),
		.src = packed, .dst = back, .room = len, .dict = dict, .dict_len = dict_len,
		.nb_src = m.nb_src, .nb_dst = m.nb_dst, .seed = seed,
	};
	m.in = zlib_deflate(len, 6, window, dict_len);
	TEST_ASSERT(tm_run(t, &m) == 0 && m.status == TC_OK && m.consumed == m.in &&
		    m.produced == len && memcmp(back, plain, len) == 0, "status %x", m.status);
	TEST_ASSERT(m.sum[0] == crc32(0, plain, len), "CRC-32 is of the data alone");
	return 0;
}

static int
test_stateless(void)
{
	uint64_t seed = 4020, saved = 0;
	struct tm_dev t;

	TEST_ASSERT(tm_open(&t) == 0, "open");
	for (unsigned int i = 0; i < 200; i++)
		TEST_ASSERT(stateless_one(&t, &seed, &saved) == 0, "round %u", i);
	TEST_ASSERT(saved > 200 * 100, "no use was made of the dictionaries: %u",
		    (unsigned int)saved);
	TEST_ASSERT(tc_all_mistakes(&t.c[0]) == 0 && tc_all_mistakes(&t.c[1]) == 0, "mistakes");
	return tm_close(&t);
}

static int
stream_one(struct tm_dev *t, uint8_t *ctx, uint64_t *seed)
{
	uint32_t len = 1 + tc_rand(seed) % LEN, dict_len = 1 + tc_rand(seed) % DICT_MAX;
	uint32_t all = 0, at = 0, out = 0;
	struct tm_req m = {
		.dir = TC_COMPRESS, .type = TC_DEFLATE, .bits = TC_NEW, .ctx = ctx,
		.ext = (1 + tc_rand(seed) % 9) | TM_WIN(15), .dict = dict, .dict_len = dict_len,
		.seed = seed,
	};

	make_data(len, dict_len, seed);
	for (; at < len; m.bits = 0, m.dict_len = 0) {
		m.src = plain + at;
		m.in = 1 + tc_rand(seed) % (len - at);
		if (m.in == len - at)
			m.bits |= TC_FINISH;
		m.dst = packed + all;
		m.room = sizeof(packed) - all;
		TEST_ASSERT(tm_run(t, &m) == 0 && m.status == TC_OK, "status %x", m.status);
		/* copied: from now on it may hold anything */
		at += m.in;
		all += m.produced;
	}
	TEST_ASSERT(zlib_inflate(packed, all, 15, dict_len) == len &&
		    memcmp(back, plain, len) == 0, "zlib, dictionary of %u", dict_len);
	m = (struct tm_req){
		.dir = TC_DECOMPRESS, .type = TC_DEFLATE, .bits = TC_NEW, .ctx = ctx,
		.ext = TM_WIN(15), .dict = dict, .dict_len = dict_len, .seed = seed,
	};
	all = zlib_deflate(len, 9, 15, dict_len);
	for (at = 0; out < len; m.bits = 0, m.dict_len = 0) {
		m.src = packed + at;
		m.in = tc_rand(seed) % (all - at + 1);
		m.dst = back + out;
		m.room = tc_rand(seed) % (len - out + 1);
		TEST_ASSERT(tm_run(t, &m) == 0 && (m.status == TC_OK || m.status == 0x13),
			    "status %x", m.status);
		if (out == 0 && at == 0)
			memset(dict, 0, sizeof(dict));
		at += m.consumed;
		out += m.produced;
	}
	TEST_ASSERT(memcmp(back, plain, len) == 0, "data");
	return 0;
}

static int
test_stream(void)
{
	uint8_t *ctx = calloc(1, CTX_LEN);
	uint64_t seed = 4021;
	struct tm_dev t;

	TEST_ASSERT(ctx != NULL && tm_open(&t) == 0, "open");
	for (unsigned int i = 0; i < 60; i++)
		TEST_ASSERT(stream_one(&t, ctx, &seed) == 0, "round %u", i);
	TEST_ASSERT(tc_all_mistakes(&t.c[0]) == 0 && tc_all_mistakes(&t.c[1]) == 0, "mistakes");
	free(ctx);
	return tm_close(&t);
}

/* Each is refused, and counted as a mistake. */
static int
test_refused(void)
{
	static uint8_t ctx[CTX_LEN];
	const struct tm_req bad[] = {
		{ .type = TC_DEFLATE, .ext2 = 1u << 10 },
		{ .type = TC_DEFLATE, .ext2 = 1u },
		{ .type = TC_DEFLATE, .ext2 = TM_CONTENT_SUM },
		{ .type = TM_COPY, .ext2 = TM_INDEPENDENT },
		{ .type = TC_ZLIB, .ext2 = TM_XXH },
		{ .type = TC_GZIP, .dict = dict, .dict_len = 1 },
		{ .type = TC_DEFLATE, .ext2 = TM_XXH, .ext = TM_CRC },
		{ .type = TC_DEFLATE, .ext2 = TM_XXH | TM_XXH_GO_ON },
		{ .type = TC_DEFLATE, .dict_len = 1 },
		{ .type = TC_DEFLATE, .dict = dict, .dict_len = DICT_MAX + 1 },
		{ .type = TM_COPY, .dict = dict, .dict_len = 1 },
		{ .type = TM_LZ4, .dict = dict, .dict_len = 1 },
		{ .type = TC_DEFLATE, .dict = dict, .dict_len = 1, .ctx = ctx },
	};
	struct tm_dev t;

	TEST_ASSERT(tm_open(&t) == 0, "open");
	for (unsigned int i = 0; i < DIM(bad); i++)
		for (unsigned int dir = 0; dir < 2; dir++) {
			uint64_t before = tc_all_mistakes(&t.c[dir]);
			struct tm_req m = bad[i];

			m.dir = dir;
			m.ext |= TM_WIN(15);
			m.src = plain;
			m.in = 100;
			m.room = 1000;
			TEST_ASSERT(tm_run(&t, &m) == 0 && m.status == TC_BAD, "%u: status %x",
				    i, m.status);
			TEST_ASSERT(tc_all_mistakes(&t.c[dir]) == before + 1, "%u: not counted",
				    i);
		}
	return tm_close(&t);
}

UACCE_TEST(soft_dict_stateless, test_stateless)
UACCE_TEST(soft_dict_stream, test_stream)
UACCE_TEST(soft_more_refused, test_refused)
