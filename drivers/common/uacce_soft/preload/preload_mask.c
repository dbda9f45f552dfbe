/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/*
 * Masks of signals: SIGSEGV is taken out of those that a program sets, since a doorbell
 * must come through, whatever is blocked.
 */

#include <sys/epoll.h>
#include <sys/select.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "preload.h"
#include "preload_next.h"

const sigset_t *
pl_mask(const sigset_t *set, sigset_t *mine)
{
	if (set == NULL || sigismember(set, SIGSEGV) != 1)
		return set;
	*mine = *set;
	sigdelset(mine, SIGSEGV);
	return mine;
}

/* What was blocked in its place does not go by itself. */
static int
unblock(int rc, const sigset_t *set)
{
	uint64_t bit = PL_SIG_BIT(PL_STANDS_FOR_SEGV);

	if (rc == 0 && set != NULL && sigismember(set, SIGSEGV) == 1)
		syscall(SYS_rt_sigprocmask, SIG_UNBLOCK, &bit, NULL, sizeof(bit));
	return rc;
}

int
sigprocmask(int how, const sigset_t *restrict set, sigset_t *restrict old)
{
	sigset_t mine;

	if (how == SIG_UNBLOCK)
		return unblock(NEXT(sigprocmask)(how, set, old), set);
	return NEXT(sigprocmask)(how, pl_mask(set, &mine), old);
}

int
pthread_sigmask(int how, const sigset_t *restrict set, sigset_t *restrict old)
{
	sigset_t mine;

	if (how == SIG_UNBLOCK)
		return unblock(NEXT(pthread_sigmask)(how, set, old), set);
	return NEXT(pthread_sigmask)(how, pl_mask(set, &mine), old);
}

int
pthread_attr_setsigmask_np(pthread_attr_t *attr, const sigset_t *set)
{
	sigset_t mine;

	return NEXT(pthread_attr_setsigmask_np)(attr, pl_mask(set, &mine));
}

int
sigsuspend(const sigset_t *set)
{
	sigset_t mine;

	return NEXT(sigsuspend)(pl_mask(set, &mine));
}

int
pselect(int nb, fd_set *restrict in, fd_set *restrict out, fd_set *restrict except,
	const struct timespec *restrict timeout, const sigset_t *restrict set)
{
	sigset_t mine;

	return NEXT(pselect)(nb, in, out, except, timeout, pl_mask(set, &mine));
}

int
epoll_pwait(int fd, struct epoll_event *events, int nb, int timeout, const sigset_t *set)
{
	sigset_t mine;

	return NEXT(epoll_pwait)(fd, events, nb, timeout, pl_mask(set, &mine));
}

int
sighold(int sig)
{
	sigset_t set;

	sigemptyset(&set);
	return sigaddset(&set, sig) == 0 ? sigprocmask(SIG_BLOCK, &set, NULL) : -1;
}
