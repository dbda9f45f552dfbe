/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/*
 * Tests of libuacce_soft_preload.so, to be run with it.
 * Usage: uacce-preload-test --list | CASE
 */

#include <dlfcn.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <uacce_soft_preload.h>

#include "client.h"

int (*pl_fault)(unsigned int dev, const char *spec);
int (*pl_unplug)(unsigned int dev);
int (*pl_plug)(unsigned int dev);
int (*pl_stop_words)(unsigned int dev, uint32_t tx, uint32_t rx);
int (*pl_isolate)(unsigned int dev, unsigned int isolated);
static int (*pl_stats)(int fd, struct uacce_soft_preload_stats *stats);

static const struct {
	const char *name;
	void (*fn)(void);
	const char *env[3];	/* what the library is to be told */
} cases[] = {
	{ "scan", test_scan, { "DEVICES=3", "FIRST=0" } },
	{ "paths", test_paths, { NULL } },
	{ "attributes", test_attributes, { "DEVICES=2", "NUMA=0,-1", "API=3,2" } },
	{ "ioctl", test_ioctl, { NULL } },
	{ "mmap", test_mmap, { NULL } },
	{ "open", test_open, { "QUEUES=3" } },
	{ "put", test_put, { NULL } },
	{ "put_ends", test_put_ends, { "PUT_ENDS=1" } },
	{ "fault", test_fault, { "FAULTS=status:any:1:1:1:0x0b" } },
	{ "data", test_data, { "DEPTH=64" } },
	{ "data_v2", test_data, { "DEPTH=64", "API=2" } },
	{ "data_threads", test_data, { "DEPTH=64", "THREADS=2" } },
	{ "children", test_children, { NULL } },
	{ "threads", test_threads, { "DEPTH=64", "INSTANT=1" } },
	{ "stores", test_stores, { "DEPTH=4" } },
	{ "narrow", test_narrow, { NULL } },
	{ "compare", test_compare, { NULL } },
	{ "handler", test_handler, { NULL } },
	{ "handler_stack", test_handler_stack, { NULL } },
	{ "handler_mask", test_handler_mask, { NULL } },
	{ "handler_default", test_handler_default, { NULL } },
	{ "handler_engine", test_handler_engine, { NULL } },
	{ "handler_ring", test_handler_ring, { NULL } },
	{ "handler_jump", test_handler_jump, { NULL } },
	{ "masks", test_masks, { NULL } },
	{ "sighold", test_sighold, { NULL } },
	{ "fork", test_fork, { NULL } },
	{ "fork_ioctl", test_fork_ioctl, { NULL } },
	{ "release", test_release, { NULL } },
	{ "release_busy", test_release_busy, { "QUEUES=1" } },
	{ "unplug", test_unplug, { NULL } },
	{ "unplug_after", test_unplug_after, { "UNPLUG_AFTER=100" } },
	{ "unplug_busy", test_unplug_busy, { NULL } },
	{ "unplug_quiet", test_unplug_quiet, { NULL } },
	{ "unplug_full", test_unplug_full, { NULL } },
	{ "impossible", test_impossible, { "API=4" } },
	{ "control", test_control, { "CONTROL=" } },
	{ "control_name", test_control_name, { "CONTROL=" } },
	{ "control_full", test_control_full, { "CONTROL=" } },
	{ "children_control", test_children_control, { "CONTROL=" } },
	{ "stop", test_stop, { NULL } },
	{ "poll", test_poll, { NULL } },
	{ "poll_armed", test_poll_armed, { NULL } },
	{ "poll_errors", test_poll_errors, { NULL } },
	{ "early", test_early, { "DEVICES=2" } },
	{ "other_user", test_other_user, { NULL } },
	{ "umask", test_umask, { "DEVICES=16" } },
	{ "close_all", test_close_all, { NULL } },
	{ "small_stack", test_small_stack, { NULL } },
	{ "fresh", test_fresh, { NULL } },
	{ "files", test_files, { NULL } },
	{ "map_over", test_map_over, { NULL } },
	{ "mmio_size", test_mmio_size, { "API=2", "MMIO_SIZE=65536" } },
	{ "trace", test_trace, { "TRACE=" } },
};

#define NB_CASES	(sizeof(cases) / sizeof(cases[0]))

uint64_t
client_doorbells(const struct client *c)
{
	struct uacce_soft_preload_stats s;

	CHECK(pl_stats(c->fd, &s) == 0);
	CHECK(s.mistakes == 0);
	return s.doorbells;
}

uint64_t
client_mistakes(const struct client *c)
{
	struct uacce_soft_preload_stats s;

	CHECK(pl_stats(c->fd, &s) == 0);
	return s.mistakes;
}

static bool
find_functions(void)
{
	*(void **)&pl_fault = dlsym(RTLD_DEFAULT, "uacce_soft_preload_fault");
	*(void **)&pl_unplug = dlsym(RTLD_DEFAULT, "uacce_soft_preload_unplug");
	*(void **)&pl_plug = dlsym(RTLD_DEFAULT, "uacce_soft_preload_plug");
	*(void **)&pl_stop_words = dlsym(RTLD_DEFAULT, "uacce_soft_preload_stop_words");
	*(void **)&pl_isolate = dlsym(RTLD_DEFAULT, "uacce_soft_preload_isolate");
	*(void **)&pl_stats = dlsym(RTLD_DEFAULT, "uacce_soft_preload_stats");
	return pl_fault != NULL && pl_unplug != NULL && pl_plug != NULL &&
		pl_stop_words != NULL && pl_isolate != NULL && pl_stats != NULL;
}

/* The library reads its environment when it is loaded. */
static void
again_with(const char *const *env, char **argv)
{
	char name[64], value[64];

	for (unsigned int i = 0; i < 3 && env[i] != NULL; i++) {
		snprintf(name, sizeof(name), "UACCE_SOFT_%.*s", (int)strcspn(env[i], "="), env[i]);
		snprintf(value, sizeof(value), "%s", strchr(env[i], '=') + 1);
		/* a socket of its own */
		if (value[0] == '\0')
			snprintf(value, sizeof(value), "uacce-preload-test.%d", getpid());
		setenv(name, value, 1);
	}
	setenv(MARK, argv[1], 1);
	execv("/proc/self/exe", argv);
	printf("cannot be run again: %s\n", strerror(errno));
	exit(1);
}

int
main(int argc, char **argv)
{
	unsigned int i;

	if (argc != 2) {
		printf("Usage: %s --list | CASE\n", argv[0]);
		return 2;
	}
	if (strcmp(argv[1], "--list") == 0) {
		for (i = 0; i < NB_CASES; i++)
			puts(cases[i].name);
		return 0;
	}
	for (i = 0; i < NB_CASES && strcmp(argv[1], cases[i].name) != 0; i++)
		;
	if (i == NB_CASES || !find_functions()) {
		puts(i == NB_CASES ? "no such case" : "libuacce_soft_preload.so is not preloaded");
		return 2;
	}
	if (getenv(MARK) == NULL)
		again_with(cases[i].env, argv);
	cases[i].fn();
	puts("passed");
	return 0;
}
