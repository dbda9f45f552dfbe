/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/*
 * Stopping a queue whose requests engine threads execute: once the client is told that it
 * has stopped, its memory is its own (datasheet 1.5, 2.3, 2.8).
 */

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <uacce_abi.h>

#include "test.h"
#include "test_soft_util.h"

#define LONG_LEN	(6u << 20)
#define ROOM		(8u << 20)
#define DEPTH		64
#define NB		60u
#define MARK		0xcc

static uint8_t *src, *dst;

static struct uacce_soft *
device(unsigned int threads)
{
	const struct uacce_soft_conf conf = {
		.nb_queues = 1, .sq_depth = DEPTH, .threads = threads,
	};

	return uacce_soft_create(&conf);
}

/* Compress into a part of the room. */
static void
put(struct tc *c, uint32_t len, unsigned int part, unsigned int nb_parts)
{
	struct treq r = {
		.type = TC_GZIP, .window = 4, .src = src, .in = len, .tag = part,
		.out = ROOM / nb_parts, .dst = dst + ROOM / nb_parts * part,
	};
	uint32_t sqe[TC_SQE_WORDS];

	tc_build(&r, sqe);
	tc_put(c, sqe);
}

/* From here on the output's memory is the client's. */
static int
ends_untouched(struct uacce_soft *dev, struct tc *c)
{
	TEST_ASSERT(tc_tx_stop(c) == 1 && tc_rx_stop(c) == 1, "does not stop");
	memset(dst, MARK, ROOM);
	usleep(150000);
	TEST_ASSERT(dst[0] == MARK && memcmp(dst, dst + 1, ROOM - 1) == 0,
		    "written after the stop");
	TEST_ASSERT(tc_close(c) == 0, "close");
	uacce_soft_destroy(dev);
	return 0;
}

/* Stop words in the middle of a long request. */
static int
stop_words(unsigned int wait_us)
{
	struct uacce_soft *dev = device(2);
	struct tc c;

	TEST_ASSERT(dev != NULL && tc_open(&c, dev, TC_COMPRESS, 0) == 0, "open");
	put(&c, LONG_LEN, 0, 1);
	tc_ring(&c);
	usleep(wait_us);
	uacce_soft_stop_words(c.q, 1, 1);
	return ends_untouched(dev, &c);
}

/* The stop fault while another thread executes. */
static int
stop_fault(void)
{
	struct uacce_soft *dev = device(2);
	struct tc c;

	TEST_ASSERT(dev != NULL && uacce_soft_fault(dev, "stop:c:1:1") == 0 &&
		    tc_open(&c, dev, TC_COMPRESS, 0) == 0, "open");
	put(&c, LONG_LEN, 0, 1);
	/* this one meets the fault, and is not executed */
	put(&c, 100, 0, 1);
	tc_ring(&c);
	for (unsigned int i = 0; i < 10000 && tc_rx_stop(&c) == 0; i++)
		usleep(1000);
	return ends_untouched(dev, &c);
}

/* PUT_Q waits for what the device was given. */
static int
put_q(unsigned int threads)
{
	struct uacce_soft *dev = device(threads);
	struct tc c;

	TEST_ASSERT(dev != NULL && tc_open(&c, dev, TC_COMPRESS, 0) == 0, "open");
	for (unsigned int i = 0; i < NB; i++)
		put(&c, 2000, i, NB);
	tc_ring(&c);
	TEST_ASSERT(uacce_soft_ioctl(c.q, UACCE_CMD_PUT_Q, NULL) == 0, "PUT_Q");
	for (unsigned int i = 0; i < NB; i++)
		TEST_ASSERT(tc_poll(&c) == (int)i, "%u of %u completed", i, NB);
	TEST_ASSERT(tc_close(&c) == 0, "close");
	uacce_soft_destroy(dev);
	return 0;
}

static int
test_stop(void)
{
	int ret = 0;

	src = malloc(LONG_LEN);
	dst = malloc(ROOM);
	TEST_ASSERT(src != NULL && dst != NULL, "memory");
	tc_noise(src, LONG_LEN, 9101);
	for (unsigned int i = 0; i < 4 && ret == 0; i++)
		ret = stop_words(i * 5000);
	if (ret == 0)
		ret = stop_fault();
	if (ret == 0)
		ret = put_q(1) != 0 || put_q(3) != 0 ? -1 : 0;
	free(src);
	free(dst);
	return ret;
}

UACCE_TEST_TSAN(soft_stop, test_stop)
