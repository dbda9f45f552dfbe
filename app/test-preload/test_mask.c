/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/* Doorbells where SIGSEGV would be blocked. */

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/select.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "client.h"

static struct client c;
static volatile int handled;
static sigjmp_buf out;
static jmp_buf plain_out;
static char *closed_page;

static void
ring_in_handler(int sig)
{
	client_op(&c);
	handled++;
}

static void *
ring_in_thread(void *arg)
{
	client_op(&c);
	return arg;
}

static void
check_waits(const sigset_t *set)
{
	const struct timespec ts = { WAIT_MS / 1000, 0 };
	struct epoll_event ev;
	struct pollfd p = { .fd = -1 };
	int fd = epoll_create1(0);

	CHECK(raise(SIGUSR1) == 0 && handled == 0);
	CHECK_FAILS(sigsuspend(set), EINTR);
	CHECK(handled == 1 && raise(SIGUSR1) == 0);
	CHECK_FAILS(pselect(0, NULL, NULL, NULL, &ts, set), EINTR);
	CHECK(handled == 2 && raise(SIGUSR1) == 0);
	CHECK_FAILS(ppoll(&p, 1, &ts, set), EINTR);
	CHECK(handled == 3 && raise(SIGUSR1) == 0);
	/* what it has completed was seen */
	p = (struct pollfd){ .fd = c.fd, .events = POLLIN };
	CHECK(poll(&p, 1, 0) == 1);
	CHECK_FAILS(ppoll(&p, 1, &ts, set), EINTR);
	CHECK(handled == 4 && raise(SIGUSR1) == 0);
	CHECK_FAILS(epoll_pwait(fd, &ev, 1, WAIT_MS, set), EINTR);
	CHECK(handled == 5);
	close(fd);
}

void
test_masks(void)
{
	struct sigaction sa = { .sa_handler = ring_in_handler };
	pthread_attr_t attr;
	pthread_t thread;
	sigset_t set;

	client_open(&c, HISI_QM_QC_COMPRESS);
	client_start(&c);
	CHECK(sigaction(SIGUSR1, &sa, NULL) == 0);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	CHECK(sigprocmask(SIG_BLOCK, &set, NULL) == 0);
	sigfillset(&set);
	sigdelset(&set, SIGUSR1);
	check_waits(&set);
	CHECK(pthread_attr_init(&attr) == 0 && pthread_attr_setsigmask_np(&attr, &set) == 0);
	CHECK(pthread_create(&thread, &attr, ring_in_thread, NULL) == 0);
	CHECK(pthread_join(thread, NULL) == 0);
	pthread_attr_destroy(&attr);
	client_close(&c);
}

/* It is deprecated, and used. */
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

void
test_sighold(void)
{
	client_open(&c, HISI_QM_QC_COMPRESS);
	client_start(&c);
	CHECK(sighold(SIGSEGV) == 0);
	client_op(&c);
	client_close(&c);
}

static void
ring_and_leave(int sig)
{
	ring_in_handler(sig);
	siglongjmp(out, 1);
}

static void
leave(int sig)
{
	handled++;
	longjmp(plain_out, 1);
}

static void
fault(void)
{
	*(volatile char *)closed_page = 1;
}

static void
start(void)
{
	closed_page = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHECK(closed_page != MAP_FAILED);
	client_open(&c, HISI_QM_QC_COMPRESS);
	client_start(&c);
}

/* The program's own handler of SIGSEGV rings. */
void
test_handler_ring(void)
{
	start();
	/* sanitizers have one already */
	CHECK(signal(SIGSEGV, ring_and_leave) != SIG_ERR);
	for (volatile int i = 0; i < 3; i++)
		if (sigsetjmp(out, 1) == 0)
			fault();
	CHECK(handled == 3 && signal(SIGSEGV, ring_in_handler) == ring_and_leave);
	CHECK(raise(SIGSEGV) == 0 && handled == 4);
	client_op(&c);
	client_close(&c);
}

static int
fault_blocked(struct client *mine)
{
	fault();
	return 0;
}

/* It is left without what restores the mask. */
void
test_handler_jump(void)
{
	sigset_t set;
	int status;

	start();
	signal(SIGSEGV, leave);
	if (_setjmp(plain_out) == 0)
		fault();
	CHECK(handled == 1);
	client_op(&c);
	/* to the program it is blocked, until it says otherwise */
	status = in_child(fault_blocked, &c);
	CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV);
	sigemptyset(&set);
	sigaddset(&set, SIGSEGV);
	CHECK(sigprocmask(SIG_UNBLOCK, &set, NULL) == 0);
	if (_setjmp(plain_out) == 0)
		fault();
	CHECK(handled == 2);
	client_op(&c);
	client_close(&c);
}
