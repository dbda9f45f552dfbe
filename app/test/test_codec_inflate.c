/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/* Decompression of what others made, whole and damaged. */

#include <string.h>

#include <soft_codec.h>

#include "test.h"
#include "test_codec_util.h"

/* A damaged stream that zlib can read, the codec reads the same way. */
static int
damage(size_t len, size_t n)
{
	struct soft_codec_req req = { .nb_src = 0 };
	size_t room = n + 300;
	struct ct_verdict v;
	int i, ret;

	memcpy(ct_back, ct_stream, len);
	for (i = ct_rnd(3); i >= 0; i--)
		ct_back[ct_rnd(ct_rnd(2) ? len : len < 90 ? len : 90)] ^= 1 << ct_rnd(8);
	v = ct_zlib_reads(ct_back, len, ct_stream, room, 15, CT_AREA, NULL, 0);
	ret = ct_run_flat(soft_codec_inflate, &req, ct_back, len, ct_plain, room);
	TEST_ASSERT(ret >= SOFT_CODEC_OK && ret < SOFT_CODEC_FAILED,
		    "status %d", ret);
	if (v.final)
		TEST_ASSERT(ret == SOFT_CODEC_OK && req.produced == v.produced &&
			    req.consumed == v.consumed &&
			    memcmp(ct_plain, ct_stream, v.produced) == 0,
			    "zlib reads it, codec: %d", ret);
	ret = ct_run_segs(soft_codec_inflate, &req, ct_back, len, ct_plain, room);
	TEST_ASSERT(ret >= SOFT_CODEC_OK && ret < SOFT_CODEC_FAILED,
		    "segments: status %d", ret);
	if (v.final)
		TEST_ASSERT(ret == SOFT_CODEC_OK && req.produced == v.produced,
			    "zlib reads it, codec on segments: %d", ret);
	return 0;
}

static int
inflate_foreign(unsigned int which, size_t n)
{
	struct soft_codec_req req = { .nb_src = 0 };
	const uint8_t *in = ct_data[which % CT_NB_KINDS];
	size_t len = ct_foreign_stream(which, in, n);
	size_t part;
	int i, ret;

	if (ct_check_inflate(ct_stream, len, in, n, true) != 0)
		return -1;
	for (part = 0; part < len && n < 3000; part++) {
		ret = ct_run_flat(soft_codec_inflate, &req, ct_stream, part, ct_plain,
			       n + ct_rnd(2) * 9);
		/* a flush point is as good an end as another */
		if (ret == SOFT_CODEC_OK && part > 4 &&
		    memcmp(ct_stream + part - 4, "\0\0\xff\xff", 4) == 0)
			continue;
		TEST_ASSERT(ret == SOFT_CODEC_BAD_DATA, "%zu of %zu bytes: %d",
			    part, len, ret);
	}
	for (i = 0; i < 40 && n > 0; i++) {
		ct_foreign_stream(which, in, n);
		if (damage(len, n) != 0)
			return -1;
	}
	return 0;
}

static int
test_inflate(void)
{
	static const size_t sizes[] = { 0, 1, 20, 500, 2048, 9000, 70000 };
	unsigned int i, which;

	if (ct_setup() != 0)
		return -1;
	for (i = 0; i < DIM(sizes); i++)
		for (which = 0; which < 20; which++) {
			/* the first again, for it is a decoder of its own */
			unsigned int w = which < 16 ? which : 0;

			if (inflate_foreign(w, sizes[i] + (w ? 0 : which)) != 0) {
				printf("stream %u of %zu bytes\n", w, sizes[i]);
				return ct_teardown(-1);
			}
		}
	return ct_teardown(0);
}

UACCE_TEST(soft_codec_inflate, test_inflate)
