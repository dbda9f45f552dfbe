/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/* What faults do to the words a client reads: write-back, stop words, random CQEs. */

#include <stdio.h>
#include <string.h>

#include "test.h"
#include "test_soft_util.h"

#define DEPTH		16
#define UNTOUCHED	0xff

static uint8_t in[512], out[512];

static void
put(struct tc *c)
{
	const struct treq r = {
		.type = TC_ZLIB, .src = in, .in = sizeof(in), .dst = out, .out = sizeof(out),
		.window = 4,
	};
	uint32_t sqe[TC_SQE_WORDS];

	tc_build(&r, sqe);
	sqe[DW_STATUS] = UNTOUCHED;
	tc_put(c, sqe);
}

/* Open a queue of a device with these faults and give it so many requests. */
static struct uacce_soft *
start(const char *faults, unsigned int nb, struct tc *c)
{
	const struct uacce_soft_conf conf = {
		.nb_queues = 2, .sq_depth = DEPTH, .faults = faults,
	};
	struct uacce_soft *dev = uacce_soft_create(&conf);

	memset(in, 'a', sizeof(in));
	memset(out, 0x77, sizeof(out));
	if (dev == NULL || tc_open(c, dev, TC_COMPRESS, 0) != 0)
		return NULL;
	while (nb-- != 0)
		put(c);
	tc_ring(c);
	return dev;
}

static int
end(struct uacce_soft *dev, struct tc *c)
{
	int ret = tc_close(c);

	uacce_soft_destroy(dev);
	return ret;
}

static int
test_status(void)
{
	static const uint32_t values[] = { 1, 0x0d, 0x0e, 0x10, 0x13, 0xfe, 0x113, 0xffffffff };

	for (unsigned int i = 0; i < DIM(values); i++) {
		struct uacce_soft *dev;
		char spec[64];
		struct tc c;

		snprintf(spec, sizeof(spec), "status:any:0:1:1:%u", values[i]);
		dev = start(spec, 2, &c);
		TEST_ASSERT(dev != NULL && uacce_soft_run(c.q, 1) == 1, "run");
		TEST_ASSERT(tc_sqe(&c, 0)[DW_STATUS] == values[i] &&
			tc_sqe(&c, 0)[DW_CONSUMED] == 0 && tc_sqe(&c, 0)[DW_PRODUCED] == 0,
			"status %x", tc_sqe(&c, 0)[DW_STATUS]);
		TEST_ASSERT(out[0] == 0x77, "executed all the same");
		TEST_ASSERT(uacce_soft_run(c.q, 1) == 1 && tc_sqe(&c, 1)[DW_STATUS] == 0 &&
			out[0] != 0x77, "the next");
		TEST_ASSERT(tc_poll(&c) == 0 && tc_poll(&c) == 1 && end(dev, &c) == 0, "end");
	}
	return 0;
}

static int
test_writeback(void)
{
	static const uint32_t values[] = { 0, 1, 513, 0x80000000, 0xffffffff };

	for (unsigned int i = 0; i < DIM(values); i++) {
		struct uacce_soft *dev;
		const uint32_t *sqe;
		char spec[64];
		struct tc c;

		snprintf(spec, sizeof(spec), "writeback:c:0:1:1:%u", values[i]);
		dev = start(spec, 1, &c);
		TEST_ASSERT(dev != NULL && uacce_soft_run(c.q, 1) == 1 && tc_poll(&c) == 0, "run");
		sqe = tc_sqe(&c, 0);
		TEST_ASSERT(sqe[DW_CONSUMED] == values[i] && sqe[DW_PRODUCED] == values[i] &&
			sqe[DW_STATUS] == TC_OK, "%x: %x %x %x", values[i], sqe[DW_CONSUMED],
			sqe[DW_PRODUCED], sqe[DW_STATUS]);
		TEST_ASSERT(out[0] != 0x77 && end(dev, &c) == 0, "end");
	}
	return 0;
}

/* early: the CQE is there, the SQE is as the client wrote it; once. */
static int
test_early(void)
{
	struct tc c;
	struct uacce_soft *dev = start("early:any:1:1:1:3", 3, &c);

	TEST_ASSERT(dev != NULL && uacce_soft_run(c.q, DEPTH) == 3, "run");
	TEST_ASSERT(tc_poll(&c) == 0 && tc_poll(&c) == 1 && tc_poll(&c) == 2, "CQEs");
	TEST_ASSERT(tc_sqe(&c, 0)[DW_STATUS] == 0 && tc_sqe(&c, 2)[DW_STATUS] == 0 &&
		tc_sqe(&c, 1)[DW_STATUS] == UNTOUCHED && tc_sqe(&c, 1)[DW_PRODUCED] == 0,
		"written back with its CQE");
	/* one completion came by; two polls are left */
	uacce_soft_run(c.q, DEPTH);
	TEST_ASSERT(tc_sqe(&c, 1)[DW_STATUS] == UNTOUCHED, "too early");
	uacce_soft_run(c.q, DEPTH);
	TEST_ASSERT(tc_sqe(&c, 1)[DW_STATUS] == TC_OK && tc_sqe(&c, 1)[DW_CONSUMED] == 512,
		"not written back");
	TEST_ASSERT(tc_poll(&c) == -1, "a second CQE");
	return end(dev, &c);
}

/* lost and late: executed and written back when? */
static int
test_held(void)
{
	struct tc c;
	struct uacce_soft *dev = start("lost:any:0+late:any:1:1:1:2", 2, &c);

	TEST_ASSERT(dev != NULL && uacce_soft_run(c.q, DEPTH) == 2, "run");
	TEST_ASSERT(tc_sqe(&c, 0)[DW_STATUS] == TC_OK && tc_poll(&c) == -1, "lost");
	TEST_ASSERT(tc_sqe(&c, 1)[DW_STATUS] == UNTOUCHED, "written back before its time");
	uacce_soft_run(c.q, 0);
	TEST_ASSERT(tc_poll(&c) == -1, "after one poll");
	uacce_soft_run(c.q, 0);
	TEST_ASSERT(tc_poll(&c) == 1 && tc_sqe(&c, 1)[DW_STATUS] == TC_OK, "after two");
	/* what a queue holds is forgotten with it */
	TEST_ASSERT(uacce_soft_fault(dev, "late:any:0:0:1:1000") == 0, "arm");
	put(&c);
	tc_ring(&c);
	TEST_ASSERT(uacce_soft_run(c.q, DEPTH) == 1, "run");
	return end(dev, &c);
}

/* More are held back than there is room for: none is lost. */
static int
test_many_held(void)
{
	const struct uacce_soft_conf conf = {
		.nb_queues = 1, .sq_depth = 1024, .instant = true,
		.faults = "late:any:0:0:1:100000",
	};
	struct uacce_soft *dev = uacce_soft_create(&conf);
	struct tc c;

	TEST_ASSERT(dev != NULL && tc_open(&c, dev, TC_COMPRESS, 0) == 0, "open");
	for (unsigned int i = 0; i < 1000; i++)
		put(&c);
	tc_ring(&c);
	TEST_ASSERT(uacce_soft_run(c.q, 1024) == 1000, "run");
	for (int i = 0; i < 1000 - 64; i++)
		TEST_ASSERT(tc_poll(&c) == i, "the oldest makes room");
	TEST_ASSERT(tc_poll(&c) == -1, "64 are held");
	return end(dev, &c);
}

static int
test_stops(void)
{
	struct uacce_soft_stats s;
	struct tc c, other;
	struct uacce_soft *dev = start("stop:any:2", 4, &c);

	TEST_ASSERT(dev != NULL && tc_open(&other, dev, TC_COMPRESS, 0) == 0, "open");
	TEST_ASSERT(uacce_soft_run(c.q, DEPTH) == 2, "goes on");
	TEST_ASSERT(tc_tx_stop(&c) == 1 && tc_rx_stop(&c) == 1, "words");
	TEST_ASSERT(tc_poll(&c) == 0 && tc_poll(&c) == 1 && tc_poll(&c) == -1, "CQEs");
	TEST_ASSERT(tc_sqe(&c, 2)[DW_STATUS] == UNTOUCHED &&
		tc_sqe(&c, 3)[DW_STATUS] == UNTOUCHED, "executed");
	put(&c);
	tc_ring(&c);
	TEST_ASSERT(uacce_soft_run(c.q, DEPTH) == 0 && tc_poll(&c) == -1, "works again");
	uacce_soft_stats(c.q, &s);
	TEST_ASSERT(s.faults == 1 && s.requests == 2, "stats");
	/* but one queue, and not for ever */
	TEST_ASSERT(tc_rx_stop(&other) == 0, "other");
	put(&other);
	tc_ring(&other);
	TEST_ASSERT(uacce_soft_run(other.q, 1) == 1 && tc_poll(&other) == 0, "other");
	TEST_ASSERT(tc_close(&c) == 0 && tc_open(&c, dev, TC_COMPRESS, 0) == 0 &&
		tc_tx_stop(&c) == 0 && tc_rx_stop(&c) == 0, "opened again");
	TEST_ASSERT(tc_close(&other) == 0 && end(dev, &c) == 0, "end");

	dev = start("txstop:any:1", 3, &c);
	TEST_ASSERT(dev != NULL && uacce_soft_run(c.q, 1) == 1 && tc_tx_stop(&c) == 0, "first");
	TEST_ASSERT(uacce_soft_run(c.q, DEPTH) == 2 && tc_tx_stop(&c) == 1 &&
		tc_rx_stop(&c) == 0, "TX alone");
	for (int i = 0; i < 3; i++)
		TEST_ASSERT(tc_sqe(&c, i)[DW_STATUS] == TC_OK && tc_poll(&c) == i, "%d", i);
	return end(dev, &c);
}

/* noise: one more CQE each, of any slot of the ring, and all of the true ones. */
static int
test_noise(void)
{
	struct uacce_soft_stats s;
	bool seen[DEPTH] = { false };
	unsigned int nb = 0, kinds = 0;
	struct tc c;
	struct uacce_soft *dev = start("noise:any:0:0", 0, &c);

	TEST_ASSERT(dev != NULL, "open");
	for (unsigned int i = 0; i < 400; i++) {
		int stray, slot;

		put(&c);
		tc_ring(&c);
		TEST_ASSERT(uacce_soft_run(c.q, DEPTH) == 1, "run");
		stray = tc_poll(&c);
		slot = tc_poll(&c);
		TEST_ASSERT(stray >= 0 && stray < DEPTH && slot == (int)(i % DEPTH) &&
			tc_poll(&c) == -1, "%d %d", stray, slot);
		nb += stray != slot;
		kinds += !seen[stray];
		seen[stray] = true;
		tc_ack(&c);
	}
	TEST_ASSERT(nb > 300 && kinds == DEPTH, "%u strays, %u slots", nb, kinds);
	uacce_soft_stats(c.q, &s);
	TEST_ASSERT(s.completions == 800 && s.requests == 400 && s.faults == 400, "stats");
	return end(dev, &c);
}

UACCE_TEST(soft_fault_status, test_status)
UACCE_TEST(soft_fault_writeback, test_writeback)
UACCE_TEST(soft_fault_early, test_early)
UACCE_TEST(soft_fault_held, test_held)
UACCE_TEST(soft_fault_many_held, test_many_held)
UACCE_TEST(soft_fault_stops, test_stops)
UACCE_TEST(soft_fault_noise, test_noise)
