/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/*
 * Engine threads: they work without being polled, and sleep when there is nothing to
 * do. That all else works with them is for the other tests, which use them too.
 */

#include <time.h>
#include <unistd.h>

#include "test_pmd.h"

#define LEN	20000u
#define NB	32u

static uint8_t data[LEN];

static unsigned int
cpu_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/*
 * Nothing happens: neither before the first op nor after the last. Threads look around
 * before they sleep, which takes its time where there are others to run.
 */
static int
sleeps(unsigned int ms)
{
	unsigned int used = ms;

	for (unsigned int i = 0; i < 10 && used >= ms / 10; i++) {
		used = cpu_ms();
		usleep(ms * 1000);
		used = cpu_ms() - used;
	}
	TEST_ASSERT(used < ms / 10, "%u ms of CPU in %u ms without work", used, ms);
	return 0;
}

/* Enqueue, and let the threads do it all before the first dequeue. */
static int
works_alone(const struct pmd_dev *dev, void *xform)
{
	struct rte_comp_op *ops[NB], *back[NB];
	struct pmd_buf src, dst[NB];
	struct pmd_io io = { .xform = xform, .flush = RTE_COMP_FLUSH_FINAL, .src = &src,
		.src_len = LEN };
	int64_t goal = pmd_dumped(dev, "soft:", "CQEs") + NB;
	unsigned int waited = 0;
	uint16_t n;

	/* engine queues are opened by the first op */
	goal = RTE_MAX(goal, (int64_t)NB);
	TEST_ASSERT(pmd_buf_with(&src, data, LEN) == 0, "memory");
	for (unsigned int i = 0; i < NB; i++) {
		TEST_ASSERT(pmd_buf_flat(&dst[i], LEN) == 0, "memory");
		io.dst = &dst[i];
		ops[i] = pmd_op(&io);
	}
	TEST_ASSERT(rte_compressdev_enqueue_burst(dev->id, 0, ops, NB) == NB, "enqueue");
	while (pmd_dumped(dev, "soft:", "CQEs") < goal && waited++ < 10000)
		usleep(1000);
	TEST_ASSERT(waited < 10000, "they do not");
	/* what is done is done: one burst brings all of it */
	n = rte_compressdev_dequeue_burst(dev->id, 0, back, NB);
	TEST_ASSERT(n == NB, "%u of %u at once", n, NB);
	for (unsigned int i = 0; i < NB; i++) {
		TEST_ASSERT(back[i] == ops[i] && ops[i]->status == RTE_COMP_OP_STATUS_SUCCESS,
			    "op %u: status %u", i, ops[i]->status);
		rte_comp_op_free(ops[i]);
		pmd_buf_free(&dst[i]);
	}
	pmd_buf_free(&src);
	return 0;
}

static int
run(const char *args)
{
	struct pmd_dev dev;
	void *xform;

	TEST_ASSERT(pmd_open(&dev, PMD_NAME, args, 4, PMD_QP_OPS) == 0, "open");
	xform = pmd_deflate(&dev, 6, RTE_COMP_HUFFMAN_DEFAULT, 15, RTE_COMP_CHECKSUM_NONE);
	usleep(50000);
	if (sleeps(300) != 0)
		return -1;
	for (unsigned int i = 0; i < 5; i++)
		if (works_alone(&dev, xform) != 0)
			return -1;
	usleep(50000);
	if (sleeps(300) != 0)
		return -1;
	pmd_xform_free(&dev, xform);
	return pmd_close(&dev);
}

static int
test_threads(void)
{
	int ret = pmd_up();

	pmd_seed(5101);
	pmd_fill(PMD_MIXED, data, LEN);
	if (ret == 0)
		ret = run("device=soft,soft_threads=2");
	if (ret == 0)
		ret = run("device=soft,soft_threads=2,soft_ext=off");
	return pmd_down(ret);
}

UACCE_TEST_TSAN(pmd_threads, test_threads)
