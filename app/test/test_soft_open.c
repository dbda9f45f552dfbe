/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/* Opening and closing queues (datasheet 1.4). */

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "test.h"
#include "test_soft_util.h"

#define MANY	1023

static int
number(struct uacce_soft_queue *q)
{
	struct qp_ctx ctx = { .id = UINT16_MAX, .qc_type = TC_COMPRESS };

	return uacce_soft_ioctl(q, TC_SET_QP_CTX, &ctx) == 0 ? ctx.id : -1;
}

/* Open all, one more fails; numbers are each given once. */
static int
exhaust(struct uacce_soft *dev, struct uacce_soft_queue **qs, unsigned int nb)
{
	static bool seen[MANY];
	struct uacce_soft_queue *none = NULL;

	memset(seen, 0, sizeof(seen));
	for (unsigned int i = 0; i < nb; i++) {
		int id;

		TEST_ASSERT(tc_attr(dev, "available_instances") == (long)(nb - i), "at %u", i);
		TEST_ASSERT(uacce_soft_open(dev, 0, &qs[i]) == 0, "open %u", i);
		id = number(qs[i]);
		TEST_ASSERT(id >= 0 && id < (int)nb && !seen[id], "number %d", id);
		seen[id] = true;
	}
	TEST_ASSERT(tc_attr(dev, "available_instances") == 0, "some are left");
	TEST_ASSERT(uacce_soft_open(dev, 0, &none) == -EBUSY && none == NULL, "one too many");
	return 0;
}

static int
test_all(void)
{
	static const unsigned int nbs[] = { 1, 2, 5, 64, MANY };
	static struct uacce_soft_queue *qs[MANY];

	for (unsigned int n = 0; n < DIM(nbs); n++) {
		/* with threads a queue has no engine of its own, which is big */
		const struct uacce_soft_conf conf = {
			.nb_queues = nbs[n], .threads = nbs[n] > 5, .sq_depth = 8,
		};
		struct uacce_soft *dev = uacce_soft_create(&conf);

		TEST_ASSERT(dev != NULL, "no device");
		TEST_ASSERT(exhaust(dev, qs, nbs[n]) == 0, "%u queues", nbs[n]);
		for (unsigned int i = 0; i < nbs[n]; i++)
			TEST_ASSERT(uacce_soft_close(qs[i]) == 0, "close %u", i);
		TEST_ASSERT(exhaust(dev, qs, nbs[n]) == 0, "%u queues again", nbs[n]);
		for (unsigned int i = nbs[n]; i-- > 0; )
			TEST_ASSERT(uacce_soft_close(qs[i]) == 0, "close %u", i);
		uacce_soft_destroy(dev);
	}
	return 0;
}

/* A reopened queue gets another number while there is one. */
static int
test_cyclic(void)
{
	const struct uacce_soft_conf conf = { .nb_queues = 4, .sq_depth = 8 };
	struct uacce_soft *dev = uacce_soft_create(&conf);
	struct uacce_soft_queue *held, *q;

	TEST_ASSERT(dev != NULL, "no device");
	for (int i = 0; i < 9; i++) {
		TEST_ASSERT(uacce_soft_open(dev, 0, &q) == 0 && number(q) == i % 4,
			"open %d", i);
		uacce_soft_close(q);
	}
	/* 1 stays in use: the others go round it */
	TEST_ASSERT(uacce_soft_open(dev, 0, &held) == 0 && number(held) == 1, "held");
	for (int i = 0; i < 9; i++) {
		static const int order[] = { 2, 3, 0 };

		TEST_ASSERT(uacce_soft_open(dev, 0, &q) == 0 && number(q) == order[i % 3],
			"round %d", i);
		uacce_soft_close(q);
	}
	uacce_soft_close(held);
	uacce_soft_destroy(dev);
	return 0;
}

static int
test_depth(void)
{
	const struct uacce_soft_conf conf = { .nb_queues = 2, .cq_depth = 2048, .threads = 1 };
	static const unsigned int bad[] = { 1, 2, 3, 32769, UINT32_MAX };
	static const unsigned int good[] = { 4, 5, 1000, 32768 };
	struct uacce_soft *dev = uacce_soft_create(&conf);
	struct tc c;

	TEST_ASSERT(dev != NULL, "no device");
	for (unsigned int i = 0; i < DIM(bad); i++)
		TEST_ASSERT(tc_open(&c, dev, TC_COMPRESS, bad[i]) == -EINVAL, "%u", bad[i]);
	for (unsigned int i = 0; i < DIM(good); i++) {
		TEST_ASSERT(tc_open(&c, dev, TC_COMPRESS, good[i]) == 0, "%u", good[i]);
		TEST_ASSERT(c.sq_depth == good[i] && c.cq_depth == good[i],
			"%u %u", c.sq_depth, c.cq_depth);
		TEST_ASSERT(tc_close(&c) == 0, "close");
	}
	TEST_ASSERT(tc_open(&c, dev, TC_COMPRESS, 0) == 0 && c.sq_depth == 1024 &&
		c.cq_depth == 2048, "the device's own");
	TEST_ASSERT(tc_close(&c) == 0 && tc_attr(dev, "available_instances") == 2, "count");
	uacce_soft_destroy(dev);
	return 0;
}

/* The faults of open(2): which opens fail, and that these take no queue. */
static int
test_faults(void)
{
	const struct uacce_soft_conf conf = { .nb_queues = 16, .sq_depth = 8, .threads = 1 };
	static const struct {
		const char *spec;
		const char *fails;	/* B: EBUSY, P: EPERM, .: opens */
	} cases[] = {
		{ "", "........" },
		{ "busy", "B......." },
		{ "reset", "P......." },
		{ "busy:any:2", "..B....." },
		{ "busy:any:1:2", ".BB....." },
		{ "reset:any:1:0", ".PPPPPPP" },
		{ "reset:any:1:2:3", ".P..P..." },
		{ "busy:any:0:0:2", "B.B.B.B." },
		/* whoever fails an open, the next in line does not see it */
		{ "busy:any:1+reset:any:1", ".BP....." },
		/* faults of requests do not touch opens */
		{ "status:any:0:0+stop:any:0:0", "........" },
	};

	for (unsigned int i = 0; i < DIM(cases); i++) {
		struct uacce_soft *dev = uacce_soft_create(&conf);
		struct uacce_soft_queue *qs[8] = { NULL };
		long opened = 0;

		TEST_ASSERT(dev != NULL && uacce_soft_fault(dev, cases[i].spec) == 0, "%u", i);
		for (unsigned int n = 0; n < DIM(qs); n++) {
			char want = cases[i].fails[n];
			int ret = uacce_soft_open(dev, 0, &qs[n]);

			TEST_ASSERT(ret == (want == 'B' ? -EBUSY : want == 'P' ? -EPERM : 0),
				"%s: open %u: %d", cases[i].spec, n, ret);
			opened += ret == 0;
			TEST_ASSERT(tc_attr(dev, "available_instances") == 16 - opened,
				"%s: open %u took a queue", cases[i].spec, n);
		}
		for (unsigned int n = 0; n < DIM(qs); n++)
			if (qs[n] != NULL)
				uacce_soft_close(qs[n]);
		uacce_soft_destroy(dev);
	}
	return 0;
}

/* Open clears stop words and CQ, whatever the number's last owner left. */
static int
test_clean(void)
{
	const struct uacce_soft_conf conf = { .nb_queues = 1, .sq_depth = 16 };
	struct uacce_soft *dev = uacce_soft_create(&conf);
	struct uacce_soft_stats s;
	struct tc c;

	TEST_ASSERT(dev != NULL, "no device");
	for (int round = 0; round < 3; round++) {
		static const uint32_t sqe[TC_SQE_WORDS];

		TEST_ASSERT(tc_open(&c, dev, TC_COMPRESS, 0) == 0, "open");
		TEST_ASSERT(tc_tx_stop(&c) == 0 && tc_rx_stop(&c) == 0, "stop words");
		for (unsigned int i = 0; i < 4u * c.cq_depth; i++)
			TEST_ASSERT(tc_cqe(&c, 0)[i] == 0, "CQ word %u", i);
		uacce_soft_stats(c.q, &s);
		TEST_ASSERT(s.requests == 0 && s.doorbells == 0 && s.completions == 0 &&
			s.errors == 0 && s.faults == 0 && tc_all_mistakes(&c) == 0, "stats");
		tc_put(&c, sqe);
		tc_ring(&c);
		TEST_ASSERT(uacce_soft_run(c.q, 1) == 1 && tc_poll(&c) == 0, "CQE");
		uacce_soft_stop_words(c.q, 1, 1);
		TEST_ASSERT(tc_all_mistakes(&c) != 0 && tc_close(&c) == 0, "close");
	}
	uacce_soft_destroy(dev);
	return 0;
}

UACCE_TEST(soft_open_all, test_all)
UACCE_TEST(soft_open_cyclic, test_cyclic)
UACCE_TEST(soft_open_depth, test_depth)
UACCE_TEST(soft_open_faults, test_faults)
UACCE_TEST(soft_open_clean, test_clean)
