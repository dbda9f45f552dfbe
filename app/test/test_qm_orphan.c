/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/*
 * A queue that failed: the dequeuer looks for owners slot by slot and gives slots
 * back without completions, while an enqueuer that does not know yet goes on. No
 * doorbell and no CQE orders the two: slots[] alone must, for ThreadSanitizer.
 */

#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <hisi_qm.h>

#include "test.h"
#include "test_qm_util.h"

#define NB_OPS		200000
#define SQE_WORDS	32

struct op {
	uint32_t id;
	uint32_t nb_seen;
};

static struct hisi_qm_queue q;
static struct op ops[NB_OPS];

static void *
enqueuer(void *arg)
{
	for (uint32_t n = 0; n < NB_OPS; ) {
		uint32_t *sqe;

		if (!hisi_qm_has_room(&q)) {
			sched_yield();
			continue;
		}
		sqe = hisi_qm_sqe(&q, q.enq.tail);
		for (unsigned int i = 0; i < SQE_WORDS; i++)
			sqe[i] = n;
		ops[n].id = n;
		hisi_qm_push(&q, &ops[n]);
		n++;
	}
	return NULL;
}

static int
reap(uint32_t *nb)
{
	for (uint16_t slot = 0; slot < q.sq_depth; slot++) {
		struct op *op = hisi_qm_owner(&q, slot);
		const uint32_t *sqe = hisi_qm_sqe(&q, slot);

		if (op == NULL)
			continue;
		TEST_ASSERT(op->id == (uint32_t)(op - ops) && op->nb_seen++ == 0,
			"op %u seen again", op->id);
		TEST_ASSERT(sqe[0] == op->id && sqe[SQE_WORDS - 1] == op->id, "SQE of %u",
			op->id);
		hisi_qm_drop(&q, slot);
		(*nb)++;
	}
	return 0;
}

static int
one_depth(uint16_t depth)
{
	pthread_t thread;
	uint32_t nb = 0;
	struct stub s;

	stub_init(&s, depth, depth);
	memset(&q, 0, sizeof(q));
	memset(ops, 0, sizeof(ops));
	TEST_ASSERT(stub_setup(&s, &q) == 0, "set-up");
	hisi_qm_halt(&q);
	TEST_ASSERT(pthread_create(&thread, NULL, enqueuer, NULL) == 0, "thread");
	while (nb < NB_OPS) {
		uint32_t before = nb;

		/* the enqueuer waits for room that nobody would make */
		if (reap(&nb) != 0)
			exit(EXIT_FAILURE);
		if (nb == before)
			sched_yield();
	}
	pthread_join(thread, NULL);
	for (uint32_t i = 0; i < NB_OPS; i++)
		TEST_ASSERT(ops[i].nb_seen == 1, "op %u seen %u times", i, ops[i].nb_seen);
	TEST_ASSERT(hisi_qm_nb_used(&q) == 0 && s.nb_sq == 0 && s.nb_cq == 0, "left");
	hisi_qm_teardown(&q);
	return 0;
}

static int
test_orphans(void)
{
	TEST_ASSERT(tq_eal() == 0, "EAL");
	return one_depth(8) != 0 || one_depth(64) != 0 || one_depth(1024) != 0 ? -1 : 0;
}

UACCE_TEST_TSAN(qm_orphans, test_orphans)
