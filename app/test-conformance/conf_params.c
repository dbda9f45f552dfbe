/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

#include <errno.h>
#include <stdio.h>

#include "conf.h"

#define VALUES_LEN	320	/* the names of all values of one parameter */
#define LIST_INDENT	20
#define LIST_WIDTH	98

static int32_t *
value(const struct conf_field *f, struct conf_params *p)
{
	return RTE_PTR_ADD(p, f->offset);
}

void
conf_params_simple(const struct conf_area *area, struct conf_params *p)
{
	memset(p, 0, sizeof(*p));
	for (const struct conf_field *f = area->fields; f->name != NULL; f++)
		*value(f, p) = f->simple;
}

void
conf_params_gen(const struct conf_area *area, const struct conf_dev *dev,
		struct conf_rng *rng, struct conf_params *p)
{
	memset(p, 0, sizeof(*p));
	for (const struct conf_field *f = area->fields; f->name != NULL; f++)
		*value(f, p) = f->gen(dev, rng);
}

static const char *
value_name(const struct conf_field *f, int32_t v)
{
	for (int32_t i = 0; f->names != NULL && f->names[i] != NULL; i++)
		if (i == v)
			return f->names[i];
	return NULL;
}

void
conf_params_print(const struct conf_area *area, const struct conf_params *p,
		  char *text, size_t size)
{
	struct conf_params copy = *p;
	size_t n = snprintf(text, size, "%s", area->name);
	char sep = ':';

	for (const struct conf_field *f = area->fields; f->name != NULL; f++) {
		int32_t v = *value(f, &copy);
		const char *name = value_name(f, v);

		if ((v == f->simple && !f->fixed) || n >= size)
			continue;
		if (name != NULL)
			n += snprintf(text + n, size - n, "%c%s=%s", sep, f->name, name);
		else
			n += snprintf(text + n, size - n, "%c%s=%d", sep, f->name, v);
		sep = ',';
	}
}

static int
value_parse(const struct conf_field *f, const char *text, size_t len, int32_t *v)
{
	char copy[64], *end;

	if (len == 0 || len >= sizeof(copy))
		return -EINVAL;
	memcpy(copy, text, len);
	copy[len] = '\0';
	for (int32_t i = 0; f->names != NULL && f->names[i] != NULL; i++) {
		if (strcmp(f->names[i], copy) == 0) {
			*v = i;
			return 0;
		}
	}
	errno = 0;
	*v = (int32_t)strtol(copy, &end, 0);
	return errno == 0 && *end == '\0' && end != copy ? 0 : -EINVAL;
}

/* "a|b|c", or N where any number is a value. */
static void
values_say(const struct conf_field *f, char *text, size_t size)
{
	size_t n = 0;

	snprintf(text, size, "N");
	for (int32_t i = 0; f->names != NULL && f->names[i] != NULL && n < size; i++)
		n += snprintf(text + n, size - n, "%s%s", i != 0 ? "|" : "", f->names[i]);
}

/* Why what was given for the field, if there is one, is of no use. */
static int
refuse(const struct conf_area *area, const struct conf_field *f, const char *text, size_t len)
{
	char values[VALUES_LEN];

	fprintf(stderr, "%s: bad parameter: %.*s", area->name, (int)len, text);
	if (f != NULL) {
		values_say(f, values, sizeof(values));
		fprintf(stderr, ", allowed is %s=%s", f->name, values);
	}
	fprintf(stderr, " (--list names all)\n");
	return -EINVAL;
}

static const struct conf_field *
field_find(const struct conf_area *area, const char *name, size_t len)
{
	for (const struct conf_field *f = area->fields; f->name != NULL; f++)
		if (strlen(f->name) == len && strncmp(f->name, name, len) == 0)
			return f;
	return NULL;
}

/* "key=value,..."; what the area does not have is an error or passed over. */
static int
assign(const struct conf_area *area, const char *text, struct conf_params *p, bool strict)
{
	while (*text != '\0') {
		size_t len = strcspn(text, ","), key = strcspn(text, "=,");
		const struct conf_field *f = field_find(area, text, key);

		if ((f == NULL && strict) || key == len ||
		    (f != NULL &&
		     value_parse(f, text + key + 1, len - key - 1, value(f, p)) != 0))
			return refuse(area, f, text, len);
		text += len + (text[len] == ',');
	}
	return 0;
}

/* text: what follows "area" or "area:" */
int
conf_params_parse(const struct conf_area *area, const char *text, struct conf_params *p)
{
	conf_params_simple(area, p);
	return assign(area, text, p, true);
}

int
conf_params_set(const struct conf_area *area, const char *text, struct conf_params *p)
{
	return assign(area, text, p, false);
}

/* The parameters of an area and their values, in lines of a terminal's width. */
static void
fields_list(const struct conf_area *area)
{
	char values[VALUES_LEN];
	int at = LIST_INDENT;

	printf("%*s", at, "");
	for (const struct conf_field *f = area->fields; f->name != NULL; f++) {
		int len;

		values_say(f, values, sizeof(values));
		len = (int)(strlen(f->name) + strlen(values)) + 2;
		if (at != LIST_INDENT && at + len > LIST_WIDTH) {
			printf("\n%*s", LIST_INDENT, "");
			at = LIST_INDENT;
		}
		printf(" %s=%s", f->name, values);
		at += len;
	}
	printf("\n");
}

void
conf_area_list(const struct conf_dev *dev)
{
	for (const struct conf_area *const *a = conf_areas; *a != NULL; a++) {
		printf("%-20s %s%s\n", (*a)->name, (*a)->about,
		       (*a)->offered(dev) ? "" : " [not advertised]");
		fields_list(*a);
	}
}
