/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

#ifndef RUNNER_H
#define RUNNER_H

#include "conf.h"

struct runner {
	struct conf_dev *dev;
	uint64_t seed;
	unsigned int cases;
	const char *command;	/* all up to --case */
	const char *set;	/* parameters that chance does not choose, NULL if none */
	unsigned int losses;
	unsigned int passed;
	unsigned int failed;
};

/* Cases of one area; adds to the totals and prints what fails. -1: give up. */
int runner_area(struct runner *r, const struct conf_area *area);
/* One case, as given. */
int runner_case(struct runner *r, const struct conf_area *area,
		const struct conf_params *p);
void runner_table(const struct runner *r);
/* A crash or a call that does not return names the case before it ends the run. */
void runner_watch(const struct runner *r);

/* The smallest case found that fails the same check; c is of its last run. */
void shrink(const struct conf_area *area, struct conf_dev *dev, struct conf_params *p,
	    struct conf_case *c);

/* What is running, for the watchdog. */
void watch_case(const struct conf_area *area, const struct conf_params *p);
void watch_end(void);

#endif
