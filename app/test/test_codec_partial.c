/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/* What fits, where not everything does, and the rest after it. */

#include <stdlib.h>
#include <string.h>

#include <zlib.h>

#include <soft_codec.h>

#include "test.h"
#include "test_codec_util.h"

/* One more byte must not have fitted. */
static int
is_longest(const struct soft_codec_req *made, const uint8_t *in, size_t n, size_t room)
{
	struct soft_codec_req req = {
		.level = made->level, .window_log = made->window_log,
		.huffman = made->huffman, .end = SOFT_CODEC_END_FULL,
	};
	int ret;

	/* all of it is not a part, even if only its end did not fit */
	if (made->consumed + 1 >= n)
		return 0;
	ret = ct_run_flat(soft_codec_deflate, &req, in, made->consumed + 1, ct_back, room);
	TEST_ASSERT(ret == SOFT_CODEC_NO_SPACE, "%zu bytes fit too", made->consumed + 1);
	return 0;
}

/* Compress in rooms, each taking what fits; all of it is one stream. */
static int
deflate_rooms(struct soft_codec_req *req, const uint8_t *in, size_t n, size_t room)
{
	size_t at = 0, len = 0;
	unsigned int parts = 0;
	uint8_t end = req->end;
	int ret;

	req->partial = true;
	req->want_crc = req->want_adler = true;
	req->crc = 0;
	req->adler = 1;
	do {
		req->end = end;
		ret = (ct_rnd(3) ? ct_run_flat : ct_run_segs)(soft_codec_deflate, req,
				in + at, n - at, ct_stream + len, room);
		TEST_ASSERT(ret == SOFT_CODEC_OK || ret == SOFT_CODEC_PARTIAL,
			    "status %d after %zu", ret, at);
		TEST_ASSERT(req->crc == crc32(0, in, at + req->consumed) &&
			    req->adler == adler32(1, in, at + req->consumed), "checksums");
		if (ret == SOFT_CODEC_PARTIAL) {
			TEST_ASSERT(req->consumed > 0 &&
				    (req->consumed >= room / 66000 * 65000 || room < 66000),
				    "%zu consumed", req->consumed);
			if (is_longest(req, in + at, n - at, room) != 0)
				return -1;
		}
		at += req->consumed;
		len += req->produced;
		parts++;
	} while (ret == SOFT_CODEC_PARTIAL);
	TEST_ASSERT(at == n, "%zu of %zu", at, n);
	if (parts == 1)
		return 0;
	memcpy(ct_back, ct_stream, len);
	ret = ct_zlib_reads(ct_back, len, ct_plain, n + 1, req->window_log, CT_AREA,
			    NULL, 0).produced == n && memcmp(ct_plain, in, n) == 0;
	TEST_ASSERT(ret, "zlib reads something else");
	return ct_check_inflate(ct_stream, len, in, n, end == SOFT_CODEC_END_FINAL);
}

/* Room for next to nothing: a byte that fits is found. */
static int
tiny_room(struct soft_codec_req *req, const uint8_t *in, size_t n, size_t room)
{
	struct soft_codec_req one = *req;
	int ret;

	req->partial = true;
	ret = ct_run_flat(soft_codec_deflate, req, in, n, ct_stream, room);
	if (ret == SOFT_CODEC_NO_SPACE) {
		one.end = SOFT_CODEC_END_FULL;
		ret = ct_run_flat(soft_codec_deflate, &one, in, 1, ct_back, room);
		TEST_ASSERT(ret == SOFT_CODEC_NO_SPACE, "a byte fits");
		return 0;
	}
	TEST_ASSERT(ret == SOFT_CODEC_PARTIAL || ret == SOFT_CODEC_OK, "status %d", ret);
	if (ret == SOFT_CODEC_OK)
		return 0;
	TEST_ASSERT(req->consumed > 0, "nothing");
	if (is_longest(req, in, n, room) != 0)
		return -1;
	return ct_check_inflate(ct_stream, req->produced, in, req->consumed, false);
}

static int
tiny_rooms(void)
{
	unsigned int i;

	for (i = 0; i < 20 * 10 * 3; i++) {
		struct soft_codec_req req = {
			.level = i % 10, .window_log = 15, .huffman = i / 10 % 3,
			.end = ct_rnd(3),
		};

		if (tiny_room(&req, ct_data[i % CT_NB_KINDS], 1 + ct_rnd(3000), i / 30) != 0) {
			printf("room %u, level %d, huffman %d\n", i / 30, req.level,
			       req.huffman);
			return -1;
		}
	}
	return 0;
}

static int
test_deflate_rooms(void)
{
	unsigned int i;
	size_t n, room;

	if (ct_setup() != 0 || tiny_rooms() != 0)
		return ct_teardown(-1);
	for (i = 0; i < 3000; i++) {
		struct soft_codec_req req = {
			.level = i % 10, .window_log = 8 + ct_rnd(8), .huffman = ct_rnd(3),
			.end = ct_rnd(3),
		};
		const uint8_t *in = ct_data[ct_rnd(CT_NB_KINDS)] + ct_rnd(9000);

		n = i % 50 == 0 ? 200000 : ct_rnd(ct_rnd(2) ? 300 : 9000);
		room = 16 + (i % 5 ? n / (2 + ct_rnd(8)) : ct_rnd(n + 20));
		if (deflate_rooms(&req, in, n, room) != 0) {
			printf("%zu bytes, room %zu, level %d, window %d, huffman %d, end %d\n",
			       n, room, req.level, req.window_log, req.huffman, req.end);
			return ct_teardown(-1);
		}
	}
	return ct_teardown(0);
}

/* Longer than what is compressed in one piece. */
static int
test_deflate_long(void)
{
	struct soft_codec_req req = { .window_log = 15 };
	int i;

	if (ct_setup() != 0)
		return -1;
	for (i = 0; i < 4; i++) {
		req.level = 1 + i;
		req.end = SOFT_CODEC_END_FINAL;
		if (deflate_rooms(&req, ct_data[i % 2 ? CT_TEXT : CT_MIXED], CT_DATA,
				  i % 2 ? 280000 : 700000) != 0)
			return ct_teardown(-1);
	}
	return ct_teardown(0);
}

/* Where zlib flushed a stream. */
static struct {
	size_t at[100000];
	bool full[100000];
	unsigned int nb;
} flushes;

static size_t
flushed_stream(const uint8_t *in, size_t n)
{
	z_stream z = { 0 };
	size_t at = 0, part;
	bool is_full;

	deflateInit2(&z, 1 + ct_rnd(9), Z_DEFLATED, -15, 8, 0);
	z.next_out = ct_stream;
	z.avail_out = CT_AREA;
	z.next_in = (uint8_t *)(uintptr_t)in;
	flushes.nb = 0;
	while (at < n) {
		part = 1 + ct_rnd(3000);
		part = part < n - at ? part : n - at;
		is_full = ct_rnd(3) == 0;
		z.avail_in = part;
		deflate(&z, is_full ? Z_FULL_FLUSH : Z_SYNC_FLUSH);
		at += part;
		flushes.at[flushes.nb] = at;
		flushes.full[flushes.nb++] = is_full;
	}
	deflate(&z, Z_FINISH);
	deflateEnd(&z);
	return z.total_out;
}

/* The last full flush in a range of the output, and flushes after it there. */
static size_t
last_full(size_t from, size_t until, unsigned int *after)
{
	size_t last = 0;
	unsigned int i;

	*after = 0;
	for (i = 0; i < flushes.nb && flushes.at[i] <= until; i++) {
		++*after;
		if (flushes.full[i] && flushes.at[i] > from) {
			last = flushes.at[i];
			*after = 0;
		}
	}
	return last;
}

/* What full flushes cut is found again, and the parts make the whole. */
static int
inflate_rooms(const uint8_t *in, size_t n)
{
	struct soft_codec_req req = { .partial = true, .want_crc = true };
	size_t len = flushed_stream(in, n);
	size_t at = 0, out = 0, room, want;
	unsigned int after;
	int ret;

	do {
		room = ct_rnd(3) ? ct_rnd(9000) : ct_rnd(n - out + 2);
		want = last_full(out, out + room, &after);
		ret = (ct_rnd(3) ? ct_run_flat : ct_run_segs)(soft_codec_inflate, &req,
				ct_stream + at, len - at, ct_back, room);
		if (ret == SOFT_CODEC_NO_SPACE) {
			/* each flush may be two places to try */
			TEST_ASSERT(want == 0 || after >= 8, "cut at %zu missed", want);
			continue;
		}
		TEST_ASSERT(ret == (room >= n - out ? SOFT_CODEC_OK : SOFT_CODEC_PARTIAL),
			    "status %d", ret);
		TEST_ASSERT(out + req.produced >= want, "%zu, not %zu",
			    out + req.produced, want);
		TEST_ASSERT(memcmp(ct_back, in + out, req.produced) == 0, "other data");
		at += req.consumed;
		out += req.produced;
		TEST_ASSERT(req.crc == crc32(0, in, out), "checksum");
	} while (ret != SOFT_CODEC_OK);
	TEST_ASSERT(at == len && out == n, "%zu of %zu, %zu of %zu", at, len, out, n);
	return 0;
}

static int
test_inflate_rooms(void)
{
	unsigned int i;

	if (ct_setup() != 0)
		return -1;
	for (i = 0; i < 300; i++)
		if (inflate_rooms(ct_data[1 + i % 3] + ct_rnd(1000),
				  i % 20 ? ct_rnd(12000) : 100000) != 0)
			return ct_teardown(-1);
	return ct_teardown(0);
}

UACCE_TEST(soft_codec_partial_deflate, test_deflate_rooms)
UACCE_TEST(soft_codec_partial_inflate, test_inflate_rooms)
UACCE_TEST(soft_codec_partial_long, test_deflate_long)
