/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

#ifndef TEST_H
#define TEST_H

/**
 * @file
 * One program, many tests: each file registers what it holds.
 */

#include <stdbool.h>
#include <stdio.h>

#define TEST_SKIPPED	77

/** A registered test; run in a process of its own by devtools/run-tests.sh. */
struct uacce_test {
	const char *name;
	int (*func)(void);	/**< 0 passed, TEST_SKIPPED, else failed */
	bool tsan;		/**< worth running under ThreadSanitizer */
	struct uacce_test *next;
};

void
uacce_test_register(struct uacce_test *test);

#define UACCE_TEST_IMPL(name_, func_, tsan_) \
	static struct uacce_test test_##func_ = { \
		.name = #name_, .func = func_, .tsan = tsan_, \
	}; \
	__attribute__((constructor)) static void \
	register_##func_(void) \
	{ \
		uacce_test_register(&test_##func_); \
	}

/** Register `static int func(void)` as a test. */
#define UACCE_TEST(name, func)		UACCE_TEST_IMPL(name, func, false)
/** The same for a test that runs several threads against each other. */
#define UACCE_TEST_TSAN(name, func)	UACCE_TEST_IMPL(name, func, true)

/** Fail the test from a function that returns int. */
#define TEST_ASSERT(cond, ...) do { \
	if (!(cond)) { \
		printf("%s:%d: (%s) is false: ", __FILE__, __LINE__, #cond); \
		printf(__VA_ARGS__); \
		putchar('\n'); \
		return -1; \
	} \
} while (0)

#endif /* TEST_H */
