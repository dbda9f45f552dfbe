/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/*
 * Many ops in flight: up to the ring and beyond, where enqueue takes fewer; every op
 * comes back once; rings wrap at odd places; both directions at once.
 */

#include <string.h>

#include "test_pmd.h"

#define NB	2500u
#define LEN	200u
#define ROOM	(LEN + 64)

static uint8_t data[LEN], packed[ROOM];
static struct pmd_buf src[2], dst[NB];
static struct rte_comp_op *all[NB];
static bool out[NB];	/* in flight */

static unsigned int
index_of(const struct rte_comp_op *op)
{
	/* pmd_op() leaves it alone, so does the driver */
	return op->hash.iova_addr;
}

static int
check(const struct rte_comp_op *op)
{
	unsigned int i = index_of(op);
	uint8_t got[ROOM];

	TEST_ASSERT(i < NB && all[i] == op && out[i], "op was not in flight");
	out[i] = false;
	TEST_ASSERT(op->status == RTE_COMP_OP_STATUS_SUCCESS, "status %u", op->status);
	pmd_buf_read(&dst[i], 0, got, op->produced);
	if (i & 1)
		TEST_ASSERT(op->produced == LEN && memcmp(got, data, LEN) == 0, "plain");
	else
		TEST_ASSERT(ref_packed(got, op->produced, data, LEN), "packed");
	return 0;
}

/* Enqueue from *next on until refused; everything after must be untouched. */
static int
fill(const struct pmd_dev *dev, unsigned int *next, unsigned int burst)
{
	uint16_t n;

	do {
		uint16_t nb = RTE_MIN(burst, NB - *next);

		for (unsigned int i = *next; i < *next + nb; i++)
			all[i]->status = RTE_COMP_OP_STATUS_INVALID_STATE;
		n = rte_compressdev_enqueue_burst(dev->id, 0, &all[*next], nb);
		TEST_ASSERT(n <= nb, "%u of %u", n, nb);
		for (unsigned int i = *next; i < *next + n; i++) {
			TEST_ASSERT(!out[i], "in flight twice");
			out[i] = true;
		}
		*next += n;
		if (n == nb)
			continue;
		TEST_ASSERT(all[*next]->status == RTE_COMP_OP_STATUS_NOT_PROCESSED,
			    "refused with %u", all[*next]->status);
		for (unsigned int i = *next + 1; i < *next + nb - n; i++)
			TEST_ASSERT(all[i]->status == RTE_COMP_OP_STATUS_INVALID_STATE,
				    "op %u touched", i);
		return 0;
	} while (*next < NB);
	return 0;
}

static int
drain(const struct pmd_dev *dev, unsigned int nb, unsigned int burst)
{
	struct rte_comp_op *ops[256];
	unsigned int n = 0;

	while (n < nb) {
		unsigned int want = RTE_MIN(burst, nb - n);
		uint16_t got = pmd_dequeue(dev, 0, ops, want);

		TEST_ASSERT(got == want, "%u of %u came", n + got, nb);
		for (unsigned int i = 0; i < got; i++)
			if (check(ops[i]) != 0)
				return -1;
		n += got;
	}
	return 0;
}

static int
rounds(const struct pmd_dev *dev)
{
	unsigned int next = 0, done = 0, most = 0;
	struct rte_compressdev_stats stats;

	while (done < NB) {
		unsigned int burst = 1 + pmd_rnd(200), nb;

		if (fill(dev, &next, burst) != 0)
			return -1;
		most = RTE_MAX(most, next - done);
		/* sometimes all, sometimes few */
		nb = pmd_rnd(2) && next < NB ? 1 + pmd_rnd(next - done) : next - done;
		if (drain(dev, nb, 1 + pmd_rnd(100)) != 0)
			return -1;
		done += nb;
	}
	TEST_ASSERT(most >= PMD_QP_OPS, "at most %u in flight", most);
	TEST_ASSERT(most < NB, "never refused: this test is too small");
	TEST_ASSERT(pmd_dumped(dev, "enqueue:", "full") > 0, "full is not counted");
	rte_compressdev_stats_get(dev->id, &stats);
	TEST_ASSERT(stats.enqueue_err_count == 0 && stats.dequeue_err_count == 0, "errors");
	TEST_ASSERT(stats.enqueued_count % NB == 0 &&
		    stats.enqueued_count == stats.dequeued_count, "counts");
	return 0;
}

static int
prepare(const struct pmd_dev *dev, void *c, void *d)
{
	struct pmd_io io = { .xform = c, .flush = RTE_COMP_FLUSH_FINAL, .src_len = LEN };

	pmd_fill(PMD_TEXT, data, LEN);
	TEST_ASSERT(pmd_buf_with(&src[0], data, LEN) == 0, "memory");
	for (unsigned int i = 0; i < NB; i++)
		TEST_ASSERT(pmd_buf_cut(&dst[i], i & 1 ? LEN : ROOM, 1 + i % 11 / 9, true) == 0,
			    "memory");
	io.src = &src[0];
	io.dst = &dst[0];
	TEST_ASSERT(pmd_run(dev, &io) == 0 && io.status == RTE_COMP_OP_STATUS_SUCCESS, "one");
	pmd_buf_read(&dst[0], 0, packed, io.produced);
	TEST_ASSERT(pmd_buf_with(&src[1], packed, io.produced) == 0, "memory");
	for (unsigned int i = 0; i < NB; i++) {
		io.xform = i & 1 ? d : c;
		io.src = &src[i & 1];
		io.src_len = io.src->len;
		io.dst = &dst[i];
		all[i] = pmd_op(&io);
		TEST_ASSERT(all[i] != NULL, "no op");
		all[i]->hash.iova_addr = i;
	}
	rte_compressdev_stats_reset(dev->id);
	return 0;
}

static int
ring(const struct pmd_dev *dev, const struct pmd_flavour *f)
{
	void *c = pmd_deflate(dev, 1, RTE_COMP_HUFFMAN_DEFAULT, 15, RTE_COMP_CHECKSUM_NONE);
	void *d = pmd_inflate(dev, RTE_COMP_CHECKSUM_NONE);

	(void)f;
	if (prepare(dev, c, d) != 0)
		return -1;
	for (unsigned int round = 0; round < 4; round++)
		if (rounds(dev) != 0)
			return -1;
	for (unsigned int i = 0; i < NB; i++) {
		rte_comp_op_free(all[i]);
		pmd_buf_free(&dst[i]);
	}
	pmd_buf_free(&src[0]);
	pmd_buf_free(&src[1]);
	pmd_xform_free(dev, c);
	pmd_xform_free(dev, d);
	return 0;
}

static int
test_ring(void)
{
	int ret = pmd_up();

	pmd_seed(4701);
	if (ret == 0)
		ret = pmd_each_flavour(ring);
	return pmd_down(ret);
}

UACCE_TEST(pmd_ring, test_ring)
