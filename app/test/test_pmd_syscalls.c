/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/*
 * The data path makes no system call: after a warm-up, in which every slot of the ring
 * meets every kind of request, a thread in strict seccomp mode does the same work again
 * and is killed by the kernel if it makes one.
 */

#include <linux/seccomp.h>
#include <pthread.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <rte_mbuf.h>

#include "test_pmd_stream.h"

#define NB_OPS		24
#define LEN		3000u
#define LAPS		50
#define WARM_LAPS	128	/* until a chain has met each of 256 slots of both rings */

struct work {
	const struct pmd_dev *dev;
	struct rte_comp_op *ops[NB_OPS];
	bool ok;
	bool finished;
};

static bool
lap(struct work *w)
{
	struct rte_comp_op *back[NB_OPS];
	uint16_t sent = 0, got = 0;

	while (got < NB_OPS) {
		sent += rte_compressdev_enqueue_burst(w->dev->id, 0, &w->ops[sent],
						      NB_OPS - sent);
		got += rte_compressdev_dequeue_burst(w->dev->id, 0, &back[got],
						     NB_OPS - got);
	}
	for (unsigned int i = 0; i < NB_OPS; i++)
		if (back[i]->status != RTE_COMP_OP_STATUS_SUCCESS)
			return false;
	return true;
}

static void *
confined(void *arg)
{
	struct work *w = arg;

	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT) != 0)
		return NULL;
	w->ok = true;
	for (unsigned int i = 0; i < LAPS && w->ok; i++)
		w->ok = lap(w);
	__atomic_store_n(&w->finished, true, __ATOMIC_RELEASE);
	/* pthread_exit() would call munmap() and more */
	syscall(SYS_exit, 0);
	return NULL;
}

/* Shapes that differ in what they take: checksums, levels, chains, streams. */
static int
op_make(const struct pmd_dev *dev, struct work *w, unsigned int i, struct pmd_buf *bufs)
{
	static const int levels[] = { 0, 1, 2, 3, 6, 9 };
	struct pmd_buf *src = &bufs[2 * i], *dst = &bufs[2 * i + 1];
	struct pmd_io io = {
		.flush = i % 5 == 0 ? RTE_COMP_FLUSH_FULL : RTE_COMP_FLUSH_FINAL,
		.src = src, .dst = dst, .src_len = LEN,
	};
	static uint8_t text[LEN];
	unsigned int segs = i % 3 == 0 ? 20 : 1;

	memset(text, 'a' + i % 20, sizeof(text));
	TEST_ASSERT(pmd_buf_cut(src, LEN, segs, true) == 0 &&
		    pmd_buf_cut(dst, 2 * LEN, segs, true) == 0, "memory");
	pmd_buf_write(src, 0, text, LEN);
	if (i % 4 == 3) {
		io.stateful = true;
		io.flush = RTE_COMP_FLUSH_FINAL;
		io.xform = pmd_stream_new(dev, true, RTE_COMP_CHECKSUM_NONE);
	} else {
		io.xform = pmd_deflate(dev, levels[i % 6], RTE_COMP_HUFFMAN_DYNAMIC, 15,
			i % 2 == 0 ? RTE_COMP_CHECKSUM_NONE :
				RTE_COMP_CHECKSUM_CRC32_ADLER32);
	}
	TEST_ASSERT(io.xform != NULL, "xform %u", i);
	w->ops[i] = pmd_op(&io);
	TEST_ASSERT(w->ops[i] != NULL, "op %u", i);
	return 0;
}

static int
confine(const struct pmd_dev *dev)
{
	static struct pmd_buf bufs[2 * NB_OPS];
	static struct work w;
	void *xforms[NB_OPS];
	pthread_t thread;

	w = (struct work){ .dev = dev };
	for (unsigned int i = 0; i < NB_OPS; i++) {
		TEST_ASSERT(op_make(dev, &w, i, bufs) == 0, "op %u", i);
		xforms[i] = w.ops[i]->private_xform;
	}
	for (unsigned int i = 0; i < WARM_LAPS; i++)
		TEST_ASSERT(lap(&w), "the warm-up failed");
	TEST_ASSERT(pthread_create(&thread, NULL, confined, &w) == 0, "no thread");
	pthread_join(thread, NULL);
	TEST_ASSERT(__atomic_load_n(&w.finished, __ATOMIC_ACQUIRE),
		    "the thread was killed: the data path made a system call");
	TEST_ASSERT(w.ok, "an op failed");
	for (unsigned int i = 0; i < NB_OPS; i++) {
		if (w.ops[i]->op_type == RTE_COMP_OP_STATEFUL)
			rte_compressdev_stream_free(dev->id, xforms[i]);
		else
			pmd_xform_free(dev, xforms[i]);
		rte_comp_op_free(w.ops[i]);
		pmd_buf_free(&bufs[2 * i]);
		pmd_buf_free(&bufs[2 * i + 1]);
	}
	return 0;
}

static int
test_pmd_syscalls(void)
{
	struct pmd_dev dev;
	int ret = pmd_up();

	if (ret == 0)
		ret = pmd_open(&dev, PMD_NAME, "device=soft", 1, PMD_QP_OPS);
	if (ret == 0) {
		ret = confine(&dev);
		if (pmd_close(&dev) != 0)
			ret = -1;
	}
	return pmd_down(ret);
}

UACCE_TEST(pmd_syscalls, test_pmd_syscalls);
