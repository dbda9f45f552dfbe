/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

#ifndef TEST_SOFT_MORE_H
#define TEST_SOFT_MORE_H

/**
 * @file
 * Requests to the soft device with all of its extension (doc/design/soft-device.md):
 * LZ4, xxHash-32, dictionaries; buffers flat or in pieces, with guards around them.
 */

#include "test.h"
#include "test_soft_util.h"

#define TM_LZ4		4u
#define TM_COPY		0xf0u

/* dw5 */
#define DW_5		5
#define DW_24		24
#define TM_CONTENT_SUM	(1u << 2)
#define TM_CONTENT_SIZE	(1u << 3)
#define TM_BLOCK_SUM	(1u << 4)
#define TM_INDEPENDENT	(1u << 5)
#define TM_LZ4_FLAGS	0x3cu
#define TM_XXH		(1u << 8)
#define TM_XXH_GO_ON	(1u << 9)
#define TM_DICT(len)	((uint32_t)(len) << 16)

/* dw12 */
#define TM_MAGIC	0x5a530000u
#define TM_WIN(log)	((uint32_t)(log) << 6)
#define TM_NO_FINAL	(1u << 10)
#define TM_CRC		(1u << 11)
#define TM_ADLER	(1u << 12)

/** A device with the extension and a queue of each direction. */
struct tm_dev {
	struct uacce_soft *dev;
	struct tc c[2];		/**< TC_COMPRESS, TC_DECOMPRESS */
};

/** One request and its answer. */
struct tm_req {
	unsigned int dir;
	unsigned int type;
	uint32_t bits;		/**< of dw7 */
	uint32_t ext;		/**< dw12 without the magic */
	uint32_t ext2;		/**< dw5 without the dictionary's length */
	uint32_t sum[2];	/**< dw10, dw11: in and out */
	const uint8_t *src;
	uint32_t in;
	uint8_t *dst;		/**< what was produced is copied here */
	uint32_t room;
	const uint8_t *dict;
	uint32_t dict_len;
	unsigned int nb_src;	/**< pieces; 0 for both: flat */
	unsigned int nb_dst;
	uint64_t *seed;		/**< of the pieces' lengths */
	uint8_t *ctx;		/**< of a stream, or NULL */
	uint32_t words[5];	/**< streams: dw15, dw28 .. dw31, in and out */

	int status;
	uint32_t consumed;
	uint32_t produced;
};

int
tm_open(struct tm_dev *t);

int
tm_close(struct tm_dev *t);

/** Execute. @return 0, or -1 if no answer came or memory was touched that is not its. */
int
tm_run(struct tm_dev *t, struct tm_req *m);

/** Data of some kind, chosen by the seed. */
void
tm_fill(uint8_t *p, size_t len, uint64_t *seed);

#endif /* TEST_SOFT_MORE_H */
