/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

#include <errno.h>

#include <rte_mbuf.h>

#include "uacce_zip_priv.h"

/* Segments of a chain that hold len bytes from offset on; empty ones do not count. */
static uint32_t
sgl_count(const struct rte_mbuf *m, uint32_t offset, uint32_t len)
{
	uint32_t nb = 0;

	for (; m != NULL && len != 0; m = m->next) {
		uint32_t n = RTE_MIN((uint32_t)m->data_len - offset, len);

		offset = 0;
		nb += n != 0;
		len -= n;
	}
	return nb;
}

/* Where the next entry goes. */
struct sgl_cursor {
	struct hisi_zip_sgl *sgl;
	struct hisi_zip_sge *sge;
	struct uacce_zip_table *next;	/* list to go on with when this is full */
	uint16_t capacity;
};

static void
sgl_open(struct sgl_cursor *c, struct hisi_zip_sgl *sgl, struct hisi_zip_sge *sge,
	 uint16_t capacity)
{
	*sgl = (struct hisi_zip_sgl){ .entry_length_in_sgl = capacity };
	c->sgl = sgl;
	c->sge = sge;
	c->capacity = capacity;
}

static void
sgl_add(struct sgl_cursor *c, const void *addr, uint32_t len)
{
	struct hisi_zip_sge *e;

	if (c->sgl->entry_sum_in_sgl == c->capacity) {
		struct uacce_zip_table *t = c->next;

		c->sgl->next_dma = (uintptr_t)&t->sgl;
		c->sgl->next = (uintptr_t)&t->sgl;
		sgl_open(c, &t->sgl, t->sge, HISI_ZIP_SGL_MAX_SGE);
		c->next = t->next;
	}
	e = &c->sge[c->sgl->entry_sum_in_sgl++];
	*e = (struct hisi_zip_sge){
		.addr = (uintptr_t)addr, .len = len, .va = (uintptr_t)addr,
	};
}

static int
sgl_tables_get(struct uacce_zip_qp *qp, struct uacce_zip_slot *slot, uint32_t nb)
{
	void *t[ZIP_NB_TABLES];
	uint32_t held = 0;

	for (struct uacce_zip_table *p = slot->tables; p != NULL; p = p->next)
		held++;
	if (held + nb > ZIP_NB_TABLES)
		return -E2BIG;
	/* what is missing comes back as other requests complete */
	if (rte_mempool_get_bulk(qp->tables, t, nb) != 0)
		return -EAGAIN;
	while (nb != 0) {
		struct uacce_zip_table *table = t[--nb];

		table->next = slot->tables;
		slot->tables = table;
	}
	return 0;
}

int
uacce_zip_sgl_build(struct uacce_zip_qp *qp, struct uacce_zip_slot *slot,
		    struct uacce_zip_list *list, struct rte_mbuf *m,
		    uint32_t offset, uint32_t len, uint8_t *spill, uint32_t spill_len,
		    uint64_t *addr)
{
	uint32_t nb = sgl_count(m, offset, len) + (spill_len != 0);
	uint32_t nb_tables = 0;
	uint64_t total = (uint64_t)len + spill_len;
	struct sgl_cursor c = { .next = NULL };
	struct hisi_zip_sgl *head = &list->sgl;
	int ret;

	if (nb > ZIP_SGL_INLINE) {
		nb_tables = (nb + HISI_ZIP_SGL_MAX_SGE - 1) / HISI_ZIP_SGL_MAX_SGE;
		ret = sgl_tables_get(qp, slot, nb_tables);
		if (ret != 0)
			return ret;
		head = &slot->tables->sgl;
		c.next = slot->tables->next;
		sgl_open(&c, head, slot->tables->sge, HISI_ZIP_SGL_MAX_SGE);
	} else {
		sgl_open(&c, head, list->sge, ZIP_SGL_INLINE);
	}
	for (; m != NULL && len != 0; m = m->next) {
		uint32_t n = RTE_MIN((uint32_t)m->data_len - offset, len);

		if (n != 0)
			sgl_add(&c, rte_pktmbuf_mtod_offset(m, void *, offset), n);
		offset = 0;
		len -= n;
	}
	if (spill_len != 0)
		sgl_add(&c, spill, spill_len);
	if (nb == 0)
		/* a list without entries is malformed (datasheet 4.3) */
		sgl_add(&c, list, 1);
	head->entry_sum_in_chain = nb_tables != 0 ?
		RTE_MIN(nb_tables * HISI_ZIP_SGL_MAX_SGE, (uint32_t)UINT16_MAX) : ZIP_SGL_INLINE;
	head->total = total;
	*addr = (uintptr_t)head;
	return 0;
}

void
uacce_zip_sgl_free(struct uacce_zip_qp *qp, struct uacce_zip_slot *slot)
{
	while (slot->tables != NULL) {
		struct uacce_zip_table *t = slot->tables;

		slot->tables = t->next;
		rte_mempool_put(qp->tables, t);
	}
}
