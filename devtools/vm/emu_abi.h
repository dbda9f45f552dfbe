/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
 * Copyright(c) 2026 uacce_zip authors
 */

#ifndef EMU_ABI_H
#define EMU_ABI_H

/*
 * Between the module uacce_emu and the program that serves its queues. Queues are
 * counted over all devices: those of device n begin at n * queues.
 */

#include <linux/ioctl.h>
#include <linux/types.h>

enum emu_event_type {
	EMU_START,	/* value: direction; the indexes of the rings are 0 */
	EMU_STOP,	/* what was asked for before is done first; then EMU_STOPPED */
	EMU_STORE,	/* to MMIO */
};

/*
 * A life of a queue is what is between a start and the stop after it. No other begins
 * before the server has said EMU_STOPPED, nor is the queue given to another client.
 */
struct emu_life {
	__u32 queue;
	__u32 life;
};

/* What read() gives, in the order in which it happened. */
struct emu_event {
	__u32 type;
	__u32 queue;
	__u32 life;
	__u32 offset;	/* in MMIO */
	__u64 value;
	__u32 size;	/* bytes stored */
	__u32 pad;
};

struct emu_info {
	__u32 devices;
	__u32 queues;	/* of each device */
	__u32 api;
	__u32 depth;
	__u32 dus_size;	/* mmap() offset of a queue's DUS: queue * dus_size */
};

/* Between the server's memory and that of the client whose queue it is. */
struct emu_copy {
	__u32 queue;
	__u32 life;	/* ESTALE: that one is over */
	__u64 client;
	__u64 server;
	__u32 len;
	__u32 to_client;
};

#define EMU_INFO	_IOR('e', 0, struct emu_info)
#define EMU_COPY	_IOW('e', 1, struct emu_copy)
#define EMU_STOPPED	_IOW('e', 2, struct emu_life)
/* ESTALE, both: that life is over */
#define EMU_WAKE	_IOW('e', 3, struct emu_life)	/* for poll() */
#define EMU_ALIVE	_IOW('e', 4, struct emu_life)

#define EMU_COPY_MAX	(32u << 20)

#endif /* EMU_ABI_H */
