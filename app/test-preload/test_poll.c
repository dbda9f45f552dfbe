/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/* poll() of a queue (datasheet 1.7). */

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "client.h"

static struct client c;

static void
submit(void)
{
	static uint8_t src[64], dst[256];

	client_put(&c, src, sizeof(src), dst, sizeof(dst), 1);
	client_ring(&c, HISI_QM_DB_CMD_SQ, c.tail, 0);
}

static void *
submit_later(void *arg)
{
	client_sleep_ms(100);
	submit();
	return arg;
}

/* poll() for so long while another thread submits. */
static int
poll_meanwhile(struct pollfd *p, nfds_t nb, int ms)
{
	pthread_t thread;
	int n;

	CHECK(pthread_create(&thread, NULL, submit_later, NULL) == 0);
	n = poll(p, nb, ms);
	pthread_join(thread, NULL);
	return n;
}

void
test_poll(void)
{
	const struct timespec ts = { WAIT_MS / 1000, 0 };
	struct pollfd p[3];
	int pipes[2];

	client_open(&c, HISI_QM_QC_COMPRESS);
	CHECK(pipe(pipes) == 0);
	p[0] = (struct pollfd){ .fd = pipes[0], .events = POLLIN };
	p[1] = (struct pollfd){ .fd = c.fd, .events = POLLIN };
	p[2] = (struct pollfd){ .fd = -1, .events = POLLIN, .revents = 5 };
	CHECK(poll(p, 3, 0) == 0 && p[2].revents == 0);
	client_start(&c);
	CHECK(poll(p, 3, 20) == 0);
	/* the start has armed it */
	submit();
	CHECK(poll(p, 3, WAIT_MS) == 1 && p[1].revents == POLLIN && p[0].revents == 0);
	/* reported once, though the client has not looked at it */
	CHECK(poll(p, 3, 20) == 0 && p[1].revents == 0);
	client_wait(&c);
	/* others' events come through */
	CHECK(write(pipes[1], "x", 1) == 1);
	CHECK(poll(p, 3, WAIT_MS) == 1 && p[0].revents == POLLIN && p[1].revents == 0);
	client_ring(&c, HISI_QM_DB_CMD_CQ, c.head, 1);
	submit();
	client_wait(&c);
	CHECK(ppoll(p, 3, &ts, NULL) == 2 && p[1].revents == POLLIN);
	p[1].events = POLLOUT;
	CHECK(poll(p + 1, 1, 0) == 0);
	client_close(&c);
}

static void
interrupt(int sig)
{
}

void
test_poll_errors(void)
{
	struct pollfd *nothing = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct pollfd p = { .fd = -1, .events = POLLIN };

	CHECK_FAILS(poll(nothing, 1, 0), EFAULT);
	client_open(&c, HISI_QM_QC_COMPRESS);
	CHECK_FAILS(poll(nothing, 1, 0), EFAULT);
	errno = EBUSY;
	CHECK(poll(&p, 1, 0) == 0 && errno == EBUSY);
	client_close(&c);
}

/* What wakes a sleeper is what a doorbell asked for. */
void
test_poll_armed(void)
{
	struct sigaction sa = { .sa_handler = interrupt };
	struct itimerval timer = { .it_value = { 0, 50000 } };
	struct pollfd p;

	client_open(&c, HISI_QM_QC_COMPRESS);
	client_start(&c);
	p = (struct pollfd){ .fd = c.fd, .events = POLLIN };
	CHECK(poll_meanwhile(&p, 1, WAIT_MS) == 1);
	client_wait(&c);
	client_ring(&c, HISI_QM_DB_CMD_CQ, c.head, 0);
	/* not armed: the CQE comes, the sleeper sleeps on, the next one sees it */
	CHECK(poll_meanwhile(&p, 1, 500) == 0);
	client_wait(&c);
	CHECK(poll(&p, 1, 0) == 1 && poll(&p, 1, 0) == 0);
	for (int i = 0; i < 3; i++) {
		client_ring(&c, HISI_QM_DB_CMD_CQ, c.head, 1);
		CHECK(poll_meanwhile(&p, 1, WAIT_MS) == 1);
		client_wait(&c);
	}
	CHECK(sigaction(SIGALRM, &sa, NULL) == 0 && setitimer(ITIMER_REAL, &timer, NULL) == 0);
	CHECK_FAILS(poll(&p, 1, WAIT_MS), EINTR);
	client_close(&c);
}
