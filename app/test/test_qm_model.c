/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/*
 * Random walks of enqueuer, device and dequeuer over the rings, as a model checker
 * would take them: whatever the order, no request is lost or seen twice, the SQ
 * never holds more than depth - 1, and the CQ never overflows.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test.h"
#include "test_qm_util.h"

#define DIM(a)		(sizeof(a) / sizeof((a)[0]))
#define MAX_DEPTH	1024

enum order { IN_ORDER, RANDOM, REVERSED, NEAR };

/* What a slot is, seen from outside; the ring must agree at every step. */
enum where { FREE, PUSHED, AT_DEVICE, POSTED, TAKEN };

struct walk {
	struct stub s;
	enum order order;
	uint64_t seed;
	enum where where[MAX_DEPTH];
	uint16_t at_device[MAX_DEPTH];	/* oldest first */
	unsigned int nb_pushed;
	unsigned int nb_at_device;
	unsigned int nb_posted;
	unsigned int nb_unacked;
	unsigned int first_pushed;
	unsigned int seen_tail;		/* of the SQ, by doorbell */
	uint64_t accepted;
	uint64_t taken;
	unsigned int most_in_use;
};

static struct hisi_qm_queue q;
static int owners[MAX_DEPTH];

static uint32_t
rnd(struct walk *w, uint32_t n)
{
	w->seed = w->seed * 6364136223846793005ull + 1442695040888963407ull;
	return (uint32_t)(w->seed >> 33) % n;
}

static int
act_push(struct walk *w)
{
	unsigned int used = w->nb_pushed + w->nb_at_device + w->nb_posted + w->nb_unacked;
	uint16_t next = (q.enq.tail + 1) % w->s.sq_depth;

	TEST_ASSERT(hisi_qm_has_room(&q) == (w->where[next] == FREE), "room");
	if (!hisi_qm_has_room(&q))
		return 0;
	TEST_ASSERT(used < w->s.sq_depth - 1u, "%u in use of %u", used, w->s.sq_depth);
	TEST_ASSERT(w->where[q.enq.tail] == FREE, "the tail is not free");
	w->where[q.enq.tail] = PUSHED;
	hisi_qm_push(&q, &owners[q.enq.tail]);
	w->nb_pushed++;
	w->accepted++;
	if (used + 1 > w->most_in_use)
		w->most_in_use = used + 1;
	return 0;
}

/* The device takes all up to the index of the doorbell. */
static int
act_submit(struct walk *w)
{
	hisi_qm_submit(&q);
	TEST_ASSERT(w->s.last_sq >> 32 == q.enq.tail, "doorbell");
	while (w->seen_tail != q.enq.tail) {
		TEST_ASSERT(w->where[w->seen_tail] == PUSHED, "slot %u", w->seen_tail);
		w->where[w->seen_tail] = AT_DEVICE;
		w->at_device[w->nb_at_device++] = w->seen_tail;
		w->seen_tail = (w->seen_tail + 1) % w->s.sq_depth;
		w->nb_pushed--;
	}
	TEST_ASSERT(w->nb_pushed == 0, "%u are left", w->nb_pushed);
	return 0;
}

static int
act_post(struct walk *w)
{
	unsigned int i = 0;
	uint16_t slot;

	if (w->nb_at_device == 0)
		return 0;
	if (w->order == RANDOM)
		i = rnd(w, w->nb_at_device);
	else if (w->order == REVERSED)
		i = w->nb_at_device - 1;
	else if (w->order == NEAR)
		i = rnd(w, w->nb_at_device < 4 ? w->nb_at_device : 4);
	slot = w->at_device[i];
	memmove(&w->at_device[i], &w->at_device[i + 1],
		(--w->nb_at_device - i) * sizeof(w->at_device[0]));
	stub_post(&w->s, slot);
	TEST_ASSERT(!w->s.overflow, "CQ overflow: %u unacknowledged", w->nb_unacked);
	w->where[slot] = POSTED;
	w->nb_posted++;
	return 0;
}

/* All that were taken are free if and only if the CQ doorbell was rung. */
static int
check_ack(struct walk *w, unsigned int nb_cq)
{
	if (w->s.nb_cq == nb_cq)
		return 0;
	TEST_ASSERT(w->s.nb_cq == nb_cq + 1 && w->s.last_cq >> 32 == q.deq.head, "doorbell");
	TEST_ASSERT(stub_occupancy(&w->s) == w->nb_posted, "occupancy");
	for (unsigned int i = 0; i < w->s.sq_depth; i++)
		if (w->where[i] == TAKEN) {
			TEST_ASSERT(hisi_qm_owner(&q, i) == NULL, "slot %u", i);
			w->where[i] = FREE;
		}
	w->nb_unacked = 0;
	return 0;
}

static int
act_take(struct walk *w)
{
	unsigned int nb_cq = w->s.nb_cq;
	uint16_t slot = UINT16_MAX;

	TEST_ASSERT(hisi_qm_nb_new_cqes(&q) == w->nb_posted, "CQEs");
	if (!hisi_qm_cq_pop(&q, &slot)) {
		TEST_ASSERT(w->nb_posted == 0, "%u are there", w->nb_posted);
		/* as a dequeuer that finds nothing does */
		if (q.deq.nb_unacked == 0)
			return 0;
		hisi_qm_ack(&q);
		TEST_ASSERT(w->s.nb_cq == nb_cq + 1, "doorbell");
		return check_ack(w, nb_cq);
	}
	TEST_ASSERT(slot < w->s.sq_depth && w->where[slot] == POSTED, "slot %u", slot);
	TEST_ASSERT(hisi_qm_owner(&q, slot) == &owners[slot], "owner of %u", slot);
	w->where[slot] = TAKEN;
	w->nb_posted--;
	w->nb_unacked++;
	w->taken++;
	hisi_qm_done(&q, slot);
	return check_ack(w, nb_cq);
}

static int
check_all(const struct walk *w)
{
	unsigned int used = w->nb_pushed + w->nb_at_device + w->nb_posted + w->nb_unacked;

	TEST_ASSERT(hisi_qm_nb_used(&q) == used, "used %u, not %u", hisi_qm_nb_used(&q), used);
	TEST_ASSERT(w->accepted - w->taken == used - w->nb_unacked, "lost");
	TEST_ASSERT(q.deq.nb_unacked == w->nb_unacked && w->nb_unacked < q.ack_batch, "batch");
	for (unsigned int i = 0; i < w->s.sq_depth; i++) {
		void *want = w->where[i] == FREE ? NULL :
			w->where[i] == TAKEN ? HISI_QM_SLOT_DONE : &owners[i];

		TEST_ASSERT(hisi_qm_owner(&q, i) == want, "slot %u", i);
	}
	return 0;
}

/* Moods: weights of the four acts, so that rings run full, empty and in between. */
static int
walk(struct walk *w, unsigned int steps)
{
	static const unsigned int moods[][4] = {
		{ 4, 1, 4, 4 }, { 16, 2, 1, 1 }, { 1, 1, 8, 8 }, { 8, 8, 8, 1 }, { 8, 8, 1, 8 },
	};
	static int (*const acts[4])(struct walk *) = { act_push, act_submit, act_post, act_take };
	const unsigned int *mood = moods[0];

	for (unsigned int n = 0; n < steps; n++) {
		unsigned int sum = 0, pick, act = 0;

		if (rnd(w, 4 * w->s.sq_depth) == 0)
			mood = moods[rnd(w, DIM(moods))];
		for (unsigned int i = 0; i < 4; i++)
			sum += mood[i];
		for (pick = rnd(w, sum); pick >= mood[act]; act++)
			pick -= mood[act];
		TEST_ASSERT(acts[act](w) == 0, "step %u, act %u", n, act);
		if (n % 64 == 0)
			TEST_ASSERT(check_all(w) == 0, "step %u", n);
	}
	/* let all come home */
	act_submit(w);
	while (w->nb_at_device + w->nb_posted + w->nb_unacked != 0)
		TEST_ASSERT(act_post(w) == 0 && act_take(w) == 0, "end");
	TEST_ASSERT(w->accepted == w->taken && check_all(w) == 0, "lost");
	/* out of order one that is late keeps the enqueuer from what is free behind it */
	TEST_ASSERT(w->most_in_use >= (w->order == IN_ORDER ? w->s.sq_depth - 1u :
		w->s.sq_depth * 3u / 4), "never full: %u", w->most_in_use);
	return 0;
}

static int
test_walks(void)
{
	static const struct {
		uint16_t sq, cq;
		unsigned int steps;
	} shapes[] = {
		{ 4, 4, 40000 }, { 5, 5, 40000 }, { 7, 9, 40000 }, { 8, 8, 40000 },
		{ 16, 16, 40000 }, { 64, 64, 100000 }, { 100, 128, 100000 },
		{ 256, 256, 200000 }, { 1000, 1000, 300000 }, { 1024, 1024, 300000 },
	};

	TEST_ASSERT(tq_eal() == 0, "EAL");
	for (unsigned int i = 0; i < DIM(shapes); i++)
		for (enum order order = IN_ORDER; order <= NEAR; order++) {
			static struct walk w;

			memset(&w, 0, sizeof(w));
			w.order = order;
			w.seed = 100 * i + order;
			stub_init(&w.s, shapes[i].sq, shapes[i].cq);
			memset(&q, 0, sizeof(q));
			TEST_ASSERT(stub_setup(&w.s, &q) == 0, "set-up");
			TEST_ASSERT(walk(&w, shapes[i].steps) == 0, "depths %u %u, order %u",
				shapes[i].sq, shapes[i].cq, order);
			hisi_qm_teardown(&q);
		}
	return 0;
}

UACCE_TEST(qm_model_walks, test_walks)
