/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/* Compression against zlib: every mode, sizes around the limits. */

#include <string.h>

#include <soft_codec.h>

#include "test.h"
#include "test_codec_util.h"

static int
check_stream(const struct soft_codec_req *req, const uint8_t *s, size_t len,
	     const uint8_t *in, size_t n)
{
	size_t step = req->window_log == 15 ? CT_AREA : n > 9000 ? 13 : 1;
	struct ct_verdict v = ct_zlib_reads(s, len, ct_plain, n + 1, req->window_log, step,
					     NULL, 0);

	TEST_ASSERT(v.complete && v.consumed == len, "zlib refuses it");
	TEST_ASSERT(v.final == !req->end, "final: %d", v.final);
	TEST_ASSERT(v.produced == n && memcmp(ct_plain, in, n) == 0,
		    "other data: %zu of %zu", v.produced, n);
	if (req->level == 0 && n > 0)
		TEST_ASSERT(v.types == 1, "not stored: %x", v.types);
	if (req->huffman == SOFT_CODEC_HUFFMAN_FIXED)
		TEST_ASSERT((v.types & ~3u) == 0, "not fixed: %x", v.types);
	if (req->end)
		TEST_ASSERT(v.aligned && len >= 5 &&
			    memcmp(s + len - 4, "\0\0\xff\xff", 4) == 0,
			    "no flush at the end");
	return 0;
}

static int
check_deflate(struct soft_codec_req *req, const uint8_t *in, size_t n)
{
	size_t bound = n + n / 6 + 64;
	size_t len;
	int ret;

	ret = ct_run_flat(soft_codec_deflate, req, in, n, ct_stream, bound);
	TEST_ASSERT(ret == SOFT_CODEC_OK, "status %d", ret);
	len = req->produced;
	TEST_ASSERT(n == 0 || len <= n + (n / 65536 + 1) * 5 + 5, "grew to %zu", len);
	if (check_stream(req, ct_stream, len, in, n) != 0)
		return -1;
	ret = ct_run_flat(soft_codec_deflate, req, in, n, ct_back, len);
	TEST_ASSERT(ret == SOFT_CODEC_OK && req->produced == len &&
		    memcmp(ct_back, ct_stream, len) == 0,
		    "exact room: %d, %zu of %zu", ret, req->produced, len);
	ret = ct_run_flat(soft_codec_deflate, req, in, n, ct_back, len - 1);
	TEST_ASSERT(ret == SOFT_CODEC_NO_SPACE, "a byte short: %d", ret);
	ret = ct_run_segs(soft_codec_deflate, req, in, n, ct_back,
		       len + ct_rnd(2) * ct_rnd(100));
	TEST_ASSERT(ret == SOFT_CODEC_OK && req->produced == len &&
		    memcmp(ct_back, ct_stream, len) == 0,
		    "segments: %d, %zu of %zu", ret, req->produced, len);
	return ct_check_inflate(ct_stream, len, in, n, !req->end);
}

static int
check_case(enum ct_kind kind, size_t n, int level, int huffman, int window_log,
	   bool no_final)
{
	struct soft_codec_req req = {
		.level = level, .huffman = huffman, .window_log = window_log,
		.end = no_final ? SOFT_CODEC_END_FULL : SOFT_CODEC_END_FINAL,
	};

	TEST_ASSERT(check_deflate(&req, ct_data[kind], n) == 0,
		    "kind %d, %zu bytes, level %d, huffman %d, window %d, %s",
		    kind, n, level, huffman, window_log,
		    no_final ? "flush" : "final");
	return 0;
}

static int
every_mode(enum ct_kind kind, size_t n)
{
	int level, w, huffman;

	for (level = 0; level < 10; level++)
		for (w = 8; w <= 15; w++)
			for (huffman = 0; huffman < 3; huffman++) {
				bool flush = ct_rnd(2);

				if (check_case(kind, n, level, huffman, w, flush) != 0)
					return -1;
				if (n < 300 &&
				    check_case(kind, n, level, huffman, w, !flush) != 0)
					return -1;
			}
	return 0;
}

static int
small_sizes(void)
{
	static const size_t sizes[] = {
		0, 1, 2, 3, 15, 16, 17, 255, 256, 257, 258, 1408, 2048, 4097,
		8192,
	};
	unsigned int i, k;

	for (i = 0; i < DIM(sizes); i++)
		for (k = 0; k < CT_NB_KINDS; k++)
			if (every_mode(k, sizes[i]) != 0)
				return -1;
	return 0;
}

/* Sizes around block and scratch limits, other parameters taking turns. */
static int
large_sizes(void)
{
	static const size_t sizes[] = { 65535, 65536, 300000, (size_t)3 << 19 };
	unsigned int i, level, n = 0;

	for (i = 0; i < DIM(sizes); i++)
		for (level = 0; level < 10; level++, n++)
			if (check_case(n % CT_NB_KINDS, sizes[i], level, n / 3 % 3,
				       n % 4 ? 15 : 8 + n % 7, n / 2 & 1) != 0 ||
			    (sizes[i] < 100000 &&
			     check_case((n + 1) % CT_NB_KINDS, sizes[i], level,
					(n + 1) % 3, 8 + n % 8, n & 1) != 0))
				return -1;
	return 0;
}

static int
test_deflate(void)
{
	return ct_teardown(ct_setup() || small_sizes() || large_sizes() ? -1 : 0);
}

UACCE_TEST(soft_codec_deflate, test_deflate)
