/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/* Algorithm NULL: a copy, from and to chains, with checksums, in exact room. */

#include <string.h>

#include <zlib.h>

#include "test_pmd.h"

#define MAX_LEN		(100u << 10)

static uint8_t data[MAX_LEN], copy[MAX_LEN];

static void *
xform_null(const struct pmd_dev *dev, bool compress, enum rte_comp_checksum_type chksum)
{
	struct rte_comp_xform x = { .type = RTE_COMP_DECOMPRESS };
	void *priv = NULL;

	if (compress) {
		x.type = RTE_COMP_COMPRESS;
		x.compress.algo = RTE_COMP_ALGO_NULL;
		x.compress.chksum = chksum;
		x.compress.hash_algo = RTE_COMP_HASH_ALGO_NONE;
	} else {
		x.decompress.algo = RTE_COMP_ALGO_NULL;
		x.decompress.chksum = chksum;
		x.decompress.hash_algo = RTE_COMP_HASH_ALGO_NONE;
	}
	return rte_compressdev_private_xform_create(dev->id, &x, &priv) == 0 ? priv : NULL;
}

static int
run(const struct pmd_dev *dev, struct pmd_io *io, uint32_t room)
{
	struct pmd_buf src, dst;
	int ret;

	io->src = &src;
	io->dst = &dst;
	io->src_off = pmd_rnd(2) * pmd_rnd(300);
	io->dst_off = pmd_rnd(2) * pmd_rnd(300);
	TEST_ASSERT(pmd_buf_cut(&src, io->src_off + io->src_len, 2 + pmd_rnd(300), true) == 0 &&
		    pmd_buf_cut(&dst, io->dst_off + room, 2 + pmd_rnd(300), true) == 0,
		    "memory");
	pmd_buf_write(&src, io->src_off, data, io->src_len);
	ret = pmd_run(dev, io);
	if (ret == 0)
		pmd_buf_read(&dst, io->dst_off, copy, io->produced);
	pmd_buf_free(&src);
	pmd_buf_free(&dst);
	return ret;
}

static int
copies(const struct pmd_dev *dev, const struct pmd_flavour *f)
{
	for (unsigned int i = 0; i < 80; i++) {
		uint32_t len = i < 4 ? i : pmd_rnd(i < 50 ? 900 : MAX_LEN);
		struct pmd_io io = {
			.flush = i & 4 ? RTE_COMP_FLUSH_FULL : RTE_COMP_FLUSH_FINAL,
			.src_len = len,
		};
		enum rte_comp_checksum_type type = i % 4;
		uint32_t crc = crc32(0, data, 0), adler = 1;
		uint64_t want;

		pmd_fill(PMD_RANDOM, data, len);
		crc = crc32(crc, data, len);
		adler = adler32(adler, data, len);
		want = type == RTE_COMP_CHECKSUM_CRC32 ? crc :
			type == RTE_COMP_CHECKSUM_ADLER32 ? adler :
			crc | (uint64_t)adler << 32;
		io.xform = xform_null(dev, i & 8, type);
		TEST_ASSERT(io.xform != NULL && run(dev, &io, len + pmd_rnd(2)) == 0, "%u", i);
		TEST_ASSERT(io.status == RTE_COMP_OP_STATUS_SUCCESS && io.consumed == len &&
			    io.produced == len && memcmp(copy, data, len) == 0,
			    "%u bytes: status %u, %u", len, io.status, io.produced);
		TEST_ASSERT(type == RTE_COMP_CHECKSUM_NONE || io.output_chksum == want,
			    "checksum of type %d", type);
		if (len != 0) {
			TEST_ASSERT(run(dev, &io, len - 1) == 0 && io.status ==
				    RTE_COMP_OP_STATUS_OUT_OF_SPACE_TERMINATED,
				    "a byte short: %u", io.status);
		}
		pmd_xform_free(dev, io.xform);
	}
	/* an engine cannot copy: all of it went to the soft lane */
	if (f->api != 0)
		TEST_ASSERT(pmd_dumped(dev, "fallback:", "xform") ==
			    pmd_dumped(dev, "enqueue:", "ops"), "not counted");
	return 0;
}

static int
test_null(void)
{
	int ret = pmd_up();

	pmd_seed(4501);
	if (ret == 0)
		ret = pmd_each_flavour(copies);
	return pmd_down(ret);
}

UACCE_TEST(pmd_null, test_null)
