/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/*
 * A device removed while its regions are in use, on a fake kernel: whoever touches them
 * finds memory of ones, everybody else's faults are their own. And what a child of fork()
 * keeps: nothing.
 */

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <rte_common.h>
#include <uacce.h>

#include "test.h"
#include "test_log.h"
#include "test_uacce_fake.h"

#define NB_QUEUES	3u

static struct uacce_dev dev;
static struct uacce_queue queues[NB_QUEUES];
static sigjmp_buf out;
static volatile const void *own_fault;

static void
own_handler(int sig, siginfo_t *info, void *context)
{
	RTE_SET_USED(sig);
	RTE_SET_USED(context);
	own_fault = info->si_addr;
	siglongjmp(out, 1);
}

static int
own_handler_set(void)
{
	struct sigaction sa = { .sa_sigaction = own_handler, .sa_flags = SA_SIGINFO };

	return sigaction(SIGBUS, &sa, NULL);
}

static bool
own_handler_is_set(void)
{
	struct sigaction sa;

	return sigaction(SIGBUS, NULL, &sa) == 0 && (sa.sa_flags & SA_SIGINFO) != 0 &&
		sa.sa_sigaction == own_handler;
}

static int
open_all(void)
{
	size_t page = sysconf(_SC_PAGESIZE);

	memset(&dev, 0, sizeof(dev));
	memset(queues, 0, sizeof(queues));
	snprintf(dev.name, sizeof(dev.name), "hisi_zip-3");
	snprintf(dev.node, sizeof(dev.node), "/nonexistent/hisi_zip-3");
	dev.mmio_size = 16 * page;
	dev.dus_size = 37 * page;
	fake_set_up(dev.node, dev.mmio_size, dev.dus_size);
	for (unsigned int i = 0; i < NB_QUEUES; i++)
		TEST_ASSERT(uacce_queue_open(&queues[i], &dev, &uacce_kernel_ops, NULL) == 0 &&
			    uacce_queue_map(&queues[i]) == 0, "queue %u", i);
	return 0;
}

static int
close_all(void)
{
	for (unsigned int i = 0; i < NB_QUEUES; i++)
		uacce_queue_close(&queues[i]);
	TEST_ASSERT(fake.nb_open == 0 && fake.nb_mapped == 0 && fake.violation == NULL,
		    "%u open, %u mapped, %s", fake.nb_open, fake.nb_mapped,
		    fake.violation != NULL ? fake.violation : "");
	fake_tear_down();
	return 0;
}

static bool
all_ones(const volatile uint8_t *p, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (p[i] != UINT8_MAX)
			return false;
	return true;
}

/* A fault that has nothing to do with us. */
static int
fault_elsewhere(void)
{
	size_t page = sysconf(_SC_PAGESIZE);
	int fd = memfd_create("empty", 0);
	volatile uint8_t *p = mmap(NULL, page, PROT_READ, MAP_SHARED, fd, 0);

	TEST_ASSERT(fd >= 0 && p != MAP_FAILED, "%s", strerror(errno));
	own_fault = NULL;
	if (sigsetjmp(out, 1) == 0)
		TEST_ASSERT(p[5] == 0 && false, "no fault");
	TEST_ASSERT(own_fault == p + 5, "not at the place of the fault");
	munmap((void *)(uintptr_t)p, page);
	close(fd);
	return 0;
}

/* Each region is replaced as a whole, writable, and only when it is touched. */
static int
regions_replaced(void)
{
	for (unsigned int i = 0; i < NB_QUEUES; i++) {
		volatile uint8_t *dus = queues[i].region[UACCE_REGION_DUS];
		volatile uint64_t *mmio = queues[i].region[UACCE_REGION_MMIO];

		if (i == 0)
			dus[dev.dus_size - 4] = 7;
		else
			TEST_ASSERT(dus[i * 1000] == UINT8_MAX, "queue %u", i);
		mmio[i] = 5;
		TEST_ASSERT(mmio[i] == 5 && mmio[i + 1] == UINT64_MAX, "MMIO of %u", i);
		TEST_ASSERT(all_ones(dus, dev.dus_size - 4) &&
			    all_ones(dus + dev.dus_size - 4, 4) == (i != 0), "DUS of %u", i);
	}
	return 0;
}

static bool
is_region(const uint8_t *p)
{
	for (unsigned int i = 0; i < NB_QUEUES; i++)
		for (unsigned int r = 0; r < UACCE_REGION_NB; r++)
			if ((size_t)(p - (const uint8_t *)queues[i].region[r]) <
			    queues[i].region_len[r])
				return true;
	return false;
}

/* A byte before and a byte behind regions, unless others of them are there. */
static bool
claims_neighbours(void)
{
	for (unsigned int i = 0; i < NB_QUEUES; i++)
		for (unsigned int r = 0; r < UACCE_REGION_NB; r++) {
			const uint8_t *p = queues[i].region[r], *end = p + queues[i].region_len[r];

			if ((!is_region(p - 1) && uacce_sigbus(p - 1)) ||
			    (!is_region(end) && uacce_sigbus(end)))
				return true;
		}
	return false;
}

static int
removed(void)
{
	volatile uint32_t *word;

	TEST_ASSERT(own_handler_set() == 0 && open_all() == 0, "set-up");
	TEST_ASSERT(!own_handler_is_set(), "no handler of ours");
	word = queues[0].region[UACCE_REGION_DUS];
	*word = 1234;
	if (fault_elsewhere() != 0)
		return -1;
	TEST_ASSERT(*word == 1234, "replaced for another's fault");
	TEST_ASSERT(!uacce_sigbus(NULL) && !uacce_sigbus(&dev) && !claims_neighbours(),
		    "claims what is not ours");
	fake_remove_device();
	if (regions_replaced() != 0 || fault_elsewhere() != 0)
		return -1;
	TEST_ASSERT(uacce_queue_put(&queues[0]) == 0, "put");
	if (close_all() != 0)
		return -1;
	TEST_ASSERT(own_handler_is_set(), "the handler was not put back");
	return fault_elsewhere();
}

/* Who comes later and does not pass on is told; the question still works. */
static int
removed_behind_a_handler(void)
{
	struct uacce_queue one = { 0 };

	signal(SIGBUS, SIG_DFL);
	TEST_ASSERT(open_all() == 0 && own_handler_set() == 0, "set-up");
	TEST_ASSERT(uacce_queue_open(&one, &dev, &uacce_kernel_ops, NULL) == 0, "open");
	TEST_ASSERT(log_has("SIGBUS") && log_has("rte_pmd_uacce_zip_sigbus"), "only: %s",
		    log_text());
	uacce_queue_close(&one);
	fake_remove_device();
	TEST_ASSERT(uacce_sigbus(queues[1].region[UACCE_REGION_MMIO]), "not ours");
	TEST_ASSERT(all_ones(queues[1].region[UACCE_REGION_MMIO], dev.mmio_size), "not replaced");
	TEST_ASSERT(close_all() == 0 && own_handler_is_set(), "their handler is gone");
	signal(SIGBUS, SIG_DFL);
	return 0;
}

static unsigned int nb_once;

static void
once_handler(int sig)
{
	RTE_SET_USED(sig);
	nb_once++;
	/* for ever, if it is called for ever */
	if (nb_once > 5)
		_exit(nb_once);
}

/* A handler for one time, as crash reporters have it, then the end. */
static int
once_is_once(void)
{
	struct sigaction sa = { .sa_handler = once_handler, .sa_flags = SA_RESETHAND };
	int status = 0;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		if (sigaction(SIGBUS, &sa, NULL) != 0 || open_all() != 0)
			_exit(100);
		fault_elsewhere();
		_exit(101);
	}
	TEST_ASSERT(pid > 0 && waitpid(pid, &status, 0) == pid, "child");
	TEST_ASSERT(WIFSIGNALED(status) && WTERMSIG(status) == SIGBUS, "status 0x%x", status);
	return 0;
}

/* Somebody has put the default back: the next open sees to it. */
static int
default_is_replaced(void)
{
	struct uacce_queue one = { 0 };

	TEST_ASSERT(open_all() == 0, "set-up");
	signal(SIGBUS, SIG_DFL);
	log_forget();
	TEST_ASSERT(uacce_queue_open(&one, &dev, &uacce_kernel_ops, NULL) == 0 &&
		    !log_has("SIGBUS"), "open: %s", log_text());
	uacce_queue_close(&one);
	fake_remove_device();
	TEST_ASSERT(regions_replaced() == 0, "not replaced");
	return close_all();
}

/* Without anybody else, a fault of the program's own ends it as ever. */
static int
default_kept(void)
{
	int status = 0;
	pid_t pid;

	signal(SIGBUS, SIG_DFL);
	TEST_ASSERT(open_all() == 0, "set-up");
	for (unsigned int how = 0; how < 2; how++) {
		fflush(stdout);
		pid = fork();
		if (pid == 0) {
			struct uacce_queue mine = { 0 };

			if (uacce_queue_open(&mine, &dev, &uacce_kernel_ops, NULL) != 0)
				_exit(2);
			if (how == 0)
				raise(SIGBUS);
			else
				fault_elsewhere();
			_exit(1);
		}
		TEST_ASSERT(pid > 0 && waitpid(pid, &status, 0) == pid, "child");
		TEST_ASSERT(WIFSIGNALED(status) && WTERMSIG(status) == SIGBUS,
			    "%u: status 0x%x", how, status);
	}
	return close_all();
}

static int
child_keeps_nothing(void)
{
	int status = 0;
	pid_t pid;

	TEST_ASSERT(own_handler_set() == 0 && open_all() == 0, "set-up");
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		for (unsigned int i = 0; i < NB_QUEUES; i++)
			if (fcntl(queues[i].fd, F_GETFD) != -1 || errno != EBADF)
				_exit(1);
		_exit(own_handler_is_set() ? 0 : 2);
	}
	TEST_ASSERT(pid > 0 && waitpid(pid, &status, 0) == pid, "child");
	TEST_ASSERT(WIFEXITED(status) && WEXITSTATUS(status) == 0, "status 0x%x", status);
	for (unsigned int i = 0; i < NB_QUEUES; i++)
		TEST_ASSERT(fcntl(queues[i].fd, F_GETFD) >= 0, "the parent's are closed");
	return close_all();
}

static bool stop;

/* A queue that comes and goes; what is behind its node does not matter here. */
static void *
open_and_close(void *arg)
{
	struct uacce_dev any = { .name = "any", .node = "/dev/zero" };
	struct uacce_queue q = { 0 };

	while (!__atomic_load_n(&stop, __ATOMIC_RELAXED)) {
		if (uacce_queue_open(&q, &any, &uacce_kernel_ops, NULL) != 0)
			return arg;
		uacce_queue_close(&q);
	}
	return NULL;
}

static bool
has_node_open(void)
{
	char link[32], to[32];

	for (int fd = 3; fd < 64; fd++) {
		ssize_t n;

		snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
		n = readlink(link, to, sizeof(to) - 1);
		to[n > 0 ? n : 0] = '\0';
		if (strcmp(to, "/dev/zero") == 0)
			return true;
	}
	return false;
}

/* Whenever the fork is, before, in or after an open. */
static int
forks_meanwhile(void)
{
	void *failed = NULL;
	unsigned int leaks = 0;
	pthread_t thread;

	TEST_ASSERT(pthread_create(&thread, NULL, open_and_close, &dev) == 0, "thread");
	fflush(stdout);
	for (unsigned int i = 0; i < 500; i++) {
		int status = 0;
		pid_t pid = fork();

		if (pid == 0)
			_exit(has_node_open());
		TEST_ASSERT(pid > 0 && waitpid(pid, &status, 0) == pid, "child");
		leaks += status != 0;
	}
	__atomic_store_n(&stop, true, __ATOMIC_RELAXED);
	pthread_join(thread, &failed);
	TEST_ASSERT(failed == NULL && leaks == 0, "%u children have a queue open", leaks);
	return 0;
}

static int
test_guard(void)
{
	int ret;

	TEST_ASSERT(log_catch() == 0, "no log");
	ret = removed();
	if (ret == 0)
		ret = child_keeps_nothing();
	if (ret == 0)
		ret = default_kept();
	if (ret == 0)
		ret = once_is_once();
	if (ret == 0)
		ret = default_is_replaced();
	if (ret == 0)
		ret = removed_behind_a_handler();
	if (ret == 0)
		ret = forks_meanwhile();
	log_release();
	return ret;
}

UACCE_TEST(uacce_guard, test_guard)
