/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

#include <endian.h>
#include <string.h>

#include "soft_lz4_priv.h"
#include "soft_xxh.h"

static uint32_t
get32(const uint8_t *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return le32toh(v);
}

/*
 * A frame that is read. Output in one piece is its own history; else blocks are made in
 * z->out, one behind the other as far as it goes.
 */
struct reader {
	struct soft_cursor src;
	size_t left;
	struct soft_cursor dst;
	size_t room;
	uint8_t *flat;		/* all of the output, NULL if it is in pieces */
	size_t produced;
	size_t at;		/* in z->out */
	uint8_t flags;
	uint64_t content;
	size_t block_max;
};

static bool
get(struct reader *r, uint8_t *p, size_t len)
{
	if (len > r->left)
		return false;
	soft_gather(&r->src, p, len);
	r->left -= len;
	return true;
}

static bool
get_number(struct reader *r, uint32_t *v)
{
	uint8_t p[4];

	if (!get(r, p, sizeof(p)))
		return false;
	*v = get32(p);
	return true;
}

static bool
skip(struct reader *r)
{
	uint32_t len;

	if (!get_number(r, &len) || len > r->left)
		return false;
	r->left -= len;
	return true;
}

/* What follows the magic. */
static bool
get_header(struct reader *r)
{
	uint8_t head[HEAD_MAX];
	size_t len = 2;

	if (!get(r, head, len))
		return false;
	r->flags = head[0];
	if ((head[0] & FLG_VERSION_MASK) != FLG_VERSION || (head[0] & FLG_RESERVED) != 0 ||
	    (head[1] & BD_RESERVED) != 0 || head[1] >> BD_SHIFT < BD_64K)
		return false;
	r->block_max = BLOCK << 2 * ((head[1] >> BD_SHIFT) - BD_64K);
	if (r->flags & FLG_CONTENT_SIZE)
		len += sizeof(r->content);
	/* names a dictionary; blocks that need it will not decode */
	if (r->flags & FLG_DICT_ID)
		len += 4;
	if (!get(r, head + 2, len - 2 + 1) ||
	    head[len] != (uint8_t)(soft_xxh32(head, len) >> 8))
		return false;
	memcpy(&r->content, head + 2, sizeof(r->content));
	r->content = le64toh(r->content);
	return true;
}

/* The next len bytes of input in one piece; there are as many. */
static const uint8_t *
get_block(struct soft_lz4 *z, struct reader *r, size_t len)
{
	uint8_t *p;
	size_t n = soft_cursor_next(&r->src, len, &p);

	r->left -= len;
	if (n == len)
		return p;
	if (n != 0)
		memcpy(z->in, p, n);
	soft_gather(&r->src, z->in + n, len - n);
	return z->in;
}

/* How much of what precedes a block may it refer to? */
static size_t
history(const struct reader *r, size_t have)
{
	if (r->flags & FLG_INDEPENDENT)
		return 0;
	return have < HISTORY ? have : HISTORY;
}

static int
unpack(const uint8_t *p, size_t len, uint8_t *to, size_t room, const uint8_t *before,
       size_t nb_before)
{
	return LZ4_decompress_safe_usingDict((const char *)p, (char *)to, (int)len,
		(int)room, (const char *)before - nb_before, (int)nb_before);
}

/* A block at z->out, which is copied to where it belongs. */
static enum soft_codec_status
deliver(struct reader *r, const uint8_t *p, size_t len)
{
	if (len > r->room - r->produced)
		return SOFT_CODEC_NO_SPACE;
	if (r->flat == NULL)
		soft_scatter(&r->dst, p, len);
	else if (len != 0)
		memcpy(r->flat + r->produced, p, len);
	r->produced += len;
	return SOFT_CODEC_OK;
}

static enum soft_codec_status
block_flat(struct soft_lz4 *z, struct reader *r, const uint8_t *p, size_t len, bool stored)
{
	uint8_t *to = r->flat + r->produced;
	size_t room = r->room - r->produced, before = history(r, r->produced);
	int n;

	if (stored)
		return deliver(r, p, len);
	if (room > r->block_max)
		room = r->block_max;
	n = unpack(p, len, to, room, to, before);
	if (n >= 0) {
		r->produced += (size_t)n;
		return SOFT_CODEC_OK;
	}
	/* is it damaged, or is there too little room? */
	if (room < r->block_max)
		n = unpack(p, len, z->out, r->block_max, to, before);
	return n < 0 ? SOFT_CODEC_BAD_DATA : deliver(r, z->out, (size_t)n);
}

static enum soft_codec_status
block_pieces(struct soft_lz4 *z, struct reader *r, const uint8_t *p, size_t len, bool stored)
{
	size_t before = history(r, r->at);
	uint8_t *to;
	int n = (int)len;

	if (r->at + r->block_max > sizeof(z->out)) {
		memmove(z->out, z->out + r->at - before, before);
		r->at = before;
	}
	to = z->out + r->at;
	if (stored && len != 0)
		memcpy(to, p, len);
	else if (!stored)
		n = unpack(p, len, to, r->block_max, to, before);
	if (n < 0)
		return SOFT_CODEC_BAD_DATA;
	r->at += (size_t)n;
	return deliver(r, to, (size_t)n);
}

static enum soft_codec_status
get_blocks(struct soft_lz4 *z, struct reader *r, struct soft_xxh *hash)
{
	for (;;) {
		uint32_t word, check;
		size_t len, done = r->produced;
		enum soft_codec_status st;
		const uint8_t *p;
		bool stored;

		if (!get_number(r, &word))
			return SOFT_CODEC_BAD_DATA;
		if (word == BLOCK_END)
			return SOFT_CODEC_OK;
		stored = (word & BLOCK_STORED) != 0;
		len = word & ~BLOCK_STORED;
		if (len > r->block_max || len > r->left)
			return SOFT_CODEC_BAD_DATA;
		p = get_block(z, r, len);
		if ((r->flags & FLG_BLOCK_CHECKSUM) != 0 &&
		    (!get_number(r, &check) || check != soft_xxh32(p, len)))
			return SOFT_CODEC_BAD_DATA;
		st = r->flat != NULL ? block_flat(z, r, p, len, stored) :
			block_pieces(z, r, p, len, stored);
		if (st != SOFT_CODEC_OK)
			return st;
		if (hash != NULL) {
			done = r->produced - done;
			soft_xxh_add(hash, r->flat != NULL ? r->flat + r->produced - done :
				     z->out + r->at - done, done);
		}
	}
}

/* Checksums of the output are those of a source elsewhere. */
static void
checksum_output(struct soft_codec_req *req)
{
	struct soft_codec_req c = *req;

	c.src = req->dst;
	c.nb_src = req->nb_dst;
	c.src_len = req->produced;
	soft_codec_checksum(&c);
	req->crc = c.crc;
	req->adler = c.adler;
}

static enum soft_codec_status
get_frame(struct soft_lz4 *z, struct reader *r, uint32_t *xxh32)
{
	enum soft_codec_status st;
	struct soft_xxh hash;
	uint32_t word;
	bool hashes;

	soft_xxh_start(&hash);
	if (!get_number(r, &word))
		return SOFT_CODEC_BAD_DATA;
	if ((word & ~0xfu) == SKIPPABLE_MAGIC) {
		if (!skip(r))
			return SOFT_CODEC_BAD_DATA;
	} else {
		if (word != FRAME_MAGIC || !get_header(r))
			return SOFT_CODEC_BAD_DATA;
		hashes = xxh32 != NULL || (r->flags & FLG_CONTENT_CHECKSUM) != 0;
		st = get_blocks(z, r, hashes ? &hash : NULL);
		if (st != SOFT_CODEC_OK)
			return st;
		if (((r->flags & FLG_CONTENT_SIZE) != 0 && r->content != r->produced) ||
		    ((r->flags & FLG_CONTENT_CHECKSUM) != 0 &&
		     (!get_number(r, &word) || word != soft_xxh_digest(&hash))))
			return SOFT_CODEC_BAD_DATA;
	}
	if (xxh32 != NULL)
		*xxh32 = soft_xxh_digest(&hash);
	return SOFT_CODEC_OK;
}

enum soft_codec_status
soft_lz4_decompress(struct soft_lz4 *z, struct soft_codec_req *req, uint32_t *xxh32)
{
	struct reader r = {
		.src = soft_cursor_src(req), .left = req->src_len,
		.dst = soft_cursor_dst(req), .room = req->dst_len,
	};
	struct soft_cursor ahead = r.dst;
	enum soft_codec_status st;

	req->consumed = 0;
	req->produced = 0;
	if (soft_cursor_next(&ahead, req->dst_len, &r.flat) != req->dst_len)
		r.flat = NULL;
	st = get_frame(z, &r, xxh32);
	if (st != SOFT_CODEC_OK)
		return st;
	req->consumed = req->src_len - r.left;
	req->produced = r.produced;
	checksum_output(req);
	return SOFT_CODEC_OK;
}
