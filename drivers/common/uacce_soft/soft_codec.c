/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

#include <string.h>
#include <sys/mman.h>

#include <isa-l/crc.h>

#include "soft_codec_priv.h"

/*
 * zlib: deflate wants about 268 KiB at 15 window bits and memLevel 8, inflate
 * 7 KiB and its window. zlib reports an arena too small as Z_MEM_ERROR.
 */
#define ZDEF_ARENA	(288 * 1024)
#define ZINF_ARENA	(64 * 1024)
#define ALIGN		((size_t)64)

/*
 * libdeflate's levels by request level, chosen for even steps on the curve of
 * doc/design/engines.md. Level 2 has one too: ISA-L's level 3 loses on short input.
 */
static const int ld_levels[SOFT_CODEC_LEVELS] = {
	-1, -1, 1, 1, 2, 4, 5, 6, 7, 9,
};

static size_t
align_up(size_t n)
{
	return (n + ALIGN - 1) & ~(ALIGN - 1);
}

static size_t
level_buf_size(void)
{
	size_t a = ISAL_DEF_LVL1_DEFAULT;
	size_t b = ISAL_DEF_LVL3_DEFAULT;

	return a > b ? a : b;
}

/* Lay the areas out behind the struct; returns the size of the whole. */
static size_t
lay_out(struct soft_codec *codec, uint8_t *base)
{
	size_t out_size = SOFT_CODEC_BOUND(SOFT_CODEC_FLAT_MAX);
	size_t at[6];

	at[0] = align_up(sizeof(*codec));
	at[1] = at[0] + align_up(level_buf_size());
	at[2] = at[1] + ZDEF_ARENA;
	at[3] = at[2] + ZINF_ARENA;
	at[4] = at[3] + align_up(SOFT_CODEC_FLAT_MAX + SOFT_CODEC_IN_PAD);
	at[5] = at[4] + align_up(out_size + SOFT_CODEC_OUT_PAD);
	if (codec != NULL) {
		codec->level_buf = base + at[0];
		codec->zdef_mem = (struct soft_arena){ base + at[1], ZDEF_ARENA, 0 };
		codec->zinf_mem = (struct soft_arena){ base + at[2], ZINF_ARENA, 0 };
		codec->in = base + at[3];
		codec->out = base + at[4];
		codec->out_size = out_size;
	}
	return at[5];
}

struct soft_codec *
soft_codec_create(void)
{
	size_t size = lay_out(NULL, NULL);
	struct soft_codec *codec;
	void *base;
	int i;

	base = mmap(NULL, size, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (base == MAP_FAILED)
		return NULL;
	codec = base;
	lay_out(codec, base);
	isal_deflate_init(&codec->isal);
	codec->isal_default = codec->isal.hufftables;
	isal_inflate_init(&codec->isal_inf);

	codec->ld_dynamic = libdeflate_alloc_decompressor();
	codec->ld_fixed = libdeflate_alloc_decompressor();
	if (codec->ld_dynamic == NULL || codec->ld_fixed == NULL)
		goto fail;
	for (i = 0; i < SOFT_CODEC_LEVELS; i++) {
		if (ld_levels[i] < 0)
			continue;
		/* a compressor keeps nothing from request to request */
		if (i > 0 && ld_levels[i] == ld_levels[i - 1]) {
			codec->ld[i] = codec->ld[i - 1];
			continue;
		}
		codec->ld[i] = libdeflate_alloc_compressor(ld_levels[i]);
		if (codec->ld[i] == NULL)
			goto fail;
	}
	return codec;
fail:
	soft_codec_destroy(codec);
	return NULL;
}

void
soft_codec_destroy(struct soft_codec *codec)
{
	int i;

	if (codec == NULL)
		return;
	for (i = 0; i < SOFT_CODEC_LEVELS; i++)
		if (i == 0 || codec->ld[i] != codec->ld[i - 1])
			libdeflate_free_compressor(codec->ld[i]);
	libdeflate_free_decompressor(codec->ld_dynamic);
	libdeflate_free_decompressor(codec->ld_fixed);
	munmap(codec, lay_out(NULL, NULL));
}

size_t
soft_cursor_next(struct soft_cursor *c, size_t max, uint8_t **p)
{
	size_t n;

	while (c->nb > 0 && c->off == c->seg->len) {
		c->seg++;
		c->nb--;
		c->off = 0;
	}
	if (c->nb == 0) {
		*p = NULL;
		return 0;
	}
	n = c->seg->len - c->off;
	if (n > max)
		n = max;
	*p = c->seg->addr + c->off;
	c->off += n;
	return n;
}

void
soft_cursor_skip(struct soft_cursor *c, size_t len)
{
	uint8_t *p;
	size_t n;

	while (len > 0) {
		n = soft_cursor_next(c, len, &p);
		if (n == 0)
			break;
		len -= n;
	}
}

size_t
soft_gather(struct soft_cursor *c, uint8_t *to, size_t len)
{
	size_t done = 0;
	uint8_t *p;
	size_t n;

	while (done < len) {
		n = soft_cursor_next(c, len - done, &p);
		if (n == 0)
			break;
		memcpy(to + done, p, n);
		done += n;
	}
	return done;
}

size_t
soft_scatter(struct soft_cursor *c, const uint8_t *from, size_t len)
{
	size_t done = 0;
	uint8_t *p;
	size_t n;

	while (done < len) {
		n = soft_cursor_next(c, len - done, &p);
		if (n == 0)
			break;
		memcpy(p, from + done, n);
		done += n;
	}
	return done;
}

void
soft_checksums(struct soft_codec_req *req, const struct soft_seg *segs,
	       unsigned int nb, size_t len)
{
	struct soft_cursor c = { segs, nb, 0 };
	uint8_t *p;
	size_t n;

	if (!req->want_crc && !req->want_adler)
		return;
	while (len > 0) {
		n = soft_cursor_next(&c, len, &p);
		if (n == 0)
			break;
		/* the faster library for each: twofold, both ways */
		if (req->want_crc)
			req->crc = crc32_gzip_refl(req->crc, p, n);
		if (req->want_adler)
			req->adler = libdeflate_adler32(req->adler, p, n);
		len -= n;
	}
}

static void *
arena_alloc(void *opaque, unsigned int items, unsigned int size)
{
	struct soft_arena *arena = opaque;
	size_t n = align_up((size_t)items * size);
	void *p;

	if (n > arena->size - arena->used)
		return NULL;
	p = arena->base + arena->used;
	arena->used += n;
	return p;
}

static void
arena_free(void *opaque, void *p)
{
	(void)opaque;
	(void)p;
}

void
soft_arena_attach(struct soft_arena *arena, z_stream *z)
{
	memset(z, 0, sizeof(*z));
	arena->used = 0;
	z->zalloc = arena_alloc;
	z->zfree = arena_free;
	z->opaque = arena;
}

void
soft_codec_checksum(struct soft_codec_req *req)
{
	soft_checksums(req, req->src, req->nb_src, req->src_len);
}
