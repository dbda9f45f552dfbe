/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/*
 * Executing a decoded request: the codec between two chains of segments, and the
 * container's trailer around it (datasheet 3.5, 3.6).
 */

#include <endian.h>
#include <string.h>

#include "soft_priv.h"

void
soft_trailer_fill(const struct soft_request *r, uint32_t isize, uint8_t *t)
{
	uint32_t w[2];

	if (r->type == HISI_ZIP_REQ_ZLIB) {
		w[0] = htobe32(r->codec.adler);
		memcpy(t, w, SOFT_ZLIB_TRAILER);
	} else {
		w[0] = htole32(r->codec.crc);
		w[1] = htole32(isize);
		memcpy(t, w, SOFT_GZIP_TRAILER);
	}
}

uint32_t
soft_exec_compress(struct soft_engine *e, struct soft_request *r)
{
	struct soft_codec_req *c = &r->codec;
	uint8_t t[SOFT_GZIP_TRAILER];
	struct soft_cursor at;
	enum soft_codec_status st = soft_codec_deflate(e->codec, c);

	if (st == SOFT_CODEC_PARTIAL)
		return HISI_ZIP_STATUS_NO_SPACE;
	if (st == SOFT_CODEC_NO_SPACE ||
	    (st == SOFT_CODEC_OK && r->out - c->produced < r->trailer))
		return HISI_ZIP_STATUS_NO_SPACE;
	if (st != SOFT_CODEC_OK)
		return HISI_ZIP_STATUS_BAD;
	if (r->trailer != 0) {
		soft_trailer_fill(r, r->isize, t);
		at = soft_cursor_dst(c);
		soft_cursor_skip(&at, c->produced);
		soft_scatter(&at, t, r->trailer);
		c->produced += r->trailer;
	}
	c->consumed = r->in;
	return c->produced >= r->in ? HISI_ZIP_STATUS_NEG_COMP : HISI_ZIP_STATUS_OK;
}

static uint32_t
exec_decompress(struct soft_engine *e, struct soft_request *r)
{
	struct soft_codec_req *c = &r->codec;
	uint8_t want[SOFT_GZIP_TRAILER], have[SOFT_GZIP_TRAILER];
	struct soft_cursor at;
	enum soft_codec_status st = soft_codec_inflate(e->codec, c);

	if (st == SOFT_CODEC_NO_SPACE || st == SOFT_CODEC_PARTIAL)
		return HISI_ZIP_STATUS_NO_SPACE;
	if (st != SOFT_CODEC_OK || r->in - c->consumed < r->trailer)
		return HISI_ZIP_STATUS_BAD;
	if (r->trailer != 0) {
		soft_trailer_fill(r, (uint32_t)c->produced, want);
		at = soft_cursor_src(c);
		soft_cursor_skip(&at, c->consumed);
		soft_gather(&at, have, r->trailer);
		if (memcmp(want, have, r->trailer) != 0)
			return HISI_ZIP_STATUS_CHECK;
		c->consumed += r->trailer;
	}
	return HISI_ZIP_STATUS_OK;
}

static uint32_t
exec_copy(struct soft_request *r)
{
	struct soft_cursor dst = soft_cursor_dst(&r->codec);

	if (r->out < r->in)
		return HISI_ZIP_STATUS_NO_SPACE;
	for (unsigned int i = 0; i < r->codec.nb_src; i++)
		soft_scatter(&dst, r->codec.src[i].addr, r->codec.src[i].len);
	soft_codec_checksum(&r->codec);
	r->codec.consumed = r->in;
	r->codec.produced = r->in;
	return HISI_ZIP_STATUS_OK;
}

static uint32_t
exec_lz4(struct soft_engine *e, struct soft_request *r)
{
	uint32_t *xxh32 = r->want_xxh32 ? &r->xxh32 : NULL;
	enum soft_codec_status st;

	st = r->compress ? soft_lz4_compress(e->lz4, &r->codec, r->lz4_flags, xxh32) :
		soft_lz4_decompress(e->lz4, &r->codec, xxh32);
	if (st == SOFT_CODEC_NO_SPACE)
		return HISI_ZIP_STATUS_NO_SPACE;
	if (st != SOFT_CODEC_OK)
		return HISI_ZIP_STATUS_BAD;
	return r->compress && r->codec.produced >= r->in ? HISI_ZIP_STATUS_NEG_COMP :
		HISI_ZIP_STATUS_OK;
}

/* Of what was done, which is nothing after an error. */
static void
hash_stateless(struct soft_request *r)
{
	const struct soft_codec_req *c = &r->codec;
	struct soft_xxh hash;

	soft_xxh_start(&hash);
	if (r->compress)
		soft_xxh_walk(&hash, soft_cursor_src(c), c->consumed);
	else
		soft_xxh_walk(&hash, soft_cursor_dst(c), c->produced);
	r->xxh32 = soft_xxh_digest(&hash);
}

/* Complete at once with lengths that a client accepts. */
static uint32_t
exec_instant(struct soft_request *r)
{
	r->codec.consumed = r->in;
	r->codec.produced = r->in < r->out ? r->in : r->out;
	if (r->stateful && !r->compress && r->finish)
		return HISI_ZIP_STATUS_STREAM_END | HISI_ZIP_DW3_LAST_BLOCK;
	return HISI_ZIP_STATUS_OK;
}

static uint32_t
exec_stateless(struct soft_engine *e, struct soft_request *r)
{
	uint32_t status;

	if (r->type == HISI_ZIP_REQ_EXT_COPY)
		return exec_copy(r);
	if (r->type == HISI_ZIP_REQ_EXT_VERIFY)
		return soft_verify(e, r);
	if (r->type == HISI_ZIP_REQ_LZ4)
		return exec_lz4(e, r);
	r->isize = r->in;
	status = r->compress ? soft_exec_compress(e, r) : exec_decompress(e, r);
	if (!r->compress)
		r->isize = (uint32_t)r->codec.produced;
	return status;
}

uint32_t
soft_exec(struct uacce_soft_queue *q, struct soft_engine *e, struct soft_request *r)
{
	uint32_t status;

	/* the silicon does nothing for so little room (3.8, 12) */
	if (!r->has_ext && r->out < HISI_ZIP_MIN_OUT)
		return HISI_ZIP_STATUS_NO_SPACE;
	if (q->dev->conf.instant)
		return exec_instant(r);
	if (!r->stateful) {
		status = exec_stateless(e, r);
		if (r->want_xxh32 && r->type != HISI_ZIP_REQ_LZ4)
			hash_stateless(r);
		return status;
	}
	if (!soft_stream_start(r))
		return HISI_ZIP_STATUS_BAD;
	status = r->compress ? soft_stream_compress(e, r) : soft_stream_decompress(e, r);
	if (r->want_xxh32 && soft_status_good(status))
		soft_stream_hash(r);
	return status;
}
