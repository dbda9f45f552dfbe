/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/* The rings' arithmetic: room, doorbell values, laps, order of acknowledgement. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test.h"
#include "test_qm_util.h"

#define DIM(a)	(sizeof(a) / sizeof((a)[0]))

static struct hisi_qm_queue q;
static int owners[32768];	/* their addresses are what slots hold */

static const uint16_t depths[][2] = {
	{ 4, 4 }, { 5, 5 }, { 6, 7 }, { 7, 7 }, { 8, 64 }, { 64, 64 }, { 1000, 1000 },
	{ 1024, 1024 }, { 1024, 1500 }, { 4096, 4096 },
};

static int
with_queue(int (*func)(struct stub *s))
{
	TEST_ASSERT(tq_eal() == 0, "EAL");
	for (unsigned int i = 0; i < DIM(depths); i++) {
		struct stub s;

		stub_init(&s, depths[i][0], depths[i][1]);
		memset(&q, 0, sizeof(q));
		TEST_ASSERT(stub_setup(&s, &q) == 0, "set-up");
		TEST_ASSERT(func(&s) == 0, "depths %u %u", depths[i][0], depths[i][1]);
		hisi_qm_teardown(&q);
	}
	return 0;
}

/* Push one; its owner tells the slot. */
static uint16_t
push(void)
{
	uint16_t slot = q.enq.tail;

	hisi_qm_push(&q, &owners[slot]);
	return slot;
}

/* Take one completion, which must be of slot. */
static int
take(uint16_t want)
{
	uint16_t slot = UINT16_MAX;

	/* looking takes nothing */
	TEST_ASSERT(hisi_qm_cq_peek(&q, &slot) && slot == want, "slot %u, not %u", slot, want);
	slot = UINT16_MAX;
	TEST_ASSERT(hisi_qm_cq_pop(&q, &slot) && slot == want, "slot %u, not %u", slot, want);
	TEST_ASSERT(hisi_qm_owner(&q, slot) == &owners[slot], "owner");
	hisi_qm_done(&q, slot);
	return 0;
}

/* From any place of the tail: depth - 1 fit, one more does not. */
static int
body_full(struct stub *s)
{
	unsigned int laps = s->sq_depth > 100 ? 5 : 3 * s->sq_depth;
	uint16_t first = 0;

	for (unsigned int lap = 0; lap < laps; lap++) {
		uint16_t n = 0, slot;

		while (hisi_qm_has_room(&q)) {
			TEST_ASSERT(hisi_qm_owner(&q, q.enq.tail) == NULL, "tail is taken");
			TEST_ASSERT(push() == (first + n) % s->sq_depth, "order");
			TEST_ASSERT(++n < s->sq_depth, "%u fit in %u", n, s->sq_depth);
			TEST_ASSERT(hisi_qm_nb_used(&q) == n, "nb_used");
		}
		TEST_ASSERT(n == s->sq_depth - 1, "but %u of %u fit", n, s->sq_depth);
		hisi_qm_submit(&q);
		TEST_ASSERT(!hisi_qm_cq_pop(&q, &slot), "a completion of nothing");
		for (uint16_t i = 0; i < n; i++)
			stub_post(s, (first + i) % s->sq_depth);
		TEST_ASSERT(!s->overflow && hisi_qm_nb_new_cqes(&q) == n, "CQEs");
		for (uint16_t i = 0; i < n; i++) {
			TEST_ASSERT(take((first + i) % s->sq_depth) == 0, "%u", i);
			TEST_ASSERT(hisi_qm_nb_new_cqes(&q) == n - 1 - i, "CQEs");
		}
		TEST_ASSERT(!hisi_qm_cq_pop(&q, &slot), "one too many");
		if (q.deq.nb_unacked != 0)
			hisi_qm_ack(&q);
		TEST_ASSERT(hisi_qm_nb_used(&q) == 0 && stub_occupancy(s) == 0, "not empty");
		first = q.enq.tail;
	}
	return 0;
}

/*
 * In order and without a flush there is always room for capacity more than what
 * is in flight leaves.
 */
static int
body_capacity(struct stub *s)
{
	unsigned int in_flight = 0, pushed = 0, taken = 0;

	while (pushed < 5u * s->sq_depth + 3) {
		while (in_flight < hisi_qm_capacity(&q)) {
			TEST_ASSERT(hisi_qm_has_room(&q), "%u in flight, %u unacknowledged",
				in_flight, q.deq.nb_unacked);
			stub_post(s, push());
			pushed++;
			in_flight++;
		}
		TEST_ASSERT(!s->overflow && take(taken++ % s->sq_depth) == 0, "take");
		in_flight--;
		TEST_ASSERT(q.deq.nb_unacked < q.ack_batch, "batch");
	}
	return 0;
}

/* Doorbells bit by bit, for each queue number and index. */
static int
test_doorbells(void)
{
	static const uint16_t ids[] = { 0, 1, 2, 5, 64, 511, 512, 1022, 1023 };

	TEST_ASSERT(tq_eal() == 0, "EAL");
	for (unsigned int i = 0; i < DIM(ids); i++) {
		unsigned int nb = 0;
		struct stub s;

		stub_init(&s, 1000, 1024);
		s.id = ids[i];
		memset(&q, 0, sizeof(q));
		TEST_ASSERT(stub_setup(&s, &q) == 0, "set-up");
		for (uint64_t n = 1; n < 2500; n++) {
			uint16_t slot = push();
			uint64_t sq = ids[i] | n % 1000 << 32;
			uint64_t cq = ids[i] | 1ull << 12 | n % 1024 << 32;

			hisi_qm_submit(&q);
			TEST_ASSERT(s.nb_sq == n && s.last_sq == sq && s.last_offset == 0x1000,
				"%llx, not %llx", (unsigned long long)s.last_sq,
				(unsigned long long)sq);
			stub_post(&s, slot);
			TEST_ASSERT(take(slot) == 0, "take");
			if (n % 3 == 0)
				hisi_qm_ack(&q);
			nb += n % 3 == 0;
			TEST_ASSERT(s.nb_cq == nb && (n % 3 != 0 || s.last_cq == cq),
				"%llx, not %llx", (unsigned long long)s.last_cq,
				(unsigned long long)cq);
		}
		TEST_ASSERT(q.enq.doorbells == 2499 && q.deq.doorbells == nb, "counters");
		hisi_qm_teardown(&q);
	}
	return 0;
}

/* Without a handler the value goes to the register itself, and nowhere else. */
static int
test_store(void)
{
	struct uacce_queue_ops ops = stub_ops;
	struct stub s;

	TEST_ASSERT(tq_eal() == 0, "EAL");
	stub_init(&s, 64, 64);
	memset(&q, 0, sizeof(q));
	ops.mmio_write = NULL;
	TEST_ASSERT(hisi_qm_setup(&q, &s.dev, &ops, &s, HISI_QM_QC_COMPRESS, 128,
				  SOCKET_ID_ANY) == 0, "set-up");
	push();
	hisi_qm_submit(&q);
	for (unsigned int i = 0; i < s.dev.mmio_size; i += 8)
		TEST_ASSERT(*(uint64_t *)(s.mmio + i) == (i == 0x1000 ? 5 | 1ull << 32 :
			UINT64_MAX), "offset %x", i);
	stub_post(&s, 0);
	TEST_ASSERT(take(0) == 0, "take");
	hisi_qm_ack(&q);
	TEST_ASSERT(*(uint64_t *)(s.mmio + 0x1000) == (5 | 1ull << 12 | 1ull << 32) &&
		s.nb_sq == 0 && s.nb_cq == 0, "CQ");
	TEST_ASSERT(s.qc_type == HISI_QM_QC_COMPRESS, "type");
	hisi_qm_teardown(&q);
	return 0;
}

/* At the CQ doorbell no slot it stands for is free yet; after it all are. */
static void
at_doorbell(struct stub *s, uint64_t value)
{
	unsigned int *nb_bad = s->arg;

	if ((value >> 12 & 0xf) != 1)
		return;
	for (uint16_t i = 0; i < q.deq.nb_unacked; i++)
		*nb_bad += hisi_qm_owner(&q, q.deq.unacked[i]) != HISI_QM_SLOT_DONE;
	*nb_bad += q.deq.nb_unacked == 0;
}

static int
body_release(struct stub *s)
{
	unsigned int nb_bad = 0, nb_cq, in_batch = 0;

	s->on_doorbell = at_doorbell;
	s->arg = &nb_bad;
	for (unsigned int n = 0; n < 4u * s->cq_depth; n++) {
		uint16_t slot, batch[HISI_QM_ACK_BATCH];

		slot = push();
		hisi_qm_submit(&q);
		stub_post(s, slot);
		nb_cq = s->nb_cq;
		TEST_ASSERT(take(slot) == 0, "take");
		batch[in_batch++] = slot;
		/* one doorbell a batch, and it is rung when the batch is full */
		TEST_ASSERT(s->nb_cq - nb_cq == (in_batch == q.ack_batch), "batch of %u", in_batch);
		for (unsigned int i = 0; i < in_batch; i++)
			TEST_ASSERT(hisi_qm_owner(&q, batch[i]) == (in_batch == q.ack_batch ?
				NULL : HISI_QM_SLOT_DONE), "slot %u", batch[i]);
		if (in_batch == q.ack_batch)
			in_batch = 0;
		TEST_ASSERT(hisi_qm_nb_used(&q) == in_batch && !s->overflow, "nb_used");
	}
	TEST_ASSERT(nb_bad == 0, "slots free before their doorbell");
	return 0;
}

/* A slot given back without a completion is free at once. */
static int
body_drop(struct stub *s)
{
	while (hisi_qm_has_room(&q))
		push();
	for (uint16_t i = 0; i < s->sq_depth - 1; i++) {
		hisi_qm_drop(&q, i);
		TEST_ASSERT(hisi_qm_owner(&q, i) == NULL &&
			hisi_qm_nb_used(&q) == s->sq_depth - 2 - i, "%u", i);
	}
	TEST_ASSERT(s->nb_cq == 0, "doorbell");
	return 0;
}

static int
test_full(void)
{
	return with_queue(body_full);
}

static int
test_capacity(void)
{
	return with_queue(body_capacity);
}

static int
test_release(void)
{
	return with_queue(body_release);
}

static int
test_drop(void)
{
	return with_queue(body_drop);
}

UACCE_TEST(qm_ring_full, test_full)
UACCE_TEST(qm_ring_capacity, test_capacity)
UACCE_TEST(qm_ring_doorbells, test_doorbells)
UACCE_TEST(qm_ring_store, test_store)
UACCE_TEST(qm_ring_release, test_release)
UACCE_TEST(qm_ring_drop, test_drop)
