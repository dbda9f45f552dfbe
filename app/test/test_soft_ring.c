/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/* Rings of any depth over many laps: phase, order, contents, overflow (2.3, 2.4). */

#include <stdio.h>
#include <string.h>

#include "test.h"
#include "test_soft_util.h"

static uint8_t in[64], out[64];

/* An instant device takes this and writes dw4 back as consumed. */
static void
nop(struct tc *c, uint32_t len, uint64_t tag)
{
	const struct treq r = {
		.type = TC_DEFLATE, .src = in, .in = len, .dst = out, .out = sizeof(out),
		.tag = tag,
	};
	uint32_t sqe[TC_SQE_WORDS];

	tc_build(&r, sqe);
	sqe[DW_STATUS] = 0xff;
	tc_put(c, sqe);
}

/* A CQE that was just taken: every word of it. */
static int
check_cqe(const struct tc *c, unsigned int index, unsigned int slot, unsigned int phase)
{
	const uint32_t *cqe = tc_cqe(c, index);

	TEST_ASSERT(cqe[0] == 0 && cqe[1] == 0 &&
		cqe[2] == (slot | (uint32_t)c->id << 16) && cqe[3] == phase << 16,
		"CQE %u: %08x %08x %08x %08x", index, cqe[0], cqe[1], cqe[2], cqe[3]);
	return 0;
}

/* n requests in batches of random size, as many in flight as fit. */
static int
run_laps(struct tc *c, unsigned int n, uint64_t seed)
{
	unsigned int put = 0, got = 0, acked = 0;

	while (got < n) {
		/* unacknowledged and outstanding together stay below both depths */
		unsigned int room = c->sq_depth - 1 - (put - acked);
		unsigned int batch = tc_rand(&seed) % c->sq_depth + 1;

		for (; batch != 0 && room != 0 && put < n; batch--, room--, put++)
			nop(c, 1 + put % 60, put);
		tc_ring(c);
		uacce_soft_run(c->q, tc_rand(&seed) % c->sq_depth + 1);
		while (tc_rand(&seed) % 8 != 0) {
			unsigned int at = c->head, phase = c->phase;
			int slot = tc_poll(c);
			const uint32_t *sqe;

			if (slot < 0)
				break;
			TEST_ASSERT(slot == (int)(got % c->sq_depth), "%u: slot %d", got, slot);
			TEST_ASSERT(check_cqe(c, at, slot, phase) == 0, "request %u", got);
			sqe = tc_sqe(c, slot);
			TEST_ASSERT(sqe[DW_STATUS] == 0 && sqe[DW_26] == got &&
				sqe[DW_CONSUMED] == 1 + got % 60, "request %u", got);
			got++;
		}
		if (tc_rand(&seed) % 4 == 0 || put - acked == c->sq_depth - 1u) {
			tc_ack(c);
			acked = got;
		}
	}
	TEST_ASSERT(tc_poll(c) == -1 && uacce_soft_run(c->q, 1) == 0, "more than was put");
	return 0;
}

static int
test_laps(void)
{
	static const struct {
		unsigned int sq, cq;
	} depths[] = {
		{ 4, 4 }, { 5, 5 }, { 7, 7 }, { 64, 64 }, { 1000, 1000 }, { 1024, 1024 },
		{ 32768, 32768 }, { 4, 5 }, { 5, 32 }, { 64, 100 }, { 1000, 4096 },
	};

	for (unsigned int i = 0; i < DIM(depths); i++) {
		const struct uacce_soft_conf conf = {
			.nb_queues = 2, .sq_depth = depths[i].sq, .cq_depth = depths[i].cq,
			.instant = true,
		};
		struct uacce_soft *dev = uacce_soft_create(&conf);
		unsigned int n = 5 * depths[i].cq + 3;
		struct uacce_soft_stats s;
		struct tc first, c;

		TEST_ASSERT(dev != NULL && tc_open(&first, dev, TC_DECOMPRESS, 0) == 0 &&
			tc_open(&c, dev, TC_COMPRESS, 0) == 0, "open");
		TEST_ASSERT(c.sq_depth == depths[i].sq && c.cq_depth == depths[i].cq, "depths");
		TEST_ASSERT(run_laps(&c, n, 1 + i) == 0 && run_laps(&first, n, 2 + i) == 0,
			"depths %u %u", depths[i].sq, depths[i].cq);
		uacce_soft_stats(c.q, &s);
		TEST_ASSERT(s.requests == n && s.completions == n && s.errors == 0 &&
			tc_all_mistakes(&c) == 0, "stats");
		TEST_ASSERT(tc_close(&c) == 0 && tc_close(&first) == 0, "close");
		uacce_soft_destroy(dev);
	}
	return 0;
}

/*
 * A client that never acknowledges: the CQ holds all but one of its entries, the
 * next completion disables this queue, and only this one.
 */
static int
overflow(struct uacce_soft *dev, unsigned int already)
{
	struct tc c, other;
	unsigned int room;

	TEST_ASSERT(tc_open(&c, dev, TC_COMPRESS, 0) == 0 &&
		tc_open(&other, dev, TC_COMPRESS, 0) == 0, "open");
	room = c.cq_depth - 1;
	TEST_ASSERT(run_laps(&c, already, 7) == 0, "%u first", already);
	tc_ack(&c);
	for (unsigned int i = 0; i < room; i++) {
		nop(&c, 1, i);
		tc_ring(&c);
		TEST_ASSERT(uacce_soft_run(c.q, 1) == 1 && tc_rx_stop(&c) == 0, "%u", i);
	}
	nop(&c, 1, 0);
	nop(&c, 1, 0);
	tc_ring(&c);
	uacce_soft_run(c.q, 1);
	TEST_ASSERT(tc_mistakes(&c, UACCE_SOFT_CQ_OVERFLOW) == 1, "not counted");
	TEST_ASSERT(tc_tx_stop(&c) == 1 && tc_rx_stop(&c) == 1, "not stopped");
	TEST_ASSERT(uacce_soft_run(c.q, 1) == 0, "works on");
	for (unsigned int i = 0; i < room; i++)
		TEST_ASSERT(tc_poll(&c) >= 0, "CQE %u of before is lost", i);
	TEST_ASSERT(tc_poll(&c) == -1, "a CQE too many");
	/* an acknowledgement that comes too late does not help */
	tc_ack(&c);
	TEST_ASSERT(uacce_soft_run(c.q, 1) == 0 && tc_poll(&c) == -1 &&
		tc_all_mistakes(&c) == 1, "works again");
	TEST_ASSERT(run_laps(&other, 3u * c.cq_depth, 9) == 0 && tc_rx_stop(&other) == 0, "other");
	TEST_ASSERT(tc_close(&c) == 0 && tc_close(&other) == 0, "close");
	return 0;
}

static int
test_overflow(void)
{
	static const struct {
		unsigned int sq, cq;
	} depths[] = { { 4, 4 }, { 5, 7 }, { 64, 64 }, { 1000, 1024 } };

	for (unsigned int i = 0; i < DIM(depths); i++) {
		const struct uacce_soft_conf conf = {
			.nb_queues = 2, .sq_depth = depths[i].sq, .cq_depth = depths[i].cq,
			.instant = true,
		};
		struct uacce_soft *dev = uacce_soft_create(&conf);

		TEST_ASSERT(dev != NULL, "no device");
		for (unsigned int already = 0; already < 2 * depths[i].cq;
		     already += 1 + depths[i].cq / 3)
			TEST_ASSERT(overflow(dev, already) == 0, "depths %u %u after %u",
				depths[i].sq, depths[i].cq, already);
		uacce_soft_destroy(dev);
	}
	return 0;
}

/* Stop words: the kernel's writes, and what a queue does meanwhile (2.8). */
static int
test_stop_words(void)
{
	const struct uacce_soft_conf conf = { .nb_queues = 1, .sq_depth = 8, .instant = true };
	struct uacce_soft *dev = uacce_soft_create(&conf);
	struct tc c;

	TEST_ASSERT(dev != NULL && tc_open(&c, dev, TC_COMPRESS, 0) == 0, "open");
	nop(&c, 1, 0);
	nop(&c, 1, 1);
	tc_ring(&c);
	uacce_soft_stop_words(c.q, 1, 0);
	TEST_ASSERT(tc_tx_stop(&c) == 1 && tc_rx_stop(&c) == 0, "TX alone");
	TEST_ASSERT(uacce_soft_run(c.q, 1) == 1 && tc_poll(&c) == 0, "drains");
	uacce_soft_stop_words(c.q, 1, 1);
	TEST_ASSERT(tc_tx_stop(&c) == 1 && tc_rx_stop(&c) == 1, "both");
	TEST_ASSERT(uacce_soft_run(c.q, 1) == 0 && tc_poll(&c) == -1, "stopped");
	uacce_soft_stop_words(c.q, 0, 0);
	TEST_ASSERT(tc_tx_stop(&c) == 0 && tc_rx_stop(&c) == 0, "cleared");
	TEST_ASSERT(uacce_soft_run(c.q, 1) == 1 && tc_poll(&c) == 1, "goes on");
	TEST_ASSERT(tc_close(&c) == 0, "close");
	uacce_soft_destroy(dev);
	return 0;
}

UACCE_TEST(soft_ring_laps, test_laps)
UACCE_TEST(soft_ring_overflow, test_overflow)
UACCE_TEST(soft_ring_stop_words, test_stop_words)
