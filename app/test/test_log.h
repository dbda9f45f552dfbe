/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

#ifndef TEST_LOG_H
#define TEST_LOG_H

/**
 * @file
 * What was logged through rte_log(), for tests that check messages.
 */

#include <stdbool.h>

/** Catch the log from now on; 0 or -1. */
int
log_catch(void);

/** Let the log go where it went before, and forget what was caught. */
void
log_release(void);

/** Forget what was caught so far. */
void
log_forget(void);

/** What was caught, valid until something more is logged. */
const char *
log_text(void);

/** Number of lines caught. */
unsigned int
log_lines(void);

/** Does any line hold text? */
bool
log_has(const char *text);

#endif /* TEST_LOG_H */
