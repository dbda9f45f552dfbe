/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/*
 * Engine and soft lane: what the engine can do goes there, the rest to the soft lane,
 * counted by reason, or is refused with fallback=off.
 */

#include <stdlib.h>
#include <string.h>

#include "test_pmd.h"

#define LEN		4000u
#define ENGINE_MAX	(8u << 20)	/* longest input and output of an engine */
#define HUGE_LEN	(ENGINE_MAX + 1)

static uint8_t data[LEN], packed[2 * LEN], plain[LEN + 16];

/* One request from in to room bytes; what it produced goes to out. */
static int
run(const struct pmd_dev *dev, struct pmd_io *io, const uint8_t *in, uint8_t *out,
    uint32_t room)
{
	struct pmd_buf src, dst;
	int ret;

	io->src = &src;
	io->dst = &dst;
	TEST_ASSERT(pmd_buf_with(&src, in, io->src_len) == 0 && pmd_buf_flat(&dst, room) == 0,
		    "memory");
	ret = pmd_run(dev, io);
	if (ret == 0 && out != NULL)
		pmd_buf_read(&dst, 0, out, io->produced);
	pmd_buf_free(&src);
	pmd_buf_free(&dst);
	return ret;
}

/* The same, refused: with that status and nothing else changed. */
static int
refused(const struct pmd_dev *dev, struct pmd_io *io, uint8_t status)
{
	struct pmd_buf src, dst;
	struct rte_comp_op *op, was;

	io->src = &src;
	io->dst = &dst;
	TEST_ASSERT(pmd_buf_flat(&src, io->src_len) == 0 && pmd_buf_flat(&dst, LEN) == 0,
		    "memory");
	op = pmd_op(io);
	was = *op;
	TEST_ASSERT(rte_compressdev_enqueue_burst(dev->id, 0, &op, 1) == 0, "accepted");
	TEST_ASSERT(op->status == status, "status %u, not %u", op->status, status);
	op->status = was.status;
	TEST_ASSERT(memcmp(op, &was, sizeof(was)) == 0, "op changed");
	rte_comp_op_free(op);
	TEST_ASSERT(pmd_buf_intact(&dst, 0, 0), "destination changed");
	pmd_buf_free(&src);
	pmd_buf_free(&dst);
	return 0;
}

/* What an engine has no stateless request for. */
static int
without_engine(const struct pmd_dev *dev, struct pmd_io *io, uint8_t status)
{
	struct pmd_buf src, dst;

	io->src = &src;
	io->dst = &dst;
	TEST_ASSERT(pmd_buf_flat(&src, io->src_len) == 0 && pmd_buf_flat(&dst, 2 * LEN) == 0,
		    "memory");
	TEST_ASSERT(pmd_run(dev, io) == 0 && io->status == status, "status %u, not %u",
		    io->status, status);
	TEST_ASSERT(status != RTE_COMP_OP_STATUS_SUCCESS ||
		    (io->consumed == io->src_len && io->produced != 0), "lengths");
	pmd_buf_free(&src);
	pmd_buf_free(&dst);
	return 0;
}

/* What goes where, and why. */
struct route {
	int level;
	enum rte_comp_huffman huffman;
	uint8_t window;
	enum rte_comp_checksum_type chksum;
	enum rte_comp_flush_flag flush;
	uint32_t len;
	const char *why[2];	/* reason for the soft lane on v3, v2; NULL: the engine */
};

static const struct route routes[] = {
	{ -1, 0, 15, 0, RTE_COMP_FLUSH_FINAL, LEN, { NULL, NULL } },
	{ 9, RTE_COMP_HUFFMAN_DYNAMIC, 15, 0, RTE_COMP_FLUSH_FINAL, 1, { NULL, NULL } },
	{ 1, 0, 12, 0, RTE_COMP_FLUSH_FINAL, LEN, { NULL, "xform" } },
	{ 1, 0, 11, 0, RTE_COMP_FLUSH_FINAL, LEN, { "xform", "xform" } },
	{ 0, 0, 15, 0, RTE_COMP_FLUSH_FINAL, LEN, { "xform", "xform" } },
	{ 1, RTE_COMP_HUFFMAN_FIXED, 15, 0, RTE_COMP_FLUSH_FINAL, LEN, { "xform", "xform" } },
	{ 1, 0, 15, RTE_COMP_CHECKSUM_CRC32, RTE_COMP_FLUSH_FINAL, LEN, { "xform", "xform" } },
	{ 1, 0, 15, 0, RTE_COMP_FLUSH_FULL, LEN, { "flush", "flush" } },
	{ 1, 0, 15, 0, RTE_COMP_FLUSH_FINAL, 0, { "size", "size" } },
};

static int
route_one(const struct pmd_dev *dev, const struct route *r, const char *why)
{
	const char *key = why != NULL ? why : "queue";
	int64_t engine = pmd_dumped(dev, "lane engine compress:", "enqueued");
	int64_t soft = pmd_dumped(dev, "lane soft compress:", "enqueued");
	int64_t because = pmd_dumped(dev, "fallback:", key);
	struct pmd_io io = {
		.xform = pmd_deflate(dev, r->level, r->huffman, r->window, r->chksum),
		.flush = r->flush, .src_len = r->len,
	};

	TEST_ASSERT(io.xform != NULL && run(dev, &io, data, packed, 2 * LEN) == 0 &&
		    io.status == RTE_COMP_OP_STATUS_SUCCESS, "status %u", io.status);
	engine = pmd_dumped(dev, "lane engine compress:", "enqueued") - engine;
	soft = pmd_dumped(dev, "lane soft compress:", "enqueued") - soft;
	because = pmd_dumped(dev, "fallback:", key) - because;
	TEST_ASSERT(engine == (why == NULL) && soft == (why != NULL) &&
		    because == (why != NULL), "engine %d, soft %d, %s %d", (int)engine,
		    (int)soft, key, (int)because);
	pmd_xform_free(dev, io.xform);
	return 0;
}

static int
fallback_on(const struct pmd_dev *dev, const struct pmd_flavour *f)
{
	struct pmd_io io = { .flush = RTE_COMP_FLUSH_FINAL };
	const char *lane = f->api == 2 ? "lane soft decompress:" : "lane engine decompress:";

	if (f->api == 0)
		return 0;
	for (unsigned int i = 0; i < DIM(routes); i++)
		TEST_ASSERT(route_one(dev, &routes[i], routes[i].why[f->api == 2]) == 0,
			    "route %u", i);
	io.xform = pmd_inflate(dev, RTE_COMP_CHECKSUM_NONE);
	io.src_len = ref_deflate(data, LEN, packed, sizeof(packed), 6, 0);
	TEST_ASSERT(run(dev, &io, packed, plain, LEN) == 0 && io.produced == LEN &&
		    memcmp(plain, data, LEN) == 0, "decompress: %u", io.status);
	TEST_ASSERT(pmd_dumped(dev, lane, "enqueued") == 1, "not by the %s", lane);
	pmd_xform_free(dev, io.xform);
	TEST_ASSERT(pmd_dumped(dev, "soft:", "mistake") < 0, "the model noticed a mistake");
	return 0;
}

/* Rooms from nothing on, compressing: the engine ignores less than 17 bytes. */
static int
little_room(const struct pmd_dev *dev, void *c)
{
	struct pmd_io io = { .xform = c, .flush = RTE_COMP_FLUSH_FINAL };

	for (io.src_len = 1; io.src_len < 40; io.src_len++) {
		uint8_t want[128];
		uint32_t n;

		TEST_ASSERT(run(dev, &io, data, want, sizeof(want)) == 0 &&
			    io.status == RTE_COMP_OP_STATUS_SUCCESS, "status %u", io.status);
		n = io.produced;
		for (uint32_t room = 0; room < n + 20; room++) {
			TEST_ASSERT(run(dev, &io, data, packed, room) == 0, "run");
			TEST_ASSERT(io.status == (room < n ?
				    RTE_COMP_OP_STATUS_OUT_OF_SPACE_TERMINATED :
				    RTE_COMP_OP_STATUS_SUCCESS), "%u bytes in %u: %u", n, room,
				    io.status);
			TEST_ASSERT(room < n || (io.produced == n &&
						 memcmp(packed, want, n) == 0), "other bytes");
		}
	}
	return 0;
}

static int
both_ways(const struct pmd_dev *dev, void *c, void *d)
{
	struct pmd_io io = { .xform = c, .flush = RTE_COMP_FLUSH_FINAL, .src_len = LEN };
	struct ref_verdict v;

	TEST_ASSERT(run(dev, &io, data, packed, 2 * LEN) == 0 &&
		    io.status == RTE_COMP_OP_STATUS_SUCCESS, "status %u", io.status);
	v = ref_inflate(packed, io.produced, plain, LEN + 1, 15, SIZE_MAX);
	TEST_ASSERT(v.final && v.consumed == io.produced && v.produced == LEN &&
		    memcmp(plain, data, LEN) == 0, "zlib reads other data");
	if (d == NULL)
		return 0;
	memset(plain, 0, LEN);
	io.xform = d;
	io.src_len = io.produced;
	TEST_ASSERT(run(dev, &io, packed, plain, LEN) == 0 && io.produced == LEN &&
		    memcmp(plain, data, LEN) == 0, "status %u", io.status);
	return 0;
}

static int
fallback_off(unsigned int api)
{
	struct pmd_io io = { .flush = RTE_COMP_FLUSH_FINAL };
	char args[96];
	struct pmd_dev dev;
	void *d;

	snprintf(args, sizeof(args), "device=soft,soft_ext=off,fallback=off,soft_api=%u", api);
	TEST_ASSERT(pmd_open(&dev, PMD_NAME, args, 1, PMD_QP_OPS) == 0, "%s", args);
	io.xform = pmd_deflate(&dev, 1, RTE_COMP_HUFFMAN_DEFAULT, 15, RTE_COMP_CHECKSUM_NONE);
	d = pmd_inflate(&dev, RTE_COMP_CHECKSUM_NONE);
	TEST_ASSERT(io.xform != NULL && (d == NULL) == (api == 2), "xforms");
	TEST_ASSERT(without_engine(&dev, &io, RTE_COMP_OP_STATUS_SUCCESS) == 0, "empty");
	io.src_len = HUGE_LEN;
	TEST_ASSERT(refused(&dev, &io, RTE_COMP_OP_STATUS_INVALID_ARGS) == 0, "too long");
	io.src_len = LEN;
	io.flush = RTE_COMP_FLUSH_FULL;
	TEST_ASSERT(without_engine(&dev, &io, RTE_COMP_OP_STATUS_SUCCESS) == 0, "FULL");
	if (both_ways(&dev, io.xform, d) != 0 || little_room(&dev, io.xform) != 0)
		return -1;
	if (d != NULL) {
		struct pmd_io back = { .xform = d, .flush = RTE_COMP_FLUSH_FINAL };

		TEST_ASSERT(without_engine(&dev, &back, RTE_COMP_OP_STATUS_ERROR) == 0, "empty");
		pmd_xform_free(&dev, d);
	}
	TEST_ASSERT(pmd_dumped(&dev, "enqueue:", "errors") == 1, "errors");
	TEST_ASSERT(pmd_dumped(&dev, "lane soft compress:", "enqueued") <= 0, "soft lane");
	pmd_xform_free(&dev, io.xform);
	return pmd_close(&dev);
}

/* Inputs of 8 MiB and beyond, and outputs; zeros, so that the other side is small. */
static int
huge(const char *args, bool fallback)
{
	uint8_t *big = calloc(1, HUGE_LEN), *small = malloc(HUGE_LEN / 100);
	struct pmd_io io = { .flush = RTE_COMP_FLUSH_FINAL, .src_len = ENGINE_MAX };
	struct pmd_dev dev;
	void *c, *d;
	uint32_t n;

	TEST_ASSERT(big != NULL && small != NULL, "memory");
	TEST_ASSERT(pmd_open(&dev, PMD_NAME, args, 1, PMD_QP_OPS) == 0, "%s", args);
	c = pmd_deflate(&dev, 1, RTE_COMP_HUFFMAN_DEFAULT, 15, RTE_COMP_CHECKSUM_NONE);
	d = pmd_inflate(&dev, RTE_COMP_CHECKSUM_NONE);
	io.xform = c;
	TEST_ASSERT(run(&dev, &io, big, small, HUGE_LEN / 100) == 0 &&
		    io.status == RTE_COMP_OP_STATUS_SUCCESS, "8 MiB: %u", io.status);
	TEST_ASSERT(pmd_dumped(&dev, "lane engine compress:", "enqueued") == 1, "by soft lane");
	n = io.produced;
	io.xform = d;
	io.src_len = n;
	TEST_ASSERT(run(&dev, &io, small, big, ENGINE_MAX) == 0 &&
		    io.status == RTE_COMP_OP_STATUS_SUCCESS &&
		    io.produced == ENGINE_MAX, "8 MiB back: %u", io.status);
	io.xform = c;
	io.src_len = HUGE_LEN;
	if (fallback) {
		struct ref_verdict v;

		TEST_ASSERT(run(&dev, &io, big, small, HUGE_LEN / 100) == 0 &&
			    io.status == RTE_COMP_OP_STATUS_SUCCESS, "more: %u", io.status);
		TEST_ASSERT(pmd_dumped(&dev, "fallback:", "size") >= 1, "not counted");
		v = ref_inflate(small, io.produced, big, HUGE_LEN, 15, SIZE_MAX);
		TEST_ASSERT(v.final && v.produced == HUGE_LEN, "zlib reads other data");
	}
	io.xform = d;
	io.src_len = ref_deflate(big, HUGE_LEN, small, HUGE_LEN / 100, 1, 0);
	memset(big, 1, HUGE_LEN);
	TEST_ASSERT(run(&dev, &io, small, big, HUGE_LEN) == 0, "run");
	/* alone it fails: there is room, and more of it would not help */
	TEST_ASSERT(io.status == (fallback ? RTE_COMP_OP_STATUS_SUCCESS :
				  RTE_COMP_OP_STATUS_ERROR), "more back: %u", io.status);
	for (uint32_t i = 0; fallback && i < HUGE_LEN; i++)
		TEST_ASSERT(big[i] == 0, "other data at %u", i);
	pmd_xform_free(&dev, c);
	pmd_xform_free(&dev, d);
	free(big);
	free(small);
	return pmd_close(&dev);
}

static int
test_engine(void)
{
	int ret = pmd_up();

	pmd_seed(5201);
	pmd_fill(PMD_MIXED, data, LEN);
	if (ret == 0)
		ret = pmd_each_flavour(fallback_on);
	for (unsigned int api = 2; api <= 5 && ret == 0; api++)
		ret = api == 4 ? 0 : fallback_off(api);
	if (ret == 0)
		ret = huge("device=soft,soft_ext=off", true);
	if (ret == 0)
		ret = huge("device=soft,soft_ext=off,fallback=off", false);
	return pmd_down(ret);
}

UACCE_TEST(pmd_engine, test_engine)
