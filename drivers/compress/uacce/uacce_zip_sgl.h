/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

#ifndef UACCE_ZIP_SGL_H
#define UACCE_ZIP_SGL_H

/**
 * @file
 * From mbuf chains to the engine's scatter-gather lists (datasheet 4).
 */

#include "uacce_zip_priv.h"

/** Entries for len bytes of a chain from offset in segment m; empty ones do not count. */
uint32_t
uacce_zip_sgl_count(const struct rte_mbuf *m, uint32_t offset, uint32_t len);

/**
 * Memory for the lists of a request; what the slot has already is used again.
 *
 * @param nb_src, nb_dst
 *   Entries of each side.
 * @return
 *   0, or -ENOMEM.
 */
int
uacce_zip_sgl_reserve(struct uacce_zip_qp *qp, struct uacce_zip_slot *slot,
		      uint32_t nb_src, uint32_t nb_dst);

/**
 * Describe len bytes of a chain, from offset in segment m, by hardware SGLs.
 *
 * @param list
 *   Used if the entries fit, else mem is.
 * @param nb
 *   Entries, that of the spill included.
 * @param spill_len
 *   Bytes of spill to append; 0 for none.
 * @return
 *   Address for the SQE.
 */
uint64_t
uacce_zip_sgl_build(struct uacce_zip_list *list, void *mem, uint32_t nb,
		    struct rte_mbuf *m, uint32_t offset, uint32_t len,
		    uint8_t *spill, uint32_t spill_len);

/** Bytes of memory for a chain of nb entries, 0 if the inline list holds them. */
size_t
uacce_zip_sgl_size(uint32_t nb);

/** Free what a slot has for lists; NULL is ignored. */
void
uacce_zip_sgl_free(struct uacce_zip_slot *slot);

#endif /* UACCE_ZIP_SGL_H */
