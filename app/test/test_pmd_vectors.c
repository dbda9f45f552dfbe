/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/*
 * Words that engines are told, against words that were written down from the datasheet
 * (sections in brackets) by hand: nothing here comes from the driver's headers.
 */

#include <string.h>

#include "test_pmd_stream.h"
#include "test_pmd_vectors.h"

#define MAX		4096u

static uint8_t data[MAX];
/* 1000 bytes in a stored block, which is what is decompressed */
static uint8_t stored[1005] = { 0x01, 0xe8, 0x03, 0x17, 0xfc };

/*
 * Stateless. dw7: type 3 in 31:28 (3.10), finish in 25 and new in 27 as UADK sends them,
 * mode 0 in 26 (3.5). dw9: window in 15:12 (3.2), buffer type in 11:8, request in 7:0
 * (3.3). dw14: room; 64 bytes more, in a list, where an engine would ignore the request
 * (3.8); 4 for the trailer of zlib, where raw DEFLATE is not to be had (3.6).
 */
static const struct {
	const char *what;
	unsigned int api;
	bool compress;
	uint8_t window;
	unsigned int nb_src, nb_dst;	/* segments */
	uint32_t in, room;
	uint32_t dw4, dw7, dw9, dw14;
	uint32_t spill;			/* of dw14, what is not the caller's */
} stateless[] = {
	{ "v3", 3, true, 15, 1, 1, 1500, 2000, 1500, 0x3a000000, 0x4001, 2000, 0 },
	{ "v3, 16 KiB", 3, true, 14, 1, 1, 1500, 2000, 1500, 0x3a000000, 0x2001, 2000, 0 },
	{ "v3, 8 KiB", 3, true, 13, 1, 1, 1500, 2000, 1500, 0x3a000000, 0x1001, 2000, 0 },
	{ "v3, 4 KiB", 3, true, 12, 1, 1, 1500, 2000, 1500, 0x3a000000, 0x0001, 2000, 0 },
	{ "v3, a byte", 3, true, 15, 1, 1, 1, 17, 1, 0x3a000000, 0x4001, 17, 0 },
	{ "v3, chain in", 3, true, 15, 3, 1, 3000, 2000, 3000, 0x3a000000, 0x4101, 2000, 0 },
	{ "v3, chain out", 3, true, 12, 1, 2, 1500, 3000, 1500, 0x3a000000, 0x0101, 3000, 0 },
	{ "v3, chains", 3, true, 15, 8, 9, 3000, 4000, 3000, 0x3a000000, 0x4101, 4000, 0 },
	{ "v3, long", 3, true, 15, 300, 600, 3000, 4000, 3000, 0x3a000000, 0x4101, 4000, 0 },
	{ "v3, no room", 3, true, 15, 1, 1, 1500, 16, 1500, 0x3a000000, 0x4101, 80, 64 },
	{ "v3, inflate", 3, false, 15, 1, 1, 1005, 1000, 1005, 0x3a000000, 0x4001, 1000, 0 },
	{ "v3, chains", 3, false, 15, 5, 4, 1005, 1500, 1005, 0x3a000000, 0x4101, 1500, 0 },
	{ "v5", 5, true, 15, 1, 1, 1500, 2000, 1500, 0x3a000000, 0x4001, 2000, 0 },
	{ "v5, 16 KiB", 5, true, 14, 2, 1, 1500, 2000, 1500, 0x3a000000, 0x2101, 2000, 0 },
	{ "v5, inflate", 5, false, 15, 1, 1, 1005, 1000, 1005, 0x3a000000, 0x4001, 1000, 0 },
	{ "v2", 2, true, 15, 1, 1, 1500, 2000, 1500, 0x0a000000, 0x0102, 2004, 4 },
	{ "v2, chains", 2, true, 15, 4, 7, 3000, 4000, 3000, 0x0a000000, 0x0102, 4004, 4 },
	{ "v2, no room", 2, true, 15, 1, 1, 1500, 9, 1500, 0x0a000000, 0x0102, 73, 64 },
};

static int
check_stateless(struct vdev *v, unsigned int i, const struct pmd_io *io)
{
	const uint32_t want[32] = {
		[4] = stateless[i].dw4, [7] = stateless[i].dw7, [9] = stateless[i].dw9,
		[14] = stateless[i].dw14,
	};
	const struct uacce_soft_trace_record *r;
	size_t at;

	TEST_ASSERT(vdev_sqes(v, &at) == 1, "not one request");
	r = &v->t.r[at];
	TEST_ASSERT(r->api == v->api && r->ext == 0 && r->dir == !stateless[i].compress,
		    "another queue");
	TEST_ASSERT(vec_words(r, want) == 0 && vec_addr(r, 22) == 0, "words");
	if ((want[9] & 0x100) == 0) {
		TEST_ASSERT(vec_addr(r, 18) == vec_flat(io->src), "source");
		TEST_ASSERT(vec_addr(r, 20) == vec_flat(io->dst), "destination");
		return 0;
	}
	TEST_ASSERT(vec_list(&v->t, at, false, io->src, want[4], 0) == 0, "source");
	return vec_list(&v->t, at, true, io->dst, want[14] - stateless[i].spill,
			stateless[i].spill);
}

/* A chain of nb segments, one of them empty if there are more than three. */
static int
chain(struct pmd_buf *b, uint32_t len, unsigned int nb)
{
	uint32_t lens[600];

	for (unsigned int i = 0; i < nb; i++) {
		lens[i] = i == 1 && nb > 3 ? 0 : i + 1 == nb ? len : len / (nb - i);
		len -= lens[i];
	}
	return pmd_buf_make(b, lens, nb, true);
}

static int
run_stateless(struct vdev *v, unsigned int i)
{
	bool compress = stateless[i].compress;
	struct pmd_buf src, dst;
	struct pmd_io io = {
		.xform = compress ? pmd_deflate(&v->dev, 1, RTE_COMP_HUFFMAN_DEFAULT,
			stateless[i].window, RTE_COMP_CHECKSUM_NONE) :
			pmd_inflate(&v->dev, RTE_COMP_CHECKSUM_NONE),
		.flush = RTE_COMP_FLUSH_FINAL, .src = &src, .dst = &dst,
		.src_len = stateless[i].in,
	};
	int ret;

	TEST_ASSERT(io.xform != NULL, "xform");
	TEST_ASSERT(chain(&src, stateless[i].in, stateless[i].nb_src) == 0 &&
		    chain(&dst, stateless[i].room, stateless[i].nb_dst) == 0, "memory");
	pmd_buf_write(&src, 0, compress ? data : stored, stateless[i].in);
	TEST_ASSERT(pmd_run(&v->dev, &io) == 0, "run");
	ret = check_stateless(v, i, &io);
	pmd_buf_free(&src);
	pmd_buf_free(&dst);
	pmd_xform_free(&v->dev, io.xform);
	return ret;
}

static int
all_stateless(void)
{
	struct vdev v = { .api = 0 };

	for (unsigned int i = 0; i < DIM(stateless); i++) {
		if (stateless[i].api != v.api) {
			TEST_ASSERT(v.api == 0 || vdev_close(&v) == 0, "close");
			TEST_ASSERT(vdev_open(&v, stateless[i].api) == 0, "open");
		}
		TEST_ASSERT(run_stateless(&v, i) == 0, "%s", stateless[i].what);
	}
	return vdev_close(&v);
}

static int
test_vectors(void)
{
	int ret = pmd_up();

	pmd_seed(8101);
	pmd_fill(PMD_TEXT, data, MAX);
	pmd_fill(PMD_TEXT, stored + 5, 1000);
	if (ret == 0)
		ret = all_stateless();
	return pmd_down(ret);
}

UACCE_TEST(pmd_vectors, test_vectors)
