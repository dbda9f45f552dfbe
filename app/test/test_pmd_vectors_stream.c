/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/*
 * The same for streams: words that follow from the datasheet's section 5, and those that
 * the device has returned, which come back to it.
 */

#include <string.h>

#include "test_pmd_stream.h"
#include "test_pmd_vectors.h"

#define MAX		4096u

static uint8_t data[MAX], packed[2 * MAX];

/* Where a flat buffer of a request is. */
enum where { OP, CTX_BOUNCE };

/*
 * One op, of which the first request is looked at. dw7: mode in 26, new in 27 with the
 * first request of a stream (5.3), flush in 25: FINAL when the last input goes (5.3), but
 * not with an input that was shrunk to 8/9 of the room, down to a multiple of 4 (5.4);
 * type as for stateless ones. Up to 200 bytes of room: the bounce buffer of 236, behind
 * the device's 38 KiB (5.1, 5.4). v2: zlib without its end, so never finish.
 */
struct step {
	uint32_t in, room;
	enum rte_comp_flush_flag flush;
	uint32_t dw4, dw7, dw9, dw14;
	enum where dst;
	int nb;			/* requests; 0: as many as it takes */
};

#define NONE	RTE_COMP_FLUSH_NONE
#define SYNC	RTE_COMP_FLUSH_SYNC
#define FULL	RTE_COMP_FLUSH_FULL
#define FINAL	RTE_COMP_FLUSH_FINAL

struct stream {
	const char *what;
	unsigned int api;
	bool compress;
	struct step steps[6];
};

static const struct stream streams[] = {
	{ "v3, one", 3, true, {
		{ 1000, 2000, FINAL, 1000, 0x3e000000, 0x4001, 2000, OP, 1 },
	} },
	{ "v3, four, and another stream", 3, true, {
		{ 1000, 2000, NONE, 1000, 0x3c000000, 0x4001, 2000, OP, 1 },
		{ 700, 1500, SYNC, 700, 0x34000000, 0x4001, 1500, OP, 1 },
		{ 900, 1600, NONE, 900, 0x34000000, 0x4001, 1600, OP, 1 },
		{ 800, 1700, FINAL, 800, 0x36000000, 0x4001, 1700, OP, 1 },
		{ 600, 1800, NONE, 600, 0x3c000000, 0x4001, 1800, OP, 1 },
	} },
	/* after FULL nothing may be referred to: a stream of its own */
	{ "v3, full", 3, true, {
		{ 1000, 2000, FULL, 1000, 0x3c000000, 0x4001, 2000, OP, 1 },
		{ 700, 1500, FINAL, 700, 0x3e000000, 0x4001, 1500, OP, 1 },
	} },
	/* 1000 * 8 / 9 = 888.9; 1100 * 8 / 9 = 977.8 */
	{ "v3, shrunk", 3, true, {
		{ 2000, 1000, FINAL, 888, 0x3c000000, 0x4001, 1000, OP, 0 },
	} },
	{ "v3, shrunk to a multiple of 4", 3, true, {
		{ 300, 2000, NONE, 300, 0x3c000000, 0x4001, 2000, OP, 1 },
		{ 2000, 1100, SYNC, 976, 0x34000000, 0x4001, 1100, OP, 0 },
	} },
	/* 236 * 8 / 9 = 209.8 */
	{ "v3, bounced", 3, true, {
		{ 300, 200, SYNC, 208, 0x3c000000, 0x4001, 236, CTX_BOUNCE, 0 },
	} },
	{ "v3, just not bounced", 3, true, {
		{ 100, 201, SYNC, 100, 0x3c000000, 0x4001, 201, OP, 1 },
	} },
	{ "v3, inflate", 3, false, {
		{ 400, 2000, SYNC, 400, 0x3c000000, 0x4001, 2000, OP, 1 },
		{ 300, 1500, SYNC, 300, 0x34000000, 0x4001, 1500, OP, 1 },
		{ 305, 1600, SYNC, 305, 0x34000000, 0x4001, 1600, OP, 1 },
		{ 1005, 2000, SYNC, 1005, 0x3c000000, 0x4001, 2000, OP, 1 },
	} },
	{ "v3, inflate, bounced", 3, false, {
		{ 300, 100, SYNC, 300, 0x3c000000, 0x4001, 236, CTX_BOUNCE, 0 },
	} },
	{ "v5", 5, true, {
		{ 1000, 2000, NONE, 1000, 0x3c000000, 0x4001, 2000, OP, 1 },
		{ 800, 1700, FINAL, 800, 0x36000000, 0x4001, 1700, OP, 1 },
	} },
	{ "v2", 2, true, {
		{ 1000, 2000, NONE, 1000, 0x0c000000, 0x0002, 2000, OP, 1 },
		{ 700, 1500, SYNC, 700, 0x04000000, 0x0002, 1500, OP, 1 },
		{ 800, 1700, FINAL, 800, 0x04000000, 0x0002, 1700, OP, 1 },
		{ 600, 1800, FINAL, 600, 0x0c000000, 0x0002, 1800, OP, 1 },
	} },
	{ "v2, bounced", 2, true, {
		{ 300, 200, SYNC, 208, 0x0c000000, 0x0002, 236, CTX_BOUNCE, 0 },
	} },
};

/* Words that a continuation takes from the answer before (5.2, 3.7). */
static const unsigned int carried[] = { 15, 28, 29, 30, 31 };

/* The answer to the last request there was before record `at`. */
static const struct uacce_soft_trace_record *
answer_before(const struct trace *t, size_t at)
{
	while (at-- != 0)
		if (t->r[at].kind == UACCE_SOFT_TRACE_DONE)
			return &t->r[at];
	return NULL;
}

static int
check_step(struct vdev *v, const struct step *s, const struct pmd_io *io, uint64_t *ctx)
{
	uint32_t want[32] = { [4] = s->dw4, [7] = s->dw7, [9] = s->dw9, [14] = s->dw14 };
	const struct uacce_soft_trace_record *r, *last;
	size_t at;
	int nb = vdev_sqes(v, &at);

	TEST_ASSERT(nb > 0 && (s->nb == 0 || nb == s->nb), "%d requests", nb);
	r = &v->t.r[at];
	last = answer_before(&v->t, at);
	TEST_ASSERT((s->dw7 & 0x08000000) != 0 || last != NULL, "no answer before");
	for (unsigned int i = 0; i < DIM(carried) && (s->dw7 & 0x08000000) == 0; i++)
		want[carried[i]] = vec_word(last, carried[i]);
	TEST_ASSERT(vec_words(r, want) == 0, "words");
	/* 64 bytes into what is one per stream, and page-aligned (5.1, 12) */
	TEST_ASSERT(vec_addr(r, 22) % 4096 == 64 && (*ctx == 0 || vec_addr(r, 22) == *ctx),
		    "context");
	*ctx = vec_addr(r, 22);
	TEST_ASSERT(vec_addr(r, 18) == vec_flat(io->src), "source");
	TEST_ASSERT(vec_addr(r, 20) == (s->dst == OP ? vec_flat(io->dst) : *ctx - 64 + 0x9840),
		    "destination");
	return 0;
}

/* One op with buffers in one piece. */
static int
run_step(struct vdev *v, const struct step *s, void *stream, const uint8_t *in, uint64_t *ctx)
{
	struct pmd_buf src, dst;
	struct pmd_io io = {
		.xform = stream, .stateful = true, .flush = s->flush, .src = &src, .dst = &dst,
		.src_len = s->in,
	};
	int ret;

	TEST_ASSERT(pmd_buf_with(&src, in, s->in) == 0 && pmd_buf_flat(&dst, s->room) == 0,
		    "memory");
	TEST_ASSERT(pmd_run(&v->dev, &io) == 0, "run");
	TEST_ASSERT(io.status == RTE_COMP_OP_STATUS_SUCCESS || s->nb != 1, "status %u",
		    io.status);
	ret = check_step(v, s, &io, ctx);
	pmd_buf_free(&src);
	pmd_buf_free(&dst);
	return ret;
}

static int
run_stream(struct vdev *v, const struct stream *t)
{
	void *s = pmd_stream_new(&v->dev, t->compress, RTE_COMP_CHECKSUM_NONE);
	uint32_t at = 0;
	uint64_t ctx = 0;

	TEST_ASSERT(s != NULL, "stream");
	for (unsigned int i = 0; i < DIM(t->steps) && t->steps[i].in != 0; i++) {
		if ((t->steps[i].dw7 & 0x08000000) != 0)
			at = 0;
		TEST_ASSERT(run_step(v, &t->steps[i], s, t->compress ? data : packed + at,
				     &ctx) == 0, "op %u", i);
		at += t->steps[i].in;
	}
	TEST_ASSERT(rte_compressdev_stream_free(v->dev.id, s) == 0, "free");
	return 0;
}

/*
 * The last block is too short to be started: it is cached (state 3), and a request without
 * input fetches it (5.7). That has a valid source address though there is nothing (3.8);
 * consumed is preset to what no answer is, for in those it is written and produced need
 * not be (7.1).
 */
static int
null_request(struct vdev *v)
{
	static const uint8_t empty[] = { 0x03, 0x00 };
	struct step s = { 2, 500, SYNC, 2, 0x3c000000, 0x4001, 500, OP, 2 };
	void *stream = pmd_stream_new(&v->dev, false, RTE_COMP_CHECKSUM_NONE);
	const struct uacce_soft_trace_record *r, *last;
	uint32_t want[32] = {
		[0] = 0xffffffff, [7] = 0x34000000, [9] = 0x4001, [14] = 500,
	};
	uint64_t ctx = 0;
	size_t at;

	TEST_ASSERT(stream != NULL && run_step(v, &s, stream, empty, &ctx) == 0, "first");
	at = trace_next(&v->t, 0, UACCE_SOFT_TRACE_DONE);
	last = &v->t.r[at];
	at = trace_next(&v->t, at, UACCE_SOFT_TRACE_SQE);
	TEST_ASSERT(at < v->t.nb, "none");
	r = &v->t.r[at];
	for (unsigned int i = 0; i < DIM(carried); i++)
		want[carried[i]] = vec_word(last, carried[i]);
	/* 16 bits, block not started (5.2) */
	TEST_ASSERT(want[15] == (16u << 10 | 3), "state %08x", want[15]);
	TEST_ASSERT(vec_words(r, want) == 0, "words");
	TEST_ASSERT(vec_addr(r, 18) == vec_addr(r, 20) && vec_addr(r, 18) != 0, "addresses");
	TEST_ASSERT(vec_addr(r, 22) == ctx, "context");
	TEST_ASSERT(rte_compressdev_stream_free(v->dev.id, stream) == 0, "free");
	return 0;
}

static int
all_streams(void)
{
	struct vdev v = { .api = 0 };

	for (unsigned int i = 0; i < DIM(streams); i++) {
		if (streams[i].api != v.api) {
			TEST_ASSERT(v.api == 0 || vdev_close(&v) == 0, "close");
			TEST_ASSERT(vdev_open(&v, streams[i].api) == 0, "open");
		}
		TEST_ASSERT(run_stream(&v, &streams[i]) == 0, "%s", streams[i].what);
	}
	TEST_ASSERT(vdev_close(&v) == 0 && vdev_open(&v, 3) == 0, "open");
	TEST_ASSERT(null_request(&v) == 0, "null request");
	return vdev_close(&v);
}

static int
test_vectors_stream(void)
{
	int ret = pmd_up();

	pmd_seed(8102);
	pmd_fill(PMD_TEXT, data, MAX);
	/* 1000 bytes in a stored block */
	memcpy(packed, "\x01\xe8\x03\x17\xfc", 5);
	memcpy(packed + 5, data, 1000);
	if (ret == 0)
		ret = all_streams();
	return pmd_down(ret);
}

UACCE_TEST(pmd_vectors_stream, test_vectors_stream)
