/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/* Pieces of a stream, checksums across them, and requests on the edge. */

#include <string.h>

#include <zlib.h>

#include <soft_codec.h>

#include "test.h"
#include "test_codec_util.h"

/* Flushed pieces and a final one, concatenated, are one stream to anybody. */
static int
flush_pieces(int level, int huffman)
{
	struct soft_codec_req req = { .nb_src = 0 };
	size_t ends[4], len = 0, n = 0, part;
	unsigned int i;
	int ret;

	for (i = 0; i < DIM(ends); i++) {
		req.level = level;
		req.huffman = huffman;
		req.window_log = 15;
		req.end = i < DIM(ends) - 1 ? SOFT_CODEC_END_FULL : SOFT_CODEC_END_FINAL;
		part = i == 1 ? 0 : 200 + ct_rnd(3000);
		ret = ct_run_flat(soft_codec_deflate, &req, &ct_data[CT_MIXED][n],
			       part, ct_stream + len, 8000);
		TEST_ASSERT(ret == SOFT_CODEC_OK, "status %d", ret);
		len += req.produced;
		ends[i] = len;
		n += part;
	}
	TEST_ASSERT(ct_zlib_reads(ct_stream, len, ct_plain, n, 15, CT_AREA, NULL, 0).final &&
		    memcmp(ct_plain, ct_data[CT_MIXED], n) == 0, "zlib refuses it");
	if (ct_check_inflate(ct_stream, len, ct_data[CT_MIXED], n, true) != 0)
		return -1;
	for (i = 0, part = 0; part <= len; part++) {
		bool whole = part == ends[i];

		ret = ct_run_flat(soft_codec_inflate, &req, ct_stream, part, ct_plain,
			       n + 9);
		TEST_ASSERT(ret == (whole ? SOFT_CODEC_OK : SOFT_CODEC_BAD_DATA),
			    "%zu of %zu bytes: %d", part, len, ret);
		i += whole;
	}
	return 0;
}

/* No final block, and an end like a flush, but none. The length comes first. */
static int
fake_flushes(void)
{
	static const uint8_t fake[][16] = {
		/* stored data that ends so, whole and cut off */
		{ 9, 0, 4, 0, 0xfb, 0xff, 0, 0, 0xff, 0xff },
		{ 14, 0, 0, 0, 0xff, 0xff, 0, 8, 0, 0xf7, 0xff, 0, 0, 0xff, 0xff },
		/* four empty fixed blocks, aligned */
		{ 5, 0x02, 0x08, 0x20, 0x80, 0x00 },
	};
	struct soft_codec_req req = { .nb_src = 0 };
	unsigned int i, k;
	int ret;

	for (i = 0; i < DIM(fake); i++)
		for (k = 0; k < 8; k++) {
			ret = ct_run_flat(soft_codec_inflate, &req, &fake[i][1],
				       fake[i][0], ct_plain, 99);
			TEST_ASSERT(ret == SOFT_CODEC_BAD_DATA, "%u: %d", i, ret);
			/* so much room that it is streamed */
			ret = ct_run_segs(soft_codec_inflate, &req, &fake[i][1],
				       fake[i][0], ct_back, (size_t)2 << 20);
			TEST_ASSERT(ret == SOFT_CODEC_BAD_DATA, "%u: %d", i, ret);
		}
	return 0;
}

static int
test_flush(void)
{
	int level;

	if (ct_setup() != 0)
		return -1;
	for (level = 0; level < 10; level++)
		if (flush_pieces(level, level % 3) != 0)
			return ct_teardown(-1);
	return ct_teardown(fake_flushes());
}

static int
checksums(bool segments)
{
	struct soft_codec_req req = { .window_log = 15, .level = 1 };
	uint32_t crc = 0, adler = 1;
	size_t n = 0, len, part;
	int i, ret;

	req.want_crc = req.want_adler = true;
	req.adler = 1;
	for (i = 0; i < 8; i++, n += part) {
		const uint8_t *in = &ct_data[CT_TEXT][n];
		struct soft_codec_req back = req;

		part = i == 3 ? 0 : ct_rnd(9000);
		crc = crc32(crc, in, part);
		adler = adler32(adler, in, part);
		ret = (segments ? ct_run_segs : ct_run_flat)(soft_codec_deflate, &req,
			in, part, ct_stream, 10000);
		TEST_ASSERT(ret == SOFT_CODEC_OK && req.crc == crc &&
			    req.adler == adler, "deflate, piece %d", i);
		len = req.produced;
		ret = (segments ? ct_run_segs : ct_run_flat)(soft_codec_inflate, &back,
			ct_stream, len, ct_back, 9000);
		TEST_ASSERT(ret == SOFT_CODEC_OK && back.crc == crc &&
			    back.adler == adler, "inflate, piece %d", i);
		req.level = i;
	}
	req.want_adler = false;
	adler = req.adler;
	ct_run_flat(soft_codec_deflate, &req, ct_data[0], 100, ct_stream, 200);
	TEST_ASSERT(req.adler == adler && req.crc != crc, "only crc wanted");
	return 0;
}

static int
test_checksums(void)
{
	return ct_teardown(ct_setup() || checksums(false) || checksums(true) ? -1 : 0);
}

/* No segments at all, and values that no caller should pass. */
static int
odd_requests(void)
{
	uint8_t buf[8] = { 0x03, 0x00 };
	struct soft_seg seg = { buf, 2 };
	struct soft_codec_req req = { .src = &seg, .nb_src = 1, .src_len = 2 };

	TEST_ASSERT(soft_codec_inflate(ct_codec, &req) == SOFT_CODEC_OK &&
		    req.consumed == 2 && req.produced == 0, "empty, no dst");
	req.nb_src = 0;
	req.src_len = 0;
	TEST_ASSERT(soft_codec_inflate(ct_codec, &req) == SOFT_CODEC_BAD_DATA,
		    "no src");
	req.window_log = 15;
	req.level = 1;
	TEST_ASSERT(soft_codec_deflate(ct_codec, &req) == SOFT_CODEC_NO_SPACE,
		    "nothing into nothing");
	req.dst = &seg;
	req.nb_dst = 1;
	req.dst_len = 2;
	memset(buf, 0xff, 2);
	TEST_ASSERT(soft_codec_deflate(ct_codec, &req) == SOFT_CODEC_OK &&
		    req.produced == 2 && buf[0] == 3 && buf[1] == 0,
		    "no src: %02x %02x", buf[0], buf[1]);
	req.level = 0;
	TEST_ASSERT(soft_codec_deflate(ct_codec, &req) == SOFT_CODEC_NO_SPACE, "level 0");
	req.level = 10;
	TEST_ASSERT(soft_codec_deflate(ct_codec, &req) == SOFT_CODEC_FAILED,
		    "level 10");
	req.level = 1;
	req.window_log = 7;
	TEST_ASSERT(soft_codec_deflate(ct_codec, &req) == SOFT_CODEC_FAILED,
		    "window 7");
	return 0;
}

static int
test_odd(void)
{
	return ct_teardown(ct_setup() || odd_requests() ? -1 : 0);
}

UACCE_TEST(soft_codec_checksums, test_checksums)
UACCE_TEST(soft_codec_flush, test_flush)
UACCE_TEST(soft_codec_odd, test_odd)
