/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

#ifndef SOFT_LZ4_PRIV_H
#define SOFT_LZ4_PRIV_H

/**
 * @file
 * What makes LZ4 frames and what reads them share: the format (lz4_Frame_format.md 1.6)
 * and memory.
 *
 * A frame is magic, FLG, BD, content size, dictionary ID, header checksum; blocks, each
 * with its length and maybe a checksum; end mark; maybe a checksum of the content. Numbers
 * are little-endian, checksums xxHash-32.
 */

#include <assert.h>

#include <lz4.h>
#include <lz4hc.h>

#include "soft_lz4.h"

#define FRAME_MAGIC		0x184d2204u
#define SKIPPABLE_MAGIC		0x184d2a50u	/* and the 15 numbers after it */

#define FLG_VERSION		0x40u		/* 01 in the two high bits */
#define FLG_VERSION_MASK	0xc0u
#define FLG_INDEPENDENT		0x20u
#define FLG_BLOCK_CHECKSUM	0x10u
#define FLG_CONTENT_SIZE	0x08u
#define FLG_CONTENT_CHECKSUM	0x04u
#define FLG_RESERVED		0x02u
#define FLG_DICT_ID		0x01u

#define BD_SHIFT		4		/* 4: 64 KiB .. 7: 4 MiB, in steps of 4 */
#define BD_64K			4u
#define BD_RESERVED		0x8fu

#define BLOCK_STORED		(1u << 31)
#define BLOCK_END		0u

#define HISTORY			((size_t)64 << 10)	/* no distance is greater */
#define BLOCK			((size_t)64 << 10)	/* those that are made here */
#define BLOCK_MAX		((size_t)4 << 20)
#define HEAD_MAX		19

/* All in one mapping without swap reservation: it costs the pages that were touched. */
struct soft_lz4 {
	LZ4_stream_t fast;
	LZ4_streamHC_t hc;
	bool hc_ready;
	uint8_t in[BLOCK_MAX];		/* a block; compressing, two */
	uint8_t out[HISTORY + BLOCK_MAX];
};
static_assert(sizeof(((struct soft_lz4 *)0)->in) >= 2 * BLOCK, "this block, the last");
static_assert(sizeof(((struct soft_lz4 *)0)->out) >= LZ4_COMPRESSBOUND(BLOCK),
	      "a block made");

#endif /* SOFT_LZ4_PRIV_H */
