/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

#include <errno.h>

#include <rte_memory.h>

#include "conf_dev.h"
#include "conf_op.h"

#define GUARD		64u
#define MAX_SEG		65535u
#define MAX_SEGS	1500u
#define ALIGNMENTS	64u	/* data begins anywhere in a cache line */

static struct conf_seg *
seg_new(struct conf_buf *b)
{
	if (b->nb_segs == b->max_segs) {
		b->max_segs = b->max_segs * 4 + 4;
		b->segs = realloc(b->segs, b->max_segs * sizeof(*b->segs));
		if (b->segs == NULL)
			return NULL;
	}
	return &b->segs[b->nb_segs];
}

/* Memory of our own, with a guard before what the mbuf knows and one behind. */
static int
seg_attach(struct conf_dev *dev, struct conf_seg *s, uint32_t len, uint32_t align)
{
	uint32_t room = RTE_MIN(len + align, MAX_SEG);
	size_t total = RTE_ALIGN_CEIL(room + 2 * GUARD, ALIGNMENTS);
	uint8_t *addr;

	s->m = dev->arena_used + total > CONF_ARENA ? NULL : rte_pktmbuf_alloc(dev->bare);
	if (s->m == NULL)
		return -ENOMEM;
	s->base = dev->arena + dev->arena_used;
	s->base_len = room + 2 * GUARD;
	dev->arena_used += total;
	dev->arena_live++;
	addr = s->base + GUARD;
	rte_mbuf_ext_refcnt_update(&dev->shinfo, 1);
	rte_pktmbuf_attach_extbuf(s->m, addr, rte_mem_virt2iova(addr), room, &dev->shinfo);
	s->m->data_off = room - len;
	s->off = GUARD + room - len;
	return 0;
}

static int
seg_alloc(struct conf_dev *dev, struct conf_seg *s, uint32_t len, uint32_t align)
{
	unsigned int pool = 0;

	while (pool + 1 < CONF_POOLS && len + align > conf_pool_rooms[pool])
		pool++;
	s->m = rte_pktmbuf_alloc(dev->mbufs[pool]);
	if (s->m == NULL)
		return -ENOMEM;
	s->base = s->m->buf_addr;
	s->base_len = s->m->buf_len;
	s->off = RTE_MIN(align, s->base_len - len);
	s->m->data_off = s->off;
	return 0;
}

static int
seg_add(struct conf_dev *dev, struct conf_buf *b, uint32_t len, bool ext, uint32_t align)
{
	struct conf_seg *s = seg_new(b);
	int ret;

	if (s == NULL)
		return -ENOMEM;
	ret = ext ? seg_attach(dev, s, len, align) : -ENOMEM;
	if (ret != 0)
		ret = seg_alloc(dev, s, len, align);
	if (ret != 0)
		return ret;
	s->len = len;
	s->m->data_len = len;
	s->m->pkt_len = len;
	memset(s->base, b->canary, s->base_len);
	b->len += len;
	b->nb_segs++;
	return 0;
}

static void
chain(struct conf_buf *b)
{
	for (uint32_t i = 0; i + 1 < b->nb_segs; i++)
		b->segs[i].m->next = b->segs[i + 1].m;
	b->segs[0].m->nb_segs = b->nb_segs;
	b->segs[0].m->pkt_len = b->len;
}

int
conf_buf_make(struct conf_dev *dev, struct conf_buf *b, uint32_t len,
	      const struct conf_shape *shape, struct conf_rng *rng)
{
	uint32_t max = shape->seg == 0 ? MAX_SEG : RTE_MIN(shape->seg, MAX_SEG);
	/* what is to be a chain is one, if that takes no empty segment */
	uint32_t least = shape->seg != 0 && (len > 1 || shape->empty) ? 2 : 1;

	memset(b, 0, sizeof(*b));
	b->dev = dev;
	b->canary = conf_rng_next(rng);
	if (len / max > MAX_SEGS)
		max = len / MAX_SEGS;
	while (b->len < len || b->nb_segs < least) {
		uint32_t left = len - b->len, n = RTE_MIN(left, max);

		if (shape->seg != 0 && n > 1 && (n == len || conf_rng_percent(rng, 50)))
			n = 1 + conf_rng_below(rng, n - 1);
		if (shape->empty && least > 1 && conf_rng_percent(rng, 10))
			n = 0;
		if (seg_add(dev, b, n, shape->ext, conf_rng_below(rng, ALIGNMENTS)) != 0) {
			if (b->nb_segs != 0)
				chain(b);
			return -ENOMEM;
		}
	}
	chain(b);
	return 0;
}

void
conf_buf_free(struct conf_buf *b)
{
	/* one by one: the driver may have broken the chain */
	for (uint32_t i = 0; i < b->nb_segs; i++) {
		b->segs[i].m->next = NULL;
		b->segs[i].m->nb_segs = 1;
		if (RTE_MBUF_HAS_EXTBUF(b->segs[i].m) && --b->dev->arena_live == 0)
			b->dev->arena_used = 0;
		rte_pktmbuf_free_seg(b->segs[i].m);
	}
	free(b->segs);
	memset(b, 0, sizeof(*b));
}

/* The part of [off, off + len) in the segment that begins at pos. */
static bool
overlap(const struct conf_seg *s, uint32_t pos, uint32_t off, uint32_t len,
	uint32_t *start, uint32_t *n)
{
	uint32_t from = RTE_MAX(pos, off), to = RTE_MIN(pos + s->len, off + len);

	*start = from - pos;
	*n = to > from ? to - from : 0;
	return to > from;
}

void
conf_buf_write(struct conf_buf *b, uint32_t off, const void *data, uint32_t len)
{
	uint32_t pos = 0, start, n;

	for (uint32_t i = 0; i < b->nb_segs; pos += b->segs[i++].len) {
		struct conf_seg *s = &b->segs[i];

		if (overlap(s, pos, off, len, &start, &n))
			memcpy(s->base + s->off + start,
			       RTE_PTR_ADD(data, pos + start - off), n);
	}
}

void
conf_buf_read(const struct conf_buf *b, uint32_t off, void *data, uint32_t len)
{
	uint32_t pos = 0, start, n;

	for (uint32_t i = 0; i < b->nb_segs; pos += b->segs[i++].len) {
		const struct conf_seg *s = &b->segs[i];

		if (overlap(s, pos, off, len, &start, &n))
			memcpy(RTE_PTR_ADD(data, pos + start - off),
			       s->base + s->off + start, n);
	}
}

bool
conf_buf_equal(const struct conf_buf *b, uint32_t off, const void *data, uint32_t len)
{
	uint32_t pos = 0, start, n;

	for (uint32_t i = 0; i < b->nb_segs; pos += b->segs[i++].len) {
		const struct conf_seg *s = &b->segs[i];

		if (overlap(s, pos, off, len, &start, &n) &&
		    memcmp(RTE_PTR_ADD(data, pos + start - off),
			   s->base + s->off + start, n) != 0)
			return false;
	}
	return true;
}

static bool
all_are(const uint8_t *p, size_t n, uint8_t byte)
{
	return n == 0 || (p[0] == byte && memcmp(p, p + 1, n - 1) == 0);
}

bool
conf_buf_untouched(const struct conf_buf *b, uint32_t off, uint32_t len)
{
	uint32_t pos = 0, start, n;

	for (uint32_t i = 0; i < b->nb_segs; pos += b->segs[i++].len) {
		const struct conf_seg *s = &b->segs[i];

		if (overlap(s, pos, off, len, &start, &n) &&
		    !all_are(s->base + s->off + start, n, b->canary))
			return false;
	}
	return true;
}

const char *
conf_buf_damage(const struct conf_buf *b)
{
	for (uint32_t i = 0; i < b->nb_segs; i++) {
		const struct conf_seg *s = &b->segs[i];
		const struct rte_mbuf *next = i + 1 < b->nb_segs ? s[1].m : NULL;

		if (!all_are(s->base, s->off, b->canary))
			return "bytes before a segment's data changed";
		if (!all_are(s->base + s->off + s->len, s->base_len - s->off - s->len,
			     b->canary))
			return "bytes behind a segment's data changed";
		if (s->m->next != next || s->m->data_len != s->len ||
		    rte_pktmbuf_mtod(s->m, uint8_t *) != s->base + s->off)
			return "a segment of the mbuf changed";
	}
	if (b->segs[0].m->nb_segs != b->nb_segs || b->segs[0].m->pkt_len != b->len)
		return "the mbuf's lengths changed";
	return NULL;
}
