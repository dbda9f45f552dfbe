/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/* Scatter-gather lists of every shape that is legal (section 4). */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test.h"
#include "test_soft_util.h"

#define LEN	40000
#define ROOM	(2 * LEN)
#define MAX_SEGS	3000

/* A buffer cut into entries in random order of memory. */
struct cut {
	uint8_t *mem;
	struct tseg segs[MAX_SEGS];
	unsigned int nb;
	uint32_t len;
};

static void
cut_free(struct cut *cut)
{
	free(cut->mem);
}

/* nb entries for len bytes in all, 1 byte and up; gaps of 3 bytes in memory. */
static void
cut_new(struct cut *cut, uint32_t len, unsigned int nb, uint64_t *seed)
{
	size_t at = 0;
	uint32_t left = len;

	if (nb > len)
		nb = len;
	cut->mem = malloc(len + 3 * (size_t)nb);
	cut->nb = nb;
	cut->len = len;
	memset(cut->mem, 0x99, len + 3 * (size_t)nb);
	for (unsigned int i = 0; i < nb; i++) {
		uint32_t rest = nb - i - 1;
		uint32_t n = rest == 0 ? left : 1 + tc_rand(seed) % (2 * (left / (rest + 1)));

		if (n > left - rest)
			n = left - rest;
		cut->segs[i] = (struct tseg){ cut->mem + at, n };
		at += n + 3;
		left -= n;
	}
}

/* Copy to or from bytes [skip, skip + len) of the entries. */
static void
cut_copy(const struct cut *cut, uint32_t skip, uint8_t *buf, uint32_t len, bool in)
{
	for (unsigned int i = 0; i < cut->nb && len != 0; i++) {
		uint8_t *p = (uint8_t *)(uintptr_t)cut->segs[i].addr;
		uint32_t n = cut->segs[i].len;

		if (skip >= n) {
			skip -= n;
			continue;
		}
		p += skip;
		n -= skip;
		skip = 0;
		if (n > len)
			n = len;
		memcpy(in ? p : buf, in ? buf : p, n);
		buf += n;
		len -= n;
	}
}

/* The 3 bytes between entries, and those before and after what was written. */
static int
check_gaps(const struct cut *cut, uint32_t skip, uint32_t room)
{
	static uint8_t bytes[3 * ROOM];

	for (unsigned int i = 0; i < cut->nb; i++) {
		const uint8_t *p = (const uint8_t *)cut->segs[i].addr + cut->segs[i].len;

		TEST_ASSERT(p[0] == 0x99 && p[1] == 0x99 && p[2] == 0x99, "after entry %u", i);
	}
	cut_copy(cut, 0, bytes, cut->len, false);
	for (uint32_t i = 0; i < cut->len; i++)
		TEST_ASSERT((i >= skip && i < skip + room) || bytes[i] == 0x99, "byte %u", i);
	return 0;
}

struct shape {
	unsigned int nb_src, nb_dst;	/* entries */
	unsigned int per_src, per_dst;	/* of one list */
	uint32_t skip_src, skip_dst;
	uint32_t more;			/* bytes the lists are too long */
};

static int
one_way(struct tc *c, struct treq r, const struct shape *s, uint8_t *in, uint32_t len,
	uint8_t *out, uint32_t room, uint32_t *produced, uint64_t *seed)
{
	static struct cut src, dst;
	uint32_t sqe[TC_SQE_WORDS];
	int status;

	cut_new(&src, s->skip_src + len + s->more, s->nb_src, seed);
	cut_new(&dst, s->skip_dst + room + s->more, s->nb_dst, seed);
	cut_copy(&src, s->skip_src, in, len, true);
	r.sgl = true;
	r.src = tsgl_new(src.segs, src.nb, s->per_src);
	r.dst = tsgl_new(dst.segs, dst.nb, s->per_dst);
	r.in = len;
	r.out = room;
	r.skip_in = s->skip_src;
	r.skip_out = s->skip_dst;
	status = tc_do(c, &r, sqe);
	TEST_ASSERT(status == TC_OK, "status %x", status);
	TEST_ASSERT(sqe[DW_CONSUMED] == len, "consumed %u of %u", sqe[DW_CONSUMED], len);
	*produced = sqe[DW_PRODUCED];
	cut_copy(&dst, s->skip_dst, out, *produced, false);
	TEST_ASSERT(check_gaps(&dst, s->skip_dst, room) == 0, "written outside");
	free((void *)(uintptr_t)r.src);
	free(r.dst);
	cut_free(&src);
	cut_free(&dst);
	return 0;
}

static int
round_trip(struct tc *comp, struct tc *decomp, unsigned int api, unsigned int type,
	   const struct shape *s, uint64_t *seed)
{
	static uint8_t plain[LEN], packed[ROOM], back[ROOM];
	const struct treq r = { .api = api, .type = type, .window = api == 2 ? 0 : 4 };
	uint32_t n, m;

	tc_text(plain, LEN, tc_rand(seed));
	TEST_ASSERT(one_way(comp, r, s, plain, LEN, packed, ROOM, &n, seed) == 0, "compress");
	TEST_ASSERT(tref_check(type, packed, n, 0, 15, plain, LEN) == 0, "zlib");
	TEST_ASSERT(one_way(decomp, r, s, packed, n, back, LEN, &m, seed) == 0, "decompress");
	TEST_ASSERT(m == LEN && memcmp(back, plain, LEN) == 0, "back");
	return 0;
}

static int
all_types(unsigned int api, const struct shape *shapes, unsigned int nb)
{
	const struct uacce_soft_conf conf = { .api = api, .nb_queues = 2, .sq_depth = 8 };
	struct uacce_soft *dev = uacce_soft_create(&conf);
	struct tc comp, decomp;
	uint64_t seed = api;

	TEST_ASSERT(dev != NULL && tc_open(&comp, dev, TC_COMPRESS, 0) == 0 &&
		tc_open(&decomp, dev, TC_DECOMPRESS, 0) == 0, "open");
	for (unsigned int i = 0; i < nb; i++)
		for (unsigned int type = api == 2 ? TC_ZLIB : TC_DEFLATE; type <= TC_GZIP; type++)
			TEST_ASSERT(round_trip(&comp, &decomp, api, type, &shapes[i],
					       &seed) == 0, "type %u, shape %u", type, i);
	TEST_ASSERT(tc_all_mistakes(&comp) == 0 && tc_all_mistakes(&decomp) == 0, "mistakes");
	TEST_ASSERT(tc_close(&comp) == 0 && tc_close(&decomp) == 0, "close");
	uacce_soft_destroy(dev);
	return 0;
}

static int
test_shapes(void)
{
	static const struct shape shapes[] = {
		{ 1, 1, 1, 1, 0, 0, 0 },
		{ 2, 3, 255, 255, 0, 0, 0 },
		{ 255, 255, 255, 255, 0, 0, 0 },
		{ 256, 257, 255, 255, 0, 0, 0 },
		{ 1000, 1000, 255, 255, 0, 0, 0 },
		{ 100, 70, 1, 2, 0, 0, 0 },
		{ 2999, 2999, 7, 11, 0, 0, 0 },
		/* skips: inside the first entry, across some, across lists */
		{ 4, 4, 255, 255, 2, 10, 0 },
		{ 2000, 2000, 255, 255, 2, 10, 0 },
		{ 2000, 2000, 3, 3, 1000, 777, 0 },
		{ 300, 300, 100, 100, 30000, 50000, 0 },
		/* lists longer than the request */
		{ 5, 5, 255, 255, 0, 0, 1 },
		{ 500, 500, 10, 10, 0, 0, 20000 },
		{ 500, 500, 255, 255, 5000, 5001, 5002 },
		/* a header for one side alone */
		{ 50, 1, 16, 255, 0, 9, 3 },
		{ 1, 50, 255, 16, 9, 0, 3 },
	};

	return all_types(2, shapes, DIM(shapes)) != 0 ||
		all_types(3, shapes, DIM(shapes)) != 0 ? -1 : 0;
}

static int
test_random(void)
{
	struct shape shapes[40];
	uint64_t seed = 77;

	for (unsigned int i = 0; i < DIM(shapes); i++)
		shapes[i] = (struct shape){
			.nb_src = 1 + tc_rand(&seed) % MAX_SEGS,
			.nb_dst = 1 + tc_rand(&seed) % 100,
			.per_src = 1 + tc_rand(&seed) % 255,
			.per_dst = 1 + tc_rand(&seed) % 255,
			.skip_src = tc_rand(&seed) % 20000,
			.skip_dst = tc_rand(&seed) % 3 == 0 ? 0 : tc_rand(&seed) % 20000,
			.more = tc_rand(&seed) % 2 * (tc_rand(&seed) % 20000),
		};
	return all_types(3, shapes, DIM(shapes));
}

UACCE_TEST(soft_sgl_shapes, test_shapes)
UACCE_TEST(soft_sgl_random, test_random)
