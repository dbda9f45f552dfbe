/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/*
 * Both ends of the rings at once, for ThreadSanitizer: an enqueuer, a dequeuer that
 * runs the device or leaves it to engine threads, and one who watches. What the
 * enqueuer writes with plain stores must be seen by the dequeuer, and each request
 * must come back exactly once.
 */

#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <hisi_qm.h>

#include "test.h"
#include "test_qm_util.h"
#include "test_soft_util.h"

#define NB_OPS	200000

/* Written by the enqueuer before the push, by the dequeuer after the pop. */
struct op {
	uint32_t id;
	uint32_t len;
	uint32_t nb_seen;
};

struct race {
	struct uacce_soft *soft;
	unsigned int nb_ops;
	bool polled;
	bool in_order;
	struct op *ops;
	int done;
	int ret;	/* of the dequeuer */
};

static struct hisi_qm_queue q;
static uint8_t buf[64];	/* not touched: the device is instant */

static void
push(struct op *op)
{
	const struct treq r = {
		.type = TC_ZLIB, .src = buf, .in = op->len, .dst = buf, .out = sizeof(buf),
		.tag = op->id,
	};

	tc_build(&r, hisi_qm_sqe(&q, q.enq.tail));
	hisi_qm_push(&q, op);
}

static void *
enqueuer(void *arg)
{
	struct race *race = arg;
	uint64_t seed = race->nb_ops;

	for (unsigned int n = 0; n < race->nb_ops; ) {
		unsigned int batch = tc_rand(&seed) % 40 + 1, in_batch = 0;

		for (; in_batch < batch && n < race->nb_ops && hisi_qm_has_room(&q); in_batch++) {
			struct op *op = &race->ops[n];

			op->id = n;
			op->len = 1 + n % 60;
			push(op);
			n++;
		}
		if (in_batch != 0)
			hisi_qm_submit(&q);
		if (in_batch < batch)
			sched_yield();
	}
	return NULL;
}

static int
take(struct race *race, uint16_t slot, unsigned int n)
{
	const uint32_t *sqe = hisi_qm_sqe(&q, slot);
	struct op *op;

	TEST_ASSERT(slot < q.sq_depth, "slot %u", slot);
	op = hisi_qm_owner(&q, slot);
	TEST_ASSERT(op != NULL && (void *)op != HISI_QM_SLOT_DONE, "slot %u is not in flight",
		slot);
	TEST_ASSERT(op->id == (unsigned int)(op - race->ops) && op->nb_seen++ == 0,
		"op %u seen again", op->id);
	TEST_ASSERT(!race->in_order || op->id == n, "op %u, not %u", op->id, n);
	TEST_ASSERT(sqe[DW_STATUS] == TC_OK && sqe[DW_26] == op->id &&
		sqe[DW_CONSUMED] == op->len, "write-back of %u: %x, %u, %u", op->id,
		sqe[DW_STATUS], sqe[DW_26], sqe[DW_CONSUMED]);
	hisi_qm_done(&q, slot);
	return 0;
}

static int
drain(struct race *race)
{
	double end = tc_time() + 100;
	unsigned int n = 0;

	while (n < race->nb_ops) {
		unsigned int before = n;
		uint16_t slot;

		if (race->polled)
			uacce_soft_run(q.uq.ctx, 32);
		while (n - before < 32 && hisi_qm_cq_pop(&q, &slot)) {
			TEST_ASSERT(take(race, slot, n) == 0, "op %u", n);
			n++;
		}
		if (n != before)
			continue;
		if (q.deq.nb_unacked != 0)
			hisi_qm_ack(&q);
		TEST_ASSERT(!hisi_qm_rx_stopped(&q) && tc_time() < end, "stuck at %u", n);
		sched_yield();
	}
	return 0;
}

static void *
dequeuer(void *arg)
{
	struct race *race = arg;

	race->ret = drain(race);
	/* the enqueuer waits for room that nobody makes any more */
	if (race->ret != 0)
		exit(EXIT_FAILURE);
	__atomic_store_n(&race->done, 1, __ATOMIC_RELEASE);
	return NULL;
}

/* Statistics are read while all this goes on. */
static int
watch(struct race *race)
{
	while (!__atomic_load_n(&race->done, __ATOMIC_ACQUIRE)) {
		struct uacce_soft_stats s;

		/* slots change hands while they are counted: all may be met in use */
		TEST_ASSERT(hisi_qm_nb_used(&q) <= q.sq_depth, "too many in use");
		TEST_ASSERT(!hisi_qm_tx_stopped(&q) && !hisi_qm_rx_stopped(&q), "stopped");
		uacce_soft_stats(q.uq.ctx, &s);
		TEST_ASSERT(s.completions <= race->nb_ops, "completions");
		sched_yield();
	}
	return 0;
}

static int
run(const struct uacce_soft_conf *conf, unsigned int nb_ops, bool watched)
{
	struct race race = {
		.soft = uacce_soft_create(conf), .nb_ops = nb_ops, .polled = conf->threads == 0,
		.in_order = conf->faults == NULL, .ops = calloc(nb_ops, sizeof(struct op)),
	};
	struct uacce_soft_stats s;
	pthread_t threads[2];
	struct uacce_dev dev;
	int ret = 0;

	TEST_ASSERT(race.soft != NULL && race.ops != NULL &&
		uacce_soft_describe(race.soft, "soft", 0, &dev) == 0, "device");
	memset(&q, 0, sizeof(q));
	TEST_ASSERT(hisi_qm_setup(&q, &dev, &uacce_soft_ops, race.soft, HISI_QM_QC_COMPRESS, 128,
				  SOCKET_ID_ANY) == 0, "set-up");
	TEST_ASSERT(pthread_create(&threads[0], NULL, enqueuer, &race) == 0 &&
		pthread_create(&threads[1], NULL, dequeuer, &race) == 0, "threads");
	if (watched)
		ret = watch(&race);
	pthread_join(threads[0], NULL);
	pthread_join(threads[1], NULL);
	TEST_ASSERT(ret == 0 && race.ret == 0, "failed");
	for (unsigned int i = 0; i < nb_ops; i++)
		TEST_ASSERT(race.ops[i].nb_seen == 1, "op %u seen %u times", i,
			race.ops[i].nb_seen);
	uacce_soft_stats(q.uq.ctx, &s);
	TEST_ASSERT(s.requests == nb_ops && s.completions == nb_ops && s.errors == 0, "stats");
	for (int i = 0; i < UACCE_SOFT_MISTAKE_NB; i++)
		TEST_ASSERT(s.mistakes[i] == 0, "%s", uacce_soft_mistake_name(i));
	hisi_qm_teardown(&q);
	uacce_soft_destroy(race.soft);
	free(race.ops);
	return 0;
}

static int
all_depths(unsigned int threads, const char *faults, unsigned int nb_ops)
{
	static const unsigned int depths[] = { 8, 64, 1024 };

	TEST_ASSERT(tq_eal() == 0, "EAL");
	for (unsigned int i = 0; i < DIM(depths); i++) {
		const struct uacce_soft_conf conf = {
			.nb_queues = 1, .sq_depth = depths[i], .threads = threads,
			.instant = true, .faults = faults,
		};

		TEST_ASSERT(run(&conf, nb_ops, i % 2 == 0) == 0, "depth %u", depths[i]);
	}
	return 0;
}

static int
test_polled(void)
{
	return all_depths(0, NULL, NB_OPS);
}

static int
test_polled_ooo(void)
{
	return all_depths(0, "ooo:any:0:0:2:9", NB_OPS / 4);
}

static int
test_threads(void)
{
	return all_depths(2, NULL, NB_OPS);
}

static int
test_threads_ooo(void)
{
	return all_depths(2, "ooo:any:0:0:2:9", NB_OPS / 4);
}

UACCE_TEST_TSAN(qm_race_polled, test_polled)
UACCE_TEST_TSAN(qm_race_polled_ooo, test_polled_ooo)
UACCE_TEST_TSAN(qm_race_threads, test_threads)
UACCE_TEST_TSAN(qm_race_threads_ooo, test_threads_ooo)
