/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

#include <stdlib.h>
#include <string.h>

#include "test.h"

static struct uacce_test *tests;

void
uacce_test_register(struct uacce_test *test)
{
	struct uacce_test **p = &tests;

	while (*p != NULL && strcmp((*p)->name, test->name) < 0)
		p = &(*p)->next;
	test->next = *p;
	*p = test;
}

static int
list(bool tsan)
{
	for (struct uacce_test *t = tests; t != NULL; t = t->next)
		if (!tsan || t->tsan)
			puts(t->name);
	return EXIT_SUCCESS;
}

static int
run(const char *name)
{
	for (struct uacce_test *t = tests; t != NULL; t = t->next) {
		if (strcmp(t->name, name) != 0)
			continue;
		printf("%s ...\n", name);
		fflush(stdout);
		int ret = t->func();

		printf("%s: %s\n", name, ret == 0 ? "passed" :
			ret == TEST_SKIPPED ? "skipped" : "FAILED");
		fflush(stdout);
		return ret;
	}
	fprintf(stderr, "%s: no such test\n", name);
	return -1;
}

int
main(int argc, char **argv)
{
	int skipped = 0;

	if (argc < 2) {
		fprintf(stderr, "usage: %s --list [tsan] | NAME...\n", argv[0]);
		return EXIT_FAILURE;
	}
	if (strcmp(argv[1], "--list") == 0)
		return list(argc > 2 && strcmp(argv[2], "tsan") == 0);
	for (int i = 1; i < argc; i++) {
		int ret = run(argv[i]);

		if (ret == TEST_SKIPPED)
			skipped++;
		else if (ret != 0)
			return EXIT_FAILURE;
	}
	return skipped == argc - 1 ? TEST_SKIPPED : EXIT_SUCCESS;
}
