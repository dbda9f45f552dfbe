/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

#include "areas.h"
#include "conf_op.h"

#if defined(RTE_COMP_LZ4_FLAG_DICT_ID) && defined(CONF_LIBLZ4)
#define CONF_LZ4	1
#include <inttypes.h>
#include <lz4frame.h>
#else
#define CONF_LZ4	0
#endif

static const char *const dir_names[] = { "compress", "decompress", NULL };

static int32_t
gen_flags(const struct conf_dev *dev, struct conf_rng *rng)
{
	return conf_rng_below(rng, 64);
}

static const struct conf_field fields[] = {
	CONF_DATA_FIELDS(conf_gen_size),
	CONF_NAMED(dir, 0, conf_gen_bool, dir_names),
	CONF_FIELD(flags, 0, gen_flags),
	CONF_FIELD(level, 1, conf_gen_level),
	CONF_FIELD(slack, 0, conf_gen_slack),
	CONF_SHAPE_FIELDS,
	CONF_FIELDS_END,
};

static bool
offered(const struct conf_dev *dev)
{
	return CONF_LZ4 && dev->has_lz4;
}

#if CONF_LZ4

/* Flags of the xform that the driver advertises; dictionaries have no place in the API. */
static void
limit(const struct conf_dev *dev, struct conf_params *p)
{
	static const struct { int32_t flag; uint64_t ff; } flags[] = {
		{ RTE_COMP_LZ4_FLAG_CONTENT_CHECKSUM, RTE_COMP_FF_LZ4_CONTENT_WITH_CHECKSUM },
		{ RTE_COMP_LZ4_FLAG_CONTENT_SIZE, RTE_COMP_FF_LZ4_CONTENT_SIZE },
		{ RTE_COMP_LZ4_FLAG_BLOCK_CHECKSUM, RTE_COMP_FF_LZ4_BLOCK_WITH_CHECKSUM },
		{ RTE_COMP_LZ4_FLAG_BLOCK_INDEPENDENCE, RTE_COMP_FF_LZ4_BLOCK_INDEPENDENCE },
	};
	int32_t allowed = 0;

	conf_limit_shape(dev, p, true);
	for (unsigned int i = 0; i < RTE_DIM(flags); i++)
		if (dev->lz4 & flags[i].ff)
			allowed |= flags[i].flag;
	p->flags &= allowed;
	conf_clamp(&p->level, RTE_COMP_LEVEL_PMD_DEFAULT, RTE_COMP_LEVEL_MAX);
	if (p->level == RTE_COMP_LEVEL_NONE)
		p->level = RTE_COMP_LEVEL_MIN;
}

static void
make_xform(const struct conf_case *c, struct rte_comp_xform *x)
{
	enum rte_comp_checksum_type sum = c->dev->lz4 & RTE_COMP_FF_XXHASH32_CHECKSUM ?
		RTE_COMP_CHECKSUM_XXHASH32 : RTE_COMP_CHECKSUM_NONE;

	memset(x, 0, sizeof(*x));
	if (c->p->dir == 0) {
		x->type = RTE_COMP_COMPRESS;
		x->compress.algo = RTE_COMP_ALGO_LZ4;
		x->compress.lz4.flags = c->p->flags;
		x->compress.level = c->p->level;
		x->compress.chksum = sum;
	} else {
		x->type = RTE_COMP_DECOMPRESS;
		x->decompress.algo = RTE_COMP_ALGO_LZ4;
		x->decompress.lz4.flags = c->p->flags;
		x->decompress.chksum = sum;
	}
}

static enum conf_result
check_sum(struct conf_case *c, const struct conf_op *o, const uint8_t *plain)
{
	uint32_t want = conf_xxh32(plain, c->p->size);

	if (c->dev->lz4 & RTE_COMP_FF_XXHASH32_CHECKSUM)
		CONF_CHECK(c, o->op->output_chksum == want,
			   "xxh32: %#" PRIx64 ", not %#" PRIx32, o->op->output_chksum, want);
	return CONF_PASS;
}

/* The frame's descriptor says what was asked for. */
static enum conf_result
check_frame(struct conf_case *c, const LZ4F_frameInfo_t *info)
{
	int32_t flags = c->p->flags;
	bool sized = flags & RTE_COMP_LZ4_FLAG_CONTENT_SIZE;

	CONF_CHECK(c, (info->contentChecksumFlag == LZ4F_contentChecksumEnabled) ==
		   ((flags & RTE_COMP_LZ4_FLAG_CONTENT_CHECKSUM) != 0),
		   "content checksum: %d, flags %#x", info->contentChecksumFlag, flags);
	CONF_CHECK(c, (info->blockChecksumFlag == LZ4F_blockChecksumEnabled) ==
		   ((flags & RTE_COMP_LZ4_FLAG_BLOCK_CHECKSUM) != 0),
		   "block checksum: %d, flags %#x", info->blockChecksumFlag, flags);
	/* independent blocks are dependent ones that do without */
	CONF_CHECK(c, info->blockMode == LZ4F_blockIndependent ||
		   (flags & RTE_COMP_LZ4_FLAG_BLOCK_INDEPENDENCE) == 0,
		   "blocks depend on each other, flags %#x", flags);
	CONF_CHECK(c, info->contentSize == (sized ? (uint64_t)c->p->size : 0),
		   "content size %llu in the frame, flags %#x", info->contentSize, flags);
	return CONF_PASS;
}

static enum conf_result
check_output(struct conf_case *c, struct conf_op *o, const uint8_t *plain)
{
	uint8_t *out = conf_op_output(o), *back = conf_mem(c, c->p->size + 1);
	size_t len = o->op->produced, head = len, used, got = c->p->size + 1, left;
	LZ4F_frameInfo_t info = { 0 };
	LZ4F_dctx *ctx;

	if (LZ4F_isError(LZ4F_createDecompressionContext(&ctx, LZ4F_VERSION)))
		rte_panic("LZ4F_createDecompressionContext\n");
	left = LZ4F_getFrameInfo(ctx, &info, out, &head);
	used = len - RTE_MIN(head, len);
	if (!LZ4F_isError(left))
		left = LZ4F_decompress(ctx, back, &got, out + head, &used, NULL);
	LZ4F_freeDecompressionContext(ctx);
	CONF_CHECK(c, left == 0, "the frame of %zu bytes does not decode: %s", len,
		   LZ4F_isError(left) ? LZ4F_getErrorName(left) : "it does not end");
	CONF_CHECK(c, head + used == len, "output of %zu bytes, the frame has %zu", len,
		   head + used);
	CONF_CHECK(c, got == (size_t)c->p->size && memcmp(back, plain, got) == 0,
		   "the output does not hold the input");
	CONF_TRY(check_frame(c, &info));
	return check_sum(c, o, plain);
}

static const uint8_t *
pack(struct conf_case *c, const uint8_t *plain, uint32_t *len)
{
	const struct conf_params *p = c->p;
	LZ4F_preferences_t prefs = { .compressionLevel = p->level };
	LZ4F_frameInfo_t *info = &prefs.frameInfo;
	size_t room, n;
	uint8_t *out;

	info->contentChecksumFlag = (p->flags & RTE_COMP_LZ4_FLAG_CONTENT_CHECKSUM) != 0;
	info->blockChecksumFlag = (p->flags & RTE_COMP_LZ4_FLAG_BLOCK_CHECKSUM) != 0;
	info->blockMode = p->flags & RTE_COMP_LZ4_FLAG_BLOCK_INDEPENDENCE ?
		LZ4F_blockIndependent : LZ4F_blockLinked;
	info->contentSize = p->flags & RTE_COMP_LZ4_FLAG_CONTENT_SIZE ? p->size : 0;
	room = LZ4F_compressFrameBound(p->size, &prefs);
	out = conf_mem(c, room);
	n = LZ4F_compressFrame(out, room, plain, p->size, &prefs);
	if (LZ4F_isError(n))
		rte_panic("LZ4F_compressFrame: %s\n", LZ4F_getErrorName(n));
	*len = n;
	return out;
}

static enum conf_result
run(struct conf_case *c)
{
	const struct conf_params *p = c->p;
	const uint8_t *plain = conf_data(c);
	struct conf_op_spec spec = {
		.src = plain, .len = p->size, .room = conf_room(p->size),
		.flush = RTE_COMP_FLUSH_FINAL,
	};
	struct rte_comp_xform x;
	struct conf_op *o;

	make_xform(c, &x);
	CONF_TRY(conf_xform(c, &x, &spec.handle));
	if (p->dir != 0) {
		spec.src = pack(c, plain, &spec.len);
		spec.room = conf_room_exact(p->size) + p->slack;
	}
	o = conf_op_new(c, &spec);
	if (o == NULL)
		return CONF_FAIL;
	CONF_TRY(conf_op_must(o, "lz4"));
	if (p->dir == 0)
		return check_output(c, o, plain);
	CONF_CHECK(c, o->op->produced == (uint32_t)p->size &&
		   conf_buf_equal(&o->dst, o->doff, plain, p->size),
		   "the output is not what was compressed");
	return check_sum(c, o, plain);
}

#else

static void
limit(const struct conf_dev *dev, struct conf_params *p)
{
	conf_limit_shape(dev, p, true);
}

static enum conf_result
run(struct conf_case *c)
{
	return CONF_SKIP;
}

#endif

const struct conf_area conf_area_lz4 = {
	"lz4", "LZ4 frames, both directions (DPDK 23.03, liblz4)",
	fields, offered, limit, run, 2,
};
