/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

#ifndef TEST_CODEC_RESUME_H
#define TEST_CODEC_RESUME_H

/**
 * @file
 * Streams decompressed piece by piece, and what zlib says that each piece must
 * bring.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <soft_codec.h>

#define RT_MAX	((size_t)512 << 10)	/* longest stream with an oracle */

/** How the stream in ct_stream reads, by zlib. */
struct rt_oracle {
	uint32_t out_after[RT_MAX + 1];	/**< output of the first so many bytes */
	uint64_t block[RT_MAX];		/**< where blocks start, in bits */
	uint32_t block_out[RT_MAX];	/**< output before them */
	size_t nb_blocks;
	size_t len;
	size_t stream_len;	/**< up to the stream's end, else len */
	size_t out;
	bool ended;
	bool bad;
	uint8_t *plain;
};

extern struct rt_oracle rt;

/** How a stream is cut: most bytes a request, 0 for all; or at random. */
struct rt_cut {
	size_t in;
	size_t room;
	bool random;
	bool hold;
};

/** A random stream of zlib's in ct_stream; returns its length. */
size_t
rt_any_stream(size_t n);

/** Have zlib read ct_stream. */
int
rt_ask_zlib(size_t len);

/** Decompress ct_stream in pieces and compare with the oracle. */
int
rt_play(const struct rt_cut *cut);

int
rt_setup(void);

int
rt_teardown(int ret);

/** The state that requests work on, at the end of a guarded area each. */
extern struct soft_resume *rt_state;
extern uint8_t *rt_window;
extern uint32_t rt_window_len;
extern bool rt_hold;

/** soft_codec_resume() on that state and any of two codecs. */
enum soft_codec_status
rt_resume(struct soft_codec *codec, struct soft_codec_req *req);

void
rt_reset(void);

#endif /* TEST_CODEC_RESUME_H */
