/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/*
 * Many streams in flight at once, on one queue pair and on several, both directions;
 * each gets what is its own.
 */

#include <string.h>

#include "test_pmd_stream.h"

#define NB	40u
#define LEN	9000u
#define ROOM	(3 * LEN)
#define QPS	3u

/** A stream under way: one op at most, on any queue pair. */
struct flight {
	void *stream;
	bool compress;
	bool done;
	uint8_t in[ROOM];
	uint8_t out[ROOM];
	uint32_t len;
	uint32_t consumed;
	uint32_t produced;
	uint16_t qp;
	struct pmd_io io;
	struct pmd_buf src;
	struct pmd_buf dst;
	struct rte_comp_op *op;
};

static struct flight flights[NB];
static uint8_t plain[NB][LEN];
/* streams stay on their queue pairs */
static bool pinned;

static int
flight_start(const struct pmd_dev *dev, struct flight *f, unsigned int i)
{
	uint32_t len = pmd_rnd(LEN);

	*f = (struct flight){
		.compress = i % 2 != 0,
		.stream = pmd_stream_new(dev, i % 2 != 0, RTE_COMP_CHECKSUM_NONE),
	};
	TEST_ASSERT(f->stream != NULL, "no stream");
	pmd_fill(i % PMD_NB_KINDS, plain[i], LEN);
	f->len = f->compress ? LEN : pmd_stream_ref(plain[i], LEN, f->in, ROOM);
	if (f->compress)
		memcpy(f->in, plain[i], LEN);
	/* lengths differ, so that streams end at different times */
	if (f->compress)
		f->len -= len;
	return 0;
}

static int
flight_send(const struct pmd_dev *dev, struct flight *f)
{
	uint32_t n = RTE_MIN(1 + pmd_rnd(2500), f->len - f->consumed);

	f->qp = (pinned ? f - flights : pmd_rnd(dev->nb_qps)) % dev->nb_qps;
	TEST_ASSERT(pmd_buf_cut(&f->src, n, 1 + pmd_rnd(4), true) == 0 &&
		    pmd_buf_cut(&f->dst, 1 + pmd_rnd(3000), 1 + pmd_rnd(4), true) == 0,
		    "memory");
	pmd_buf_write(&f->src, 0, f->in + f->consumed, n);
	f->io = (struct pmd_io){
		.xform = f->stream, .stateful = true, .src = &f->src, .dst = &f->dst,
		.src_len = n, .flush = f->consumed + n == f->len ? RTE_COMP_FLUSH_FINAL :
			RTE_COMP_FLUSH_SYNC,
	};
	f->op = pmd_op(&f->io);
	TEST_ASSERT(f->op != NULL && rte_compressdev_enqueue_burst(dev->id, f->qp, &f->op, 1) == 1,
		    "refused");
	return 0;
}

static int
flight_take(struct flight *f)
{
	struct rte_comp_op *op = f->op;

	TEST_ASSERT(op->status == RTE_COMP_OP_STATUS_SUCCESS ||
		    op->status == RTE_COMP_OP_STATUS_OUT_OF_SPACE_RECOVERABLE, "status %u",
		    op->status);
	TEST_ASSERT(f->produced + op->produced <= ROOM, "too much");
	pmd_buf_read(&f->dst, 0, f->out + f->produced, op->produced);
	f->produced += op->produced;
	f->consumed += op->consumed;
	f->done = op->status == RTE_COMP_OP_STATUS_SUCCESS && f->consumed == f->len;
	pmd_buf_free(&f->src);
	pmd_buf_free(&f->dst);
	rte_comp_op_free(op);
	f->op = NULL;
	return 0;
}

static struct flight *
flight_of(const struct rte_comp_op *op)
{
	for (unsigned int i = 0; i < NB; i++)
		if (flights[i].op == op)
			return &flights[i];
	return NULL;
}

/* Take what has come from each queue pair. */
static int
take_all(const struct pmd_dev *dev, unsigned int *inside)
{
	struct rte_comp_op *ops[NB];

	for (uint16_t qp = 0; qp < dev->nb_qps; qp++) {
		uint16_t n = rte_compressdev_dequeue_burst(dev->id, qp, ops, 1 + pmd_rnd(NB));

		for (uint16_t i = 0; i < n; i++) {
			struct flight *f = flight_of(ops[i]);

			TEST_ASSERT(f != NULL && f->qp == qp, "not ours, or not from there");
			if (flight_take(f) != 0)
				return -1;
		}
		*inside -= n;
	}
	return 0;
}

static int
flight_check(unsigned int i)
{
	static uint8_t back[LEN + 1];
	const struct flight *f = &flights[i];
	struct ref_verdict v;

	if (!f->compress) {
		TEST_ASSERT(f->produced == LEN && memcmp(f->out, plain[i], LEN) == 0,
			    "stream %u: other data", i);
		return 0;
	}
	v = ref_inflate(f->out, f->produced, back, sizeof(back), 15, SIZE_MAX);
	TEST_ASSERT(v.final && v.consumed == f->produced && v.produced == f->len &&
		    memcmp(back, plain[i], f->len) == 0, "stream %u: zlib reads %zu of %u", i,
		    v.produced, f->len);
	return 0;
}

static int
all_at_once(const struct pmd_dev *dev, const struct pmd_flavour *flavour)
{
	unsigned int inside = 0, left = NB;

	(void)flavour;
	for (unsigned int i = 0; i < NB; i++)
		if (flight_start(dev, &flights[i], i) != 0)
			return -1;
	for (unsigned int lap = 0; left != 0; lap++) {
		TEST_ASSERT(lap < 100000000, "no end: %u inside, %u left", inside, left);
		for (unsigned int i = 0; i < NB; i++) {
			struct flight *f = &flights[i];

			if (f->op != NULL || f->done || pmd_rnd(3) == 0)
				continue;
			if (flight_send(dev, f) != 0)
				return -1;
			inside++;
		}
		if (take_all(dev, &inside) != 0)
			return -1;
		left = 0;
		for (unsigned int i = 0; i < NB; i++)
			left += !flights[i].done;
	}
	for (unsigned int i = 0; i < NB; i++)
		if (flight_check(i) != 0 ||
		    rte_compressdev_stream_free(dev->id, flights[i].stream) != 0)
			return -1;
	return 0;
}

/*
 * Streams move from one queue pair to another between two ops, unless some have an engine
 * queue and others do not.
 */
static int
several_qps(void)
{
	static const char * const args[] = {
		"device=soft", "device=soft,soft_ext=off", "device=soft,soft_threads=2",
		"device=soft,soft_ext=off,soft_threads=2,fallback=off",
		/* engine queues run out: the rest goes to the soft lane */
		"device=soft,soft_ext=off,soft_queues=2",
	};

	for (unsigned int i = 0; i < DIM(args); i++) {
		struct pmd_dev dev;

		pinned = strstr(args[i], "soft_queues") != NULL;
		TEST_ASSERT(pmd_open(&dev, PMD_NAME, args[i], QPS, PMD_QP_OPS) == 0, "%s",
			    args[i]);
		TEST_ASSERT(all_at_once(&dev, NULL) == 0, "%s", args[i]);
		TEST_ASSERT(pmd_close(&dev) == 0, "close");
	}
	return 0;
}

/* No more than fit are accepted, and those that do not are not harmed. */
static int
full(const struct pmd_dev *dev, const struct pmd_flavour *flavour)
{
	const unsigned int nb = PMD_QP_OPS + 20;
	struct rte_comp_op *ops[PMD_QP_OPS + 20], *back[PMD_QP_OPS + 20];
	struct pmd_io io = { .stateful = true, .flush = RTE_COMP_FLUSH_FINAL };
	struct rte_compressdev_stats stats;
	struct pmd_buf src, dst;
	uint16_t n, more;

	(void)flavour;
	TEST_ASSERT(pmd_buf_flat(&src, 100) == 0 && pmd_buf_flat(&dst, 1000) == 0, "memory");
	io.src = &src;
	io.dst = &dst;
	io.src_len = 100;
	for (unsigned int i = 0; i < nb; i++) {
		io.xform = pmd_stream_new(dev, true, RTE_COMP_CHECKSUM_NONE);
		ops[i] = pmd_op(&io);
	}
	n = rte_compressdev_enqueue_burst(dev->id, 0, ops, nb);
	TEST_ASSERT(n == PMD_QP_OPS && ops[n]->status == RTE_COMP_OP_STATUS_NOT_PROCESSED,
		    "%u accepted", n);
	rte_compressdev_stats_get(dev->id, &stats);
	TEST_ASSERT(stats.enqueue_err_count == 0, "counted as an error");
	TEST_ASSERT(pmd_dequeue(dev, 0, back, n) == n, "not all came");
	more = rte_compressdev_enqueue_burst(dev->id, 0, ops + n, nb - n);
	TEST_ASSERT(more == nb - n && pmd_dequeue(dev, 0, back, more) == more, "the rest");
	for (unsigned int i = 0; i < nb; i++) {
		TEST_ASSERT(ops[i]->status == RTE_COMP_OP_STATUS_SUCCESS, "status %u",
			    ops[i]->status);
		TEST_ASSERT(rte_compressdev_stream_free(dev->id, ops[i]->stream) == 0, "free");
		rte_comp_op_free(ops[i]);
	}
	pmd_buf_free(&src);
	pmd_buf_free(&dst);
	return 0;
}

static int
test_flight(void)
{
	int ret = pmd_up();

	pmd_seed(7801);
	if (ret == 0)
		ret = pmd_each_flavour(all_at_once);
	return pmd_down(ret == 0 ? several_qps() : ret);
}

static int
test_full(void)
{
	int ret = pmd_up();

	pmd_seed(7802);
	return pmd_down(ret == 0 ? pmd_each_flavour(full) : ret);
}

UACCE_TEST(pmd_stream_flight, test_flight)
UACCE_TEST(pmd_stream_full, test_full)
