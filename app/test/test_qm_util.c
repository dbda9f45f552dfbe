/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_eal.h>
#include <rte_malloc.h>

#include "test_qm_util.h"
#include "test_soft_util.h"

#define PAGE	4096

/* as the datasheet has them (1.5, 2.3, 2.5) */
#define CMD_CTX		0xc004480aul
#define CMD_INFO	0xc010480bul
#define DB_OFFSET	0x1000

static int
eal_init(void)
{
	static char name[] = "test", no_pci[] = "--no-pci", no_huge[] = "--no-huge",
		mem[] = "-m", mbytes[] = "256", no_shconf[] = "--no-shconf",
		no_telemetry[] = "--no-telemetry", quiet[] = "--log-level=lib.eal:warning",
		list[] = "--lcores", lcores[32];
	char *argv[] = {
		name, no_pci, no_huge, mem, mbytes, no_shconf, no_telemetry, quiet, list, lcores,
		NULL,
	};
	cpu_set_t set;
	int cpu = 0, ret;

	if (sched_getaffinity(0, sizeof(set), &set) != 0)
		return -1;
	while (!CPU_ISSET(cpu, &set))
		cpu++;
	snprintf(lcores, sizeof(lcores), "0@%d", cpu);
	ret = rte_eal_init(10, argv);
	/* EAL pins this thread; those that tests start must run beside it */
	sched_setaffinity(0, sizeof(set), &set);
	return ret < 0 ? -1 : 0;
}

int
tq_eal(void)
{
	static int state = 1;

	if (state == 1)
		state = eal_init();
	return state;
}

size_t
tq_heap(void)
{
	struct rte_malloc_socket_stats stats;
	size_t sum = 0;

	for (int socket = 0; socket < RTE_MAX_NUMA_NODES; socket++)
		if (rte_malloc_get_socket_stats(socket, &stats) == 0)
			sum += stats.heap_allocsz_bytes + stats.alloc_count;
	return sum;
}

static int
step(struct stub *s, char what)
{
	size_t len = strlen(s->trace);

	if (len + 1 < sizeof(s->trace))
		s->trace[len] = what;
	return s->fail == what ? -s->fail_errno : 0;
}

static int
stub_open(struct uacce_queue *q)
{
	q->ctx = q->backend;
	return step(q->backend, 'O');
}

static int
stub_ioctl(struct uacce_queue *q, unsigned long cmd, void *arg)
{
	struct stub *s = q->ctx;
	struct qp_info *info = arg;
	struct qp_ctx *ctx = arg;
	int ret;

	switch (cmd) {
	case CMD_CTX:
		ret = step(s, 'C');
		s->qc_type = ctx->qc_type;
		if (ret == 0)
			ctx->id = s->id;
		return ret;
	case CMD_INFO:
		ret = step(s, 'I');
		if (ret == 0)
			*info = (struct qp_info){ s->sqe_size, s->sq_depth, s->cq_depth, 0 };
		return ret;
	case UACCE_CMD_START_Q:
		return step(s, 'S');
	case UACCE_CMD_PUT_Q:
		return step(s, 'P');
	default:
		return -EINVAL;
	}
}

static int
stub_map(struct uacce_queue *q, enum uacce_region region, size_t len, void **addr)
{
	struct stub *s = q->ctx;
	int ret = step(s, region == UACCE_REGION_DUS ? 'D' : 'M');
	uint8_t *p;

	if (ret != 0)
		return ret;
	p = aligned_alloc(PAGE, (len + PAGE - 1) / PAGE * PAGE);
	memset(p, 0xff, len);
	*addr = p;
	if (region == UACCE_REGION_MMIO) {
		s->mmio = p;
		return 0;
	}
	s->dus = p;
	memcpy(p + len - 8, s->stop, sizeof(s->stop));
	return 0;
}

static int
stub_unmap(struct uacce_queue *q, enum uacce_region region, void *addr, size_t len)
{
	struct stub *s = q->ctx;
	uint8_t **own = region == UACCE_REGION_DUS ? &s->dus : &s->mmio;

	if (*own != addr)
		abort();
	free(*own);
	*own = NULL;
	return step(s, region == UACCE_REGION_DUS ? 'd' : 'm');
}

static int
stub_close(struct uacce_queue *q)
{
	return step(q->ctx, 'c');
}

static void
stub_mmio_write(void *ctx, uint32_t offset, uint64_t value)
{
	struct stub *s = ctx;

	s->last_offset = offset;
	if ((value >> 12 & 0xf) == 0) {
		s->nb_sq++;
		s->last_sq = value;
	} else {
		s->nb_cq++;
		s->last_cq = value;
		s->cq_head = value >> 32;
	}
	if (s->on_doorbell != NULL)
		s->on_doorbell(s, value);
}

const struct uacce_queue_ops stub_ops = {
	.name = "stub",
	.open = stub_open,
	.ioctl = stub_ioctl,
	.map = stub_map,
	.unmap = stub_unmap,
	.close = stub_close,
	.mmio_write = stub_mmio_write,
};

void
stub_init(struct stub *s, uint16_t sq_depth, uint16_t cq_depth)
{
	size_t rings = (size_t)sq_depth * 128 + (size_t)cq_depth * 16;

	*s = (struct stub){
		.sqe_size = 128, .sq_depth = sq_depth, .cq_depth = cq_depth, .id = 5,
		.phase = 1,
	};
	snprintf(s->dev.name, sizeof(s->dev.name), "stub-0");
	s->dev.mmio_size = 2 * PAGE;
	s->dev.dus_size = (rings + PAGE - 1) / PAGE * PAGE + PAGE;
}

void
stub_fini(struct stub *s)
{
	free(s->dus);
	free(s->mmio);
	s->dus = NULL;
	s->mmio = NULL;
}

int
stub_setup(struct stub *s, struct hisi_qm_queue *q)
{
	return hisi_qm_setup(q, &s->dev, &stub_ops, s, HISI_QM_QC_DECOMPRESS, 128,
			     SOCKET_ID_ANY);
}

unsigned int
stub_occupancy(const struct stub *s)
{
	return (s->cq_tail + s->cq_depth - s->cq_head) % s->cq_depth;
}

void
stub_post(struct stub *s, uint16_t slot)
{
	uint64_t *cqe = (uint64_t *)(s->dus + (size_t)s->sq_depth * 128 +
				     (size_t)s->cq_tail * 16);

	/* a full ring looks like an empty one: one entry stays free */
	if (stub_occupancy(s) == s->cq_depth - 1u) {
		s->overflow = true;
		return;
	}
	__atomic_store_n(cqe + 1, slot | (uint64_t)s->id << 16 | (uint64_t)s->phase << 48,
			 __ATOMIC_RELEASE);
	if (++s->cq_tail == s->cq_depth) {
		s->cq_tail = 0;
		s->phase ^= 1;
	}
}
