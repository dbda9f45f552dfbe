/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/*
 * Compression over several requests: what each leaves behind, in its output, in the
 * context and in the words that go back (datasheet 3.7, 5). zlib judges.
 */

#include <stdlib.h>
#include <string.h>

#include <zlib.h>

#include "test.h"
#include "test_soft_stream_util.h"

#define LEN	120000u

static uint8_t data[LEN], packed[2 * LEN], plain[LEN];

static const uint8_t sync_mark[] = { 0, 0, 0xff, 0xff };

/* So much room is enough (5.4). */
static uint32_t
enough(uint32_t in)
{
	uint32_t room = (in * 9 + 7) / 8;

	return room > 201 ? room : 201;
}

/* All that was put in so far comes out of what was made so far. */
static int
check_sync(z_stream *z, uint8_t *out, uint32_t n, size_t done)
{
	z->next_in = out;
	z->avail_in = n;
	TEST_ASSERT(n >= sizeof(sync_mark) &&
		    memcmp(out + n - sizeof(sync_mark), sync_mark, sizeof(sync_mark)) == 0,
		    "no sync mark after %zu bytes", done);
	TEST_ASSERT(inflate(z, Z_SYNC_FLUSH) == Z_OK && z->total_out == done &&
		    z->avail_in == 0, "%lu of %zu bytes can be read: %s", z->total_out, done,
		    z->msg);
	return 0;
}

static int
check_words(const struct tstream *s, size_t done)
{
	uint32_t held = done < TS_WINDOW_MAX ? done : TS_WINDOW_MAX;

	TEST_ASSERT(TS_STATE(s->words[0]) == 0 && TS_TAIL_BITS(s->words[0]) == 0, "dw15 %08x",
		    s->words[0]);
	TEST_ASSERT((s->words[2] & 0xffff) == held && tstream_window_is(s, data, done),
		    "window of %u after %zu bytes", s->words[2], done);
	return tstream_check_registers(s, data, done);
}

/* One request; -1 unless all was consumed. */
static int
ask(struct tstream *s, uint32_t from, uint32_t n, uint8_t *out, bool finish)
{
	int status = tstream_ask(s, data + from, n, out, enough(n), finish);

	TEST_ASSERT(status == TC_OK || (status == TC_NEG_COMP && s->sqe[DW_PRODUCED] >= n),
		    "status %x", status);
	TEST_ASSERT(s->sqe[DW_CONSUMED] == n, "consumed %u of %u", s->sqe[DW_CONSUMED], n);
	return 0;
}

static uint32_t
piece(struct tstream *s, uint32_t left)
{
	static const uint32_t limits[] = { 1, 2, 40, 300, 5000, 50000 };
	uint32_t n = tstream_rnd(s, limits[tstream_rnd(s, DIM(limits))] + 1);

	return n < left ? n : left;
}

static int
whole(struct tstream *s, uint32_t len, bool empty_end)
{
	uint32_t done = 0, made = 0;
	z_stream z = { .next_out = plain, .avail_out = LEN };
	bool finish;

	if (inflateInit2(&z, -15) != Z_OK)
		abort();
	do {
		uint32_t n = piece(s, len - done);

		finish = done + n == len && (!empty_end || n == 0);
		if (ask(s, done, n, packed + made, finish) != 0)
			return -1;
		done += n;
		if (!finish && check_sync(&z, packed + made, s->sqe[DW_PRODUCED], done) != 0)
			return -1;
		made += s->sqe[DW_PRODUCED];
		if (check_words(s, done) != 0)
			return -1;
	} while (!finish);
	inflateEnd(&z);
	TEST_ASSERT(tref_check(s->type, packed, made, 0, 15, data, len) == 0, "%u bytes", len);
	return 0;
}

/* Streams one after the other in the same context, whose words are stale then. */
static int
chunks(struct tstream *s)
{
	static const uint32_t lens[] = { 0, 1, 3, 200, 201, 5000, 33000, 70000, LEN };

	for (unsigned int i = 0; i < 3 * DIM(lens); i++) {
		uint32_t len = lens[i / 3];

		tstream_fill(s, data, len);
		s->fresh = true;
		TEST_ASSERT(whole(s, len, i % 2) == 0, "%u bytes", len);
	}
	return 0;
}

/* Noise that comes a second time takes next to nothing, if history is there. */
static int
history(struct tstream *s)
{
	const uint32_t n = 8000;
	uint32_t kept[3];

	tc_noise(data, n, 7);
	memcpy(data + n, data, n);
	s->fresh = true;
	TEST_ASSERT(ask(s, 0, n, packed, false) == 0 && s->sqe[DW_PRODUCED] > n, "first");
	memcpy(kept, s->words, sizeof(kept));
	TEST_ASSERT(ask(s, n, n, packed, false) == 0 && s->sqe[DW_PRODUCED] < 200,
		    "second: %u", s->sqe[DW_PRODUCED]);
	/* the words say how much history there is */
	s->words[2] = 0;
	TEST_ASSERT(ask(s, 0, n, packed, false) == 0 && s->sqe[DW_PRODUCED] > n,
		    "without words: %u", s->sqe[DW_PRODUCED]);
	/* a new stream has none, whatever they say */
	memcpy(s->words, kept, sizeof(kept));
	s->fresh = true;
	TEST_ASSERT(ask(s, 0, n, packed, true) == 0 && s->sqe[DW_PRODUCED] > n, "new: %u",
		    s->sqe[DW_PRODUCED]);
	TEST_ASSERT(tref_check(s->type, packed, s->sqe[DW_PRODUCED], 0, 15, data, n) == 0,
		    "new stream refers to an old one");
	return 0;
}

/* More history than there can be is an error. */
static int
too_much_history(struct tstream *s)
{
	tstream_fill(s, data, 1000);
	s->fresh = true;
	TEST_ASSERT(ask(s, 0, 1000, packed, false) == 0, "first");
	for (uint32_t n = TS_WINDOW_MAX + 1; n <= 0xffff; n += 0x1fff) {
		s->words[2] = n;
		TEST_ASSERT(tstream_ask(s, data, 1000, packed, 2000, false) == TC_BAD,
			    "window of %u", n);
	}
	return 0;
}

/* Repeats from beyond the window asked for are not used, over requests neither. */
static int
small_window(struct tstream *s, int log)
{
	uint32_t size = 1u << log, made = 0, done = 0;

	s->window = s->ext != 0 ? 4 : log - 12;
	s->fresh = true;
	tc_noise(data, size + size / 2, log);
	memcpy(data + size + size / 2, data, size + size / 2);
	for (; done < 3 * size; done += size / 4) {
		bool finish = done + size / 4 == 3 * size;

		if (s->ext != 0)
			s->ext = 0x5a530000u | (uint32_t)log << 6 | 6u;
		if (ask(s, done, size / 4, packed + made, finish) != 0)
			return -1;
		made += s->sqe[DW_PRODUCED];
	}
	TEST_ASSERT(tref_check(s->type, packed, made, 1, log, data, done) == 0,
		    "distances beyond 2^%d", log);
	return 0;
}

static int
windows(struct tstream *s)
{
	/* an SQE of type 0 has no window (3.10) */
	if (s->ext == 0 && s->api == 2)
		return 0;
	for (int log = s->ext != 0 ? 8 : 12; log <= 14; log++)
		TEST_ASSERT(small_window(s, log) == 0, "2^%d", log);
	return 0;
}

/* Room of 16 bytes or less: nothing is done, the stream stays where it was (3.8). */
static int
ignored(struct tstream *s)
{
	static uint8_t before[TS_CTX_LEN];
	uint32_t made = 0;

	if (s->ext != 0)
		return 0;
	tstream_fill(s, data, 3000);
	s->fresh = true;
	for (uint32_t done = 0; done < 3000; done += 1000) {
		memcpy(before, s->ctx, sizeof(before));
		for (uint32_t room = 0; room <= 16; room++)
			TEST_ASSERT(tstream_ask(s, data + done, 1000, packed + made, room,
						room % 2) == TC_NO_SPACE &&
				    s->sqe[DW_CONSUMED] == 0 && s->sqe[DW_PRODUCED] == 0 &&
				    memcmp(before, s->ctx, sizeof(before)) == 0,
				    "room of %u: %x", room, s->sqe[DW_STATUS]);
		if (ask(s, done, 1000, packed + made, done == 2000) != 0)
			return -1;
		made += s->sqe[DW_PRODUCED];
	}
	TEST_ASSERT(tref_check(s->type, packed, made, 0, 15, data, 3000) == 0, "data");
	return 0;
}

/* Too little room: 0x0e and nothing beyond it is written. */
static int
little_room(struct tstream *s)
{
	unsigned int refused = 0;

	tc_noise(data, 6000, 9);
	for (uint32_t room = 17; room < 400; room += 1 + tstream_rnd(s, 30)) {
		int status;

		s->fresh = true;
		if (ask(s, 0, 3000, packed, false) != 0)
			return -1;
		memset(packed, 0x77, 1000);
		status = tstream_ask(s, data + 3000, 300, packed, room, room % 2);
		TEST_ASSERT(status == TC_OK || status == TC_NO_SPACE || status == TC_NEG_COMP,
			    "room of %u: %x", room, status);
		refused += status == TC_NO_SPACE;
		for (uint32_t i = room; i < 1000; i++)
			TEST_ASSERT(packed[i] == 0x77, "byte %u behind %u", i, room);
	}
	TEST_ASSERT(refused != 0, "never refused");
	return 0;
}

static int
test_chunks(void)
{
	return tstream_each(TC_COMPRESS, 7101, chunks);
}

static int
test_history(void)
{
	return tstream_each(TC_COMPRESS, 7102, history) != 0 ||
		tstream_each(TC_COMPRESS, 7103, too_much_history) != 0 ? -1 : 0;
}

static int
test_windows(void)
{
	return tstream_each(TC_COMPRESS, 7104, windows);
}

static int
test_room(void)
{
	return tstream_each(TC_COMPRESS, 7105, ignored) != 0 ||
		tstream_each(TC_COMPRESS, 7106, little_room) != 0 ? -1 : 0;
}

UACCE_TEST(soft_stream_comp_chunks, test_chunks)
UACCE_TEST(soft_stream_comp_history, test_history)
UACCE_TEST(soft_stream_comp_windows, test_windows)
UACCE_TEST(soft_stream_comp_room, test_room)
