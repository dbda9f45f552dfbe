/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/*
 * Clients that map, or unmap in part, while something else happens to the device.
 */

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "probe.h"

#define PAGE	4096u
#define LEN	65536

static uint8_t src[LEN], dst[1000][1024];

/* MMIO that is two mappings, with a hole between them. */
void
probe_part(void)
{
	struct client c;

	client_start(&c);
	/* not page 0 or 1: old kernels then free what is of the regions twice */
	munmap(c.mmio + 8 * PAGE, PAGE);
	close(c.fd);
	printf("mapped in part\n");
	fflush(stdout);
	pause();
}

/* What is left of MMIO rings; false: it does not. */
bool
probe_rest_rings(void)
{
	static uint8_t out[LEN];
	struct client c;
	int status;

	client_start(&c);
	munmap(c.mmio, PAGE);
	status = client_request(&c, src, LEN, out, LEN);
	/* the rest: addresses that are not mapped may be unmapped */
	client_close(&c);
	return status == HISI_ZIP_STATUS_OK || status == HISI_ZIP_STATUS_NEG_COMP;
}

static void *
map_always(void *arg)
{
	const struct client *c = arg;
	uint8_t *p;

	/* it is mapped already: all that this does is to take the locks */
	for (;;)
		client_map(c, UACCE_REGION_MMIO, PAGE, &p);
	return NULL;
}

void
probe_churn(unsigned int nb)
{
	static struct client c;
	pthread_t thread;

	client_start(&c);
	for (unsigned int i = 0; i < nb % 1000; i++)
		client_submit(&c, src, LEN, dst[i], sizeof(dst[i]));
	if (pthread_create(&thread, NULL, map_always, &c) != 0)
		exit(1);
	printf("mapping, in flight: %u\n", nb % 1000);
	fflush(stdout);
	pause();
}

/* A process that maps and unmaps its queue until it is ended, or its parent is. */
static pid_t
start_mapper(void)
{
	pid_t parent = getpid(), pid = fork();
	struct client c;

	if (pid != 0)
		return pid;
	while (getppid() == parent && client_open(&c) == 0) {
		if (client_map(&c, UACCE_REGION_MMIO, PAGE, &c.mmio) != 0)
			break;
		munmap(c.mmio, PAGE);
		close(c.fd);
	}
	_exit(1);
}

/* One rings while others map: a doorbell that finds no handler ends this process. */
int
probe_ring(unsigned int seconds)
{
	time_t end = time(NULL) + (time_t)seconds;
	pid_t pids[2] = { start_mapper(), start_mapper() };
	struct client c;
	int status, failed = 0;

	client_start(&c);
	while (time(NULL) < end)
		client_cq_doorbell(&c, false);
	client_close(&c);
	for (int i = 0; i < 2; i++) {
		kill(pids[i], SIGKILL);
		waitpid(pids[i], &status, 0);
		failed |= !WIFSIGNALED(status);
	}
	return failed;
}
