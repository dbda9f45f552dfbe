/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/*
 * Queues of the kernel's character devices (datasheet 1.4 to 1.6).
 *
 * Order and state are the business of uacce_queue.c; this file turns each step
 * into its one system call and keeps the errno of it.
 */

#include <assert.h>
#include <errno.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <rte_common.h>

#include "uacce.h"
#include "uacce_guard.h"

static_assert(UACCE_CMD_START_Q == 0x5700, "START_Q differs from the kernel's");
static_assert(UACCE_CMD_PUT_Q == 0x5701, "PUT_Q differs from the kernel's");
static_assert(UACCE_REGION_MMIO == 0 && UACCE_REGION_DUS == 1,
	"region numbers are file offsets in pages");

/*
 * A process that takes a signal in each of this many calls has a timer shorter
 * than the call; trying for ever would hang it.
 */
#define EINTR_TRIES	16

static int
kernel_open(struct uacce_queue *q)
{
	struct uacce_guard *guard = NULL;
	int fd = -EINTR;

	for (unsigned int i = 0; i < EINTR_TRIES && fd == -EINTR; i++)
		fd = uacce_guard_open(q->dev->node, &guard);
	if (fd < 0)
		return fd;
	q->guard = guard;
	q->fd = fd;
	return 0;
}

static int
kernel_ioctl(struct uacce_queue *q, unsigned long cmd, void *arg)
{
	/*
	 * All commands may be given again but one: an interrupted START leaves
	 * open whether the queue runs, and it must not be started twice.
	 */
	unsigned int tries = cmd == UACCE_CMD_START_Q ? 1 : EINTR_TRIES;
	unsigned int i;
	int err = EINTR;

	for (i = 0; i < tries && err == EINTR; i++) {
		/* drivers may return more than 0 (datasheet 1.12) */
		if (ioctl(q->fd, cmd, arg) >= 0)
			return 0;
		err = errno;
	}

	return -err;
}

static int
kernel_map(struct uacce_queue *q, enum uacce_region region, size_t len,
	   void **addr)
{
	off_t offset = (off_t)region * sysconf(_SC_PAGESIZE);
	void *p;
	int ret;

	p = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED, q->fd, offset);
	if (p == MAP_FAILED)
		return -errno;

	ret = uacce_guard_region(q->guard, region, p, len);
	if (ret != 0)
		munmap(p, len);
	else
		*addr = p;
	return ret;
}

static int
kernel_unmap(struct uacce_queue *q, enum uacce_region region, void *addr, size_t len)
{
	uacce_guard_region(q->guard, region, NULL, 0);
	return munmap(addr, len) == 0 ? 0 : -errno;
}

static int
kernel_close(struct uacce_queue *q)
{
	int ret = uacce_guard_close(q->guard);

	/* calling again could close one that another thread has just been given */
	return ret == -EINTR ? 0 : ret;
}

const struct uacce_queue_ops uacce_kernel_ops = {
	.name = "kernel",
	.open = kernel_open,
	.ioctl = kernel_ioctl,
	.map = kernel_map,
	.unmap = kernel_unmap,
	.close = kernel_close,
};
