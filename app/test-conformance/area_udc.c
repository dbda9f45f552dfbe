/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

#include <inttypes.h>

#include "areas.h"
#include "conf_op.h"

/*
 * 3GPP TS 38.323, uplink data compression: the checksum tells whether both sides'
 * buffers are the same before a packet. It is the one's complement of the sum of all
 * 4-bit numbers in the buffer's first and last four bytes, of which four bits count.
 * The dictionary is as long as the buffer here, so that both are one.
 */

static const char *const dir_names[] = { "compress", "decompress", NULL };
static const char *const kind_names[] = { "right", "other", NULL };

/* Buffers of 2, 4 and 8 KiB. */
static int32_t
gen_window(const struct conf_dev *dev, struct conf_rng *rng)
{
	return 11 + conf_rng_below(rng, 3);
}

static const struct conf_field fields[] = {
	CONF_DATA_FIELDS(conf_gen_small),
	CONF_NAMED(dir, 0, conf_gen_bool, dir_names),
	CONF_NAMED(kind, 0, conf_gen_bool, kind_names),
	CONF_FIELD(win, 13, gen_window),
	CONF_SHAPE_FIELDS,
	CONF_FIELDS_END,
};

static void
limit(const struct conf_dev *dev, struct conf_params *p)
{
	conf_limit_shape(dev, p, true);
	conf_limit_dir(dev, p);
	conf_clamp(&p->win, 11, 13);
	p->level = RTE_COMP_LEVEL_PMD_DEFAULT;
	p->flush = RTE_COMP_FLUSH_FINAL;
}

#if CONF_HAS_UDC

static uint64_t
udc_checksum(const uint8_t *buf, size_t len)
{
	uint32_t sum = 0;

	for (unsigned int i = 0; i < 4; i++) {
		sum += (buf[i] >> 4) + (buf[i] & 0xf);
		sum += (buf[len - 4 + i] >> 4) + (buf[len - 4 + i] & 0xf);
	}
	return ~sum & 0xf;
}

static void
make_xform(const struct conf_params *p, uint8_t *dict, struct rte_comp_xform *x)
{
	if (p->dir == 0) {
		conf_xform_compress(p, x);
		x->compress.chksum = RTE_COMP_CHECKSUM_3GPP_PDCP_UDC;
		x->compress.deflate.dictionary = dict;
		x->compress.deflate.dictionary_len = 1u << p->win;
	} else {
		conf_xform_decompress(p, x);
		x->decompress.chksum = RTE_COMP_CHECKSUM_3GPP_PDCP_UDC;
		x->decompress.inflate.dictionary = dict;
		x->decompress.inflate.dictionary_len = 1u << p->win;
	}
}

static bool
offered(const struct conf_dev *dev)
{
	struct conf_params p = {
		.level = RTE_COMP_LEVEL_PMD_DEFAULT, .win = 11, .dir = !dev->compresses,
	};
	struct rte_comp_xform x;
	uint8_t dict[2048] = { 0 };
	void *handle;

	if (!dev->has_deflate || dev->window.min > 11 || dev->window.max < 13)
		return false;
	make_xform(&p, dict, &x);
	if (rte_compressdev_private_xform_create(dev->id, &x, &handle) != 0)
		return false;
	rte_compressdev_private_xform_free(dev->id, handle);
	return true;
}

static enum conf_result
check(struct conf_case *c, struct conf_op *o, uint64_t sum)
{
	if (c->p->dir != 0 && c->p->kind != 0) {
		CONF_TRY(conf_op_run(o));
		/* at either end of the queue */
		CONF_CHECK(c, o->op->status == RTE_COMP_OP_STATUS_CHECKSUM_VALIDATION_FAILED,
			   "another checksum than the buffer's: status %s",
			   conf_status(o->op->status));
		return CONF_PASS;
	}
	CONF_TRY(conf_op_must(o, "with UDC checksum"));
	CONF_CHECK(c, o->op->output_chksum == sum, "UDC checksum %#" PRIx64 ", not %#" PRIx64,
		   o->op->output_chksum, sum);
	return CONF_PASS;
}

static enum conf_result
run(struct conf_case *c)
{
	const struct conf_params *p = c->p;
	uint32_t len = 1u << p->win;
	uint8_t *dict = conf_mem(c, len);
	const uint8_t *plain = conf_data(c);
	struct conf_op_spec spec = {
		.src = plain, .len = p->size, .room = conf_room(p->size), .flush = p->flush,
	};
	struct rte_comp_xform x;
	struct conf_op *o;
	uint64_t sum;

	conf_data_fill(dict, len, CONF_SKEWED, p->seed, p->win);
	sum = udc_checksum(dict, len);
	spec.chksum = p->dir != 0 ? sum ^ (p->kind != 0) : 0;
	make_xform(p, dict, &x);
	CONF_TRY(conf_xform(c, &x, &spec.handle));
	if (p->dir != 0)
		spec.src = conf_pack_dict(c, plain, p->size, dict, len, &spec.len);
	o = conf_op_new(c, &spec);
	return o == NULL ? CONF_FAIL : check(c, o, sum);
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

const struct conf_area conf_area_udc = {
	"udc", "checksums of 3GPP uplink data compression (DPDK 25.11)",
	fields, offered, limit, run, 4,
};
