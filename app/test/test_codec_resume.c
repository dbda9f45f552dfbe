/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/* Streams decompressed piece by piece, in every way that pieces can be cut. */

#include <stdlib.h>
#include <string.h>

#include "test.h"
#include "test_codec_resume.h"
#include "test_codec_util.h"

static const struct rt_cut cuts[] = {
	{ .in = 0, .room = 0 },
	{ .in = 1, .room = 1 },
	{ .in = 1, .room = 0 },
	{ .in = 0, .room = 1 },
	{ .in = 2, .room = 3 },
	{ .in = 7, .room = 258 },
	{ .in = 64, .room = 257 },
	{ .in = 1000, .room = 4096 },
	{ .random = true },
};

static int
every_cut(size_t len, bool all)
{
	unsigned int i, first = 0;

	if (rt_ask_zlib(len) != 0)
		return -1;
	/* one byte at a time is too slow for long ones */
	if (rt.out > 3000)
		first = 5;
	for (i = 0; i < DIM(cuts); i++) {
		struct rt_cut cut = cuts[i];

		if (i != 0 && (i < first || (!all && ct_rnd(2))))
			continue;
		cut.hold = ct_rnd(2);
		if (rt_play(&cut) != 0)
			return -1;
	}
	return 0;
}

static size_t
any_size(unsigned int i)
{
	return i % 16 == 0 ? 30000 + ct_rnd(200000) :
	       i % 4 == 0 ? ct_rnd(20000) : ct_rnd(ct_rnd(2) ? 40 : 1500);
}

/* Trailing bytes are nobody's business. */
static size_t
trail(size_t len)
{
	size_t extra = ct_rnd(2) ? ct_rnd(9) : 0;
	size_t i;

	for (i = 0; i < extra; i++)
		ct_stream[len + i] = ct_rnd(256);
	return len + extra;
}

static int
streams(void)
{
	unsigned int i;

	for (i = 0; i < 300; i++)
		if (every_cut(trail(rt_any_stream(any_size(i))), i % 16 == 1) != 0) {
			printf("stream %u\n", i);
			return -1;
		}
	for (i = 0; i < 20; i++)
		if (every_cut(ct_foreign_stream(i % 16, ct_data[CT_MIXED], 100 * i),
			      true) != 0) {
			printf("foreign stream %u\n", i);
			return -1;
		}
	return 0;
}

static int
test_streams(void)
{
	return rt_teardown(rt_setup() || streams() ? -1 : 0);
}

/* Cut off, or with bits changed: zlib's verdict is the measure. */
static int
damaged(void)
{
	unsigned int i;
	size_t len;
	int k;

	for (i = 0; i < 1200; i++) {
		len = rt_any_stream(any_size(i | 1));
		if (ct_rnd(3) == 0)
			len = ct_rnd(len + 1);
		else
			for (k = ct_rnd(3); k >= 0; k--)
				ct_stream[ct_rnd(ct_rnd(2) && len > 90 ? 90 : len)] ^=
					1 << ct_rnd(8);
		if (every_cut(len, false) != 0) {
			printf("stream %u\n", i);
			return -1;
		}
	}
	return 0;
}

static int
test_damaged(void)
{
	return rt_teardown(rt_setup() || damaged() ? -1 : 0);
}

/* State and window that somebody else wrote. */
static int
spoil(void)
{
	uint8_t *raw = (uint8_t *)rt_state;
	size_t i;

	switch (ct_rnd(4)) {
	case 0:
		for (i = 0; i < sizeof(*rt_state); i++)
			raw[i] = ct_rnd(256);
		break;
	case 1:
		for (i = 8; i < sizeof(*rt_state); i++)
			raw[i] = ct_rnd(256);
		rt_state->ended = 0;
		rt_state->in_bit &= 7;
		rt_state->kind %= 3;
		rt_state->skip %= 258;
		rt_state->prefix_bits %= SOFT_RESUME_PREFIX * 8 + 1;
		break;
	default:
		for (i = ct_rnd(4) + 1; i > 0; i--)
			raw[ct_rnd(ct_rnd(2) ? 24 : sizeof(*rt_state))] ^= 1 << ct_rnd(8);
	}
	if (ct_rnd(3) == 0)
		rt_window_len = ct_rnd(3) == 0 ? ct_rnd(1u << 31) : ct_rnd(32769);
	return 0;
}

static int
garbage(void)
{
	struct soft_codec_req req = { .want_crc = true };
	unsigned int i, k;
	size_t at, len = 0, in, room;
	int ret;

	for (i = 0; i < 20000; i++) {
		if (i % 8 == 0)
			len = rt_any_stream(ct_rnd(6000));
		rt_hold = ct_rnd(2);
		rt_reset();
		at = 0;
		for (k = 0; k < 4; k++) {
			in = ct_rnd(ct_rnd(2) ? 12 : len - at + 1);
			in = in < len - at ? in : len - at;
			room = ct_rnd(ct_rnd(2) ? 12 : 3000);
			ret = ct_run_flat(rt_resume, &req, ct_stream + at, in, ct_back, room);
			TEST_ASSERT(ret == SOFT_CODEC_OK || ret == SOFT_CODEC_BAD_DATA,
				    "status %d", ret);
			TEST_ASSERT(req.consumed <= in, "%zu of %zu consumed",
				    req.consumed, in);
			at += req.consumed;
			if (ret == SOFT_CODEC_OK)
				TEST_ASSERT(rt_state->held_bits < 40 &&
					    (k == 0 || rt_window_len <= SOFT_RESUME_WINDOW ||
					     rt_state->ended), "state");
			if (k == 1 || ct_rnd(4) == 0)
				spoil();
		}
	}
	return 0;
}

/* Values that no state has. */
static int
refused(void)
{
	struct soft_codec_req req = { .want_crc = true };
	struct soft_resume was;
	unsigned int i;
	int ret;

	for (i = 0; i < 8; i++) {
		rt_reset();
		rt_state->kind = i == 0 ? 3 : 0;
		rt_state->in_bit = i == 1 ? 1 : 0;
		rt_state->skip = i == 2 ? 1 : 0;
		rt_state->prefix_bits = i == 3 ? SOFT_RESUME_PREFIX * 8 + 1 : 0;
		rt_state->held_bits = i == 4 ? 40 : 0;
		rt_window_len = i == 5 ? SOFT_RESUME_WINDOW + 1 : 0;
		if (i >= 6)
			rt_state->kind = 1;
		if (i == 6)
			rt_state->in_bit = 8;
		if (i == 7)
			rt_state->skip = 258;
		memcpy(&was, rt_state, sizeof(was));
		ret = ct_run_flat(rt_resume, &req, (const uint8_t *)"\3", 2, ct_back, 9);
		TEST_ASSERT(ret == SOFT_CODEC_BAD_DATA, "value %u: status %d", i, ret);
		TEST_ASSERT(memcmp(&was, rt_state, sizeof(was)) == 0, "value %u: written", i);
	}
	return 0;
}

static int
test_garbage(void)
{
	return rt_teardown(rt_setup() || refused() || garbage() ? -1 : 0);
}

UACCE_TEST(soft_codec_resume, test_streams)
UACCE_TEST(soft_codec_resume_damaged, test_damaged)
UACCE_TEST(soft_codec_resume_garbage, test_garbage)
