/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/*
 * Stateful requests: between two of them all that the device knows of a stream is in
 * its context and in the words of the SQE that the client sends back (datasheet 5).
 * Nothing of that is trusted. What the silicon keeps before its history is not public:
 * here it is struct stream_regs.
 */

#include <endian.h>
#include <string.h>

#include "soft_priv.h"

/** What precedes the history. Worked on in a copy: others may write to the context. */
struct stream_regs {
	struct soft_resume resume;
	uint8_t trailer[SOFT_GZIP_TRAILER];	/* of it, what has come */
	uint32_t trailer_len;
	struct soft_xxh xxh32;	/* last: outlives a new start that goes on with it */
};
static_assert(sizeof(struct stream_regs) <= HISI_ZIP_CTX_WINDOW, "datasheet 5.1");

static uint8_t *
stream_window(const struct soft_request *r)
{
	return r->ctx + HISI_ZIP_CTX_WINDOW;
}

/* Append data to a history of *len bytes, of which the newest 32 KiB stay. */
static void
window_append(uint8_t *window, uint32_t *len, struct soft_cursor src, size_t n)
{
	size_t keep;

	if (n > HISI_ZIP_CTX_WINDOW_MAX) {
		soft_cursor_skip(&src, n - HISI_ZIP_CTX_WINDOW_MAX);
		n = HISI_ZIP_CTX_WINDOW_MAX;
	}
	keep = HISI_ZIP_CTX_WINDOW_MAX - n;
	if (keep > *len)
		keep = *len;
	memmove(window, window + *len - keep, keep);
	soft_gather(&src, window + keep, n);
	*len = (uint32_t)(keep + n);
}

bool
soft_stream_start(struct soft_request *r)
{
	const struct soft_codec_req *c = &r->codec;
	struct soft_xxh hash;

	if (!r->stream_new)
		return r->window_len <= HISI_ZIP_CTX_WINDOW_MAX;
	memset(r->ctx, 0, offsetof(struct stream_regs, xxh32));
	if (!r->xxh32_goes_on) {
		soft_xxh_start(&hash);
		memcpy(r->ctx + offsetof(struct stream_regs, xxh32), &hash, sizeof(hash));
	}
	/* what may be referred to before there is anything */
	if (c->dict_len != 0)
		memmove(stream_window(r), c->dict, c->dict_len);
	r->window_len = (uint32_t)c->dict_len;
	return true;
}

void
soft_stream_hash(struct soft_request *r)
{
	uint8_t *at = r->ctx + offsetof(struct stream_regs, xxh32);
	const struct soft_codec_req *c = &r->codec;
	struct soft_xxh hash;

	memcpy(&hash, at, sizeof(hash));
	if (r->compress)
		soft_xxh_walk(&hash, soft_cursor_src(c), c->consumed);
	else
		soft_xxh_walk(&hash, soft_cursor_dst(c), c->produced);
	memcpy(at, &hash, sizeof(hash));
	r->xxh32 = soft_xxh_digest(&hash);
}

/*
 * The silicon knows sync flush and finish. It needs room for 9/8 of the input (5.4) and
 * cannot go on if there is less; what the codec adds to stored data is within that.
 */
uint32_t
soft_stream_compress(struct soft_engine *e, struct soft_request *r)
{
	struct soft_codec_req *c = &r->codec;
	uint32_t status;

	c->dict = stream_window(r);
	c->dict_len = r->window_len;
	if (!r->finish)
		c->end = r->ext & HISI_ZIP_EXT_NO_FINAL ? SOFT_CODEC_END_FULL :
			SOFT_CODEC_END_SYNC;
	if (!r->finish)
		r->trailer = 0;
	r->isize += r->in;
	status = soft_exec_compress(e, r);
	if (status == HISI_ZIP_STATUS_NEG_COMP)
		status = HISI_ZIP_STATUS_OK;
	if (status != HISI_ZIP_STATUS_OK)
		return status;
	if (c->end == SOFT_CODEC_END_FULL)
		r->window_len = 0;
	else
		window_append(stream_window(r), &r->window_len, soft_cursor_src(c), r->in);
	return status;
}

/* Does what has come of the container's trailer complete it? */
static uint32_t
take_trailer(struct soft_request *r, struct stream_regs *regs)
{
	struct soft_cursor at = soft_cursor_src(&r->codec);
	size_t have = regs->trailer_len, n = r->in - r->codec.consumed;
	uint8_t want[SOFT_GZIP_TRAILER];

	if (have > r->trailer)
		return HISI_ZIP_STATUS_BAD;
	if (n > r->trailer - have)
		n = r->trailer - have;
	soft_cursor_skip(&at, r->codec.consumed);
	soft_gather(&at, regs->trailer + have, n);
	r->codec.consumed += n;
	regs->trailer_len = (uint32_t)(have + n);
	if (regs->trailer_len < r->trailer)
		return HISI_ZIP_STATUS_OK;
	soft_trailer_fill(r, r->isize, want);
	if (memcmp(want, regs->trailer, r->trailer) != 0)
		return HISI_ZIP_STATUS_CHECK;
	return HISI_ZIP_STATUS_STREAM_END | HISI_ZIP_DW3_LAST_BLOCK;
}

/* What the client is to know of where the stream stands (5.2). */
static void
tell_state(struct soft_request *r, const struct soft_resume *s)
{
	uint64_t held = htole64(s->held);
	bool final = soft_resume_final(s);

	r->ctx_dw0 = HISI_ZIP_CTX0_NORMAL;
	r->ctx_dw1 = soft_resume_stored(s);
	if (s->ended)
		/* what was cached and is not the stream's */
		r->ctx_dw0 = (uint32_t)s->held_bits << HISI_ZIP_CTX0_TAIL_SHIFT;
	else if (s->more)
		/* with no input left it asks for a request without any (5.7) */
		r->ctx_dw0 = final && r->codec.consumed == r->in ?
			HISI_ZIP_CTX0_LAST_NO_ROOM : HISI_ZIP_CTX0_NO_ROOM;
	else if (s->held_bits != 0)
		r->ctx_dw0 = HISI_ZIP_CTX0_NOT_STARTED |
			(uint32_t)s->held_bits << HISI_ZIP_CTX0_TAIL_SHIFT;
	if (final)
		r->ctx_dw0 |= HISI_ZIP_CTX0_BFINAL;
	memcpy(r->ctx + HISI_ZIP_CTX_TAIL(r->window_len), &held, sizeof(held));
}

uint32_t
soft_stream_decompress(struct soft_engine *e, struct soft_request *r)
{
	struct soft_codec_req *c = &r->codec;
	struct stream_regs regs;
	uint32_t status = HISI_ZIP_STATUS_OK;
	/* where a trailer follows, input never ends with the last block (5.7) */
	bool hold = !r->has_ext && r->trailer == 0;
	enum soft_codec_status st;

	memcpy(&regs, r->ctx, sizeof(regs));
	st = soft_codec_resume(e->codec, &regs.resume, stream_window(r), &r->window_len,
			       c, hold);
	if (st != SOFT_CODEC_OK)
		return HISI_ZIP_STATUS_BAD;
	r->isize += (uint32_t)c->produced;
	tell_state(r, &regs.resume);
	if (regs.resume.ended)
		status = take_trailer(r, &regs);
	memcpy(r->ctx, &regs, sizeof(regs));
	return status;
}
