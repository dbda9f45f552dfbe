/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "soft_priv.h"

#define FAULT_FIELDS	6
#define FAULT_SPEC_LEN	1024

static const char * const fault_names[SOFT_FAULT_NB] = {
	[SOFT_FAULT_STATUS] = "status",
	[SOFT_FAULT_OOO] = "ooo",
	[SOFT_FAULT_LATE] = "late",
	[SOFT_FAULT_LOST] = "lost",
	[SOFT_FAULT_DUP] = "dup",
	[SOFT_FAULT_BADINDEX] = "badindex",
	[SOFT_FAULT_NOISE] = "noise",
	[SOFT_FAULT_WRITEBACK] = "writeback",
	[SOFT_FAULT_CORRUPT] = "corrupt",
	[SOFT_FAULT_EARLY] = "early",
	[SOFT_FAULT_STOP] = "stop",
	[SOFT_FAULT_TXSTOP] = "txstop",
	[SOFT_FAULT_BUSY] = "busy",
	[SOFT_FAULT_RESET] = "reset",
};

static bool
fault_is_open(enum soft_fault_kind kind)
{
	return kind == SOFT_FAULT_BUSY || kind == SOFT_FAULT_RESET;
}

static int
fault_kind(const char *s, enum soft_fault_kind *kind)
{
	for (int k = 0; k < SOFT_FAULT_NB; k++)
		if (strcmp(s, fault_names[k]) == 0) {
			*kind = k;
			return 0;
		}
	return -EINVAL;
}

static int
fault_dir(const char *s, int *dir)
{
	if (strcmp(s, "any") == 0)
		*dir = -1;
	else if (strcmp(s, "c") == 0)
		*dir = HISI_QM_QC_COMPRESS;
	else if (strcmp(s, "d") == 0)
		*dir = HISI_QM_QC_DECOMPRESS;
	else
		return -EINVAL;
	return 0;
}

static int
fault_number(const char *s, uint64_t *n)
{
	char *end;

	/* strtoull() takes blanks and signs, and wraps what is negative */
	if (*s < '0' || *s > '9')
		return -EINVAL;
	errno = 0;
	*n = strtoull(s, &end, 0);
	return errno != 0 || *end != '\0' ? -EINVAL : 0;
}

static int
fault_parse(char *s, struct soft_fault *f)
{
	char *field[FAULT_FIELDS] = { NULL };
	uint64_t value = 1;
	unsigned int nb = 0;
	int ret;

	for (char *p = strsep(&s, ":"); p != NULL; p = strsep(&s, ":")) {
		if (nb == FAULT_FIELDS)
			return -EINVAL;
		field[nb++] = p;
	}
	*f = (struct soft_fault){ .dir = -1, .count = 1, .every = 1 };
	ret = fault_kind(field[0], &f->kind);
	if (ret == 0 && nb > 1)
		ret = fault_dir(field[1], &f->dir);
	if (ret == 0 && nb > 2)
		ret = fault_number(field[2], &f->after);
	if (ret == 0 && nb > 3)
		ret = fault_number(field[3], &f->count);
	if (ret == 0 && nb > 4)
		ret = fault_number(field[4], &f->every);
	if (ret == 0 && nb > 5)
		ret = fault_number(field[5], &value);
	if (ret == 0 && (f->every == 0 || value > UINT32_MAX))
		ret = -EINVAL;
	f->value = (uint32_t)value;
	return ret;
}

/* Fill list from spec; number of faults or negative errno. */
static int
spec_parse(const char *spec, struct soft_fault *list)
{
	char copy[FAULT_SPEC_LEN];
	char *s = copy;
	unsigned int nb = 0;

	if (strlen(spec) >= sizeof(copy))
		return -EINVAL;
	strcpy(copy, spec);
	for (char *p = strsep(&s, "+"); *spec != '\0' && p != NULL; p = strsep(&s, "+")) {
		if (nb == SOFT_MAX_FAULTS)
			return -ENOSPC;
		if (fault_parse(p, &list[nb++]) != 0)
			return -EINVAL;
	}
	return nb;
}

int
uacce_soft_fault_check(const char *spec)
{
	struct soft_fault list[SOFT_MAX_FAULTS];
	int ret = spec_parse(spec, list);

	return ret < 0 ? ret : 0;
}

int
soft_faults_parse(struct soft_faults *faults, const char *spec)
{
	struct soft_fault list[SOFT_MAX_FAULTS];
	int nb = spec_parse(spec, list);

	if (nb < 0)
		return nb;
	pthread_mutex_lock(&faults->lock);
	memcpy(faults->list, list, nb * sizeof(list[0]));
	atomic_store_explicit(&faults->nb, (unsigned int)nb, memory_order_relaxed);
	pthread_mutex_unlock(&faults->lock);
	return 0;
}

static bool
fault_hits(struct soft_fault *f)
{
	uint64_t seen = f->seen++;

	if (seen < f->after || (f->count != 0 && f->hits == f->count))
		return false;
	if ((seen - f->after) % f->every != 0)
		return false;
	f->hits++;
	return true;
}

/* splitmix64: a fixed sequence, so that a run with faults can be repeated */
static uint32_t
fault_random(struct soft_faults *faults)
{
	uint64_t z = (faults->seed += 0x9e3779b97f4a7c15ull);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
	return (uint32_t)(z >> 32);
}

void
soft_faults_request(struct soft_faults *faults, int dir, struct soft_hit *hit)
{
	hit->kinds = 0;
	if (atomic_load_explicit(&faults->nb, memory_order_relaxed) == 0)
		return;
	pthread_mutex_lock(&faults->lock);
	for (unsigned int i = 0; i < faults->nb; i++) {
		struct soft_fault *f = &faults->list[i];

		if (fault_is_open(f->kind) || (f->dir >= 0 && f->dir != dir))
			continue;
		if (!fault_hits(f))
			continue;
		hit->kinds |= 1u << f->kind;
		hit->value[f->kind] = f->value;
	}
	hit->random = fault_random(faults);
	pthread_mutex_unlock(&faults->lock);
}

int
soft_faults_open(struct soft_faults *faults)
{
	int ret = 0;

	pthread_mutex_lock(&faults->lock);
	for (unsigned int i = 0; i < faults->nb && ret == 0; i++) {
		struct soft_fault *f = &faults->list[i];

		if (fault_is_open(f->kind) && fault_hits(f))
			ret = f->kind == SOFT_FAULT_BUSY ? EBUSY : EPERM;
	}
	pthread_mutex_unlock(&faults->lock);
	return ret;
}
