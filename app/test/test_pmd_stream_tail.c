/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/*
 * Does cached input hold a whole final block? zlib is asked the same, on every prefix
 * of blocks that are short enough to be cached.
 */

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <zlib.h>

#include <uacce_zip_stream.h>

#include "test_pmd_data.h"
#include "test.h"

#define MAX_BITS	39u

/** Bits as they are cached, the first lowest. */
struct bits {
	uint64_t v;
	uint32_t nb;
};

/* zlib on bits that end with a byte, after 32 KiB of history. */
static int
oracle(const struct bits *b)
{
	static const uint8_t history[32768];
	uint64_t rest = b->v >> b->nb % 8;
	uint8_t in[8], out[4096];
	z_stream z = { .next_in = in, .avail_in = b->nb / 8, .next_out = out,
		.avail_out = sizeof(out) };
	int ret;

	for (unsigned int i = 0; i < sizeof(in); i++)
		in[i] = rest >> (8 * i);
	if (inflateInit2(&z, -15) != Z_OK ||
	    inflateSetDictionary(&z, history, sizeof(history)) != Z_OK ||
	    inflatePrime(&z, b->nb % 8, b->v & ((1u << b->nb % 8) - 1)) != Z_OK)
		abort();
	ret = inflate(&z, Z_NO_FLUSH);
	inflateEnd(&z);
	return ret;
}

static void
put(struct bits *b, uint32_t v, uint32_t n)
{
	/* what is beyond is not looked at */
	if (b->nb < 64)
		b->v |= (uint64_t)v << b->nb;
	b->nb += n;
}

/* A Huffman code, most significant bit first. */
static void
put_code(struct bits *b, uint32_t code, uint32_t n)
{
	while (n-- != 0)
		put(b, code >> n & 1, 1);
}

/* Literals and matches of the fixed code (RFC 1951, 3.2.6). */
static void
put_symbol(struct bits *b)
{
	uint32_t length = pmd_rnd(29), distance = pmd_rnd(30), sym = 257 + length;

	if (pmd_rnd(2) == 0) {
		uint32_t literal = pmd_rnd(256);

		if (literal < 144)
			put_code(b, 0x30 + literal, 8);
		else
			put_code(b, 0x190 + literal - 144, 9);
		return;
	}
	if (sym < 280)
		put_code(b, sym - 256, 7);
	else
		put_code(b, 0xc0 + sym - 280, 8);
	if (length >= 8 && length < 28) {
		uint32_t n = length / 4 - 1;

		put(b, pmd_rnd(1u << n), n);
	}
	put_code(b, distance, 5);
	if (distance >= 4) {
		uint32_t n = distance / 2 - 1;

		put(b, pmd_rnd(1u << n), n);
	}
}

static void
put_fixed(struct bits *b, bool final)
{
	put(b, final, 1);
	put(b, 1, 2);
	for (unsigned int n = pmd_rnd(3); n != 0 && b->nb < 30; n--)
		put_symbol(b);
	put_code(b, 0, 7);
}

/* Its bytes start where the cache's do: it ends with one. */
static void
put_stored(struct bits *b, bool final, uint32_t skew)
{
	put(b, final, 1);
	put(b, 0, 2);
	while ((b->nb + skew) % 8 != 0)
		put(b, pmd_rnd(2), 1);
	put(b, 0xffff0000u, 32);
}

/* Random blocks from bit `skew` of a byte on, filled up to a byte's end. */
static struct bits
blocks(uint32_t skew)
{
	struct bits b = { 0, 0 };
	unsigned int n = 1 + pmd_rnd(3);

	while (n-- != 0 && b.nb < 30) {
		bool final = n == 0 ? pmd_rnd(4) != 0 : pmd_rnd(6) == 0;

		/* what does not fit is not there */
		if (b.nb < 24 && pmd_rnd(3) == 0)
			put_stored(&b, final, skew);
		else
			put_fixed(&b, final);
	}
	while ((b.nb + skew) % 8 != 0)
		put(&b, pmd_rnd(2), 1);
	return b;
}

/* All prefixes that end with a byte; at most the bits that can be cached. */
static int
prefixes(const struct bits *b, unsigned int *ends)
{
	for (uint32_t nb = b->nb % 8; nb <= b->nb && nb <= MAX_BITS; nb += 8) {
		struct bits p = { b->v & ((1ull << nb) - 1), nb };
		int ret = oracle(&p);
		bool has = uacce_zip_tail_end(p.v, p.nb);

		TEST_ASSERT(has == (ret == Z_STREAM_END), "%u of %u bits, %010" PRIx64
			    ": zlib says %d", nb, b->nb, b->v, ret);
		*ends += has;
	}
	return 0;
}

static int
test_blocks(void)
{
	unsigned int ends = 0;

	pmd_seed(7501);
	for (unsigned int i = 0; i < 40000; i++) {
		struct bits b = blocks(i % 8);

		if (prefixes(&b, &ends) != 0)
			return -1;
	}
	TEST_ASSERT(ends > 10000, "%u ends", ends);
	return 0;
}

/* The short streams that zlib makes, where they can be cached whole. */
static int
test_made(void)
{
	unsigned int ends = 0;

	pmd_seed(7502);
	for (unsigned int i = 0; i < 3000; i++) {
		struct bits b = { 0, 0 };
		uint8_t data[4], out[64];
		size_t n;

		pmd_fill(i % PMD_NB_KINDS, data, sizeof(data));
		n = ref_deflate(data, i % 4, out, sizeof(out), i % 10, i / 10 % 5);
		b.nb = 8 * n;
		if (b.nb > MAX_BITS)
			continue;
		memcpy(&b.v, out, n);
		if (prefixes(&b, &ends) != 0)
			return -1;
	}
	TEST_ASSERT(ends > 500, "%u ends", ends);
	return 0;
}

/*
 * Any bits: no end is missed. One that is seen where zlib finds an error costs a request
 * that the device answers with that error.
 */
static int
test_noise(void)
{
	unsigned int ends = 0;

	pmd_seed(7503);
	for (unsigned int i = 0; i < 300000; i++) {
		struct bits b = { 0, pmd_rnd(MAX_BITS + 1) };
		bool has;
		int ret;

		b.v = ((uint64_t)pmd_rnd(1u << 20) << 20 | pmd_rnd(1u << 20)) &
			((1ull << b.nb) - 1);
		has = uacce_zip_tail_end(b.v, b.nb);
		ret = oracle(&b);
		TEST_ASSERT(ret == Z_STREAM_END ? has : !has || ret == Z_DATA_ERROR,
			    "%u bits %010" PRIx64 ": zlib says %d", b.nb, b.v, ret);
		ends += ret == Z_STREAM_END;
	}
	TEST_ASSERT(ends > 100, "%u ends", ends);
	TEST_ASSERT(!uacce_zip_tail_end(0, 0), "nothing has no end");
	return 0;
}

UACCE_TEST(pmd_stream_tail_blocks, test_blocks)
UACCE_TEST(pmd_stream_tail_made, test_made)
UACCE_TEST(pmd_stream_tail_noise, test_noise)
