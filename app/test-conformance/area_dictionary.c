/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

#include "areas.h"
#include "conf_op.h"

static const char *const dir_names[] = { "compress", "decompress", NULL };

static int32_t
gen_dict(const struct conf_dev *dev, struct conf_rng *rng)
{
	return 1 + conf_rng_log(rng, 32767);
}

static const struct conf_field fields[] = {
	CONF_DATA_FIELDS(conf_gen_medium),
	CONF_FIELD(dict, 1, gen_dict),
	CONF_NAMED(dir, 0, conf_gen_bool, dir_names),
	CONF_DEFLATE_FIELDS,
	CONF_NAMED(flush, RTE_COMP_FLUSH_FINAL, conf_gen_flush, conf_flush_names),
	CONF_SHAPE_FIELDS,
	CONF_FIELDS_END,
};

static void
limit(const struct conf_dev *dev, struct conf_params *p)
{
	conf_limit_deflate(dev, p);
	conf_limit_dir(dev, p);
	conf_clamp(&p->dict, 1, 32768);
}

#if CONF_HAS_DICTIONARY

static void
make_xform(const struct conf_params *p, uint8_t *dict, struct rte_comp_xform *x)
{
	if (p->dir == 0) {
		conf_xform_compress(p, x);
		x->compress.deflate.dictionary = dict;
		x->compress.deflate.dictionary_len = p->dict;
	} else {
		conf_xform_decompress(p, x);
		x->decompress.inflate.dictionary = dict;
		x->decompress.inflate.dictionary_len = p->dict;
	}
}

/* There is no flag: who takes an xform with a dictionary offers it. */
static bool
offered(const struct conf_dev *dev)
{
	struct conf_params p = {
		.level = RTE_COMP_LEVEL_PMD_DEFAULT, .win = dev->window.max, .dict = 32,
		.dir = !dev->compresses,
	};
	uint8_t dict[32] = { 0 };
	struct rte_comp_xform x;
	void *handle;

	if (!dev->has_deflate)
		return false;
	make_xform(&p, dict, &x);
	if (rte_compressdev_private_xform_create(dev->id, &x, &handle) != 0)
		return false;
	rte_compressdev_private_xform_free(dev->id, handle);
	return true;
}

static enum conf_result
run_compress(struct conf_case *c, struct conf_op *o, const struct conf_op_spec *spec,
	     const uint8_t *dict)
{
	struct conf_expect e = {
		.data = spec->src, .len = spec->len, .dict = dict, .dict_len = c->p->dict,
	};

	CONF_TRY(conf_op_must(o, "compress with a dictionary"));
	conf_expect_params(c->p, &e);
	return conf_deflated(c, conf_op_output(o), o->op->produced, &e);
}

static enum conf_result
run(struct conf_case *c)
{
	const struct conf_params *p = c->p;
	uint8_t *dict = conf_mem(c, p->dict), *used = conf_mem(c, p->dict);
	const uint8_t *plain = conf_data(c);
	struct conf_op_spec spec = {
		.src = plain, .len = p->size, .room = conf_room(p->size), .flush = p->flush,
	};
	struct rte_comp_xform x;
	struct conf_op *o;

	/* of the data's own kind and seed: it begins as they do */
	conf_data_fill(dict, p->dict, p->data, p->seed, p->win);
	memcpy(used, dict, p->dict);
	make_xform(p, used, &x);
	CONF_TRY(conf_xform(c, &x, &spec.handle));
	if (p->dir != 0)
		spec.src = conf_pack_dict(c, plain, p->size, dict, p->dict, &spec.len);
	o = conf_op_new(c, &spec);
	if (o == NULL)
		return CONF_FAIL;
	if (p->dir == 0)
		return run_compress(c, o, &spec, dict);
	CONF_TRY(conf_op_must(o, "decompress with a dictionary"));
	CONF_CHECK(c, o->op->produced == (uint32_t)p->size &&
		   conf_buf_equal(&o->dst, o->doff, plain, p->size),
		   "the output is not what was compressed");
	CONF_CHECK(c, memcmp(dict, used, p->dict) == 0, "the dictionary was changed");
	return CONF_PASS;
}

#else

static bool
offered(const struct conf_dev *dev)
{
	return false;
}

static enum conf_result
run(struct conf_case *c)
{
	return CONF_SKIP;
}

#endif

const struct conf_area conf_area_dictionary = {
	"dictionary", "DEFLATE with a preset dictionary (DPDK 25.11)",
	fields, offered, limit, run, 2,
};
