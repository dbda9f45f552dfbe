/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/*
 * The environment. Each variable is a list with commas; the last word stands for all
 * devices that follow.
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "preload.h"

#define PREFIX	"UACCE_SOFT_"

/* The word for device i; its length in *len. */
static const char *
word_of(const char *name, unsigned int i, char sep, size_t *len)
{
	const char *s = getenv(name);
	const char *end;

	if (s == NULL)
		return NULL;
	while (i-- > 0 && (end = strchr(s, sep)) != NULL)
		s = end + 1;
	end = strchrnul(s, sep);
	*len = (size_t)(end - s);
	return s;
}

static long
number(const char *name, unsigned int i, long min, long max, long def)
{
	size_t len = 0;
	const char *s = word_of(name, i, ',', &len);
	char *end;
	long v;

	if (s == NULL || len == 0)
		return def;
	errno = 0;
	v = strtol(s, &end, 0);
	if (errno == 0 && end == s + len && v >= min && v <= max)
		return v;
	pl_message("%s: %.*s is no number from %ld to %ld, %ld is taken", name, (int)len, s,
		   min, max, def);
	return def;
}

/* Without a window for each queue, the page of the doorbells is all there is. */
static long
mmio_max(unsigned int api)
{
	long page = sysconf(_SC_PAGESIZE);

	return api >= 3 ? 0x10000 : page > 0x1000 ? page : page + 0x1000;
}

static void
device_read(struct pl_dev *d, unsigned int i)
{
	struct uacce_soft_conf *c = &d->conf;
	size_t len = 0;
	const char *s;

	c->api = number(PREFIX "API", i, 2, 5, 3);
	c->nb_queues = number(PREFIX "QUEUES", i, 1, UACCE_SOFT_MAX_QUEUES, 64);
	c->sq_depth = number(PREFIX "DEPTH", i, UACCE_SOFT_MIN_DEPTH, UACCE_SOFT_MAX_DEPTH,
			     1024);
	c->cq_depth = number(PREFIX "CQ_DEPTH", i, c->sq_depth, UACCE_SOFT_MAX_DEPTH,
			     c->sq_depth);
	c->threads = number(PREFIX "THREADS", i, 1, UACCE_SOFT_MAX_THREADS, 1);
	c->instant = number(PREFIX "INSTANT", i, 0, 1, 0);
	c->put_ends = number(PREFIX "PUT_ENDS", i, 0, 1, 0);
	c->numa_node = number(PREFIX "NUMA", i, -1, INT_MAX, 0);
	d->mmio_size = number(PREFIX "MMIO_SIZE", i, 0, mmio_max(c->api), 0);
	d->isolated = number(PREFIX "ISOLATE", i, 0, 1, 0);
	d->unplug_after = number(PREFIX "UNPLUG_AFTER", i, 0, LONG_MAX, 0);
	s = word_of(PREFIX "ALGORITHMS", i, ',', &len);
	for (size_t k = 0; s != NULL && k < len && k < sizeof(d->algorithms) - 2; k++)
		d->algorithms[k] = s[k] == '+' ? '\n' : s[k];
	if (d->algorithms[0] != '\0')
		strcat(d->algorithms, "\n");
	/* devices may share it */
	c->trace = getenv(PREFIX "TRACE");
	s = word_of(PREFIX "FAULTS", i, ',', &len);
	if (s != NULL && len > 0)
		c->faults = strndup(s, len);
}

void
pl_conf_read(void)
{
	unsigned int first = number(PREFIX "FIRST", 0, 0, 9999, 0);

	pl.nb_devs = number(PREFIX "DEVICES", 0, 0, PL_MAX_DEVS, 1);
	for (unsigned int i = 0; i < pl.nb_devs; i++) {
		struct pl_dev *d = &pl.devs[i];

		d->id = first + i;
		snprintf(d->name, sizeof(d->name), PL_INTERFACE "-%u", d->id);
		device_read(d, i);
	}
	if (getenv(PREFIX "CONTROL") != NULL)
		pl.control = strdup(getenv(PREFIX "CONTROL"));
}
