/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/*
 * Dictionaries and the checksum of 3GPP's uplink data compression (TS 38.323, B.2.2.3),
 * where DPDK's API has them (25.11 and later).
 */

#include <errno.h>
#include <string.h>

#include <rte_version.h>

#include "test_pmd_stream.h"

#if RTE_VERSION >= RTE_VERSION_NUM(25, 11, 0, 0)

#include <zlib.h>

#define LEN	50000u
#define ROOM	(2 * LEN)
#define DICT	65535u

static uint8_t data[LEN], packed[ROOM], back[ROOM], dict[DICT], given[DICT];

/* An xform that knows a copy of the dictionary, which it loses afterwards. */
static struct rte_comp_xform
with_dict(bool compress, uint8_t window, uint16_t len, enum rte_comp_checksum_type chksum)
{
	struct rte_comp_xform x = { .type = compress ? RTE_COMP_COMPRESS : RTE_COMP_DECOMPRESS };

	memcpy(given, dict, len);
	if (compress)
		x.compress = (struct rte_comp_compress_xform){
			.algo = RTE_COMP_ALGO_DEFLATE, .level = 6, .window_size = window,
			.deflate = { .dictionary = len ? given : NULL, .dictionary_len = len },
			.chksum = chksum,
		};
	else
		x.decompress = (struct rte_comp_decompress_xform){
			.algo = RTE_COMP_ALGO_DEFLATE, .window_size = window,
			.inflate = { .dictionary = len ? given : NULL, .dictionary_len = len },
			.chksum = chksum,
		};
	return x;
}

static void *
xform_new(const struct pmd_dev *dev, struct rte_comp_xform x)
{
	void *priv = NULL;

	if (rte_compressdev_private_xform_create(dev->id, &x, &priv) != 0)
		return NULL;
	memset(given, 0, sizeof(given));
	return priv;
}

static void *
stream_new(const struct pmd_dev *dev, struct rte_comp_xform x)
{
	void *stream = NULL;

	if (rte_compressdev_stream_create(dev->id, &x, &stream) != 0)
		return NULL;
	memset(given, 0, sizeof(given));
	return stream;
}

static int
run(const struct pmd_dev *dev, struct pmd_io *io, const uint8_t *from, uint32_t room,
    uint8_t *to)
{
	struct pmd_buf src, dst;
	int ret;

	io->src = &src;
	io->dst = &dst;
	io->src_off = 0;
	io->dst_off = 0;
	TEST_ASSERT(pmd_buf_with(&src, from, io->src_len) == 0 && pmd_buf_flat(&dst, room) == 0,
		    "memory");
	ret = pmd_run(dev, io);
	if (ret == 0)
		pmd_buf_read(&dst, 0, to, io->produced);
	pmd_buf_free(&src);
	pmd_buf_free(&dst);
	return ret;
}

static int
zlib_reads(const uint8_t *p, uint32_t n, uint32_t dict_len, const uint8_t *want, uint32_t len)
{
	z_stream z = { .next_in = (Bytef *)(uintptr_t)p, .avail_in = n, .next_out = back,
		       .avail_out = sizeof(back) };
	int ret;

	TEST_ASSERT(inflateInit2(&z, -15) == Z_OK && (dict_len == 0 ||
		    inflateSetDictionary(&z, dict, dict_len) == Z_OK), "zlib");
	ret = inflate(&z, Z_SYNC_FLUSH);
	inflateEnd(&z);
	TEST_ASSERT((ret == Z_STREAM_END || ret == Z_OK) && z.total_in == n &&
		    z.total_out == len && memcmp(back, want, len) == 0, "zlib says %d", ret);
	return 0;
}

/* Text that repeats the dictionary's end and goes on as it began. */
static void
make_data(uint32_t len, uint32_t dict_len)
{
	uint32_t n = RTE_MIN(len / 2, RTE_MIN(dict_len, 2000u));

	pmd_fill(PMD_RANDOM, dict, dict_len);
	pmd_fill(PMD_TEXT, data, len);
	memcpy(data + pmd_rnd(len - n + 1), dict + dict_len - n, n);
}

static int
dict_one(const struct pmd_dev *dev)
{
	uint32_t len = 1 + pmd_rnd(LEN), n, dict_len = 1 + pmd_rnd(pmd_rnd(2) ? DICT : 3000);
	struct pmd_io io = { .flush = RTE_COMP_FLUSH_FINAL };

	make_data(len, dict_len);
	io.xform = xform_new(dev, with_dict(true, 15, dict_len, RTE_COMP_CHECKSUM_CRC32));
	TEST_ASSERT(io.xform != NULL, "xform");
	/* the same history before each op */
	for (unsigned int i = 0; i < 2; i++) {
		io.src_len = len;
		TEST_ASSERT(run(dev, &io, data, ROOM, packed) == 0 && io.status == 0 &&
			    io.output_chksum == crc32(0, data, len), "status %u", io.status);
		TEST_ASSERT(zlib_reads(packed, io.produced, dict_len, data, len) == 0, "zlib");
	}
	n = io.produced;
	TEST_ASSERT(run(dev, &io, data, n - 1, back) == 0 &&
		    io.status == RTE_COMP_OP_STATUS_OUT_OF_SPACE_TERMINATED, "status %u",
		    io.status);
	pmd_xform_free(dev, io.xform);
	io.xform = xform_new(dev, with_dict(false, 15, dict_len, RTE_COMP_CHECKSUM_NONE));
	for (unsigned int i = 0; i < 2; i++) {
		io.src_len = n;
		TEST_ASSERT(run(dev, &io, packed, len, back) == 0 && io.status == 0 &&
			    io.produced == len && memcmp(back, data, len) == 0, "status %u",
			    io.status);
	}
	TEST_ASSERT(run(dev, &io, packed, len - 1, back) == 0 &&
		    io.status == RTE_COMP_OP_STATUS_OUT_OF_SPACE_TERMINATED, "status %u",
		    io.status);
	pmd_xform_free(dev, io.xform);
	return 0;
}

/* The history starts with it where the stream does, not after a full flush. */
static int
dict_stream(const struct pmd_dev *dev)
{
	uint32_t len = 3000 + pmd_rnd(LEN - 3000), dict_len = 2000 + pmd_rnd(DICT - 2000), n;
	struct pmd_io io = { .stateful = true };
	struct pmd_feed f;
	void *d;

	make_data(len, dict_len);
	io.xform = stream_new(dev, with_dict(true, 15, dict_len, RTE_COMP_CHECKSUM_NONE));
	d = stream_new(dev, with_dict(false, 15, dict_len, RTE_COMP_CHECKSUM_NONE));
	TEST_ASSERT(io.xform != NULL && d != NULL, "streams");
	for (unsigned int i = 0; i < 3; i++) {
		void *c = io.xform;

		io.flush = RTE_COMP_FLUSH_FULL;
		io.src_len = len;
		TEST_ASSERT(run(dev, &io, data, ROOM, packed) == 0 && io.status == 0, "op");
		n = io.produced;
		TEST_ASSERT(zlib_reads(packed, n, dict_len, data, len) == 0, "zlib");
		io.flush = RTE_COMP_FLUSH_FINAL;
		TEST_ASSERT(run(dev, &io, data, ROOM, packed + n) == 0 && io.status == 0, "op");
		TEST_ASSERT(zlib_reads(packed + n, io.produced, 0, data, len) == 0,
			    "it refers to what was before");
		TEST_ASSERT(io.produced > n + 500, "%u, %u: no use of the dictionary", n,
			    io.produced);
		f = (struct pmd_feed){
			.in = packed, .len = n + io.produced, .max_in = 5000, .out = back,
			.room = 2 * len, .max_out = 3000, .cut = PMD_CUT_RANDOM,
		};
		io.xform = d;
		TEST_ASSERT(pmd_stream_feed(dev, &io, &f) == 0 && f.produced == 2 * len &&
			    memcmp(back, data, len) == 0 &&
			    memcmp(back + len, data, len) == 0, "status %u", f.status);
		io.xform = c;
	}
	rte_compressdev_stream_free(dev->id, io.xform);
	rte_compressdev_stream_free(dev->id, d);
	return 0;
}

static int
dict_all(const struct pmd_dev *dev, const struct pmd_flavour *f)
{
	struct rte_comp_xform x = with_dict(true, 15, 10, RTE_COMP_CHECKSUM_NONE);

	for (unsigned int i = 0; i < 25; i++)
		TEST_ASSERT(dict_one(dev) == 0, "round %u", i);
	for (unsigned int i = 0; i < 6; i++)
		TEST_ASSERT(dict_stream(dev) == 0, "round %u", i);
	x.compress.deflate.dictionary = NULL;
	TEST_ASSERT(xform_new(dev, x) == NULL, "a dictionary nowhere");
	return 0;
}

static int
test_dict(void)
{
	int ret = pmd_up();

	pmd_seed(4501);
	if (ret == 0)
		ret = pmd_each_flavour(dict_all);
	return pmd_down(ret);
}

/* The buffer as the specification has it: what is put in pushes out what is oldest. */
struct model {
	uint8_t bytes[1u << 15];
	uint32_t size;
};

static void
model_push(struct model *m, const uint8_t *p, uint32_t len)
{
	for (; len != 0; len--, p++) {
		memmove(m->bytes, m->bytes + 1, m->size - 1);
		m->bytes[m->size - 1] = *p;
	}
}

static uint32_t
model_sum(const struct model *m)
{
	uint32_t sum = 0;

	for (uint32_t i = 0; i < m->size; i++)
		if (i < 4 || i >= m->size - 4)
			sum += m->bytes[i] / 16 + m->bytes[i] % 16;
	return 15 - sum % 16;
}

static int
packet(const struct pmd_dev *dev, struct model *m, void *c, void *d, bool stateful)
{
	uint32_t len = 1 + pmd_rnd(600), sum = model_sum(m), n;
	struct pmd_io io = {
		.xform = c, .stateful = stateful, .src_len = len,
		.flush = stateful ? RTE_COMP_FLUSH_SYNC : RTE_COMP_FLUSH_FINAL,
	};

	pmd_fill(pmd_rnd(PMD_NB_KINDS), data, len);
	TEST_ASSERT(run(dev, &io, data, ROOM, packed) == 0 && io.status == 0, "%u", io.status);
	TEST_ASSERT(io.output_chksum == sum, "%lx, not %x", io.output_chksum, sum);
	n = io.produced;
	/* told wrong, nothing happens */
	io.xform = d;
	io.src_len = n;
	io.input_chksum = (sum + 1 + pmd_rnd(15)) % 16;
	TEST_ASSERT(run(dev, &io, packed, ROOM, back) == 0 &&
		    io.status == RTE_COMP_OP_STATUS_CHECKSUM_VALIDATION_FAILED &&
		    io.output_chksum == sum, "status %u", io.status);
	io.input_chksum = sum;
	TEST_ASSERT(run(dev, &io, packed, ROOM, back) == 0 && io.status == 0 &&
		    io.produced == len && memcmp(back, data, len) == 0, "status %u", io.status);
	TEST_ASSERT(io.output_chksum == sum, "%lx, not %x", io.output_chksum, sum);
	if (stateful)
		model_push(m, data, len);
	return 0;
}

static int
udc_one(const struct pmd_dev *dev, uint8_t window, uint16_t dict_len, bool stateful)
{
	static struct model m;
	const enum rte_comp_checksum_type udc = RTE_COMP_CHECKSUM_3GPP_PDCP_UDC;
	void *c, *d;

	memset(&m, 0, sizeof(m));
	m.size = 1u << window;
	pmd_fill(PMD_RANDOM, dict, dict_len);
	model_push(&m, dict, dict_len);
	c = stateful ? stream_new(dev, with_dict(true, window, dict_len, udc)) :
		xform_new(dev, with_dict(true, window, dict_len, udc));
	d = stateful ? stream_new(dev, with_dict(false, window, dict_len, udc)) :
		xform_new(dev, with_dict(false, window, dict_len, udc));
	TEST_ASSERT(c != NULL && d != NULL, "xform");
	for (unsigned int i = 0; i < 12; i++)
		TEST_ASSERT(packet(dev, &m, c, d, stateful) == 0, "packet %u", i);
	if (stateful) {
		rte_compressdev_stream_free(dev->id, c);
		rte_compressdev_stream_free(dev->id, d);
	} else {
		pmd_xform_free(dev, c);
		pmd_xform_free(dev, d);
	}
	return 0;
}

/* Of a packet that takes several ops, each reports the value before the first. */
static int
udc_rest(const struct pmd_dev *dev)
{
	struct pmd_io io = { .stateful = true, .flush = RTE_COMP_FLUSH_SYNC };
	uint32_t done = 0, sum = 15;

	io.xform = stream_new(dev, with_dict(true, 10, 0, RTE_COMP_CHECKSUM_3GPP_PDCP_UDC));
	TEST_ASSERT(io.xform != NULL, "stream");
	pmd_fill(PMD_RANDOM, data, 3000);
	for (unsigned int i = 0; i == 0 || io.status != 0; i++) {
		io.src_len = 3000 - done;
		TEST_ASSERT(run(dev, &io, data + done, 1000, packed) == 0 && i < 10, "op");
		TEST_ASSERT(io.status == 0 ||
			    io.status == RTE_COMP_OP_STATUS_OUT_OF_SPACE_RECOVERABLE, "%u",
			    io.status);
		TEST_ASSERT(io.output_chksum == sum, "op %u: %lx", i, io.output_chksum);
		done += io.consumed;
	}
	TEST_ASSERT(done == 3000, "%u bytes", done);
	rte_compressdev_stream_free(dev->id, io.xform);
	return 0;
}

/* The specification's example (B.2.3). */
static int
udc_example(const struct pmd_dev *dev)
{
	static const uint8_t first[] = { 0xc5, 0x3f, 0x19, 0x51 };
	static const uint8_t last[] = { 0x7d, 0x8a, 0x9f, 0x9c };
	struct pmd_io io = { .flush = RTE_COMP_FLUSH_FINAL, .src_len = 10 };

	pmd_fill(PMD_RANDOM, dict, 256);
	memcpy(dict, first, sizeof(first));
	memcpy(dict + 252, last, sizeof(last));
	io.xform = xform_new(dev, with_dict(true, 8, 256, RTE_COMP_CHECKSUM_3GPP_PDCP_UDC));
	TEST_ASSERT(io.xform != NULL && run(dev, &io, data, 100, packed) == 0, "run");
	TEST_ASSERT(io.status == 0 && io.output_chksum == 9, "%lx, not 9", io.output_chksum);
	pmd_xform_free(dev, io.xform);
	return 0;
}

static int
udc_all(const struct pmd_dev *dev, const struct pmd_flavour *f)
{
	struct rte_comp_xform x = with_dict(true, 15, 0, RTE_COMP_CHECKSUM_3GPP_PDCP_UDC);

	TEST_ASSERT(udc_example(dev) == 0, "example");
	TEST_ASSERT(udc_rest(dev) == 0, "in several ops");
	for (unsigned int i = 0; i < 20; i++) {
		uint8_t window = i < 16 ? 8 + i / 2 : 11;

		TEST_ASSERT(udc_one(dev, window, pmd_rnd(2) * pmd_rnd(2u << window) % DICT,
				    i % 2) == 0, "window %u", window);
	}
	x.compress.algo = RTE_COMP_ALGO_NULL;
	TEST_ASSERT(xform_new(dev, x) == NULL, "NULL has no history");
	return 0;
}

static int
test_udc(void)
{
	int ret = pmd_up();

	pmd_seed(4502);
	if (ret == 0)
		ret = pmd_each_flavour(udc_all);
	return pmd_down(ret);
}

#else

#define SKIPPED(func) \
	static int \
	func(void) \
	{ \
		return TEST_SKIPPED; \
	}
SKIPPED(test_dict)
SKIPPED(test_udc)

#endif

UACCE_TEST(pmd_dict, test_dict)
UACCE_TEST(pmd_udc, test_udc)
