/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/*
 * Ops with bad arguments: the burst stops there with INVALID_ARGS, what came before is
 * done, what comes after is untouched.
 */

#include <string.h>

#include "test_pmd.h"

#define LEN	1000u
#define OFF	40u

static struct pmd_buf src, dst;
static void *deflate_xform, *inflate_xform, *null_xform;

static void
null_src(struct rte_comp_op *op)
{
	op->m_src = NULL;
}

static void
null_dst(struct rte_comp_op *op)
{
	op->m_dst = NULL;
}

static void
null_xform_arg(struct rte_comp_op *op)
{
	op->private_xform = NULL;
}

static void
no_stream(struct rte_comp_op *op)
{
	op->op_type = RTE_COMP_OP_STATEFUL;
	op->stream = NULL;
}

static void
op_type(struct rte_comp_op *op)
{
	op->op_type = RTE_COMP_OP_STATEFUL + 1;
}

static void
flush_none(struct rte_comp_op *op)
{
	op->flush_flag = RTE_COMP_FLUSH_NONE;
}

static void
flush_sync(struct rte_comp_op *op)
{
	op->flush_flag = RTE_COMP_FLUSH_SYNC;
}

static void
null_flush_none(struct rte_comp_op *op)
{
	op->private_xform = null_xform;
	op->flush_flag = RTE_COMP_FLUSH_NONE;
}

static void
src_offset(struct rte_comp_op *op)
{
	op->src.offset = src.len + 1;
	op->src.length = 0;
}

static void
src_offset_huge(struct rte_comp_op *op)
{
	op->src.offset = UINT32_MAX;
}

static void
src_length(struct rte_comp_op *op)
{
	op->src.length = src.len - OFF + 1;
}

static void
src_length_huge(struct rte_comp_op *op)
{
	/* offset and length together wrap around 32 bits */
	op->src.length = UINT32_MAX - OFF + 1;
}

static void
src_end(struct rte_comp_op *op)
{
	op->src.offset = src.len;
	op->src.length = 1;
}

static void
dst_offset(struct rte_comp_op *op)
{
	op->dst.offset = dst.len + 1;
}

static void
dst_offset_huge(struct rte_comp_op *op)
{
	op->dst.offset = UINT32_MAX;
}

static void
inflate_length(struct rte_comp_op *op)
{
	op->private_xform = inflate_xform;
	op->src.length = src.len;
}

static const struct {
	const char *name;
	void (*spoil)(struct rte_comp_op *op);
} cases[] = {
	{ "m_src NULL", null_src },
	{ "m_dst NULL", null_dst },
	{ "xform NULL", null_xform_arg },
	{ "stateful without a stream", no_stream },
	{ "op type", op_type },
	{ "flush NONE", flush_none },
	{ "flush SYNC", flush_sync },
	{ "flush NONE with algorithm NULL", null_flush_none },
	{ "source offset", src_offset },
	{ "source offset, huge", src_offset_huge },
	{ "source length", src_length },
	{ "source length, huge", src_length_huge },
	{ "source starts at its end", src_end },
	{ "destination offset", dst_offset },
	{ "destination offset, huge", dst_offset_huge },
	{ "source length, decompression", inflate_length },
};

/* Five ops, of which the third is bad. */
static int
burst(const struct pmd_dev *dev, void (*spoil)(struct rte_comp_op *op))
{
	struct pmd_io io = {
		.xform = deflate_xform, .flush = RTE_COMP_FLUSH_FINAL,
		.src = &src, .dst = &dst, .src_off = OFF, .src_len = LEN, .dst_off = OFF,
	};
	struct rte_comp_op *ops[5], *back[5], was[5];
	struct rte_compressdev_stats before, after;

	rte_compressdev_stats_get(dev->id, &before);
	for (int i = 0; i < 5; i++) {
		ops[i] = pmd_op(&io);
		TEST_ASSERT(ops[i] != NULL, "no op");
		/* whatever is written can be seen */
		ops[i]->output_chksum = 0x5a5a5a5a5a5a5a5a;
		ops[i]->consumed = ops[i]->produced = 0xa5a5a5a5;
		ops[i]->debug_status = 0x77;
		ops[i]->status = RTE_COMP_OP_STATUS_SUCCESS;
	}
	spoil(ops[2]);
	for (int i = 0; i < 5; i++)
		was[i] = *ops[i];
	TEST_ASSERT(rte_compressdev_enqueue_burst(dev->id, 0, ops, 5) == 2, "not after 2");
	TEST_ASSERT(ops[2]->status == RTE_COMP_OP_STATUS_INVALID_ARGS, "status %u",
		    ops[2]->status);
	ops[2]->status = was[2].status;
	for (int i = 2; i < 5; i++)
		TEST_ASSERT(memcmp(ops[i], &was[i], sizeof(was[i])) == 0, "op %d changed", i);
	rte_compressdev_stats_get(dev->id, &after);
	TEST_ASSERT(after.enqueue_err_count == before.enqueue_err_count + 1 &&
		    after.enqueued_count == before.enqueued_count + 2, "stats");
	TEST_ASSERT(pmd_dequeue(dev, 0, back, 2) == 2 && back[0] == ops[0] &&
		    back[1] == ops[1] && ops[0]->status == RTE_COMP_OP_STATUS_SUCCESS &&
		    ops[1]->status == RTE_COMP_OP_STATUS_SUCCESS, "earlier ops");
	TEST_ASSERT(rte_compressdev_dequeue_burst(dev->id, 0, back, 5) == 0, "more came");
	for (int i = 0; i < 5; i++)
		rte_comp_op_free(ops[i]);
	return 0;
}

static int
each_case(const struct pmd_dev *dev)
{
	for (unsigned int i = 0; i < DIM(cases); i++)
		TEST_ASSERT(burst(dev, cases[i].spoil) == 0, "%s", cases[i].name);
	return 0;
}

static int
invalid(const struct pmd_dev *dev, const struct pmd_flavour *f)
{
	static const struct rte_comp_xform null = {
		.type = RTE_COMP_COMPRESS, .compress.algo = RTE_COMP_ALGO_NULL,
		.compress.hash_algo = RTE_COMP_HASH_ALGO_NONE,
	};
	uint8_t text[OFF + LEN];

	(void)f;
	deflate_xform = pmd_deflate(dev, 1, RTE_COMP_HUFFMAN_DEFAULT, 15,
				    RTE_COMP_CHECKSUM_NONE);
	inflate_xform = pmd_inflate(dev, RTE_COMP_CHECKSUM_NONE);
	rte_compressdev_private_xform_create(dev->id, &null, &null_xform);
	pmd_fill(PMD_TEXT, text, sizeof(text));
	for (unsigned int nb = 1; nb < 12; nb += 5) {
		TEST_ASSERT(pmd_buf_cut(&src, sizeof(text), nb, true) == 0 &&
			    pmd_buf_cut(&dst, 2 * LEN, nb, true) == 0, "memory");
		pmd_buf_write(&src, 0, text, sizeof(text));
		TEST_ASSERT(each_case(dev) == 0, "with %u segments", nb);
		pmd_buf_free(&src);
		pmd_buf_free(&dst);
	}
	pmd_xform_free(dev, deflate_xform);
	pmd_xform_free(dev, inflate_xform);
	pmd_xform_free(dev, null_xform);
	return 0;
}

static int
test_invalid(void)
{
	int ret = pmd_up();

	pmd_seed(4601);
	if (ret == 0)
		ret = pmd_each_flavour(invalid);
	return pmd_down(ret);
}

UACCE_TEST(pmd_invalid, test_invalid)
