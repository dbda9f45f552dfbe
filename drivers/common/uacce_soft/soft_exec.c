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

/* A cursor that many bytes into a list. */
static struct soft_cursor
cursor_at(struct soft_cursor c, size_t offset)
{
	size_t n = 1;
	uint8_t *p;

	for (; offset != 0 && n != 0; offset -= n)
		n = soft_cursor_next(&c, offset, &p);
	return c;
}

static void
trailer_fill(const struct soft_request *r, uint32_t isize, uint8_t *t)
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

static uint32_t
exec_compress(struct soft_engine *e, struct soft_request *r)
{
	struct soft_codec_req *c = &r->codec;
	uint8_t t[SOFT_GZIP_TRAILER];
	struct soft_cursor at;
	enum soft_codec_status st = soft_codec_deflate(e->codec, c);

	if (st == SOFT_CODEC_NO_SPACE ||
	    (st == SOFT_CODEC_OK && r->out - c->produced < r->trailer))
		return HISI_ZIP_STATUS_NO_SPACE;
	if (st != SOFT_CODEC_OK)
		return HISI_ZIP_STATUS_BAD;
	if (r->trailer != 0) {
		trailer_fill(r, r->in, t);
		at = cursor_at(soft_cursor_dst(c), c->produced);
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

	if (st == SOFT_CODEC_NO_SPACE)
		return HISI_ZIP_STATUS_NO_SPACE;
	if (st != SOFT_CODEC_OK || r->in - c->consumed < r->trailer)
		return HISI_ZIP_STATUS_BAD;
	if (r->trailer != 0) {
		trailer_fill(r, (uint32_t)c->produced, want);
		at = cursor_at(soft_cursor_src(c), c->consumed);
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

/* Complete at once with lengths that a client accepts. */
static uint32_t
exec_instant(struct soft_request *r)
{
	r->codec.consumed = r->in;
	r->codec.produced = r->in < r->out ? r->in : r->out;
	return HISI_ZIP_STATUS_OK;
}

uint32_t
soft_exec(struct uacce_soft_queue *q, struct soft_engine *e, struct soft_request *r)
{
	/* the silicon does nothing for so little room (3.8, 12) */
	if (!r->has_ext && r->out < HISI_ZIP_MIN_OUT)
		return HISI_ZIP_STATUS_NO_SPACE;
	if (q->dev->conf.instant)
		return exec_instant(r);
	if (r->type == HISI_ZIP_REQ_EXT_COPY)
		return exec_copy(r);
	return r->compress ? exec_compress(e, r) : exec_decompress(e, r);
}
