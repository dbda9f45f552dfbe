/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

#include <string.h>

#include "soft_codec_priv.h"

#define STORED_HDR	5
#define STORED_MAX	65535u

/* Below this libdeflate's level 1 beats ISA-L's level 3 in ratio and speed. */
#define ISAL3_MIN	8192

enum engine {
	ENGINE_STORED,
	ENGINE_ISAL_FLAT,	/* one call, falls back to stored by itself */
	ENGINE_ISAL,
	ENGINE_LIBDEFLATE,
	ENGINE_ZLIB,
};

struct plan {
	enum engine engine;
	unsigned int level;	/* the engine's; the request's for libdeflate */
	bool fixed;
};

/* One stretch of input for a streaming engine, and room for its output. */
struct piece {
	uint8_t *in;
	size_t in_len;
	uint8_t *out;
	size_t room;
	size_t made;
	bool last;
};

enum piece_state {
	PIECE_FAILED,
	PIECE_FULL,	/* has more to write */
	PIECE_DONE,	/* took all input; if last, wrote all output */
};

static const uint8_t empty_final[] = { 0x03, 0x00 };
static const uint8_t empty_stored[] = { 0x01, 0x00, 0x00, 0xff, 0xff };
static const uint8_t empty_flush[] = { 0x00, 0x00, 0x00, 0xff, 0xff };

/* Sync and full flush differ only for what is compressed after them. */
static bool
ends_final(const struct soft_codec_req *req)
{
	return req->end == SOFT_CODEC_END_FINAL;
}

/* Also the room from which on ISA-L's stateless call ignores avail_out. */
static size_t
stored_size(size_t len)
{
	return len + STORED_HDR * ((len + STORED_MAX - 1) / STORED_MAX);
}

static size_t
stored_stream_size(const struct soft_codec_req *req)
{
	return stored_size(req->src_len) +
	       (ends_final(req) ? 0 : sizeof(empty_flush));
}

static struct plan
make_plan(const struct soft_codec_req *req)
{
	bool narrow = req->src_len > (size_t)1 << req->window_log;
	bool big = req->src_len > SOFT_CODEC_FLAT_MAX;
	bool fixed = req->huffman == SOFT_CODEC_HUFFMAN_FIXED;
	bool pieces = big || fixed || !ends_final(req) || req->dict_len != 0;

	if (req->window_log == 15)
		narrow = false;
	if (req->level == 0)
		return (struct plan){ ENGINE_STORED, 0, false };
	/* ISA-L counts input in 32 bits */
	if (req->level > 2 || req->src_len > INT32_MAX) {
		if (pieces || narrow)
			return (struct plan){ ENGINE_ZLIB, req->level, fixed };
		return (struct plan){ ENGINE_LIBDEFLATE, req->level, false };
	}
	if (fixed)
		return (struct plan){ ENGINE_ISAL, 0, true };
	if (!pieces && !narrow && req->level == 2 && req->src_len < ISAL3_MIN)
		return (struct plan){ ENGINE_LIBDEFLATE, 2, false };
	return (struct plan){ pieces ? ENGINE_ISAL : ENGINE_ISAL_FLAT,
			      req->level == 1 ? 1 : 3, false };
}

/*
 * Level 0, and what replaces a larger stream: not every engine goes over to
 * stored blocks everywhere (ISA-L with fixed codes, zlib past a small window).
 */
static enum soft_codec_status
deflate_stored(struct soft_codec_req *req)
{
	struct soft_cursor src = soft_cursor_src(req);
	struct soft_cursor dst = soft_cursor_dst(req);
	size_t need = stored_stream_size(req);
	uint8_t hdr[STORED_HDR];
	size_t left = req->src_len;
	size_t len, n;
	uint8_t *p;

	if (need > req->dst_len)
		return SOFT_CODEC_NO_SPACE;
	while (left > 0) {
		len = left < STORED_MAX ? left : STORED_MAX;
		left -= len;
		hdr[0] = left == 0 && ends_final(req);
		hdr[1] = len & 0xff;
		hdr[2] = len >> 8;
		hdr[3] = ~hdr[1];
		hdr[4] = ~hdr[2];
		soft_scatter(&dst, hdr, sizeof(hdr));
		while (len > 0) {
			n = soft_cursor_next(&src, len, &p);
			if (n == 0 || soft_scatter(&dst, p, n) < n)
				return SOFT_CODEC_FAILED;
			len -= n;
		}
	}
	if (!ends_final(req))
		soft_scatter(&dst, empty_flush, sizeof(empty_flush));
	req->produced = need;
	return SOFT_CODEC_OK;
}

static enum soft_codec_status
deflate_empty(struct soft_codec_req *req)
{
	struct soft_cursor dst = soft_cursor_dst(req);
	const uint8_t *p = ends_final(req) ? empty_final : empty_flush;
	size_t n = ends_final(req) ? sizeof(empty_final) : sizeof(empty_flush);

	if (ends_final(req) && req->level == 0) {
		p = empty_stored;
		n = sizeof(empty_stored);
	}
	if (soft_scatter(&dst, p, n) < n)
		return SOFT_CODEC_NO_SPACE;
	req->produced = n;
	return SOFT_CODEC_OK;
}

static void
isal_params(struct soft_codec *codec, const struct soft_codec_req *req,
	    const struct plan *plan)
{
	struct isal_zstream *z = &codec->isal;

	z->level = plan->level;
	z->level_buf = codec->level_buf;
	z->level_buf_size = plan->level == 1 ? ISAL_DEF_LVL1_DEFAULT :
					       ISAL_DEF_LVL3_DEFAULT;
	z->hist_bits = req->window_log;
}

/*
 * The stateless call sets up nearly all of its state by itself: what is written
 * here is what it leaves over, a fraction of isal_deflate_init().
 */
static size_t
isal_flat(struct soft_codec *codec, const struct soft_codec_req *req,
	  const struct plan *plan, uint8_t *in, uint8_t *out, size_t room)
{
	struct isal_zstream *z = &codec->isal;

	isal_params(codec, req, plan);
	z->end_of_stream = 1;
	z->flush = NO_FLUSH;
	z->next_in = in;
	z->avail_in = req->src_len;
	z->total_in = 0;
	z->next_out = out;
	z->avail_out = room;
	z->total_out = 0;
	if (isal_deflate_stateless(z) != COMP_OK || z->avail_in != 0)
		return 0;
	return z->total_out;
}

/* What of the dictionary the window reaches. */
static size_t
dict_tail(const struct soft_codec_req *req, const uint8_t **p)
{
	size_t len = (size_t)1 << req->window_log;

	if (len > req->dict_len)
		len = req->dict_len;
	*p = len != 0 ? req->dict + req->dict_len - len : NULL;
	return len;
}

static bool
isal_start(struct soft_codec *codec, const struct soft_codec_req *req,
	   const struct plan *plan)
{
	int type = plan->fixed ? IGZIP_HUFFTABLE_STATIC : IGZIP_HUFFTABLE_DEFAULT;

	const uint8_t *dict;
	size_t len;

	isal_deflate_reset(&codec->isal);
	isal_params(codec, req, plan);
	if (isal_deflate_set_hufftables(&codec->isal, NULL, type) != COMP_OK)
		return false;
	len = dict_tail(req, &dict);
	return isal_deflate_set_dict(&codec->isal, (uint8_t *)(uintptr_t)dict, len) ==
	       COMP_OK;
}

static enum piece_state
isal_piece(struct soft_codec *codec, const struct soft_codec_req *req,
	   struct piece *p)
{
	struct isal_zstream *z = &codec->isal;
	uint32_t in_before, out_before;

	z->next_in = p->in;
	z->avail_in = p->in_len;
	z->next_out = p->out;
	z->avail_out = p->room;
	z->end_of_stream = p->last && ends_final(req);
	z->flush = p->last && !ends_final(req) ? FULL_FLUSH : NO_FLUSH;
	do {
		in_before = z->avail_in;
		out_before = z->avail_out;
		if (isal_deflate(z) != COMP_OK)
			return PIECE_FAILED;
		p->in = z->next_in;
		p->in_len = z->avail_in;
		p->made = p->room - z->avail_out;
		if (z->internal_state.state == ZSTATE_END)
			return PIECE_DONE;
		if (z->avail_out == 0)
			return PIECE_FULL;
		if (z->avail_in == 0 && !z->end_of_stream)
			return PIECE_DONE;
	} while (z->avail_in != in_before || z->avail_out != out_before);
	return PIECE_FAILED;
}

static bool
zlib_set_dict(z_stream *z, const struct soft_codec_req *req)
{
	const uint8_t *dict;
	size_t len = dict_tail(req, &dict);

	return len == 0 || deflateSetDictionary(z, dict, len) == Z_OK;
}

static bool
zlib_start(struct soft_codec *codec, const struct soft_codec_req *req,
	   const struct plan *plan)
{
	/* 8 is refused for raw streams; at 9 no distance exceeds 250 */
	int bits = req->window_log == 8 ? 9 : req->window_log;
	unsigned int key = plan->level << 8 | (unsigned int)bits << 1 | plan->fixed;

	if (key == codec->zdef_key)
		return deflateReset(&codec->zdef) == Z_OK &&
		       zlib_set_dict(&codec->zdef, req);
	codec->zdef_key = 0;
	soft_arena_attach(&codec->zdef_mem, &codec->zdef);
	if (deflateInit2(&codec->zdef, plan->level, Z_DEFLATED, -bits, 8,
			 plan->fixed ? Z_FIXED : Z_DEFAULT_STRATEGY) != Z_OK)
		return false;
	codec->zdef_key = key;
	return zlib_set_dict(&codec->zdef, req);
}

static enum piece_state
zlib_piece(struct soft_codec *codec, const struct soft_codec_req *req,
	   struct piece *p)
{
	z_stream *z = &codec->zdef;
	int flush = Z_NO_FLUSH;
	int ret;

	if (p->last)
		flush = ends_final(req) ? Z_FINISH : Z_FULL_FLUSH;
	z->next_in = p->in;
	z->avail_in = p->in_len;
	z->next_out = p->out;
	z->avail_out = p->room;
	ret = deflate(z, flush);
	p->in = z->next_in;
	p->in_len = z->avail_in;
	p->made = p->room - z->avail_out;
	if (ret == Z_STREAM_END)
		return PIECE_DONE;
	if (ret != Z_OK && ret != Z_BUF_ERROR)
		return PIECE_FAILED;
	if (z->avail_out == 0)
		return PIECE_FULL;
	return z->avail_in == 0 && flush != Z_FINISH ? PIECE_DONE : PIECE_FAILED;
}

static bool
start_pieces(struct soft_codec *codec, const struct soft_codec_req *req,
	     const struct plan *plan)
{
	return plan->engine == ENGINE_ISAL ? isal_start(codec, req, plan) :
					     zlib_start(codec, req, plan);
}

static enum piece_state
run_piece(struct soft_codec *codec, const struct soft_codec_req *req,
	  const struct plan *plan, struct piece *p)
{
	return plan->engine == ENGINE_ISAL ? isal_piece(codec, req, p) :
					     zlib_piece(codec, req, p);
}

/* Returns the size of the stream, 0 if the engine failed. */
static size_t
encode_flat(struct soft_codec *codec, const struct soft_codec_req *req,
	    const struct plan *plan, uint8_t *in, uint8_t *out, size_t room)
{
	struct piece p = { in, req->src_len, out, room, 0, true };

	if (plan->engine == ENGINE_ISAL_FLAT)
		return isal_flat(codec, req, plan, in, out, room);
	if (plan->engine == ENGINE_LIBDEFLATE)
		return libdeflate_deflate_compress(codec->ld[plan->level], in,
						   req->src_len, out, room);
	if (!start_pieces(codec, req, plan) ||
	    run_piece(codec, req, plan, &p) != PIECE_DONE)
		return 0;
	return p.made;
}

/* Room that makes the engine's output independent of the room. */
static size_t
flat_bound(struct soft_codec *codec, const struct plan *plan, size_t len)
{
	if (plan->engine == ENGINE_ISAL_FLAT)
		return stored_size(len);
	if (plan->engine == ENGINE_LIBDEFLATE)
		return libdeflate_deflate_compress_bound(codec->ld[plan->level],
							 len);
	return SOFT_CODEC_BOUND(len);
}

/*
 * With less room than the worst case needs the stream is made in the scratch
 * area and copied: simpler than trying first, exact to the byte, and the copy is
 * too cheap to measure next to DEFLATE.
 */
static enum soft_codec_status
deflate_flat(struct soft_codec *codec, struct soft_codec_req *req,
	     const struct plan *plan)
{
	bool direct = req->nb_dst == 1 &&
		      req->dst_len >= flat_bound(codec, plan, req->src_len);
	struct soft_cursor src = soft_cursor_src(req);
	struct soft_cursor dst = soft_cursor_dst(req);
	uint8_t *out = direct ? req->dst[0].addr : codec->out;
	size_t room = codec->out_size;
	uint8_t *in = codec->in;
	size_t n;

	if (direct && req->dst_len < room)
		room = req->dst_len;
	if (req->nb_src == 1)
		in = req->src[0].addr;
	else if (soft_gather(&src, in, req->src_len) < req->src_len)
		return SOFT_CODEC_FAILED;
	n = encode_flat(codec, req, plan, in, out, room);
	if (n == 0)
		return SOFT_CODEC_FAILED;
	if (n > stored_stream_size(req))
		return deflate_stored(req);
	if (n > req->dst_len) {
		codec->fit = (uint64_t)req->src_len * req->dst_len / n;
		return SOFT_CODEC_NO_SPACE;
	}
	if (!direct && soft_scatter(&dst, out, n) < n)
		return SOFT_CODEC_NO_SPACE;
	req->produced = n;
	return SOFT_CODEC_OK;
}

/*
 * Input in stretches that don't depend on the segments, output through the
 * scratch area: so the stream depends neither on segments nor on room. One that
 * does not fit is larger than the stored one if that does.
 */
static enum soft_codec_status
deflate_long(struct soft_codec *codec, struct soft_codec_req *req,
	     const struct plan *plan)
{
	struct soft_cursor src = soft_cursor_src(req);
	struct soft_cursor dst = soft_cursor_dst(req);
	size_t left = req->src_len;
	enum piece_state state;
	struct piece p;

	if (!start_pieces(codec, req, plan))
		return SOFT_CODEC_FAILED;
	while (left > 0) {
		p.in_len = left < SOFT_CODEC_FLAT_MAX ? left : SOFT_CODEC_FLAT_MAX;
		left -= p.in_len;
		p.last = left == 0;
		p.in = codec->in;
		if (req->nb_src == 1)
			soft_cursor_next(&src, p.in_len, &p.in);
		else if (soft_gather(&src, p.in, p.in_len) < p.in_len)
			return SOFT_CODEC_FAILED;
		do {
			p.out = codec->out;
			p.room = codec->out_size;
			state = run_piece(codec, req, plan, &p);
			if (state == PIECE_FAILED)
				return SOFT_CODEC_FAILED;
			if (soft_scatter(&dst, p.out, p.made) < p.made) {
				codec->fit = (req->src_len - left - p.in_len) *
					     req->dst_len / (req->produced + p.made);
				return deflate_stored(req);
			}
			req->produced += p.made;
		} while (state == PIECE_FULL);
	}
	if (req->produced > stored_stream_size(req))
		return deflate_stored(req);
	return SOFT_CODEC_OK;
}

static bool
valid(const struct soft_codec_req *req)
{
	return req->level < SOFT_CODEC_LEVELS && req->window_log >= 8 &&
	       req->window_log <= 15 &&
	       req->huffman <= SOFT_CODEC_HUFFMAN_DYNAMIC &&
	       req->end <= SOFT_CODEC_END_FULL;
}

enum soft_codec_status
soft_deflate_all(struct soft_codec *codec, struct soft_codec_req *req)
{
	struct plan plan = make_plan(req);

	req->produced = 0;
	if (req->src_len == 0)
		return deflate_empty(req);
	if (plan.engine == ENGINE_STORED)
		return deflate_stored(req);
	if (req->src_len > SOFT_CODEC_FLAT_MAX)
		return deflate_long(codec, req, &plan);
	return deflate_flat(codec, req, &plan);
}

enum soft_codec_status
soft_codec_deflate(struct soft_codec *codec, struct soft_codec_req *req)
{
	enum soft_codec_status status;

	req->consumed = 0;
	req->produced = 0;
	if (!valid(req))
		return SOFT_CODEC_FAILED;
	codec->fit = req->dst_len;
	status = soft_deflate_all(codec, req);
	if (status == SOFT_CODEC_OK)
		req->consumed = req->src_len;
	if (status == SOFT_CODEC_NO_SPACE && req->partial && req->dict_len == 0)
		status = soft_deflate_prefix(codec, req);
	if (status != SOFT_CODEC_OK && status != SOFT_CODEC_PARTIAL)
		req->consumed = req->produced = 0;
	soft_checksums(req, req->src, req->nb_src, req->consumed);
	return status;
}
