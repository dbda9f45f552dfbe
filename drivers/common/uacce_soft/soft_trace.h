/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

#ifndef SOFT_TRACE_H
#define SOFT_TRACE_H

/**
 * @file
 * Writing down what client and device say to each other. Off, each of these costs one
 * branch.
 */

#include "soft_priv.h"
#include "uacce_soft_trace.h"

/**
 * @param path
 *   A new file, or one that traces are appended to.
 * @return
 *   0 or negative errno (-EINVAL: it is there and is no whole trace).
 */
int
soft_trace_open(struct uacce_soft *dev, const char *path);

void
soft_trace_close(struct uacce_soft *dev);

void
soft_trace_write(const struct uacce_soft_queue *q, enum uacce_soft_trace_kind kind,
		 uint32_t index, uint64_t addr, const void *data, size_t len);

/** The lists of a request as the device is about to walk them, so far and no farther. */
void
soft_trace_write_lists(const struct uacce_soft_queue *q, uint32_t slot, bool dst,
		       uint64_t addr, uint32_t skip, uint32_t len);

/** After the write-back of all but the status. */
void
soft_trace_write_done(const struct uacce_soft_queue *q, uint32_t slot, uint32_t status);

static inline bool
soft_tracing(const struct uacce_soft_queue *q)
{
	return __builtin_expect(q->dev->trace != NULL, 0);
}

static inline void
soft_trace(const struct uacce_soft_queue *q, enum uacce_soft_trace_kind kind,
	   uint32_t index, uint64_t addr, const void *data, size_t len)
{
	if (soft_tracing(q))
		soft_trace_write(q, kind, index, addr, data, len);
}

static inline void
soft_trace_lists(const struct uacce_soft_queue *q, uint32_t slot, bool dst,
		 uint64_t addr, uint32_t skip, uint32_t len)
{
	if (soft_tracing(q))
		soft_trace_write_lists(q, slot, dst, addr, skip, len);
}

static inline void
soft_trace_done(const struct uacce_soft_queue *q, uint32_t slot, uint32_t status)
{
	if (soft_tracing(q))
		soft_trace_write_done(q, slot, status);
}

#endif /* SOFT_TRACE_H */
