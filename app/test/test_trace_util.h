/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

#ifndef TEST_TRACE_UTIL_H
#define TEST_TRACE_UTIL_H

/**
 * @file
 * Traces of soft devices: a place for one, and what is in it.
 */

#include <stddef.h>

#include <uacce_soft_trace.h>

/** What was read. */
struct trace {
	struct uacce_soft_trace_record *r;
	size_t nb;
};

/** Make a directory of this test's own. @return a path in it, NULL if there is none. */
const char *
trace_path(void);

/** Remove the trace and its directory. */
void
trace_remove(void);

/** Read a whole trace. @return 0, -1 if it is not one (after saying why). */
int
trace_read(const char *path, struct trace *t);

/** Free what was read. */
void
trace_free(struct trace *t);

/** Index of the next record of a kind, from index `from` on; nb if there is none. */
size_t
trace_next(const struct trace *t, size_t from, enum uacce_soft_trace_kind kind);

/** How many records of a kind there are. */
size_t
trace_count(const struct trace *t, enum uacce_soft_trace_kind kind);

#endif /* TEST_TRACE_UTIL_H */
