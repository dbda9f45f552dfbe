/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/* Programs that handle SIGSEGV, or block it, beside doorbells. */

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "client.h"

static sigjmp_buf out;
static volatile void *fault_at;
static volatile int handled;
static volatile bool on_stack;
static char *closed_page;
static char alt_stack[1 << 16];

static void
take(int sig, siginfo_t *info, void *context)
{
	char here;

	fault_at = info->si_addr;
	on_stack = &here >= alt_stack && &here < alt_stack + sizeof(alt_stack);
	handled++;
	siglongjmp(out, 1);
}

static void
take_simple(int sig)
{
	handled++;
	siglongjmp(out, 1);
}

static void
count_only(int sig)
{
	handled++;
}

static void
fault(void)
{
	if (sigsetjmp(out, 1) == 0)
		*(volatile char *)closed_page = 1;
}

static void
close_page(void)
{
	closed_page = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHECK(closed_page != MAP_FAILED);
}

static void
start(struct client *c)
{
	close_page();
	client_open(c, HISI_QM_QC_COMPRESS);
	client_start(c);
}

/* The program's handler gets its faults, and only those. */
void
test_handler(void)
{
	struct sigaction sa = { .sa_sigaction = take, .sa_flags = SA_SIGINFO }, old;
	struct client c;

	CHECK(sigaction(SIGSEGV, &sa, NULL) == 0);
	start(&c);
	for (int i = 1; i <= 3; i++) {
		client_op(&c);
		fault();
		CHECK(handled == i && fault_at == closed_page);
	}
	CHECK(sigaction(SIGSEGV, NULL, &old) == 0 && old.sa_sigaction == take);
	CHECK((void *)signal(SIGSEGV, take_simple) == (void *)take);
	fault();
	CHECK(handled == 4);
	client_op(&c);
	CHECK(sigaction(SIGSEGV, NULL, &old) == 0 && old.sa_handler == take_simple);
	/* from outside, not by a fault */
	CHECK(signal(SIGSEGV, count_only) == take_simple);
	CHECK(raise(SIGSEGV) == 0 && handled == 5);
	CHECK(signal(SIGSEGV, SIG_IGN) == count_only);
	CHECK(raise(SIGSEGV) == 0 && handled == 5);
	sa.sa_handler = count_only;
	sa.sa_flags = SA_RESETHAND;
	CHECK(sigaction(SIGSEGV, &sa, NULL) == 0 && raise(SIGSEGV) == 0 && handled == 6);
	CHECK(sigaction(SIGSEGV, NULL, &old) == 0 && old.sa_handler == SIG_DFL);
	client_op(&c);
	CHECK(client_doorbells(&c) == 10);
	client_close(&c);
}

void
test_handler_stack(void)
{
	struct sigaction sa = { .sa_sigaction = take, .sa_flags = SA_SIGINFO | SA_ONSTACK };
	stack_t ss = { .ss_sp = alt_stack, .ss_size = sizeof(alt_stack) };
	struct client c;

	start(&c);
	CHECK(sigaltstack(&ss, NULL) == 0 && sigaction(SIGSEGV, &sa, NULL) == 0);
	for (int i = 1; i <= 3; i++) {
		client_op(&c);
		fault();
		CHECK(handled == i && on_stack);
	}
	client_close(&c);
}

static struct client *handler_client;

static void
ring_in_handler(int sig)
{
	client_op(handler_client);
	handled++;
}

void
test_handler_mask(void)
{
	struct sigaction sa = { .sa_handler = ring_in_handler };
	struct client c;
	sigset_t all, now;

	sigfillset(&all);
	CHECK(sigprocmask(SIG_BLOCK, &all, NULL) == 0);
	start(&c);
	client_op(&c);
	CHECK(pthread_sigmask(SIG_SETMASK, &all, NULL) == 0);
	client_op(&c);
	CHECK(sigprocmask(SIG_SETMASK, NULL, &now) == 0 && sigismember(&now, SIGUSR1) == 1);
	/* a handler that blocks all, and a doorbell's own does not disturb */
	sa.sa_mask = all;
	handler_client = &c;
	CHECK(sigaction(SIGUSR1, &sa, NULL) == 0);
	CHECK(sigprocmask(SIG_UNBLOCK, &all, NULL) == 0);
	CHECK(raise(SIGUSR1) == 0 && handled == 1);
	CHECK(sigprocmask(SIG_SETMASK, NULL, &now) == 0 && sigismember(&now, SIGUSR1) == 0);
	client_close(&c);
}

static int
die(struct client *c)
{
	signal(SIGSEGV, SIG_DFL);
	*(volatile char *)closed_page = 1;
	return 0;
}

static void
fault_again(int sig)
{
	*(volatile char *)(closed_page + 1) = 1;
}

static int
die_twice(struct client *c)
{
	signal(SIGSEGV, fault_again);
	*(volatile char *)closed_page = 1;
	return 0;
}

static int
die_by_raise(struct client *c)
{
	signal(SIGSEGV, SIG_DFL);
	raise(SIGSEGV);
	return 0;
}

static int
wrong_address(struct client *mine)
{
	static uint8_t dst[256];
	struct client c;

	/* the program's handler is not asked */
	signal(SIGSEGV, count_only);
	client_open(&c, HISI_QM_QC_COMPRESS);
	client_start(&c);
	CHECK(dup2(mine->fd, STDERR_FILENO) == STDERR_FILENO);
	client_put(&c, closed_page, 64, dst, sizeof(dst), 1);
	client_ring(&c, HISI_QM_DB_CMD_SQ, c.tail, 0);
	client_wait(&c);
	return 0;
}

/* A descriptor with the address of nothing. */
void
test_handler_engine(void)
{
	char text[128];
	int pipes[2];
	int status;

	close_page();
	CHECK(pipe(pipes) == 0);
	/* before there are threads, for sanitizers' sake */
	status = in_child(wrong_address, &(struct client){ .fd = pipes[1] });
	CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV);
	CHECK(read(pipes[0], text, sizeof(text)) >= 20);
	CHECK(memcmp(text, "uacce_soft_preload: ", 20) == 0);
}

/* Nothing is swallowed. */
void
test_handler_default(void)
{
	int (*const deaths[])(struct client *) = { die, die_twice, die_by_raise };
	struct client c;
	int status;

	start(&c);
	for (unsigned int i = 0; i < 3; i++) {
		status = in_child(deaths[i], &c);
		CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV);
	}
	client_op(&c);
	client_close(&c);
}
