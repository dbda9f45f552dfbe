/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

#include "areas.h"
#include "conf_op.h"

static const struct conf_field fields[] = {
	CONF_DATA_FIELDS(conf_gen_size),
	CONF_MAKER_FIELDS,
	CONF_FIELD(slack, 0, conf_gen_slack),
	CONF_SHAPE_FIELDS,
	CONF_FIELDS_END,
};

static const struct conf_field trailing_fields[] = {
	CONF_DATA_FIELDS(conf_gen_small),
	CONF_MAKER_FIELDS,
	CONF_FIELD(garbage, 1, conf_gen_garbage),
	CONF_FIELD(slack, 0, conf_gen_slack),
	CONF_SHAPE_FIELDS,
	CONF_FIELDS_END,
};

static void
limit(const struct conf_dev *dev, struct conf_params *p)
{
	conf_limit_maker(dev, p);
	/* what random codes make of it may be twice as long */
	if (p->maker == CONF_MAKE_SYNTH && p->size < 50000)
		conf_clamp(&p->size, 0, 20000);
}

/* The stream and garbage behind it. */
static enum conf_result
decompress(struct conf_case *c, const struct conf_made *m, uint32_t garbage)
{
	struct conf_op_spec spec = {
		.len = m->len + garbage, .room = conf_room_exact(m->out_len) + c->p->slack,
		.flush = RTE_COMP_FLUSH_FINAL,
	};
	uint8_t *in = conf_mem(c, spec.len);
	struct rte_comp_xform x;
	struct conf_op *o;

	memcpy(in, m->in, m->len);
	conf_data_fill(in + m->len, garbage, CONF_RANDOM, c->p->seed, 0);
	spec.src = in;
	conf_xform_decompress(c->p, &x);
	CONF_TRY(conf_xform(c, &x, &spec.handle));
	o = conf_op_new(c, &spec);
	if (o == NULL)
		return CONF_FAIL;
	CONF_TRY(conf_op_run(o));
	CONF_CHECK(c, o->state == CONF_OP_DONE, "decompress: enqueue refused it with status %s",
		   conf_status(o->op->status));
	CONF_CHECK(c, o->op->status == RTE_COMP_OP_STATUS_SUCCESS,
		   "decompress: status %s for a stream of %zu bytes that gives %zu, room %u",
		   conf_status(o->op->status), m->len, m->out_len, o->room);
	CONF_CHECK(c, o->op->produced == m->out_len, "produced %u bytes, not %zu",
		   o->op->produced, m->out_len);
	CONF_CHECK(c, conf_buf_equal(&o->dst, o->doff, m->out, m->out_len),
		   "the output is not what was compressed");
	CONF_CHECK(c, o->op->consumed == m->len, "consumed %u of %u bytes; the stream has %zu",
		   o->op->consumed, o->len, m->len);
	return CONF_PASS;
}

static enum conf_result
run(struct conf_case *c)
{
	struct conf_made m;

	CONF_TRY(conf_make(c, &m));
	return decompress(c, &m, 0);
}

static enum conf_result
run_trailing(struct conf_case *c)
{
	struct conf_made m;

	CONF_TRY(conf_make(c, &m));
	return decompress(c, &m, c->p->garbage);
}

const struct conf_area conf_area_decompress = {
	"decompress", "stateless DEFLATE decompression of all that the format allows",
	fields, conf_offers_decompress, limit, run, 1,
};

const struct conf_area conf_area_trailing = {
	"trailing", "bytes behind the end of a stream are not consumed",
	trailing_fields, conf_offers_decompress, limit, run_trailing, 4,
};
