/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <zlib.h>

#include "test.h"
#include "test_codec_resume.h"
#include "test_codec_util.h"

#define HOLD_BITS	40

struct rt_oracle rt;
struct soft_resume *rt_state;
uint8_t *rt_window;
uint32_t rt_window_len;
bool rt_hold;

static struct soft_codec *second;

/* A stream under way. */
struct play {
	const struct rt_cut *cut;
	struct soft_codec_req req;
	size_t in;		/* bytes consumed */
	size_t out;
	unsigned int idle;	/* requests that brought nothing */
	bool forced;		/* a block may have been started too early */
	size_t seen;		/* end of the input shown so far */
	bool done;
};

size_t
rt_any_stream(size_t n)
{
	static const int flushes[] = {
		Z_NO_FLUSH, Z_SYNC_FLUSH, Z_PARTIAL_FLUSH, Z_FULL_FLUSH, Z_BLOCK,
	};
	size_t piece = ct_rnd(3) == 0 ? n : 1 + ct_rnd(ct_rnd(2) ? 300 : 20000);
	const uint8_t *in = ct_data[ct_rnd(CT_NB_KINDS)] + ct_rnd(CT_DATA - n + 1);
	bool empty_flushes = ct_rnd(4) == 0;
	z_stream z = { 0 };
	size_t part;

	deflateInit2(&z, ct_rnd(10), Z_DEFLATED, -(int)(9 + ct_rnd(7)), 1 + ct_rnd(9),
		     ct_rnd(5));
	z.next_out = ct_stream;
	z.avail_out = sizeof(ct_stream);
	while (n > 0) {
		part = n < piece ? n : piece;
		z.next_in = (uint8_t *)(uintptr_t)in;
		z.avail_in = part;
		deflate(&z, flushes[ct_rnd(DIM(flushes))]);
		if (empty_flushes)
			deflate(&z, Z_PARTIAL_FLUSH);
		in += part;
		n -= part;
	}
	deflate(&z, Z_FINISH);
	deflateEnd(&z);
	return z.total_out;
}

/* Output by input byte: zlib gets them one at a time. */
static void
by_bytes(size_t len)
{
	z_stream z = { 0 };
	int ret = Z_OK;
	size_t i;

	inflateInit2(&z, -15);
	z.next_out = rt.plain;
	z.avail_out = CT_AREA;
	for (i = 0; i < len && ret == Z_OK; i++) {
		z.next_in = &ct_stream[i];
		z.avail_in = 1;
		ret = inflate(&z, Z_NO_FLUSH);
		if (ret == Z_BUF_ERROR)
			ret = Z_OK;
		rt.out_after[i + 1] = z.total_out;
	}
	rt.stream_len = i;
	rt.ended = ret == Z_STREAM_END;
	rt.bad = ret == Z_DATA_ERROR;
	rt.out = z.total_out;
	while (i < len)
		rt.out_after[++i] = z.total_out;
	inflateEnd(&z);
}

/* The same for blocks; zlib has just read it all. */
static void
by_blocks(size_t len)
{
	static uint8_t again[CT_AREA];
	z_stream z = { 0 };
	int ret;

	inflateInit2(&z, -15);
	z.next_in = ct_stream;
	z.avail_in = len;
	z.next_out = again;
	z.avail_out = sizeof(again);
	rt.nb_blocks = 1;
	do {
		ret = inflate(&z, Z_BLOCK);
		if ((z.data_type & 128) && !(z.data_type & 64)) {
			rt.block[rt.nb_blocks] = z.total_in * 8 - (z.data_type & 7);
			rt.block_out[rt.nb_blocks++] = z.total_out;
		}
	} while (ret == Z_OK || (ret == Z_BUF_ERROR && (z.data_type & 128)));
	inflateEnd(&z);
}

int
rt_ask_zlib(size_t len)
{
	TEST_ASSERT(len <= RT_MAX, "%zu bytes", len);
	rt.len = len;
	by_bytes(len);
	by_blocks(len);
	return 0;
}

enum soft_codec_status
rt_resume(struct soft_codec *codec, struct soft_codec_req *req)
{
	return soft_codec_resume(ct_rnd(2) ? codec : second, rt_state, rt_window,
				 &rt_window_len, req, rt_hold);
}

void
rt_reset(void)
{
	memset(rt_state, 0, sizeof(*rt_state));
	memset(rt_window, 0xee, SOFT_RESUME_WINDOW);
	rt_window_len = 0;
}

int
rt_setup(void)
{
	if (ct_setup() != 0)
		return -1;
	/* what is written past them is found by ASan */
	rt_state = malloc(sizeof(*rt_state));
	rt_window = malloc(SOFT_RESUME_WINDOW);
	rt.plain = malloc(CT_AREA);
	second = soft_codec_create();
	TEST_ASSERT(rt_state && rt_window && rt.plain && second, "no memory");
	return 0;
}

int
rt_teardown(int ret)
{
	soft_codec_destroy(second);
	free(rt_state);
	free(rt_window);
	free(rt.plain);
	return ct_teardown(ret);
}

static size_t
pick(const struct play *p, size_t most, size_t left)
{
	if (p->cut->random)
		most = ct_rnd(3) == 0 ? ct_rnd(4) : ct_rnd(2) ? ct_rnd(80) : ct_rnd(9000);
	else if (most == 0)
		most = left;
	return most < left ? most : left;
}

/*
 * Output up to where a short block is held back. May have been started all the
 * same when it was not short: requests that lack room leave input.
 */
static size_t
held_out(struct play *p, size_t in_end, bool *short_block, uint64_t *bits)
{
	size_t i;

	*short_block = false;
	for (i = 0; i < rt.nb_blocks && rt.block[i] <= in_end * 8; i++)
		if (in_end * 8 - rt.block[i] < HOLD_BITS) {
			if (rt.block[i] + HOLD_BITS <= p->seen * 8)
				p->forced = p->cut->hold;
			*short_block = p->cut->hold;
			*bits = in_end * 8 - rt.block[i];
			return rt.block_out[i];
		}
	return rt.out;
}

static uint64_t
stream_bits(uint64_t at, unsigned int n)
{
	uint64_t v = 0;
	unsigned int i;

	for (i = 0; i < n; i++, at++)
		v |= (uint64_t)(ct_stream[at / 8] >> at % 8 & 1) << i;
	return v;
}

/* What a request that lacks no room leaves behind. */
static int
check_drained(struct play *p, size_t in)
{
	size_t want = rt.out_after[p->in], hold_at;
	bool short_block;
	uint64_t bits = 0;

	TEST_ASSERT(in == p->req.consumed, "%zu of %zu consumed", p->req.consumed, in);
	hold_at = held_out(p, p->in, &short_block, &bits);
	if (short_block && in > 0 && !p->forced) {
		want = want < hold_at ? want : hold_at;
		TEST_ASSERT(rt_state->held_bits == bits &&
			    rt_state->held == stream_bits(p->in * 8 - bits, bits),
			    "%u bits held, not %u", rt_state->held_bits,
			    (unsigned int)bits);
	} else if (!p->forced) {
		TEST_ASSERT(in == 0 || rt_state->held_bits == 0, "%u bits held",
			    rt_state->held_bits);
	}
	if (in == 0 && p->cut->hold)
		return 0;
	if (p->forced)
		TEST_ASSERT(p->out <= rt.out_after[p->seen], "too much");
	else if (rt_state->skip != 0 || rt_state->in_bit != 0)
		TEST_ASSERT(p->out >= want, "%zu written, not %zu", p->out, want);
	else
		TEST_ASSERT(p->out == want, "%zu written, not %zu", p->out, want);
	return 0;
}

static int
check_ended(struct play *p)
{
	TEST_ASSERT(rt.ended && p->out == rt.out && !rt_state->more, "ended at %zu of %zu",
		    p->out, rt.out);
	TEST_ASSERT(rt_state->held_bits % 8 == 0 &&
		    p->in - rt_state->held_bits / 8 == rt.stream_len,
		    "ended at %zu - %u bits, not %zu", p->in, rt_state->held_bits,
		    rt.stream_len);
	TEST_ASSERT(p->req.crc == crc32(0, rt.plain, rt.out) &&
		    p->req.adler == adler32(1, rt.plain, rt.out), "checksums");
	p->done = true;
	return 0;
}

static int
check_step(struct play *p, size_t in, size_t room)
{
	const struct soft_codec_req *req = &p->req;

	TEST_ASSERT(req->consumed <= in && rt_window_len <= SOFT_RESUME_WINDOW &&
		    rt_window_len == (p->out + req->produced - rt_state->skip <
				      SOFT_RESUME_WINDOW ?
				      p->out + req->produced - rt_state->skip :
				      SOFT_RESUME_WINDOW), "window of %u", rt_window_len);
	TEST_ASSERT(p->out + req->produced <= rt.out &&
		    memcmp(ct_back, rt.plain + p->out, req->produced) == 0,
		    "other data after %zu", p->out);
	p->seen = p->seen > p->in + in ? p->seen : p->in + in;
	p->in += req->consumed;
	p->out += req->produced;
	if (rt_state->ended)
		return check_ended(p);
	if (rt_state->more) {
		TEST_ASSERT(req->produced == room &&
			    (p->out < rt.out_after[p->in - req->consumed + in] ||
			     (rt.bad && p->seen >= rt.stream_len)),
			    "nothing is pending after %zu", p->out);
		TEST_ASSERT(in == 0 || req->consumed < in, "all consumed");
		return 0;
	}
	return check_drained(p, in);
}

static int
step(struct play *p)
{
	size_t in = pick(p, p->cut->in, rt.len - p->in);
	size_t room = pick(p, p->cut->room, p->cut->random ? 9000 : rt.out - p->out);
	int ret;

	/* what is held gets no further once there is no input */
	if (in == 0 && p->in < rt.len)
		p->forced |= p->cut->hold;
	if (room == 0 && p->idle > 2 && !p->cut->random)
		room = 1;
	rt_hold = p->cut->hold;
	ret = (ct_rnd(4) == 0 ? ct_run_segs : ct_run_flat)(rt_resume, &p->req,
			ct_stream + p->in, in, ct_back, room);
	if (ret == SOFT_CODEC_BAD_DATA && rt.bad && p->in + in >= rt.stream_len) {
		p->done = true;
		return 0;
	}
	TEST_ASSERT(ret == SOFT_CODEC_OK, "status %d after %zu", ret, p->in);
	p->idle = p->req.consumed || p->req.produced ? 0 : p->idle + 1;
	/* output may be due only once the room is there */
	TEST_ASSERT(p->idle < 100 && (in == 0 || room == 0 || p->idle == 0 || rt_state->ended),
		    "no progress: %zu in, %zu room", in, room);
	if (check_step(p, in, room) != 0)
		return -1;
	if (p->in == rt.len && !rt_state->ended && p->idle > 20) {
		TEST_ASSERT(!rt.ended && !rt.bad && p->out == rt.out,
			    "stuck at %zu of %zu", p->out, rt.out);
		p->done = true;
	}
	return 0;
}

int
rt_play(const struct rt_cut *cut)
{
	struct play p = { .cut = cut };

	p.req.want_crc = true;
	p.req.want_adler = true;
	p.req.adler = 1;
	rt_reset();
	while (!p.done)
		if (step(&p) != 0) {
			printf("pieces of %zu, room %zu%s%s; %zu of %zu in, %zu of %zu out\n",
			       cut->in, cut->room, cut->random ? ", random" : "",
			       cut->hold ? ", hold" : "", p.in, rt.len, p.out, rt.out);
			return -1;
		}
	return 0;
}
