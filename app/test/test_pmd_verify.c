/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/*
 * Verified compression: outputs that a device got wrong are found, counted and made
 * again, or fail; right ones come back as they are.
 */

#include <string.h>

#include "test_pmd_traffic.h"

#define MAX_LEN	(3u << 20)	/* the soft device compares 1 MiB at a time */
#define OPS	40u

static uint8_t data[MAX_LEN], packed[2 * MAX_LEN], back[MAX_LEN];

/* Lengths around what is handled in one piece, and small ones. */
static uint32_t
length(unsigned int i)
{
	static const uint32_t lens[] = { 1, 17, 5000, 1 << 20, (1 << 20) + 1, MAX_LEN };

	return i < DIM(lens) ? lens[i] : 1 + pmd_rnd(20000);
}

/* @return 1 for ERROR, 0 for the right output, -1 for anything else. */
static int
compress(const struct pmd_dev *dev, struct pmd_io *io, uint32_t len)
{
	struct pmd_buf src, dst;
	struct ref_verdict v;
	int ret;

	io->src = &src;
	io->dst = &dst;
	io->src_len = len;
	io->src_off = pmd_rnd(300);
	io->dst_off = pmd_rnd(300);
	io->flush = pmd_rnd(3) == 0 ? RTE_COMP_FLUSH_FULL : RTE_COMP_FLUSH_FINAL;
	pmd_fill(pmd_rnd(PMD_NB_KINDS), data, len);
	TEST_ASSERT(pmd_buf_cut(&src, io->src_off + len, 60 + pmd_rnd(20), true) == 0 &&
		    pmd_buf_cut(&dst, io->dst_off + len + len / 8 + 600, 60 + pmd_rnd(20),
				true) == 0, "memory");
	pmd_buf_write(&src, io->src_off, data, len);
	ret = pmd_run(dev, io);
	TEST_ASSERT(ret == 0 && (io->status == RTE_COMP_OP_STATUS_SUCCESS ||
		    io->status == RTE_COMP_OP_STATUS_ERROR), "status %u", io->status);
	if (io->status == RTE_COMP_OP_STATUS_SUCCESS) {
		pmd_buf_read(&dst, io->dst_off, packed, io->produced);
		v = ref_inflate(packed, io->produced, back, sizeof(back), 15, sizeof(back));
		TEST_ASSERT(v.produced == len && memcmp(back, data, len) == 0 &&
			    v.final == (io->flush == RTE_COMP_FLUSH_FINAL), "wrong output");
	}
	pmd_buf_free(&src);
	pmd_buf_free(&dst);
	return io->status == RTE_COMP_OP_STATUS_ERROR;
}

/* Compress so many; @return how many ended in ERROR, or -1. */
static int
compress_all(const struct pmd_dev *dev, unsigned int nb)
{
	struct pmd_io io = { .flush = RTE_COMP_FLUSH_FINAL };
	int errors = 0, ret;

	io.xform = pmd_deflate(dev, 1, RTE_COMP_HUFFMAN_DYNAMIC, 15, RTE_COMP_CHECKSUM_NONE);
	TEST_ASSERT(io.xform != NULL, "xform");
	for (unsigned int i = 0; i < nb; i++) {
		ret = compress(dev, &io, length(i));
		if (ret < 0)
			return -1;
		errors += ret;
	}
	pmd_xform_free(dev, io.xform);
	return errors;
}

struct plan {
	const char *args;
	int64_t verified;	/* of OPS; -1: what it is */
	int64_t wrong;		/* found */
	int errors;
};

static const struct plan plans[] = {
	{ "device=soft,verify=off", 0, 0, 0 },
	{ "device=soft,verify=all", OPS, 0, 0 },
	{ "device=soft,verify=4", OPS / 4, 0, 0 },
	{ "device=soft,soft_threads=2,verify=all", OPS, 0, 0 },
	{ "device=soft,soft_ext=off,verify=all", OPS, 0, 0 },
	{ "device=soft,soft_ext=off,soft_api=2,verify=all", OPS, 0, 0 },
	/* every other output of the engine is wrong; FULL goes to the soft lane */
	{ "device=soft,soft_ext=off,verify=all,soft_faults=corrupt:c:0:9:2:3", OPS, 9, 0 },
	{ "device=soft,soft_ext=off,soft_api=2,verify=all,soft_faults=corrupt:c:1:5:3:0",
		OPS, 5, 0 },
	/* what does it again is wrong as well: two in a row are two faults of one op */
	{ "device=soft,verify=all,soft_faults=corrupt:c:0:0:1:3", OPS, 2 * OPS, OPS },
	{ "device=soft,verify=all,soft_faults=corrupt:c:2:4:1:3", OPS, 4, 2 },
	{ "device=soft,verify=all,soft_faults=corrupt:c:2:3:1:3", OPS, 3, 1 },
};

static int
verifies(const struct plan *p)
{
	struct pmd_dev dev;

	TEST_ASSERT(pmd_open(&dev, PMD_NAME, p->args, 1, PMD_QP_OPS) == 0, "%s", p->args);
	TEST_ASSERT(compress_all(&dev, OPS) == p->errors, "%s: errors", p->args);
	TEST_ASSERT(pmd_dumped(&dev, "dequeue:", "verified") == p->verified, "%s: verified %d",
		    p->args, (int)pmd_dumped(&dev, "dequeue:", "verified"));
	TEST_ASSERT(pmd_dumped(&dev, "faults:", "verify") == p->wrong, "%s: wrong %d", p->args,
		    (int)pmd_dumped(&dev, "faults:", "verify"));
	return pmd_close(&dev);
}

/* An engine alone: what is wrong fails, and nothing is made again in software. */
static int
verifies_alone(void)
{
	struct pmd_dev dev;
	int errors;

	TEST_ASSERT(pmd_open(&dev, PMD_NAME, "device=soft,soft_ext=off,fallback=off,verify=all,"
			     "soft_faults=corrupt:c:0:6:2:1", 1, PMD_QP_OPS) == 0, "open");
	errors = compress_all(&dev, OPS);
	TEST_ASSERT(errors > 0 && pmd_dumped(&dev, "faults:", "verify") == errors,
		    "%d errors", errors);
	TEST_ASSERT(pmd_dumped(&dev, "lane soft compress streams:", "enqueued") <= 0,
		    "made again");
	return pmd_close(&dev);
}

/* Full rings, bursts, both directions: nothing is lost on the way through a second ring. */
static int
verifies_traffic(const char *args)
{
	struct traffic_sum sum;
	struct pmd_dev dev;

	TEST_ASSERT(pmd_open(&dev, PMD_NAME, args, 1, TRAFFIC_OPS) == 0, "%s", args);
	traffic_reset(&sum);
	TEST_ASSERT(traffic_make(&dev) == 0 && traffic_send(&dev, 2000, &sum) == 0 &&
		    traffic_settle(&dev, PMD_WAIT_S * 1000, &sum) == 0, "%s", args);
	TEST_ASSERT(sum.sent == sum.back && sum.good == sum.back && traffic_inside() == 0,
		    "%s: %u sent, %u back, %u good", args, sum.sent, sum.back, sum.good);
	TEST_ASSERT(pmd_dumped(&dev, "dequeue:", "verified") > 0, "%s: none verified", args);
	traffic_free(&dev);
	return pmd_close(&dev);
}

static int
test_pmd_verify(void)
{
	if (pmd_up() != 0)
		return -1;
	pmd_seed(8501);
	for (unsigned int i = 0; i < DIM(plans); i++)
		if (verifies(&plans[i]) != 0)
			return pmd_down(-1);
	if (verifies_alone() != 0 || verifies_traffic("device=soft,verify=all") != 0 ||
	    verifies_traffic("device=soft,soft_ext=off,verify=all,"
			     "soft_faults=corrupt:c:0:500:2:2") != 0 ||
	    verifies_traffic("device=soft,soft_ext=off,verify=3,soft_threads=2") != 0)
		return pmd_down(-1);
	return pmd_down(0);
}

UACCE_TEST_TSAN(pmd_verify, test_pmd_verify);
