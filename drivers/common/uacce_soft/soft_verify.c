/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/*
 * Extension: does a compressed stream give back the data it was made from? The source
 * is the stream, the destination the data, which is only read.
 */

#include <string.h>
#include <sys/mman.h>

#include "soft_priv.h"

#define PIECE	((size_t)1 << 20)	/* inflated and compared at a time */
#define AREA	(PIECE + SOFT_RESUME_WINDOW)

/* Room for a piece and a window; kept, as whoever verifies does it again. */
static uint8_t *
verify_area(struct soft_engine *e)
{
	void *p;

	if (e->verify != NULL)
		return e->verify;
	p = mmap(NULL, AREA, PROT_READ | PROT_WRITE,
		 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	e->verify = p == MAP_FAILED ? NULL : p;
	return e->verify;
}

void
soft_verify_fini(struct soft_engine *e)
{
	if (e->verify != NULL)
		munmap(e->verify, AREA);
	e->verify = NULL;
}

static bool
same(struct soft_cursor *data, const uint8_t *p, size_t len)
{
	uint8_t *q;
	size_t n;

	for (; len != 0; len -= n, p += n) {
		n = soft_cursor_next(data, len, &q);
		if (n == 0 || memcmp(p, q, n) != 0)
			return false;
	}
	return true;
}

/* Then decompression at once would not ask for a final block. */
static bool
ends_in_flush(const struct soft_request *r)
{
	static const uint8_t flush[] = { 0x00, 0x00, 0xff, 0xff };
	struct soft_cursor src = soft_cursor_src(&r->codec);
	uint8_t end[sizeof(flush)];

	if (r->in < sizeof(end))
		return false;
	soft_cursor_skip(&src, r->in - sizeof(end));
	soft_gather(&src, end, sizeof(end));
	return memcmp(end, flush, sizeof(end)) == 0;
}

static bool
verify_whole(struct soft_engine *e, const struct soft_request *r, uint8_t *piece)
{
	struct soft_seg out = { piece, PIECE };
	struct soft_codec_req c = r->codec;
	struct soft_cursor data = soft_cursor_dst(&r->codec);

	c.dst = &out;
	c.nb_dst = 1;
	c.dst_len = PIECE;
	c.partial = false;
	return soft_codec_inflate(e->codec, &c) == SOFT_CODEC_OK && c.consumed == r->in &&
		c.produced == r->out && same(&data, piece, r->out);
}

/* What is left of the stream after the piece before. */
static bool
verify_pieces(struct soft_engine *e, const struct soft_request *r, uint8_t *piece,
	      bool final)
{
	struct soft_cursor src = soft_cursor_src(&r->codec);
	struct soft_cursor data = soft_cursor_dst(&r->codec);
	struct soft_resume state = { .held = 0 };
	struct soft_codec_req c = r->codec;
	uint8_t *window = piece + PIECE;
	uint32_t window_len = 0;
	size_t in = 0, out = 0;

	if (c.dict_len != 0) {
		window_len = c.dict_len < SOFT_RESUME_WINDOW ? c.dict_len : SOFT_RESUME_WINDOW;
		memcpy(window, c.dict + c.dict_len - window_len, window_len);
	}
	do {
		struct soft_seg room = { piece, PIECE }, left;

		left.len = soft_cursor_next(&src, r->in - in, &left.addr);
		c.src = &left;
		c.nb_src = 1;
		c.src_len = left.len;
		c.dst = &room;
		c.nb_dst = 1;
		c.dst_len = PIECE;
		if (soft_codec_resume(e->codec, &state, window, &window_len, &c,
				      false) != SOFT_CODEC_OK ||
		    !same(&data, piece, c.produced))
			return false;
		/* what it has left is the next piece's */
		src.off -= left.len - c.consumed;
		in += c.consumed;
		out += c.produced;
	} while (!state.ended && (c.consumed != 0 || c.produced != 0));
	/* a stream that goes on ends between blocks, at a byte */
	return in == r->in && out == r->out && state.ended == final &&
		(final || (state.prefix_bits == 0 && state.in_bit == 0 && state.skip == 0 &&
			   state.stored_left == 0));
}

uint32_t
soft_verify(struct soft_engine *e, struct soft_request *r)
{
	uint8_t *piece = verify_area(e);
	bool final = (r->ext & HISI_ZIP_EXT_NO_FINAL) == 0;
	bool good;

	if (piece == NULL)
		return HISI_ZIP_STATUS_BAD;
	r->codec.want_crc = false;
	r->codec.want_adler = false;
	if (final && r->out <= PIECE && !ends_in_flush(r))
		good = verify_whole(e, r, piece);
	else
		good = verify_pieces(e, r, piece, final);
	r->codec.consumed = r->in;
	r->codec.produced = 0;
	return good ? HISI_ZIP_STATUS_OK : HISI_ZIP_STATUS_CHECK;
}
