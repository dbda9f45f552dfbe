/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/*
 * Stop with ops in flight: what the device can finish it finishes, what it cannot fails
 * within the bound, nothing is lost; and the device goes on after start.
 */

#include <rte_cycles.h>

#include "test_log.h"
#include "test_pmd.h"

#define LEN	3000u
#define NB	60u

static uint8_t data[LEN];
static struct pmd_buf src, dst[2][NB];
static struct rte_comp_op *ops[2][NB];

static int
make(const struct pmd_dev *dev, void *xform, unsigned int q)
{
	struct pmd_io io = { .xform = xform, .flush = RTE_COMP_FLUSH_FINAL, .src = &src,
		.src_len = LEN };

	(void)dev;
	for (unsigned int i = 0; i < NB; i++) {
		TEST_ASSERT(pmd_buf_cut(&dst[q][i], LEN, 1 + i % 12, true) == 0, "memory");
		io.dst = &dst[q][i];
		ops[q][i] = pmd_op(&io);
		TEST_ASSERT(ops[q][i] != NULL, "no op");
	}
	return 0;
}

static void
drop(unsigned int q)
{
	for (unsigned int i = 0; i < NB; i++) {
		pmd_buf_free(&dst[q][i]);
		rte_comp_op_free(ops[q][i]);
	}
}

static unsigned int
stop_ms(const struct pmd_dev *dev)
{
	uint64_t t = rte_rdtsc();

	rte_compressdev_stop(dev->id);
	return (rte_rdtsc() - t) / (rte_get_tsc_hz() / 1000);
}

/* What is dequeued once the device is stopped: NB ops, of which some failed. */
static int
after_stop(const struct pmd_dev *dev, uint16_t qp, unsigned int *bad)
{
	struct rte_comp_op *back[2 * NB];
	uint16_t n = 0;

	for (unsigned int i = 0; i < 50; i++)
		n += rte_compressdev_dequeue_burst(dev->id, qp, back + n, 2 * NB - n);
	TEST_ASSERT(n == NB, "queue pair %u: %u of %u came", qp, n, NB);
	for (uint16_t i = 0; i < n; i++) {
		TEST_ASSERT(back[i]->status == RTE_COMP_OP_STATUS_SUCCESS ||
			    back[i]->status == RTE_COMP_OP_STATUS_ERROR, "status %u",
			    back[i]->status);
		*bad += back[i]->status == RTE_COMP_OP_STATUS_ERROR;
		back[i]->status = RTE_COMP_OP_STATUS_INVALID_STATE;
	}
	for (unsigned int i = 0; i < NB; i++)
		TEST_ASSERT(ops[qp][i]->status == RTE_COMP_OP_STATUS_INVALID_STATE,
			    "op %u came back twice, or never", i);
	return 0;
}

/* Stop at once after the doorbell, and again. */
static int
busy_stop(const struct pmd_dev *dev, const struct pmd_flavour *f)
{
	void *xform = pmd_deflate(dev, 6, RTE_COMP_HUFFMAN_DEFAULT, 15, RTE_COMP_CHECKSUM_NONE);
	unsigned int ms, bad = 0;

	(void)f;
	if (make(dev, xform, 0) != 0)
		return -1;
	for (unsigned int round = 0; round < 10; round++) {
		TEST_ASSERT(rte_compressdev_enqueue_burst(dev->id, 0, ops[0], NB) == NB, "enq");
		ms = stop_ms(dev);
		TEST_ASSERT(ms < 1000, "stop took %u ms", ms);
		if (after_stop(dev, 0, &bad) != 0)
			return -1;
		TEST_ASSERT(bad == 0, "%u failed", bad);
		TEST_ASSERT(rte_compressdev_start(dev->id) == 0, "start");
	}
	TEST_ASSERT(pmd_dumped(dev, "faults:", "timeout") == 0, "timeout");
	drop(0);
	pmd_xform_free(dev, xform);
	return 0;
}

/*
 * Two queue pairs that nobody polled yet lose completions and use up all the time there
 * is: what was not lost succeeds all the same.
 */
static int
lost_stop(const char *args)
{
	struct pmd_dev dev;
	unsigned int ms, bad = 0;
	void *xform;

	TEST_ASSERT(pmd_open(&dev, PMD_NAME, args, 2, PMD_QP_OPS) == 0, "%s", args);
	xform = pmd_deflate(&dev, 6, RTE_COMP_HUFFMAN_DEFAULT, 15, RTE_COMP_CHECKSUM_NONE);
	if (make(&dev, xform, 0) != 0 || make(&dev, xform, 1) != 0)
		return -1;
	TEST_ASSERT(rte_compressdev_enqueue_burst(dev.id, 0, ops[0], NB) == NB, "enqueue");
	TEST_ASSERT(rte_compressdev_enqueue_burst(dev.id, 1, ops[1], NB) == NB, "enqueue");
	ms = stop_ms(&dev);
	TEST_ASSERT(ms >= 900 && ms < 1500, "stop took %u ms", ms);
	if (after_stop(&dev, 0, &bad) != 0 || after_stop(&dev, 1, &bad) != 0)
		return -1;
	TEST_ASSERT(bad == 7, "%u failed", bad);
	TEST_ASSERT(pmd_dumped(&dev, "faults:", "timeout") > 0, "not counted");
	bad = 0;
	/* once more, without faults; the failed lane is opened again when the last op is out */
	TEST_ASSERT(rte_compressdev_start(dev.id) == 0, "start");
	TEST_ASSERT(rte_compressdev_enqueue_burst(dev.id, 0, ops[0], NB) == NB, "again");
	ms = stop_ms(&dev);
	TEST_ASSERT(ms < 1000 && after_stop(&dev, 0, &bad) == 0 && bad == 0,
		    "stop took %u ms, %u failed", ms, bad);
	drop(0);
	drop(1);
	pmd_xform_free(&dev, xform);
	return pmd_close(&dev);
}

static int
test_stop(void)
{
	int ret = pmd_up();

	pmd_seed(5401);
	pmd_fill(PMD_TEXT, data, LEN);
	if (ret == 0)
		ret = pmd_buf_with(&src, data, LEN);
	if (ret == 0)
		ret = pmd_each_flavour(busy_stop);
	if (ret == 0)
		ret = lost_stop("device=soft,soft_faults=lost:any:10:7");
	if (ret == 0)
		ret = lost_stop("device=soft,soft_ext=off,soft_faults=lost:any:10:7");
	pmd_buf_free(&src);
	return pmd_down(ret);
}

UACCE_TEST(pmd_stop, test_stop)
