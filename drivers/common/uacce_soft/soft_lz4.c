/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

#include <endian.h>
#include <string.h>
#include <sys/mman.h>

#include "soft_lz4_priv.h"
#include "soft_xxh.h"

#define LEVEL_HC		3	/* what is below is LZ4's fast compression */
#define ACCELERATION		1	/* the least: best of the fast ones */

struct soft_lz4 *
soft_lz4_create(void)
{
	struct soft_lz4 *z = mmap(NULL, sizeof(*z), PROT_READ | PROT_WRITE,
				  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (z == MAP_FAILED)
		return NULL;
	LZ4_initStream(&z->fast, sizeof(z->fast));
	return z;
}

void
soft_lz4_destroy(struct soft_lz4 *z)
{
	if (z != NULL)
		munmap(z, sizeof(*z));
}

static void
put32(uint8_t *p, uint32_t v)
{
	v = htole32(v);
	memcpy(p, &v, sizeof(v));
}

/* A frame in the making. */
struct maker {
	struct soft_cursor src;
	struct soft_cursor dst;
	size_t room;
	uint8_t flags;
	int level;
	bool alone;		/* blocks do not refer to each other */
};

static bool
put(struct maker *m, const uint8_t *p, size_t len)
{
	if (len > m->room)
		return false;
	soft_scatter(&m->dst, p, len);
	m->room -= len;
	return true;
}

static bool
put_number(struct maker *m, uint32_t v)
{
	uint8_t p[4];

	put32(p, v);
	return put(m, p, sizeof(p));
}

static bool
put_header(struct maker *m, uint64_t content)
{
	uint8_t head[HEAD_MAX];
	size_t len = 6;

	put32(head, FRAME_MAGIC);
	head[4] = FLG_VERSION | m->flags;
	head[5] = BD_64K << BD_SHIFT;
	if (m->flags & FLG_CONTENT_SIZE) {
		content = htole64(content);
		memcpy(head + len, &content, sizeof(content));
		len += sizeof(content);
	}
	/* without the magic; one byte of it */
	head[len] = (uint8_t)(soft_xxh32(head + 4, len - 4) >> 8);
	return put(m, head, len + 1);
}

/* The next len bytes of input in one piece, which stay until the next block but one. */
static const uint8_t *
next_block(struct soft_lz4 *z, struct maker *m, size_t len, unsigned int number)
{
	uint8_t *copy = z->in + number % 2 * BLOCK, *p;
	size_t n = soft_cursor_next(&m->src, len, &p);

	if (n == len)
		return p;
	memcpy(copy, p, n);
	soft_gather(&m->src, copy + n, len - n);
	return copy;
}

/* LZ4 of a block, into room for the worst case. */
static int
pack(struct soft_lz4 *z, const struct maker *m, const uint8_t *from, int len, uint8_t *to)
{
	int room = LZ4_compressBound(len);
	const char *src = (const char *)from;
	char *dst = (char *)to;

	if (m->level >= LEVEL_HC) {
		if (m->alone)
			LZ4_resetStreamHC_fast(&z->hc, m->level);
		return LZ4_compress_HC_continue(&z->hc, src, dst, len, room);
	}
	if (m->alone)
		return LZ4_compress_fast_extState(&z->fast, src, dst, len, room,
						  ACCELERATION);
	return LZ4_compress_fast_continue(&z->fast, src, dst, len, room, ACCELERATION);
}

static void
pack_start(struct soft_lz4 *z, const struct maker *m)
{
	if (m->level >= LEVEL_HC && !z->hc_ready) {
		LZ4_initStreamHC(&z->hc, sizeof(z->hc));
		z->hc_ready = true;
	}
	if (m->level >= LEVEL_HC)
		LZ4_resetStreamHC_fast(&z->hc, m->level);
	else
		LZ4_resetStream_fast(&z->fast);
}

static bool
put_block(struct soft_lz4 *z, struct maker *m, const uint8_t *data, size_t len)
{
	size_t bound = LZ4_compressBound((int)len), packed = 0, n = len;
	struct soft_cursor ahead = m->dst;
	uint8_t *to = z->out, *p;
	bool in_place = false, stored;

	/* right behind its length, if all that it may become fits there */
	if (m->level != 0 && soft_cursor_next(&ahead, m->room, &p) >= 4 + bound) {
		in_place = true;
		to = p + 4;
	}
	if (m->level != 0)
		packed = (size_t)pack(z, m, data, (int)len, to);
	stored = packed == 0 || packed >= len;
	if (!stored) {
		n = packed;
		data = to;
	}
	if (!put_number(m, (uint32_t)n | (stored ? BLOCK_STORED : 0)))
		return false;
	if (in_place && !stored) {
		soft_cursor_skip(&m->dst, n);
		m->room -= n;
	} else if (!put(m, data, n)) {
		return false;
	}
	return !(m->flags & FLG_BLOCK_CHECKSUM) || put_number(m, soft_xxh32(data, n));
}

enum soft_codec_status
soft_lz4_compress(struct soft_lz4 *z, struct soft_codec_req *req, uint8_t flags,
		  uint32_t *xxh32)
{
	size_t block = req->window_log == 0 ? BLOCK : (size_t)1 << req->window_log;
	bool hashes = xxh32 != NULL || (flags & FLG_CONTENT_CHECKSUM) != 0;
	unsigned int number = 0;
	struct soft_xxh hash;
	struct maker m = {
		.src = soft_cursor_src(req), .dst = soft_cursor_dst(req),
		.room = req->dst_len, .flags = flags, .level = req->level,
		/* a smaller window is honoured by blocks of its size */
		.alone = (flags & FLG_INDEPENDENT) != 0 || block != BLOCK ||
			req->src_len <= BLOCK,
	};

	req->consumed = 0;
	req->produced = 0;
	soft_xxh_start(&hash);
	pack_start(z, &m);
	if (!put_header(&m, req->src_len))
		return SOFT_CODEC_NO_SPACE;
	for (size_t left = req->src_len, len; left != 0; left -= len) {
		const uint8_t *p;

		len = left < block ? left : block;
		p = next_block(z, &m, len, number++);
		if (hashes)
			soft_xxh_add(&hash, p, len);
		if (!put_block(z, &m, p, len))
			return SOFT_CODEC_NO_SPACE;
	}
	if (!put_number(&m, BLOCK_END) ||
	    ((flags & FLG_CONTENT_CHECKSUM) != 0 && !put_number(&m, soft_xxh_digest(&hash))))
		return SOFT_CODEC_NO_SPACE;
	if (xxh32 != NULL)
		*xxh32 = soft_xxh_digest(&hash);
	soft_codec_checksum(req);
	req->consumed = req->src_len;
	req->produced = req->dst_len - m.room;
	return SOFT_CODEC_OK;
}
