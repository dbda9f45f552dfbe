/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

#ifndef UACCE_GUARD_H
#define UACCE_GUARD_H

/**
 * @file
 * What this process holds of the kernel's queues, so that it outlives their removal and
 * does not leak into its children; private to this folder.
 *
 * Touching a mapping of a device that was removed raises SIGBUS. The handler of this
 * file then puts memory in its place whose bits are all set: stop words that say so, no
 * completion that names a slot, no answer that is a success. Faults elsewhere go to the
 * handler that was there before.
 *
 * A child of fork() must not keep a queue alive that its parent closes: its copies of the
 * descriptors are closed at once. (The mappings are not inherited, datasheet 1.6.)
 */

#include <stddef.h>

#define UACCE_GUARD_MAX	2048	/**< queues that a process may have open */

struct uacce_guard;

/**
 * Open a device node.
 *
 * @param g
 *   What the other functions take, or NULL.
 * @return
 *   The descriptor, or negative errno.
 */
int
uacce_guard_open(const char *path, struct uacce_guard **g);

/**
 * Close it. Linux has released the descriptor whatever this returns.
 *
 * @return
 *   0, or negative errno.
 */
int
uacce_guard_close(struct uacce_guard *g);

/**
 * Guard a region that was mapped; addr NULL: not any more, before it is unmapped. Nobody
 * touches it meanwhile.
 *
 * @return
 *   0, or negative errno.
 */
int
uacce_guard_region(struct uacce_guard *g, unsigned int region, void *addr, size_t len);

#endif /* UACCE_GUARD_H */
