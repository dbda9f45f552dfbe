/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/* Each kind of fault does what uacce_soft.h says, where and as often as told. */

#include <stdio.h>
#include <string.h>

#include "test.h"
#include "test_soft_util.h"

#define DEPTH	64
#define UNTOUCHED	0xff	/* preset status of an SQE not written back */

static uint8_t in[256], out[256];

/* Request i: i bytes, so that what is written back tells who it is. */
static void
put(struct tc *c, uint32_t len)
{
	const struct treq r = {
		.type = TC_ZLIB, .src = in, .in = len, .dst = out, .out = sizeof(out),
	};
	uint32_t sqe[TC_SQE_WORDS];

	tc_build(&r, sqe);
	sqe[DW_STATUS] = UNTOUCHED;
	tc_put(c, sqe);
}

static unsigned int
status(const struct tc *c, unsigned int slot)
{
	return tc_sqe(c, slot)[DW_STATUS];
}

/*
 * What comes in one line: a CQE by its slot in base 36, '!' for one beyond the
 * ring, '|' where only a further poll brought more.
 */
static void
collect(struct tc *c, unsigned int polls, char *line)
{
	static const char digit[] = "0123456789abcdefghijklmnopqrstuvwxyz";

	for (unsigned int i = 0; i <= polls; i++) {
		int slot;

		for (slot = tc_poll(c); slot >= 0; slot = tc_poll(c))
			*line++ = slot >= DEPTH ? '!' : digit[slot % 36];
		if (i == polls)
			break;
		uacce_soft_run(c->q, DEPTH);
		*line++ = '|';
	}
	while (line[-1] == '|')
		line--;
	*line = '\0';
}

static const struct {
	const char *spec;
	unsigned int nb;	/* requests, executed in one go */
	const char *line;	/* what comes, then by polls */
	unsigned int faults;	/* that many requests are hit */
} orders[] = {
	{ "", 6, "012345", 0 },
	{ "status:any:0:0:1:0x55", 6, "012345", 6 },
	{ "lost:any:2", 6, "01345", 1 },
	{ "lost:any:1:3:2", 8, "02467", 3 },
	{ "dup:any:2", 5, "012234", 1 },
	{ "dup:any:0:0", 3, "001122", 3 },
	{ "badindex:any:1", 4, "0!23", 1 },
	{ "badindex:any:1:1:1:64", 4, "0!23", 1 },
	{ "badindex:any:1:1:1:63", 4, "0!23", 1 },
	{ "badindex:any:1:1:1:0x10002", 4, "0!23", 1 },
	{ "late", 4, "1023", 1 },
	{ "late:any:1:1:1:2", 6, "023145", 1 },
	{ "late:any:1:2:1:2", 6, "031425", 2 },
	{ "late:any:0:1:1:0", 3, "012", 1 },
	/* the last have nothing behind them: polls bring them */
	{ "late:any:3:1:1:3", 4, "012|||3", 1 },
	{ "late:any:0:0:1:2", 4, "01|2|3", 4 },
	{ "late:any:2:1:1:5", 4, "013||||2", 1 },
	{ "early:any:1", 4, "0123", 1 },
	{ "early:any:0:0:1:9", 4, "0123", 4 },
	{ "early:any:0:0:1:0", 4, "0123", 4 },
	{ "writeback:any:0:0:1:7", 4, "0123", 4 },
	/* two at once */
	{ "dup:any:1+lost:any:2", 5, "01134", 2 },
	{ "dup:any:1+late:any:1:1:1:2", 5, "023114", 1 },
	{ "early:any:1+dup:any:1", 4, "01213", 1 },
	{ "late:any:0:1:1:3+late:any:1:1:1:1", 6, "213045", 2 },
	/* the client's queue compresses */
	{ "lost:c:1", 3, "02", 1 },
	{ "lost:d:1", 3, "012", 0 },
	{ "lost:d:0:0+dup:c:2", 4, "01223", 1 },
};

static int
one_order(unsigned int i)
{
	const struct uacce_soft_conf conf = {
		.nb_queues = 1, .sq_depth = DEPTH, .instant = true, .faults = orders[i].spec,
	};
	struct uacce_soft *dev = uacce_soft_create(&conf);
	struct uacce_soft_stats s;
	char line[256] = " ";
	struct tc c;

	TEST_ASSERT(dev != NULL && tc_open(&c, dev, TC_COMPRESS, 0) == 0, "open");
	for (unsigned int n = 0; n < orders[i].nb; n++)
		put(&c, n + 1);
	tc_ring(&c);
	TEST_ASSERT(uacce_soft_run(c.q, DEPTH) == orders[i].nb, "executed");
	collect(&c, 12, line + 1);
	/* an "early" may write back later, but always does */
	for (unsigned int n = 0; n < orders[i].nb; n++)
		TEST_ASSERT(status(&c, n) != UNTOUCHED, "%s: %u", orders[i].spec, n);
	TEST_ASSERT(strcmp(line + 1, orders[i].line) == 0, "'%s': %s, not %s", orders[i].spec,
		line + 1, orders[i].line);
	uacce_soft_stats(c.q, &s);
	TEST_ASSERT(s.faults == orders[i].faults && s.requests == orders[i].nb, "'%s': %u",
		orders[i].spec, (unsigned int)s.faults);
	TEST_ASSERT(tc_all_mistakes(&c) == 0 && tc_close(&c) == 0, "close");
	uacce_soft_destroy(dev);
	return 0;
}

static int
test_orders(void)
{
	for (unsigned int i = 0; i < DIM(orders); i++)
		if (one_order(i) != 0)
			return -1;
	return 0;
}

/* dir, after, count, every on the status each of 16 requests gets. */
static int
test_selection(void)
{
	static const struct {
		const char *spec;
		const char *hits[2];	/* of a compress and a decompress queue */
	} cases[] = {
		{ "status", { "x...............", "................" } },
		{ "status:any:0:1:1:9", { "x...............", "................" } },
		{ "status:c:0:0", { "xxxxxxxxxxxxxxxx", "................" } },
		{ "status:d:0:0", { "................", "xxxxxxxxxxxxxxxx" } },
		{ "status:any:3:2", { "...xx...........", "................" } },
		{ "status:d:0xd:010", { "................", ".............xxx" } },
		{ "status:any:0:0:5", { "x....x....x....x", "....x....x....x." } },
		{ "status:any:1:2:5", { ".x....x.........", "................" } },
		{ "status:c:15:1:1000", { "...............x", "................" } },
		{ "status:any:20:0:3", { "................", "....x..x..x..x.." } },
		{ "status:c:1+status:c:3+status:d:0:2",
		  { ".x.x............", "xx.............." } },
		{ "status:any:18446744073709551615:0",
		  { "................", "................" } },
	};

	for (unsigned int i = 0; i < DIM(cases); i++) {
		const struct uacce_soft_conf conf = {
			.nb_queues = 2, .sq_depth = DEPTH, .instant = true,
		};
		struct uacce_soft *dev = uacce_soft_create(&conf);

		TEST_ASSERT(dev != NULL && uacce_soft_fault(dev, cases[i].spec) == 0, "%u", i);
		/* the counts go on from queue to queue: they are the device's */
		for (unsigned int dir = 0; dir < 2; dir++) {
			char hits[17] = "................";
			struct tc c;

			TEST_ASSERT(tc_open(&c, dev, dir, 0) == 0, "open");
			for (unsigned int n = 0; n < 16; n++)
				put(&c, 1);
			tc_ring(&c);
			TEST_ASSERT(uacce_soft_run(c.q, DEPTH) == 16, "run");
			for (unsigned int n = 0; n < 16; n++)
				if (status(&c, n) != TC_OK)
					hits[n] = 'x';
			TEST_ASSERT(strcmp(hits, cases[i].hits[dir]) == 0, "%s, %u: %s",
				cases[i].spec, dir, hits);
			TEST_ASSERT(tc_close(&c) == 0, "close");
		}
		uacce_soft_destroy(dev);
	}
	return 0;
}

/* ooo: each comes once, no later than it may, and not all in their turn. */
static int
test_ooo(void)
{
	static const unsigned int values[] = { 1, 2, 5, 20 };

	for (unsigned int i = 0; i < DIM(values); i++) {
		const struct uacce_soft_conf conf = {
			.nb_queues = 1, .sq_depth = 1024, .instant = true,
		};
		struct uacce_soft *dev = uacce_soft_create(&conf);
		unsigned int came[1000] = { 0 }, at = 0, moved = 0;
		char spec[64];
		struct tc c;

		snprintf(spec, sizeof(spec), "ooo:any:0:0:1:%u", values[i]);
		TEST_ASSERT(dev != NULL && uacce_soft_fault(dev, spec) == 0 &&
			tc_open(&c, dev, TC_COMPRESS, 0) == 0, "open");
		for (unsigned int n = 0; n < DIM(came); n++)
			put(&c, 1);
		tc_ring(&c);
		TEST_ASSERT(uacce_soft_run(c.q, 1024) == DIM(came), "run");
		for (unsigned int poll = 0; poll <= values[i]; poll++, uacce_soft_run(c.q, 1))
			for (int slot = tc_poll(&c); slot >= 0; slot = tc_poll(&c)) {
				TEST_ASSERT(slot < (int)DIM(came) && came[slot]++ == 0, "%d", slot);
				moved += slot != (int)at;
				/* those before it, and those held longer than it */
				TEST_ASSERT((int)at <= slot + (int)values[i], "%d at %u", slot, at);
				at++;
			}
		TEST_ASSERT(at == DIM(came), "%u of them", at);
		TEST_ASSERT(moved > 200, "%s: but %u moved", spec, moved);
		TEST_ASSERT(tc_close(&c) == 0, "close");
		uacce_soft_destroy(dev);
	}
	return 0;
}

UACCE_TEST(soft_fault_orders, test_orders)
UACCE_TEST(soft_fault_selection, test_selection)
UACCE_TEST(soft_fault_ooo, test_ooo)
