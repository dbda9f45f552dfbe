/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/* Data that other data precede, and streams made of such pieces. */

#include <stdlib.h>
#include <string.h>

#include <zlib.h>

#include <soft_codec.h>

#include "test.h"
#include "test_codec_util.h"

#define DICT_MAX	40000	/* more than counts */

static uint8_t dict_data[DICT_MAX];

static size_t
stored_form(const struct soft_codec_req *req, size_t n)
{
	if (n == 0)
		return req->end || req->level == 0 ? 5 : 2;
	return n + 5 * ((n + 65534) / 65535) + (req->end ? 5 : 0);
}

static int
reads_back(const struct soft_codec_req *made, size_t len, const uint8_t *in, size_t n)
{
	struct soft_codec_req req = {
		.dict = made->dict, .dict_len = made->dict_len,
		.want_crc = true, .want_adler = true, .adler = 1,
	};
	struct ct_verdict v;
	int ret;

	v = ct_zlib_reads(ct_stream, len, ct_plain, n + 1, made->window_log,
			  n > 9000 ? 997 : 13, made->dict, made->dict_len);
	TEST_ASSERT(v.complete && v.consumed == len && v.final == !made->end &&
		    v.produced == n && memcmp(ct_plain, in, n) == 0,
		    "zlib reads %zu of %zu bytes", v.produced, n);
	TEST_ASSERT(made->huffman != SOFT_CODEC_HUFFMAN_FIXED || (v.types & ~3u) == 0,
		    "not fixed: %x", v.types);
	TEST_ASSERT(made->level != 0 || n == 0 || v.types == 1, "not stored: %x", v.types);
	ret = (ct_rnd(2) ? ct_run_segs : ct_run_flat)(soft_codec_inflate, &req,
			ct_stream, len, ct_back, n);
	TEST_ASSERT(ret == SOFT_CODEC_OK && req.consumed == len && req.produced == n &&
		    memcmp(ct_back, in, n) == 0, "back: %d, %zu of %zu", ret,
		    req.produced, n);
	TEST_ASSERT(req.crc == crc32(0, in, n) && req.adler == adler32(1, in, n) &&
		    made->crc == req.crc && made->adler == req.adler, "checksums");
	if (n == 0)
		return 0;
	req.partial = req.dict_len != 0 && ct_rnd(2);
	ret = ct_run_flat(soft_codec_inflate, &req, ct_stream, len, ct_back, n - 1);
	TEST_ASSERT(ret == SOFT_CODEC_NO_SPACE, "back, a byte short: %d", ret);
	return 0;
}

static int
check_dict(struct soft_codec_req *req, const uint8_t *in, size_t n)
{
	size_t len;
	int ret;

	req->partial = false;
	req->want_crc = req->want_adler = true;
	req->crc = 0;
	req->adler = 1;
	ret = ct_run_flat(soft_codec_deflate, req, in, n, ct_stream, stored_form(req, n));
	TEST_ASSERT(ret == SOFT_CODEC_OK && req->consumed == n, "status %d", ret);
	len = req->produced;
	if (reads_back(req, len, in, n) != 0)
		return -1;
	ret = ct_run_segs(soft_codec_deflate, req, in, n, ct_back, len);
	TEST_ASSERT(ret == SOFT_CODEC_OK && req->produced == len &&
		    memcmp(ct_back, ct_stream, len) == 0, "segments: %d", ret);
	req->partial = req->dict_len != 0 && ct_rnd(2);
	ret = ct_run_flat(soft_codec_deflate, req, in, n, ct_back, len - 1);
	TEST_ASSERT(ret == SOFT_CODEC_NO_SPACE, "a byte short: %d", ret);
	return 0;
}

static size_t
any_len(size_t max)
{
	switch (ct_rnd(8)) {
	case 0:
		return ct_rnd(6);
	case 1:
		return max - ct_rnd(3);
	case 2:
		return ct_rnd(max + 1);
	case 3:
		return (1u << (5 + ct_rnd(10))) + ct_rnd(5);
	default:
		return ct_rnd(1500);
	}
}

/* Data that repeat what is in the dictionary, from near and from far. */
static void
repeat(uint8_t *in, size_t n, const uint8_t *dict, size_t dict_len)
{
	size_t i, at, len;

	for (i = 0; i < n && dict_len > 0; i += len + ct_rnd(90)) {
		len = 3 + ct_rnd(ct_rnd(3) ? 20 : 400);
		at = ct_rnd(dict_len);
		len = len < n - i ? len : n - i;
		len = len < dict_len - at ? len : dict_len - at;
		memcpy(in + i, dict + at, len);
	}
}

static int
random_dicts(void)
{
	static uint8_t in[200000];
	unsigned int i;
	size_t n, max;

	for (i = 0; i < 4000; i++) {
		struct soft_codec_req req = {
			.level = ct_rnd(3) ? ct_rnd(10) : 1 + ct_rnd(2),
			.window_log = 8 + ct_rnd(8),
			.huffman = ct_rnd(3),
			.end = ct_rnd(3),
			.dict_len = any_len(DICT_MAX),
		};

		max = i % 32 == 0 ? sizeof(in) : 9000;
		n = any_len(max);
		memcpy(dict_data, ct_data[ct_rnd(CT_NB_KINDS)] + ct_rnd(100000), DICT_MAX);
		memcpy(in, ct_data[ct_rnd(CT_NB_KINDS)] + ct_rnd(100000), n);
		/* the dictionary's end is at the buffer's */
		req.dict = dict_data + DICT_MAX - req.dict_len;
		if (ct_rnd(3))
			repeat(in, n, req.dict, req.dict_len);
		TEST_ASSERT(check_dict(&req, in, n) == 0,
			    "%zu bytes after %zu, level %d, window %d, huffman %d, end %d",
			    n, req.dict_len, req.level, req.window_log, req.huffman, req.end);
	}
	return 0;
}

/* What is in the dictionary costs next to nothing, out of it all. */
static int
is_used(void)
{
	unsigned int level, len;
	int ret;

	for (level = 1; level < 10; level++)
		for (len = 1000; len <= 32000; len += 31000) {
			struct soft_codec_req req = {
				.level = level, .window_log = 15, .huffman = level % 3,
				.dict = ct_data[CT_RANDOM], .dict_len = len,
			};

			ret = ct_run_flat(soft_codec_deflate, &req, ct_data[CT_RANDOM],
					  1000, ct_stream, 1100);
			TEST_ASSERT(ret == SOFT_CODEC_OK && req.produced < 200,
				    "level %u, %u bytes before: %zu", level, len, req.produced);
			req.dict_len = 0;
			ret = ct_run_flat(soft_codec_inflate, &req, ct_stream, req.produced,
					  ct_back, 1000);
			TEST_ASSERT(ret == SOFT_CODEC_BAD_DATA, "without: %d", ret);
		}
	return 0;
}

/* Pieces that refer to what is before them make one stream to anybody. */
static int
chain(int level, int huffman, int window_log)
{
	struct soft_codec_req req = { .level = level };
	const uint8_t *in = ct_data[CT_MIXED];
	size_t len = 0, n = 0, part;
	struct ct_verdict v;
	int i, ret;

	for (i = 0; i < 12; i++) {
		req.huffman = huffman;
		req.window_log = window_log;
		req.end = i == 11 ? SOFT_CODEC_END_FINAL : SOFT_CODEC_END_SYNC;
		req.dict = in;
		req.dict_len = n;
		part = ct_rnd(5) ? ct_rnd(20000) : 0;
		ret = ct_run_flat(soft_codec_deflate, &req, in + n, part,
				  ct_stream + len, part + 15);
		TEST_ASSERT(ret == SOFT_CODEC_OK, "piece %d: %d", i, ret);
		len += req.produced;
		n += part;
	}
	v = ct_zlib_reads(ct_stream, len, ct_plain, n + 1, window_log, 509, NULL, 0);
	TEST_ASSERT(v.final && v.produced == n && memcmp(ct_plain, in, n) == 0,
		    "level %d, window %d: %zu of %zu", level, window_log, v.produced, n);
	return ct_check_inflate(ct_stream, len, in, n, true);
}

static int
test_dict(void)
{
	int i;

	if (ct_setup() || is_used() || random_dicts())
		return ct_teardown(-1);
	for (i = 0; i < 120; i++)
		if (chain(i % 10, i % 3, 8 + i % 8) != 0)
			return ct_teardown(-1);
	return ct_teardown(0);
}

UACCE_TEST(soft_codec_dict, test_dict)
