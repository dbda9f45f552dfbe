/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/*
 * poll() of a queue, as the kernel has it (datasheet 1.7): readable if there are CQEs
 * that no poll() has seen; one that sleeps is woken by the CQE that a CQ doorbell with
 * the priority bit, or the start of the queue, asked for.
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <hisi_qm_hw.h>
#include <hisi_zip_hw.h>

#include "preload.h"
#include "preload_next.h"

#define LOOK_MIN_NS	20000	/* between two looks at the CQ */
#define LOOK_MAX_NS	500000
#define NS		1000000000ll

void
pl_poll_start(struct pl_file *f)
{
	f->poll_head = 0;
	f->poll_phase = 1;
	atomic_store(&f->arm, PL_ARMED);
}

void
pl_poll_doorbell(struct pl_file *f, uint64_t value)
{
	uint32_t index = (value >> HISI_QM_DB_INDEX_SHIFT) & HISI_QM_DB_INDEX_MASK;

	if (((value >> HISI_QM_DB_CMD_SHIFT) & HISI_QM_DB_CMD_MASK) != HISI_QM_DB_CMD_CQ)
		return;
	atomic_store(&f->arm, (value >> HISI_QM_DB_PRIO_SHIFT) & 1 ? PL_ARMED | index : 0);
}

/* Are there new CQEs? They are not, afterwards. */
static bool
cq_advance(struct pl_file *f)
{
	const uint8_t *cq = (const uint8_t *)f->map[UACCE_REGION_DUS].dev +
		(size_t)f->sq_depth * HISI_ZIP_SQE_SIZE;
	bool any = false;

	for (uint32_t i = 0; i < f->cq_depth; i++) {
		uint64_t w = atomic_load_explicit((_Atomic uint64_t *)(uintptr_t)(cq +
			f->poll_head * sizeof(struct hisi_qm_cqe) + HISI_QM_CQE_WORD),
			memory_order_acquire);
		unsigned int armed = PL_ARMED | f->poll_head;

		if (HISI_QM_CQE_PHASE(w) != f->poll_phase)
			break;
		any = true;
		/* this is the one whose event was asked for */
		atomic_compare_exchange_strong(&f->arm, &armed, 0);
		f->poll_head = f->poll_head + 1 == f->cq_depth ? 0 : f->poll_head + 1;
		f->poll_phase ^= f->poll_head == 0;
	}
	return any;
}

/* Look at our descriptors; how many are readable? */
static int
look(struct pollfd *fds, nfds_t nb, bool first)
{
	sigset_t mask;
	int n = 0;

	pl_lock(&mask);
	for (nfds_t i = 0; i < nb; i++) {
		struct pl_file *f = pl_file_find(fds[i].fd);

		if (f == NULL)
			continue;
		fds[i].revents = 0;
		if (f->zombie || f->foreign || !(fds[i].events & (POLLIN | POLLRDNORM)))
			continue;
		/* a sleeper looks when it is woken only */
		if (!first && !(atomic_load(&f->arm) & PL_ARMED))
			continue;
		if (cq_advance(f)) {
			fds[i].revents = fds[i].events & (POLLIN | POLLRDNORM);
			n++;
		}
	}
	pl_unlock(&mask);
	return n;
}

/* Negative numbers are passed over by the kernel; 0 needs the complement. */
static void
hide(struct pollfd *to, const struct pollfd *from, nfds_t nb)
{
	sigset_t mask;

	pl_lock(&mask);
	for (nfds_t i = 0; i < nb; i++) {
		to[i] = from[i];
		if (pl_file_find(from[i].fd) != NULL)
			to[i].fd = ~from[i].fd;
	}
	pl_unlock(&mask);
}

static int64_t
now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * NS + ts.tv_nsec;
}

/*
 * The others' events for so long; ours in between. Signals are blocked but in ppoll(), so
 * that each one ends it.
 */
static int
wait_all(struct pollfd *fds, struct pollfd *others, nfds_t nb, int64_t end,
	 const sigset_t *mask)
{
	int64_t nap = LOOK_MIN_NS;
	bool first = true;
	int n, m;

	for (;;) {
		int64_t left = end < 0 ? INT64_MAX : end - now();
		struct timespec ts;

		n = look(fds, nb, first);
		if (n != 0 || left < 0)
			left = 0;
		if (left > nap)
			left = nap;
		ts.tv_sec = left / NS;
		ts.tv_nsec = left % NS;
		m = NEXT(ppoll)(others, nb, &ts, mask);
		if (m < 0)
			return n != 0 ? n : -1;
		if (m + n > 0 || (end >= 0 && now() >= end))
			break;
		first = false;
		nap = nap * 2 > LOOK_MAX_NS ? LOOK_MAX_NS : nap * 2;
	}
	/* those that were hidden keep what look() found */
	for (nfds_t i = 0; i < nb; i++)
		if (others[i].fd == fds[i].fd)
			fds[i].revents = others[i].revents;
	return m + n;
}

/* not const: poll() is declared as if it did not read */
static bool
any_ours(struct pollfd *fds, nfds_t nb)
{
	bool any = false;
	sigset_t mask;
	char byte;

	/* an address that is none is the kernel's to refuse */
	if (atomic_load(&pl.nb_files) == 0 || pl_copy_user(&byte, fds, sizeof(byte), true) != 0)
		return false;
	for (nfds_t i = 0; i < nb && !any; i++) {
		if (!pl_file_maybe(fds[i].fd))
			continue;
		pl_lock(&mask);
		any = pl_file_find(fds[i].fd) != NULL;
		pl_unlock(&mask);
	}
	return any;
}

static int
poll_ours(struct pollfd *fds, nfds_t nb, int64_t timeout, const sigset_t *mask)
{
	struct pollfd *others = malloc(nb * sizeof(*others));
	int err = errno;
	sigset_t all, old;
	int n;

	if (others == NULL)
		return pl_fail(ENOMEM);
	sigfillset(&all);
	pl_set_mask(&all, &old);
	hide(others, fds, nb);
	n = wait_all(fds, others, nb, timeout < 0 ? -1 : now() + timeout,
		     mask != NULL ? mask : &old);
	if (n < 0)
		err = errno;
	pl_set_mask(&old, NULL);
	free(others);
	errno = err;
	return n;
}

/* ------------------------------------------------------------ what is interposed */

int
poll(struct pollfd *fds, nfds_t nb, int timeout)
{
	if (!any_ours(fds, nb))
		return NEXT(poll)(fds, nb, timeout);
	return poll_ours(fds, nb, timeout < 0 ? -1 : timeout * 1000000ll, NULL);
}

int
ppoll(struct pollfd *fds, nfds_t nb, const struct timespec *timeout, const sigset_t *mask)
{
	sigset_t mine;

	mask = pl_mask(mask, &mine);
	if (!any_ours(fds, nb))
		return NEXT(ppoll)(fds, nb, timeout, mask);
	return poll_ours(fds, nb, timeout == NULL ? -1 :
			 timeout->tv_sec * NS + timeout->tv_nsec, mask);
}

int
__poll_chk(struct pollfd *fds, nfds_t nb, int timeout, size_t len)
{
	if (len / sizeof(*fds) < nb)
		abort();
	return poll(fds, nb, timeout);
}

int
__ppoll_chk(struct pollfd *fds, nfds_t nb, const struct timespec *timeout,
	    const sigset_t *mask, size_t len)
{
	if (len / sizeof(*fds) < nb)
		abort();
	return ppoll(fds, nb, timeout, mask);
}
