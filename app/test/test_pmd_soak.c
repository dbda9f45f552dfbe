/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/*
 * Very many small ops on devices with every fault at once, at random distances: nothing is
 * lost, nothing comes twice, SUCCESS is true, and in the end all is quiet.
 *
 * SOAK_OPS is how many, SOAK_SEED the seed of the faults.
 */

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <rte_cycles.h>

#include "test_log.h"
#include "test_pmd.h"

#define NB_UNITS	64u
#define MAX_LEN		400u
#define ROOM		(MAX_LEN + 160u)
#define NB_KNOWN	4u	/* results of one input: lanes differ */
#define DEFAULT_OPS	200000u

struct result {
	uint8_t bytes[ROOM];
	uint32_t len;
};

/* An op of its own; odd ones decompress, if the device can. */
static struct unit {
	struct rte_comp_op *op;
	struct pmd_buf src;
	struct pmd_buf dst;
	uint8_t plain[MAX_LEN];
	uint32_t len;
	struct result known[NB_KNOWN];	/* what was found to be right */
	unsigned int nb_known;
	bool inflate;
	bool inside;
} unit[NB_UNITS];

static void *xforms[2];
static uint64_t nb_in, nb_back, nb_bad, nb_refused;
static unsigned int nb_inside;

/* What strikes, once in so many requests; count 0 is for ever. */
static const struct {
	const char *kind;
	uint32_t every;		/* at least; at most three times that */
	uint32_t value;		/* at most */
	bool race;		/* not with engine threads: by design one with the reader */
} faults[] = {
	{ "status", 200, 0x20, false },
	{ "ooo", 40, 60, false },
	{ "late", 300, 30, false },
	{ "dup", 400, 1, false },
	{ "noise", 900, 1, true },
	{ "writeback", 700, UINT32_MAX, false },
	{ "early", 2000, 3, true },
	{ "badindex", 20000, 0, false },
	{ "stop", 15000, 1, false },
	{ "txstop", 15000, 1, false },
	{ "lost", 200000, 1, false },
};

static void
faults_write(char *text, size_t len, bool threads)
{
	int n = 0;

	for (unsigned int i = 0; i < DIM(faults); i++) {
		uint32_t every = faults[i].every + pmd_rnd(2 * faults[i].every);
		uint32_t value = faults[i].value == 0 ? 0 : 1 + pmd_rnd(faults[i].value);

		if (faults[i].race && threads)
			continue;
		n += snprintf(text + n, len - n, "%s%s:any:%u:0:%u:0x%x", n == 0 ? "" : "+",
			      faults[i].kind, pmd_rnd(1000), every, value);
	}
}

static int
unit_make(struct unit *u, unsigned int i)
{
	bool inflate = (i & 1) != 0 && xforms[1] != NULL;
	struct pmd_io io = { .flush = RTE_COMP_FLUSH_FINAL, .xform = xforms[inflate] };
	uint8_t packed[ROOM];
	uint32_t packed_len;

	u->len = 1 + pmd_rnd(MAX_LEN);
	pmd_fill(i % 3 == 0 ? PMD_TEXT : PMD_MIXED, u->plain, u->len);
	packed_len = ref_deflate(u->plain, u->len, packed, sizeof(packed), 6, 0);
	io.src_len = inflate ? packed_len : u->len;
	if (pmd_buf_with(&u->src, inflate ? packed : u->plain, io.src_len) != 0 ||
	    pmd_buf_flat(&u->dst, inflate ? u->len : ROOM) != 0)
		return -1;
	u->inflate = inflate;
	u->nb_known = inflate;
	if (inflate) {
		memcpy(u->known[0].bytes, u->plain, u->len);
		u->known[0].len = u->len;
	}
	io.src = &u->src;
	io.dst = &u->dst;
	u->op = pmd_op(&io);
	if (u->op == NULL)
		return -1;
	u->op->hash.iova_addr = i;
	u->inside = false;
	return 0;
}

static void
unit_free(struct unit *u)
{
	pmd_buf_free(&u->src);
	pmd_buf_free(&u->dst);
	rte_comp_op_free(u->op);
}

/* Does zlib make the input of it? Then it is known from now on. */
static int
learn(struct unit *u, const uint8_t *got, uint32_t len)
{
	uint8_t again[MAX_LEN + 1];
	struct ref_verdict v = ref_inflate(got, len, again, u->len + 1, 15, SIZE_MAX);

	TEST_ASSERT(v.final && v.consumed == len && v.produced == u->len &&
		    memcmp(again, u->plain, u->len) == 0, "zlib reads other data");
	if (u->nb_known < NB_KNOWN) {
		memcpy(u->known[u->nb_known].bytes, got, len);
		u->known[u->nb_known++].len = len;
	}
	return 0;
}

static int
check_good(struct unit *u)
{
	const uint8_t *got = rte_pktmbuf_mtod(u->dst.m, const uint8_t *);
	const struct rte_comp_op *op = u->op;

	TEST_ASSERT(op->consumed == op->src.length && op->produced <= u->dst.len,
		    "%u of %u consumed, %u produced", op->consumed, op->src.length, op->produced);
	for (unsigned int k = 0; k < u->nb_known; k++)
		if (u->known[k].len == op->produced &&
		    memcmp(got, u->known[k].bytes, op->produced) == 0)
			return 0;
	TEST_ASSERT(!u->inflate, "other data");
	return learn(u, got, op->produced);
}

static int
take_back(struct rte_comp_op *op)
{
	unsigned int i = op->hash.iova_addr;

	TEST_ASSERT(i < NB_UNITS && unit[i].op == op, "not an op of ours");
	TEST_ASSERT(unit[i].inside, "op %u came back twice", i);
	unit[i].inside = false;
	nb_inside--;
	nb_back++;
	if (op->status == RTE_COMP_OP_STATUS_SUCCESS)
		return check_good(&unit[i]);
	/* what it says of a compression may be that there is no room */
	TEST_ASSERT(op->status == RTE_COMP_OP_STATUS_ERROR ||
		    op->status == RTE_COMP_OP_STATUS_OUT_OF_SPACE_TERMINATED, "status %u",
		    op->status);
	TEST_ASSERT(op->consumed == 0 && op->produced == 0, "%u and %u", op->consumed,
		    op->produced);
	nb_bad++;
	return 0;
}

static int
dequeue(const struct pmd_dev *dev)
{
	struct rte_comp_op *ops[NB_UNITS];
	uint16_t n = rte_compressdev_dequeue_burst(dev->id, 0, ops, 1 + pmd_rnd(NB_UNITS));

	for (uint16_t i = 0; i < n; i++)
		if (take_back(ops[i]) != 0)
			return -1;
	return n;
}

static int
enqueue(const struct pmd_dev *dev, unsigned int nb)
{
	unsigned int first = pmd_rnd(NB_UNITS), n = 0, taken;
	struct rte_comp_op *ops[NB_UNITS];

	for (unsigned int k = 0; k < NB_UNITS && n < nb; k++) {
		struct unit *u = &unit[(first + k) % NB_UNITS];

		if (u->inside)
			continue;
		u->op->status = RTE_COMP_OP_STATUS_INVALID_STATE;
		u->op->consumed = u->op->produced = ~0u;
		ops[n++] = u->op;
	}
	taken = rte_compressdev_enqueue_burst(dev->id, 0, ops, n);
	for (unsigned int k = 0; k < taken; k++)
		unit[ops[k]->hash.iova_addr].inside = true;
	nb_inside += taken;
	nb_in += taken;
	nb_refused += taken != n;
	TEST_ASSERT(taken == n || ops[taken]->status == RTE_COMP_OP_STATUS_NOT_PROCESSED ||
		    ops[taken]->status == RTE_COMP_OP_STATUS_ERROR, "refused with %u",
		    ops[taken]->status);
	return 0;
}

/* Until nb were accepted, then until all are back. */
static int
soak(const struct pmd_dev *dev, uint64_t nb)
{
	uint64_t wait = PMD_WAIT_S * rte_get_tsc_hz(), end = rte_rdtsc() + wait;

	while (nb_in < nb || nb_inside != 0) {
		uint64_t left = nb - nb_in;
		int n;

		if (left != 0 && enqueue(dev, RTE_MIN(left, 1 + pmd_rnd(NB_UNITS))) != 0)
			return -1;
		n = dequeue(dev);
		if (n < 0)
			return -1;
		if (n != 0)
			end = rte_rdtsc() + wait;
		TEST_ASSERT(rte_rdtsc() < end, "nothing comes any more, %u inside", nb_inside);
	}
	return 0;
}

static int
with(const char *device, uint64_t nb)
{
	bool threads = strstr(device, "threads") != NULL;
	char args[1024], spec[800];
	struct rte_compressdev_stats stats;
	struct pmd_dev dev;

	faults_write(spec, sizeof(spec), threads);
	snprintf(args, sizeof(args), "%s,timeout_ms=20,soft_faults=%s", device, spec);
	TEST_ASSERT(pmd_open(&dev, PMD_NAME, args, 1, NB_UNITS) == 0, "%s", args);
	xforms[0] = pmd_deflate(&dev, 1, RTE_COMP_HUFFMAN_DEFAULT, 15, RTE_COMP_CHECKSUM_NONE);
	xforms[1] = pmd_inflate(&dev, RTE_COMP_CHECKSUM_NONE);
	nb_in = nb_back = nb_bad = nb_refused = nb_inside = 0;
	for (unsigned int i = 0; i < NB_UNITS; i++)
		TEST_ASSERT(unit_make(&unit[i], i) == 0, "memory");
	TEST_ASSERT(soak(&dev, nb) == 0, "%s, op %" PRIu64, args, nb_in);
	rte_compressdev_stats_get(dev.id, &stats);
	TEST_ASSERT(nb_back == nb && stats.enqueued_count == nb && stats.dequeued_count == nb,
		    "%" PRIu64 " back, %" PRIu64 " and %" PRIu64 " counted", nb_back,
		    stats.enqueued_count, stats.dequeued_count);
	printf("%" PRIu64 " ops, %" PRIu64 " failed, %" PRIu64 " bursts cut short: %s\n", nb,
	       nb_bad, nb_refused, args);
	for (unsigned int i = 0; i < NB_UNITS; i++) {
		TEST_ASSERT(pmd_buf_intact(&unit[i].src, 0, 0), "source %u changed", i);
		unit_free(&unit[i]);
	}
	pmd_xform_free(&dev, xforms[0]);
	if (xforms[1] != NULL)
		pmd_xform_free(&dev, xforms[1]);
	return pmd_close(&dev);
}

static uint64_t
from_env(const char *name, uint64_t otherwise)
{
	const char *s = getenv(name);

	return s != NULL ? strtoull(s, NULL, 0) : otherwise;
}

static int
test_soak(void)
{
	static const char * const devices[] = {
		"device=soft,soft_ext=off,fallback=off",
		"device=soft,soft_ext=off",
		"device=soft,soft_ext=off,soft_api=2,fallback=off",
		"device=soft,soft_ext=off,fallback=off,soft_threads=2",
	};
	uint64_t nb = from_env("SOAK_OPS", DEFAULT_OPS);
	int ret = pmd_up();

	pmd_seed(from_env("SOAK_SEED", 6301));
	if (ret == 0)
		ret = log_catch();
	for (unsigned int i = 0; i < DIM(devices) && ret == 0; i++)
		ret = with(devices[i], nb / DIM(devices));
	log_release();
	return pmd_down(ret);
}

UACCE_TEST_TSAN(pmd_soak, test_soak)
