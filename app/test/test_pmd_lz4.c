/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/* LZ4 and xxHash-32, where DPDK's API has them (23.03 and later). */

#include <errno.h>
#include <string.h>

#include <rte_version.h>

#include "test_pmd_stream.h"

#if RTE_VERSION >= RTE_VERSION_NUM(23, 3, 0, 0)

#include <lz4frame.h>
#include <xxhash.h>

#define LEN	200000u
#define ROOM	(2 * LEN)
#define FLAGS	(RTE_COMP_LZ4_FLAG_CONTENT_CHECKSUM | RTE_COMP_LZ4_FLAG_CONTENT_SIZE | \
	RTE_COMP_LZ4_FLAG_BLOCK_CHECKSUM | RTE_COMP_LZ4_FLAG_BLOCK_INDEPENDENCE)

static uint8_t data[LEN], packed[ROOM], back[ROOM];

static int
xform_new(const struct pmd_dev *dev, const struct rte_comp_xform *x, void **priv)
{
	*priv = NULL;
	return rte_compressdev_private_xform_create(dev->id, x, priv);
}

static struct rte_comp_xform
lz4(bool compress, int level, uint8_t window, uint8_t flags)
{
	struct rte_comp_xform x = { .type = compress ? RTE_COMP_COMPRESS : RTE_COMP_DECOMPRESS };

	if (compress)
		x.compress = (struct rte_comp_compress_xform){
			.algo = RTE_COMP_ALGO_LZ4, .level = level, .window_size = window,
			.lz4.flags = flags, .chksum = RTE_COMP_CHECKSUM_XXHASH32,
		};
	else
		x.decompress = (struct rte_comp_decompress_xform){
			.algo = RTE_COMP_ALGO_LZ4, .window_size = window, .lz4.flags = flags,
			.chksum = RTE_COMP_CHECKSUM_XXHASH32,
		};
	return x;
}

/* One request between random chains; what it makes goes to `to`. */
static int
run(const struct pmd_dev *dev, struct pmd_io *io, const uint8_t *from, uint32_t room,
    uint8_t *to)
{
	bool external = io->src_len > PMD_DIRECT_MAX || room > PMD_DIRECT_MAX;
	struct pmd_buf src, dst;
	int ret;

	io->src = &src;
	io->dst = &dst;
	io->src_off = pmd_rnd(2) * pmd_rnd(300);
	io->dst_off = pmd_rnd(2) * pmd_rnd(300);
	io->input_chksum = pmd_rnd(1000);
	TEST_ASSERT(pmd_buf_cut(&src, io->src_off + io->src_len, 100 + pmd_rnd(200), true) == 0 &&
		    pmd_buf_cut(&dst, io->dst_off + room, 10 + pmd_rnd(300), external) == 0,
		    "memory");
	pmd_buf_write(&src, io->src_off, from, io->src_len);
	ret = pmd_run(dev, io);
	if (ret == 0)
		pmd_buf_read(&dst, io->dst_off, to, io->produced);
	pmd_buf_free(&src);
	pmd_buf_free(&dst);
	return ret;
}

/* liblz4 reads it as what it is said to be. */
static int
check_frame(uint32_t n, uint32_t len, uint8_t flags)
{
	LZ4F_frameInfo_t info;
	LZ4F_dctx *ctx;
	size_t in = n, rest, done = ROOM, head;

	TEST_ASSERT(!LZ4F_isError(LZ4F_createDecompressionContext(&ctx, LZ4F_VERSION)), "memory");
	TEST_ASSERT(!LZ4F_isError(LZ4F_getFrameInfo(ctx, &info, packed, &in)), "header");
	head = in;
	rest = n - in;
	TEST_ASSERT(LZ4F_decompress(ctx, back, &done, packed + head, &rest, NULL) == 0 &&
		    head + rest == n && done == len && memcmp(back, data, len) == 0, "frame");
	LZ4F_freeDecompressionContext(ctx);
	TEST_ASSERT((packed[4] & 0x3f) == flags, "FLG %x, not %x", packed[4], flags);
	return 0;
}

static int
lz4_one(const struct pmd_dev *dev, uint8_t window)
{
	uint8_t flags = pmd_rnd(256) & FLAGS;
	struct rte_comp_xform x = lz4(true, (int)pmd_rnd(11) - 1, window, flags);
	struct pmd_io io = {
		.flush = pmd_rnd(2) ? RTE_COMP_FLUSH_FULL : RTE_COMP_FLUSH_FINAL,
		.src_len = pmd_rnd(1 + (LEN >> pmd_rnd(16))),
	};
	uint32_t len = io.src_len, n;

	pmd_fill(pmd_rnd(PMD_NB_KINDS), data, len);
	TEST_ASSERT(xform_new(dev, &x, &io.xform) == 0, "xform");
	TEST_ASSERT(run(dev, &io, data, ROOM - 300, packed) == 0, "run");
	TEST_ASSERT(io.status == RTE_COMP_OP_STATUS_SUCCESS && io.consumed == len, "status %u",
		    io.status);
	TEST_ASSERT(io.output_chksum == XXH32(data, len, 0), "xxHash-32");
	n = io.produced;
	TEST_ASSERT(check_frame(n, len, flags) == 0, "level %d, window %u", x.compress.level,
		    window);
	pmd_xform_free(dev, io.xform);

	x = lz4(false, 0, window, 0);
	TEST_ASSERT(xform_new(dev, &x, &io.xform) == 0, "xform");
	io.src_len = n;
	TEST_ASSERT(run(dev, &io, packed, len, back) == 0, "run");
	TEST_ASSERT(io.status == RTE_COMP_OP_STATUS_SUCCESS && io.consumed == n &&
		    io.produced == len && memcmp(back, data, len) == 0, "status %u", io.status);
	TEST_ASSERT(io.output_chksum == XXH32(data, len, 0), "xxHash-32");
	if (len != 0)
		TEST_ASSERT(run(dev, &io, packed, len - 1, back) == 0 &&
			    io.status == RTE_COMP_OP_STATUS_OUT_OF_SPACE_TERMINATED,
			    "a byte short: %u", io.status);
	io.src_len = n - 1;
	TEST_ASSERT(run(dev, &io, packed, len, back) == 0 &&
		    io.status == RTE_COMP_OP_STATUS_ERROR, "truncated: %u", io.status);
	pmd_xform_free(dev, io.xform);
	return 0;
}

static int
lz4_all(const struct pmd_dev *dev, const struct pmd_flavour *f)
{
	for (unsigned int i = 0; i < 60; i++)
		TEST_ASSERT(lz4_one(dev, i % 3 == 0 ? 8 + pmd_rnd(9) :
				    i % 3 == 1 ? 0 : 16) == 0, "round %u", i);
	if (f->api != 0)
		TEST_ASSERT(pmd_dumped(dev, "fallback:", "xform") ==
			    pmd_dumped(dev, "enqueue:", "ops"), "not counted");
	return 0;
}

static int
test_lz4(void)
{
	int ret = pmd_up();

	pmd_seed(4401);
	if (ret == 0)
		ret = pmd_each_flavour(lz4_all);
	return pmd_down(ret);
}

static int
refused(const struct pmd_dev *dev, struct rte_comp_xform x, int want)
{
	void *priv;
	int ret = xform_new(dev, &x, &priv);

	TEST_ASSERT(ret == want && priv == NULL, "%d, not %d", ret, want);
	return 0;
}

static int
refusals(void)
{
	struct pmd_dev dev;
	struct rte_comp_xform x = lz4(true, 1, 16, 0);
	void *stream = NULL;
	uint8_t id;

	TEST_ASSERT(pmd_open(&dev, PMD_NAME, "device=soft", 1, 64) == 0, "open");
	id = dev.id;
	/* there is no dictionary it could be the ID of */
	for (unsigned int i = 0; i < 2; i++)
		TEST_ASSERT(refused(&dev, lz4(i, 1, 16, RTE_COMP_LZ4_FLAG_DICT_ID),
				    -ENOTSUP) == 0 &&
			    refused(&dev, lz4(i, 1, 16, 0x40), -ENOTSUP) == 0 &&
			    refused(&dev, lz4(i, 1, 17, 0), -ENOTSUP) == 0 &&
			    refused(&dev, lz4(i, 1, 7, 0), -ENOTSUP) == 0, "%u", i);
	TEST_ASSERT(refused(&dev, lz4(true, 10, 16, 0), -EINVAL) == 0, "level 10");
	TEST_ASSERT(rte_compressdev_stream_create(id, &x, &stream) == -ENOTSUP, "stream");
	TEST_ASSERT(pmd_close(&dev) == 0, "close");

	TEST_ASSERT(pmd_open(&dev, PMD_NAME, "device=soft,soft_ext=off,fallback=off", 1,
			     64) == 0, "open");
	TEST_ASSERT(refused(&dev, lz4(true, 1, 16, 0), -ENOTSUP) == 0, "an engine alone");
	return pmd_close(&dev);
}

static int
test_refusals(void)
{
	int ret = pmd_up();

	if (ret == 0)
		ret = refusals();
	return pmd_down(ret);
}

/* Stateless, between the algorithms and directions; a start value is ignored. */
static int
xxh_stateless(const struct pmd_dev *dev, enum rte_comp_algorithm algo)
{
	struct rte_comp_xform x = {
		.type = RTE_COMP_COMPRESS,
		.compress = {
			.algo = algo, .level = 1, .window_size = 15,
			.chksum = RTE_COMP_CHECKSUM_XXHASH32,
		},
	};
	uint32_t len = pmd_rnd(1 + (LEN >> pmd_rnd(17))), n;
	struct pmd_io io = { .flush = RTE_COMP_FLUSH_FINAL, .src_len = len };

	pmd_fill(pmd_rnd(PMD_NB_KINDS), data, len);
	TEST_ASSERT(xform_new(dev, &x, &io.xform) == 0, "xform");
	TEST_ASSERT(run(dev, &io, data, ROOM - 300, packed) == 0 && io.status == 0 &&
		    io.output_chksum == XXH32(data, len, 0), "status %u", io.status);
	n = io.produced;
	pmd_xform_free(dev, io.xform);
	x = (struct rte_comp_xform){
		.type = RTE_COMP_DECOMPRESS,
		.decompress = {
			.algo = algo, .window_size = 15, .chksum = RTE_COMP_CHECKSUM_XXHASH32,
		},
	};
	TEST_ASSERT(xform_new(dev, &x, &io.xform) == 0, "xform");
	io.src_len = n;
	TEST_ASSERT(run(dev, &io, packed, len, back) == 0 && io.status == 0 &&
		    io.output_chksum == XXH32(data, len, 0), "status %u", io.status);
	pmd_xform_free(dev, io.xform);
	return 0;
}

/* Full flushes restart the stream, not its hash; the stream is then used again. */
static int
xxh_stream(const struct pmd_dev *dev)
{
	void *c = pmd_stream_new(dev, true, RTE_COMP_CHECKSUM_XXHASH32);
	void *d = pmd_stream_new(dev, false, RTE_COMP_CHECKSUM_XXHASH32);
	struct pmd_io io = { .flush = RTE_COMP_FLUSH_FULL };

	TEST_ASSERT(c != NULL && d != NULL, "streams");
	for (unsigned int i = 0; i < 6; i++) {
		uint32_t len = 1 + pmd_rnd(LEN / 4), done = 0, n = 0;
		struct pmd_feed f;

		pmd_fill(pmd_rnd(PMD_NB_KINDS), data, len);
		for (uint32_t step; done < len; done += step, n += io.produced) {
			step = RTE_MIN(1 + pmd_rnd(len), len - done);
			io = (struct pmd_io){
				.xform = c, .input_chksum = pmd_rnd(99),
				.flush = done + step == len ? RTE_COMP_FLUSH_FINAL :
					pmd_rnd(2) ? RTE_COMP_FLUSH_FULL : RTE_COMP_FLUSH_SYNC,
			};
			TEST_ASSERT(pmd_stream_op(dev, &io, PMD_CUT_FLAT, data + done, step,
						  packed + n, 2 * step + 1000) == 0 &&
				    io.status == 0, "op %u", io.status);
			TEST_ASSERT(io.output_chksum == XXH32(data, done + step, 0),
				    "after %u bytes", done + step);
		}
		f = (struct pmd_feed){
			.in = packed, .len = n, .max_in = 5000, .out = back, .room = len,
			.max_out = 3000, .cut = PMD_CUT_RANDOM,
		};
		io = (struct pmd_io){ .xform = d };
		TEST_ASSERT(pmd_stream_feed(dev, &io, &f) == 0 && f.produced == len &&
			    f.chksum == XXH32(data, len, 0), "status %u", f.status);
	}
	rte_compressdev_stream_free(dev->id, c);
	rte_compressdev_stream_free(dev->id, d);
	return 0;
}

static int
xxh_all(const struct pmd_dev *dev, const struct pmd_flavour *f)
{
	for (unsigned int i = 0; i < 40; i++)
		TEST_ASSERT(xxh_stateless(dev, i % 2 ? RTE_COMP_ALGO_DEFLATE :
					  RTE_COMP_ALGO_NULL) == 0, "round %u", i);
	return xxh_stream(dev);
}

static int
test_xxh(void)
{
	int ret = pmd_up();

	pmd_seed(4402);
	if (ret == 0)
		ret = pmd_each_flavour(xxh_all);
	return pmd_down(ret);
}

#else

#define SKIPPED(func) \
	static int \
	func(void) \
	{ \
		return TEST_SKIPPED; \
	}
SKIPPED(test_lz4)
SKIPPED(test_refusals)
SKIPPED(test_xxh)

#endif

UACCE_TEST(pmd_lz4, test_lz4)
UACCE_TEST(pmd_lz4_refusals, test_refusals)
UACCE_TEST(pmd_xxh, test_xxh)
