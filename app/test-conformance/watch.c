/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "runner.h"

#define EXIT_WATCH	3

static char current[1200];
static const char *command;
static unsigned int period;	/* seconds */
static unsigned int progress;
static unsigned int seen;	/* of it, at the last alarm */

void
conf_watch_progress(void)
{
	__atomic_fetch_add(&progress, 1, __ATOMIC_RELAXED);
}

static void
put(const char *text)
{
	size_t left = strlen(text);

	while (left != 0) {
		ssize_t n = write(STDOUT_FILENO, text, left);

		if (n <= 0)
			return;
		text += n;
		left -= n;
	}
}

/* Nothing but async-signal-safe calls, and no way back into the driver. */
static void
on_signal(int sig)
{
	unsigned int now = __atomic_load_n(&progress, __ATOMIC_RELAXED);

	if (sig == SIGALRM && now != seen) {
		seen = now;
		alarm(period);
		return;
	}
	put(sig == SIGALRM ? "\nHANG: a call into the driver does not return\n" :
	    "\nCRASH: ");
	put(sig == SIGSEGV ? "SIGSEGV\n" : sig == SIGBUS ? "SIGBUS\n" :
	    sig == SIGFPE ? "SIGFPE\n" : sig == SIGILL ? "SIGILL\n" :
	    sig == SIGABRT ? "SIGABRT\n" : "");
	put("  reproduce (not shrunk): ");
	put(command);
	put(" --case ");
	put(current);
	put("\n");
	if (sig == SIGALRM)
		_exit(EXIT_WATCH);
	/* the handler was for one time: the core, and the status, are the signal's */
	raise(sig);
}

void
runner_watch(const struct runner *r)
{
	static const int signals[] = {
		SIGALRM, SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT,
	};
	struct sigaction action = { .sa_handler = on_signal };

	command = r->command;
	for (unsigned int i = 0; i < RTE_DIM(signals); i++) {
		action.sa_flags = signals[i] == SIGALRM ? SA_RESTART : (int)SA_RESETHAND;
		sigaction(signals[i], &action, NULL);
	}
	period = 10 + 4 * r->dev->timeout_s;
}

void
watch_case(const struct conf_area *area, const struct conf_params *p)
{
	conf_params_print(area, p, current, sizeof(current));
	/* well beyond what an op may take by itself */
	seen = __atomic_load_n(&progress, __ATOMIC_RELAXED);
	alarm(period);
}

void
watch_end(void)
{
	alarm(0);
	snprintf(current, sizeof(current), "(between cases)");
}
