/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

#include <stdint.h>

#include "soft_priv.h"

struct sgl_walk {
	struct soft_seg *segs;
	unsigned int nb;
	unsigned int max;
	uint64_t skip;
	uint64_t left;
};

/* Take what is needed of one entry; false if it is malformed. */
static bool
sgl_take(struct sgl_walk *w, const struct hisi_zip_sge *sge)
{
	uint64_t len = sge->len;
	uint64_t addr = sge->addr;

	if (len > HISI_ZIP_MAX_LEN)
		return false;
	if (len <= w->skip) {
		w->skip -= len;
		return true;
	}
	addr += w->skip;
	len -= w->skip;
	w->skip = 0;
	if (len > w->left)
		len = w->left;
	if (addr < sge->addr || addr + len < addr || sge->addr == 0 || w->nb == w->max)
		return false;
	w->segs[w->nb++] = (struct soft_seg){ (uint8_t *)(uintptr_t)addr, len };
	w->left -= len;
	return true;
}

int
soft_sgl_walk(uint64_t addr, uint32_t skip, uint32_t len,
	      struct soft_seg *segs, unsigned int max_segs)
{
	struct sgl_walk w = {
		.segs = segs, .max = max_segs, .skip = skip, .left = len,
	};

	/* a chain may be a loop: the number of lists is bounded */
	for (unsigned int i = 0; i < SOFT_MAX_SGLS && w.left != 0; i++) {
		const struct hisi_zip_sgl *sgl = (const void *)(uintptr_t)addr;
		const struct hisi_zip_sge *sge;
		unsigned int nb;

		if (addr == 0 || addr % HISI_ZIP_SGL_ALIGN != 0)
			return -1;
		nb = sgl->entry_sum_in_sgl;
		if (nb == 0 || nb > HISI_ZIP_SGL_MAX_SGE)
			return -1;
		sge = (const struct hisi_zip_sge *)(sgl + 1);
		for (unsigned int j = 0; j < nb && w.left != 0; j++)
			if (!sgl_take(&w, &sge[j]))
				return -1;
		addr = sgl->next_dma;
	}
	return w.left == 0 ? (int)w.nb : -1;
}
