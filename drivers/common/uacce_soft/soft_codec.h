/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

#ifndef SOFT_CODEC_H
#define SOFT_CODEC_H

/**
 * @file
 * Raw DEFLATE over memory segments, each request on the library that measures
 * best for its shape (doc/design/engines.md).
 *
 * Internal to the soft device. Knows neither rings nor descriptors nor
 * containers: trailers are the caller's business. A codec serves one thread at a
 * time; different codecs share nothing that is written.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** A piece of memory; len may be 0. */
struct soft_seg {
	uint8_t *addr;
	size_t len;
};

enum soft_codec_status {
	SOFT_CODEC_OK = 0,
	SOFT_CODEC_NO_SPACE,	/**< output does not fit in dst */
	SOFT_CODEC_BAD_DATA,	/**< corrupt or truncated input */
	SOFT_CODEC_FAILED,	/**< a library refused; never for valid requests */
};

enum soft_codec_huffman {
	SOFT_CODEC_HUFFMAN_ANY = 0,	/**< codec's choice */
	SOFT_CODEC_HUFFMAN_FIXED,	/**< no dynamic block */
	SOFT_CODEC_HUFFMAN_DYNAMIC,	/**< dynamic, unless another is smaller */
};

/** One request. All of src is input; at most dst is written. */
struct soft_codec_req {
	const struct soft_seg *src;
	const struct soft_seg *dst;
	unsigned int nb_src;
	unsigned int nb_dst;
	size_t src_len;		/**< sum of src */
	size_t dst_len;		/**< sum of dst */

	/* compression only */
	uint8_t level;		/**< 0: stored blocks, 1 fastest .. 9 smallest */
	uint8_t window_log;	/**< 8..15: no distance beyond 1 << window_log */
	uint8_t huffman;	/**< enum soft_codec_huffman; ignored at level 0 */
	bool no_final;		/**< end byte-aligned without BFINAL (full flush) */

	/* checksums of the uncompressed data, both directions */
	bool want_crc;
	bool want_adler;
	uint32_t crc;		/**< in: start value (0 for new); out: result */
	uint32_t adler;		/**< in: start value (1 for new); out: result */

	/* results, valid with SOFT_CODEC_OK, zero otherwise */
	size_t consumed;	/**< decompression: bytes up to the stream's end */
	size_t produced;
};

struct soft_codec;

/**
 * Create a codec with every context any request may need: deflate and inflate
 * never allocate.
 *
 * @return
 *   The codec, NULL if out of memory.
 */
struct soft_codec *
soft_codec_create(void);

/** Free a codec; NULL is ignored. */
void
soft_codec_destroy(struct soft_codec *codec);

/**
 * Compress src into one DEFLATE stream.
 *
 * A request succeeds if and only if the stream that the chosen library makes
 * with unlimited room fits in dst_len: no spare bytes are needed. Bytes of dst
 * past `produced` may be overwritten, bytes outside dst never are. Empty input
 * gives the shortest stream (03 00).
 */
enum soft_codec_status
soft_codec_deflate(struct soft_codec *codec, struct soft_codec_req *req);

/**
 * Decompress the DEFLATE stream at the start of src. Input past the end of the
 * stream is left unconsumed. Any bytes are valid input: the result is an error
 * status at worst. A stream that ends (without BFINAL) after a byte-aligned
 * empty stored block, as no_final makes it, exactly at the end of src is
 * complete too. Room may be exactly the size of the output, 0 included.
 */
enum soft_codec_status
soft_codec_inflate(struct soft_codec *codec, struct soft_codec_req *req);

/** A place in a segment list. */
struct soft_cursor {
	const struct soft_seg *seg;
	unsigned int nb;
	size_t off;
};

static inline struct soft_cursor
soft_cursor_src(const struct soft_codec_req *req)
{
	return (struct soft_cursor){ req->src, req->nb_src, 0 };
}

static inline struct soft_cursor
soft_cursor_dst(const struct soft_codec_req *req)
{
	return (struct soft_cursor){ req->dst, req->nb_dst, 0 };
}

/** Next contiguous bytes, at most max; *p is NULL and 0 returned at the end. */
size_t
soft_cursor_next(struct soft_cursor *c, size_t max, uint8_t **p);

/** Copy the next len bytes out of segments; returns how many there were. */
size_t
soft_gather(struct soft_cursor *c, uint8_t *to, size_t len);

/** Copy len bytes into segments; returns how many had room. */
size_t
soft_scatter(struct soft_cursor *c, const uint8_t *from, size_t len);

/**
 * Checksums only: update req->crc and req->adler, as far as wanted, over all of
 * src.
 */
void
soft_codec_checksum(struct soft_codec_req *req);

#endif /* SOFT_CODEC_H */
