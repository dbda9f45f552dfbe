/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

#ifndef SOFT_CODEC_PRIV_H
#define SOFT_CODEC_PRIV_H

/**
 * @file
 * What the halves of the codec share: its memory, and walking of segments.
 */

#include <stddef.h>
#include <stdint.h>

#include <isa-l/igzip_lib.h>
#include <libdeflate.h>
#include <zlib.h>

#include "soft_codec.h"

/** Longest source that is worked on in one piece. */
#define SOFT_CODEC_FLAT_MAX	((size_t)1 << 20)

/** Bytes that may follow the input (zeroed) and the output in the scratch areas. */
#define SOFT_CODEC_IN_PAD	64
#define SOFT_CODEC_OUT_PAD	512

/** No engine but libdeflate is used below its own bound; this holds for all. */
#define SOFT_CODEC_BOUND(n)	((n) + (n) / 8 + (n) / 64 + 1024)

#define SOFT_CODEC_LEVELS	10

/** Memory for one zlib stream: zlib's allocations are carved from it. */
struct soft_arena {
	uint8_t *base;
	size_t size;
	size_t used;
};

/*
 * All in one mapping without swap reservation: a codec that is never used, or
 * used for one kind of request, costs only the pages that were touched.
 */
struct soft_codec {
	struct libdeflate_compressor *ld[SOFT_CODEC_LEVELS];
	struct libdeflate_decompressor *ld_dynamic;
	struct libdeflate_decompressor *ld_fixed;
	uint8_t *level_buf;
	uint8_t *in;		/* FLAT_MAX + IN_PAD */
	uint8_t *out;		/* BOUND(FLAT_MAX) + OUT_PAD */
	size_t out_size;	/* without OUT_PAD */
	struct soft_arena zdef_mem;
	struct soft_arena zinf_mem;
	z_stream zdef;
	z_stream zinf;
	unsigned int zdef_key;	/* parameters of zdef; 0: not initialized */
	size_t fit;		/* input that may fit, after NO_SPACE of a compression */
	bool zinf_ready;
	const struct isal_hufftables *isal_default;
	struct isal_zstream isal;
	struct inflate_state isal_inf;
};

/** Continue the checksums that req wants over the first len bytes of segs. */
void
soft_checksums(struct soft_codec_req *req, const struct soft_seg *segs,
	       unsigned int nb, size_t len);

/** Point a zlib stream's allocator at an arena, empty again. */
void
soft_arena_attach(struct soft_arena *arena, z_stream *z);

/** Compress all of src or nothing; no checksums. */
enum soft_codec_status
soft_deflate_all(struct soft_codec *codec, struct soft_codec_req *req);

/** Compress what fits of src, after soft_deflate_all() said NO_SPACE. */
enum soft_codec_status
soft_deflate_prefix(struct soft_codec *codec, struct soft_codec_req *req);

/** Where a stream may be cut: bytes of it, bytes of its output. */
struct soft_cut {
	size_t in;
	size_t out;
};

/** As many of the last ones as are worth trying. */
struct soft_cuts {
	struct soft_cut at[16];
	unsigned int nb;	/* counts on; the last one is at (nb - 1) % 16 */
};

/** Choose the last cut after which the stream stands on its own. */
enum soft_codec_status
soft_inflate_prefix(struct soft_codec *codec, struct soft_codec_req *req,
		    const struct soft_cuts *cuts);

/** Make codec->zinf ready for a raw stream. */
bool
soft_zinf_start(struct soft_codec *codec);

/** Next contiguous bytes, as many as zlib can count. */
static inline uInt
soft_zlib_piece(struct soft_cursor *c, uint8_t **p)
{
	return soft_cursor_next(c, (size_t)1 << 30, p);
}

#endif /* SOFT_CODEC_PRIV_H */
