/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

#include <string.h>

#include "soft_priv.h"
#include "soft_trace.h"

#define WINDOW_MAX_LOG	15

static uint64_t
addr64(uint32_t low, uint32_t high)
{
	return (uint64_t)high << 32 | low;
}

static uint32_t
bit_reverse(uint32_t v)
{
	v = (v & 0x55555555) << 1 | ((v >> 1) & 0x55555555);
	v = (v & 0x33333333) << 2 | ((v >> 2) & 0x33333333);
	v = (v & 0x0f0f0f0f) << 4 | ((v >> 4) & 0x0f0f0f0f);
	return __builtin_bswap32(v);
}

/* Bit 24 of dw7, the high half of dw9 and what the extension may use (3.1). */
static bool
reserved_set(const struct hisi_zip_sqe *sqe, bool has_ext)
{
	uint32_t bits = (sqe->dw7 & (1u << 24)) | (sqe->dw9 >> 16) | sqe->lba_h |
		sqe->comp_head_addr_l | sqe->comp_head_addr_h;

	if (!has_ext)
		bits |= sqe->lba_l | sqe->dif_l | sqe->dif_h | sqe->priv_info;
	return bits != 0;
}

/* Which request is it, and may this queue be asked for it? (3.3, 3.10) */
static bool
decode_type(struct uacce_soft_queue *q, const struct hisi_zip_sqe *sqe,
	    struct soft_request *r)
{
	bool type3 = q->dev->conf.api >= 3;

	r->compress = q->qc_type == HISI_QM_QC_COMPRESS;
	r->type = sqe->dw9 & HISI_ZIP_DW9_REQ_MASK;
	r->has_ext = q->dev->conf.ext &&
		(sqe->priv_info & HISI_ZIP_EXT_MAGIC_MASK) == HISI_ZIP_EXT_MAGIC;
	/* without it none of its bits may mean anything anywhere */
	r->ext = r->has_ext ? sqe->priv_info : 0;

	if (reserved_set(sqe, r->has_ext))
		soft_mistake(q, UACCE_SOFT_SQE_RESERVED);
	if (sqe->dw7 >> HISI_ZIP_DW7_TYPE_SHIFT !=
	    (type3 ? HISI_ZIP_SQE_TYPE3 : HISI_ZIP_SQE_TYPE0)) {
		soft_mistake(q, UACCE_SOFT_SQE_TYPE);
		return false;
	}
	switch (r->type) {
	case HISI_ZIP_REQ_ZLIB:
		r->trailer = SOFT_ZLIB_TRAILER;
		return true;
	case HISI_ZIP_REQ_GZIP:
		r->trailer = SOFT_GZIP_TRAILER;
		return true;
	case HISI_ZIP_REQ_DEFLATE:
		if (type3 || r->has_ext)
			return true;
		break;
	case HISI_ZIP_REQ_LZ4:
	case HISI_ZIP_REQ_EXT_COPY:
		if (r->has_ext && (sqe->dw7 & HISI_ZIP_DW7_STATEFUL) == 0)
			return true;
		break;
	case HISI_ZIP_REQ_EXT_VERIFY:
		if (r->has_ext && !r->compress && (sqe->dw7 & HISI_ZIP_DW7_STATEFUL) == 0)
			return true;
		break;
	}
	soft_mistake(q, UACCE_SOFT_SQE_REQUEST);
	return false;
}

/* The stream, if there is one; stateless requests ignore all of its words (3.5). */
static bool
decode_stream(struct uacce_soft_queue *q, const struct hisi_zip_sqe *sqe,
	      struct soft_request *r)
{
	uint64_t ctx = addr64(sqe->stream_ctx_addr_l, sqe->stream_ctx_addr_h);

	r->stateful = (sqe->dw7 & HISI_ZIP_DW7_STATEFUL) != 0;
	if (!r->stateful)
		return true;
	if (ctx == 0) {
		soft_mistake(q, UACCE_SOFT_SQE_MODE);
		return false;
	}
	r->ctx = (uint8_t *)(uintptr_t)ctx;
	r->stream_new = (sqe->dw7 & HISI_ZIP_DW7_STREAM_NEW) != 0;
	r->finish = (sqe->dw7 & HISI_ZIP_DW7_FLUSH_FINISH) != 0;
	r->window_len = sqe->ctx_dw2 & HISI_ZIP_CTX2_WINDOW_MASK;
	r->isize = r->stream_new ? 0 : sqe->isize;
	return true;
}

/* Window of dw9 as the largest power of two that honours it (3.2). */
static bool
decode_window(struct uacce_soft_queue *q, const struct hisi_zip_sqe *sqe,
	      uint8_t *log)
{
	static const uint8_t logs[] = {
		[HISI_ZIP_WIN_4K] = 12,
		[HISI_ZIP_WIN_8K] = 13,
		[HISI_ZIP_WIN_16K] = 14,
		[HISI_ZIP_WIN_24K] = 14,
		[HISI_ZIP_WIN_32K] = 15,
	};
	unsigned int code = (sqe->dw9 >> HISI_ZIP_DW9_WIN_SHIFT) & HISI_ZIP_DW9_WIN_MASK;

	*log = WINDOW_MAX_LOG;
	/* type 0 has no such field, decompression needs none (3.10, 12) */
	if (q->dev->conf.api < 3 || q->qc_type == HISI_QM_QC_DECOMPRESS)
		return true;
	if (code >= sizeof(logs)) {
		soft_mistake(q, UACCE_SOFT_SQE_RESERVED);
		return false;
	}
	*log = logs[code];
	return true;
}

/* Does what dw5 says fit together, and with the request? */
static bool
ext2_valid(const struct soft_request *r, uint32_t ext2)
{
	const struct soft_codec_req *c = &r->codec;

	if ((ext2 & ~HISI_ZIP_EXT2_MASK) != 0 || (ext2 != 0 && r->trailer != 0) ||
	    (r->lz4_flags != 0 && r->type != HISI_ZIP_REQ_LZ4) ||
	    (r->want_xxh32 && c->want_crc) || (r->xxh32_goes_on && !r->stateful))
		return false;
	if (c->dict_len == 0)
		return true;
	return c->dict != NULL && c->dict_len <= HISI_ZIP_EXT2_DICT_MAX &&
		r->type != HISI_ZIP_REQ_LZ4 && r->type != HISI_ZIP_REQ_EXT_COPY &&
		(!r->stateful || r->stream_new);
}

static bool
decode_ext2(const struct hisi_zip_sqe *sqe, struct soft_request *r)
{
	uint32_t ext2 = sqe->lba_l;

	r->lz4_flags = ext2 & HISI_ZIP_EXT2_LZ4_MASK;
	r->want_xxh32 = (ext2 & HISI_ZIP_EXT2_XXH32) != 0;
	r->xxh32_goes_on = (ext2 & HISI_ZIP_EXT2_XXH32_GO_ON) != 0;
	r->codec.dict_len = ext2 >> HISI_ZIP_EXT2_DICT_SHIFT;
	if (r->codec.dict_len != 0)
		r->codec.dict = (const uint8_t *)(uintptr_t)addr64(sqe->literals_addr_l,
								   sqe->literals_addr_h);
	return ext2_valid(r, ext2);
}

/* Are the values in dw12 ones that mean something? */
static bool
ext_valid(const struct soft_request *r)
{
	const struct soft_codec_req *c = &r->codec;
	const uint32_t raw_only = HISI_ZIP_EXT_CRC32 | HISI_ZIP_EXT_ADLER32 |
		HISI_ZIP_EXT_NO_FINAL | HISI_ZIP_EXT_PARTIAL;

	if (c->level > 9 || c->huffman > HISI_ZIP_EXT_HUFF_DYNAMIC)
		return false;
	/* 0 is LZ4's own, which has no place here */
	if (c->window_log < 8 && (c->window_log != 0 || r->type != HISI_ZIP_REQ_LZ4))
		return false;
	/* a container's own checksum starts afresh: one start value will not do */
	return r->trailer == 0 || (r->ext & raw_only) == 0;
}

static bool
decode_params(struct uacce_soft_queue *q, const struct hisi_zip_sqe *sqe,
	      struct soft_request *r)
{
	struct soft_codec_req *c = &r->codec;

	c->huffman = SOFT_CODEC_HUFFMAN_ANY;
	c->end = SOFT_CODEC_END_FINAL;
	c->dict = NULL;
	c->dict_len = 0;
	c->partial = false;
	c->consumed = 0;
	c->produced = 0;
	c->crc = 0;
	c->adler = 1;
	c->want_crc = r->type == HISI_ZIP_REQ_GZIP;
	c->want_adler = r->type == HISI_ZIP_REQ_ZLIB;
	if (r->stateful && !r->stream_new) {
		c->crc = bit_reverse(~sqe->checksum);
		c->adler = sqe->checksum;
	}
	c->level = 1;
	if (!r->has_ext)
		return decode_window(q, sqe, &c->window_log);

	c->level = r->ext & HISI_ZIP_EXT_LEVEL_MASK;
	c->huffman = (r->ext >> HISI_ZIP_EXT_HUFF_SHIFT) & HISI_ZIP_EXT_HUFF_MASK;
	c->window_log = (r->ext >> HISI_ZIP_EXT_WIN_SHIFT) & HISI_ZIP_EXT_WIN_MASK;
	c->end = r->ext & HISI_ZIP_EXT_NO_FINAL ? SOFT_CODEC_END_FULL : SOFT_CODEC_END_FINAL;
	c->partial = !r->stateful && (r->ext & HISI_ZIP_EXT_PARTIAL) != 0;
	if (r->ext & HISI_ZIP_EXT_CRC32) {
		c->want_crc = true;
		c->crc = sqe->dif_l;
	}
	if (r->ext & HISI_ZIP_EXT_ADLER32) {
		c->want_adler = true;
		c->adler = sqe->dif_h;
	}
	if (decode_ext2(sqe, r) && ext_valid(r))
		return true;
	soft_mistake(q, UACCE_SOFT_SQE_RESERVED);
	return false;
}

static bool
decode_flat(struct uacce_soft_queue *q, struct soft_request *r,
	    uint64_t src, uint64_t dst)
{
	if ((src == 0 && r->in != 0) || (dst == 0 && r->out != 0)) {
		soft_mistake(q, UACCE_SOFT_SQE_ADDRESS);
		return false;
	}
	r->flat[0] = (struct soft_seg){ (uint8_t *)(uintptr_t)src, r->in };
	r->flat[1] = (struct soft_seg){ (uint8_t *)(uintptr_t)dst, r->out };
	r->codec.src = &r->flat[0];
	r->codec.nb_src = 1;
	r->codec.dst = &r->flat[1];
	r->codec.nb_dst = 1;
	return true;
}

/* Is there no list, or one where none can be? (4.3) */
static bool
misplaced(uint64_t addr, uint32_t len)
{
	return addr % HISI_ZIP_SGL_ALIGN != 0 || (addr == 0 && len != 0);
}

static bool
decode_sgl(struct uacce_soft_queue *q, struct soft_engine *e,
	   const struct hisi_zip_sqe *sqe, struct soft_request *r,
	   uint64_t src, uint64_t dst)
{
	int nb_src, nb_dst;

	if (misplaced(src, r->in) || misplaced(dst, r->out)) {
		soft_mistake(q, UACCE_SOFT_SQE_ADDRESS);
		return false;
	}
	soft_trace_lists(q, e->slot, false, src, sqe->dw7 & HISI_ZIP_DW7_SKIP_MASK, r->in);
	soft_trace_lists(q, e->slot, true, dst, sqe->dw8 & HISI_ZIP_DW8_SKIP_MASK, r->out);
	nb_src = soft_sgl_walk(src, sqe->dw7 & HISI_ZIP_DW7_SKIP_MASK, r->in,
			       e->segs[0], SOFT_MAX_SEGS);
	nb_dst = soft_sgl_walk(dst, sqe->dw8 & HISI_ZIP_DW8_SKIP_MASK, r->out,
			       e->segs[1], SOFT_MAX_SEGS);
	if (nb_src < 0 || nb_dst < 0) {
		soft_mistake(q, UACCE_SOFT_SGL);
		return false;
	}
	r->codec.src = e->segs[0];
	r->codec.nb_src = (unsigned int)nb_src;
	r->codec.dst = e->segs[1];
	r->codec.nb_dst = (unsigned int)nb_dst;
	return true;
}

/*
 * Limits of the silicon, which the extension lifts. Those of lists are of their entries
 * (3.8): clients offer more than 8 MiB of them.
 */
static bool
lengths_allowed(const struct soft_request *r, unsigned int buf)
{
	if (r->in == 0 && !r->stateful)
		return false;
	return buf == HISI_ZIP_BUF_SGL ||
		(r->in <= HISI_ZIP_MAX_LEN && r->out <= HISI_ZIP_MAX_LEN);
}

static bool
decode_buffers(struct uacce_soft_queue *q, struct soft_engine *e,
	       const struct hisi_zip_sqe *sqe, struct soft_request *r)
{
	unsigned int buf = (sqe->dw9 >> HISI_ZIP_DW9_BUF_SHIFT) & HISI_ZIP_DW9_BUF_MASK;
	uint64_t src = addr64(sqe->source_addr_l, sqe->source_addr_h);
	uint64_t dst = addr64(sqe->dest_addr_l, sqe->dest_addr_h);

	r->in = sqe->input_data_length;
	r->out = sqe->dest_avail_out;
	r->codec.src_len = r->in;
	r->codec.dst_len = r->out;
	if (!r->has_ext && !lengths_allowed(r, buf)) {
		soft_mistake(q, UACCE_SOFT_SQE_LENGTH);
		return false;
	}
	if (buf == HISI_ZIP_BUF_SGL)
		return decode_sgl(q, e, sqe, r, src, dst);
	if (buf == HISI_ZIP_BUF_FLAT)
		return decode_flat(q, r, src, dst);
	soft_mistake(q, UACCE_SOFT_SQE_REQUEST);
	return false;
}

/* dw30 and dw31 in the engine's register format (3.7). */
static void
fill_registers(const struct hisi_zip_sqe *sqe, const struct soft_request *r,
	       struct soft_result *res)
{
	if (r->type == HISI_ZIP_REQ_GZIP) {
		res->isize = r->isize;
		res->checksum = ~bit_reverse(r->codec.crc);
	} else if (r->type == HISI_ZIP_REQ_ZLIB) {
		res->isize = r->isize;
		res->checksum = r->codec.adler;
	}
	/* dw10 and dw11 are written if they were asked for */
	res->ext_crc = r->ext & HISI_ZIP_EXT_CRC32 ? r->codec.crc : sqe->dif_l;
	if (r->want_xxh32)
		res->ext_crc = r->xxh32;
	res->ext_adler = r->ext & HISI_ZIP_EXT_ADLER32 ? r->codec.adler : sqe->dif_h;
	res->ext = r->has_ext;
	if (r->stateful) {
		res->ctx_dw0 = r->ctx_dw0;
		res->ctx_dw1 = r->ctx_dw1;
		res->ctx_dw2 = r->window_len;
	}
}

/* Lengths mean something: the request went well, or as far as there was room. */
static bool
lengths_valid(const struct soft_request *r, uint32_t status)
{
	return soft_status_good(status) ||
		(status == HISI_ZIP_STATUS_NO_SPACE && (r->ext & HISI_ZIP_EXT_PARTIAL) != 0);
}

void
soft_zip_exec(struct uacce_soft_queue *q, struct soft_engine *e,
	      const struct hisi_zip_sqe *sqe, struct soft_result *res)
{
	struct soft_request r;

	/* the rest is assigned: all at once is a string instruction, which starts slowly */
	memset(&r, 0, offsetof(struct soft_request, flat));
	memset(res, 0, sizeof(*res));
	res->status = HISI_ZIP_STATUS_BAD;
	if (!decode_type(q, sqe, &r) || !decode_stream(q, sqe, &r) ||
	    !decode_params(q, sqe, &r) || !decode_buffers(q, e, sqe, &r))
		return;
	res->status = soft_exec(q, e, &r);
	if (!lengths_valid(&r, res->status))
		return;
	res->consumed = (uint32_t)r.codec.consumed;
	res->produced = (uint32_t)r.codec.produced;
	fill_registers(sqe, &r, res);
}
