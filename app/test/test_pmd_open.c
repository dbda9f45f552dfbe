/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/*
 * Queues that cannot be opened, because all are in use or the device is resetting: the
 * soft lane helps out, or ops are refused; it is tried again, but not with every burst.
 */

#include <errno.h>

#include "test_log.h"
#include "test_pmd_traffic.h"

#define RETRY	1024u	/* bursts until the next attempt */

/* Without an engine the queues are opened at set-up, and that fails. */
static int
at_setup(const char *fault, int error)
{
	char args[128];
	struct pmd_dev dev;
	struct traffic_sum sum;

	snprintf(args, sizeof(args), "device=soft,soft_faults=%s", fault);
	for (unsigned int i = 0; i < 20; i++) {
		int ret = pmd_open(&dev, PMD_NAME, args, 1, TRAFFIC_OPS);

		TEST_ASSERT(ret == error, "%s: %d, not %d", args, ret, error);
	}
	/* the second queue of the pair: the first is closed again */
	snprintf(args, sizeof(args), "device=soft,soft_faults=%s:any:1:1", fault);
	TEST_ASSERT(pmd_open(&dev, PMD_NAME, args, 1, TRAFFIC_OPS) == error, "%s", args);

	/* which does not harm those that were set up before */
	snprintf(args, sizeof(args), "device=soft,soft_faults=%s:any:2:1", fault);
	TEST_ASSERT(pmd_open(&dev, PMD_NAME, args, 1, TRAFFIC_OPS) == 0, "%s", args);
	rte_compressdev_stop(dev.id);
	TEST_ASSERT(rte_compressdev_queue_pair_setup(dev.id, 0, 32, 0) == error, "again");
	TEST_ASSERT(rte_compressdev_queue_pair_setup(dev.id, 0, TRAFFIC_OPS, 0) == 0, "third");
	TEST_ASSERT(rte_compressdev_start(dev.id) == 0, "start");
	traffic_reset(&sum);
	TEST_ASSERT(traffic_make(&dev) == 0 && traffic_send(&dev, 200, &sum) == 0 &&
		    traffic_settle(&dev, 5000, &sum) == 0 && sum.good == 200, "%u", sum.good);
	traffic_free(&dev);
	return pmd_close(&dev);
}

/* With an engine the soft lane does it until the engine's queues can be had. */
static int
helped_out(const char *fault)
{
	const char *lane = "lane engine";
	char args[128];
	struct pmd_dev dev;
	struct traffic_sum sum;

	/* one for each direction and the soft device's two opens in between */
	snprintf(args, sizeof(args), "device=soft,soft_ext=off,soft_faults=%s:any:0:2", fault);
	TEST_ASSERT(pmd_open(&dev, PMD_NAME, args, 1, TRAFFIC_OPS) == 0, "%s", args);
	TEST_ASSERT(traffic_make(&dev) == 0, "setup");
	traffic_reset(&sum);
	while (sum.sent < 40 * RETRY && pmd_dumped(&dev, lane, "enqueued") == 0)
		if (traffic_send(&dev, 64, &sum) != 0)
			return -1;
	TEST_ASSERT(pmd_dumped(&dev, lane, "enqueued") > 0, "not tried again: %u ops", sum.sent);
	if (traffic_send(&dev, 40 * RETRY, &sum) != 0 || traffic_settle(&dev, 5000, &sum) != 0)
		return -1;
	TEST_ASSERT(sum.bad == 0 && sum.good == sum.sent, "%u failed", sum.bad);
	TEST_ASSERT(pmd_dumped(&dev, "fallback:", "queue") >= 100, "not counted");
	TEST_ASSERT(pmd_dumped(&dev, lane, "open failures") == 2 &&
		    pmd_dumped(&dev, lane, "opens") == 2, "tried %ld times",
		    (long)pmd_dumped(&dev, lane, "open failures"));
	traffic_free(&dev);
	return pmd_close(&dev);
}

/* Alone, the engine refuses ops with ERROR: that is no full ring. */
static int
refuses(const char *fault)
{
	char args[128];
	struct pmd_dev dev;
	struct traffic_sum sum;

	snprintf(args, sizeof(args),
		 "device=soft,soft_ext=off,fallback=off,soft_faults=%s:any:0:2", fault);
	TEST_ASSERT(pmd_open(&dev, PMD_NAME, args, 1, TRAFFIC_OPS) == 0, "%s", args);
	TEST_ASSERT(traffic_make(&dev) == 0, "setup");
	traffic_reset(&sum);
	if (traffic_send(&dev, 300, &sum) != 0 || traffic_settle(&dev, 5000, &sum) != 0)
		return -1;
	TEST_ASSERT(sum.good == 300 && sum.bad == 0, "%u of 300", sum.good);
	TEST_ASSERT(sum.refused != 0, "none refused");
	TEST_ASSERT(pmd_dumped(&dev, "lane engine", "open failures") == 2, "tried %ld times",
		    (long)pmd_dumped(&dev, "lane engine", "open failures"));
	TEST_ASSERT(pmd_dumped(&dev, "enqueue:", "errors") == sum.refused, "not counted");
	traffic_free(&dev);
	return pmd_close(&dev);
}

/* An engine with queues for one queue pair only, and two that want them. */
static int
scarce(void)
{
	const char *args = "device=soft,soft_ext=off,soft_queues=2";
	struct rte_comp_op *op, *back;
	struct pmd_buf src, dst;
	struct pmd_io io = { .flush = RTE_COMP_FLUSH_FINAL, .src = &src, .dst = &dst,
		.src_len = 500 };
	struct pmd_dev dev;

	TEST_ASSERT(pmd_open(&dev, PMD_NAME, args, 4, TRAFFIC_OPS) == 0, "%s", args);
	TEST_ASSERT(pmd_buf_flat(&src, 500) == 0 && pmd_buf_flat(&dst, 1000) == 0, "memory");
	io.xform = pmd_deflate(&dev, 1, RTE_COMP_HUFFMAN_DEFAULT, 15, RTE_COMP_CHECKSUM_NONE);
	op = pmd_op(&io);
	for (uint16_t q = 0; q < 4; q++) {
		TEST_ASSERT(rte_compressdev_enqueue_burst(dev.id, q, &op, 1) == 1 &&
			    pmd_dequeue(&dev, q, &back, 1) == 1 &&
			    op->status == RTE_COMP_OP_STATUS_SUCCESS, "queue pair %u: %u", q,
			    op->status);
		/* compression queues of the first two */
		TEST_ASSERT(pmd_dumped(&dev, "lane engine compress:", "opens") ==
			    RTE_MIN(q + 1, 2) &&
			    pmd_dumped(&dev, "fallback:", "queue") == RTE_MAX(q - 1, 0),
			    "queue pair %u", q);
	}
	rte_comp_op_free(op);
	pmd_buf_free(&src);
	pmd_buf_free(&dst);
	pmd_xform_free(&dev, io.xform);
	return pmd_close(&dev);
}

static int
run(void)
{
	static const struct {
		const char *name;
		int error;
	} kinds[] = { { "busy", -EBUSY }, { "reset", -EPERM } };

	for (unsigned int i = 0; i < DIM(kinds); i++)
		if (at_setup(kinds[i].name, kinds[i].error) != 0 ||
		    helped_out(kinds[i].name) != 0 || refuses(kinds[i].name) != 0)
			return -1;
	return scarce();
}

static int
test_open(void)
{
	int ret = pmd_up();

	pmd_seed(5501);
	if (ret == 0)
		ret = log_catch();
	if (ret == 0)
		ret = run();
	log_release();
	return pmd_down(ret);
}

UACCE_TEST(pmd_open, test_open)
