/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <zlib.h>

#include "test_pmd.h"

#define GAP	32u	/* guard bytes around external segments */
#define MAX_SEG	65000u	/* data_len has 16 bits */

static uint64_t rng_state;

void
pmd_seed(uint64_t seed)
{
	printf("seed %" PRIu64 "\n", seed);
	rng_state = seed;
}

uint32_t
pmd_rnd(uint32_t limit)
{
	rng_state = rng_state * 6364136223846793005u + 1442695040888963407u;
	return limit == 0 ? 0 : (uint32_t)(rng_state >> 33) % limit;
}

static void
fill_text(uint8_t *p, size_t len)
{
	static const char * const words[] = {
		"the ", "queue ", "of ", "a ", "device ", "that ", "holds ",
		"window ", "is ", "compressed ", "data", ", ", ".\n", "and ",
		"byte ", "stream ", "0x", "17", "ends ", "here",
	};
	size_t n = 0;

	while (n < len) {
		const char *w = words[pmd_rnd(DIM(words))];

		while (*w != '\0' && n < len)
			p[n++] = *w++;
		if (n < len && pmd_rnd(20) == 0)
			p[n++] = '!' + pmd_rnd(90);
	}
}

/* Pieces of all kinds, and repeats from near and far. */
static void
fill_mixed(uint8_t *p, size_t len)
{
	size_t n, back;

	for (size_t i = 0; i < len; i += n) {
		n = RTE_MIN(len - i, 1 + pmd_rnd(600));
		back = 1 + pmd_rnd(40000);
		if (i > back + n && pmd_rnd(3) == 0)
			memmove(&p[i], &p[i - back - n], n);
		else
			pmd_fill(pmd_rnd(PMD_MIXED), &p[i], n);
	}
}

void
pmd_fill(enum pmd_kind kind, uint8_t *p, size_t len)
{
	switch (kind) {
	case PMD_TEXT:
		fill_text(p, len);
		break;
	case PMD_RANDOM:
		for (size_t i = 0; i < len; i++)
			p[i] = pmd_rnd(256);
		break;
	case PMD_MIXED:
		fill_mixed(p, len);
		break;
	default:
		memset(p, 0, len);
		break;
	}
}

static void
ext_freed(void *addr, void *opaque)
{
	/* the memory is the test's; pmd_buf_free() gives it back */
	(void)addr;
	(void)opaque;
}

/* External memory for nb segments: gap, data, gap each. */
static int
ext_prepare(struct pmd_buf *b, uint32_t total, unsigned int nb)
{
	b->mem_len = total + (size_t)nb * 2 * GAP;
	b->mem = malloc(b->mem_len);
	if (b->mem == NULL)
		return -1;
	pmd_fill(PMD_RANDOM, b->mem, RTE_MIN(b->mem_len, (size_t)4096));
	b->shinfo.free_cb = ext_freed;
	rte_mbuf_ext_refcnt_set(&b->shinfo, nb);
	return 0;
}

static void
ext_attach(struct pmd_buf *b, struct rte_mbuf *m, size_t at, uint32_t len)
{
	rte_pktmbuf_attach_extbuf(m, b->mem + at, RTE_BAD_IOVA, len + 2 * GAP, &b->shinfo);
	m->data_off = GAP;
}

int
pmd_buf_make(struct pmd_buf *b, const uint32_t *lens, unsigned int nb, bool external)
{
	struct rte_mbuf **link = &b->m;
	uint32_t total = 0;
	size_t at = 0;

	*b = (struct pmd_buf){ .external = external };
	for (unsigned int i = 0; i < nb; i++)
		total += lens[i];
	if (external && ext_prepare(b, total, nb) != 0)
		return -1;
	for (unsigned int i = 0; i < nb; i++) {
		struct rte_mbuf *m = rte_pktmbuf_alloc(pmd_mbufs);

		if (m == NULL || (!external && lens[i] > PMD_DIRECT_MAX))
			return -1;
		if (external)
			ext_attach(b, m, at, lens[i]);
		at += lens[i] + 2 * GAP;
		m->data_len = lens[i];
		*link = m;
		link = &m->next;
	}
	b->len = total;
	b->m->pkt_len = total;
	b->m->nb_segs = nb;
	pmd_buf_seal(b);
	return 0;
}

int
pmd_buf_cut(struct pmd_buf *b, uint32_t len, unsigned int nb, bool external)
{
	uint32_t max = external ? MAX_SEG : PMD_DIRECT_MAX;
	uint32_t *lens = calloc(nb, sizeof(*lens));
	uint32_t left = len;
	int ret;

	if (lens == NULL)
		return -1;
	/* about a quarter stays empty; the rest is filled up from random ones */
	for (unsigned int i = 0; i < nb; i++) {
		uint32_t share = 2 * (len / nb) + 2;
		uint32_t n = nb == 1 ? left : pmd_rnd(4) == 0 ? 0 : pmd_rnd(share);

		n = RTE_MIN(n, max);
		lens[i] = RTE_MIN(n, left);
		left -= lens[i];
	}
	for (unsigned int i = pmd_rnd(nb), k = 0; left != 0 && k < nb; k++, i = (i + 1) % nb) {
		uint32_t n = RTE_MIN(left, max - lens[i]);

		lens[i] += n;
		left -= n;
	}
	ret = left != 0 ? -1 : pmd_buf_make(b, lens, nb, external);
	free(lens);
	return ret;
}

int
pmd_buf_flat(struct pmd_buf *b, uint32_t len)
{
	uint32_t lens[256];
	unsigned int nb = 0;

	do {
		lens[nb] = RTE_MIN(len, MAX_SEG);
		len -= lens[nb++];
	} while (len != 0 && nb < DIM(lens));
	return len != 0 ? -1 : pmd_buf_make(b, lens, nb, true);
}

int
pmd_buf_with(struct pmd_buf *b, const uint8_t *data, uint32_t len)
{
	if (pmd_buf_flat(b, len) != 0)
		return -1;
	pmd_buf_write(b, 0, data, len);
	pmd_buf_seal(b);
	return 0;
}

void
pmd_buf_free(struct pmd_buf *b)
{
	rte_pktmbuf_free(b->m);
	free(b->mem);
	free(b->copy);
	*b = (struct pmd_buf){ .m = NULL };
}

static void
buf_copy(const struct pmd_buf *b, uint32_t off, uint8_t *data, uint32_t len, bool in)
{
	for (struct rte_mbuf *m = b->m; m != NULL && len != 0; m = m->next) {
		uint32_t n = m->data_len;

		if (off >= n) {
			off -= n;
			continue;
		}
		n = RTE_MIN(n - off, len);
		if (in)
			memcpy(rte_pktmbuf_mtod_offset(m, uint8_t *, off), data, n);
		else
			memcpy(data, rte_pktmbuf_mtod_offset(m, uint8_t *, off), n);
		off = 0;
		data += n;
		len -= n;
	}
}

void
pmd_buf_write(const struct pmd_buf *b, uint32_t off, const uint8_t *data, uint32_t len)
{
	/* only read from when writing to the chain */
	buf_copy(b, off, (uint8_t *)(uintptr_t)data, len, true);
}

void
pmd_buf_read(const struct pmd_buf *b, uint32_t off, uint8_t *data, uint32_t len)
{
	buf_copy(b, off, data, len, false);
}

void
pmd_buf_seal(struct pmd_buf *b)
{
	size_t len = 0;

	for (const struct rte_mbuf *m = b->m; m != NULL; m = m->next)
		len += m->buf_len;
	if (b->copy == NULL)
		b->copy = malloc(len);
	len = 0;
	for (const struct rte_mbuf *m = b->m; m != NULL; m = m->next) {
		memcpy(b->copy + len, m->buf_addr, m->buf_len);
		len += m->buf_len;
	}
}

bool
pmd_buf_intact(const struct pmd_buf *b, uint32_t from, uint32_t to)
{
	const uint8_t *copy = b->copy;
	uint32_t pos = 0;	/* of the segment's first byte in the chain */

	for (const struct rte_mbuf *m = b->m; m != NULL; m = m->next) {
		const uint8_t *mem = m->buf_addr;
		uint32_t end = pos + m->data_len;
		/* bytes of this segment's memory that may differ: [lo, hi) */
		uint32_t lo = RTE_MAX(from, pos);
		uint32_t hi = RTE_MAX(to, pos);

		lo = m->data_off + RTE_MIN(lo, end) - pos;
		hi = m->data_off + RTE_MIN(hi, end) - pos;
		if (memcmp(mem, copy, lo) != 0 ||
		    memcmp(mem + hi, copy + hi, m->buf_len - hi) != 0)
			return false;
		copy += m->buf_len;
		pos = end;
	}
	return true;
}

size_t
ref_deflate(const uint8_t *in, size_t len, uint8_t *out, size_t room, int level,
	    int strategy)
{
	z_stream z = { .next_in = (uint8_t *)(uintptr_t)in, .avail_in = len };

	if (deflateInit2(&z, level, Z_DEFLATED, -15, 9, strategy) != Z_OK)
		abort();
	z.next_out = out;
	z.avail_out = room;
	if (deflate(&z, Z_FINISH) != Z_STREAM_END)
		abort();
	deflateEnd(&z);
	return z.total_out;
}

static bool
is_tolerable(const char *msg)
{
	static const char * const msgs[] = {
		"invalid literal/length code", "invalid distance code",
		"invalid bit length repeat", "too many length or distance symbols",
	};

	for (unsigned int i = 0; i < DIM(msgs) && msg != NULL; i++)
		if (strcmp(msg, msgs[i]) == 0)
			return true;
	return false;
}

struct ref_verdict
ref_inflate(const uint8_t *in, size_t len, uint8_t *out, size_t room, int window,
	    size_t step)
{
	z_stream z = { .next_in = (uint8_t *)(uintptr_t)in, .avail_in = len };
	struct ref_verdict v = { .final = false };
	size_t left = room;
	int ret;

	if (inflateInit2(&z, -window) != Z_OK)
		abort();
	z.next_out = out;
	do {
		if (z.avail_out == 0) {
			z.avail_out = RTE_MIN(step, left);
			left -= z.avail_out;
		}
		ret = inflate(&z, Z_NO_FLUSH);
	} while (ret == Z_OK);
	v.final = ret == Z_STREAM_END;
	v.tolerable = ret == Z_DATA_ERROR && is_tolerable(z.msg);
	v.consumed = z.total_in;
	v.produced = z.total_out;
	inflateEnd(&z);
	return v;
}

bool
ref_packed(const uint8_t *in, size_t in_len, const uint8_t *data, size_t len)
{
	uint8_t *plain = malloc(len + 1);
	struct ref_verdict v;
	bool ret;

	if (plain == NULL)
		abort();
	v = ref_inflate(in, in_len, plain, len + 1, 15, SIZE_MAX);
	ret = v.final && v.consumed == in_len && v.produced == len &&
		memcmp(plain, data, len) == 0;
	free(plain);
	return ret;
}
