/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

#include "areas.h"
#include "conf_op.h"

static const char *const dir_names[] = { "compress", "decompress", NULL };

static const struct conf_field fields[] = {
	CONF_DATA_FIELDS(conf_gen_size),
	CONF_NAMED(dir, 0, conf_gen_bool, dir_names),
	CONF_NAMED(flush, RTE_COMP_FLUSH_FINAL, conf_gen_flush, conf_flush_names),
	CONF_FIELD(slack, 0, conf_gen_slack),
	CONF_SHAPE_FIELDS,
	CONF_FIELDS_END,
};

static bool
offered(const struct conf_dev *dev)
{
	return dev->has_null;
}

static void
limit(const struct conf_dev *dev, struct conf_params *p)
{
	conf_limit_shape(dev, p, false);
}

static enum conf_result
run(struct conf_case *c)
{
	const struct conf_params *p = c->p;
	struct conf_op_spec spec = {
		.src = conf_data(c), .len = p->size, .room = conf_room_exact(p->size) + p->slack,
		.flush = p->flush,
	};
	struct rte_comp_xform x = { 0 };
	struct conf_op *o;

	if (p->dir == 0) {
		x.type = RTE_COMP_COMPRESS;
		x.compress.algo = RTE_COMP_ALGO_NULL;
	} else {
		x.type = RTE_COMP_DECOMPRESS;
		x.decompress.algo = RTE_COMP_ALGO_NULL;
	}
	CONF_TRY(conf_xform(c, &x, &spec.handle));
	o = conf_op_new(c, &spec);
	if (o == NULL)
		return CONF_FAIL;
	CONF_TRY(conf_op_must(o, "copy"));
	CONF_CHECK(c, o->op->produced == spec.len, "produced %u bytes, not %u",
		   o->op->produced, spec.len);
	CONF_CHECK(c, conf_buf_equal(&o->dst, o->doff, spec.src, spec.len),
		   "the output is not the input");
	return CONF_PASS;
}

const struct conf_area conf_area_null = {
	"null", "copies of algorithm NULL",
	fields, offered, limit, run, 2,
};
