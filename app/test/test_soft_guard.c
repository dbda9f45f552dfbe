/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/*
 * No byte outside [dst, dst + dw14) is written and none of the source, nor is
 * anything outside the two read: both lie against pages that trap. Room of any
 * size around what is needed gives the right status.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test.h"
#include "test_soft_util.h"

#define MIN_OUT	17	/* less is ignored (3.8) */

struct job {
	struct tc *c;
	struct treq r;
	const uint8_t *src;	/* input */
	const uint8_t *want;	/* output of a decompression */
	uint32_t in;
	uint32_t need;		/* output bytes */
};

static int
expected(const struct job *j, uint32_t room)
{
	if (room < MIN_OUT || room < j->need)
		return TC_NO_SPACE;
	return j->want == NULL && j->need >= j->in ? TC_NEG_COMP : TC_OK;
}

/* One request with this much room, its buffers against either guard. */
static int
guarded(const struct job *j, uint32_t room, unsigned int place)
{
	uint32_t sqe[TC_SQE_WORDS];
	struct tguard src, dst;
	struct treq r = j->r;
	int status;

	TEST_ASSERT(tguard_new(&src, j->in, place & 1) == 0 &&
		tguard_new(&dst, room, place & 2) == 0, "no memory");
	memcpy(src.p, j->src, j->in);
	tguard_read_only(&src);
	r.src = src.p;
	r.in = j->in;
	r.dst = dst.p;
	r.out = room;
	status = tc_do(j->c, &r, sqe);
	TEST_ASSERT(status == expected(j, room), "status %x, room %u, need %u", status, room,
		j->need);
	TEST_ASSERT(tguard_intact(&dst), "written outside, room %u, need %u", room, j->need);
	TEST_ASSERT(memcmp(src.p, j->src, j->in) == 0, "the source was changed");
	if (status == TC_NO_SPACE)
		TEST_ASSERT(sqe[DW_CONSUMED] == 0 && sqe[DW_PRODUCED] == 0, "lengths");
	else
		TEST_ASSERT(sqe[DW_PRODUCED] == j->need, "produced %u", sqe[DW_PRODUCED]);
	if (status != TC_NO_SPACE && j->want != NULL)
		TEST_ASSERT(memcmp(dst.p, j->want, j->need) == 0, "data");
	tguard_free(&src);
	tguard_free(&dst);
	return 0;
}

static int
all_rooms(const struct job *j)
{
	const uint32_t rooms[] = {
		j->need, j->need - 1, j->need + 1, j->need - 4, j->need - 8, j->need - 9,
		j->need + 7, j->need + 8, j->need + 64, j->need / 2, 2 * j->need, j->need * 3 + 999,
		MIN_OUT, MIN_OUT - 1, 1,
	};

	for (unsigned int i = 0; i < DIM(rooms); i++)
		for (unsigned int place = 0; place < 4; place++)
			/* need - 9 may wrap; nothing has that much memory */
			if (rooms[i] != 0 && rooms[i] <= TC_MAX_LEN)
				TEST_ASSERT(guarded(j, rooms[i], place) == 0, "room %u, place %u",
					rooms[i], place);
	return 0;
}

static int
both_ways(struct tc *comp, struct tc *decomp, unsigned int type, const uint8_t *plain,
	  uint32_t len, int level)
{
	static uint8_t packed[400000];
	struct treq r = {
		.type = type, .window = 4, .src = plain, .in = len, .dst = packed,
		.out = sizeof(packed),
	};
	struct job j = { .c = comp, .r = r, .src = plain, .in = len };
	uint32_t sqe[TC_SQE_WORDS];
	int status = tc_do(comp, &r, sqe);

	/* a stream fits if it fits exactly; that is the soft device's promise */
	TEST_ASSERT(status == TC_OK || status == TC_NEG_COMP, "status %x", status);
	j.need = sqe[DW_PRODUCED];
	TEST_ASSERT(all_rooms(&j) == 0, "compression");

	j = (struct job){ .c = decomp, .r = r, .src = packed, .want = plain, .need = len };
	j.in = tref_deflate(type, level, plain, len, packed, sizeof(packed));
	TEST_ASSERT(all_rooms(&j) == 0, "decompression");
	return 0;
}

static int
test_guards(void)
{
	static const uint32_t sizes[] = { 1, 5, 16, 17, 18, 60, 300, 4096, 5000, 33000, 70000 };
	const struct uacce_soft_conf conf = { .nb_queues = 2, .sq_depth = 8 };
	struct uacce_soft *dev = uacce_soft_create(&conf);
	static uint8_t plain[70000];
	struct tc comp, decomp;

	TEST_ASSERT(dev != NULL && tc_open(&comp, dev, TC_COMPRESS, 0) == 0 &&
		tc_open(&decomp, dev, TC_DECOMPRESS, 0) == 0, "open");
	for (unsigned int i = 0; i < DIM(sizes); i++)
		for (unsigned int kind = 0; kind < 2; kind++)
			for (unsigned int type = TC_DEFLATE; type <= TC_GZIP; type++) {
				if (kind == 0)
					tc_text(plain, sizes[i], i);
				else
					tc_noise(plain, sizes[i], i);
				TEST_ASSERT(both_ways(&comp, &decomp, type, plain, sizes[i],
						      i % 2 == 0 ? 6 : 0) == 0,
					"type %u, %u bytes, kind %u", type, sizes[i], kind);
			}
	TEST_ASSERT(tc_close(&comp) == 0 && tc_close(&decomp) == 0, "close");
	uacce_soft_destroy(dev);
	return 0;
}

/* The same with each byte of both buffers in a segment between guards. */
static int
sgl_guarded(struct tc *c, unsigned int type, const uint8_t *in, uint32_t len,
	    uint32_t room, int want)
{
	struct tguard *src = calloc(len, sizeof(*src)), *dst = calloc(room, sizeof(*dst));
	struct tseg *s = calloc(len, sizeof(*s)), *d = calloc(room, sizeof(*d));
	struct treq r = { .type = type, .window = 4, .sgl = true, .in = len, .out = room };
	uint32_t sqe[TC_SQE_WORDS];

	for (uint32_t i = 0; i < len; i++) {
		TEST_ASSERT(tguard_new(&src[i], 1, i % 2) == 0, "no memory");
		src[i].p[0] = in[i];
		tguard_read_only(&src[i]);
		s[i] = (struct tseg){ src[i].p, 1 };
	}
	for (uint32_t i = 0; i < room; i++) {
		TEST_ASSERT(tguard_new(&dst[i], 1, i % 2) == 0, "no memory");
		d[i] = (struct tseg){ dst[i].p, 1 };
	}
	r.src = tsgl_new(s, len, 255);
	r.dst = tsgl_new(d, room, 7);
	TEST_ASSERT(tc_do(c, &r, sqe) == want, "status %x, not %x", sqe[DW_STATUS], want);
	for (uint32_t i = 0; i < len; i++)
		tguard_free(&src[i]);
	for (uint32_t i = 0; i < room; i++) {
		TEST_ASSERT(tguard_intact(&dst[i]), "written outside of segment %u", i);
		tguard_free(&dst[i]);
	}
	free((void *)(uintptr_t)r.src);
	free(r.dst);
	free(src);
	free(dst);
	free(s);
	free(d);
	return 0;
}

static int
test_sgl_guards(void)
{
	const struct uacce_soft_conf conf = { .nb_queues = 2, .sq_depth = 8 };
	struct uacce_soft *dev = uacce_soft_create(&conf);
	static uint8_t plain[600], packed[700];
	struct tc comp, decomp;
	size_t n;

	TEST_ASSERT(dev != NULL && tc_open(&comp, dev, TC_COMPRESS, 0) == 0 &&
		tc_open(&decomp, dev, TC_DECOMPRESS, 0) == 0, "open");
	tc_text(plain, sizeof(plain), 1);
	for (unsigned int type = TC_DEFLATE; type <= TC_GZIP; type++) {
		TEST_ASSERT(sgl_guarded(&comp, type, plain, sizeof(plain), 500, TC_OK) == 0,
			"compress %u", type);
		TEST_ASSERT(sgl_guarded(&comp, type, plain, sizeof(plain), 50, TC_NO_SPACE) == 0,
			"compress %u", type);
		n = tref_deflate(type, 6, plain, sizeof(plain), packed, sizeof(packed));
		TEST_ASSERT(sgl_guarded(&decomp, type, packed, n, 600, TC_OK) == 0,
			"decompress %u", type);
		TEST_ASSERT(sgl_guarded(&decomp, type, packed, n, 599, TC_NO_SPACE) == 0,
			"decompress %u", type);
	}
	TEST_ASSERT(tc_close(&comp) == 0 && tc_close(&decomp) == 0, "close");
	uacce_soft_destroy(dev);
	return 0;
}

UACCE_TEST(soft_guard_flat, test_guards)
UACCE_TEST(soft_guard_sgl, test_sgl_guards)
