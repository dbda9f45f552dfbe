/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

#ifndef UACCE_SOFT_PRELOAD_H
#define UACCE_SOFT_PRELOAD_H

/**
 * @file
 * What a test can ask of libuacce_soft_preload.so while it runs; to be found with
 * dlsym(RTLD_DEFAULT, ...), so that the test itself also runs on real devices.
 *
 * Devices are named by their number, the N of hisi_zip-N. All functions return 0 or a
 * negative errno (-ENODEV: no such device).
 */

#include <stdint.h>

/** Arm faults; for the grammar see uacce_soft_fault() in uacce_soft.h. */
int
uacce_soft_preload_fault(unsigned int dev, const char *spec);

/** The device goes, as when its driver is unbound while in use (datasheet 1.9). */
int
uacce_soft_preload_unplug(unsigned int dev);

/** It comes back. */
int
uacce_soft_preload_plug(unsigned int dev);

/** Set the stop words of all queues of a device (datasheet 2.8). */
int
uacce_soft_preload_stop_words(unsigned int dev, uint32_t tx, uint32_t rx);

/** What the attribute of that name shows. */
int
uacce_soft_preload_isolate(unsigned int dev, unsigned int isolated);

/** What a queue has seen since it was opened. */
struct uacce_soft_preload_stats {
	uint64_t requests;	/**< executed */
	uint64_t completions;	/**< CQEs posted */
	uint64_t doorbells;	/**< stores to the doorbell that were no mistake */
	uint64_t mistakes;	/**< of the client, of any kind */
};

/** Counters of an open queue. @return also -EBADF: not a queue of this process. */
int
uacce_soft_preload_stats(int fd, struct uacce_soft_preload_stats *stats);

#endif /* UACCE_SOFT_PRELOAD_H */
