/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

#include "areas.h"
#include "conf_op.h"

static const struct conf_field fields[] = {
	CONF_DATA_FIELDS(conf_gen_size),
	CONF_DEFLATE_FIELDS,
	CONF_NAMED(flush, RTE_COMP_FLUSH_FINAL, conf_gen_flush, conf_flush_names),
	CONF_SHAPE_FIELDS,
	CONF_FIELDS_END,
};

static enum conf_result
run(struct conf_case *c)
{
	const struct conf_params *p = c->p;
	struct conf_op_spec spec = {
		.src = conf_data(c), .len = p->size, .room = conf_room(p->size),
		.flush = p->flush,
	};
	struct conf_expect expect = { .data = spec.src, .len = p->size };
	struct rte_comp_xform x;
	struct conf_op *o;

	conf_xform_compress(p, &x);
	CONF_TRY(conf_xform(c, &x, &spec.handle));
	o = conf_op_new(c, &spec);
	if (o == NULL)
		return CONF_FAIL;
	CONF_TRY(conf_op_must(o, "compress"));
	conf_expect_params(p, &expect);
	return conf_deflated(c, conf_op_output(o), o->op->produced, &expect);
}

const struct conf_area conf_area_compress = {
	"compress", "stateless DEFLATE compression",
	fields, conf_offers_compress, conf_limit_deflate, run, 1,
};
