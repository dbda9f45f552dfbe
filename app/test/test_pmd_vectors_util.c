/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

#include <stdio.h>
#include <string.h>

#include "test_pmd_vectors.h"

int
vdev_open(struct vdev *v, unsigned int api)
{
	char args[320];

	*v = (struct vdev){ .api = api, .path = trace_path() };
	TEST_ASSERT(v->path != NULL, "no directory");
	snprintf(args, sizeof(args),
		 "device=soft,soft_ext=off,fallback=off,soft_api=%u,soft_trace=%s", api, v->path);
	return pmd_open(&v->dev, PMD_NAME, args, 1, PMD_QP_OPS);
}

int
vdev_close(struct vdev *v)
{
	int ret;

	TEST_ASSERT(pmd_dumped(&v->dev, "soft:", "mistake") < 0, "the model noticed a mistake");
	ret = pmd_close(&v->dev);
	trace_free(&v->t);
	trace_remove();
	return ret;
}

int
vdev_sqes(struct vdev *v, size_t *first)
{
	size_t n = 0, i = 0;

	trace_free(&v->t);
	if (trace_read(v->path, &v->t) != 0)
		return -1;
	for (; n < v->seen; n++)
		i = trace_next(&v->t, i, UACCE_SOFT_TRACE_SQE) + 1;
	*first = trace_next(&v->t, i, UACCE_SOFT_TRACE_SQE);
	v->seen = trace_count(&v->t, UACCE_SOFT_TRACE_SQE);
	return (int)(v->seen - n);
}

uint32_t
vec_word(const struct uacce_soft_trace_record *r, unsigned int dw)
{
	uint32_t w;

	memcpy(&w, r->data + 4 * (size_t)dw, sizeof(w));
	return w;
}

uint64_t
vec_addr(const struct uacce_soft_trace_record *r, unsigned int low)
{
	return vec_word(r, low) | (uint64_t)vec_word(r, low + 1) << 32;
}

int
vec_words(const struct uacce_soft_trace_record *r, const uint32_t want[32])
{
	/* tag: dw13 of type 0, dw26 of type 3 (3.10) */
	unsigned int tag = r->api == 2 ? 13 : 26;

	for (unsigned int i = 0; i < 32; i++) {
		uint32_t w = i == tag ? r->index : want[i];

		/* source, destination, context (3.1) */
		if (i < 18 || i > 23)
			TEST_ASSERT(vec_word(r, i) == w, "dw%u is %08x, not %08x", i,
				    vec_word(r, i), w);
	}
	return 0;
}

uint64_t
vec_flat(const struct pmd_buf *b)
{
	return (uintptr_t)rte_pktmbuf_mtod(b->m, void *);
}

static uint16_t
get16(const uint8_t *p)
{
	return p[0] | p[1] << 8;
}

static uint64_t
get64(const uint8_t *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

/* Header of a list (4.1): nb entries of room, the chain's total in its head. */
static int
check_head(const struct uacce_soft_trace_record *r, bool first, unsigned int nb,
	   unsigned int in_chain, unsigned int room, uint64_t total)
{
	const uint8_t *h = r->data;

	TEST_ASSERT(r->addr % 64 == 0, "list is not aligned (4.3)");
	TEST_ASSERT(get16(h + 8) == (first ? in_chain : 0), "in chain %u", get16(h + 8));
	TEST_ASSERT(get16(h + 10) == nb && get16(h + 12) == room, "entries %u of %u",
		    get16(h + 10), get16(h + 12));
	TEST_ASSERT(get16(h + 14) == 0 && get64(h + 16) == 0 && get64(h + 24) == 0 &&
		    get64(h + 32) == 0 && get64(h + 40) == 0, "pads");
	TEST_ASSERT(get64(h + 48) == get64(h), "software's link");
	TEST_ASSERT(get64(h + 56) == (first ? total : 0), "total %ju", (uintmax_t)get64(h + 56));
	return 0;
}

/* Entries (4.2) of a chain, passing over segments without data (4.3). */
static int
check_entry(const uint8_t *e, struct rte_mbuf **m, uint32_t *len, uint32_t spill)
{
	uint32_t n, have;

	while (*m != NULL && (*m)->data_len == 0)
		*m = (*m)->next;
	n = *len == 0 ? spill : RTE_MIN(*len, (uint32_t)(*m)->data_len);
	have = (uint32_t)get64(e + 16);
	TEST_ASSERT(have == n && get64(e + 16) == n, "length %u, not %u", have, n);
	TEST_ASSERT(get64(e) != 0 && get64(e + 24) == get64(e) && get64(e + 8) == 0, "words");
	if (*len == 0)
		return 0;
	TEST_ASSERT(get64(e) == (uintptr_t)rte_pktmbuf_mtod(*m, void *), "address");
	*len -= n;
	*m = (*m)->next;
	return 0;
}

static unsigned int
nb_entries(const struct pmd_buf *b, uint32_t len, uint32_t spill)
{
	unsigned int nb = spill != 0;

	for (const struct rte_mbuf *m = b->m; m != NULL && len != 0; m = m->next) {
		nb += m->data_len != 0;
		len -= RTE_MIN(len, (uint32_t)m->data_len);
	}
	return nb;
}

/* Entries nb of the list whose header is record i. */
static int
check_entries(const struct trace *t, size_t i, unsigned int nb, struct rte_mbuf **m,
	      uint32_t *len, uint32_t spill)
{
	enum uacce_soft_trace_kind kind = t->r[i].kind == UACCE_SOFT_TRACE_SRC_SGL ?
		UACCE_SOFT_TRACE_SRC_SGE : UACCE_SOFT_TRACE_DST_SGE;

	for (unsigned int k = 0; k < nb; k++) {
		const struct uacce_soft_trace_record *r = &t->r[i + 1 + k / 4];

		TEST_ASSERT(i + 1 + k / 4 < t->nb && r->kind == kind && r->nb > k % 4, "entry");
		if (check_entry(r->data + (size_t)32 * (k % 4), m, len, spill) != 0)
			return -1;
	}
	return 0;
}

int
vec_list(const struct trace *t, size_t at, bool dst, const struct pmd_buf *b, uint32_t len,
	 uint32_t spill)
{
	enum uacce_soft_trace_kind kind = dst ? UACCE_SOFT_TRACE_DST_SGL :
		UACCE_SOFT_TRACE_SRC_SGL;
	unsigned int nb = nb_entries(b, len, spill), lists = (nb + 254) / 255;
	/* up to 8 entries are in memory of the slot, which has room for no more */
	unsigned int room = nb <= 8 ? 8 : 255, chain = nb <= 8 ? 8 : 255 * lists;
	uint64_t total = (uint64_t)len + spill, next = vec_addr(&t->r[at], dst ? 20 : 18);
	struct rte_mbuf *m = b->m;
	size_t i = at;

	for (unsigned int k = 0; k < lists; k++) {
		unsigned int here = RTE_MIN(nb, 255u);

		i = trace_next(t, i + 1, kind);
		TEST_ASSERT(i < t->nb && t->r[i].addr == next, "list %u is elsewhere", k);
		TEST_ASSERT(check_head(&t->r[i], k == 0, here, chain, room, total) == 0 &&
			    check_entries(t, i, here, &m, &len, spill) == 0, "list %u", k);
		next = get64(t->r[i].data);
		nb -= here;
	}
	TEST_ASSERT(next == 0 && len == 0, "not all, or more");
	return 0;
}
