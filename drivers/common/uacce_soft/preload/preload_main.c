/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/*
 * Start, fork and end of a process, and what all of the library shares.
 */

#include <dlfcn.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "preload.h"
#include "preload_next.h"

struct pl_state pl = {
	.lock = PTHREAD_MUTEX_INITIALIZER,
	.wake_fd = -1,
};
struct pl_next pl_next;

static sigset_t fork_mask;

void
pl_next_resolve(void)
{
#define LOOKUP(name) *(void **)&pl_next.name = dlsym(RTLD_NEXT, #name);
	PL_NEXT_LIST(LOOKUP)
#undef LOOKUP
}

void
pl_set_mask(const sigset_t *set, sigset_t *old)
{
	syscall(SYS_rt_sigprocmask, SIG_SETMASK, set, old, sizeof(uint64_t));
}

void
pl_lock(sigset_t *old)
{
	sigset_t all;

	sigfillset(&all);
	pl_set_mask(&all, old);
	pthread_mutex_lock(&pl.lock);
}

void
pl_unlock(const sigset_t *old)
{
	int err = errno;

	pthread_mutex_unlock(&pl.lock);
	pl_set_mask(old, NULL);
	errno = err;
}

void
pl_message(const char *fmt, ...)
{
	char text[512];
	va_list ap;
	int n;

	n = snprintf(text, sizeof(text), "uacce_soft_preload: ");
	va_start(ap, fmt);
	vsnprintf(text + n, sizeof(text) - n - 1, fmt, ap);
	va_end(ap);
	strcat(text, "\n");
	if (write(STDERR_FILENO, text, strlen(text)) < 0)
		return;
}

int
pl_fail(int err)
{
	errno = err;
	return -1;
}

static void
fork_prepare(void)
{
	sigset_t mask;

	pl_lock(&mask);
	fork_mask = mask;
}

static void
fork_parent(void)
{
	sigset_t mask = fork_mask;

	pl_unlock(&mask);
}

/*
 * The child has the descriptors, but neither the mappings nor the threads: what it has
 * from its parent stays the parent's, and what it opens is its own.
 */
static void
fork_child(void)
{
	sigset_t mask = fork_mask;

	for (unsigned int i = 0; i < atomic_load(&pl.files_end); i++) {
		struct pl_file *f = &pl.files[i];

		atomic_store(&f->win, 0);
		if (!f->used)
			continue;
		f->foreign = true;
		f->q = NULL;
		NEXT(close)(f->peer);
		f->peer = -1;
	}
	atomic_store(&pl.nb_maps, 0);
	for (unsigned int i = 0; i < pl.nb_devs; i++)
		pl.devs[i].soft = NULL;
	pl_service_forget();
	pl.tree_len = 0;
	pl.pid = getpid();
	pthread_mutex_init(&pl.lock, NULL);
	pl_set_mask(&mask, NULL);
}

static void
start_once(void)
{
	pl_next_resolve();
	pl.pid = getpid();
	/* engines run where the process may, not where it pins one of its threads */
	sched_getaffinity(0, sizeof(pl.cpus), &pl.cpus);
	pl_conf_read();
	pthread_atfork(fork_prepare, fork_parent, fork_child);
}

void __attribute__((constructor))
pl_start(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, start_once);
}

static void __attribute__((destructor))
pl_end(void)
{
	sigset_t mask;

	pl_lock(&mask);
	pl.ended = true;
	pl_service_end();
	pl_tree_remove();
	pl_unlock(&mask);
}
