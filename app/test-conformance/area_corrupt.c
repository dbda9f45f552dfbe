/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

#include <zlib.h>

#include "areas.h"
#include "conf_op.h"
#include "ref_damage.h"

static const char *const kind_names[] = { "cut", "flip", "random", "wrong", NULL };

static int32_t
gen_kind(const struct conf_dev *dev, struct conf_rng *rng)
{
	return conf_rng_below(rng, CONF_DAMAGE_NB);
}

static int32_t
gen_wrong(const struct conf_dev *dev, struct conf_rng *rng)
{
	return conf_rng_below(rng, CONF_WRONG_NB);
}

static int32_t
gen_flips(const struct conf_dev *dev, struct conf_rng *rng)
{
	return conf_rng_percent(rng, 60) ? 1 : 1 + conf_rng_below(rng, 4);
}

static const struct conf_field fields[] = {
	CONF_NAMED(kind, CONF_DAMAGE_CUT, gen_kind, kind_names),
	CONF_FIELD(where, 0, conf_gen_where),
	CONF_FIELD(damage, 1, gen_flips),
	CONF_NAMED(flags, 0, gen_wrong, conf_wrong_names),
	CONF_DATA_FIELDS(conf_gen_medium),
	CONF_MAKER_FIELDS,
	CONF_FIELD(slack, 0, conf_gen_slack),
	CONF_SHAPE_FIELDS,
	CONF_FIELDS_END,
};

static void
limit(const struct conf_dev *dev, struct conf_params *p)
{
	conf_limit_maker(dev, p);
	conf_clamp(&p->kind, 0, CONF_DAMAGE_NB - 1);
	conf_clamp(&p->flags, 0, CONF_WRONG_NB - 1);
	conf_clamp(&p->size, 0, 20000);
	/* distances beyond a smaller one are nobody's to judge */
	p->win = dev->window.max;
}

static enum conf_result
run(struct conf_case *c)
{
	struct conf_op_spec spec = { .flush = RTE_COMP_FLUSH_FINAL };
	struct conf_damaged d;
	struct rte_comp_xform x;
	struct conf_op *o;

	CONF_TRY(conf_damage(c, &d));
	spec.src = d.in;
	spec.len = d.len;
	spec.room = d.zlib == Z_STREAM_END ? conf_room_exact(d.out_len) + c->p->slack : d.room;
	conf_xform_decompress(c->p, &x);
	CONF_TRY(conf_xform(c, &x, &spec.handle));
	o = conf_op_new(c, &spec);
	if (o == NULL)
		return CONF_FAIL;
	CONF_TRY(conf_op_run(o));
	if (o->state == CONF_OP_REFUSED || o->op->status != RTE_COMP_OP_STATUS_SUCCESS)
		return conf_damage_refused(c, &d, o->state == CONF_OP_REFUSED ?
			"refused" : conf_status(o->op->status));
	return conf_damage_accepted(c, &d, conf_op_output(o), o->op->produced);
}

const struct conf_area conf_area_corrupt = {
	"corrupt", "decompression of what is truncated, damaged or no stream at all",
	fields, conf_offers_decompress, limit, run, 1,
};
