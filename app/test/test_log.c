/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_log.h>

#include "test_log.h"

static FILE *file;
static char *caught;
static size_t len;
static size_t start;	/* what lies before is forgotten */

int
log_catch(void)
{
	start = 0;
	file = open_memstream(&caught, &len);
	return file != NULL ? rte_openlog_stream(file) : -1;
}

void
log_release(void)
{
	rte_openlog_stream(NULL);
	fclose(file);
	free(caught);
	file = NULL;
	caught = NULL;
}

void
log_forget(void)
{
	fflush(file);
	start = len;
}

const char *
log_text(void)
{
	fflush(file);
	return caught + start;
}

unsigned int
log_lines(void)
{
	unsigned int n = 0;

	for (const char *s = log_text(); *s != '\0'; s++)
		n += *s == '\n';
	return n;
}

bool
log_has(const char *text)
{
	return strstr(log_text(), text) != NULL;
}
