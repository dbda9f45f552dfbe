/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/*
 * Streams that cannot be created, ops of streams that are refused, streams that are
 * busy.
 */

#include <errno.h>
#include <string.h>

#include "test_pmd_stream.h"

#define LEN	600u

static struct pmd_buf src, dst;

static struct rte_comp_op *
op_of(void *stream)
{
	const struct pmd_io io = {
		.xform = stream, .stateful = true, .flush = RTE_COMP_FLUSH_FINAL,
		.src = &src, .dst = &dst, .src_len = LEN,
	};

	return pmd_op(&io);
}

static int
create_status(const struct pmd_dev *dev, const struct rte_comp_xform *x)
{
	void *stream = &src;
	int ret = rte_compressdev_stream_create(dev->id, x, &stream);

	if (ret == 0)
		rte_compressdev_stream_free(dev->id, stream);
	else if (stream != &src)
		return 1;
	return ret;
}

static int
creation(const struct pmd_dev *dev, const struct pmd_flavour *f)
{
	struct rte_comp_xform c = {
		.type = RTE_COMP_COMPRESS, .compress = { .algo = RTE_COMP_ALGO_DEFLATE,
			.level = 6, .window_size = 15 },
	};
	struct rte_comp_xform d = {
		.type = RTE_COMP_DECOMPRESS, .decompress = { .algo = RTE_COMP_ALGO_DEFLATE,
			.window_size = 15 },
	};

	(void)f;
	TEST_ASSERT(create_status(dev, &c) == 0 && create_status(dev, &d) == 0, "good ones");
	c.compress.window_size = 16;
	TEST_ASSERT(create_status(dev, &c) < 0, "window");
	c.compress.window_size = 15;
	c.compress.level = 10;
	TEST_ASSERT(create_status(dev, &c) < 0, "level");
	c.compress.level = 6;
	c.compress.algo = RTE_COMP_ALGO_NULL;
	TEST_ASSERT(create_status(dev, &c) < 0, "NULL needs no stream");
	d.decompress.algo = RTE_COMP_ALGO_NULL;
	TEST_ASSERT(create_status(dev, &d) < 0, "NULL needs no stream");
	d.decompress.algo = RTE_COMP_ALGO_LZS;
	TEST_ASSERT(create_status(dev, &d) < 0, "LZS");
	TEST_ASSERT(rte_compressdev_stream_free(dev->id, NULL) < 0, "free of nothing");
	return 0;
}

/* An op that is not accepted and not changed but for its status. */
static int
refused(const struct pmd_dev *dev, struct rte_comp_op *op, uint8_t status)
{
	struct rte_comp_op was = *op;

	TEST_ASSERT(rte_compressdev_enqueue_burst(dev->id, 0, &op, 1) == 0, "accepted");
	TEST_ASSERT(op->status == status, "status %u", op->status);
	was.status = status;
	TEST_ASSERT(memcmp(op, &was, sizeof(was)) == 0, "changed");
	TEST_ASSERT(rte_compressdev_dequeue_burst(dev->id, 0, &op, 1) == 0, "came back");
	return 0;
}

static int
refused_args(const struct pmd_dev *dev, struct rte_comp_op *op, const char *what)
{
	TEST_ASSERT(refused(dev, op, RTE_COMP_OP_STATUS_INVALID_ARGS) == 0, "%s", what);
	rte_comp_op_free(op);
	return 0;
}

static int
bad_ops(const struct pmd_dev *dev, void *stream, void *foreign)
{
	struct rte_comp_op *op = op_of(NULL);
	int ret = refused_args(dev, op, "no stream");

	ret |= refused_args(dev, op_of(foreign), "another device's stream");
	op = op_of(stream);
	op->op_type = 2;
	ret |= refused_args(dev, op, "op type");
	op = op_of(stream);
	op->flush_flag = RTE_COMP_FLUSH_FINAL + 1;
	ret |= refused_args(dev, op, "flush");
	op = op_of(stream);
	op->m_src = NULL;
	ret |= refused_args(dev, op, "m_src");
	op = op_of(stream);
	op->m_dst = NULL;
	ret |= refused_args(dev, op, "m_dst");
	op = op_of(stream);
	op->src.length = LEN + 1;
	ret |= refused_args(dev, op, "source length");
	op = op_of(stream);
	op->src.offset = UINT32_MAX;
	ret |= refused_args(dev, op, "source offset");
	op = op_of(stream);
	op->dst.offset = dst.len + 1;
	return ret | refused_args(dev, op, "destination offset");
}

/* Nothing of a stream that is in flight may be touched. */
static int
busy(const struct pmd_dev *dev, void *stream)
{
	struct rte_comp_op *ops[2] = { op_of(stream), op_of(stream) };
	struct rte_comp_op *back, was = *ops[1];

	TEST_ASSERT(rte_compressdev_enqueue_burst(dev->id, 0, ops, 2) == 1, "not one");
	TEST_ASSERT(ops[1]->status == RTE_COMP_OP_STATUS_INVALID_STATE, "status %u",
		    ops[1]->status);
	was.status = ops[1]->status;
	TEST_ASSERT(memcmp(ops[1], &was, sizeof(was)) == 0, "changed");
	TEST_ASSERT(rte_compressdev_stream_free(dev->id, stream) == -EBUSY, "free");
	TEST_ASSERT(rte_compressdev_enqueue_burst(dev->id, 0, &ops[1], 1) == 0, "still busy");
	TEST_ASSERT(pmd_dequeue(dev, 0, &back, 1) == 1 && back == ops[0], "never came");
	TEST_ASSERT(rte_compressdev_dequeue_burst(dev->id, 0, &back, 1) == 0, "another came");
	TEST_ASSERT(ops[0]->status == RTE_COMP_OP_STATUS_SUCCESS, "status %u", ops[0]->status);
	/* now it is free for the next */
	TEST_ASSERT(rte_compressdev_enqueue_burst(dev->id, 0, &ops[1], 1) == 1 &&
		    pmd_dequeue(dev, 0, &back, 1) == 1 && back == ops[1] &&
		    back->status == RTE_COMP_OP_STATUS_SUCCESS, "next");
	rte_comp_op_free(ops[0]);
	rte_comp_op_free(ops[1]);
	return 0;
}

static int
refusals(const struct pmd_dev *dev, const struct pmd_flavour *f)
{
	void *stream = pmd_stream_new(dev, true, RTE_COMP_CHECKSUM_NONE), *foreign;
	struct pmd_dev other;

	(void)f;
	TEST_ASSERT(pmd_open(&other, "uacce_zip1", "device=soft", 1, PMD_QP_OPS) == 0, "open");
	foreign = pmd_stream_new(&other, true, RTE_COMP_CHECKSUM_NONE);
	TEST_ASSERT(stream != NULL && foreign != NULL, "no stream");
	TEST_ASSERT(bad_ops(dev, stream, foreign) == 0, "an op was not refused");
	for (unsigned int i = 0; i < 5; i++)
		if (busy(dev, stream) != 0)
			return -1;
	TEST_ASSERT(rte_compressdev_stream_free(dev->id, stream) == 0 &&
		    rte_compressdev_stream_free(other.id, foreign) == 0, "free");
	return pmd_close(&other);
}

/* What an engine alone can do with streams. */
static int
no_fallback(void)
{
	static const struct {
		const char *args;
		bool decompress;
	} cases[] = {
		{ "device=soft,soft_ext=off,fallback=off", true },
		{ "device=soft,soft_ext=off,fallback=off,soft_api=2", false },
	};

	for (unsigned int i = 0; i < DIM(cases); i++) {
		struct pmd_dev dev;
		void *c, *d, *sum;

		TEST_ASSERT(pmd_open(&dev, PMD_NAME, cases[i].args, 1, PMD_QP_OPS) == 0,
			    "%s", cases[i].args);
		c = pmd_stream_new(&dev, true, RTE_COMP_CHECKSUM_NONE);
		d = pmd_stream_new(&dev, false, RTE_COMP_CHECKSUM_NONE);
		sum = pmd_stream_new(&dev, true, RTE_COMP_CHECKSUM_CRC32);
		TEST_ASSERT(c != NULL && (d != NULL) == cases[i].decompress && sum == NULL,
			    "%s: %p %p %p", cases[i].args, c, d, sum);
		rte_compressdev_stream_free(dev.id, c);
		if (d != NULL)
			rte_compressdev_stream_free(dev.id, d);
		TEST_ASSERT(pmd_close(&dev) == 0, "close");
	}
	return 0;
}

static int
test_control(void)
{
	int ret = pmd_up();

	pmd_seed(7901);
	if (ret == 0 && (pmd_buf_flat(&src, LEN) != 0 || pmd_buf_flat(&dst, 4 * LEN) != 0))
		ret = -1;
	if (ret == 0)
		ret = pmd_each_flavour(creation);
	if (ret == 0)
		ret = pmd_each_flavour(refusals);
	if (ret == 0)
		ret = no_fallback();
	pmd_buf_free(&src);
	pmd_buf_free(&dst);
	return pmd_down(ret);
}

UACCE_TEST(pmd_stream_control, test_control)
