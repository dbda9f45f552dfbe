/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

#ifndef SOFT_LZ4_H
#define SOFT_LZ4_H

/**
 * @file
 * LZ4 frames over memory segments: liblz4's blocks, frames made and read here, for its
 * own frame functions allocate and do not say how much room they lack.
 *
 * As with the codec, one of these serves one thread at a time.
 */

#include "soft_codec.h"

struct soft_lz4;

/**
 * @return
 *   Memory for every request, which takes none itself; NULL if there is none.
 */
struct soft_lz4 *
soft_lz4_create(void);

/** NULL is ignored. */
void
soft_lz4_destroy(struct soft_lz4 *z);

/**
 * Compress src into one frame of blocks of up to 64 KiB. Succeeds if and only if the
 * frame fits in dst; what it is made of does not depend on the room.
 *
 * @param req
 *   level: that of liblz4's frames, 0 for blocks that are all stored; window_log: 8..15,
 *   0 for the format's 64 KiB. Huffman, end, dict and partial are ignored.
 * @param flags
 *   FLG byte of the frame, without version and dictionary ID.
 * @param xxh32
 *   Out: xxHash-32 of src, unless NULL.
 */
enum soft_codec_status
soft_lz4_compress(struct soft_lz4 *z, struct soft_codec_req *req, uint8_t flags,
		  uint32_t *xxh32);

/**
 * Decompress the frame at the start of src; input past its end is left. Any bytes are
 * valid input, the result is an error status at worst. A skippable frame is one without
 * content.
 */
enum soft_codec_status
soft_lz4_decompress(struct soft_lz4 *z, struct soft_codec_req *req, uint32_t *xxh32);

#endif /* SOFT_LZ4_H */
