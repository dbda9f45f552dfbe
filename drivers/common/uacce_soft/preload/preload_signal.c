/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/*
 * Doorbells as faults, and SIGSEGV as the program is to see it.
 *
 * The doorbell's page is mapped without access. The handler takes no lock of this
 * library, allocates nothing and calls nothing but uacce_soft_mmio_write(), which takes
 * one mutex, to wake an engine thread that sleeps. That one cannot deadlock: all signals
 * are blocked in the handler, and wherever else this library comes to that mutex, so no
 * thread that holds it runs a program's code.
 */

#include <errno.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <hisi_qm_hw.h>

#include "preload.h"
#include "preload_next.h"

#define ACTIONS		16	/* a reader is not overtaken by so many changes */

/* What the program wants to happen; written with the lock held. */
static struct sigaction actions[ACTIONS];
static atomic_uint action_now;
static atomic_bool armed;

static struct pl_file *
window_of(uintptr_t addr)
{
	unsigned int end = atomic_load_explicit(&pl.files_end, memory_order_acquire);

	for (unsigned int i = 0; i < end; i++) {
		struct pl_file *f = &pl.files[i];
		/* acquire: the rest of the window was written before */
		uintptr_t win = atomic_load_explicit(&f->win, memory_order_acquire);

		if (win != 0 && addr - win <
		    atomic_load_explicit(&f->win_len, memory_order_relaxed))
			return f;
	}
	return NULL;
}

static void
doorbell(struct pl_file *f, uint32_t offset, unsigned int len, uint64_t value)
{
	struct pl_dev *d = f->dev;
	uint64_t n = atomic_fetch_add_explicit(&d->doorbells, 1, memory_order_relaxed) + 1;

	/* the register has 64 bits: less of it is no doorbell */
	if (len != sizeof(value))
		offset |= 1;
	if (offset == HISI_QM_DB_OFFSET)
		pl_poll_doorbell(f, value);
	uacce_soft_mmio_write(f->q, offset, value);
	if (n == d->unplug_after)
		pl_service_wake();
}

/* From a handler. */
static void
say(const char *text)
{
	static const char name[] = "uacce_soft_preload: ";
	ssize_t n;

	n = write(STDERR_FILENO, name, sizeof(name) - 1);
	if (n > 0)
		n = write(STDERR_FILENO, text, strlen(text));
	(void)n;
}

/* False: not a doorbell. */
static bool
access_window(uintptr_t addr, void *context)
{
	struct pl_file *f = window_of(addr);
	uint64_t value = 0;
	int len;

	if (f == NULL)
		return false;
	/* the pages are being taken away: again, for the kernel's answer */
	if (atomic_load_explicit(&f->win_dead, memory_order_acquire))
		return true;
	len = pl_store_decode(context, &value);
	if (len < 0) {
		say("an access to the doorbell page is not understood\n");
		return false;
	}
	if (len > 0)
		doorbell(f, (uint32_t)(addr - atomic_load(&f->win)), (unsigned int)len, value);
	return true;
}

static void
default_action(int sig, const siginfo_t *info)
{
	struct sigaction dfl = { .sa_handler = SIG_DFL };

	NEXT(sigaction)(sig, &dfl, NULL);
	/* a fault comes again by itself */
	if (info->si_code <= 0)
		syscall(SYS_tgkill, getpid(), syscall(SYS_gettid), sig);
}

/* An engine's fault is not for the program to handle. */
static bool
is_engine(void)
{
	char name[16] = "";

	prctl(PR_GET_NAME, name);
	if (strcmp(name, "uacce-engine") != 0)
		return false;
	say("the engine was given an address where no memory is\n");
	return true;
}

/* The fault is the program's. */
static void
program_action(int sig, siginfo_t *info, void *context)
{
	struct sigaction sa = actions[atomic_load_explicit(&action_now,
							   memory_order_acquire) % ACTIONS];
	const ucontext_t *uc = context;
	uint64_t mask, more;

	memcpy(&mask, &uc->uc_sigmask, sizeof(mask));
	memcpy(&more, &sa.sa_mask, sizeof(more));
	if (sa.sa_handler == SIG_IGN && info->si_code <= 0)
		return;
	if (is_engine() || sa.sa_handler == SIG_DFL || sa.sa_handler == SIG_IGN ||
	    (info->si_code > 0 && (mask & PL_SIG_BIT(PL_STANDS_FOR_SEGV)))) {
		default_action(sig, info);
		return;
	}
	if (sa.sa_flags & SA_RESETHAND) {
		struct sigaction dfl = { .sa_handler = SIG_DFL };

		sigaction(sig, &dfl, NULL);
	}
	mask |= more & ~PL_SIG_BIT(SIGSEGV);
	if (!(sa.sa_flags & SA_NODEFER))
		mask |= PL_SIG_BIT(PL_STANDS_FOR_SEGV);
	syscall(SYS_rt_sigprocmask, SIG_SETMASK, &mask, NULL, sizeof(mask));
	if (sa.sa_flags & SA_SIGINFO)
		sa.sa_sigaction(sig, info, context);
	else
		sa.sa_handler(sig);
}

static void
on_fault(int sig, siginfo_t *info, void *context)
{
	int err = errno;

	if (info->si_code <= 0 || !access_window((uintptr_t)info->si_addr, context))
		program_action(sig, info, context);
	errno = err;
}

void
pl_signal_arm(void)
{
	struct sigaction sa = { .sa_sigaction = on_fault };
	uint64_t set = PL_SIG_BIT(SIGSEGV);

	if (!atomic_load(&armed)) {
		/* the stack as the program's own handler may need it */
		sa.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESTART;
		sigfillset(&sa.sa_mask);
		sigdelset(&sa.sa_mask, SIGSEGV);
		sa.sa_flags |= SA_NODEFER;
		NEXT(sigaction)(SIGSEGV, NULL, &actions[0]);
		atomic_store(&armed, true);
		NEXT(sigaction)(SIGSEGV, &sa, NULL);
	}
	/* this thread may have inherited a mask */
	syscall(SYS_rt_sigprocmask, SIG_UNBLOCK, &set, NULL, sizeof(set));
}

/* ------------------------------------------------------------ what is interposed */

int
sigaction(int sig, const struct sigaction *restrict act, struct sigaction *restrict old)
{
	struct sigaction mine, was;
	unsigned int now;
	sigset_t mask;

	if (act != NULL) {
		mine = *act;
		/* a handler of another signal may ring a doorbell */
		sigdelset(&mine.sa_mask, SIGSEGV);
	}
	if (sig != SIGSEGV || !atomic_load(&armed))
		return NEXT(sigaction)(sig, act != NULL ? &mine : NULL, old);
	pl_lock(&mask);
	now = atomic_load(&action_now);
	was = actions[now % ACTIONS];
	if (act != NULL) {
		actions[(now + 1) % ACTIONS] = mine;
		atomic_store_explicit(&action_now, now + 1, memory_order_release);
	}
	pl_unlock(&mask);
	if (old != NULL)
		*old = was;
	return 0;
}

static sighandler_t
set_handler(int sig, sighandler_t handler, int flags)
{
	struct sigaction sa = { .sa_handler = handler, .sa_flags = flags };
	struct sigaction old;

	if (!(flags & SA_NODEFER))
		sigaddset(&sa.sa_mask, sig);
	return sigaction(sig, &sa, &old) == 0 ? old.sa_handler : SIG_ERR;
}

sighandler_t
signal(int sig, sighandler_t handler)
{
	return sig == SIGSEGV ? set_handler(sig, handler, SA_RESTART) :
		NEXT(signal)(sig, handler);
}

sighandler_t
bsd_signal(int sig, sighandler_t handler)
{
	return signal(sig, handler);
}

sighandler_t
ssignal(int sig, sighandler_t handler)
{
	return signal(sig, handler);
}

sighandler_t
sysv_signal(int sig, sighandler_t handler)
{
	return sig == SIGSEGV ? set_handler(sig, handler, SA_RESETHAND | SA_NODEFER) :
		NEXT(sysv_signal)(sig, handler);
}

sighandler_t
__sysv_signal(int sig, sighandler_t handler)
{
	return sysv_signal(sig, handler);
}
