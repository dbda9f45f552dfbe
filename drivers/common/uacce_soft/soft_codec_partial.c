/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/*
 * What fits, where not everything does: the rest is a request of its own.
 */

#include "soft_codec_priv.h"

/* Nothing refers to what is further back than this. */
#define REACH		((size_t)1 << 15)

/* Would a prefix of n bytes fit? Writes dst. */
static enum soft_codec_status
try_prefix(struct soft_codec *codec, struct soft_codec_req *req, size_t n)
{
	struct soft_codec_req part = *req;
	enum soft_codec_status status;

	part.src_len = n;
	part.end = SOFT_CODEC_END_FULL;
	status = soft_deflate_all(codec, &part);
	if (status == SOFT_CODEC_OK) {
		req->consumed = n;
		req->produced = part.produced;
	}
	return status;
}

/* What fits even stored; each block of 65535 bytes takes 5 more. */
static size_t
stored_fit(size_t room)
{
	size_t n;

	if (room <= 10)
		return 0;
	n = room - 5;
	return n - (n + 65539) / 65540 * 5;
}

/*
 * Sizes don't grow evenly with the input, so any length that fits while one more
 * doesn't is as good as another. Each try tells about where the next should be;
 * as these guesses take ever longer steps, those that lead nowhere end in halving.
 */
enum soft_codec_status
soft_deflate_prefix(struct soft_codec *codec, struct soft_codec_req *req)
{
	size_t fits = stored_fit(req->dst_len), fails = req->src_len;
	size_t next = codec->fit, step = 1;
	enum soft_codec_status status;

	while (fails - fits > 1) {
		if (next <= fits || next >= fails)
			next = fits + (fails - fits) / 2;
		status = try_prefix(codec, req, next);
		if (status == SOFT_CODEC_OK) {
			fits = next;
			next += (req->dst_len - req->produced) * fits / req->produced + step;
		} else if (status == SOFT_CODEC_NO_SPACE) {
			fails = next;
			next = codec->fit > step ? codec->fit - step : 0;
		} else {
			return status;
		}
		step *= 2;
	}
	if (fits == 0)
		return SOFT_CODEC_NO_SPACE;
	status = try_prefix(codec, req, fits);
	return status == SOFT_CODEC_OK ? SOFT_CODEC_PARTIAL : status;
}

/* Does what follows the cut refer to nothing before it? */
static bool
stands_alone(struct soft_codec *codec, const struct soft_codec_req *req, size_t cut)
{
	struct soft_cursor src = soft_cursor_src(req);
	z_stream *z = &codec->zinf;
	int ret;

	if (!soft_zinf_start(codec))
		return false;
	soft_cursor_skip(&src, cut);
	z->next_in = codec->in;
	z->avail_in = 0;
	z->next_out = codec->out;
	z->avail_out = REACH;
	do {
		if (z->avail_in == 0)
			z->avail_in = soft_zlib_piece(&src, &z->next_in);
		if (z->avail_in == 0)
			return true;
		ret = inflate(z, Z_NO_FLUSH);
	} while (ret == Z_OK && z->avail_out != 0);
	return ret == Z_OK || ret == Z_STREAM_END || ret == Z_BUF_ERROR;
}

enum soft_codec_status
soft_inflate_prefix(struct soft_codec *codec, struct soft_codec_req *req,
		    const struct soft_cuts *cuts)
{
	const unsigned int max = sizeof(cuts->at) / sizeof(cuts->at[0]);
	unsigned int i;

	for (i = 0; i < max && i < cuts->nb; i++) {
		const struct soft_cut *cut = &cuts->at[(cuts->nb - 1 - i) % max];

		if (!stands_alone(codec, req, cut->in))
			continue;
		req->consumed = cut->in;
		req->produced = cut->out;
		return SOFT_CODEC_PARTIAL;
	}
	return SOFT_CODEC_NO_SPACE;
}
