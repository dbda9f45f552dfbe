/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

#include <string.h>

#include <rte_cycles.h>

#include "test_pmd_traffic.h"

#define MAX_LEN		3000u
#define ROOM(len)	((len) + (len) / 8 + 128)

/* An op of its own with buffers of its own; odd ones decompress. */
static struct {
	struct rte_comp_op *op;
	struct pmd_buf src;
	struct pmd_buf dst;
	uint8_t plain[MAX_LEN];
	uint32_t len;		/* of plain */
	uint32_t packed_len;	/* of the source, decompressing */
	bool inside;
} unit[TRAFFIC_OPS];

static void *deflate_xform, *inflate_xform;
static unsigned int nb_inside, next;
/* Ops sent in each direction; a slow lane must not leave all traffic to the other. */
static unsigned int nb_sent[2];
#define MAX_AHEAD	TRAFFIC_OPS

static int
unit_make(unsigned int i)
{
	struct pmd_io io = { .flush = RTE_COMP_FLUSH_FINAL };
	uint8_t packed[ROOM(MAX_LEN)];
	unsigned int nb = i % 7 == 0 ? 12 : 1 + i % 3;
	uint32_t room;

	unit[i].len = 1 + pmd_rnd(MAX_LEN);
	pmd_fill(i % 3 == 0 ? PMD_TEXT : PMD_MIXED, unit[i].plain, unit[i].len);
	unit[i].packed_len = ref_deflate(unit[i].plain, unit[i].len, packed, sizeof(packed), 6,
					 0);
	io.src_len = i & 1 ? unit[i].packed_len : unit[i].len;
	room = i & 1 ? unit[i].len : ROOM(unit[i].len);
	if (pmd_buf_cut(&unit[i].src, io.src_len, nb, true) != 0 ||
	    pmd_buf_cut(&unit[i].dst, room, nb, true) != 0)
		return -1;
	pmd_buf_write(&unit[i].src, 0, i & 1 ? packed : unit[i].plain, io.src_len);
	pmd_buf_seal(&unit[i].src);
	io.xform = i & 1 ? inflate_xform : deflate_xform;
	io.src = &unit[i].src;
	io.dst = &unit[i].dst;
	unit[i].op = pmd_op(&io);
	unit[i].inside = false;
	if (unit[i].op == NULL)
		return -1;
	unit[i].op->hash.iova_addr = i;
	return 0;
}

int
traffic_make(const struct pmd_dev *dev)
{
	deflate_xform = pmd_deflate(dev, 1, RTE_COMP_HUFFMAN_DEFAULT, 15,
				    RTE_COMP_CHECKSUM_NONE);
	inflate_xform = pmd_inflate(dev, RTE_COMP_CHECKSUM_NONE);
	TEST_ASSERT(deflate_xform != NULL && inflate_xform != NULL, "xforms");
	nb_inside = next = 0;
	for (unsigned int i = 0; i < TRAFFIC_OPS; i++)
		TEST_ASSERT(unit_make(i) == 0, "memory");
	return 0;
}

void
traffic_free(const struct pmd_dev *dev)
{
	for (unsigned int i = 0; i < TRAFFIC_OPS; i++) {
		pmd_buf_free(&unit[i].src);
		pmd_buf_free(&unit[i].dst);
		rte_comp_op_free(unit[i].op);
	}
	pmd_xform_free(dev, deflate_xform);
	pmd_xform_free(dev, inflate_xform);
}

void
traffic_reset(struct traffic_sum *sum)
{
	*sum = (struct traffic_sum){ .sent = 0 };
	nb_sent[0] = nb_sent[1] = 0;
}

unsigned int
traffic_inside(void)
{
	return nb_inside;
}

/* SUCCESS must be true, data and lengths. */
static int
check_good(unsigned int i)
{
	const struct rte_comp_op *op = unit[i].op;
	uint8_t got[ROOM(MAX_LEN)], again[MAX_LEN + 1];
	struct ref_verdict v;

	pmd_buf_read(&unit[i].dst, 0, got, op->produced);
	TEST_ASSERT(op->consumed == op->src.length, "%u of %u consumed", op->consumed,
		    op->src.length);
	if (i & 1) {
		TEST_ASSERT(op->produced == unit[i].len &&
			    memcmp(got, unit[i].plain, unit[i].len) == 0, "other data");
		return 0;
	}
	v = ref_inflate(got, op->produced, again, unit[i].len + 1, 15, SIZE_MAX);
	TEST_ASSERT(v.final && v.consumed == op->produced && v.produced == unit[i].len &&
		    memcmp(again, unit[i].plain, unit[i].len) == 0, "zlib reads other data");
	return 0;
}

static int
take_back(struct rte_comp_op *op, struct traffic_sum *sum)
{
	unsigned int i = op->hash.iova_addr;

	TEST_ASSERT(i < TRAFFIC_OPS && unit[i].op == op, "not an op of ours");
	TEST_ASSERT(unit[i].inside, "op %u came back twice", i);
	unit[i].inside = false;
	nb_inside--;
	sum->back++;
	TEST_ASSERT(op->status == RTE_COMP_OP_STATUS_SUCCESS ||
		    op->status == RTE_COMP_OP_STATUS_ERROR, "status %u", op->status);
	TEST_ASSERT(pmd_buf_intact(&unit[i].src, 0, 0), "source changed");
	TEST_ASSERT(pmd_buf_intact(&unit[i].dst, 0, unit[i].dst.len), "guards changed");
	if (op->status == RTE_COMP_OP_STATUS_ERROR) {
		sum->bad++;
		TEST_ASSERT(op->consumed == 0 && op->produced == 0, "failed, but %u and %u",
			    op->consumed, op->produced);
		return 0;
	}
	sum->good++;
	return check_good(i);
}

static int
dequeue(const struct pmd_dev *dev, struct traffic_sum *sum)
{
	struct rte_comp_op *ops[TRAFFIC_OPS];
	uint16_t n = rte_compressdev_dequeue_burst(dev->id, 0, ops, 1 + pmd_rnd(TRAFFIC_OPS));

	for (uint16_t i = 0; i < n; i++)
		if (take_back(ops[i], sum) != 0)
			return -1;
	return n;
}

/* A burst of idle ops; 1 if the device took none of those there were. */
static int
enqueue(const struct pmd_dev *dev, unsigned int nb, struct traffic_sum *sum)
{
	struct rte_comp_op *ops[TRAFFIC_OPS];
	unsigned int n = 0, taken;

	for (unsigned int k = 0; k < TRAFFIC_OPS && n < nb; k++) {
		unsigned int i = (next + k) % TRAFFIC_OPS;

		if (unit[i].inside || nb_sent[i & 1] > nb_sent[!(i & 1)] + MAX_AHEAD)
			continue;
		pmd_buf_seal(&unit[i].dst);
		unit[i].op->status = RTE_COMP_OP_STATUS_INVALID_STATE;
		unit[i].op->consumed = unit[i].op->produced = ~0u;
		ops[n++] = unit[i].op;
	}
	next = (next + 1 + pmd_rnd(TRAFFIC_OPS)) % TRAFFIC_OPS;
	taken = rte_compressdev_enqueue_burst(dev->id, 0, ops, n);
	TEST_ASSERT(taken <= n, "%u of %u", taken, n);
	for (unsigned int k = 0; k < taken; k++) {
		unit[ops[k]->hash.iova_addr].inside = true;
		nb_sent[ops[k]->hash.iova_addr & 1]++;
		nb_inside++;
	}
	sum->sent += taken;
	if (taken == n)
		return 0;
	TEST_ASSERT(ops[taken]->status == RTE_COMP_OP_STATUS_NOT_PROCESSED ||
		    ops[taken]->status == RTE_COMP_OP_STATUS_ERROR, "refused with %u",
		    ops[taken]->status);
	sum->refused += ops[taken]->status == RTE_COMP_OP_STATUS_ERROR;
	return taken == 0;
}

int
traffic_send(const struct pmd_dev *dev, unsigned int nb, struct traffic_sum *sum)
{
	uint64_t end = rte_rdtsc() + PMD_WAIT_S * rte_get_tsc_hz();
	unsigned int goal = sum->sent + nb;

	while (sum->sent < goal) {
		unsigned int burst = 1 + pmd_rnd(40);

		if (enqueue(dev, RTE_MIN(burst, goal - sum->sent), sum) < 0)
			return -1;
		if (pmd_rnd(3) != 0 && dequeue(dev, sum) < 0)
			return -1;
		TEST_ASSERT(rte_rdtsc() < end, "takes no more after %u, %u inside", sum->sent,
			    nb_inside);
	}
	return 0;
}

int
traffic_try(const struct pmd_dev *dev, unsigned int ms, struct traffic_sum *sum)
{
	uint64_t end = rte_rdtsc() + rte_get_tsc_hz() / 1000 * ms;

	while (sum->sent == 0 && sum->refused == 0 && rte_rdtsc() < end)
		if (enqueue(dev, 1, sum) < 0 || dequeue(dev, sum) < 0)
			return -1;
	return 0;
}

int
traffic_settle(const struct pmd_dev *dev, unsigned int ms, struct traffic_sum *sum)
{
	uint64_t wait = rte_get_tsc_hz() / 1000 * ms;
	uint64_t end = rte_rdtsc() + wait;

	while (nb_inside != 0 && rte_rdtsc() < end) {
		int n = dequeue(dev, sum);

		if (n < 0)
			return -1;
		if (n > 0)
			end = rte_rdtsc() + wait;
	}
	/* whatever still comes is one too many */
	for (unsigned int i = 0; i < 20; i++)
		if (dequeue(dev, sum) < 0)
			return -1;
	return 0;
}
