/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/*
 * An engine that completes nothing any more: after timeout_ms its ops come back as failed
 * and another queue is opened, without a stop. One that has nothing to do is left alone.
 */

#include <rte_cycles.h>

#include "test_log.h"
#include "test_pmd_traffic.h"

#define NB	400u
#define NB_OVER	90u	/* twice that is more than a CQ of 128 holds */

static int
open_with(struct pmd_dev *dev, const char *args)
{
	TEST_ASSERT(pmd_open(dev, PMD_NAME, args, 1, TRAFFIC_OPS) == 0 &&
		    traffic_make(dev) == 0, "%s", args);
	return 0;
}

static int
shut(struct pmd_dev *dev)
{
	traffic_free(dev);
	return pmd_close(dev);
}

/* Five are lost; what waits for them comes back too, and all that is sent later works. */
static int
recovers(const char *device)
{
	struct traffic_sum sum;
	struct pmd_dev dev;
	char args[256];

	snprintf(args, sizeof(args),
		 "%s,timeout_ms=50,soft_ext=off,soft_faults=lost:any:100:5:7", device);
	traffic_reset(&sum);
	if (open_with(&dev, args) != 0 || traffic_send(&dev, NB, &sum) != 0 ||
	    traffic_settle(&dev, PMD_WAIT_S * 1000, &sum) != 0)
		return -1;
	TEST_ASSERT(sum.back == NB && traffic_inside() == 0, "%s: %u of %u", args, sum.back,
		    NB);
	TEST_ASSERT(sum.bad >= 5 && sum.bad <= 5 * TRAFFIC_OPS, "%u failed", sum.bad);
	TEST_ASSERT(pmd_dumped(&dev, "faults:", "timeout") > 0, "not counted");
	traffic_reset(&sum);
	TEST_ASSERT(traffic_send(&dev, NB, &sum) == 0 &&
		    traffic_settle(&dev, PMD_WAIT_S * 1000, &sum) == 0 && sum.good == NB,
		    "%u of %u afterwards", sum.good, NB);
	return shut(&dev);
}

/* Each op comes back once, and how many with ERROR. */
static int
count_back(struct rte_comp_op **ops, uint16_t nb, unsigned int *bad)
{
	for (uint16_t i = 0; i < nb; i++) {
		TEST_ASSERT(ops[i]->hash.iova_addr == 1, "not in flight");
		ops[i]->hash.iova_addr = 0;
		*bad += ops[i]->status == RTE_COMP_OP_STATUS_ERROR;
	}
	return 0;
}

/* More completions than requests: the CQ overflows, and the device stops the queue (2.6). */
static int
overflows(void)
{
	static uint8_t data[100];
	struct pmd_io io = { .flush = RTE_COMP_FLUSH_FINAL, .src_len = sizeof(data) };
	struct rte_comp_op *ops[NB_OVER], *back[NB_OVER];
	struct pmd_buf src, dst[NB_OVER];
	unsigned int bad = 0;
	struct pmd_dev dev;

	TEST_ASSERT(pmd_open(&dev, PMD_NAME, "device=soft,soft_ext=off,fallback=off,soft_depth=128,"
			     "soft_faults=dup:any:0:0:1", 1, NB_OVER) == 0, "open");
	io.xform = pmd_deflate(&dev, 1, RTE_COMP_HUFFMAN_DEFAULT, 15, RTE_COMP_CHECKSUM_NONE);
	TEST_ASSERT(pmd_buf_with(&src, data, sizeof(data)) == 0, "memory");
	io.src = &src;
	for (unsigned int i = 0; i < NB_OVER; i++) {
		TEST_ASSERT(pmd_buf_flat(&dst[i], 200) == 0, "memory");
		io.dst = &dst[i];
		ops[i] = pmd_op(&io);
		ops[i]->hash.iova_addr = 1;
	}
	TEST_ASSERT(rte_compressdev_enqueue_burst(dev.id, 0, ops, NB_OVER) == NB_OVER, "enqueue");
	TEST_ASSERT(pmd_dequeue(&dev, 0, back, NB_OVER) == NB_OVER &&
		    count_back(back, NB_OVER, &bad) == 0, "not all came back");
	TEST_ASSERT(bad != 0 && bad < NB_OVER && pmd_dumped(&dev, "faults:", "stop") == 1,
		    "%u failed", bad);
	for (unsigned int i = 0; i < NB_OVER; i++) {
		rte_comp_op_free(ops[i]);
		pmd_buf_free(&dst[i]);
	}
	pmd_buf_free(&src);
	pmd_xform_free(&dev, io.xform);
	return pmd_close(&dev);
}

/* Idle for many periods, with work between. */
static int
idle_is_no_stall(void)
{
	struct traffic_sum sum;
	struct pmd_dev dev;

	traffic_reset(&sum);
	if (open_with(&dev, "device=soft,soft_ext=off,fallback=off,timeout_ms=2") != 0)
		return -1;
	for (unsigned int i = 0; i < 20; i++) {
		uint64_t end = rte_rdtsc() + rte_get_tsc_hz() / 200;
		struct rte_comp_op *op;

		if (traffic_send(&dev, 1 + i, &sum) != 0 ||
		    traffic_settle(&dev, PMD_WAIT_S * 1000, &sum) != 0)
			return -1;
		while (rte_rdtsc() < end)
			TEST_ASSERT(rte_compressdev_dequeue_burst(dev.id, 0, &op, 1) == 0,
				    "out of nothing");
	}
	TEST_ASSERT(sum.bad == 0 && pmd_dumped(&dev, "faults:", "timeout") == 0 &&
		    pmd_dumped(&dev, "lane engine compress:", "opens") == 1,
		    "%u failed", sum.bad);
	return shut(&dev);
}

/* 0: wait for ever, as far as this test has time. */
static int
off_is_off(void)
{
	struct traffic_sum sum;
	struct pmd_dev dev;

	traffic_reset(&sum);
	if (open_with(&dev, "device=soft,soft_ext=off,fallback=off,timeout_ms=0,"
		      "soft_faults=lost:any:10:3:5") != 0 ||
	    traffic_send(&dev, 60, &sum) != 0 || traffic_settle(&dev, 200, &sum) != 0)
		return -1;
	TEST_ASSERT(traffic_inside() == 3 && sum.bad == 0, "%u inside", traffic_inside());
	rte_compressdev_stop(dev.id);
	TEST_ASSERT(traffic_settle(&dev, 100, &sum) == 0 && sum.bad == 3, "%u", sum.bad);
	return shut(&dev);
}

static int
test_stall(void)
{
	int ret = pmd_up();

	pmd_seed(6001);
	if (ret == 0)
		ret = log_catch();
	if (ret == 0)
		ret = recovers("device=soft");
	if (ret == 0)
		ret = recovers("device=soft,fallback=off");
	if (ret == 0)
		ret = recovers("device=soft,fallback=off,soft_threads=2");
	if (ret == 0)
		ret = overflows();
	if (ret == 0)
		ret = idle_is_no_stall();
	if (ret == 0)
		ret = off_is_off();
	log_release();
	return pmd_down(ret);
}

UACCE_TEST(pmd_stall, test_stall)
