/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/* Engine threads without work sleep, and each doorbell finds one awake. */

#include <sched.h>
#include <stdio.h>
#include <time.h>

#include "test.h"
#include "test_soft_util.h"

static const uint32_t nop[TC_SQE_WORDS];

static void
nap(long ns)
{
	const struct timespec ts = { .tv_sec = ns / 1000000000, .tv_nsec = ns % 1000000000 };

	nanosleep(&ts, NULL);
}

/* Share of a processor the process takes while nobody does anything. */
static double
idle_load(void)
{
	double cpu, t;

	nap(100000000);
	cpu = tc_cpu_time();
	t = tc_time();
	nap(300000000);
	return (tc_cpu_time() - cpu) / (tc_time() - t);
}

static int
test_sleep(void)
{
	static const unsigned int threads[] = { 1, 4, 16 };

	for (unsigned int i = 0; i < DIM(threads); i++) {
		const struct uacce_soft_conf conf = {
			.nb_queues = 64, .sq_depth = 64, .threads = threads[i], .instant = true,
		};
		struct uacce_soft *dev = uacce_soft_create(&conf);
		double load;
		struct tc c;

		TEST_ASSERT(dev != NULL, "no device");
		load = idle_load();
		TEST_ASSERT(load < 0.05, "%u threads without a queue: %f", threads[i], load);
		TEST_ASSERT(tc_open(&c, dev, TC_COMPRESS, 0) == 0, "open");
		for (unsigned int n = 0; n < 200; n++) {
			tc_put(&c, nop);
			tc_ring(&c);
			TEST_ASSERT(tc_wait(&c) == (int)(n % 64), "%u", n);
			tc_ack(&c);
		}
		load = idle_load();
		TEST_ASSERT(load < 0.05, "%u threads after work: %f", threads[i], load);
		/* a queue that is stopped with work in its ring is no work */
		uacce_soft_stop_words(c.q, 1, 1);
		tc_put(&c, nop);
		tc_ring(&c);
		load = idle_load();
		TEST_ASSERT(load < 0.05, "%u threads, stopped: %f", threads[i], load);
		/* until it is let go */
		uacce_soft_stop_words(c.q, 0, 0);
		TEST_ASSERT(tc_wait(&c) == 200 % 64, "not woken by cleared words");
		TEST_ASSERT(tc_close(&c) == 0, "close");
		uacce_soft_destroy(dev);
	}
	return 0;
}

/*
 * One request at a time, rung when the threads are about to fall asleep, or
 * asleep, or spinning: none may be left lying.
 */
static int
wake_ups(unsigned int threads, unsigned int nb, long max_ns)
{
	const struct uacce_soft_conf conf = {
		.nb_queues = 1, .sq_depth = 8, .threads = threads, .instant = true,
	};
	struct uacce_soft *dev = uacce_soft_create(&conf);
	uint64_t seed = threads;
	struct tc c;

	TEST_ASSERT(dev != NULL && tc_open(&c, dev, TC_COMPRESS, 0) == 0, "open");
	for (unsigned int i = 0; i < nb; i++) {
		long pause = tc_rand(&seed) % max_ns;

		/* the timer is coarse: below its step turn round on the spot */
		if (pause > 100000) {
			nap(pause - 60000);
		} else {
			double end = tc_time() + pause / 1e9;

			while (tc_time() < end)
				;
		}
		tc_put(&c, nop);
		tc_ring(&c);
		TEST_ASSERT(tc_wait(&c) == (int)(i % 8), "request %u is left lying", i);
		tc_ack(&c);
	}
	TEST_ASSERT(tc_close(&c) == 0, "close");
	uacce_soft_destroy(dev);
	return 0;
}

static int
test_wake(void)
{
	return wake_ups(1, 20000, 100000) != 0 || wake_ups(2, 4000, 300000) != 0 ||
		wake_ups(4, 500, 3000000) != 0 ? -1 : 0;
}

UACCE_TEST(soft_idle_sleep, test_sleep)
UACCE_TEST_TSAN(soft_idle_wake, test_wake)
