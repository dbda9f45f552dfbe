/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/*
 * Devices that are slow, or early, or answer for others, but lose nothing: no op of a
 * stream may fail for it, nor one that is being verified.
 */

#include <string.h>

#include "test_pmd_stream.h"

#define LEN	6000u
#define ROOM	(4 * LEN)
#define LAPS	5u

static uint8_t data[LEN], packed[ROOM], out[ROOM];

static struct rte_comp_op *
one_op(struct pmd_io *io, struct pmd_buf *src, struct pmd_buf *dst, uint32_t len)
{
	io->src = src;
	io->dst = dst;
	io->src_len = len;
	if (pmd_buf_with(src, data, len) != 0 || pmd_buf_flat(dst, ROOM) != 0)
		return NULL;
	return pmd_op(io);
}

/* One request is late while others go round its ring: they wait for it. */
static int
ring_blocked(const char *args, bool streams)
{
	struct pmd_io io = { .flush = RTE_COMP_FLUSH_FINAL, .stateful = streams };
	struct rte_comp_op *late, *op, *back[2];
	struct pmd_buf src[2], dst[2];
	unsigned int nb = 0, late_back = 0;
	struct pmd_dev dev;
	void *first;

	TEST_ASSERT(pmd_open(&dev, PMD_NAME, args, 1, 8) == 0, "%s", args);
	first = streams ? pmd_stream_new(&dev, true, RTE_COMP_CHECKSUM_NONE) :
		pmd_deflate(&dev, 1, RTE_COMP_HUFFMAN_DYNAMIC, 15, RTE_COMP_CHECKSUM_NONE);
	io.xform = first;
	late = one_op(&io, &src[0], &dst[0], LEN);
	TEST_ASSERT(late != NULL && rte_compressdev_enqueue_burst(dev.id, 0, &late, 1) == 1,
		    "enqueue");
	if (streams)
		io.xform = pmd_stream_new(&dev, true, RTE_COMP_CHECKSUM_NONE);
	for (unsigned int i = 0; i < LAPS * 32; i++) {
		op = one_op(&io, &src[1], &dst[1], 1 + pmd_rnd(LEN));
		TEST_ASSERT(op != NULL &&
			    rte_compressdev_enqueue_burst(dev.id, 0, &op, 1) == 1, "enqueue");
		for (nb = 0; nb == 0; ) {
			TEST_ASSERT(pmd_dequeue(&dev, 0, back, 1) == 1, "%s: lost", args);
			TEST_ASSERT(back[0]->status == RTE_COMP_OP_STATUS_SUCCESS,
				    "%s: op %u: status %u", args, i, back[0]->status);
			late_back += back[0] == late;
			nb += back[0] == op;
		}
		rte_comp_op_free(op);
		pmd_buf_free(&src[1]);
		pmd_buf_free(&dst[1]);
	}
	if (late_back == 0)
		TEST_ASSERT(pmd_dequeue(&dev, 0, back, 1) == 1 && back[0] == late &&
			    late->status == RTE_COMP_OP_STATUS_SUCCESS, "the late one");
	rte_comp_op_free(late);
	pmd_buf_free(&src[0]);
	pmd_buf_free(&dst[0]);
	if (streams) {
		rte_compressdev_stream_free(dev.id, io.xform);
		rte_compressdev_stream_free(dev.id, first);
	} else {
		pmd_xform_free(&dev, first);
	}
	return pmd_close(&dev);
}

/* Completions that come too early, twice, or for nothing: null requests believe none. */
static int
answers_for_others(const char *args)
{
	struct pmd_io io = { .flush = RTE_COMP_FLUSH_NONE };
	struct pmd_dev dev;

	TEST_ASSERT(pmd_open(&dev, PMD_NAME, args, 1, PMD_QP_OPS) == 0, "%s", args);
	io.xform = pmd_stream_new(&dev, false, RTE_COMP_CHECKSUM_NONE);
	for (unsigned int i = 0; i < 60; i++) {
		uint32_t len = 1 + pmd_rnd(LEN);
		struct pmd_feed f = {
			.in = packed, .max_in = 1 + pmd_rnd(300), .out = out, .room = ROOM,
			.max_out = 1 + pmd_rnd(400), .final = true,
		};

		pmd_fill(i % PMD_NB_KINDS, data, len);
		f.len = pmd_stream_ref(data, len, packed, ROOM);
		TEST_ASSERT(pmd_stream_feed(&dev, &io, &f) == 0 &&
			    f.status == RTE_COMP_OP_STATUS_SUCCESS && f.produced == len &&
			    memcmp(out, data, len) == 0,
			    "%s: stream %u: status %u, %u of %u out, %u of %u in", args, i,
			    f.status, f.produced, len, f.consumed, f.len);
	}
	TEST_ASSERT(rte_compressdev_stream_free(dev.id, io.xform) == 0, "free");
	return pmd_close(&dev);
}

/* A verification that has begun when the device stops ends well. */
static int
verified_at_stop(const char *args, unsigned int polls)
{
	struct pmd_io io = { .flush = RTE_COMP_FLUSH_FINAL };
	struct rte_comp_op *op, *back = NULL;
	struct pmd_buf src, dst;
	struct pmd_dev dev;
	uint16_t nb = 0;

	TEST_ASSERT(pmd_open(&dev, PMD_NAME, args, 1, PMD_QP_OPS) == 0, "%s", args);
	for (unsigned int i = 0; i < polls; i++)
		rte_compressdev_dequeue_burst(dev.id, 0, &back, 1);
	io.xform = pmd_deflate(&dev, 1, RTE_COMP_HUFFMAN_DYNAMIC, 15, RTE_COMP_CHECKSUM_NONE);
	op = one_op(&io, &src, &dst, LEN);
	TEST_ASSERT(op != NULL && rte_compressdev_enqueue_burst(dev.id, 0, &op, 1) == 1,
		    "enqueue");
	nb = rte_compressdev_dequeue_burst(dev.id, 0, &back, 1);
	rte_compressdev_stop(dev.id);
	if (nb == 0)
		nb = pmd_dequeue(&dev, 0, &back, 1);
	TEST_ASSERT(nb == 1 && back == op && op->status == RTE_COMP_OP_STATUS_SUCCESS,
		    "%s, %u polls: status %u", args, polls, op->status);
	TEST_ASSERT(pmd_dumped(&dev, "faults:", "timeout") == 0, "stop waited in vain");
	rte_comp_op_free(op);
	pmd_buf_free(&src);
	pmd_buf_free(&dst);
	pmd_xform_free(&dev, io.xform);
	return pmd_close(&dev);
}

static int
test_pmd_stream_late(void)
{
	static const char * const verifying[] = {
		"device=soft,verify=all", "device=soft,soft_ext=off,verify=all",
	};
	static const char * const others[] = {
		"device=soft,soft_ext=off,fallback=off",
		"device=soft,soft_ext=off,fallback=off,soft_faults=early:d:0:0:1:1",
		"device=soft,soft_ext=off,fallback=off,soft_faults=noise:d:0:0:1",
		"device=soft,soft_ext=off,fallback=off,soft_faults=dup:d:0:0:3",
	};

	if (pmd_up() != 0)
		return -1;
	pmd_seed(8601);
	pmd_fill(PMD_TEXT, data, LEN);
	if (ring_blocked("device=soft,soft_depth=32,soft_faults=late:c:0:1:1:500", true) != 0 ||
	    ring_blocked("device=soft,soft_depth=32,verify=all,soft_faults=late:d:0:1:1:500",
			 false) != 0)
		return pmd_down(-1);
	for (unsigned int i = 0; i < DIM(others); i++)
		if (answers_for_others(others[i]) != 0)
			return pmd_down(-1);
	for (unsigned int polls = 0; polls < 5; polls++)
		for (unsigned int i = 0; i < DIM(verifying); i++)
			if (verified_at_stop(verifying[i], polls) != 0)
				return pmd_down(-1);
	return pmd_down(0);
}

UACCE_TEST(pmd_stream_late, test_pmd_stream_late);
