/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

#include <string.h>

#include "soft_codec_priv.h"

/*
 * Decoders leave their fast loop some bytes before the end of input and output.
 * Up to this size copying to where there is slack costs less than that.
 */
#define BOUNCE_MAX	(16 * 1024)

/* ISA-L has its decode tables ready for this header; pays for short streams. */
#define ISAL_DEFAULT_MAX	(6 * 1024)

/* 3 bits of header, up to 7 of alignment, 32 of lengths. */
#define EMPTY_STORED_BITS_MIN	35
#define EMPTY_STORED_BITS_MAX	42

#define DICT_MAX	((size_t)1 << 15)

#define BTYPE_STORED	0
#define BTYPE_FIXED	1

static const uint8_t flush_tail[] = { 0x00, 0x00, 0xff, 0xff };

/* What a decoder works on: buffers with any slack behind them. */
struct flat {
	uint8_t *in;
	size_t in_len;
	size_t in_pad;
	uint8_t *out;
	size_t room;
	size_t out_pad;
	size_t consumed;
	size_t produced;
};

/* Where zlib is in the stream, as Z_BLOCK stops it at each end of a block. */
struct block_pos {
	uint64_t bits;
	uint64_t prev_bits;
	uint64_t out;
	uint64_t prev_out;
};

static unsigned int
block_type(const uint8_t *in)
{
	return in[0] >> 1 & 3;
}

static bool
has_isal_default_header(const struct soft_codec *codec, const uint8_t *in,
			size_t len)
{
	const struct isal_hufftables *h = codec->isal_default;

	return len > h->deflate_hdr_count && len <= ISAL_DEFAULT_MAX &&
	       ((in[0] ^ h->deflate_hdr[0]) & ~1) == 0 &&
	       memcmp(in + 1, h->deflate_hdr + 1, h->deflate_hdr_count - 1) == 0;
}

static bool
ends_in_flush(const uint8_t *in, size_t len)
{
	return len > sizeof(flush_tail) &&
	       memcmp(in + len - sizeof(flush_tail), flush_tail,
		      sizeof(flush_tail)) == 0;
}

/* Only success counts: libdeflate then says what is wrong with the others. */
static bool
try_isal(struct soft_codec *codec, struct flat *f)
{
	struct inflate_state *s = &codec->isal_inf;

	if (f->room + f->out_pad > INT32_MAX)
		return false;
	isal_inflate_reset(s);
	s->next_in = f->in;
	s->avail_in = f->in_len + f->in_pad;
	s->next_out = f->out;
	s->avail_out = f->room + f->out_pad;
	if (isal_inflate_stateless(s) != ISAL_DECOMP_OK)
		return false;
	f->consumed = f->in_len + f->in_pad - s->avail_in;
	f->produced = s->total_out;
	return f->consumed <= f->in_len;
}

/* What was produced may exceed the room by out_pad. */
static enum soft_codec_status
decode_flat(struct soft_codec *codec, struct flat *f)
{
	struct libdeflate_decompressor *d = codec->ld_dynamic;
	enum libdeflate_result ret;

	if (has_isal_default_header(codec, f->in, f->in_len) &&
	    try_isal(codec, f))
		return SOFT_CODEC_OK;
	/* its tables for fixed codes stay valid from request to request */
	if (block_type(f->in) == BTYPE_FIXED)
		d = codec->ld_fixed;
	ret = libdeflate_deflate_decompress_ex(d, f->in, f->in_len + f->in_pad,
					       f->out, f->room + f->out_pad,
					       &f->consumed, &f->produced);
	if (ret == LIBDEFLATE_INSUFFICIENT_SPACE)
		return SOFT_CODEC_NO_SPACE;
	if (ret != LIBDEFLATE_SUCCESS || f->consumed > f->in_len)
		return SOFT_CODEC_BAD_DATA;
	return SOFT_CODEC_OK;
}

bool
soft_zinf_start(struct soft_codec *codec)
{
	if (codec->zinf_ready)
		return inflateReset(&codec->zinf) == Z_OK;
	soft_arena_attach(&codec->zinf_mem, &codec->zinf);
	codec->zinf_ready = inflateInit2(&codec->zinf, -15) == Z_OK;
	return codec->zinf_ready;
}

static void
note_block(const z_stream *z, struct block_pos *pos)
{
	pos->prev_bits = pos->bits;
	pos->prev_out = pos->out;
	pos->bits = (uint64_t)z->total_in * 8 - (z->data_type & 7);
	pos->out = z->total_out;
}

/*
 * An empty block of that many bits can only be a stored one: fixed takes 10,
 * dynamic more than 60.
 */
static bool
flushed_at(const struct block_pos *pos, size_t len)
{
	uint64_t bits = pos->bits - pos->prev_bits;

	return pos->bits == (uint64_t)len * 8 && pos->out == pos->prev_out &&
	       bits >= EMPTY_STORED_BITS_MIN && bits <= EMPTY_STORED_BITS_MAX;
}

static bool
set_dict(z_stream *z, const struct soft_codec_req *req)
{
	size_t len = req->dict_len < DICT_MAX ? req->dict_len : DICT_MAX;

	return len == 0 ||
	       inflateSetDictionary(z, req->dict + req->dict_len - len, len) == Z_OK;
}

/* Note a place where the rest of the stream could be a stream of its own. */
static void
note_cut(struct soft_cuts *cuts, const struct block_pos *pos)
{
	const size_t max = sizeof(cuts->at) / sizeof(cuts->at[0]);

	if (pos->bits % 8 == 0 && pos->out != 0)
		cuts->at[cuts->nb++ % max] = (struct soft_cut){ pos->bits / 8, pos->out };
}

static enum soft_codec_status
no_space(struct soft_codec *codec, struct soft_codec_req *req,
	 const struct soft_cuts *cuts)
{
	if (!req->partial || req->dict_len != 0)
		return SOFT_CODEC_NO_SPACE;
	return soft_inflate_prefix(codec, req, cuts);
}

static enum soft_codec_status
inflate_long(struct soft_codec *codec, struct soft_codec_req *req)
{
	struct soft_cursor src = soft_cursor_src(req);
	struct soft_cursor dst = soft_cursor_dst(req);
	struct block_pos pos = { 0, 0, 0, 0 };
	struct soft_cuts cuts = { .nb = 0 };
	z_stream *z = &codec->zinf;
	bool spilled = false;
	uint8_t spill;
	int ret;

	if (!soft_zinf_start(codec) || !set_dict(z, req))
		return SOFT_CODEC_FAILED;
	z->next_in = &spill;
	z->avail_in = 0;
	z->avail_out = 0;
	for (;;) {
		if (z->avail_in == 0)
			z->avail_in = soft_zlib_piece(&src, &z->next_in);
		if (z->avail_out == 0)
			z->avail_out = soft_zlib_piece(&dst, &z->next_out);
		/* a byte too many tells a full dst from one too small */
		if (z->avail_out == 0) {
			z->next_out = &spill;
			z->avail_out = 1;
			spilled = true;
		}
		ret = inflate(z, Z_BLOCK);
		if (spilled && z->avail_out == 0)
			return no_space(codec, req, &cuts);
		if (ret == Z_STREAM_END)
			break;
		if (ret != Z_OK && ret != Z_BUF_ERROR)
			return ret == Z_MEM_ERROR ? SOFT_CODEC_FAILED :
						    SOFT_CODEC_BAD_DATA;
		if (z->data_type & 128) {
			note_block(z, &pos);
			note_cut(&cuts, &pos);
		} else if (ret == Z_BUF_ERROR && z->avail_in == 0) {
			/* out of input; output always has room here */
			if (!flushed_at(&pos, req->src_len))
				return SOFT_CODEC_BAD_DATA;
			break;
		}
	}
	req->consumed = z->total_in;
	req->produced = z->total_out;
	return SOFT_CODEC_OK;
}

/* Returns false if the request is too large for the scratch areas. */
static bool
make_flat(struct soft_codec *codec, const struct soft_codec_req *req,
	  struct flat *f)
{
	struct soft_cursor src = soft_cursor_src(req);
	bool bounce = req->src_len <= BOUNCE_MAX && req->dst_len <= BOUNCE_MAX;

	/* nothing to win where bytes are only copied */
	if (bounce && req->nb_src == 1 && req->dst_len != 0)
		bounce = block_type(req->src[0].addr) != BTYPE_STORED;

	f->in_len = req->src_len;
	f->in_pad = 0;
	if (req->nb_src == 1 && !bounce) {
		f->in = req->src[0].addr;
	} else {
		if (req->src_len > SOFT_CODEC_FLAT_MAX)
			return false;
		f->in = codec->in;
		f->in_len = soft_gather(&src, f->in, req->src_len);
		f->in_pad = SOFT_CODEC_IN_PAD;
		memset(f->in + f->in_len, 0, f->in_pad);
	}
	f->room = req->dst_len;
	f->out_pad = 0;
	if (req->nb_dst == 1 && !bounce) {
		f->out = req->dst[0].addr;
	} else {
		f->out = codec->out;
		f->out_pad = SOFT_CODEC_OUT_PAD;
	}
	return f->out != codec->out || req->dst_len <= codec->out_size;
}

static enum soft_codec_status
inflate_flat(struct soft_codec *codec, struct soft_codec_req *req,
	     struct flat *f)
{
	struct soft_cursor dst = soft_cursor_dst(req);
	enum soft_codec_status status;

	status = decode_flat(codec, f);
	/* may be truncated input, decoded on into zeros: zlib is exact */
	if (status == SOFT_CODEC_NO_SPACE)
		return inflate_long(codec, req);
	if (status != SOFT_CODEC_OK)
		return status;
	if (f->out == codec->out &&
	    soft_scatter(&dst, f->out, f->produced) < f->produced)
		return req->partial ? inflate_long(codec, req) : SOFT_CODEC_NO_SPACE;
	req->consumed = f->consumed;
	req->produced = f->produced;
	return SOFT_CODEC_OK;
}

enum soft_codec_status
soft_codec_inflate(struct soft_codec *codec, struct soft_codec_req *req)
{
	enum soft_codec_status status;
	struct flat f;

	req->consumed = 0;
	req->produced = 0;
	if (req->src_len == 0)
		return SOFT_CODEC_BAD_DATA;
	if (req->dict_len != 0 || !make_flat(codec, req, &f) || ends_in_flush(f.in, f.in_len))
		status = inflate_long(codec, req);
	else
		status = inflate_flat(codec, req, &f);
	soft_checksums(req, req->dst, req->nb_dst, req->produced);
	return status;
}
