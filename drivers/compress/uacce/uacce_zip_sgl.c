/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

#include <errno.h>

#include <rte_malloc.h>
#include <rte_mbuf.h>

#include "uacce_zip_sgl.h"

uint32_t
uacce_zip_sgl_count(const struct rte_mbuf *m, uint32_t offset, uint32_t len)
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

size_t
uacce_zip_sgl_size(uint32_t nb)
{
	uint32_t full = (nb - 1) / HISI_ZIP_SGL_MAX_SGE;

	if (nb <= ZIP_SGL_INLINE)
		return 0;
	nb -= full * HISI_ZIP_SGL_MAX_SGE;
	return full * ZIP_SGL_STRIDE +
		RTE_ALIGN_CEIL(ZIP_SGL_SIZE(nb), HISI_ZIP_SGL_ALIGN);
}

void
uacce_zip_sgl_free(struct uacce_zip_slot *slot)
{
	rte_free(slot->chain);
	slot->chain = NULL;
	slot->chain_len = 0;
}

int
uacce_zip_sgl_reserve(struct uacce_zip_qp *qp, struct uacce_zip_slot *slot,
		      uint32_t nb_src, uint32_t nb_dst)
{
	size_t need = uacce_zip_sgl_size(nb_src) + uacce_zip_sgl_size(nb_dst);

	if (likely(need <= slot->chain_len))
		return 0;
	/* The first lap of a ring with chains of this size; later ones find it
	 * there. Chains too long to keep are rare and cost more than this.
	 */
	uacce_zip_sgl_free(slot);
	need = RTE_MAX(rte_align64pow2(need), (uint64_t)RTE_CACHE_LINE_SIZE);
	slot->chain = rte_malloc_socket("uacce_zip_chain", need, HISI_ZIP_SGL_ALIGN,
					qp->socket_id);
	if (slot->chain == NULL)
		return -ENOMEM;
	slot->chain_len = need;
	return 0;
}

/* Where the next entry goes. */
struct sgl_cursor {
	struct hisi_zip_sgl *sgl;
	uint16_t capacity;
};

static void
sgl_open(struct sgl_cursor *c, struct hisi_zip_sgl *sgl, uint16_t capacity)
{
	*sgl = (struct hisi_zip_sgl){ .entry_length_in_sgl = capacity };
	c->sgl = sgl;
	c->capacity = capacity;
}

static void
sgl_add(struct sgl_cursor *c, const void *addr, uint32_t len)
{
	struct hisi_zip_sge *sge;

	if (c->sgl->entry_sum_in_sgl == c->capacity) {
		struct hisi_zip_sgl *next = RTE_PTR_ADD(c->sgl, ZIP_SGL_STRIDE);

		c->sgl->next_dma = (uintptr_t)next;
		c->sgl->next = (uintptr_t)next;
		sgl_open(c, next, HISI_ZIP_SGL_MAX_SGE);
	}
	sge = (struct hisi_zip_sge *)(c->sgl + 1) + c->sgl->entry_sum_in_sgl++;
	*sge = (struct hisi_zip_sge){
		.addr = (uintptr_t)addr, .len = len, .va = (uintptr_t)addr,
	};
}

uint64_t
uacce_zip_sgl_build(struct uacce_zip_list *list, void *mem, uint32_t nb,
		    struct rte_mbuf *m, uint32_t offset, uint32_t len,
		    uint8_t *spill, uint32_t spill_len)
{
	bool fits = nb <= ZIP_SGL_INLINE;
	struct hisi_zip_sgl *head = fits ? &list->sgl : mem;
	uint32_t nb_lists = (nb + HISI_ZIP_SGL_MAX_SGE - 1) / HISI_ZIP_SGL_MAX_SGE;
	uint64_t total = (uint64_t)len + spill_len;
	struct sgl_cursor c;

	sgl_open(&c, head, fits ? ZIP_SGL_INLINE : HISI_ZIP_SGL_MAX_SGE);
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
	head->entry_sum_in_chain = fits ? ZIP_SGL_INLINE :
		RTE_MIN(nb_lists * HISI_ZIP_SGL_MAX_SGE, (uint32_t)UINT16_MAX);
	head->total = total;
	return (uintptr_t)head;
}
