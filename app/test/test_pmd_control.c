/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/*
 * Control operations: configure and configure again, queue pairs set up in any order and
 * repeatedly, start, stop, info, stats.
 */

#include <errno.h>
#include <string.h>

#include <rte_bus_vdev.h>
#include <rte_version.h>

#include "test_log.h"
#include "test_pmd.h"

#define LEN	300u

static uint8_t data[LEN];

static int
configure(const struct pmd_dev *dev, uint16_t nb)
{
	struct rte_compressdev_config conf = {
		.socket_id = rte_socket_id(), .nb_queue_pairs = nb,
	};

	return rte_compressdev_configure(dev->id, &conf);
}

static int
setup(const struct pmd_dev *dev, uint16_t qp, uint32_t max_inflight)
{
	return rte_compressdev_queue_pair_setup(dev->id, qp, max_inflight, rte_socket_id());
}

/* nb ops through queue pair qp. */
static int
use(const struct pmd_dev *dev, uint16_t qp, unsigned int nb)
{
	struct rte_comp_op *ops[64], *back[64];
	struct pmd_buf src, dst[64];
	struct pmd_io io = { .flush = RTE_COMP_FLUSH_FINAL, .src = &src, .src_len = LEN };

	io.xform = pmd_deflate(dev, 1, RTE_COMP_HUFFMAN_DEFAULT, 15, RTE_COMP_CHECKSUM_NONE);
	TEST_ASSERT(io.xform != NULL && pmd_buf_with(&src, data, LEN) == 0, "setup");
	for (unsigned int i = 0; i < nb; i++) {
		TEST_ASSERT(pmd_buf_flat(&dst[i], 2 * LEN) == 0, "memory");
		io.dst = &dst[i];
		ops[i] = pmd_op(&io);
	}
	TEST_ASSERT(rte_compressdev_enqueue_burst(dev->id, qp, ops, nb) == nb, "enqueue");
	TEST_ASSERT(pmd_dequeue(dev, qp, back, nb) == nb, "dequeue");
	for (unsigned int i = 0; i < nb; i++) {
		TEST_ASSERT(back[i]->status == RTE_COMP_OP_STATUS_SUCCESS, "status %u",
			    back[i]->status);
		rte_comp_op_free(back[i]);
		pmd_buf_free(&dst[i]);
	}
	pmd_buf_free(&src);
	pmd_xform_free(dev, io.xform);
	return 0;
}

static int
start_and_use(struct pmd_dev *dev, uint16_t nb)
{
	TEST_ASSERT(rte_compressdev_start(dev->id) == 0, "start");
	for (uint16_t i = 0; i < nb; i++)
		TEST_ASSERT(use(dev, i, 1 + pmd_rnd(60)) == 0, "queue pair %u", i);
	rte_compressdev_stop(dev->id);
	return 0;
}

/* More and fewer queue pairs; set up in any order, again and again. */
static int
reconfigure(const char *args)
{
	static const uint16_t nbs[] = { 1, 4, 2, 64, 3, 3, 1, 7 };
	struct pmd_dev dev = { .id = pmd_probe(PMD_NAME, args) };

	for (unsigned int i = 0; i < DIM(nbs); i++) {
		uint16_t nb = nbs[i];

		TEST_ASSERT(configure(&dev, nb) == 0, "configure %u", nb);
		TEST_ASSERT(rte_compressdev_queue_pair_count(dev.id) == nb, "count");
		/* from a random one on, backwards, some of them twice */
		for (unsigned int k = 0, q = pmd_rnd(nb); k < nb; k++, q = (q + nb - 1) % nb)
			for (unsigned int n = pmd_rnd(3) == 0; n < 2; n++)
				TEST_ASSERT(setup(&dev, q, 1 + pmd_rnd(500)) == 0, "qp %u", q);
		if (start_and_use(&dev, RTE_MIN(nb, 8)) != 0 ||
		    start_and_use(&dev, 1) != 0)
			return -1;
		if (i & 1)
			TEST_ASSERT(rte_compressdev_close(dev.id) == 0, "close");
	}
	TEST_ASSERT(rte_compressdev_close(dev.id) == 0, "close");
	TEST_ASSERT(rte_compressdev_close(dev.id) == 0, "close twice");
	return rte_vdev_uninit(PMD_NAME);
}

static int
limits(void)
{
	struct pmd_dev dev = { .id = pmd_probe(PMD_NAME, "device=soft,max_qps=4") };

	TEST_ASSERT(configure(&dev, 0) == -EINVAL, "no queue pairs");
	TEST_ASSERT(configure(&dev, 5) == -EINVAL, "too many queue pairs");
	TEST_ASSERT(configure(&dev, 4) == 0, "configure");
	TEST_ASSERT(setup(&dev, 4, 32) == -EINVAL, "no such queue pair");
	TEST_ASSERT(setup(&dev, 0, 0) == -EINVAL, "no ops in flight");
	TEST_ASSERT(setup(&dev, 0, 32768) == -EINVAL, "deeper than any ring");
	TEST_ASSERT(setup(&dev, 0, UINT32_MAX) == -EINVAL, "deeper than any number");
	TEST_ASSERT(setup(&dev, 0, 32768 - 65) == 0, "as deep as they come");
	TEST_ASSERT(setup(&dev, 0, 32768) == -EINVAL, "too deep, again");
	/* what was refused changed nothing */
	TEST_ASSERT(setup(&dev, 1, 1) == 0 && start_and_use(&dev, 2) == 0, "use");
	TEST_ASSERT(rte_compressdev_start(dev.id) == 0, "start");
	TEST_ASSERT(configure(&dev, 1) == -EBUSY && setup(&dev, 0, 32) == -EBUSY,
		    "while started");
	TEST_ASSERT(rte_compressdev_close(dev.id) == -EBUSY, "close while started");
	rte_compressdev_stop(dev.id);
	TEST_ASSERT(rte_compressdev_close(dev.id) == 0 && rte_vdev_uninit(PMD_NAME) == 0, "end");

	dev.id = pmd_probe(PMD_NAME, "device=soft,soft_depth=64");
	TEST_ASSERT(configure(&dev, 1) == 0, "configure");
	TEST_ASSERT(setup(&dev, 0, 64) == -EINVAL, "does not fit in soft_depth");
	TEST_ASSERT(setup(&dev, 0, 40) == 0, "fits in soft_depth");
	return rte_vdev_uninit(PMD_NAME);
}

/* What max_inflight asked for can really be in flight. */
static int
capacity(void)
{
	static const uint32_t depths[] = { 1, 31, 63, 64, 100, 191, 192, 1000 };
	struct rte_comp_op *ops[1000], *back[1000];
	struct pmd_buf src, dst;
	struct pmd_io io = { .flush = RTE_COMP_FLUSH_FINAL, .src = &src, .dst = &dst,
		.src_len = 10 };
	struct pmd_dev dev;

	TEST_ASSERT(pmd_buf_with(&src, data, LEN) == 0 && pmd_buf_flat(&dst, LEN) == 0, "setup");
	for (unsigned int i = 0; i < DIM(depths); i++) {
		TEST_ASSERT(pmd_open(&dev, PMD_NAME, "device=soft", 1, depths[i]) == 0, "open");
		io.xform = pmd_deflate(&dev, 1, RTE_COMP_HUFFMAN_DEFAULT, 15,
				       RTE_COMP_CHECKSUM_NONE);
		for (unsigned int k = 0; k < depths[i]; k++)
			ops[k] = pmd_op(&io);
		/* wherever head, tail and what is unacknowledged stand */
		for (unsigned int round = 0; round < 40; round++) {
			TEST_ASSERT(rte_compressdev_enqueue_burst(dev.id, 0, ops, depths[i]) ==
				    depths[i], "depth %u, round %u", depths[i], round);
			TEST_ASSERT(pmd_dequeue(&dev, 0, back, depths[i]) == depths[i], "deq");
		}
		rte_mempool_put_bulk(pmd_ops, (void **)ops, depths[i]);
		pmd_xform_free(&dev, io.xform);
		TEST_ASSERT(pmd_close(&dev) == 0, "close");
	}
	pmd_buf_free(&src);
	pmd_buf_free(&dst);
	return 0;
}

static int
info(void)
{
	static const struct {
		const char *args;
		uint64_t deflate;	/* flags beyond those all have */
		uint64_t device;
		struct rte_param_log2_range window;
		bool null;
	} expected[] = {
#if RTE_VERSION >= RTE_VERSION_NUM(23, 3, 0, 0)
#define XXH32	RTE_COMP_FF_XXHASH32_CHECKSUM
#define LZ4	RTE_COMP_ALGO_LZ4
#else
#define XXH32	0
#define LZ4	RTE_COMP_ALGO_UNSPECIFIED
#endif
#define CHKSUMS	(RTE_COMP_FF_CRC32_CHECKSUM | RTE_COMP_FF_ADLER32_CHECKSUM | \
		RTE_COMP_FF_CRC32_ADLER32_CHECKSUM | RTE_COMP_FF_MULTI_PKT_CHECKSUM | XXH32)
#define STREAMS	(RTE_COMP_FF_STATEFUL_COMPRESSION | RTE_COMP_FF_STATEFUL_DECOMPRESSION)
#define SOFT	(CHKSUMS | RTE_COMP_FF_HUFFMAN_FIXED | RTE_COMP_FF_NONCOMPRESSED_BLOCKS | \
		STREAMS)
		{ "device=soft", SOFT, RTE_COMPDEV_FF_OP_DONE_IN_DEQUEUE, { 8, 15, 1 }, true },
		{ "device=soft,soft_threads=1", SOFT, 0, { 8, 15, 1 }, true },
		{ "device=soft,soft_ext=off", SOFT, RTE_COMPDEV_FF_OP_DONE_IN_DEQUEUE,
			{ 8, 15, 1 }, true },
		{ "device=soft,soft_ext=off,fallback=off", STREAMS,
			RTE_COMPDEV_FF_OP_DONE_IN_DEQUEUE, { 12, 15, 1 }, false },
		{ "device=soft,soft_ext=off,fallback=off,soft_threads=1", STREAMS, 0,
			{ 12, 15, 1 }, false },
		{ "device=soft,soft_ext=off,fallback=off,soft_api=2",
			RTE_COMP_FF_STATEFUL_COMPRESSION,
			RTE_COMPDEV_FF_OP_DONE_IN_DEQUEUE, { 15, 15, 0 }, false },
	};
	const uint64_t all = RTE_COMP_FF_OOP_SGL_IN_SGL_OUT | RTE_COMP_FF_OOP_SGL_IN_LB_OUT |
		RTE_COMP_FF_OOP_LB_IN_SGL_OUT | RTE_COMP_FF_SHAREABLE_PRIV_XFORM |
		RTE_COMP_FF_HUFFMAN_DYNAMIC;

	for (unsigned int i = 0; i < DIM(expected); i++) {
		struct rte_compressdev_info inf;
		const struct rte_compressdev_capabilities *c;
		int id = pmd_probe(PMD_NAME, expected[i].args);

		TEST_ASSERT(id >= 0, "%s", expected[i].args);
		rte_compressdev_info_get(id, &inf);
		c = inf.capabilities;
		TEST_ASSERT(strcmp(inf.driver_name, "uacce_zip") == 0, "%s", inf.driver_name);
		TEST_ASSERT(inf.feature_flags == expected[i].device, "%s: device flags %lx",
			    expected[i].args, inf.feature_flags);
		TEST_ASSERT(c[0].algo == RTE_COMP_ALGO_DEFLATE &&
			    c[0].comp_feature_flags == (expected[i].deflate | all),
			    "%s: flags %lx", expected[i].args, c[0].comp_feature_flags);
		TEST_ASSERT(memcmp(&c[0].window_size, &expected[i].window,
				   sizeof(c[0].window_size)) == 0, "%s: window",
			    expected[i].args);
		if (expected[i].null)
			TEST_ASSERT((++c)->algo == RTE_COMP_ALGO_NULL &&
				    (c->comp_feature_flags & CHKSUMS) == CHKSUMS, "NULL");
		if (expected[i].null && LZ4 != RTE_COMP_ALGO_UNSPECIFIED)
			TEST_ASSERT((++c)->algo == LZ4 && c->window_size.max == 16 &&
				    (c->comp_feature_flags & CHKSUMS) == CHKSUMS, "LZ4");
		TEST_ASSERT(c[1].algo == RTE_COMP_ALGO_UNSPECIFIED, "%s: no end",
			    expected[i].args);
		rte_vdev_uninit(PMD_NAME);
	}
	return 0;
}

static int
stats(void)
{
	struct rte_compressdev_stats s;
	struct pmd_dev dev = { .id = pmd_probe(PMD_NAME, "device=soft") };

	TEST_ASSERT(rte_compressdev_stats_get(dev.id, &s) == 0 && s.enqueued_count == 0,
		    "before configure");
	rte_compressdev_stats_reset(dev.id);
	TEST_ASSERT(configure(&dev, 3) == 0 && setup(&dev, 1, 64) == 0, "setup");
	TEST_ASSERT(rte_compressdev_stats_get(dev.id, &s) == 0 && s.enqueued_count == 0,
		    "queue pairs never set up");
	rte_compressdev_stats_reset(dev.id);
	TEST_ASSERT(setup(&dev, 2, 64) == 0 && rte_compressdev_start(dev.id) == 0, "start");
	TEST_ASSERT(use(&dev, 1, 10) == 0 && use(&dev, 2, 20) == 0, "use");
	rte_compressdev_stats_get(dev.id, &s);
	TEST_ASSERT(s.enqueued_count == 30 && s.dequeued_count == 30 &&
		    s.enqueue_err_count == 0 && s.dequeue_err_count == 0,
		    "%lu in, %lu out", s.enqueued_count, s.dequeued_count);
	rte_compressdev_stats_reset(dev.id);
	rte_compressdev_stats_get(dev.id, &s);
	TEST_ASSERT(s.enqueued_count == 0 && s.dequeued_count == 0, "not reset");
	TEST_ASSERT(use(&dev, 2, 5) == 0, "use");
	rte_compressdev_stats_get(dev.id, &s);
	TEST_ASSERT(s.enqueued_count == 5 && s.dequeued_count == 5, "after reset");
	rte_compressdev_stop(dev.id);
	return rte_vdev_uninit(PMD_NAME);
}

static int
run(void)
{
	static const char * const args[] = {
		"device=soft", "device=soft,soft_ext=off", "device=soft,soft_threads=1",
	};
	int ret = limits();

	for (unsigned int i = 0; i < DIM(args) && ret == 0; i++)
		ret = reconfigure(args[i]);
	if (ret == 0)
		ret = capacity();
	if (ret == 0)
		ret = info();
	return ret == 0 ? stats() : ret;
}

static int
test_control(void)
{
	int ret = pmd_up();

	pmd_seed(4901);
	pmd_fill(PMD_TEXT, data, LEN);
	return pmd_down(ret == 0 ? run() : ret);
}

UACCE_TEST(pmd_control, test_control)
