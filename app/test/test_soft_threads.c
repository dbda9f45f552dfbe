/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/* Engine threads: right results in ring order, from several queues at once. */

#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test.h"
#include "test_soft_util.h"

#define DEPTH		64
#define NB_REQUESTS	600
#define MAX_LEN		20000
#define NB_CLIENTS	4

/* One thread of the application with a queue of its own. */
struct client {
	pthread_t thread;
	struct tc c;
	unsigned int dir;
	unsigned int id;
	int ret;
	uint8_t *src[DEPTH];
	uint8_t *dst[DEPTH];
	uint32_t len[DEPTH];
};

static uint32_t
length(unsigned int n)
{
	/* long ones among short: without order they would overtake */
	return n % 7 == 0 ? MAX_LEN : 1 + n * 37 % 500;
}

static void
put(struct client *cl, unsigned int n)
{
	unsigned int slot = n % DEPTH;
	struct treq r = {
		.type = TC_GZIP, .window = 4, .src = cl->src[slot], .dst = cl->dst[slot],
		.out = 2 * MAX_LEN, .tag = n,
	};
	uint32_t sqe[TC_SQE_WORDS];
	static __thread uint8_t plain[MAX_LEN];

	cl->len[slot] = length(n);
	tc_text(plain, cl->len[slot], cl->id + n);
	if (cl->dir == TC_COMPRESS) {
		r.in = cl->len[slot];
		memcpy(cl->src[slot], plain, r.in);
	} else {
		r.in = tref_deflate(r.type, 1, plain, cl->len[slot], cl->src[slot], 2 * MAX_LEN);
	}
	tc_build(&r, sqe);
	tc_put(&cl->c, sqe);
}

static int
check(struct client *cl, unsigned int n)
{
	const uint32_t *sqe = tc_sqe(&cl->c, n % DEPTH);
	static __thread uint8_t plain[MAX_LEN];
	uint32_t len = cl->len[n % DEPTH];
	int status = sqe[DW_STATUS];

	TEST_ASSERT(sqe[DW_26] == n, "tag %u, not %u", sqe[DW_26], n);
	TEST_ASSERT(status == TC_OK || (status == TC_NEG_COMP && cl->dir == TC_COMPRESS), "%x",
		status);
	tc_text(plain, len, cl->id + n);
	if (cl->dir == TC_COMPRESS)
		TEST_ASSERT(tref_check(TC_GZIP, cl->dst[n % DEPTH], sqe[DW_PRODUCED], 0, 15,
				       plain, len) == 0, "data of %u", n);
	else
		TEST_ASSERT(sqe[DW_PRODUCED] == len &&
			memcmp(cl->dst[n % DEPTH], plain, len) == 0, "data of %u", n);
	return 0;
}

static int
talk(struct client *cl)
{
	unsigned int put_nb = 0, got = 0;
	uint64_t seed = cl->id;

	while (got < NB_REQUESTS) {
		unsigned int batch = 1 + tc_rand(&seed) % DEPTH;

		for (; batch != 0 && put_nb < NB_REQUESTS && put_nb - got < DEPTH - 1; batch--)
			put(cl, put_nb++);
		tc_ring(&cl->c);
		do {
			int slot = tc_wait(&cl->c);

			TEST_ASSERT(slot == (int)(got % DEPTH), "%d, not %u", slot, got % DEPTH);
			TEST_ASSERT(check(cl, got) == 0, "request %u", got);
			got++;
		} while (tc_rand(&seed) % 16 != 0 && got < put_nb);
		tc_ack(&cl->c);
	}
	return 0;
}

static void *
client_main(void *arg)
{
	struct client *cl = arg;

	cl->ret = talk(cl);
	return NULL;
}

static int
clients_open(struct client *clients, struct uacce_soft *dev)
{
	for (unsigned int i = 0; i < NB_CLIENTS; i++) {
		struct client *cl = &clients[i];

		cl->dir = i % 2;
		cl->id = 1000 * i;
		TEST_ASSERT(tc_open(&cl->c, dev, cl->dir, 0) == 0, "open");
		for (unsigned int s = 0; s < DEPTH; s++) {
			cl->src[s] = malloc(2 * MAX_LEN);
			cl->dst[s] = malloc(2 * MAX_LEN);
		}
	}
	return 0;
}

static int
clients_close(struct client *clients)
{
	for (unsigned int i = 0; i < NB_CLIENTS; i++) {
		TEST_ASSERT(tc_all_mistakes(&clients[i].c) == 0, "mistakes");
		TEST_ASSERT(tc_close(&clients[i].c) == 0, "close");
		for (unsigned int s = 0; s < DEPTH; s++) {
			free(clients[i].src[s]);
			free(clients[i].dst[s]);
		}
	}
	return 0;
}

static int
test_results(void)
{
	static const unsigned int threads[] = { 0, 1, 2, 4 };
	static struct client clients[NB_CLIENTS];

	for (unsigned int i = 0; i < DIM(threads); i++) {
		const struct uacce_soft_conf conf = {
			.nb_queues = NB_CLIENTS, .sq_depth = DEPTH, .threads = threads[i],
		};
		struct uacce_soft *dev = uacce_soft_create(&conf);

		TEST_ASSERT(dev != NULL && clients_open(clients, dev) == 0, "open");
		for (unsigned int n = 0; n < NB_CLIENTS; n++)
			pthread_create(&clients[n].thread, NULL, client_main, &clients[n]);
		for (unsigned int n = 0; n < NB_CLIENTS; n++) {
			pthread_join(clients[n].thread, NULL);
			TEST_ASSERT(clients[n].ret == 0, "%u threads, client %u", threads[i], n);
		}
		TEST_ASSERT(clients_close(clients) == 0, "close");
		uacce_soft_destroy(dev);
	}
	return 0;
}

/* With threads uacce_soft_run() does nothing. */
static int
test_run(void)
{
	const struct uacce_soft_conf conf = { .nb_queues = 1, .sq_depth = 8, .threads = 1 };
	struct uacce_soft *dev = uacce_soft_create(&conf);
	static const uint32_t sqe[TC_SQE_WORDS];
	struct tc c;

	TEST_ASSERT(dev != NULL && tc_open(&c, dev, TC_COMPRESS, 0) == 0, "open");
	for (int i = 0; i < 100; i++) {
		tc_put(&c, sqe);
		tc_ring(&c);
		TEST_ASSERT(uacce_soft_run(c.q, 8) == 0, "run");
		TEST_ASSERT(tc_wait(&c) == i % 8, "%d", i);
		tc_ack(&c);
	}
	TEST_ASSERT(tc_close(&c) == 0, "close");
	uacce_soft_destroy(dev);
	return 0;
}

/*
 * Faults that hold completions back: threads bring these in the end without any
 * doorbell, and each completion comes once.
 */
static int
test_held(void)
{
	static const char * const faults[] = {
		"late:any:0:0:1:50", "ooo:any:0:0:1:20", "late:any:10:1:1:3", "early:any:0:0:3:4",
	};

	for (unsigned int i = 0; i < 2 * DIM(faults); i++) {
		const struct uacce_soft_conf conf = {
			.nb_queues = 1, .sq_depth = DEPTH, .threads = 1 + i % 2, .instant = true,
			.faults = faults[i / 2],
		};
		struct uacce_soft *dev = uacce_soft_create(&conf);
		static const uint32_t sqe[TC_SQE_WORDS];
		struct tc c;

		TEST_ASSERT(dev != NULL && tc_open(&c, dev, TC_COMPRESS, 0) == 0, "open");
		for (unsigned int lap = 0; lap < 5; lap++) {
			bool seen[DEPTH] = { false };
			int at = c.tail;

			for (unsigned int n = 0; n < DEPTH - 1; n++)
				tc_put(&c, sqe);
			tc_ring(&c);
			for (unsigned int n = 0; n < DEPTH - 1; n++) {
				int slot = tc_wait(&c);

				TEST_ASSERT(slot >= 0 && slot < DEPTH && !seen[slot] &&
					slot != (at + DEPTH - 1) % DEPTH, "%s: %d", conf.faults,
					slot);
				seen[slot] = true;
			}
			tc_ack(&c);
		}
		TEST_ASSERT(tc_close(&c) == 0, "close");
		uacce_soft_destroy(dev);
	}
	return 0;
}

UACCE_TEST_TSAN(soft_threads_results, test_results)
UACCE_TEST_TSAN(soft_threads_run, test_run)
UACCE_TEST_TSAN(soft_threads_held, test_held)
