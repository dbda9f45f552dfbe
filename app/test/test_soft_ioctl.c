/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/* The ioctls and the states they lead to (datasheet 1.5). */

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "test.h"
#include "test_soft_util.h"

/*
 * S start, P put, C set context, I get depths, D map DUS, d unmap it, ? unknown
 * command; each with what it must answer.
 */
struct step {
	char what;
	int want;
};

static int
do_step(struct uacce_soft_queue *q, char what)
{
	static void *dus;
	struct qp_ctx ctx = { .qc_type = TC_DECOMPRESS };
	struct qp_info info;

	switch (what) {
	case 'S':
		return uacce_soft_ioctl(q, TC_START_Q, NULL);
	case 'P':
		return uacce_soft_ioctl(q, TC_PUT_Q, NULL);
	case 'C':
		return uacce_soft_ioctl(q, TC_SET_QP_CTX, &ctx);
	case 'I':
		return uacce_soft_ioctl(q, TC_SET_QP_INFO, &info);
	case 'D':
		return uacce_soft_map(q, TC_DUS, tc_dus_len(64, 64), &dus);
	case 'd':
		return uacce_soft_unmap(q, TC_DUS, dus, tc_dus_len(64, 64));
	default:
		return uacce_soft_ioctl(q, 0x5702, &ctx);
	}
}

static int
walk(bool put_ends, const struct step *steps, unsigned int nb)
{
	const struct uacce_soft_conf conf = {
		.nb_queues = 1, .sq_depth = 64, .put_ends = put_ends,
	};
	struct uacce_soft *dev = uacce_soft_create(&conf);
	struct uacce_soft_queue *q;

	TEST_ASSERT(dev != NULL && uacce_soft_open(dev, 0, &q) == 0, "open");
	for (unsigned int i = 0; i < nb; i++) {
		int ret = do_step(q, steps[i].what);

		TEST_ASSERT(ret == steps[i].want, "step %u, %c: %d, not %d",
			i, steps[i].what, ret, steps[i].want);
	}
	TEST_ASSERT(uacce_soft_close(q) == 0, "close");
	uacce_soft_destroy(dev);
	return 0;
}

static int
test_states(void)
{
	/* what is the same in all kernels up to the first PUT_Q */
	static const struct step common[] = {
		{ 'C', 0 }, { 'C', 0 }, { 'I', 0 }, { '?', -EINVAL }, { 'D', 0 }, { 'd', 0 },
		{ 'S', 0 }, { 'S', -EINVAL }, { 'C', 0 }, { 'I', 0 }, { '?', -EINVAL },
		{ 'D', 0 },
	};
	static const struct step new_kernel[] = {
		{ 'S', 0 }, { 'D', 0 }, { 'P', 0 }, { 'P', 0 }, { 'C', 0 }, { 'I', 0 },
		{ 'D', -EEXIST }, { 'd', 0 }, { 'D', 0 }, { '?', -EINVAL },
		{ 'S', 0 }, { 'S', -EINVAL }, { 'P', 0 }, { 'S', 0 },
	};
	static const struct step new_put_first[] = { { 'P', 0 }, { 'S', 0 }, { 'I', 0 } };
	static const struct step old_kernel[] = {
		{ 'S', 0 }, { 'D', 0 }, { 'P', 0 }, { 'P', -ENXIO }, { 'S', -ENXIO },
		{ 'C', -ENXIO }, { 'I', -ENXIO }, { 'D', -ENXIO }, { '?', -ENXIO },
		/* the mapping is still the client's */
		{ 'd', 0 }, { 'D', -ENXIO },
	};
	static const struct step old_put_first[] = { { 'P', 0 }, { 'S', -ENXIO } };

	TEST_ASSERT(walk(false, common, DIM(common)) == 0, "new, up to PUT_Q");
	TEST_ASSERT(walk(true, common, DIM(common)) == 0, "old, up to PUT_Q");
	TEST_ASSERT(walk(false, new_kernel, DIM(new_kernel)) == 0, "new");
	TEST_ASSERT(walk(false, new_put_first, DIM(new_put_first)) == 0, "new, put in INIT");
	TEST_ASSERT(walk(true, old_kernel, DIM(old_kernel)) == 0, "old");
	TEST_ASSERT(walk(true, old_put_first, DIM(old_put_first)) == 0, "old, put in INIT");
	return 0;
}

static int
test_arguments(void)
{
	const struct uacce_soft_conf conf = { .nb_queues = 3, .sq_depth = 100, .cq_depth = 300 };
	static const unsigned long bad_cmds[] = {
		0, 0x5702, 0x4800, TC_SET_QP_CTX - 1, TC_SET_QP_INFO + 1,
		TC_SET_QP_CTX & 0xffff, 0x100005700ul, ~0ul,
	};
	struct uacce_soft *dev = uacce_soft_create(&conf);
	struct qp_info info = { .reserved = 7 };
	struct uacce_soft_queue *q;

	TEST_ASSERT(dev != NULL && uacce_soft_open(dev, 0, &q) == 0, "open");
	for (unsigned int i = 0; i < DIM(bad_cmds); i++)
		TEST_ASSERT(uacce_soft_ioctl(q, bad_cmds[i], &info) == -EINVAL,
			"command %lx", bad_cmds[i]);
	TEST_ASSERT(uacce_soft_ioctl(q, TC_SET_QP_CTX, NULL) == -EFAULT &&
		uacce_soft_ioctl(q, TC_SET_QP_INFO, NULL) == -EFAULT, "NULL");
	for (unsigned int type = 0; type <= UINT16_MAX; type++) {
		struct qp_ctx ctx = { .id = 999, .qc_type = type };
		int ret = uacce_soft_ioctl(q, TC_SET_QP_CTX, &ctx);

		TEST_ASSERT(ret == (type < 2 ? 0 : -EINVAL), "type %u: %d", type, ret);
		TEST_ASSERT(ctx.qc_type == type && ctx.id == (type < 2 ? 0 : 999), "%u", type);
	}
	TEST_ASSERT(uacce_soft_ioctl(q, TC_SET_QP_INFO, &info) == 0 &&
		info.sqe_size == 128 && info.sq_depth == 100 && info.cq_depth == 300,
		"%u %u %u", info.sqe_size, info.sq_depth, info.cq_depth);
	uacce_soft_close(q);
	uacce_soft_destroy(dev);
	return 0;
}

/* 0 if the queue compresses, 1 if it decompresses, by what it makes of a stream. */
static int
direction(struct tc *c)
{
	static const uint8_t empty_stored[32] = { 0x01, 0x00, 0x00, 0xff, 0xff };
	static uint8_t out[256];
	const struct treq r = {
		.type = TC_DEFLATE, .src = empty_stored, .in = sizeof(empty_stored),
		.dst = out, .out = sizeof(out),
	};
	uint32_t sqe[TC_SQE_WORDS];
	int status = tc_do(c, &r, sqe);

	if (status != TC_OK && status != TC_NEG_COMP)
		return -1;
	return sqe[DW_CONSUMED] == 5 && sqe[DW_PRODUCED] == 0;
}

/* qc_type counts when START is called, not after; compress if never set. */
static int
test_direction(void)
{
	const struct uacce_soft_conf conf = { .nb_queues = 1, .sq_depth = 8 };
	struct uacce_soft *dev = uacce_soft_create(&conf);
	struct qp_ctx ctx = { .qc_type = TC_DECOMPRESS };
	struct tc c;
	void *dus;

	TEST_ASSERT(dev != NULL && tc_open(&c, dev, TC_COMPRESS, 0) == 0, "open");
	TEST_ASSERT(direction(&c) == 0, "compress");
	TEST_ASSERT(uacce_soft_ioctl(c.q, TC_SET_QP_CTX, &ctx) == 0 && direction(&c) == 0,
		"changed while running");
	TEST_ASSERT(uacce_soft_ioctl(c.q, TC_PUT_Q, NULL) == 0, "put");
	memset(tc_cqe(&c, 0), 0, 16u * c.cq_depth);
	c.tail = 0;
	c.head = 0;
	c.phase = 1;
	TEST_ASSERT(uacce_soft_ioctl(c.q, TC_START_Q, NULL) == 0 && direction(&c) == 1,
		"not changed by a restart");
	TEST_ASSERT(tc_close(&c) == 0, "close");

	/* the next owner starts from compress again */
	memset(&c, 0, sizeof(c));
	c = (struct tc){ .sq_depth = 8, .cq_depth = 8, .dus_len = tc_dus_len(8, 8), .phase = 1 };
	TEST_ASSERT(uacce_soft_open(dev, 0, &c.q) == 0 &&
		uacce_soft_map(c.q, TC_DUS, c.dus_len, &dus) == 0 &&
		uacce_soft_ioctl(c.q, TC_START_Q, NULL) == 0, "without a context");
	c.dus = dus;
	TEST_ASSERT(direction(&c) == 0, "default");
	TEST_ASSERT(tc_close(&c) == 0, "close");
	uacce_soft_destroy(dev);
	return 0;
}

/* A second START begins at phase 1 again and leaves old CQEs in place. */
static int
test_restart(void)
{
	const struct uacce_soft_conf conf = { .nb_queues = 1, .sq_depth = 8, .instant = true };
	struct uacce_soft *dev = uacce_soft_create(&conf);
	static const uint32_t sqe[TC_SQE_WORDS];
	struct tc c;

	TEST_ASSERT(dev != NULL && tc_open(&c, dev, TC_COMPRESS, 0) == 0, "open");
	for (int i = 0; i < 3; i++)
		tc_put(&c, sqe);
	tc_ring(&c);
	TEST_ASSERT(uacce_soft_run(c.q, 8) == 3, "three");
	TEST_ASSERT(uacce_soft_ioctl(c.q, TC_PUT_Q, NULL) == 0, "put");
	tc_ring(&c);
	TEST_ASSERT(tc_mistakes(&c, UACCE_SOFT_DB_STATE) == 1, "doorbell while stopped");
	TEST_ASSERT(uacce_soft_run(c.q, 8) == 0, "works while stopped");
	TEST_ASSERT(uacce_soft_ioctl(c.q, TC_START_Q, NULL) == 0, "start");
	TEST_ASSERT(uacce_soft_run(c.q, 8) == 0, "forgot its tail");
	/* the trap: three look new */
	for (int i = 0; i < 3; i++)
		TEST_ASSERT(tc_poll(&c) == i, "stale CQE %d", i);
	TEST_ASSERT(tc_poll(&c) == -1, "a fourth");
	c.tail = 0;
	tc_put(&c, sqe);
	tc_ring(&c);
	TEST_ASSERT(uacce_soft_run(c.q, 8) == 1 && (tc_cqe(&c, 0)[3] >> 16 & 1) == 1 &&
		tc_poll(&c) == -1, "the first CQE is written again");
	TEST_ASSERT(tc_close(&c) == 0, "close");
	uacce_soft_destroy(dev);
	return 0;
}

UACCE_TEST(soft_ioctl_states, test_states)
UACCE_TEST(soft_ioctl_arguments, test_arguments)
UACCE_TEST(soft_ioctl_direction, test_direction)
UACCE_TEST(soft_ioctl_restart, test_restart)
