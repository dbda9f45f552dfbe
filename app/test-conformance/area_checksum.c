/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

#include <inttypes.h>

#include "areas.h"
#include "conf_op.h"

static const char *const dir_names[] = { "compress", "decompress", NULL };

static int32_t
gen_parts(const struct conf_dev *dev, struct conf_rng *rng)
{
	return conf_rng_percent(rng, 60) ? 1 : 1 + conf_rng_below(rng, 8);
}

/* One that is a checksum. */
static int32_t
gen_type(const struct conf_dev *dev, struct conf_rng *rng)
{
	int32_t type = RTE_COMP_CHECKSUM_NONE;

	for (unsigned int i = 0; i < 64 && type == RTE_COMP_CHECKSUM_NONE; i++)
		type = conf_gen_chksum(dev, rng);
	return type;
}

static const struct conf_field fields[] = {
	CONF_DATA_FIELDS(conf_gen_size),
	CONF_NAMED(chksum, RTE_COMP_CHECKSUM_NONE, gen_type, conf_chksum_names),
	CONF_NAMED(dir, 0, conf_gen_bool, dir_names),
	CONF_FIELD(parts, 1, gen_parts),
	CONF_DEFLATE_FIELDS,
	CONF_NAMED(flush, RTE_COMP_FLUSH_FINAL, conf_gen_flush, conf_flush_names),
	CONF_SHAPE_FIELDS,
	CONF_FIELDS_END,
};

static bool
offered(const struct conf_dev *dev)
{
	uint64_t any = RTE_COMP_FF_CRC32_CHECKSUM | RTE_COMP_FF_ADLER32_CHECKSUM |
		RTE_COMP_FF_CRC32_ADLER32_CHECKSUM;

#ifdef RTE_COMP_FF_XXHASH32_CHECKSUM
	any |= RTE_COMP_FF_XXHASH32_CHECKSUM;
#endif
	return (dev->deflate & any) != 0 && conf_offers_deflate(dev);
}

/* A start value is for drivers that say so, and no XXH32 goes on from one. */
static void
limit(const struct conf_dev *dev, struct conf_params *p)
{
	conf_limit_deflate(dev, p);
	conf_limit_dir(dev, p);
	conf_clamp(&p->parts, 1, 16);
	if (!(dev->deflate & RTE_COMP_FF_MULTI_PKT_CHECKSUM) ||
	    p->chksum > RTE_COMP_CHECKSUM_CRC32_ADLER32)
		p->parts = 1;
}

static enum conf_result
part(struct conf_case *c, const uint8_t *data, uint32_t len, void *xform, uint64_t *sum)
{
	uint64_t want = conf_chksum(c->p->chksum, *sum, data, len);
	struct conf_op_spec spec = {
		.src = data, .len = len, .room = conf_room(len), .handle = xform,
		.flush = c->p->flush, .chksum = *sum,
	};
	struct conf_op *o;

	if (c->p->dir != 0) {
		spec.src = conf_pack(c, data, len, &spec.len);
		spec.room = conf_room_exact(len);
	}
	o = conf_op_new(c, &spec);
	if (o == NULL)
		return CONF_FAIL;
	CONF_TRY(conf_op_must(o, "with checksum"));
	CONF_CHECK(c, o->op->output_chksum == want,
		   "%s of %u bytes from start %#" PRIx64 ": %#" PRIx64 ", not %#" PRIx64,
		   conf_chksum_names[c->p->chksum], len, *sum, o->op->output_chksum, want);
	if (c->p->dir != 0)
		CONF_CHECK(c, o->op->produced == len &&
			   conf_buf_equal(&o->dst, o->doff, data, len),
			   "the output is not what was compressed");
	conf_op_free(o);
	*sum = want;
	return CONF_PASS;
}

/* Parts one after the other, each with the result before as its start value. */
static enum conf_result
run(struct conf_case *c)
{
	const struct conf_params *p = c->p;
	const uint8_t *data = conf_data(c);
	uint32_t pos = 0, len;
	uint64_t sum = 0;
	struct rte_comp_xform x;
	void *xform;

	if (p->dir == 0)
		conf_xform_compress(p, &x);
	else
		conf_xform_decompress(p, &x);
	CONF_TRY(conf_xform(c, &x, &xform));
	for (int32_t i = 0; i < p->parts; i++, pos += len) {
		len = i + 1 == p->parts ? p->size - pos :
			conf_rng_below(&c->rng, p->size - pos + 1);
		CONF_TRY(part(c, data + pos, len, xform, &sum));
	}
	CONF_CHECK(c, p->chksum > RTE_COMP_CHECKSUM_CRC32_ADLER32 ||
		   sum == conf_chksum(p->chksum, 0, data, p->size),
		   "the suite's own checksums do not add up");
	return CONF_PASS;
}

const struct conf_area conf_area_checksum = {
	"checksum", "CRC-32, Adler-32, XXH32, over one op and over many",
	fields, offered, limit, run, 1,
};
