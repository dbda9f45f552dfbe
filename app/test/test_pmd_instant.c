/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/* soft_instant=on: all ops come back, no payload is touched. */

#include "test_pmd.h"

#define LEN	500u

static int
instant(const char *args)
{
	static uint8_t data[LEN];
	struct pmd_dev dev;
	struct pmd_io io = { .flush = RTE_COMP_FLUSH_FINAL, .src_len = LEN };
	struct pmd_buf src, dst;

	TEST_ASSERT(pmd_open(&dev, PMD_NAME, args, 1, PMD_QP_OPS) == 0, "open");
	pmd_fill(PMD_TEXT, data, LEN);
	for (unsigned int i = 0; i < 400; i++) {
		io.xform = i & 1 ? pmd_deflate(&dev, 1, RTE_COMP_HUFFMAN_DEFAULT, 15,
					       RTE_COMP_CHECKSUM_NONE) :
			pmd_inflate(&dev, RTE_COMP_CHECKSUM_NONE);
		TEST_ASSERT(pmd_buf_cut(&src, LEN, 1 + pmd_rnd(12), true) == 0 &&
			    pmd_buf_cut(&dst, 2 * LEN, 1 + pmd_rnd(12), true) == 0, "memory");
		io.src = &src;
		io.dst = &dst;
		TEST_ASSERT(pmd_run(&dev, &io) == 0 && io.status == RTE_COMP_OP_STATUS_SUCCESS &&
			    io.consumed == LEN, "status %u, consumed %u", io.status, io.consumed);
		TEST_ASSERT(pmd_buf_intact(&dst, 0, 0), "destination was written");
		pmd_buf_free(&src);
		pmd_buf_free(&dst);
		pmd_xform_free(&dev, io.xform);
	}
	return pmd_close(&dev);
}

static int
test_instant(void)
{
	static const char * const args[] = {
		"device=soft,soft_instant=on", "device=soft,soft_instant=on,soft_threads=1",
		"device=soft,soft_instant=on,soft_ext=off",
	};
	int ret = pmd_up();

	pmd_seed(5001);
	for (unsigned int i = 0; i < DIM(args) && ret == 0; i++)
		ret = instant(args[i]);
	return pmd_down(ret);
}

UACCE_TEST(pmd_instant, test_instant)
