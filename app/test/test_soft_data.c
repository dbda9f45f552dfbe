/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/*
 * Test data for the soft device: buffers with guards, patterns, and zlib as the
 * independent judge of what was compressed.
 */

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <zlib.h>

#include "test_soft_util.h"

#define SLACK		0x5a	/* around a guarded buffer */

#define ZLIB_HEADER	2
static const uint8_t gzip_header[] = { 0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3 };

int
tguard_new(struct tguard *g, size_t len, bool at_end)
{
	size_t page = sysconf(_SC_PAGESIZE);
	size_t room = (len + page - 1) / page * page;

	g->len = len;
	g->map_len = room + 2 * page;
	g->map = mmap(NULL, g->map_len, PROT_READ | PROT_WRITE,
		      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (g->map == MAP_FAILED)
		return -1;
	memset(g->map, SLACK, g->map_len);
	mprotect(g->map, page, PROT_NONE);
	mprotect(g->map + page + room, page, PROT_NONE);
	g->p = g->map + page + (at_end ? room - len : 0);
	return 0;
}

void
tguard_read_only(struct tguard *g)
{
	size_t page = sysconf(_SC_PAGESIZE);

	mprotect(g->map + page, g->map_len - 2 * page, PROT_READ);
}

bool
tguard_intact(const struct tguard *g)
{
	size_t page = sysconf(_SC_PAGESIZE);
	const uint8_t *end = g->map + g->map_len - page;

	for (const uint8_t *p = g->map + page; p < g->p; p++)
		if (*p != SLACK)
			return false;
	for (const uint8_t *p = g->p + g->len; p < end; p++)
		if (*p != SLACK)
			return false;
	return true;
}

void
tguard_free(struct tguard *g)
{
	if (g->map != NULL)
		munmap(g->map, g->map_len);
	g->map = NULL;
}

uint32_t
tc_rand(uint64_t *state)
{
	*state = *state * 6364136223846793005ull + 1442695040888963407ull;
	return (uint32_t)(*state >> 33);
}

void
tc_text(uint8_t *p, size_t len, uint32_t seed)
{
	static const char * const words[] = {
		"queue ", "ring ", "doorbell ", "phase ", "window ", "trailer ",
		"checksum ", "descriptor ", "\n", "of ", "the ", "0x1000 ",
	};
	uint64_t s = seed;

	for (size_t done = 0; done < len; ) {
		const char *w = words[tc_rand(&s) % DIM(words)];
		size_t n = strlen(w);

		if (n > len - done)
			n = len - done;
		memcpy(p + done, w, n);
		done += n;
		/* a little noise keeps matches short of the whole buffer */
		if (done < len && tc_rand(&s) % 8 == 0)
			p[done++] = tc_rand(&s);
	}
}

void
tc_noise(uint8_t *p, size_t len, uint32_t seed)
{
	uint64_t s = seed;

	for (size_t i = 0; i < len; i++)
		p[i] = tc_rand(&s) >> 7;
}

size_t
tc_header(unsigned int type)
{
	return type == TC_ZLIB ? ZLIB_HEADER :
		type == TC_GZIP ? sizeof(gzip_header) : 0;
}

size_t
tc_trailer(unsigned int type)
{
	return type == TC_ZLIB ? 4 : type == TC_GZIP ? 8 : 0;
}

static int
zlib_bits(unsigned int type, int bits)
{
	return type == TC_ZLIB ? bits : type == TC_GZIP ? 16 + bits : -bits;
}

size_t
tref_deflate(unsigned int type, int level, const void *src, size_t len,
	     uint8_t *dst, size_t room)
{
	size_t header = tc_header(type);
	z_stream z = { 0 };
	uint8_t *out = malloc(room + header);
	size_t n = 0;

	if (out == NULL || deflateInit2(&z, level, Z_DEFLATED, zlib_bits(type, 15), 8,
					Z_DEFAULT_STRATEGY) != Z_OK)
		abort();
	z.next_in = (Bytef *)(uintptr_t)src;
	z.avail_in = len;
	z.next_out = out;
	z.avail_out = room + header;
	if (deflate(&z, Z_FINISH) == Z_STREAM_END) {
		n = z.total_out - header;
		memcpy(dst, out + header, n);
	}
	deflateEnd(&z);
	free(out);
	return n;
}

/* Inflate in steps of output, so that the window alone is the history. */
static int
steps(z_stream *z, uint8_t *out, size_t room, size_t step)
{
	int ret = Z_OK;

	while (ret == Z_OK) {
		size_t left = room - z->total_out;

		z->next_out = out + z->total_out;
		z->avail_out = step != 0 && step < left ? step : left;
		ret = inflate(z, Z_NO_FLUSH);
	}
	return ret;
}

int
tref_check(unsigned int type, const uint8_t *stream, size_t len, size_t step,
	   int window_bits, const void *src, size_t src_len)
{
	uint8_t zhdr[] = { 0x08 | (window_bits - 8) << 4, 0 };
	uint8_t *out = malloc(src_len + 1);
	z_stream z = { 0 };
	bool good = false;
	int ret = Z_OK;

	if (out == NULL || inflateInit2(&z, zlib_bits(type, window_bits)) != Z_OK)
		abort();
	/* the header counts as this window's, whatever clients write */
	zhdr[1] = 31 - (zhdr[0] << 8) % 31;
	if (type == TC_ZLIB)
		z.next_in = zhdr;
	else if (type == TC_GZIP)
		z.next_in = (Bytef *)(uintptr_t)gzip_header;
	z.avail_in = tc_header(type);
	if (z.avail_in != 0) {
		z.next_out = out;
		z.avail_out = 1;
		ret = inflate(&z, Z_NO_FLUSH);
	}
	z.next_in = (Bytef *)(uintptr_t)stream;
	z.avail_in = len;
	if (ret == Z_OK)
		ret = steps(&z, out, src_len + 1, step);
	good = ret == Z_STREAM_END && z.avail_in == 0 && z.total_out == src_len &&
		memcmp(out, src, src_len) == 0;
	inflateEnd(&z);
	free(out);
	return good ? 0 : -1;
}
