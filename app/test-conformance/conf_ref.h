/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/* What results are compared with: none of it is the driver's. */

#ifndef CONF_REF_H
#define CONF_REF_H

#include "conf.h"

/* ------------------------------------------------------------- data */

enum conf_data {
	CONF_ZEROS,
	CONF_TEXT,
	CONF_RANDOM,
	CONF_REPEATS,
	CONF_FAR,	/* matches at the window's distance */
	CONF_SPARSE,	/* next to no matches, and short */
	CONF_SKEWED,	/* no matches, few literals */
	CONF_DATA_NB,
};

extern const char *const conf_data_names[];

/* A longer one of the same seed begins with the shorter one. */
void conf_data_fill(uint8_t *buf, size_t len, enum conf_data kind, uint32_t seed,
		    unsigned int win);
/* By the case's parameters. */
uint8_t *conf_data(struct conf_case *c);

/* ------------------------------------------------------------- checksums */

uint32_t conf_crc32(uint32_t start, const uint8_t *data, size_t len);
uint32_t conf_adler32(uint32_t start, const uint8_t *data, size_t len);
uint32_t conf_xxh32(const uint8_t *data, size_t len);
/* The checksum that an op has to give. */
uint64_t conf_chksum(int32_t type, uint64_t start, const uint8_t *data, size_t len);

/* ------------------------------------------------------------- DEFLATE */

enum conf_walk_end {
	CONF_WALK_FINAL,	/* after a final block */
	CONF_WALK_OPEN,		/* at a byte's end after a block that is not final */
	CONF_WALK_TRUNCATED,
	CONF_WALK_BAD_TYPE,
	CONF_WALK_BAD_STORED,
	CONF_WALK_BAD_COUNTS,	/* more than 286 or 30 code lengths */
	CONF_WALK_BAD_CODE,	/* over-subscribed or incomplete */
	CONF_WALK_BAD_REPEAT,	/* repeats a length that is not there */
	CONF_WALK_LONG_REPEAT,	/* repeats beyond the last length */
	CONF_WALK_NO_EOB,
	CONF_WALK_BAD_SYMBOL,	/* bits that are no code */
	CONF_WALK_LONE_SYMBOL,	/* ditto, where one code or none is defined */
	CONF_WALK_RESERVED_LEN,	/* symbols 286, 287 */
	CONF_WALK_RESERVED_DIST, /* symbols 30, 31 */
	CONF_WALK_TOO_FAR,	/* before the first byte */
	CONF_WALK_NO_ROOM,
};

#define CONF_BLOCK_STORED	1u
#define CONF_BLOCK_FIXED	2u
#define CONF_BLOCK_DYNAMIC	4u

struct conf_walk {
	enum conf_walk_end end;
	size_t bits;		/* up to the end, or to what is wrong */
	size_t out_len;
	uint32_t max_dist;
	unsigned int blocks;	/* kinds met, CONF_BLOCK_* */
};

/* Decode a raw stream, strictly; history is what precedes out. */
void conf_walk(const uint8_t *in, size_t len, uint8_t *out, size_t room, size_t history,
	       struct conf_walk *w);
const char *conf_walk_name(enum conf_walk_end end);
/* Is it one of the deviations that decoders are known to let pass? */
bool conf_walk_tolerable(enum conf_walk_end end);

/*
 * Output of a compressor: inflates to exactly this with the window, holds no other
 * than the blocks allowed, ends where it has to.
 */
struct conf_expect {
	const uint8_t *data;
	size_t len;
	unsigned int win;
	unsigned int blocks;
	bool final;		/* by a final block, else at a byte's end without one */
	const uint8_t *dict;
	size_t dict_len;
};

enum conf_result conf_deflated(struct conf_case *c, const uint8_t *out, size_t len,
			       const struct conf_expect *e);
/* What the case's level, Huffman type, window and flush promise. */
void conf_expect_params(const struct conf_params *p, struct conf_expect *e);

/* zlib's answer: Z_STREAM_END, Z_BUF_ERROR if input or room ran out, Z_DATA_ERROR */
int conf_inflate(const uint8_t *in, size_t len, uint8_t *out, size_t room, int win,
		 size_t *consumed, size_t *produced);

/* A stream to decompress and what it holds. */
struct conf_made {
	uint8_t *in;
	size_t len;
	uint8_t *out;
	size_t out_len;
};

enum conf_maker {
	CONF_MAKE_ZLIB,
	CONF_MAKE_SYNTH,	/* everything that the format allows, at random */
	CONF_MAKER_NB,
};

/* This data by zlib, in one piece. */
uint8_t *conf_pack(struct conf_case *c, const uint8_t *data, uint32_t len,
		   uint32_t *packed);
uint8_t *conf_pack_dict(struct conf_case *c, const uint8_t *data, uint32_t len,
			const uint8_t *dict, uint32_t dict_len, uint32_t *packed);
enum conf_result conf_make(struct conf_case *c, struct conf_made *m);
/* One that is wrong in a way of its kind, at its end. */
void conf_make_wrong(struct conf_case *c, struct conf_made *m, unsigned int kind);
extern const char *const conf_wrong_names[];

#endif
