/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/* Many small ops of both directions. */

#ifndef TRAFFIC_H
#define TRAFFIC_H

#include "conf_op.h"
#include "conf_ref.h"

#define TRAFFIC_MAX_OPS		1000u
#define TRAFFIC_MAX_BURST	512u

struct traffic {
	struct conf_case *c;
	struct conf_op **ops;
	unsigned int nb_ops;
	unsigned int next;	/* to enqueue */
	unsigned int back;	/* how many came back */
	bool draining;
};

void traffic_limit(const struct conf_dev *dev, struct conf_params *p);
enum conf_result traffic_make(struct conf_case *c, struct traffic *t);
/* All that came back is what it has to be. */
enum conf_result traffic_check(const struct traffic *t);

#endif
