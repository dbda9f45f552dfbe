/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/* Doorbells: which are taken, which are refused and under what name (2.5). */

#include <stdio.h>
#include <string.h>

#include "test.h"
#include "test_soft_util.h"

#define DEPTH	16

static const uint32_t nop[TC_SQE_WORDS];	/* an SQE that fails fast */

static uint64_t
doorbells(const struct tc *c)
{
	struct uacce_soft_stats s;

	uacce_soft_stats(c->q, &s);
	return s.doorbells;
}

/* Everything refused: no work begins, the mistake is named, others are not. */
static int
check_refused(struct tc *c, uint32_t offset, uint64_t value,
	      enum uacce_soft_mistake mistake)
{
	uint64_t before = tc_mistakes(c, mistake), all = tc_all_mistakes(c);
	uint64_t taken = doorbells(c);

	uacce_soft_mmio_write(c->q, offset, value);
	TEST_ASSERT(tc_mistakes(c, mistake) == before + 1 && tc_all_mistakes(c) == all + 1,
		"%x %llx is not a mistake of %s", offset, (unsigned long long)value,
		uacce_soft_mistake_name(mistake));
	TEST_ASSERT(uacce_soft_run(c->q, DEPTH) == 0 && tc_poll(c) == -1 &&
		doorbells(c) == taken, "%x %llx was taken", offset,
		(unsigned long long)value);
	return 0;
}

static int
refused_all(struct tc *c)
{
	const uint64_t good = c->id | 3ull << 32;

	for (uint32_t offset = 0; offset < 0x2000; offset += 4)
		if (offset != TC_DB_OFFSET)
			TEST_ASSERT(check_refused(c, offset, good, UACCE_SOFT_DB_OFFSET) == 0,
				"offset");
	for (uint32_t bit = 0; bit < 10; bit++)
		TEST_ASSERT(check_refused(c, TC_DB_OFFSET, good ^ 1ull << bit,
			UACCE_SOFT_DB_QUEUE) == 0, "queue number, bit %u", bit);
	for (uint64_t cmd = 2; cmd < 16; cmd++)
		TEST_ASSERT(check_refused(c, TC_DB_OFFSET, good | cmd << 12,
			UACCE_SOFT_DB_COMMAND) == 0, "command");
	for (uint32_t bit = 16; bit < 32; bit++)
		TEST_ASSERT(check_refused(c, TC_DB_OFFSET, good | 1ull << bit,
			UACCE_SOFT_DB_RANDOM) == 0, "random tag");
	for (uint64_t index = DEPTH; index < 0x10000; index += index / 3)
		TEST_ASSERT(check_refused(c, TC_DB_OFFSET, c->id | index << 32,
			UACCE_SOFT_DB_INDEX) == 0, "SQ index");
	/* the CQ is deeper here, its indexes go further */
	for (uint64_t index = 2 * DEPTH; index < 0x10000; index += index / 3)
		TEST_ASSERT(check_refused(c, TC_DB_OFFSET, c->id | TC_DB_CQ << 12 | index << 32,
			UACCE_SOFT_DB_INDEX) == 0, "CQ index");
	return 0;
}

static int
test_refused(void)
{
	const struct uacce_soft_conf conf = {
		.nb_queues = 8, .sq_depth = DEPTH, .cq_depth = 2 * DEPTH,
	};
	struct uacce_soft *dev = uacce_soft_create(&conf);
	struct tc other, c;

	TEST_ASSERT(dev != NULL && tc_open(&other, dev, TC_COMPRESS, 0) == 0 &&
		tc_open(&c, dev, TC_COMPRESS, 0) == 0 && c.id == 1, "open");
	for (int i = 0; i < 3; i++)
		memcpy(tc_sqe(&c, i), nop, sizeof(nop));
	TEST_ASSERT(refused_all(&c) == 0, "refused");
	/* the last legal index of either ring is taken */
	tc_doorbell(&c, TC_DB_CQ, 2 * DEPTH - 1);
	tc_doorbell(&c, TC_DB_CQ, 0);
	TEST_ASSERT(doorbells(&c) == 2, "CQ doorbells");
	tc_doorbell(&c, TC_DB_SQ, 3);
	TEST_ASSERT(doorbells(&c) == 3 && uacce_soft_run(c.q, DEPTH) == 3, "good one");
	/* the other queue saw nothing of all this */
	TEST_ASSERT(tc_all_mistakes(&other) == 0 && doorbells(&other) == 0, "other");
	TEST_ASSERT(tc_close(&c) == 0 && tc_close(&other) == 0, "close");
	uacce_soft_destroy(dev);
	return 0;
}

static int
test_states(void)
{
	const struct uacce_soft_conf conf = { .nb_queues = 1, .sq_depth = DEPTH };
	struct uacce_soft *dev = uacce_soft_create(&conf);
	struct tc c = { .sq_depth = DEPTH, .cq_depth = DEPTH, .phase = 1 };
	void *dus;

	TEST_ASSERT(dev != NULL && uacce_soft_open(dev, 0, &c.q) == 0, "open");
	c.dus_len = tc_dus_len(DEPTH, DEPTH);
	TEST_ASSERT(uacce_soft_map(c.q, TC_DUS, c.dus_len, &dus) == 0, "map");
	c.dus = dus;
	TEST_ASSERT(check_refused(&c, TC_DB_OFFSET, 2ull << 32, UACCE_SOFT_DB_STATE) == 0 &&
		check_refused(&c, TC_DB_OFFSET, TC_DB_CQ << 12 | 2ull << 32,
			UACCE_SOFT_DB_STATE) == 0, "before START");
	TEST_ASSERT(uacce_soft_ioctl(c.q, TC_START_Q, NULL) == 0, "start");
	TEST_ASSERT(uacce_soft_run(c.q, DEPTH) == 0, "remembers the early doorbell");
	tc_doorbell(&c, TC_DB_SQ, 2);
	TEST_ASSERT(uacce_soft_run(c.q, DEPTH) == 2, "after START");
	TEST_ASSERT(tc_poll(&c) == 0 && tc_poll(&c) == 1, "CQEs");
	TEST_ASSERT(uacce_soft_ioctl(c.q, TC_PUT_Q, NULL) == 0, "put");
	TEST_ASSERT(check_refused(&c, TC_DB_OFFSET, 4ull << 32, UACCE_SOFT_DB_STATE) == 0,
		"after PUT");
	TEST_ASSERT(tc_close(&c) == 0, "close");
	uacce_soft_destroy(dev);
	return 0;
}

/* Priority arms an interrupt nobody takes; anything may be in its upper bits. */
static int
test_priority(void)
{
	const struct uacce_soft_conf conf = { .nb_queues = 1, .sq_depth = DEPTH };
	struct uacce_soft *dev = uacce_soft_create(&conf);
	struct tc c;

	TEST_ASSERT(dev != NULL && tc_open(&c, dev, TC_COMPRESS, 0) == 0, "open");
	uacce_soft_mmio_write(c.q, TC_DB_OFFSET, c.id | 1ull << 32 | 1ull << 48);
	TEST_ASSERT(uacce_soft_run(c.q, DEPTH) == 1, "SQ");
	uacce_soft_mmio_write(c.q, TC_DB_OFFSET, c.id | TC_DB_CQ << 12 | 1ull << 32 | 1ull << 48);
	TEST_ASSERT(doorbells(&c) == 2 && tc_mistakes(&c, UACCE_SOFT_DB_COMMAND) == 0, "CQ");
	TEST_ASSERT(tc_close(&c) == 0, "close");
	uacce_soft_destroy(dev);
	return 0;
}

/* Batches: all up to the index, once; the same index again does nothing. */
static int
test_batches(void)
{
	const struct uacce_soft_conf conf = { .nb_queues = 1, .sq_depth = DEPTH };
	struct uacce_soft *dev = uacce_soft_create(&conf);
	unsigned int next = 0;
	struct tc c;

	TEST_ASSERT(dev != NULL && tc_open(&c, dev, TC_COMPRESS, 0) == 0, "open");
	for (unsigned int batch = 1; batch < DEPTH; batch++) {
		unsigned int done = 0;

		for (unsigned int i = 0; i < batch; i++)
			tc_put(&c, nop);
		TEST_ASSERT(uacce_soft_run(c.q, DEPTH) == 0, "before its doorbell");
		tc_ring(&c);
		/* in parts, and no more than asked for */
		while (done < batch) {
			unsigned int max = 1 + done % 3;
			unsigned int n = uacce_soft_run(c.q, max);

			TEST_ASSERT(n == (max < batch - done ? max : batch - done), "%u", n);
			done += n;
		}
		tc_ring(&c);
		TEST_ASSERT(uacce_soft_run(c.q, 0) == 0 && uacce_soft_run(c.q, DEPTH) == 0,
			"same index again");
		for (unsigned int i = 0; i < batch; i++) {
			TEST_ASSERT(tc_poll(&c) == (int)next, "order");
			next = (next + 1) % DEPTH;
		}
		TEST_ASSERT(tc_poll(&c) == -1, "one too many");
		tc_ack(&c);
	}
	TEST_ASSERT(tc_close(&c) == 0, "close");
	uacce_soft_destroy(dev);
	return 0;
}

UACCE_TEST(soft_doorbell_refused, test_refused)
UACCE_TEST(soft_doorbell_states, test_states)
UACCE_TEST(soft_doorbell_priority, test_priority)
UACCE_TEST(soft_doorbell_batches, test_batches)
