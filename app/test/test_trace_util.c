/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "test.h"
#include "test_trace_util.h"

static char dir[128], path[160];

const char *
trace_path(void)
{
	const char *tmp = getenv("TMPDIR");

	snprintf(dir, sizeof(dir), "%.80s/uacce-trace-XXXXXX", tmp != NULL ? tmp : "/tmp");
	if (mkdtemp(dir) == NULL)
		return NULL;
	snprintf(path, sizeof(path), "%s/trace", dir);
	return path;
}

void
trace_remove(void)
{
	unlink(path);
	rmdir(dir);
}

/* What the head says, byte by byte, for a program that does not share our header. */
static int
check_head(const uint8_t *head)
{
	static const uint8_t want[32] = {
		'U', 'Z', 'T', 'R', 'A', 'C', 'E', 0, 1, 0, 32, 0, 160, 0,
	};

	TEST_ASSERT(memcmp(head, want, sizeof(want)) == 0, "head");
	return 0;
}

int
trace_read(const char *from, struct trace *t)
{
	FILE *f = fopen(from, "rb");
	uint8_t head[32];
	size_t room = 1024, left;

	TEST_ASSERT(f != NULL, "no file");
	TEST_ASSERT(fread(head, 1, sizeof(head), f) == sizeof(head), "no head");
	t->nb = 0;
	t->r = malloc(room * sizeof(*t->r));
	TEST_ASSERT(t->r != NULL && check_head(head) == 0, "no trace");
	do {
		left = fread(t->r + t->nb, 1, (room - t->nb) * sizeof(*t->r), f);
		t->nb += left / sizeof(*t->r);
		left %= sizeof(*t->r);
		if (t->nb == room) {
			room *= 2;
			t->r = realloc(t->r, room * sizeof(*t->r));
			TEST_ASSERT(t->r != NULL, "memory");
		}
	} while (!feof(f));
	fclose(f);
	TEST_ASSERT(left == 0, "torn");
	return 0;
}

void
trace_free(struct trace *t)
{
	free(t->r);
	t->r = NULL;
}

size_t
trace_next(const struct trace *t, size_t from, enum uacce_soft_trace_kind kind)
{
	while (from < t->nb && t->r[from].kind != kind)
		from++;
	return from;
}

size_t
trace_count(const struct trace *t, enum uacce_soft_trace_kind kind)
{
	size_t n = 0;

	for (size_t i = 0; i < t->nb; i++)
		n += t->r[i].kind == kind;
	return n;
}
