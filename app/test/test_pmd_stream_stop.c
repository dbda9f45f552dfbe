/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/*
 * Stop and close with ops of streams in flight: every op comes back once while its queue
 * pair lives, and a stream whose op was lost with it is free again.
 */

#include <string.h>

#include <rte_cycles.h>

#include "test_pmd_stream.h"

#define NB	50u
#define LEN	5000u

static uint8_t data[LEN], packed[2 * LEN];
static uint32_t packed_len;
static struct pmd_buf plain_src, packed_src, dst[NB];
static void *streams[NB];
static struct rte_comp_op *ops[NB];

static int
make(const struct pmd_dev *dev)
{
	for (unsigned int i = 0; i < NB; i++) {
		bool compress = i % 2 != 0;
		struct pmd_io io = {
			.stateful = true, .flush = RTE_COMP_FLUSH_FINAL, .dst = &dst[i],
			.src = compress ? &plain_src : &packed_src,
			.src_len = compress ? LEN : packed_len,
		};

		TEST_ASSERT(pmd_buf_cut(&dst[i], 3 * LEN, 1 + i % 12, true) == 0, "memory");
		streams[i] = pmd_stream_new(dev, compress, RTE_COMP_CHECKSUM_NONE);
		io.xform = streams[i];
		ops[i] = pmd_op(&io);
		TEST_ASSERT(streams[i] != NULL && ops[i] != NULL, "no stream or no op");
	}
	return 0;
}

static int
drop(const struct pmd_dev *dev)
{
	for (unsigned int i = 0; i < NB; i++) {
		TEST_ASSERT(rte_compressdev_stream_free(dev->id, streams[i]) == 0,
			    "stream %u is not free", i);
		pmd_buf_free(&dst[i]);
		rte_comp_op_free(ops[i]);
	}
	return 0;
}

/* Of a stopped device: NB ops, each once; @return how many failed, -1 if not so. */
static int
all_back(const struct pmd_dev *dev, uint16_t qp)
{
	struct rte_comp_op *back[2 * NB];
	uint16_t n = 0;
	int bad = 0;

	/* engine threads take what is begun only now */
	for (uint64_t end = rte_rdtsc() + PMD_WAIT_S * rte_get_tsc_hz();
	     n < NB && rte_rdtsc() < end; )
		n += rte_compressdev_dequeue_burst(dev->id, qp, back + n, 2 * NB - n);
	n += rte_compressdev_dequeue_burst(dev->id, qp, back + n, 2 * NB - n);
	TEST_ASSERT(n == NB, "%u of %u came", n, NB);
	for (uint16_t i = 0; i < n; i++) {
		TEST_ASSERT(back[i]->status == RTE_COMP_OP_STATUS_SUCCESS ||
			    back[i]->status == RTE_COMP_OP_STATUS_ERROR, "status %u",
			    back[i]->status);
		bad += back[i]->status == RTE_COMP_OP_STATUS_ERROR;
		back[i]->status = RTE_COMP_OP_STATUS_INVALID_STATE;
	}
	for (unsigned int i = 0; i < NB; i++)
		TEST_ASSERT(ops[i]->status == RTE_COMP_OP_STATUS_INVALID_STATE,
			    "op %u came back twice, or never", i);
	return bad;
}

/* Some are begun, some are not; twice, for it must be as before afterwards. */
static int
busy_stop(const struct pmd_dev *dev, const struct pmd_flavour *f)
{
	(void)f;
	if (make(dev) != 0)
		return -1;
	for (unsigned int round = 0; round < 6; round++) {
		struct rte_comp_op *one;

		TEST_ASSERT(rte_compressdev_enqueue_burst(dev->id, 0, ops, NB - 10) == NB - 10,
			    "enqueue");
		TEST_ASSERT(pmd_dequeue(dev, 0, &one, 1) == 1, "one");
		TEST_ASSERT(one->status == RTE_COMP_OP_STATUS_SUCCESS, "one");
		TEST_ASSERT(rte_compressdev_enqueue_burst(dev->id, 0, ops + NB - 10, 10) == 10 &&
			    rte_compressdev_enqueue_burst(dev->id, 0, &one, 1) == 1, "more");
		rte_compressdev_stop(dev->id);
		TEST_ASSERT(all_back(dev, 0) == 0, "round %u", round);
		TEST_ASSERT(rte_compressdev_start(dev->id) == 0, "start");
	}
	return drop(dev);
}

/* Completions that never come: stop ends the wait. */
static int
lost(const char *args, int min_bad, int max_bad)
{
	struct pmd_dev dev;
	struct rte_comp_op *back[NB];
	uint16_t n = 0;
	int bad;

	TEST_ASSERT(pmd_open(&dev, PMD_NAME, args, 1, PMD_QP_OPS) == 0 && make(&dev) == 0,
		    "%s", args);
	TEST_ASSERT(rte_compressdev_enqueue_burst(dev.id, 0, ops, NB) == NB, "enqueue");
	/* to begin them all, and not to get one that would be missed below */
	for (unsigned int i = 0; i < NB && n == 0; i++)
		n = rte_compressdev_dequeue_burst(dev.id, 0, back, NB);
	if (n != 0)
		TEST_ASSERT(rte_compressdev_enqueue_burst(dev.id, 0, back, n) == n, "again");
	rte_compressdev_stop(dev.id);
	bad = all_back(&dev, 0);
	TEST_ASSERT(bad >= min_bad && bad <= max_bad, "%d failed", bad);
	TEST_ASSERT(rte_compressdev_start(dev.id) == 0, "start");
	TEST_ASSERT(rte_compressdev_enqueue_burst(dev.id, 0, ops, NB) == NB, "start again");
	TEST_ASSERT(all_back(&dev, 0) == 0, "failed afterwards");
	if (drop(&dev) != 0)
		return -1;
	return pmd_close(&dev);
}

/* A queue pair is set up anew, and so released, with ops in it: some begun. */
static int
released(const struct pmd_dev *dev, const struct pmd_flavour *f)
{
	(void)f;
	if (make(dev) != 0)
		return -1;
	for (unsigned int round = 0; round < 4; round++) {
		struct rte_comp_op *one;

		TEST_ASSERT(rte_compressdev_enqueue_burst(dev->id, 0, ops, NB) == NB, "enqueue");
		TEST_ASSERT(round % 2 == 0 || pmd_dequeue(dev, 0, &one, 1) == 1, "one");
		rte_compressdev_stop(dev->id);
		TEST_ASSERT(rte_compressdev_queue_pair_setup(dev->id, 0, PMD_QP_OPS,
							     rte_socket_id()) == 0, "set up");
		TEST_ASSERT(rte_compressdev_start(dev->id) == 0, "start");
		for (unsigned int i = 0; i < NB; i++)
			ops[i]->status = RTE_COMP_OP_STATUS_NOT_PROCESSED;
		TEST_ASSERT(rte_compressdev_enqueue_burst(dev->id, 0, ops, NB) == NB,
			    "streams are not usable again");
		TEST_ASSERT(all_back(dev, 0) == 0, "round %u", round);
	}
	return drop(dev);
}

static int
run(void)
{
	static const char * const engine = "device=soft,soft_ext=off,soft_faults=lost:any:10:7";
	static const char * const soft = "device=soft,soft_faults=lost:any:10:7";
	int ret = pmd_each_flavour(busy_stop);

	if (ret == 0)
		ret = pmd_each_flavour(released);
	/* those that decompress had not begun: all go on in the soft lane */
	if (ret == 0)
		ret = lost(engine, 0, 7);
	/* there is no other lane; what is begun before it is well again fails as well */
	return ret == 0 ? lost(soft, 7, NB) : ret;
}

static int
test_stop(void)
{
	int ret = pmd_up();

	pmd_seed(8101);
	pmd_fill(PMD_TEXT, data, LEN);
	packed_len = pmd_stream_ref(data, LEN, packed, sizeof(packed));
	if (ret == 0 && (pmd_buf_with(&plain_src, data, LEN) != 0 ||
			 pmd_buf_with(&packed_src, packed, packed_len) != 0))
		ret = -1;
	if (ret == 0)
		ret = run();
	pmd_buf_free(&plain_src);
	pmd_buf_free(&packed_src);
	return pmd_down(ret);
}

UACCE_TEST(pmd_stream_stop, test_stop)
