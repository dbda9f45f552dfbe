/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

#include <rte_cycles.h>

#include "runner.h"

#define MAX_RUNS	400u
#define MAX_SECONDS	20u

struct shrinking {
	const struct conf_area *area;
	struct conf_dev *dev;
	struct conf_params *p;
	struct conf_case *c;
	const char *check;
	uint64_t end;
	unsigned int runs;
};

static bool
over(const struct shrinking *s)
{
	return s->runs >= MAX_RUNS || rte_get_timer_cycles() > s->end || s->dev->lost;
}

/* Does it still fail with this value, and in the same way? Then keep it. */
static bool
try_value(struct shrinking *s, const struct conf_field *f, int32_t v)
{
	struct conf_params p = *s->p;
	struct conf_case c;

	*(int32_t *)RTE_PTR_ADD(&p, f->offset) = v;
	if (s->area->limit != NULL)
		s->area->limit(s->dev, &p);
	if (memcmp(&p, s->p, sizeof(p)) == 0 || over(s))
		return false;
	s->runs++;
	watch_case(s->area, &p);
	if (conf_case_run(s->area, s->dev, &p, &c) != CONF_FAIL || c.check != s->check)
		return false;
	*s->p = p;
	*s->c = c;
	return true;
}

/* The simple value, else halve the way to it, else one step. */
static bool
shrink_field(struct shrinking *s, const struct conf_field *f)
{
	int32_t *v = RTE_PTR_ADD(s->p, f->offset);
	bool any = false;
	int64_t gap;

	if (*v == f->simple || f->fixed)
		return false;
	if (try_value(s, f, f->simple))
		return true;
	for (gap = ((int64_t)*v - f->simple) / 2; gap != 0 && !over(s); gap /= 2)
		while (llabs((int64_t)*v - f->simple) > llabs(gap) &&
		       try_value(s, f, (int32_t)(*v - gap)))
			any = true;
	return any;
}

void
shrink(const struct conf_area *area, struct conf_dev *dev, struct conf_params *p,
       struct conf_case *c)
{
	struct shrinking s = {
		.area = area, .dev = dev, .p = p, .c = c, .check = c->check,
		.end = rte_get_timer_cycles() + MAX_SECONDS * rte_get_timer_hz(),
	};
	bool again = true;

	while (again && !over(&s)) {
		again = false;
		for (const struct conf_field *f = area->fields; f->name != NULL; f++)
			again |= shrink_field(&s, f);
	}
}
