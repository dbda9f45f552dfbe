/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

#ifndef TEST_SOFT_STREAM_UTIL_H
#define TEST_SOFT_STREAM_UTIL_H

/**
 * @file
 * Streams of the soft device as a client keeps them, from the datasheet alone (5).
 */

#include "test_soft_util.h"

/* context (5.1) */
#define TS_CTX_LEN	0x10000u
#define TS_CTX_HW	64u
#define TS_CTX_HW_END	0x9840u
#define TS_WINDOW	(TS_CTX_HW + 0xc00u)
#define TS_WINDOW_MAX	0x8000u

/* dw15 (5.2) */
#define TS_STATE(dw)	((dw) & 0xfu)
#define TS_FINAL(dw)	((dw) >> 7 & 1u)
#define TS_TAIL_BITS(dw) ((dw) >> 10 & 0x3fu)
#define TS_LAST_NO_ROOM	1u
#define TS_NO_ROOM	2u
#define TS_NOT_STARTED	3u

/* dw3 at a stream's end (3.9) */
#define TS_END		0x113

/* extension: present, window of 32 KiB, level 1 */
#define TS_EXT		(0x5a530000u | 15u << 6 | 1u)

/** A stream; what precedes `fresh` may be changed between requests. */
struct tstream {
	struct tc *c;
	unsigned int api;
	unsigned int type;
	unsigned int window;	/**< code of dw9 */
	uint32_t ext;		/**< dw12; 0: not used */
	bool sgl;		/**< random lists instead of flat buffers */
	bool fresh;		/**< the next request is the first */
	uint32_t words[3];	/**< dw15, 28, 29 */
	uint32_t isize;
	uint32_t checksum;
	uint8_t *ctx;
	uint64_t rnd;
	uint32_t sqe[TC_SQE_WORDS];	/**< of the last request, as it came back */
};

/**
 * Make a request and keep what goes back with the next one.
 *
 * @return
 *   dw3; -1 if it did not come back or something changed that must not.
 */
int
tstream_ask(struct tstream *s, const void *src, uint32_t in, void *dst, uint32_t out,
	    bool finish);

/** Are running length and checksum those of data? 0 or -1. */
int
tstream_check_registers(const struct tstream *s, const uint8_t *data, size_t len);

/** Does the history in the context end with the last win_len of data's len bytes? */
bool
tstream_window_is(const struct tstream *s, const uint8_t *data, size_t len);

/** Random number below limit. */
uint32_t
tstream_rnd(struct tstream *s, uint32_t limit);

/** Text, noise, zeros, repeats. */
void
tstream_fill(struct tstream *s, uint8_t *p, size_t len);

/**
 * zlib's stream of data with random parameters, flushed here and there: without
 * header, with trailer. @return its length.
 */
size_t
tstream_make(struct tstream *s, const uint8_t *data, size_t len, uint8_t *out, size_t room);

/**
 * Run func with a stream of each type on each shape of device; ends at the first
 * failure.
 */
int
tstream_each(unsigned int dir, uint64_t seed, int (*func)(struct tstream *s));

#endif /* TEST_SOFT_STREAM_UTIL_H */
