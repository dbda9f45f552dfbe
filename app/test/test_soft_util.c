/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "test_soft_util.h"

#define SQE_BYTES	(4 * TC_SQE_WORDS)
#define CQE_BYTES	16
#define WAIT_SECONDS	60	/* sanitizers on a busy machine */

size_t
tc_dus_len(unsigned int sq_depth, unsigned int cq_depth)
{
	size_t page = sysconf(_SC_PAGESIZE);
	size_t rings = (size_t)sq_depth * SQE_BYTES + (size_t)cq_depth * CQE_BYTES;

	return (rings + page - 1) / page * page + page;
}

long
tc_attr(struct uacce_soft *dev, const char *name)
{
	char text[64];
	char *end;
	long n;

	if (uacce_soft_attr(dev, name, text, sizeof(text)) <= 0)
		return -1;
	n = strtol(text, &end, 10);
	return strcmp(end, "\n") == 0 ? n : -1;
}

static int
bring_up(struct tc *c, struct uacce_soft *dev, unsigned int dir)
{
	struct qp_ctx ctx = { .id = UINT16_MAX, .qc_type = dir };
	struct qp_info info = { 0 };
	void *dus = NULL;
	int ret;

	ret = uacce_soft_ioctl(c->q, TC_SET_QP_CTX, &ctx);
	if (ret == 0)
		ret = uacce_soft_ioctl(c->q, TC_SET_QP_INFO, &info);
	if (ret == 0) {
		c->id = ctx.id;
		c->sq_depth = info.sq_depth;
		c->cq_depth = info.cq_depth;
		c->dus_len = tc_dus_len(info.sq_depth, info.cq_depth);
		c->mmio_len = tc_attr(dev, "region_mmio_size");
		ret = info.sqe_size == SQE_BYTES ? 0 : -EPROTO;
	}
	if (ret == 0)
		ret = uacce_soft_map(c->q, TC_DUS, c->dus_len, &dus);
	c->dus = dus;
	if (ret == 0)
		ret = uacce_soft_map(c->q, TC_MMIO, c->mmio_len, &c->mmio);
	if (ret == 0)
		ret = uacce_soft_ioctl(c->q, TC_START_Q, NULL);
	return ret;
}

int
tc_open(struct tc *c, struct uacce_soft *dev, unsigned int dir, unsigned int depth)
{
	int ret;

	memset(c, 0, sizeof(*c));
	c->phase = 1;
	ret = uacce_soft_open(dev, depth, &c->q);
	if (ret != 0)
		return ret;
	ret = bring_up(c, dev, dir);
	if (ret != 0)
		tc_close(c);
	return ret;
}

int
tc_close(struct tc *c)
{
	int ret = 0, r;

	if (c->dus != NULL)
		ret = uacce_soft_unmap(c->q, TC_DUS, c->dus, c->dus_len);
	if (c->mmio != NULL) {
		r = uacce_soft_unmap(c->q, TC_MMIO, c->mmio, c->mmio_len);
		ret = ret != 0 ? ret : r;
	}
	r = uacce_soft_close(c->q);
	c->q = NULL;
	c->dus = NULL;
	c->mmio = NULL;
	return ret != 0 ? ret : r;
}

uint32_t *
tc_sqe(const struct tc *c, uint32_t slot)
{
	return (uint32_t *)(c->dus + (size_t)slot * SQE_BYTES);
}

uint32_t *
tc_cqe(const struct tc *c, uint32_t index)
{
	return (uint32_t *)(c->dus + (size_t)c->sq_depth * SQE_BYTES +
			    (size_t)index * CQE_BYTES);
}

static uint32_t
word_from_end(const struct tc *c, size_t from_end)
{
	return __atomic_load_n((uint32_t *)(c->dus + c->dus_len - from_end),
			       __ATOMIC_ACQUIRE);
}

uint32_t
tc_tx_stop(const struct tc *c)
{
	return word_from_end(c, 4);
}

uint32_t
tc_rx_stop(const struct tc *c)
{
	return word_from_end(c, 8);
}

void
tc_put(struct tc *c, const uint32_t *sqe)
{
	memcpy(tc_sqe(c, c->tail), sqe, SQE_BYTES);
	c->tail = (c->tail + 1) % c->sq_depth;
}

void
tc_doorbell(struct tc *c, uint64_t cmd, uint32_t index)
{
	uacce_soft_mmio_write(c->q, TC_DB_OFFSET,
			      c->id | cmd << 12 | (uint64_t)index << 32);
}

void
tc_ring(struct tc *c)
{
	tc_doorbell(c, TC_DB_SQ, c->tail);
}

void
tc_ack(struct tc *c)
{
	tc_doorbell(c, TC_DB_CQ, c->head);
}

int
tc_poll(struct tc *c)
{
	uint64_t *half = (uint64_t *)(tc_cqe(c, c->head) + 2);
	uint64_t w = __atomic_load_n(half, __ATOMIC_ACQUIRE);

	if (((w >> 48) & 1) != c->phase)
		return -1;
	if (++c->head == c->cq_depth) {
		c->head = 0;
		c->phase ^= 1;
	}
	return w & 0xffff;
}

int
tc_wait(struct tc *c)
{
	double end = tc_time() + WAIT_SECONDS;
	int slot;

	do {
		uacce_soft_run(c->q, c->sq_depth);
		slot = tc_poll(c);
		if (slot >= 0)
			return slot;
		sched_yield();
	} while (tc_time() < end);
	return -1;
}

uint64_t
tc_mistakes(const struct tc *c, enum uacce_soft_mistake mistake)
{
	struct uacce_soft_stats s;

	uacce_soft_stats(c->q, &s);
	return s.mistakes[mistake];
}

uint64_t
tc_all_mistakes(const struct tc *c)
{
	struct uacce_soft_stats s;
	uint64_t n = 0;

	uacce_soft_stats(c->q, &s);
	for (int i = 0; i < UACCE_SOFT_MISTAKE_NB; i++)
		n += s.mistakes[i];
	return n;
}

int
tc_exec(struct tc *c, uint32_t *sqe)
{
	int mine = c->tail;
	int slot;

	tc_put(c, sqe);
	tc_ring(c);
	slot = tc_wait(c);
	if (slot != mine) {
		printf("completion of slot %d, not %d\n", slot, mine);
		return -1;
	}
	memcpy(sqe, tc_sqe(c, mine), SQE_BYTES);
	tc_ack(c);
	return 0;
}

static void
put64(uint32_t *dw, uint64_t v)
{
	dw[0] = (uint32_t)v;
	dw[1] = (uint32_t)(v >> 32);
}

void
tc_build(const struct treq *r, uint32_t *sqe)
{
	memset(sqe, 0, SQE_BYTES);
	sqe[DW_IN_LEN] = r->in;
	sqe[DW_OUT_LEN] = r->out;
	sqe[DW_7] = r->skip_in | r->bits | (r->api == 2 ? 0 : 3u << 28);
	sqe[DW_8] = r->skip_out;
	sqe[DW_9] = r->type | (r->sgl ? 1u << 8 : 0) | r->window << 12;
	put64(&sqe[DW_SRC], (uintptr_t)r->src);
	put64(&sqe[DW_DST], (uintptr_t)r->dst);
	if (r->api == 2)
		sqe[DW_13] = (uint32_t)r->tag;
	else
		put64(&sqe[DW_26], r->tag);
}

int
tc_do(struct tc *c, const struct treq *r, uint32_t *sqe)
{
	tc_build(r, sqe);
	return tc_exec(c, sqe) != 0 ? -1 : (int)(sqe[DW_STATUS] & 0xff);
}

size_t
tsgl_stride(unsigned int per_list)
{
	return (64 + 32 * (size_t)per_list + 63) / 64 * 64;
}

void *
tsgl_new(const struct tseg *segs, unsigned int nb, unsigned int per_list)
{
	unsigned int nb_lists = (nb + per_list - 1) / per_list;
	size_t stride = tsgl_stride(per_list);
	uint8_t *mem = aligned_alloc(64, stride * nb_lists);

	if (mem == NULL)
		abort();
	memset(mem, 0xa5, stride * nb_lists);
	for (unsigned int i = 0; i < nb; i++) {
		uint8_t *list = mem + i / per_list * stride;
		uint8_t *sge = list + 64 + i % per_list * (size_t)32;
		uint16_t used = i % per_list + 1;
		uint64_t next = i / per_list + 1 == nb_lists ? 0 : (uintptr_t)list + stride;
		uint64_t addr = (uintptr_t)segs[i].addr;

		memcpy(list, &next, sizeof(next));
		memcpy(list + 10, &used, sizeof(used));
		memcpy(sge, &addr, sizeof(addr));
		memcpy(sge + 16, &segs[i].len, sizeof(segs[i].len));
	}
	return mem;
}

double
tc_cpu_time(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

double
tc_time(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}
