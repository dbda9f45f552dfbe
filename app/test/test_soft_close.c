/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/*
 * Closing queues under the engine threads' hands, and devices that come and go:
 * when close returns, nothing of the client's memory is touched any more.
 */

#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "test.h"
#include "test_soft_util.h"

#define DEPTH	32
#define LEN	30000

struct memory {
	uint8_t *src;
	uint8_t *dst[DEPTH];
};

static void
memory_new(struct memory *m)
{
	m->src = malloc(LEN);
	tc_text(m->src, LEN, 3);
	for (int i = 0; i < DEPTH; i++)
		m->dst[i] = malloc(LEN);
}

static void
memory_free(struct memory *m)
{
	free(m->src);
	for (int i = 0; i < DEPTH; i++)
		free(m->dst[i]);
}

static void
put_all(struct tc *c, const struct memory *m)
{
	for (int i = 0; i < DEPTH - 1; i++) {
		const struct treq r = {
			.type = TC_ZLIB, .window = 4, .src = m->src, .in = LEN, .dst = m->dst[i],
			.out = LEN,
		};
		uint32_t sqe[TC_SQE_WORDS];

		tc_build(&r, sqe);
		tc_put(c, sqe);
	}
	tc_ring(c);
}

/* One queue: busy when it is closed (or put), its memory freed at once. */
static int
one_life(struct uacce_soft *dev, unsigned int round)
{
	struct memory m;
	struct tc c;

	memory_new(&m);
	TEST_ASSERT(tc_open(&c, dev, TC_COMPRESS, 0) == 0, "open");
	put_all(&c, &m);
	for (unsigned int i = 0; i < round % 5; i++)
		TEST_ASSERT(tc_wait(&c) == (int)i, "%u", i);
	if (round % 3 == 0)
		TEST_ASSERT(uacce_soft_ioctl(c.q, TC_PUT_Q, NULL) == 0, "put");
	else
		TEST_ASSERT(tc_close(&c) == 0, "close");
	memory_free(&m);
	if (round % 3 == 0)
		TEST_ASSERT(tc_close(&c) == 0, "close after put");
	return 0;
}

static void *
lives(void *arg)
{
	for (unsigned int round = 0; round < 60; round++)
		if (one_life(arg, round) != 0)
			return arg;
	return NULL;
}

static int
test_busy(void)
{
	static const unsigned int threads[] = { 0, 1, 2, 4 };

	for (unsigned int i = 0; i < DIM(threads); i++) {
		/* fewer queues than lives at a time: numbers are used again at once */
		const struct uacce_soft_conf conf = {
			.nb_queues = 3, .sq_depth = DEPTH, .threads = threads[i],
		};
		struct uacce_soft *dev = uacce_soft_create(&conf);
		pthread_t other[2];
		void *failed[3];

		TEST_ASSERT(dev != NULL, "no device");
		for (unsigned int n = 0; n < 2; n++)
			pthread_create(&other[n], NULL, lives, dev);
		failed[2] = lives(dev);
		for (unsigned int n = 0; n < 2; n++)
			pthread_join(other[n], &failed[n]);
		TEST_ASSERT(failed[0] == NULL && failed[1] == NULL && failed[2] == NULL,
			"%u threads", threads[i]);
		TEST_ASSERT(tc_attr(dev, "available_instances") == 3, "a queue is left");
		uacce_soft_destroy(dev);
	}
	return 0;
}

/* Devices end at any point of their threads' lives: starting, busy, asleep. */
static int
test_destroy(void)
{
	for (unsigned int i = 0; i < 60; i++) {
		const struct uacce_soft_conf conf = {
			.nb_queues = 2, .sq_depth = DEPTH, .threads = 1 + i % 4,
		};
		const struct timespec pause = { .tv_nsec = i % 3 * 3000000l };
		struct uacce_soft *dev = uacce_soft_create(&conf);

		TEST_ASSERT(dev != NULL, "no device");
		if (i % 2 == 0)
			TEST_ASSERT(one_life(dev, i) == 0, "life");
		nanosleep(&pause, NULL);
		uacce_soft_destroy(dev);
	}
	return 0;
}

/* The queue stops itself while threads work on it: overflow, and a fault. */
static int
test_stop(void)
{
	for (unsigned int i = 0; i < 40; i++) {
		const struct uacce_soft_conf conf = {
			.nb_queues = 1, .sq_depth = DEPTH, .threads = 1 + i % 3,
			.faults = i % 2 == 0 ? "stop:any:9" : NULL,
		};
		struct uacce_soft *dev = uacce_soft_create(&conf);
		struct memory m;
		struct tc c;
		double end;
		int nb = 0;

		memory_new(&m);
		TEST_ASSERT(dev != NULL && tc_open(&c, dev, TC_COMPRESS, 0) == 0, "open");
		put_all(&c, &m);
		while (i % 2 != 0 && nb < DEPTH - 1)
			nb += tc_wait(&c) >= 0;
		/* nothing was acknowledged: the next completions do not fit */
		if (i % 2 != 0)
			put_all(&c, &m);
		end = tc_time() + 60;
		while (tc_rx_stop(&c) == 0 && tc_time() < end)
			sched_yield();
		TEST_ASSERT(tc_rx_stop(&c) == 1 && tc_tx_stop(&c) == 1, "not stopped");
		TEST_ASSERT(tc_close(&c) == 0, "close");
		memory_free(&m);
		uacce_soft_destroy(dev);
	}
	return 0;
}

UACCE_TEST_TSAN(soft_close_busy, test_busy)
UACCE_TEST_TSAN(soft_close_destroy, test_destroy)
UACCE_TEST_TSAN(soft_close_stop, test_stop)
