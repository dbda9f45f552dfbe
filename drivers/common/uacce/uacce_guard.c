/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <rte_common.h>

#include "uacce.h"
#include "uacce_guard.h"
#include "uacce_log.h"

struct uacce_guard {
	int fd;
	bool used;
	struct {
		uintptr_t addr;		/* 0: none; written last, for the handler */
		size_t len;
	} region[UACCE_REGION_NB];
};

/* Not in DPDK's memory, which may be shared: a child has a copy of its own. */
static struct uacce_guard guards[UACCE_GUARD_MAX];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static unsigned int nb_used;
static bool handles_fork;

/* All ones, as long as the longest region. */
static int gone_fd = -1;
static size_t gone_len;

static struct sigaction before;
static bool handling;
static bool warned;

/* ---------------------------------------------------------------- in signals */

static bool
region_replace(uintptr_t addr, size_t len)
{
	/* one step: no other thread finds nothing there, or half of it */
	return mmap((void *)addr, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_FIXED,
		    gone_fd, 0) != MAP_FAILED;
}

/* The region of the i-th queue that addr is in; false if it is in none. */
static bool
region_find(unsigned int i, uintptr_t at, uintptr_t *start, size_t *len)
{
	for (unsigned int r = 0; r < UACCE_REGION_NB; r++) {
		/* acquire: pairs with the release in uacce_guard_region() */
		*start = __atomic_load_n(&guards[i].region[r].addr, __ATOMIC_ACQUIRE);
		if (*start == 0)
			continue;
		*len = __atomic_load_n(&guards[i].region[r].len, __ATOMIC_ACQUIRE);
		/* of this region, not of one that came meanwhile */
		if (at - *start < *len &&
		    __atomic_load_n(&guards[i].region[r].addr, __ATOMIC_RELAXED) == *start)
			return true;
	}
	return false;
}

bool
uacce_sigbus(const void *addr)
{
	uintptr_t start;
	size_t len;

	for (unsigned int i = 0; i < RTE_DIM(guards); i++)
		if (region_find(i, (uintptr_t)addr, &start, &len))
			return region_replace(start, len);
	return false;
}

/* Does the access not happen again when the handler returns? */
static bool
was_sent(const siginfo_t *info)
{
	return info->si_code <= 0 || info->si_code == BUS_MCEERR_AO;
}

/* As if we had never been there. */
static void
pass_on(int sig, siginfo_t *info, void *context)
{
	struct sigaction sa = before;

	if (sa.sa_flags & SA_RESETHAND) {
		before.sa_flags = 0;
		before.sa_handler = SIG_DFL;
	}
	if (sa.sa_flags & SA_SIGINFO) {
		sa.sa_sigaction(sig, info, context);
	} else if (sa.sa_handler != SIG_DFL && sa.sa_handler != SIG_IGN) {
		sa.sa_handler(sig);
	} else if (!was_sent(info) || sa.sa_handler == SIG_DFL) {
		sigaction(SIGBUS, &sa, NULL);
		if (was_sent(info))
			raise(sig);
	}
}

static void
on_sigbus(int sig, siginfo_t *info, void *context)
{
	int err = errno;

	if (was_sent(info) || !uacce_sigbus(info->si_addr))
		pass_on(sig, info, context);
	errno = err;
}

/* ------------------------------------------------------------------- handler */

static bool
is_ours(const struct sigaction *sa)
{
	return (sa->sa_flags & SA_SIGINFO) != 0 && sa->sa_sigaction == on_sigbus;
}

static bool
is_default(const struct sigaction *sa)
{
	return (sa->sa_flags & SA_SIGINFO) == 0 && sa->sa_handler == SIG_DFL;
}

/*
 * Ours goes in front of what is there. It can't know what one that came later does: if
 * that calls ours, and ours that, there is no end. The default calls nobody.
 */
static int
handler_install(void)
{
	/* no other flag: EAL, if it comes later, passes on to handlers of this one alone */
	struct sigaction ours = { .sa_sigaction = on_sigbus, .sa_flags = SA_SIGINFO };
	struct sigaction now;

	if (sigaction(SIGBUS, NULL, &now) != 0)
		return -errno;
	if (handling && !is_default(&now)) {
		if (!is_ours(&now) && !warned)
			UACCE_LOG(WARNING, "SIGBUS has another handler by now: to survive a "
				"device's removal it must call rte_pmd_uacce_zip_sigbus()");
		warned |= !is_ours(&now);
		return 0;
	}
	before = now;
	ours.sa_mask = now.sa_mask;
	if (sigaction(SIGBUS, &ours, NULL) != 0)
		return -errno;
	handling = true;
	return 0;
}

static void
handler_remove(void)
{
	struct sigaction now;

	if (!handling || sigaction(SIGBUS, NULL, &now) != 0)
		return;
	/* one that came later may have kept the address of ours */
	if (!is_ours(&now))
		return;
	sigaction(SIGBUS, &before, NULL);
	handling = false;
}

/* ---------------------------------------------------------------------- fork */

static void
fork_prepare(void)
{
	pthread_mutex_lock(&lock);
}

static void
fork_parent(void)
{
	pthread_mutex_unlock(&lock);
}

static void
fork_child(void)
{
	for (unsigned int i = 0; i < RTE_DIM(guards); i++)
		if (guards[i].used)
			close(guards[i].fd);
	memset(guards, 0, sizeof(guards));
	nb_used = 0;
	handler_remove();
	pthread_mutex_unlock(&lock);
}

/* ------------------------------------------------------------------- entries */

static int
gone_grow(size_t len)
{
	uint8_t ones[4096];

	memset(ones, UINT8_MAX, sizeof(ones));
	if (gone_fd < 0)
		gone_fd = memfd_create("uacce-gone", MFD_CLOEXEC);
	if (gone_fd < 0)
		return -errno;
	for (; gone_len < len; gone_len += sizeof(ones))
		if (pwrite(gone_fd, ones, sizeof(ones), gone_len) != sizeof(ones))
			return -ENOSPC;
	return 0;
}

static int
guard_ready(void)
{
	int ret = 0;

	if (!handles_fork) {
		ret = -pthread_atfork(fork_prepare, fork_parent, fork_child);
		handles_fork = ret == 0;
	}
	return ret != 0 ? ret : handler_install();
}

/* With the lock: no child is forked that has a descriptor but does not know of it. */
static int
guard_open(const char *path, struct uacce_guard **g)
{
	unsigned int i = 0;
	int ret = guard_ready();

	if (ret != 0)
		return ret;
	while (i < RTE_DIM(guards) && guards[i].used)
		i++;
	if (i == RTE_DIM(guards))
		return -EMFILE;
	ret = open(path, O_RDWR | O_CLOEXEC);
	if (ret < 0)
		ret = -errno;
	else
		guards[i] = (struct uacce_guard){ .fd = ret, .used = true };
	*g = ret >= 0 ? &guards[i] : NULL;
	nb_used += ret >= 0;
	if (nb_used == 0)
		handler_remove();
	return ret;
}

int
uacce_guard_open(const char *path, struct uacce_guard **g)
{
	int ret;

	pthread_mutex_lock(&lock);
	ret = guard_open(path, g);
	pthread_mutex_unlock(&lock);
	return ret;
}

int
uacce_guard_close(struct uacce_guard *g)
{
	int ret;

	pthread_mutex_lock(&lock);
	ret = close(g->fd) == 0 ? 0 : -errno;
	g->used = false;
	if (--nb_used == 0)
		handler_remove();
	pthread_mutex_unlock(&lock);
	return ret;
}

int
uacce_guard_region(struct uacce_guard *g, unsigned int region, void *addr, size_t len)
{
	int ret = 0;

	pthread_mutex_lock(&lock);
	if (addr != NULL)
		ret = gone_grow(len);
	if (ret == 0) {
		/* not len first: the handler may look at any time */
		__atomic_store_n(&g->region[region].addr, 0, __ATOMIC_RELEASE);
		__atomic_store_n(&g->region[region].len, len, __ATOMIC_RELAXED);
		__atomic_store_n(&g->region[region].addr, (uintptr_t)addr, __ATOMIC_RELEASE);
	}
	pthread_mutex_unlock(&lock);
	return ret;
}
