/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/*
 * Streams that are not what they should be: damaged and truncated input against zlib's
 * verdict, contexts and words that a client has spoiled.
 */

#include <stdlib.h>
#include <string.h>

#include <zlib.h>

#include "test.h"
#include "test_soft_stream_util.h"

#define LEN	3000u

static uint8_t data[LEN], packed[2 * LEN + 300], out[20 * LEN], plain[20 * LEN];

/* zlib on the same; the trailer is not its. */
static int
verdict(size_t n, size_t *produced)
{
	z_stream z = { .next_in = packed, .avail_in = n, .next_out = plain,
		.avail_out = sizeof(plain) };
	int ret;

	if (inflateInit2(&z, -15) != Z_OK)
		abort();
	ret = inflate(&z, Z_NO_FLUSH);
	*produced = z.total_out;
	inflateEnd(&z);
	return ret;
}

/* Feed all in pieces; the status of the last request. */
static int
feed(struct tstream *s, size_t n, size_t *produced)
{
	int status = TC_OK;
	size_t at = 0;

	*produced = 0;
	s->fresh = true;
	for (unsigned int i = 0; i < 4 * sizeof(packed) && status == TC_OK; i++) {
		uint32_t in = tstream_rnd(s, 300), state = TS_STATE(s->words[0]);

		in = in < n - at ? in : n - at;
		if (at == n && i != 0 && state == 0)
			break;
		status = tstream_ask(s, packed + at, in, out + *produced,
				     sizeof(out) - *produced, false);
		at += s->sqe[DW_CONSUMED];
		*produced += s->sqe[DW_PRODUCED];
		if (in == 0 && at == n && s->sqe[DW_PRODUCED] == 0)
			break;
	}
	return status;
}

/* What zlib refuses is refused, what it accepts gives the same. */
static int
damaged(struct tstream *s)
{
	unsigned int refused = 0;

	for (unsigned int i = 0; i < 500; i++) {
		uint32_t len = 1 + tstream_rnd(s, LEN);
		size_t n, want, have;
		int ret, status;

		tstream_fill(s, data, len);
		n = tstream_make(s, data, len, packed, sizeof(packed)) - tc_trailer(s->type);
		if (i % 4 == 0)
			n = tstream_rnd(s, n);
		else
			packed[tstream_rnd(s, n)] ^= 1 << tstream_rnd(s, 8);
		ret = verdict(n, &want);
		status = feed(s, n, &have);
		TEST_ASSERT(want < sizeof(plain), "room");
		if (ret == Z_DATA_ERROR) {
			refused++;
			TEST_ASSERT(status == TC_BAD && s->sqe[DW_CONSUMED] == 0 &&
				    s->sqe[DW_PRODUCED] == 0, "zlib refuses %u, %x", i, status);
			continue;
		}
		/* bytes behind an early end are a trailer, though hardly a right one */
		TEST_ASSERT(status == (ret == Z_STREAM_END && tc_trailer(s->type) == 0 ?
				       TS_END : TC_OK) ||
			    (ret == Z_STREAM_END && status == TC_CHECK), "case %u: zlib %d, %x",
			    i, ret, status);
		if (status != TC_CHECK)
			TEST_ASSERT(have == want && memcmp(out, plain, have) == 0,
				    "case %u: %zu bytes, not %zu", i, have, want);
	}
	TEST_ASSERT(refused > 20, "%u refused", refused);
	return 0;
}

static void
noise_words(struct tstream *s)
{
	for (unsigned int i = 0; i < DIM(s->words); i++)
		s->words[i] = tc_rand(&s->rnd) ^ tc_rand(&s->rnd) << 8;
	/* a window that is refused hides all else */
	if (tstream_rnd(s, 4) != 0)
		s->words[2] = tstream_rnd(s, TS_WINDOW_MAX + 1);
	s->isize = tc_rand(&s->rnd);
	s->checksum = tc_rand(&s->rnd);
}

/* Any answer but none, or one that is not true. */
static int
ask_spoiled(struct tstream *s, size_t n)
{
	uint32_t room = (s->ext == 0 ? 17 : 0) + tstream_rnd(s, 3000);
	int status;

	memset(out, 0x77, room + 64);
	status = tstream_ask(s, packed, n, out, room, tstream_rnd(s, 2));
	TEST_ASSERT(status == TC_OK || status == TC_NEG_COMP || status == TC_NO_SPACE ||
		    status == TC_BAD || status == TC_CHECK || status == TS_END, "status %x",
		    status);
	for (uint32_t i = room; i < room + 64; i++)
		TEST_ASSERT(out[i] == 0x77, "byte %u behind %u", i, room);
	return 0;
}

/* Nothing but noise where the state should be. */
static int
noise(struct tstream *s)
{
	for (unsigned int i = 0; i < 500; i++) {
		size_t n = tstream_rnd(s, 400);

		tc_noise(packed, n, tc_rand(&s->rnd));
		tc_noise(s->ctx + TS_CTX_HW, TS_CTX_HW_END - TS_CTX_HW, tc_rand(&s->rnd));
		noise_words(s);
		s->fresh = tstream_rnd(s, 20) == 0;
		if (ask_spoiled(s, n) != 0)
			return -1;
	}
	return 0;
}

/* A state as the device left it, with a few bytes changed. */
static int
changed(struct tstream *s)
{
	for (unsigned int i = 0; i < 500; i++) {
		uint32_t len = 1 + tstream_rnd(s, LEN), cut;
		size_t n;

		tstream_fill(s, data, len);
		n = tstream_make(s, data, len, packed, sizeof(packed));
		cut = tstream_rnd(s, n);
		s->fresh = true;
		if (tstream_ask(s, packed, cut, out, 17 + tstream_rnd(s, len), false) < 0)
			return -1;
		/* the first few hundred bytes are where the state is, not history */
		for (unsigned int k = tstream_rnd(s, 4); k != 0; k--)
			s->ctx[TS_CTX_HW + tstream_rnd(s, tstream_rnd(s, 2) ? 32 : 400)] ^=
				1 << tstream_rnd(s, 8);
		if (tstream_rnd(s, 3) == 0)
			noise_words(s);
		memmove(packed, packed + s->sqe[DW_CONSUMED], n - s->sqe[DW_CONSUMED]);
		s->fresh = false;
		if (ask_spoiled(s, n - s->sqe[DW_CONSUMED]) != 0 || ask_spoiled(s, 0) != 0)
			return -1;
	}
	return 0;
}

static int
test_damaged(void)
{
	return tstream_each(TC_DECOMPRESS, 7301, damaged);
}

static int
test_spoiled(void)
{
	return tstream_each(TC_DECOMPRESS, 7302, noise) != 0 ||
		tstream_each(TC_DECOMPRESS, 7303, changed) != 0 ||
		tstream_each(TC_COMPRESS, 7304, noise) != 0 ||
		tstream_each(TC_COMPRESS, 7305, changed) != 0 ? -1 : 0;
}

UACCE_TEST(soft_stream_damaged, test_damaged)
UACCE_TEST(soft_stream_spoiled, test_spoiled)
