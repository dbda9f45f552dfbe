/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

#ifndef HISI_QM_HW_H
#define HISI_QM_HW_H

/**
 * @file
 * What the queue manager (QM) and its kernel driver see: layout only.
 *
 * Plain C with no dependency: the driver and the soft device both include it and
 * share nothing else. All words are little-endian (datasheet 0).
 */

#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/ioctl.h>

/** In: queue type. Out: queue number for doorbells. Before START (1.5). */
struct hisi_qm_qp_ctx {
	uint16_t id;		/**< out */
	uint16_t qc_type;	/**< in: enum hisi_qm_qc_type */
};
static_assert(sizeof(struct hisi_qm_qp_ctx) == 4, "datasheet 1.5");
static_assert(offsetof(struct hisi_qm_qp_ctx, qc_type) == 2, "datasheet 1.5");

/** Filled by the kernel; the ioctl is a getter despite its name (1.5). */
struct hisi_qm_qp_info {
	uint32_t sqe_size;	/**< bytes */
	uint16_t sq_depth;	/**< entries */
	uint16_t cq_depth;	/**< entries */
	uint64_t reserved;
};
static_assert(sizeof(struct hisi_qm_qp_info) == 16, "datasheet 1.5");
static_assert(offsetof(struct hisi_qm_qp_info, sq_depth) == 4, "datasheet 1.5");
static_assert(offsetof(struct hisi_qm_qp_info, cq_depth) == 6, "datasheet 1.5");
static_assert(offsetof(struct hisi_qm_qp_info, reserved) == 8, "datasheet 1.5");

#define HISI_QM_CMD_SET_QP_CTX	_IOWR('H', 10, struct hisi_qm_qp_ctx)
#define HISI_QM_CMD_SET_QP_INFO	_IOWR('H', 11, struct hisi_qm_qp_info)
static_assert(HISI_QM_CMD_SET_QP_CTX == 0xc004480a, "datasheet 1.5");
static_assert(HISI_QM_CMD_SET_QP_INFO == 0xc010480b, "datasheet 1.5");

/** Direction is a property of the queue, not of the request (2.2). */
enum hisi_qm_qc_type {
	HISI_QM_QC_COMPRESS = 0,
	HISI_QM_QC_DECOMPRESS = 1,
};

/** Completion queue entry (2.4). */
struct hisi_qm_cqe {
	uint32_t rsvd0;
	uint16_t cmd_id;
	uint16_t rsvd1;
	/* the half that is read and written as one 64-bit word: */
	uint16_t sq_head;	/**< which SQE this completes */
	uint16_t sq_num;	/**< queue number */
	uint16_t rsvd2;
	uint16_t w7;		/**< bit 0: phase */
};
static_assert(sizeof(struct hisi_qm_cqe) == 16, "datasheet 2.4");
static_assert(offsetof(struct hisi_qm_cqe, cmd_id) == 4, "datasheet 2.4");
static_assert(offsetof(struct hisi_qm_cqe, sq_head) == 8, "datasheet 2.4");
static_assert(offsetof(struct hisi_qm_cqe, sq_num) == 10, "datasheet 2.4");
static_assert(offsetof(struct hisi_qm_cqe, w7) == 14, "datasheet 2.4");

/** Byte offset of the 64-bit half that carries sq_head and phase (2.4). */
#define HISI_QM_CQE_WORD	8
#define HISI_QM_CQE_SQ_HEAD(w)	((uint16_t)(w))
#define HISI_QM_CQE_SQ_NUM_SHIFT 16
#define HISI_QM_CQE_PHASE_SHIFT	48
#define HISI_QM_CQE_PHASE(w)	(((w) >> HISI_QM_CQE_PHASE_SHIFT) & 1)

/** Doorbell register of v2 and later inside the MMIO region (2.5). */
#define HISI_QM_DB_OFFSET	0x1000
#define HISI_QM_DB_QN_MASK	0x3ffull	/**< bits 9:0 queue number */
#define HISI_QM_DB_CMD_SHIFT	12		/**< bits 15:12 command */
#define HISI_QM_DB_CMD_MASK	0xfull
#define HISI_QM_DB_RAND_SHIFT	16		/**< bits 31:16 write 0 */
#define HISI_QM_DB_RAND_MASK	0xffffull
#define HISI_QM_DB_INDEX_SHIFT	32		/**< bits 47:32 ring index */
#define HISI_QM_DB_INDEX_MASK	0xffffull
#define HISI_QM_DB_PRIO_SHIFT	48		/**< bit 48: arm the interrupt */
#define HISI_QM_DB_CMD_SQ	0ull
#define HISI_QM_DB_CMD_CQ	1ull

/** Stop words, counted back from the end of the DUS region (2.3). */
#define HISI_QM_DUS_TX_STOP	4	/**< no new work may be given */
#define HISI_QM_DUS_RX_STOP	8	/**< no more completions will appear */

#endif /* HISI_QM_HW_H */
