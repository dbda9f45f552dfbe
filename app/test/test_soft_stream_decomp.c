/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/*
 * Decompression over several requests, cut anywhere on both sides (datasheet 5.2, 5.7).
 * The streams are zlib's.
 */

#include <string.h>

#include "test.h"
#include "test_soft_stream_util.h"

#define LEN	90000u
#define EXTRA	20u	/* bytes behind the stream, which are not its */

static uint8_t data[LEN], packed[2 * LEN], out[LEN + 32];

/** How a stream is fed. */
struct feed {
	uint32_t max_in;
	uint32_t max_out;
	size_t len;		/* of the stream */
	size_t in;		/* consumed */
	size_t made;
	unsigned int nulls;
	unsigned int no_room;
	unsigned int held;
};

/* Cached bits are the last that were consumed, and lie behind the window (5.1). */
static int
check_cached(const struct tstream *s, size_t consumed)
{
	uint32_t bits = TS_TAIL_BITS(s->words[0]);
	uint32_t window = s->words[2] & 0xffff;
	const uint8_t *tail = s->ctx + TS_WINDOW + ((window + 15) & ~15u);

	TEST_ASSERT(s->ext == 0 && s->type == TC_DEFLATE, "input is held back");
	TEST_ASSERT(bits > 0 && bits < 40 && bits <= 8 * consumed, "%u bits", bits);
	for (uint32_t i = 0; i < bits; i++) {
		size_t at = 8 * consumed - bits + i;

		TEST_ASSERT((tail[i / 8] >> i % 8 & 1) == (packed[at / 8] >> at % 8 & 1),
			    "bit %u of %u", i, bits);
	}
	return 0;
}

/* Of a match of which not all was written nothing need be in the history yet. */
static bool
window_true(const struct tstream *s, size_t made)
{
	for (size_t less = 0; less < 258 && less <= made; less++)
		if (tstream_window_is(s, data, made - less))
			return true;
	return false;
}

static int
check_state(const struct tstream *s, struct feed *f, uint32_t room)
{
	uint32_t state = TS_STATE(s->words[0]);
	uint32_t held = f->made < TS_WINDOW_MAX ? f->made : TS_WINDOW_MAX;
	uint32_t window = s->words[2] & 0xffff;

	TEST_ASSERT(state <= TS_NOT_STARTED && (state != TS_LAST_NO_ROOM ||
		    TS_FINAL(s->words[0])), "dw15 %08x", s->words[0]);
	TEST_ASSERT(window <= held && window + 258 > held && window_true(s, f->made),
		    "window of %u after %zu", window, f->made);
	if (state == TS_NO_ROOM || state == TS_LAST_NO_ROOM) {
		TEST_ASSERT(s->sqe[DW_PRODUCED] == room, "no room, but %u of %u used",
			    s->sqe[DW_PRODUCED], room);
		f->no_room++;
	}
	if (state != TS_NOT_STARTED)
		return 0;
	f->held++;
	return check_cached(s, f->in);
}

/* One request, with input if there is any; dw3, -1 if something is wrong. */
static int
step(struct tstream *s, struct feed *f, size_t given)
{
	uint32_t in = 1 + tstream_rnd(s, f->max_in);
	uint32_t room = 1 + tstream_rnd(s, f->max_out);
	int status;

	/* less would be ignored (3.8) */
	room += s->ext == 0 ? 16 : 0;
	room = room < sizeof(out) - f->made ? room : sizeof(out) - f->made;
	in = in < given - f->in ? in : given - f->in;
	f->nulls += in == 0;
	status = tstream_ask(s, packed + f->in, in, out + f->made, room, tstream_rnd(s, 2));
	if (status != TC_OK && status != TS_END)
		return status;
	f->in += s->sqe[DW_CONSUMED];
	f->made += s->sqe[DW_PRODUCED];
	TEST_ASSERT(f->made <= LEN && memcmp(out, data, f->made) == 0, "other data");
	if (tstream_check_registers(s, data, f->made) != 0)
		return -1;
	return status == TC_OK && check_state(s, f, room) != 0 ? -1 : status;
}

/* To the end; null requests come when the input has been given (5.7). */
static int
pump(struct tstream *s, struct feed *f, size_t len)
{
	unsigned int idle = 0;
	int status;

	s->fresh = true;
	while (idle < 3) {
		status = step(s, f, f->len + EXTRA);
		if (status != TC_OK)
			break;
		idle = s->sqe[DW_CONSUMED] + s->sqe[DW_PRODUCED] == 0 ? idle + 1 : 0;
	}
	TEST_ASSERT(status == TS_END, "status %x after %zu of %zu in, %zu of %zu out", status,
		    f->in, f->len, f->made, len);
	/* what was held back was consumed, though it lies behind the end */
	TEST_ASSERT(f->made == len && f->in >= f->len && f->in <= f->len + (f->held ? 4 : 0),
		    "%zu of %zu in, %zu of %zu out", f->in, f->len, f->made, len);
	return 0;
}

/* The end is announced although nothing but the stream was given. */
static int
pump_bare(struct tstream *s, struct feed *f, size_t len)
{
	int status = TC_OK;
	uint32_t state;

	s->fresh = true;
	while (f->in < f->len && status == TC_OK)
		status = step(s, f, f->len);
	state = TS_STATE(s->words[0]);
	while (status == TC_OK && state != 0) {
		uint32_t produced = s->sqe[DW_PRODUCED];

		status = step(s, f, f->len);
		TEST_ASSERT(status != TC_OK || s->sqe[DW_PRODUCED] != 0 || produced != 0 ||
			    state == TS_NOT_STARTED, "output is pending for ever");
		state = TS_STATE(s->words[0]);
	}
	TEST_ASSERT(status == TS_END, "status %x, state %u after %zu of %zu out", status, state,
		    f->made, len);
	TEST_ASSERT(f->made == len, "%zu of %zu out", f->made, len);
	return 0;
}

static int
cuts(struct tstream *s)
{
	static const uint32_t lens[] = { 0, 1, 4, 30, 300, 3000, 33000, LEN };
	static const uint32_t limits[] = { 1, 3, 40, 700, 40000 };
	struct feed sum = { .in = 0 };

	for (unsigned int i = 0; i < 6 * DIM(lens); i++) {
		uint32_t len = lens[i % DIM(lens)];
		unsigned int min = len > 30000 ? 3 : len > 3000 ? 2 : 0;
		struct feed f = {
			.max_in = limits[min + tstream_rnd(s, DIM(limits) - min)],
			.max_out = limits[min + tstream_rnd(s, DIM(limits) - min)],
		};

		tstream_fill(s, data, len);
		f.len = tstream_make(s, data, len, packed, sizeof(packed) - EXTRA);
		tc_noise(packed + f.len, EXTRA, i);
		TEST_ASSERT((i % 3 == 0 ? pump(s, &f, len) : pump_bare(s, &f, len)) == 0,
			    "stream %u of %u bytes, by %u and %u", i, len, f.max_in, f.max_out);
		sum.nulls += f.nulls;
		sum.no_room += f.no_room;
		sum.held += f.held;
	}
	TEST_ASSERT(sum.no_room != 0, "room was never short");
	/* what is held back at the end takes a null request to come out */
	TEST_ASSERT(s->ext == 0 && s->type == TC_DEFLATE ? sum.held != 0 && sum.nulls != 0 :
		    sum.held == 0, "%u times held back, %u null requests", sum.held,
		    sum.nulls);
	return 0;
}

/* The trailer comes in any two pieces, or one byte at a time. */
static int
split_trailer(struct tstream *s)
{
	size_t trailer = tc_trailer(s->type), n;

	tstream_fill(s, data, 600);
	n = tstream_make(s, data, 600, packed, sizeof(packed));
	for (size_t at = n - trailer; at < n; at++) {
		s->fresh = true;
		TEST_ASSERT(tstream_ask(s, packed, at, out, LEN, false) == TC_OK &&
			    s->sqe[DW_CONSUMED] == at && s->sqe[DW_PRODUCED] == 600,
			    "before: %x", s->sqe[DW_STATUS]);
		TEST_ASSERT(tstream_ask(s, packed + at, n - at, out, LEN, false) == TS_END &&
			    s->sqe[DW_CONSUMED] == n - at && s->sqe[DW_PRODUCED] == 0,
			    "after: %x", s->sqe[DW_STATUS]);
	}
	s->fresh = true;
	for (size_t at = 0; at < n; at++) {
		int status = tstream_ask(s, packed + at, 1, out, LEN, false);

		TEST_ASSERT(status == (at == n - 1 ? TS_END : TC_OK) ||
			    TS_STATE(s->words[0]) == TS_NOT_STARTED, "byte %zu of %zu: %x",
			    at, n, status);
	}
	return 0;
}

/* A wrong bit anywhere in the trailer is found, however it comes. */
static int
wrong_trailer(struct tstream *s)
{
	size_t trailer = tc_trailer(s->type), n, cut;

	tstream_fill(s, data, 700);
	n = tstream_make(s, data, 700, packed, sizeof(packed));
	for (size_t bit = 8 * (n - trailer); bit < 8 * n; bit++) {
		int status = TC_OK;

		packed[bit / 8] ^= 1 << bit % 8;
		s->fresh = true;
		for (size_t at = 0; at < n && status == TC_OK; at += cut) {
			cut = 1 + tstream_rnd(s, n - at);
			status = tstream_ask(s, packed + at, cut, out, LEN, false);
		}
		TEST_ASSERT(status == TC_CHECK && s->sqe[DW_CONSUMED] == 0, "bit %zu of %zu: %x",
			    bit, 8 * n, status);
		packed[bit / 8] ^= 1 << bit % 8;
	}
	return 0;
}

/* After the end nothing more is consumed. */
static int
after_end(struct tstream *s)
{
	size_t n;

	tstream_fill(s, data, 900);
	n = tstream_make(s, data, 900, packed, sizeof(packed) - EXTRA);
	s->fresh = true;
	TEST_ASSERT(tstream_ask(s, packed, n + EXTRA, out, LEN, true) == TS_END &&
		    s->sqe[DW_CONSUMED] == n && s->sqe[DW_PRODUCED] == 900, "whole");
	TEST_ASSERT(tstream_ask(s, packed + n, EXTRA, out, LEN, true) == TS_END &&
		    s->sqe[DW_CONSUMED] == 0 && s->sqe[DW_PRODUCED] == 0, "%u more",
		    s->sqe[DW_CONSUMED]);
	/* and with "new" it is another stream, whatever the words are */
	s->fresh = true;
	TEST_ASSERT(tstream_ask(s, packed, n, out, LEN, true) == TS_END &&
		    memcmp(out, data, 900) == 0, "again");
	return 0;
}

static int
ends(struct tstream *s)
{
	for (unsigned int i = 0; i < 8; i++)
		if (split_trailer(s) != 0 || wrong_trailer(s) != 0 || after_end(s) != 0)
			return -1;
	return 0;
}

/* Room of 16 bytes or less: nothing is done, the stream stays where it was (3.8). */
static int
ignored(struct tstream *s)
{
	static uint8_t before[TS_CTX_LEN];
	struct feed f = { .max_in = 400, .max_out = 3000 };
	int status = TC_OK;

	if (s->ext != 0)
		return 0;
	tstream_fill(s, data, 8000);
	f.len = tstream_make(s, data, 8000, packed, sizeof(packed));
	s->fresh = true;
	for (uint32_t room = 0; status == TC_OK; room = (room + 1) % 17) {
		memcpy(before, s->ctx, sizeof(before));
		TEST_ASSERT(tstream_ask(s, packed, 1, out, room, false) == TC_NO_SPACE &&
			    s->sqe[DW_CONSUMED] == 0 && s->sqe[DW_PRODUCED] == 0 &&
			    memcmp(before, s->ctx, sizeof(before)) == 0, "room of %u: %x", room,
			    s->sqe[DW_STATUS]);
		status = step(s, &f, f.len);
	}
	TEST_ASSERT(status == TS_END && f.made == 8000, "status %x after %zu", status, f.made);
	return 0;
}

/*
 * A client that makes a request without input only where the words ask for one (5.7):
 * the whole stream is in the device's cache, and more output than room.
 */
static int
asked(struct tstream *s)
{
	/* fixed codes, final: 'a' and 258 more of it, in 31 bits */
	static const uint8_t stream[] = { 0x4b, 0x1c, 0x05, 0x00 };
	unsigned int nulls = 0;
	uint32_t made = 0;
	int status;

	if (s->ext != 0 || s->type != TC_DEFLATE)
		return 0;
	s->fresh = true;
	status = tstream_ask(s, stream, sizeof(stream), out, 100, false);
	TEST_ASSERT(status == TC_OK && s->sqe[DW_CONSUMED] == sizeof(stream) &&
		    s->sqe[DW_PRODUCED] == 0 && TS_STATE(s->words[0]) == TS_NOT_STARTED,
		    "status %x, dw15 %08x", status, s->words[0]);
	while (status == TC_OK && TS_STATE(s->words[0]) != 0 &&
	       TS_STATE(s->words[0]) != TS_NO_ROOM) {
		status = tstream_ask(s, stream, 0, out + made, 100, false);
		made += s->sqe[DW_PRODUCED];
		TEST_ASSERT(status != TC_OK || (s->sqe[DW_PRODUCED] == 100 &&
			    TS_FINAL(s->words[0])), "status %x, dw15 %08x", status, s->words[0]);
		nulls++;
	}
	TEST_ASSERT(status == TS_END && made == 259 && nulls == 3, "status %x after %u", status,
		    made);
	return 0;
}

/* What there is still to come of a stored block, and whether it is the last. */
static int
stored(struct tstream *s)
{
	static const uint32_t upto[] = { 6, 505, 1004 };	/* of 5 + 1000 bytes */

	if (s->type != TC_DEFLATE)
		return 0;
	for (unsigned int last = 0; last < 2; last++) {
		const uint8_t header[] = { last, 0xe8, 0x03, 0x17, 0xfc };
		uint32_t in = 0;

		memcpy(packed, header, sizeof(header));
		memset(packed + sizeof(header), 'b', 1000);
		s->fresh = true;
		for (unsigned int i = 0; i < DIM(upto); in = upto[i++]) {
			TEST_ASSERT(tstream_ask(s, packed + in, upto[i] - in, out, LEN, false) ==
				    TC_OK, "status %x", s->sqe[DW_STATUS]);
			TEST_ASSERT(TS_STATE(s->words[0]) == 0 &&
				    TS_FINAL(s->words[0]) == last &&
				    s->words[1] == sizeof(header) + 1000 - upto[i],
				    "dw15 %08x, dw28 %u", s->words[0], s->words[1]);
		}
	}
	return 0;
}

static int
words(struct tstream *s)
{
	return asked(s) != 0 || stored(s) != 0 ? -1 : 0;
}

static int
test_words(void)
{
	return tstream_each(TC_DECOMPRESS, 7204, words);
}

static int
test_cuts(void)
{
	return tstream_each(TC_DECOMPRESS, 7201, cuts);
}

static int
test_ends(void)
{
	return tstream_each(TC_DECOMPRESS, 7202, ends);
}

static int
test_ignored(void)
{
	return tstream_each(TC_DECOMPRESS, 7203, ignored);
}

UACCE_TEST(soft_stream_decomp_cuts, test_cuts)
UACCE_TEST(soft_stream_decomp_ends, test_ends)
UACCE_TEST(soft_stream_decomp_ignored, test_ignored)
UACCE_TEST(soft_stream_decomp_words, test_words)
