/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

#include <stdlib.h>
#include <string.h>

#include "test_soft_more.h"

#define GAP	40	/* more than any library copies at a time */
#define RUBBISH	0x99

int
tm_open(struct tm_dev *t)
{
	const struct uacce_soft_conf conf = {
		.api = 3, .nb_queues = 2, .sq_depth = 8, .ext = true,
	};

	t->dev = uacce_soft_create(&conf);
	TEST_ASSERT(t->dev != NULL && tc_open(&t->c[0], t->dev, TC_COMPRESS, 0) == 0 &&
		    tc_open(&t->c[1], t->dev, TC_DECOMPRESS, 0) == 0, "open");
	return 0;
}

int
tm_close(struct tm_dev *t)
{
	TEST_ASSERT(tc_close(&t->c[0]) == 0 && tc_close(&t->c[1]) == 0, "close");
	uacce_soft_destroy(t->dev);
	return 0;
}

/* Memory of a request: pieces with gaps, or one that ends at a page that traps. */
struct area {
	struct tguard flat;
	uint8_t *mem;
	size_t size;
	struct tseg *segs;
	unsigned int nb;
	void *list;
};

static int
area_new(struct area *a, uint32_t len, unsigned int nb, uint64_t *seed)
{
	size_t at = GAP;
	uint32_t left = len;

	memset(a, 0, sizeof(*a));
	if (nb == 0)
		return tguard_new(&a->flat, len, true);
	nb = len == 0 ? 1 : nb < len ? nb : len;
	a->nb = nb;
	a->size = len + (nb + 1) * (size_t)GAP;
	a->mem = malloc(a->size);
	a->segs = calloc(nb, sizeof(a->segs[0]));
	if (a->mem == NULL || a->segs == NULL)
		return -1;
	memset(a->mem, RUBBISH, a->size);
	for (unsigned int i = 0; i < nb; i++) {
		uint32_t rest = nb - i - 1;
		uint32_t n = rest == 0 ? left :
			1 + tc_rand(seed) % (2 * (left / (rest + 1)));

		if (n > left - rest)
			n = left - rest;
		a->segs[i] = (struct tseg){ a->mem + at, n };
		at += n + GAP;
		left -= n;
	}
	a->list = tsgl_new(a->segs, nb, 1 + tc_rand(seed) % 255);
	return a->list == NULL ? -1 : 0;
}

static void
area_free(struct area *a)
{
	if (a->mem == NULL)
		tguard_free(&a->flat);
	free(a->mem);
	free(a->segs);
	free(a->list);
}

static void
area_copy(const struct area *a, uint8_t *buf, uint32_t len, bool in)
{
	if (a->mem == NULL && len != 0)
		memcpy(in ? a->flat.p : buf, in ? buf : a->flat.p, len);
	for (unsigned int i = 0; i < a->nb && len != 0; i++) {
		uint8_t *p = (uint8_t *)(uintptr_t)a->segs[i].addr;
		uint32_t n = a->segs[i].len < len ? a->segs[i].len : len;

		memcpy(in ? p : buf, in ? buf : p, n);
		buf += n;
		len -= n;
	}
}

/* Is what lies between the pieces, or around the flat buffer, as it was? */
static bool
area_intact(const struct area *a)
{
	const uint8_t *p = a->mem;

	if (a->mem == NULL)
		return tguard_intact(&a->flat);
	for (unsigned int i = 0; i <= a->nb; i++) {
		const uint8_t *end = i < a->nb ? a->segs[i].addr : a->mem + a->size;

		for (; p < end; p++)
			if (*p != RUBBISH)
				return false;
		if (i < a->nb)
			p = end + a->segs[i].len;
	}
	return true;
}

static const unsigned int stream_words[5] = { DW_CTX0, DW_CTX1, DW_CTX2, DW_ISIZE, DW_CHECKSUM };

static void
put_words(const struct tm_req *m, uint32_t *sqe)
{
	uint64_t dict = (uintptr_t)m->dict, ctx = (uintptr_t)m->ctx;

	sqe[DW_5] = m->ext2 | TM_DICT(m->dict_len);
	sqe[DW_10] = m->sum[0];
	sqe[DW_11] = m->sum[1];
	sqe[DW_12] = TM_MAGIC | m->ext;
	sqe[DW_24] = (uint32_t)dict;
	sqe[DW_24 + 1] = (uint32_t)(dict >> 32);
	sqe[DW_CTX] = (uint32_t)ctx;
	sqe[DW_CTX + 1] = (uint32_t)(ctx >> 32);
	for (unsigned int i = 0; m->ctx != NULL && i < DIM(stream_words); i++)
		sqe[stream_words[i]] = m->words[i];
}

static int
run_between(struct tm_dev *t, struct tm_req *m, struct area *src, struct area *dst)
{
	bool sgl = src->mem != NULL;
	const struct treq r = {
		.api = 3, .type = m->type, .bits = m->bits | (m->ctx != NULL ? TC_STATEFUL : 0),
		.sgl = sgl, .in = m->in, .out = m->room,
		.src = sgl ? src->list : src->flat.p, .dst = sgl ? dst->list : dst->flat.p,
	};
	uint32_t sqe[TC_SQE_WORDS];

	tc_build(&r, sqe);
	put_words(m, sqe);
	TEST_ASSERT(tc_exec(&t->c[m->dir], sqe) == 0, "no answer");
	m->status = sqe[DW_STATUS] & 0xff;
	m->consumed = sqe[DW_CONSUMED];
	m->produced = sqe[DW_PRODUCED];
	m->sum[0] = sqe[DW_10];
	m->sum[1] = sqe[DW_11];
	for (unsigned int i = 0; m->ctx != NULL && i < DIM(stream_words); i++)
		m->words[i] = sqe[stream_words[i]];
	TEST_ASSERT(area_intact(dst) && area_intact(src), "written outside");
	TEST_ASSERT(m->consumed <= m->in && m->produced <= m->room, "consumed %u, produced %u",
		    m->consumed, m->produced);
	if (m->dst != NULL)
		area_copy(dst, m->dst, m->produced, false);
	return 0;
}

int
tm_run(struct tm_dev *t, struct tm_req *m)
{
	bool flat = m->nb_src == 0 && m->nb_dst == 0;
	unsigned int nb_src = flat ? 0 : m->nb_src + (m->nb_src == 0);
	unsigned int nb_dst = flat ? 0 : m->nb_dst + (m->nb_dst == 0);
	struct area src, dst;
	int ret;

	TEST_ASSERT(area_new(&src, m->in, nb_src, m->seed) == 0 &&
		    area_new(&dst, m->room, nb_dst, m->seed) == 0, "no memory");
	area_copy(&src, (uint8_t *)(uintptr_t)m->src, m->in, true);
	if (flat)
		tguard_read_only(&src.flat);
	ret = run_between(t, m, &src, &dst);
	area_free(&src);
	area_free(&dst);
	return ret;
}

void
tm_fill(uint8_t *p, size_t len, uint64_t *seed)
{
	switch (tc_rand(seed) % 5) {
	case 0:
		memset(p, (int)tc_rand(seed), len);
		return;
	case 1:
		tc_noise(p, len, tc_rand(seed));
		return;
	case 2:
		/* what does not compress, after what does and again far from it */
		tc_text(p, len, tc_rand(seed));
		for (size_t at = 0; at + 90000 <= len; at += 90000)
			tc_noise(p + at, 70000, tc_rand(seed));
		return;
	default:
		tc_text(p, len, tc_rand(seed));
		return;
	}
}
