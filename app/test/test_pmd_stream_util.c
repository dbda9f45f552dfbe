/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

#include <stdlib.h>
#include <string.h>

#include <zlib.h>

#include "test_pmd_stream.h"

#define MAX_OFF		70u
#define MAX_BYTES	3000u	/* longer chains of single bytes take too many mbufs */
#define MAX_PLAIN	(300u << 10)

void *
pmd_stream_new(const struct pmd_dev *dev, bool compress, enum rte_comp_checksum_type chksum)
{
	struct rte_comp_xform x = { .type = RTE_COMP_DECOMPRESS };
	void *stream = NULL;

	if (compress) {
		x.type = RTE_COMP_COMPRESS;
		x.compress = (struct rte_comp_compress_xform){
			.algo = RTE_COMP_ALGO_DEFLATE, .level = 1, .window_size = 15,
			.deflate.huffman = RTE_COMP_HUFFMAN_DEFAULT, .chksum = chksum,
		};
	} else {
		x.decompress = (struct rte_comp_decompress_xform){
			.algo = RTE_COMP_ALGO_DEFLATE, .window_size = 15, .chksum = chksum,
		};
	}
	return rte_compressdev_stream_create(dev->id, &x, &stream) == 0 ? stream : NULL;
}

static int
chain(struct pmd_buf *b, uint32_t len, enum pmd_cut cut)
{
	uint32_t lens[MAX_BYTES];

	if (cut == PMD_CUT_BYTES && len != 0 && len <= MAX_BYTES) {
		for (uint32_t i = 0; i < len; i++)
			lens[i] = 1;
		return pmd_buf_make(b, lens, len, false);
	}
	return pmd_buf_cut(b, len, cut == PMD_CUT_FLAT && len < 60000 ? 1 : 3 + pmd_rnd(20),
			   true);
}

/* What the status of a stream's op says about its lengths. */
static int
check_status(const struct pmd_io *io, uint32_t room)
{
	TEST_ASSERT(io->status == RTE_COMP_OP_STATUS_SUCCESS ||
		    io->status == RTE_COMP_OP_STATUS_OUT_OF_SPACE_RECOVERABLE ||
		    io->status == RTE_COMP_OP_STATUS_ERROR, "status %u", io->status);
	if (io->status != RTE_COMP_OP_STATUS_OUT_OF_SPACE_RECOVERABLE)
		return 0;
	TEST_ASSERT(io->produced == room, "no room, but %u of %u produced", io->produced, room);
	TEST_ASSERT(io->src_len == 0 || io->consumed < io->src_len,
		    "there is more to come, but all %u bytes are consumed", io->src_len);
	return 0;
}

int
pmd_stream_op(const struct pmd_dev *dev, struct pmd_io *io, enum pmd_cut cut,
	      const uint8_t *in, uint32_t len, uint8_t *out, uint32_t room)
{
	uint32_t src_off = pmd_rnd(2) * pmd_rnd(MAX_OFF), dst_off = pmd_rnd(2) * pmd_rnd(MAX_OFF);
	struct pmd_buf src, dst;
	int ret;

	TEST_ASSERT(chain(&src, src_off + len + pmd_rnd(3), cut) == 0 &&
		    chain(&dst, dst_off + room, cut) == 0, "memory");
	pmd_buf_write(&src, src_off, in, len);
	io->src = &src;
	io->dst = &dst;
	io->stateful = true;
	io->src_off = src_off;
	io->src_len = len;
	io->dst_off = dst_off;
	ret = pmd_run(dev, io);
	if (ret == 0)
		pmd_buf_read(&dst, dst_off, out, io->produced);
	pmd_buf_free(&src);
	pmd_buf_free(&dst);
	return ret == 0 ? check_status(io, room) : ret;
}

static enum rte_comp_flush_flag
flush_of(const struct pmd_feed *f, uint32_t n)
{
	static const enum rte_comp_flush_flag any[] = {
		RTE_COMP_FLUSH_NONE, RTE_COMP_FLUSH_SYNC, RTE_COMP_FLUSH_FULL,
	};

	if (f->final && f->consumed + n == f->len)
		return RTE_COMP_FLUSH_FINAL;
	return any[pmd_rnd(DIM(any))];
}

static bool
feed_done(const struct pmd_feed *f, const struct pmd_io *io)
{
	if (f->status == RTE_COMP_OP_STATUS_ERROR)
		return true;
	if (f->status != RTE_COMP_OP_STATUS_SUCCESS)
		return false;
	/* what is left is not the stream's */
	if (io->consumed < io->src_len)
		return true;
	return f->consumed == f->len && (!f->final || io->flush == RTE_COMP_FLUSH_FINAL);
}

int
pmd_stream_feed(const struct pmd_dev *dev, struct pmd_io *io, struct pmd_feed *f)
{
	unsigned int idle = 0;

	do {
		uint32_t n = f->max_in == 1 ? 1 : pmd_rnd(f->max_in + 1);
		uint32_t room = f->max_out == 1 ? 1 : pmd_rnd(f->max_out + 1);

		n = RTE_MIN(n, f->len - f->consumed);
		room = RTE_MIN(room, f->room - f->produced);
		io->flush = flush_of(f, n);
		TEST_ASSERT(pmd_stream_op(dev, io, f->cut, f->in + f->consumed, n,
					  f->out + f->produced, room) == 0, "op");
		idle = io->consumed + io->produced == 0 ? idle + 1 : 0;
		TEST_ASSERT(idle < 1000, "nothing moves: %u of %u in, %u of %u out, status %u",
			    f->consumed, f->len, f->produced, f->room, io->status);
		f->consumed += io->consumed;
		f->produced += io->produced;
		f->recoverable += io->status == RTE_COMP_OP_STATUS_OUT_OF_SPACE_RECOVERABLE;
		f->status = io->status;
		f->chksum = io->output_chksum;
	} while (!feed_done(f, io));
	return 0;
}

int
pmd_stream_pack(const struct pmd_dev *dev, struct pmd_io *io, struct pmd_feed *f)
{
	static uint8_t plain[MAX_PLAIN];
	struct ref_verdict v;

	f->final = true;
	if (pmd_stream_feed(dev, io, f) != 0)
		return -1;
	TEST_ASSERT(f->status == RTE_COMP_OP_STATUS_SUCCESS && f->consumed == f->len,
		    "status %u, %u of %u in", f->status, f->consumed, f->len);
	v = ref_inflate(f->out, f->produced, plain, sizeof(plain), 15, SIZE_MAX);
	TEST_ASSERT(v.final && v.consumed == f->produced, "zlib reads %zu of %u, final %d",
		    v.consumed, f->produced, v.final);
	TEST_ASSERT(v.produced == f->len && memcmp(plain, f->in, f->len) == 0,
		    "zlib reads %zu bytes, not %u", v.produced, f->len);
	return 0;
}

size_t
pmd_stream_ref(const uint8_t *in, uint32_t len, uint8_t *out, size_t room)
{
	z_stream z = { .next_in = (uint8_t *)(uintptr_t)in };
	size_t n;
	int flush;

	if (deflateInit2(&z, pmd_rnd(10), Z_DEFLATED, -15, 1 + pmd_rnd(9), pmd_rnd(5)) != Z_OK)
		abort();
	z.next_out = out;
	z.avail_out = room;
	do {
		z.avail_in = RTE_MIN(1 + pmd_rnd(20000), len - (uint32_t)z.total_in);
		flush = z.avail_in == len - z.total_in ? Z_FINISH : (int)pmd_rnd(4);
		if (deflate(&z, flush) == Z_STREAM_ERROR || z.avail_out == 0)
			abort();
	} while (flush != Z_FINISH);
	n = z.total_out;
	deflateEnd(&z);
	return n;
}
