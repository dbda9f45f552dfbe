/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

#ifndef TEST_CODEC_UTIL_H
#define TEST_CODEC_UTIL_H

/**
 * @file
 * What the tests of the codec share: data, requests between guards, zlib's
 * verdict. Buffers end or begin at an inaccessible page, since the libraries' own
 * accesses are not instrumented by sanitizers.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <soft_codec.h>

#define CT_AREA		((size_t)4 << 20)
#define CT_DATA		((size_t)3 << 19)

#define DIM(a)		(sizeof(a) / sizeof((a)[0]))

enum ct_kind { CT_ZEROS, CT_TEXT, CT_RANDOM, CT_MIXED, CT_NB_KINDS };

extern struct soft_codec *ct_codec;
/** Guarded areas of CT_AREA bytes; requests use the first two. */
extern uint8_t *ct_src, *ct_dst, *ct_back;
extern uint8_t ct_data[CT_NB_KINDS][CT_DATA];
/** For streams, and (changed by all functions below) for what is read back. */
extern uint8_t ct_stream[CT_AREA], ct_plain[CT_AREA];

int
ct_setup(void);

/** Returns ret. */
int
ct_teardown(int ret);

uint32_t
ct_rnd(uint32_t below);

typedef enum soft_codec_status
(*ct_func)(struct soft_codec *codec, struct soft_codec_req *req);

/**
 * Run a request on single segments; output goes to out if it succeeds. Returns
 * its status, -1 if it broke a rule.
 */
int
ct_run_flat(ct_func func, struct soft_codec_req *req, const uint8_t *in,
	    size_t len, uint8_t *out, size_t room);

/** The same on random segments, sometimes one on a side. */
int
ct_run_segs(ct_func func, struct soft_codec_req *req, const uint8_t *in,
	    size_t len, uint8_t *out, size_t room);

/** What zlib says of a stream; types is the set of block types seen. */
struct ct_verdict {
	bool complete;		/**< or flushed, at the end of input */
	bool final;
	bool aligned;
	unsigned int types;
	size_t consumed;
	size_t produced;
};

/** Have zlib read a stream that follows dict, in steps of output. */
struct ct_verdict
ct_zlib_reads(const uint8_t *in, size_t len, uint8_t *out, size_t room,
	      int window_log, size_t step, const uint8_t *dict, size_t dict_len);

/** Check that the codec decompresses stream s to the data in. */
int
ct_check_inflate(const uint8_t *s, size_t len, const uint8_t *in, size_t n,
		 bool final);

/** Write a stream of zlib's to ct_stream, flushed here and there if wanted. */
size_t
ct_zlib_makes(const uint8_t *in, size_t n, int level, int strategy, bool flushes);

/** Write the which-th kind of stream that isn't the codec's to ct_stream. */
size_t
ct_foreign_stream(unsigned int which, const uint8_t *in, size_t n);

#endif /* TEST_CODEC_UTIL_H */
