/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/*
 * Does a compressdev driver do what the API says? Random cases through the public
 * API, for what the driver advertises; see doc/conformance.md.
 */

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>

#include <rte_cycles.h>
#include <rte_eal.h>
#include <rte_lcore.h>
#include <rte_log.h>

#include "areas.h"
#include "runner.h"

#define EXIT_FAILED	1
#define EXIT_USAGE	2
#define DEFAULT_CASES	1000
#define DEFAULT_TIMEOUT	30

/* Those that a driver is most likely to die of come last. */
const struct conf_area *const conf_areas[] = {
	&conf_area_compress,
	&conf_area_decompress,
	&conf_area_trailing,
	&conf_area_null,
	&conf_area_checksum,
	&conf_area_oos,
	&conf_area_stateful_compress,
	&conf_area_stateful_decompress,
	&conf_area_stateful_busy,
	&conf_area_dictionary,
	&conf_area_lz4,
	&conf_area_udc,
	&conf_area_burst,
	&conf_area_threads,
	&conf_area_corrupt,
	&conf_area_invalid,
	NULL,
};

struct options {
	const char *driver;
	const char *only;
	const char *one;	/* a case */
	const char *set;
	uint64_t seed;
	unsigned int cases;
	unsigned int timeout;
	bool lenient;
	bool list;
};

static void
usage(const char *name)
{
	fprintf(stderr,
		"%s EAL... -- [--driver NAME] [--seed N] [--cases N] [--only AREA[,AREA]...]\n"
		"\t[--case AREA:KEY=VALUE,...] [--set KEY=VALUE,...] [--lenient]\n"
		"\t[--timeout SECONDS] [--list]\n", name);
}

static int
number(const char *text, uint64_t max, uint64_t *v)
{
	char *end;

	errno = 0;
	*v = strtoull(text, &end, 0);
	return errno != 0 || *end != '\0' || end == text || *text == '-' || *v > max ?
		-EINVAL : 0;
}

enum { OPT_DRIVER = 256, OPT_SEED, OPT_CASES, OPT_ONLY, OPT_CASE, OPT_SET, OPT_LENIENT,
	OPT_TIMEOUT, OPT_LIST };

static int
option_take(struct options *o, int opt, const char *arg)
{
	uint64_t v = 0;
	int ret = 0;

	switch (opt) {
	case OPT_DRIVER:
		o->driver = arg;
		break;
	case OPT_ONLY:
		o->only = arg;
		break;
	case OPT_CASE:
		o->one = arg;
		break;
	case OPT_SET:
		o->set = arg;
		break;
	case OPT_SEED:
		ret = number(arg, UINT64_MAX, &o->seed);
		break;
	case OPT_CASES:
		ret = number(arg, UINT32_MAX, &v);
		o->cases = (unsigned int)v;
		break;
	case OPT_TIMEOUT:
		ret = number(arg, 3600, &v);
		o->timeout = RTE_MAX((unsigned int)v, 1u);
		break;
	case OPT_LENIENT:
		o->lenient = true;
		break;
	case OPT_LIST:
		o->list = true;
		break;
	default:
		return -EINVAL;
	}
	return ret;
}

static int
options_parse(struct options *o, int argc, char **argv)
{
	static const struct option longs[] = {
		{ "driver", required_argument, NULL, OPT_DRIVER },
		{ "seed", required_argument, NULL, OPT_SEED },
		{ "cases", required_argument, NULL, OPT_CASES },
		{ "only", required_argument, NULL, OPT_ONLY },
		{ "case", required_argument, NULL, OPT_CASE },
		{ "set", required_argument, NULL, OPT_SET },
		{ "lenient", no_argument, NULL, OPT_LENIENT },
		{ "timeout", required_argument, NULL, OPT_TIMEOUT },
		{ "list", no_argument, NULL, OPT_LIST },
		{ NULL, 0, NULL, 0 },
	};
	int opt;

	/* EAL has parsed before us */
	optind = 1;
	while ((opt = getopt_long(argc, argv, "", longs, NULL)) != -1)
		if (option_take(o, opt, optarg) != 0)
			return -EINVAL;
	return optind == argc ? 0 : -EINVAL;
}

static const struct conf_area *
area_find(const char *name, size_t len)
{
	for (const struct conf_area *const *a = conf_areas; *a != NULL; a++)
		if (strlen((*a)->name) == len && strncmp((*a)->name, name, len) == 0)
			return *a;
	fprintf(stderr, "no such area: %.*s\n", (int)len, name);
	return NULL;
}

static bool
named(const char *list, const char *name)
{
	size_t len = strlen(name);

	for (const char *p = list; p != NULL; p = strchr(p, ',')) {
		p += *p == ',';
		if (strncmp(p, name, len) == 0 && (p[len] == ',' || p[len] == '\0'))
			return true;
	}
	return false;
}

/* A misspelt name must not pass for an area that passed. */
static int
only_check(const char *list)
{
	while (list != NULL && *list != '\0') {
		size_t len = strcspn(list, ",");

		if (area_find(list, len) == NULL)
			return -EINVAL;
		list += len + (list[len] == ',');
	}
	return 0;
}

static int
run_one(struct runner *r, const char *text)
{
	size_t len = strcspn(text, ":");
	const struct conf_area *area = area_find(text, len);
	struct conf_params p;

	if (area == NULL || conf_params_parse(area, text + len + (text[len] == ':'), &p) != 0)
		return -EINVAL;
	if (area->limit != NULL)
		area->limit(r->dev, &p);
	runner_case(r, area, &p);
	return 0;
}

static int
run(struct runner *r, const struct options *o)
{
	int ret = 0;

	if (only_check(o->only) != 0)
		return EXIT_USAGE;
	runner_watch(r);
	/* what drivers say of bad arguments is of interest for a single case only */
	if (o->one == NULL)
		rte_log_set_global_level(RTE_LOG_CRIT);
	if (o->one != NULL)
		ret = run_one(r, o->one);
	else
		printf("seed %" PRIu64 "\n", r->seed);
	if (ret != 0)
		return EXIT_USAGE;
	if (o->one == NULL && rte_lcore_count() < 2)
		printf("one lcore: nothing for area threads, which needs two (EAL -l 0,1)\n");
	for (const struct conf_area *const *a = conf_areas;
	     o->one == NULL && *a != NULL && ret == 0; a++)
		if (o->only == NULL || named(o->only, (*a)->name))
			ret = runner_area(r, *a);
	runner_table(r);
	if (o->one == NULL)
		printf("seed %" PRIu64 "\n", r->seed);
	printf("%u passed, %u failed\n", r->passed, r->failed);
	return ret != 0 || r->failed != 0 ? EXIT_FAILED : 0;
}

/* What gets here again: the command up to the case. */
static void
command_make(char *text, size_t size, int argc, char **argv)
{
	size_t n = 0;

	for (int i = 0; i < argc && n < size && strcmp(argv[i], "--") != 0; i++)
		n += snprintf(text + n, size - n, strpbrk(argv[i], " ;&|<>()$`\"*?[#~%") != NULL ?
			      "'%s' " : "%s ", argv[i]);
	if (n < size)
		snprintf(text + n, size - n, "--");
}

static void
command_add(char *text, size_t size, const struct options *o)
{
	size_t n = strlen(text);

	if (o->driver != NULL && n < size)
		n += snprintf(text + n, size - n, " --driver %s", o->driver);
	if (o->lenient && n < size)
		snprintf(text + n, size - n, " --lenient");
}

int
main(int argc, char **argv)
{
	struct options o = { .cases = DEFAULT_CASES, .timeout = DEFAULT_TIMEOUT };
	struct conf_dev dev = { 0 };
	struct runner r = { .dev = &dev };
	char command[2000];
	int n, ret;

	command_make(command, sizeof(command), argc, argv);
	n = rte_eal_init(argc, argv);
	if (n < 0)
		return EXIT_USAGE;
	o.seed = rte_rdtsc() % 1000000000;
	if (options_parse(&o, argc - n, argv + n) != 0) {
		usage(argv[0]);
		return EXIT_USAGE;
	}
	dev.timeout_s = o.timeout;
	dev.lenient = o.lenient;
	if (conf_dev_open(&dev, o.driver) != 0)
		return EXIT_USAGE;
	command_add(command, sizeof(command), &o);
	r.command = command;
	r.seed = o.seed;
	r.cases = o.cases;
	r.set = o.set;
	printf("device %s, driver %s\n", dev.name, dev.info.driver_name);
	if (o.list) {
		conf_area_list(&dev);
		ret = 0;
	} else {
		ret = run(&r, &o);
	}
	conf_dev_close(&dev);
	rte_eal_cleanup();
	return ret;
}
