/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

#include <inttypes.h>

#include "areas.h"
#include "conf_op.h"

enum kind {
	OP_SRC_NULL,
	OP_DST_NULL,
	OP_SRC_OFFSET,
	OP_SRC_LENGTH,
	OP_DST_OFFSET,
	OP_FLUSH_NONE,
	OP_FLUSH_SYNC,
	OP_FLUSH_UNKNOWN,
	OP_XFORM_NULL,
	OP_STATEFUL,
	XFORM_TYPE,
	XFORM_LEVEL_HIGH,
	XFORM_LEVEL_LOW,
	XFORM_HUFFMAN,
	XFORM_ALGO,
	XFORM_CHECKSUM,
	XFORM_CHECKSUM_NOT_OFFERED,
	XFORM_HASH,
	XFORM_WINDOW,
	KIND_NB,
};

static const char *const kind_names[] = {
	"src-null", "dst-null", "src-offset", "src-length", "dst-offset", "flush-none",
	"flush-sync", "flush-unknown", "xform-null", "stateful", "xform-type", "level-high",
	"level-low", "huffman", "algo", "checksum", "checksum-not-offered", "hash", "window",
	NULL,
};

static int32_t
gen_kind(const struct conf_dev *dev, struct conf_rng *rng)
{
	return conf_rng_below(rng, KIND_NB);
}

static int32_t
gen_beyond(const struct conf_dev *dev, struct conf_rng *rng)
{
	return conf_rng_percent(rng, 50) ? 1 : 1 + conf_rng_log(rng, INT32_MAX - 1);
}

static const struct conf_field fields[] = {
	CONF_FIXED(kind, gen_kind, kind_names),
	CONF_FIELD(where, 1, gen_beyond),
	CONF_DATA_FIELDS(conf_gen_small),
	CONF_DEFLATE_FIELDS,
	CONF_NAMED(flush, RTE_COMP_FLUSH_FINAL, conf_gen_flush, conf_flush_names),
	CONF_SHAPE_FIELDS,
	CONF_FIELDS_END,
};

static void
limit(const struct conf_dev *dev, struct conf_params *p)
{
	conf_limit_deflate(dev, p);
	conf_clamp(&p->kind, 0, KIND_NB - 1);
	conf_clamp(&p->where, 1, INT32_MAX);
}

static void
spoil_op(struct conf_op *o)
{
	const struct conf_params *p = o->c->p;
	struct rte_comp_op *op = o->op;

	switch (p->kind) {
	case OP_SRC_NULL:
		op->m_src = NULL;
		break;
	case OP_DST_NULL:
		op->m_dst = NULL;
		break;
	case OP_SRC_OFFSET:
		op->src.offset = o->src.len + p->where;
		break;
	case OP_SRC_LENGTH:
		op->src.length = o->src.len - o->soff + p->where;
		break;
	case OP_DST_OFFSET:
		op->dst.offset = o->dst.len + p->where;
		break;
	case OP_FLUSH_NONE:
		op->flush_flag = RTE_COMP_FLUSH_NONE;
		break;
	case OP_FLUSH_SYNC:
		op->flush_flag = RTE_COMP_FLUSH_SYNC;
		break;
	case OP_FLUSH_UNKNOWN:
		op->flush_flag = RTE_COMP_FLUSH_FINAL + p->where;
		break;
	case OP_XFORM_NULL:
		op->private_xform = NULL;
		break;
	case OP_STATEFUL:
		op->op_type = RTE_COMP_OP_STATEFUL;
		op->stream = NULL;
		break;
	default:
		break;
	}
}

/* A checksum that is a real one but not the driver's. */
static enum rte_comp_checksum_type
other_checksum(const struct conf_dev *dev)
{
	if (!(dev->deflate & RTE_COMP_FF_CRC32_CHECKSUM))
		return RTE_COMP_CHECKSUM_CRC32;
	if (!(dev->deflate & RTE_COMP_FF_ADLER32_CHECKSUM))
		return RTE_COMP_CHECKSUM_ADLER32;
	if (!(dev->deflate & RTE_COMP_FF_CRC32_ADLER32_CHECKSUM))
		return RTE_COMP_CHECKSUM_CRC32_ADLER32;
	return RTE_COMP_CHECKSUM_NONE;
}

static void
spoil_xform(const struct conf_case *c, struct rte_comp_xform *x)
{
	const struct conf_params *p = c->p;

	switch (p->kind) {
	case XFORM_TYPE:
		x->type = RTE_COMP_DECOMPRESS + p->where;
		break;
	case XFORM_LEVEL_HIGH:
		x->compress.level = RTE_COMP_LEVEL_MAX + RTE_MIN(p->where, 1000000);
		break;
	case XFORM_LEVEL_LOW:
		x->compress.level = RTE_COMP_LEVEL_PMD_DEFAULT - RTE_MIN(p->where, 1000000);
		break;
	case XFORM_HUFFMAN:
		x->compress.deflate.huffman = RTE_COMP_HUFFMAN_DYNAMIC + p->where;
		break;
	case XFORM_ALGO:
		x->compress.algo = p->where % 2 ? RTE_COMP_ALGO_UNSPECIFIED : RTE_COMP_ALGO_LZS;
		break;
	case XFORM_CHECKSUM:
		x->compress.chksum = 1000 + RTE_MIN(p->where, 1000000);
		break;
	case XFORM_CHECKSUM_NOT_OFFERED:
		x->compress.chksum = other_checksum(c->dev);
		break;
	case XFORM_HASH:
		x->compress.hash_algo = c->dev->deflate & RTE_COMP_FF_SHA1_HASH ?
			1000 : RTE_COMP_HASH_ALGO_SHA1;
		break;
	case XFORM_WINDOW:
		/* a compressor may choose a smaller one, a decompressor may not */
		conf_xform_decompress(p, x);
		x->decompress.window_size = c->dev->window.max + 1 + p->where % 100;
		break;
	default:
		break;
	}
}

/* Nothing to be wrong with on this device. */
static bool
moot(const struct conf_case *c)
{
	const uint64_t stateful = RTE_COMP_FF_STATEFUL_COMPRESSION |
		RTE_COMP_FF_STATEFUL_DECOMPRESSION;

	if (c->p->kind == XFORM_CHECKSUM_NOT_OFFERED)
		return other_checksum(c->dev) == RTE_COMP_CHECKSUM_NONE;
	return c->p->kind == OP_STATEFUL && (c->dev->deflate & stateful) != 0;
}

static enum conf_result
run(struct conf_case *c)
{
	const struct conf_params *p = c->p;
	struct conf_op_spec spec = {
		.src = conf_data(c), .len = p->size, .room = conf_room(p->size),
		.flush = p->flush,
	};
	struct rte_comp_xform x;
	struct conf_op *o;
	int ret;

	if (moot(c))
		return CONF_SKIP;
	conf_xform_compress(p, &x);
	spoil_xform(c, &x);
	ret = conf_xform_try(c, &x, &spec.handle);
	/* refused although it is sound: that is for area "compress" to judge */
	if (ret != 0)
		return p->kind >= XFORM_TYPE ? CONF_PASS : CONF_SKIP;
	/* a decompressor would see garbage */
	CONF_CHECK(c, p->kind != XFORM_WINDOW,
		   "decompression with window size %u was set up, %u is the largest offered",
		   x.decompress.window_size, c->dev->window.max);
	o = conf_op_new(c, &spec);
	if (o == NULL)
		return CONF_FAIL;
	spoil_op(o);
	CONF_TRY(conf_op_run(o));
	if (o->state == CONF_OP_REFUSED || o->op->status != RTE_COMP_OP_STATUS_SUCCESS)
		return CONF_PASS;
	if (p->kind == XFORM_CHECKSUM_NOT_OFFERED &&
	    o->op->output_chksum == conf_chksum(x.compress.chksum, 0, spec.src, spec.len))
		return CONF_PASS;
	conf_fail(c, "SUCCESS in spite of %s", kind_names[p->kind]);
	/* each is a check of its own */
	c->check = kind_names[p->kind];
	return CONF_FAIL;
}

const struct conf_area conf_area_invalid = {
	"invalid", "bad arguments are refused, or come back with an error",
	fields, conf_offers_compress, limit, run, 4,
};
