/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

#ifndef UACCE_ZIP_SQE_H
#define UACCE_ZIP_SQE_H

/**
 * @file
 * From op to SQE and back.
 */

#include <string.h>

#include <rte_mbuf.h>

#include "uacce_zip_priv.h"

/**
 * Preset as consumed in null requests to engines. Of the words of an answer it is the one
 * that silicon was seen to write in those; produced it was seen to leave (7.1).
 */
#define ZIP_NULL_PENDING	UINT32_MAX

/** Initial value of an Adler-32, which no start value means. */
#define ZIP_ADLER_INIT		1u
/** xxHash-32 of nothing. */
#define ZIP_XXH32_INIT		0x02cc5d05u

/** Where a request's data lies; found once, used to choose lane and layout. */
struct uacce_zip_place {
	struct rte_mbuf *m;	/**< segment that holds the first byte */
	uint32_t offset;	/**< in that segment */
	uint32_t len;		/**< bytes of data, or of room */
	bool flat;		/**< all of it in segment m */
};

/**
 * Go to byte `offset` of a chain. An offset at the very end is a place with
 * nothing behind it.
 */
static inline bool
zip_seek(struct rte_mbuf *m, uint32_t offset, struct uacce_zip_place *p)
{
	while (offset >= m->data_len) {
		if (m->next == NULL) {
			if (offset > m->data_len)
				return false;
			break;
		}
		offset -= m->data_len;
		m = m->next;
	}
	p->m = m;
	p->offset = offset;
	return true;
}

/** Does the chain hold len bytes from there on? */
static inline bool
zip_place_src(struct rte_mbuf *m, uint32_t offset, uint32_t len,
	      struct uacce_zip_place *p)
{
	uint64_t have;

	if (unlikely(!zip_seek(m, offset, p)))
		return false;
	p->len = len;
	have = p->m->data_len - p->offset;
	p->flat = have >= len;
	if (likely(p->flat))
		return true;
	for (m = p->m->next; m != NULL && have < len; m = m->next)
		have += m->data_len;
	return have >= len;
}

/** How much room does the chain have from there on? */
static inline bool
zip_place_dst(struct rte_mbuf *m, uint32_t offset, struct uacce_zip_place *p)
{
	uint64_t room;

	if (unlikely(!zip_seek(m, offset, p)))
		return false;
	room = p->m->data_len - p->offset;
	p->flat = p->m->next == NULL;
	for (m = p->m->next; m != NULL; m = m->next)
		room += m->data_len;
	/* lengths in SQEs have 32 bits */
	p->len = RTE_MIN(room, (uint64_t)UINT32_MAX);
	return true;
}

static inline void
zip_sqe_set_addr(struct hisi_zip_sqe *sqe, uint64_t src, uint64_t dst)
{
	sqe->source_addr_l = (uint32_t)src;
	sqe->source_addr_h = (uint32_t)(src >> 32);
	sqe->dest_addr_l = (uint32_t)dst;
	sqe->dest_addr_h = (uint32_t)(dst >> 32);
}

static inline uint64_t
zip_place_addr(const struct uacce_zip_place *p)
{
	/* SVA: descriptors carry virtual addresses, whatever the IOVA mode */
	return (uintptr_t)rte_pktmbuf_mtod_offset(p->m, uint8_t *, p->offset);
}

/** Start values of the checksums asked for, where the extension has them. */
static inline void
zip_sqe_set_chksum(struct hisi_zip_sqe *sqe, uint64_t start, uint8_t chksum)
{
	switch (chksum) {
	case RTE_COMP_CHECKSUM_NONE:
		return;
	case RTE_COMP_CHECKSUM_CRC32:
		sqe->dif_l = (uint32_t)start;
		return;
	case ZIP_CHKSUM_XXH32:
	case ZIP_CHKSUM_UDC:
		/* neither goes on from a start value */
		return;
	case RTE_COMP_CHECKSUM_ADLER32:
		sqe->dif_h = (uint32_t)start;
		break;
	default:
		sqe->dif_l = (uint32_t)start;
		sqe->dif_h = (uint32_t)(start >> 32);
		break;
	}
	/* an op fresh from its pool carries 0, which starts no Adler-32 */
	if (sqe->dif_h == 0)
		sqe->dif_h = ZIP_ADLER_INIT;
}

/** What the extension carries per op; soft lanes only. */
static inline void
zip_sqe_set_ext(struct hisi_zip_sqe *sqe, const struct rte_comp_op *op,
		const struct uacce_zip_xform *x)
{
	if (x->compress && op->flush_flag == RTE_COMP_FLUSH_FULL)
		sqe->priv_info |= HISI_ZIP_EXT_NO_FINAL;
	zip_sqe_set_chksum(sqe, op->input_chksum, x->chksum);
}

static inline void
zip_op_set_chksum(struct rte_comp_op *op, const struct hisi_zip_sqe *sqe,
		  uint8_t chksum)
{
	switch (chksum) {
	case RTE_COMP_CHECKSUM_NONE:
		return;
	case RTE_COMP_CHECKSUM_CRC32:
	case ZIP_CHKSUM_XXH32:
	case ZIP_CHKSUM_UDC:
		op->output_chksum = sqe->dif_l;
		return;
	case RTE_COMP_CHECKSUM_ADLER32:
		op->output_chksum = sqe->dif_h;
		return;
	default:
		op->output_chksum = sqe->dif_l | (uint64_t)sqe->dif_h << 32;
		return;
	}
}

/**
 * UDC: the checksum is of the history before the op, which decompression is told that it
 * should have. What becomes of the op's status?
 */
static inline uint8_t
zip_op_udc(struct rte_comp_op *op, const struct hisi_zip_sqe *sqe, bool compress,
	   uint8_t status)
{
	op->output_chksum = sqe->dif_l;
	if (compress || op->input_chksum == op->output_chksum)
		return status;
	op->consumed = 0;
	op->produced = 0;
	return ZIP_STATUS_CHKSUM;
}

/** What the device says of a request: each word loaded once, none believed. */
struct zip_answer {
	uint32_t status;
	uint32_t consumed;
	uint32_t produced;
};

/**
 * Was this SQE written back since it was submitted? Engines: all words of the answer
 * are 0 in the template, and a request that is not empty does something; in one that is,
 * a length that cannot be is preset. Soft lanes: a status that no completion has is.
 */
static inline bool
zip_answer_read(const struct uacce_zip_lane *lane, const struct uacce_zip_slot *slot,
		const struct hisi_zip_sqe *sqe, struct zip_answer *a)
{
	/* acquire: the soft device writes the status last */
	a->status = __atomic_load_n(&sqe->status, __ATOMIC_ACQUIRE);
	a->consumed = __atomic_load_n(&sqe->consumed, __ATOMIC_RELAXED);
	a->produced = __atomic_load_n(&sqe->produced, __ATOMIC_RELAXED);
	if (lane->soft)
		return a->status != HISI_ZIP_STATUS_EXT_PENDING;
	if (slot->null)
		return a->consumed != ZIP_NULL_PENDING;
	return a->status != 0 || a->consumed != 0 || a->produced != 0;
}

#endif /* UACCE_ZIP_SQE_H */
