/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

#include "conf_gen.h"
#include "traffic.h"

/* What one op is to give. */
struct item {
	bool compress;
	const uint8_t *plain;
	uint32_t len;
};

void
traffic_limit(const struct conf_dev *dev, struct conf_params *p)
{
	bool shared = dev->deflate & RTE_COMP_FF_SHAREABLE_PRIV_XFORM;

	conf_clamp(&p->ops, 1, shared ? TRAFFIC_MAX_OPS : CONF_XFORMS);
	conf_clamp(&p->burst, 1, TRAFFIC_MAX_BURST);
	conf_clamp(&p->size, 0, 300);
	conf_clamp(&p->soff, 0, 50);
	conf_clamp(&p->stail, 0, 50);
	conf_clamp(&p->doff, 0, 50);
	/* so many segments at once would need more mbufs than there are */
	if (p->sseg != 0)
		conf_clamp(&p->sseg, 60, 65535);
	if (p->dseg != 0)
		conf_clamp(&p->dseg, 200, 65535);
}

/* One xform for all of a direction, or one for each op. */
static enum conf_result
xform_for(struct conf_case *c, bool compress, void **shared)
{
	struct rte_comp_xform x;

	if (*shared != NULL && (c->dev->deflate & RTE_COMP_FF_SHAREABLE_PRIV_XFORM))
		return CONF_PASS;
	if (compress)
		conf_xform_compress(c->p, &x);
	else
		conf_xform_decompress(c->p, &x);
	return conf_xform(c, &x, shared);
}

static enum conf_result
add(struct traffic *t, void **xforms)
{
	struct conf_case *c = t->c;
	struct conf_op_spec spec = { 0 };
	struct item *item = conf_mem(c, sizeof(*item));
	uint8_t *plain;

	item->compress = c->dev->compresses &&
		(!c->dev->decompresses || conf_rng_percent(&c->rng, 50));
	item->len = conf_rng_below(&c->rng, c->p->size + 1);
	item->plain = plain = conf_mem(c, item->len);
	conf_data_fill(plain, item->len, c->p->data, c->p->seed + t->nb_ops, c->p->win);
	CONF_TRY(xform_for(c, item->compress, &xforms[item->compress]));
	spec.handle = xforms[item->compress];
	spec.flush = conf_rng_percent(&c->rng, 30) ? RTE_COMP_FLUSH_FULL : RTE_COMP_FLUSH_FINAL;
	if (item->compress) {
		spec.src = item->plain;
		spec.len = item->len;
		spec.room = conf_room(item->len);
	} else {
		spec.src = conf_pack(c, item->plain, item->len, &spec.len);
		spec.room = conf_room_exact(item->len);
	}
	t->ops[t->nb_ops] = conf_op_new(c, &spec);
	if (t->ops[t->nb_ops] == NULL)
		return CONF_FAIL;
	t->ops[t->nb_ops++]->user = item;
	return CONF_PASS;
}

enum conf_result
traffic_make(struct conf_case *c, struct traffic *t)
{
	void *xforms[2] = { NULL, NULL };

	memset(t, 0, sizeof(*t));
	t->c = c;
	t->ops = conf_mem(c, c->p->ops * sizeof(*t->ops));
	while (t->nb_ops < (unsigned int)c->p->ops)
		CONF_TRY(add(t, xforms));
	return CONF_PASS;
}

static enum conf_result
check_one(struct conf_op *o)
{
	struct conf_case *c = o->c;
	const struct item *item = o->user;
	struct conf_params p = *c->p;
	struct conf_expect e = { .data = item->plain, .len = item->len };

	CONF_CHECK(c, o->op->status == RTE_COMP_OP_STATUS_SUCCESS, "%s of %u bytes: status %s",
		   item->compress ? "compression" : "decompression", o->len,
		   conf_status(o->op->status));
	CONF_CHECK(c, o->op->consumed == o->len, "SUCCESS, but consumed %u of %u bytes",
		   o->op->consumed, o->len);
	if (item->compress) {
		p.flush = o->op->flush_flag;
		conf_expect_params(&p, &e);
		return conf_deflated(c, conf_op_output(o), o->op->produced, &e);
	}
	CONF_CHECK(c, o->op->produced == item->len &&
		   conf_buf_equal(&o->dst, o->doff, item->plain, item->len),
		   "the output is not what was compressed");
	return CONF_PASS;
}

enum conf_result
traffic_check(const struct traffic *t)
{
	for (unsigned int i = 0; i < t->nb_ops; i++)
		CONF_TRY(check_one(t->ops[i]));
	return CONF_PASS;
}
