/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

#ifndef HISI_ZIP_HW_H
#define HISI_ZIP_HW_H

/**
 * @file
 * What the ZIP engine sees: request descriptor (SQE) and scatter-gather list.
 * Layout only.
 *
 * Plain C with no dependency: the driver and the soft device both include it and
 * share nothing else. All words are little-endian (datasheet 0).
 */

#include <assert.h>
#include <stddef.h>
#include <stdint.h>

/**
 * Submission queue entry (3.1). W: written by software, H: by the device in
 * place, WH: both. The device preserves whatever is not H.
 */
struct hisi_zip_sqe {
	uint32_t consumed;		/**< H  dw0, without a skipped header */
	uint32_t produced;		/**< H  dw1 */
	uint32_t comp_data_length;	/**< H  dw2, LZ77 types only */
	uint32_t status;		/**< H  dw3, HISI_ZIP_STATUS_* */
	uint32_t input_data_length;	/**< W  dw4 */
	uint32_t lba_l;			/**< W  dw5, 0; see HISI_ZIP_EXT2_* */
	uint32_t lba_h;			/**< W  dw6, 0 */
	uint32_t dw7;			/**< W  HISI_ZIP_DW7_* */
	uint32_t dw8;			/**< W  bits 23:0 output SGL skip */
	uint32_t dw9;			/**< W  HISI_ZIP_DW9_* */
	uint32_t dif_l;			/**< W  dw10, 0; see HISI_ZIP_EXT_* */
	uint32_t dif_h;			/**< W  dw11, 0; see HISI_ZIP_EXT_* */
	uint32_t priv_info;		/**< W  dw12, 0; see HISI_ZIP_EXT_* */
	uint32_t dw13;			/**< W  type 0: tag */
	uint32_t dest_avail_out;	/**< W  dw14 */
	uint32_t ctx_dw0;		/**< WH dw15 */
	uint32_t comp_head_addr_l;	/**< W  dw16, 0 */
	uint32_t comp_head_addr_h;	/**< W  dw17, 0 */
	uint32_t source_addr_l;		/**< W  dw18, buffer or SGL */
	uint32_t source_addr_h;		/**< W  dw19 */
	uint32_t dest_addr_l;		/**< W  dw20, buffer or SGL */
	uint32_t dest_addr_h;		/**< W  dw21 */
	uint32_t stream_ctx_addr_l;	/**< W  dw22, 0 when stateless */
	uint32_t stream_ctx_addr_h;	/**< W  dw23 */
	uint32_t literals_addr_l;	/**< W  dw24, LZ77 types only */
	uint32_t literals_addr_h;	/**< W  dw25 */
	uint32_t dw26;			/**< W  type 3: tag */
	uint32_t dw27;			/**< W  type 3: high half of the tag */
	uint32_t ctx_dw1;		/**< WH dw28 */
	uint32_t ctx_dw2;		/**< WH dw29 */
	uint32_t isize;			/**< WH dw30 */
	uint32_t checksum;		/**< WH dw31 */
};

#define HISI_ZIP_SQE_SIZE	128

#define HISI_ZIP_AT(field, dw) \
	static_assert(offsetof(struct hisi_zip_sqe, field) == 4 * (dw), \
		"datasheet 3.1: " #field " is dw" #dw)
static_assert(sizeof(struct hisi_zip_sqe) == HISI_ZIP_SQE_SIZE, "datasheet 3");
HISI_ZIP_AT(consumed, 0);
HISI_ZIP_AT(produced, 1);
HISI_ZIP_AT(comp_data_length, 2);
HISI_ZIP_AT(status, 3);
HISI_ZIP_AT(input_data_length, 4);
HISI_ZIP_AT(lba_l, 5);
HISI_ZIP_AT(lba_h, 6);
HISI_ZIP_AT(dw7, 7);
HISI_ZIP_AT(dw8, 8);
HISI_ZIP_AT(dw9, 9);
HISI_ZIP_AT(dif_l, 10);
HISI_ZIP_AT(dif_h, 11);
HISI_ZIP_AT(priv_info, 12);
HISI_ZIP_AT(dw13, 13);
HISI_ZIP_AT(dest_avail_out, 14);
HISI_ZIP_AT(ctx_dw0, 15);
HISI_ZIP_AT(comp_head_addr_l, 16);
HISI_ZIP_AT(comp_head_addr_h, 17);
HISI_ZIP_AT(source_addr_l, 18);
HISI_ZIP_AT(source_addr_h, 19);
HISI_ZIP_AT(dest_addr_l, 20);
HISI_ZIP_AT(dest_addr_h, 21);
HISI_ZIP_AT(stream_ctx_addr_l, 22);
HISI_ZIP_AT(stream_ctx_addr_h, 23);
HISI_ZIP_AT(literals_addr_l, 24);
HISI_ZIP_AT(literals_addr_h, 25);
HISI_ZIP_AT(dw26, 26);
HISI_ZIP_AT(dw27, 27);
HISI_ZIP_AT(ctx_dw1, 28);
HISI_ZIP_AT(ctx_dw2, 29);
HISI_ZIP_AT(isize, 30);
HISI_ZIP_AT(checksum, 31);
#undef HISI_ZIP_AT

/* dw3 (3.9) */
#define HISI_ZIP_STATUS_MASK		0xffu
#define HISI_ZIP_STATUS_OK		0x00u
#define HISI_ZIP_STATUS_NEG_COMP	0x0du	/**< success: output grew */
#define HISI_ZIP_STATUS_NO_SPACE	0x0eu	/**< dest_avail_out too small */
#define HISI_ZIP_STATUS_CHECK		0x10u	/**< CRC, Adler or ISIZE differ */
#define HISI_ZIP_STATUS_STREAM_END	0x13u	/**< success, stateful only */
/** Stands for every error without a public number (12). */
#define HISI_ZIP_STATUS_BAD		0x0bu
#define HISI_ZIP_DW3_LAST_BLOCK		(1u << 8)

/* dw7 (3.2) */
#define HISI_ZIP_DW7_SKIP_MASK		0xffffffu	/**< input SGL skip */
#define HISI_ZIP_DW7_FLUSH_FINISH	(1u << 25)
#define HISI_ZIP_DW7_STATEFUL		(1u << 26)
#define HISI_ZIP_DW7_STREAM_NEW		(1u << 27)
#define HISI_ZIP_DW7_TYPE_SHIFT		28
#define HISI_ZIP_SQE_TYPE0		0u	/**< api v1, v2 (3.10) */
#define HISI_ZIP_SQE_TYPE3		3u	/**< api v3 and later (3.10) */

/* dw8 (3.1) */
#define HISI_ZIP_DW8_SKIP_MASK		0xffffffu	/**< output SGL skip */

/* dw9 (3.2, 3.3) */
#define HISI_ZIP_DW9_REQ_MASK		0xffu
#define HISI_ZIP_REQ_DEFLATE		0x01u	/**< type 3 only */
#define HISI_ZIP_REQ_ZLIB		0x02u
#define HISI_ZIP_REQ_GZIP		0x03u
#define HISI_ZIP_REQ_LZ4		0x04u	/**< v5; output unknown (12) */
#define HISI_ZIP_DW9_BUF_SHIFT		8
#define HISI_ZIP_DW9_BUF_MASK		0xfu
#define HISI_ZIP_BUF_FLAT		0u
#define HISI_ZIP_BUF_SGL		1u	/**< source and destination both */
#define HISI_ZIP_DW9_WIN_SHIFT		12
#define HISI_ZIP_DW9_WIN_MASK		0xfu
#define HISI_ZIP_WIN_4K			0u
#define HISI_ZIP_WIN_8K			1u
#define HISI_ZIP_WIN_16K		2u
#define HISI_ZIP_WIN_24K		3u
#define HISI_ZIP_WIN_32K		4u

#define HISI_ZIP_MAX_LEN		(8u << 20)	/**< input, output (3.8) */
#define HISI_ZIP_MIN_OUT		17u	/**< less is ignored (3.8) */

/*
 * Stream context (5.1): one buffer per stream, zeroed at each of its starts. dw22/23
 * point past the part that is the driver's.
 */
#define HISI_ZIP_CTX_LEN		0x10000u
#define HISI_ZIP_CTX_HW			64u	/**< where the device's part begins */
#define HISI_ZIP_CTX_HW_LEN		0x9800u	/**< it ends at 0x9840 */
#define HISI_ZIP_CTX_WINDOW		0xc00u	/**< history, in the device's part */
#define HISI_ZIP_CTX_WINDOW_MAX		0x8000u
/** Where cached input follows a history of that many bytes. */
#define HISI_ZIP_CTX_TAIL(win_len)	(HISI_ZIP_CTX_WINDOW + (((win_len) + 15u) & ~15u))
#define HISI_ZIP_CTX_TAIL_LEN		8u	/**< bytes */
#define HISI_ZIP_CTX_BOUNCE		0x9840u	/**< small outputs; the driver's */
#define HISI_ZIP_BOUNCE_LEN		236u	/**< room of the bounce buffer (5.4) */
#define HISI_ZIP_STREAM_MIN_OUT		200u	/**< streams: so much or less bounces */
static_assert(HISI_ZIP_CTX_TAIL(HISI_ZIP_CTX_WINDOW_MAX) + HISI_ZIP_CTX_TAIL_LEN <=
	      HISI_ZIP_CTX_HW_LEN, "datasheet 5.1");

/* dw15 (5.2) */
#define HISI_ZIP_CTX0_STATE_MASK	0xfu
#define HISI_ZIP_CTX0_NORMAL		0u
#define HISI_ZIP_CTX0_LAST_NO_ROOM	1u	/**< last block done, output pending */
#define HISI_ZIP_CTX0_NO_ROOM		2u	/**< decompression: output pending */
#define HISI_ZIP_CTX0_NOT_STARTED	3u	/**< next block waits for more input */
#define HISI_ZIP_CTX0_BFINAL		(1u << 7)
#define HISI_ZIP_CTX0_TAIL_SHIFT	10	/**< bits of cached input, 15:10 */
#define HISI_ZIP_CTX0_TAIL_MASK		0x3fu
#define HISI_ZIP_CTX0_TAIL_MAX		39u	/**< bits */
/* dw28, dw29 (5.2) */
#define HISI_ZIP_CTX1_STORED_MASK	0x7ffffu	/**< bytes left of a stored block */
#define HISI_ZIP_CTX2_WINDOW_MASK	0xffffu		/**< bytes of history */

/**
 * Scatter-gather list header (4.1). The device relies on next_dma and
 * entry_sum_in_sgl alone; the other fields are filled as UADK fills them.
 */
struct hisi_zip_sgl {
	uint64_t next_dma;		/**< next list of the chain, 0: end */
	uint16_t entry_sum_in_chain;	/**< capacity of the chain, head only */
	uint16_t entry_sum_in_sgl;	/**< entries used in this list */
	uint16_t entry_length_in_sgl;	/**< capacity of this list */
	uint16_t pad0;
	uint64_t pad1[4];
	uint64_t next;			/**< software's use */
	uint64_t total;			/**< software's use: bytes in the chain */
};
static_assert(sizeof(struct hisi_zip_sgl) == 64, "datasheet 4.1");
static_assert(offsetof(struct hisi_zip_sgl, entry_sum_in_chain) == 8, "datasheet 4.1");
static_assert(offsetof(struct hisi_zip_sgl, entry_sum_in_sgl) == 10, "datasheet 4.1");
static_assert(offsetof(struct hisi_zip_sgl, entry_length_in_sgl) == 12, "datasheet 4.1");
static_assert(offsetof(struct hisi_zip_sgl, next) == 48, "datasheet 4.1");
static_assert(offsetof(struct hisi_zip_sgl, total) == 56, "datasheet 4.1");

/** Scatter-gather entry (4.2); entries follow the header at byte 64. */
struct hisi_zip_sge {
	uint64_t addr;
	uint64_t page_ctrl;		/**< 0 */
	uint32_t len;			/**< bytes, 1 .. HISI_ZIP_MAX_LEN */
	uint32_t pad;
	uint64_t va;			/**< software's use */
};
static_assert(sizeof(struct hisi_zip_sge) == 32, "datasheet 4.2");
static_assert(offsetof(struct hisi_zip_sge, page_ctrl) == 8, "datasheet 4.2");
static_assert(offsetof(struct hisi_zip_sge, len) == 16, "datasheet 4.2");
static_assert(offsetof(struct hisi_zip_sge, va) == 24, "datasheet 4.2");

#define HISI_ZIP_SGL_ALIGN	64	/**< bytes (4.3) */
#define HISI_ZIP_SGL_MAX_SGE	255	/**< entries of one list (4.3) */

/**
 * Extension of the soft device: parameters the silicon has no field for, in
 * words it reserves as zero. Only a queue that offers the extension reads them;
 * the driver never sets them on any other.
 *
 * dw12 (priv_info): HISI_ZIP_EXT_* below. dw10 (dif_l): CRC-32 of the
 * uncompressed data, dw11 (dif_h): its Adler-32; both WH: start value in, result
 * out, if asked for. dw5 (lba_l): HISI_ZIP_EXT2_*.
 *
 * HISI_ZIP_REQ_LZ4 with it makes and reads LZ4 frames; stateless.
 */
#define HISI_ZIP_EXT_MAGIC		0x5a530000u	/**< bits 31:16 */
#define HISI_ZIP_EXT_MAGIC_MASK		0xffff0000u
#define HISI_ZIP_EXT_LEVEL_MASK		0xfu	/**< bits 3:0, 0 .. 9 */
#define HISI_ZIP_EXT_HUFF_SHIFT		4	/**< bits 5:4 */
#define HISI_ZIP_EXT_HUFF_MASK		0x3u
#define HISI_ZIP_EXT_HUFF_ANY		0u
#define HISI_ZIP_EXT_HUFF_FIXED		1u
#define HISI_ZIP_EXT_HUFF_DYNAMIC	2u
#define HISI_ZIP_EXT_WIN_SHIFT		6	/**< bits 9:6, log2, 8 .. 15 */
#define HISI_ZIP_EXT_WIN_MASK		0xfu
#define HISI_ZIP_EXT_NO_FINAL		(1u << 10)	/**< full flush, no BFINAL */
#define HISI_ZIP_EXT_CRC32		(1u << 11)	/**< dw10 is used */
#define HISI_ZIP_EXT_ADLER32		(1u << 12)	/**< dw11 is used */
/**
 * Stateless, too little room: do what fits and say so by HISI_ZIP_STATUS_NO_SPACE with
 * consumed not 0; the rest can be handled by a request of its own.
 */
#define HISI_ZIP_EXT_PARTIAL		(1u << 13)
/** LZ4: what the frame has, at the places of its FLG byte; ignored by decompression. */
#define HISI_ZIP_EXT2_LZ4_MASK		0x3cu
/** dw10 is the xxHash-32, seed 0, of the uncompressed data: out, there is no start value. */
#define HISI_ZIP_EXT2_XXH32		(1u << 8)
/** A stream that starts again goes on with the hash; in the context it is. */
#define HISI_ZIP_EXT2_XXH32_GO_ON	(1u << 9)
/**
 * DEFLATE: bytes of dictionary, at the address in dw24 and dw25; 0: none. In streams it
 * goes with HISI_ZIP_DW7_STREAM_NEW and is copied.
 */
#define HISI_ZIP_EXT2_DICT_SHIFT	16
#define HISI_ZIP_EXT2_DICT_MAX		HISI_ZIP_CTX_WINDOW_MAX
#define HISI_ZIP_EXT2_MASK		(HISI_ZIP_EXT2_LZ4_MASK | HISI_ZIP_EXT2_XXH32 | \
	HISI_ZIP_EXT2_XXH32_GO_ON | 0xffffu << HISI_ZIP_EXT2_DICT_SHIFT)
/** Request type of the extension: copy source to destination. */
#define HISI_ZIP_REQ_EXT_COPY		0xf0u
/**
 * Request type of the extension, decompression: does source inflate to what is in
 * destination? That is read, not written; HISI_ZIP_STATUS_CHECK: it does not.
 */
#define HISI_ZIP_REQ_EXT_VERIFY		0xf1u
/** Status preset by software: an SQE not written back still carries it. */
#define HISI_ZIP_STATUS_EXT_PENDING	0xffu

#endif /* HISI_ZIP_HW_H */
