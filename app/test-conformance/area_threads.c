/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

#include <rte_launch.h>
#include <rte_lcore.h>

#include "areas.h"
#include "traffic.h"

static const char *const kind_names[] = { "split", "apart", NULL };

static int32_t
gen_ops(const struct conf_dev *dev, struct conf_rng *rng)
{
	return 2 + conf_rng_below(rng, TRAFFIC_MAX_OPS - 1);
}

static int32_t
gen_burst(const struct conf_dev *dev, struct conf_rng *rng)
{
	return 1 + conf_rng_below(rng, 64);
}

static const struct conf_field fields[] = {
	CONF_FIELD(ops, 2, gen_ops),
	CONF_FIELD(burst, 1, gen_burst),
	CONF_NAMED(kind, 0, conf_gen_bool, kind_names),
	CONF_DATA_FIELDS(conf_gen_small),
	CONF_DEFLATE_FIELDS,
	CONF_SHAPE_FIELDS,
	CONF_FIELDS_END,
};

static bool
offered(const struct conf_dev *dev)
{
	return conf_offers_deflate(dev) && rte_lcore_count() > 1;
}

static void
limit(const struct conf_dev *dev, struct conf_params *p)
{
	conf_limit_deflate(dev, p);
	traffic_limit(dev, p);
	conf_clamp(&p->burst, 1, 64);
	if (dev->nb_qps < 2)
		p->kind = 0;
}

/* One lcore's part: ops to enqueue, a number of ops to dequeue, on one queue pair. */
struct part {
	struct traffic *t;
	uint16_t qp;
	unsigned int first;
	unsigned int nb_in;
	unsigned int nb_out;
	unsigned int in;
	unsigned int out;
	struct rte_comp_op **back;
	bool stuck;
};

static void
part_step(struct part *a)
{
	struct rte_comp_op *ops[64];
	unsigned int n = RTE_MIN(a->nb_in - a->in, (unsigned int)a->t->c->p->burst);
	uint8_t dev = a->t->c->dev->id;

	for (unsigned int i = 0; i < n; i++) {
		struct conf_op *o = a->t->ops[a->first + a->in + i];

		o->state = CONF_OP_IN_FLIGHT;
		o->qp = a->qp;
		ops[i] = o->op;
	}
	if (n != 0)
		a->in += rte_compressdev_enqueue_burst(dev, a->qp, ops, n);
	n = RTE_MIN(a->nb_out - a->out, (unsigned int)a->t->c->p->burst);
	if (n != 0)
		a->out += rte_compressdev_dequeue_burst(dev, a->qp, a->back + a->out, n);
}

static int
part_run(void *arg)
{
	struct part *a = arg;
	struct conf_clock clock;

	conf_clock_start(a->t->c->dev, &clock);
	while (a->in < a->nb_in || a->out < a->nb_out) {
		unsigned int before = a->in + a->out;

		part_step(a);
		if (a->in + a->out != before) {
			conf_watch_progress();
			conf_clock_start(a->t->c->dev, &clock);
		} else if (conf_clock_over(&clock)) {
			a->stuck = true;
			return -1;
		} else {
			conf_idle();
		}
	}
	return 0;
}

/* Every op once, and each of them checked. */
static enum conf_result
take_back(struct traffic *t, const struct part *a)
{
	for (unsigned int i = 0; i < a->out; i++) {
		struct conf_op *o = NULL;

		for (unsigned int j = 0; j < t->nb_ops && o == NULL; j++)
			if (t->ops[j]->op == a->back[i])
				o = t->ops[j];
		CONF_CHECK(t->c, o != NULL && o->state == CONF_OP_IN_FLIGHT && o->qp == a->qp,
			   "dequeue returned an op that was not in flight on this queue pair");
		o->state = CONF_OP_DONE;
		CONF_TRY(conf_op_check(o));
	}
	return CONF_PASS;
}

static void
split(struct traffic *t, struct part *main, struct part *other)
{
	*main = (struct part){ .t = t, .nb_in = t->nb_ops };
	*other = (struct part){ .t = t, .nb_out = t->nb_ops };
	if (t->c->p->kind == 0)
		return;
	main->nb_in = main->nb_out = t->nb_ops / 2;
	other->qp = 1;
	other->first = t->nb_ops / 2;
	other->nb_in = other->nb_out = t->nb_ops - t->nb_ops / 2;
}

static enum conf_result
run(struct conf_case *c)
{
	unsigned int lcore = rte_get_next_lcore(rte_lcore_id(), 1, 1);
	struct part main, other;
	struct traffic t;

	CONF_CHECK(c, lcore < RTE_MAX_LCORE, "this case needs two lcores: give EAL -l 0,1");
	CONF_TRY(traffic_make(c, &t));
	split(&t, &main, &other);
	main.back = conf_mem(c, t.nb_ops * sizeof(*main.back));
	other.back = conf_mem(c, t.nb_ops * sizeof(*other.back));
	CONF_CHECK(c, rte_eal_remote_launch(part_run, &other, lcore) == 0,
		   "the second lcore is busy");
	part_run(&main);
	rte_eal_wait_lcore(lcore);
	if (main.stuck || other.stuck)
		return conf_lost(c, "two threads");
	CONF_TRY(take_back(&t, &main));
	CONF_TRY(take_back(&t, &other));
	return traffic_check(&t);
}

const struct conf_area conf_area_threads = {
	"threads", "two lcores (EAL -l 0,1) that share a queue pair, or have one each",
	fields, offered, limit, run, 20,
};
