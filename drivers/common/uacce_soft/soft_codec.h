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
	/**
	 * What fits was done: consumed and produced say how far. The rest can
	 * be handled by a request of its own.
	 */
	SOFT_CODEC_PARTIAL,
};

enum soft_codec_huffman {
	SOFT_CODEC_HUFFMAN_ANY = 0,	/**< codec's choice */
	SOFT_CODEC_HUFFMAN_FIXED,	/**< no dynamic block */
	SOFT_CODEC_HUFFMAN_DYNAMIC,	/**< dynamic, unless another is smaller */
};

/** What follows the last byte of src in the stream. */
enum soft_codec_end {
	SOFT_CODEC_END_FINAL = 0,	/**< nothing: the last block is final */
	SOFT_CODEC_END_SYNC,	/**< empty stored block, byte-aligned; matches may cross it */
	SOFT_CODEC_END_FULL,	/**< the same; nothing after it refers to what is before */
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
	uint8_t end;		/**< enum soft_codec_end */

	/*
	 * Bytes that precede src (compression) or the output (decompression).
	 * Matches may reach into the last 32 KiB of them; checksums do not cover
	 * them.
	 */
	const uint8_t *dict;
	size_t dict_len;

	/**
	 * If room is short, do what fits; see SOFT_CODEC_PARTIAL. Ignored with a
	 * dictionary.
	 */
	bool partial;

	/* checksums of the uncompressed data, both directions */
	bool want_crc;
	bool want_adler;
	uint32_t crc;		/**< in: start value (0 for new); out: result */
	uint32_t adler;		/**< in: start value (1 for new); out: result */

	/* results, valid with SOFT_CODEC_OK and _PARTIAL, zero otherwise */
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
 * with unlimited room fits in dst_len: no spare bytes are needed. It is never
 * larger than src in stored blocks, 5 bytes for each 65535, and 5 more unless it
 * is final. Bytes of dst past `produced` may be overwritten, bytes outside dst
 * never are. Empty input gives the shortest stream: 03 00, at level 0 01 00 00 ff ff,
 * if it is not final 00 00 00 ff ff.
 *
 * With `partial`, if not everything fits: SOFT_CODEC_PARTIAL for a prefix of src
 * that fits, one byte more doesn't, as SOFT_CODEC_END_FULL ends it; SOFT_CODEC_NO_SPACE
 * if not a byte does.
 */
enum soft_codec_status
soft_codec_deflate(struct soft_codec *codec, struct soft_codec_req *req);

/**
 * Decompress the DEFLATE stream at the start of src. Input past the end of the
 * stream is left unconsumed. Any bytes are valid input: the result is an error
 * status at worst. A stream that ends (without BFINAL) after a byte-aligned
 * empty stored block, as END_SYNC and END_FULL make it, exactly at the end of src is
 * complete too. Room may be exactly the size of the output, 0 included.
 *
 * With `partial`, if not everything fits: SOFT_CODEC_PARTIAL for the longest
 * prefix of the output after which the input goes on, at a byte's start, with
 * blocks that refer to nothing before; SOFT_CODEC_NO_SPACE if there is none. A
 * few places are tried, from the end.
 */
enum soft_codec_status
soft_codec_inflate(struct soft_codec *codec, struct soft_codec_req *req);

#define SOFT_RESUME_WINDOW	32768

/** Room for the longest dynamic header (286 bytes) and the bits of a code. */
#define SOFT_RESUME_PREFIX	304

/**
 * Where a raw DEFLATE stream was left. All zero is the start of one. May live in
 * memory that others write: nothing in it is trusted. Little endian.
 */
struct soft_resume {
	/* for the caller to read */
	uint64_t held;		/**< the bits held back, the first in bit 0 */
	uint8_t held_bits;	/**< their number, 0..39 */
	uint8_t ended;		/**< the final block is complete */
	uint8_t more;		/**< output is pending for lack of room */

	/* where decoding goes on */
	uint8_t in_bit;		/**< bits used of the first byte not consumed */
	uint8_t kind;		/**< of the place: in a header, codes, stored bytes */
	uint8_t stored_final;	/**< stored bytes: of the last block */
	uint16_t stored_left;	/**< stored bytes: how many follow */
	uint16_t skip;		/**< bytes already written of the current code */
	uint16_t prefix_bits;
	uint8_t reserved[4];
	uint8_t prefix[SOFT_RESUME_PREFIX];	/**< bits to be seen again */
};

/**
 * Decompress a stream piece by piece: input goes on where the last request left
 * it, output follows what the last one wrote. Nothing but *s and window survives
 * from one request to the next, which may be executed by different codecs.
 *
 * Input is consumed to the end unless the stream ends or room is short: then at
 * least the byte in which the pending code starts is left, if it is one of src.
 * Input past the stream's end is left; what was held and turns out to be past it
 * stays in held.
 *
 * @param s
 *   The stream's state; unchanged if the status is not SOFT_CODEC_OK.
 * @param window
 *   The last output, which the next may refer to.
 * @param window_len
 *   How many bytes of it there are; 0 at the start.
 * @param req
 *   The request; compression's fields, dict and partial are ignored. src_len and
 *   dst_len may be 0.
 * @param hold_short
 *   Do not start a block of which fewer than 40 bits are there, unless src_len
 *   is 0: they are consumed and held.
 * @return
 *   SOFT_CODEC_OK, also if there was nothing to do;
 *   SOFT_CODEC_BAD_DATA for corrupt data or state.
 */
enum soft_codec_status
soft_codec_resume(struct soft_codec *codec, struct soft_resume *s,
		  uint8_t window[SOFT_RESUME_WINDOW], uint32_t *window_len,
		  struct soft_codec_req *req, bool hold_short);

/** Is the block in progress, if one is, the last? */
bool
soft_resume_final(const struct soft_resume *s);

/** Bytes that are still to come of a stored block in progress. */
uint32_t
soft_resume_stored(const struct soft_resume *s);

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

/** Pass over the next len bytes. */
void
soft_cursor_skip(struct soft_cursor *c, size_t len);

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
