/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/* Scatter-gather lists with something wrong, or nearly so (section 4.3). */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test.h"
#include "test_soft_util.h"

#define LEN	600	/* in three entries of 200 */
#define NB	3

static uint8_t buf[2][LEN];

/* Two chains, of which one is to be spoiled. */
struct pair {
	uint8_t *list[2];	/* source, destination */
	uint32_t skip[2];
	uint32_t len[2];
};

static void
pair_new(struct pair *p, unsigned int per_list)
{
	for (int side = 0; side < 2; side++) {
		struct tseg segs[NB];

		for (int i = 0; i < NB; i++)
			segs[i] = (struct tseg){ buf[side] + 200 * i, 200 };
		p->list[side] = tsgl_new(segs, NB, per_list);
		p->skip[side] = 0;
		p->len[side] = LEN;
	}
}

static void
set16(uint8_t *p, uint16_t v)
{
	memcpy(p, &v, sizeof(v));
}

static void
set32(uint8_t *p, uint32_t v)
{
	memcpy(p, &v, sizeof(v));
}

static void
set64(uint8_t *p, uint64_t v)
{
	memcpy(p, &v, sizeof(v));
}

/* The entry in the one list of pair_new(p, NB). */
static uint8_t *
sge(uint8_t *list, unsigned int i)
{
	return list + 64 + 32 * i;
}

typedef void (*spoil_t)(struct pair *p, int side);

static void
nothing(struct pair *p, int side)
{
}

/* Wrong in the words a device must not rely on: no reason to fail (4.1). */
static void
other_words(struct pair *p, int side)
{
	uint8_t *l = p->list[side];

	memset(l + 8, 0, 2);
	memset(l + 12, 0xff, 52);
	memset(sge(l, 0) + 8, 0xff, 8);
	memset(sge(l, 1) + 20, 0xff, 12);
	set64(l, 0);
}

/* A link behind the last entry that is needed is not followed. */
static void
wild_link(struct pair *p, int side)
{
	set64(p->list[side], 64 * (side + 1));
}

/* Nor is an entry read that is not needed. */
static void
wild_entry(struct pair *p, int side)
{
	set64(sge(p->list[side], 2), 0);
	set32(sge(p->list[side], 2) + 16, UINT32_MAX);
	p->len[side] = 400;
}

/* One without a byte is passed over, wherever it points (4.3). */
static void
empty_entry(struct pair *p, int side)
{
	set64(sge(p->list[side], 1), 0);
	set32(sge(p->list[side], 1) + 16, 0);
	p->len[side] = 400;
}

static void
exact_skip(struct pair *p, int side)
{
	p->skip[side] = 200;
	p->len[side] = 400;
}

static void
no_entries(struct pair *p, int side)
{
	set16(p->list[side] + 10, 0);
}

static void
many_entries(struct pair *p, int side)
{
	set16(p->list[side] + 10, 256);
}

static void
most_entries(struct pair *p, int side)
{
	set16(p->list[side] + 10, UINT16_MAX);
}

static void
one_entry_less(struct pair *p, int side)
{
	set16(p->list[side] + 10, NB - 1);
}

static void
one_byte_short(struct pair *p, int side)
{
	set32(sge(p->list[side], NB - 1) + 16, 199);
}

static void
skip_too_far(struct pair *p, int side)
{
	p->skip[side] = 1;
}

static void
skip_past_end(struct pair *p, int side)
{
	p->skip[side] = 0xffffff;
}

static void
null_entry(struct pair *p, int side)
{
	set64(sge(p->list[side], 1), 0);
}

static void
huge_entry(struct pair *p, int side)
{
	set32(sge(p->list[side], 1) + 16, TC_MAX_LEN + 1);
}

static void
wrapping_entry(struct pair *p, int side)
{
	set64(sge(p->list[side], 1), UINT64_MAX - 100);
}

/* The last list of several is cut off, or the link leads nowhere good. */
static void
link_unaligned(struct pair *p, int side)
{
	set16(p->list[side] + 10, 1);
	set64(p->list[side], (uintptr_t)p->list[side] + 8);
}

static void
loop_of_nothing(struct pair *p, int side)
{
	/* an empty entry is passed over: a loop of them must end all the same */
	set16(p->list[side] + 10, 1);
	set32(sge(p->list[side], 0) + 16, 0);
	set64(p->list[side], (uintptr_t)p->list[side]);
}

static int
check(struct tc *c, spoil_t spoil, int side, int mistake)
{
	uint64_t all = tc_all_mistakes(c);
	uint32_t sqe[TC_SQE_WORDS];
	struct pair p;
	struct treq r = { .type = TC_ZLIB, .sgl = true, .window = 4 };
	int status;

	pair_new(&p, NB);
	memset(buf[0], 'a', LEN);
	memset(buf[1], 0x77, LEN);
	spoil(&p, side);
	r.src = p.list[0];
	r.dst = p.list[1];
	r.in = p.len[0];
	r.out = p.len[1];
	r.skip_in = p.skip[0];
	r.skip_out = p.skip[1];
	status = tc_do(c, &r, sqe);
	if (mistake < 0) {
		TEST_ASSERT(status == TC_OK && tc_all_mistakes(c) == all, "status %x", status);
	} else {
		TEST_ASSERT(status == TC_BAD && tc_all_mistakes(c) == all + 1 &&
			tc_mistakes(c, mistake) >= 1, "status %x", status);
		for (int i = 0; i < LEN; i++)
			TEST_ASSERT(buf[1][i] == 0x77, "byte %d written", i);
	}
	free(p.list[0]);
	free(p.list[1]);
	return 0;
}

static const struct {
	const char *name;
	spoil_t spoil;
	bool good;
} cases[] = {
	{ "nothing", nothing, true },
	{ "other words", other_words, true },
	{ "wild link", wild_link, true },
	{ "wild entry", wild_entry, true },
	{ "empty entry", empty_entry, true },
	{ "exact skip", exact_skip, true },
	{ "no entries", no_entries, false },
	{ "256 entries", many_entries, false },
	{ "65535 entries", most_entries, false },
	{ "an entry less", one_entry_less, false },
	{ "a byte short", one_byte_short, false },
	{ "skip of 1 too far", skip_too_far, false },
	{ "skip past the end", skip_past_end, false },
	{ "NULL entry", null_entry, false },
	{ "entry over 8 MiB", huge_entry, false },
	{ "entry that wraps", wrapping_entry, false },
	{ "unaligned link", link_unaligned, false },
	{ "loop of nothing", loop_of_nothing, false },
};

static int
with_queue(int (*func)(struct tc *c))
{
	const struct uacce_soft_conf conf = { .nb_queues = 1, .sq_depth = 8 };
	struct uacce_soft *dev = uacce_soft_create(&conf);
	struct tc c;

	TEST_ASSERT(dev != NULL && tc_open(&c, dev, TC_COMPRESS, 0) == 0, "open");
	TEST_ASSERT(func(&c) == 0, "failed");
	TEST_ASSERT(tc_close(&c) == 0, "close");
	uacce_soft_destroy(dev);
	return 0;
}

static int
body_cases(struct tc *c)
{
	for (unsigned int i = 0; i < DIM(cases); i++)
		for (int side = 0; side < 2; side++)
			TEST_ASSERT(check(c, cases[i].spoil, side,
					  cases[i].good ? -1 : UACCE_SOFT_SGL) == 0,
				"%s, side %d", cases[i].name, side);
	return 0;
}

/* The address in the SQE itself: NULL, or not a multiple of 64. */
static int
body_address(struct tc *c)
{
	struct pair p;
	uint64_t nb = 0;

	pair_new(&p, NB);
	for (int side = 0; side < 2; side++)
		for (unsigned int off = 0; off < 64; off++) {
			struct treq r = {
				.type = TC_ZLIB, .sgl = true, .window = 4, .in = LEN, .out = LEN,
				.src = p.list[0], .dst = p.list[1],
			};
			uint32_t sqe[TC_SQE_WORDS];
			int status;

			if (side == 0)
				r.src = off == 0 ? NULL : p.list[0] + off;
			else
				r.dst = off == 0 ? NULL : p.list[1] + off;
			status = tc_do(c, &r, sqe);
			nb++;
			TEST_ASSERT(status == TC_BAD && tc_all_mistakes(c) == nb &&
				tc_mistakes(c, UACCE_SOFT_SQE_ADDRESS) == nb,
				"side %d, offset %u: %x", side, off, status);
		}
	free(p.list[0]);
	free(p.list[1]);
	return 0;
}

/* A chain that comes back to its first list goes on there, as far as needed. */
static int
body_loop(struct tc *c)
{
	static uint8_t want[40 * LEN], packed[4096];
	const struct tseg out = { packed, sizeof(packed) };
	struct treq r = { .type = TC_ZLIB, .sgl = true, .window = 4, .in = sizeof(want) };
	uint32_t sqe[TC_SQE_WORDS];
	struct pair p;
	int status;

	pair_new(&p, 2);
	tc_text(buf[0], LEN, 4);
	for (unsigned int i = 0; i < 40; i++)
		memcpy(want + i * LEN, buf[0], LEN);
	set64(p.list[0] + tsgl_stride(2), (uintptr_t)p.list[0]);
	r.src = p.list[0];
	r.dst = tsgl_new(&out, 1, 1);
	r.out = sizeof(packed);
	status = tc_do(c, &r, sqe);
	TEST_ASSERT(status == TC_OK && tref_check(TC_ZLIB, packed, sqe[DW_PRODUCED], 0, 15, want,
						  sizeof(want)) == 0, "status %x", status);
	free(p.list[0]);
	free(p.list[1]);
	free(r.dst);
	return 0;
}

static int
test_bad(void)
{
	return with_queue(body_cases);
}

static int
test_address(void)
{
	return with_queue(body_address);
}

static int
test_loop(void)
{
	return with_queue(body_loop);
}

UACCE_TEST(soft_sgl_bad, test_bad)
UACCE_TEST(soft_sgl_address, test_address)
UACCE_TEST(soft_sgl_loop, test_loop)
