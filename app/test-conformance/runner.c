/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

#include <stdio.h>

#include "runner.h"

#define MAX_AREAS	32u
#define MAX_CHECKS	32u
#define MAX_LOSSES	3u

/* A check that failed, or that has something to say, and how often. */
struct finding {
	const char *check;
	unsigned int count;
};

struct tally {
	const struct conf_area *area;
	unsigned int run;
	unsigned int passed;
	unsigned int failed;
	unsigned int notes;
	unsigned int skipped;
	struct finding findings[MAX_CHECKS];
	unsigned int nb_findings;
};

static struct tally tallies[MAX_AREAS];
static unsigned int nb_tallies;

/* True if it is the first one of its check. */
static bool
count_finding(struct tally *t, const char *check)
{
	for (unsigned int i = 0; i < t->nb_findings; i++) {
		if (t->findings[i].check == check) {
			t->findings[i].count++;
			return false;
		}
	}
	if (t->nb_findings == MAX_CHECKS)
		return false;
	t->findings[t->nb_findings++] = (struct finding){ check, 1 };
	return true;
}

static void
say(const struct runner *r, const struct conf_area *area, const char *what,
    const struct conf_params *p, const struct conf_case *c)
{
	char text[1200];

	conf_params_print(area, p, text, sizeof(text));
	printf("%s %s: %s\n  reproduce: %s --case %s\n", what, area->name, c->why, r->command,
	       text);
	fflush(stdout);
}

/* The device does not answer: set it up anew, but not for ever. */
static int
recover(struct runner *r)
{
	if (!r->dev->lost)
		return 0;
	if (++r->losses > MAX_LOSSES) {
		printf("%s did not give back ops %u times: the run ends here\n", r->dev->name,
		       r->losses);
		return -1;
	}
	printf("%s: set up anew after ops that did not come back\n", r->dev->name);
	if (conf_dev_recover(r->dev) == 0)
		return 0;
	printf("%s cannot be set up again: the run ends here\n", r->dev->name);
	return -1;
}

static int
one_case(struct runner *r, struct tally *t, struct conf_params *p, bool shrinking)
{
	struct conf_case c;
	enum conf_result ret;

	watch_case(t->area, p);
	ret = conf_case_run(t->area, r->dev, p, &c);
	t->run += ret != CONF_SKIP;
	t->passed += ret == CONF_PASS || ret == CONF_NOTE;
	t->failed += ret == CONF_FAIL;
	t->notes += ret == CONF_NOTE;
	t->skipped += ret == CONF_SKIP;
	if ((ret == CONF_FAIL || ret == CONF_NOTE) &&
	    count_finding(t, ret == CONF_FAIL ? c.check : c.note)) {
		if (ret == CONF_FAIL && shrinking)
			shrink(t->area, r->dev, p, &c);
		say(r, t->area, ret == CONF_FAIL ? "FAIL" : "NOTE", p, &c);
	}
	watch_end();
	return recover(r);
}

static uint64_t
case_seed(const struct runner *r, const char *area, unsigned int i)
{
	uint64_t h = r->seed * 0x100000001b3ull + i;

	for (; *area != '\0'; area++)
		h = (h ^ (uint8_t)*area) * 0x100000001b3ull;
	return h;
}

static void
end_area(struct runner *r, const struct tally *t)
{
	for (unsigned int i = 0; i < t->nb_findings; i++)
		if (t->findings[i].count > 1)
			printf("  %s: %u cases of \"%s\"\n", t->area->name,
			       t->findings[i].count, t->findings[i].check);
	r->passed += t->passed;
	r->failed += t->failed;
	fflush(stdout);
}

int
runner_area(struct runner *r, const struct conf_area *area)
{
	unsigned int cases = RTE_MAX(r->cases / area->weight, 1u);
	struct tally *t = &tallies[nb_tallies++];
	int ret = 0;

	t->area = area;
	if (!area->offered(r->dev)) {
		t->skipped = cases;
		return 0;
	}
	for (unsigned int i = 0; i < cases && ret == 0; i++) {
		struct conf_params p;
		struct conf_rng rng;

		conf_rng_seed(&rng, case_seed(r, area->name, i));
		conf_params_gen(area, r->dev, &rng, &p);
		if (r->set != NULL && conf_params_set(area, r->set, &p) != 0)
			return -1;
		if (area->limit != NULL)
			area->limit(r->dev, &p);
		ret = one_case(r, t, &p, true);
	}
	end_area(r, t);
	return ret;
}

int
runner_case(struct runner *r, const struct conf_area *area, const struct conf_params *p)
{
	struct tally *t = &tallies[nb_tallies++];
	struct conf_params copy = *p;
	int ret;

	t->area = area;
	ret = one_case(r, t, &copy, false);
	end_area(r, t);
	return ret;
}

void
runner_table(const struct runner *r)
{
	printf("\n%-20s %8s %8s %8s %8s %15s\n", "area", "run", "passed", "failed", "notes",
	       "not advertised");
	for (const struct tally *t = tallies; t < tallies + nb_tallies; t++)
		printf("%-20s %8u %8u %8u %8u %15u\n", t->area->name, t->run, t->passed,
		       t->failed, t->notes, t->skipped);
}
