/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/*
 * zlib cannot save its state, so the stream is brought back to the same place by
 * decoding again from places that need none: what makes the current block's
 * tables (its header) and the current code. The request's input follows these
 * bits as if it had come with them.
 */

#include <string.h>

#include "soft_codec_priv.h"

#define CODE_MAX	258	/* bytes that a code stands for */
#define HOLD_BITS	40	/* the silicon wants more than that to start a block */
#define BTYPE_BITS	2
#define STORED_HDR	5

enum {
	KIND_HEADER,	/* prefix: what there is of a block, from its start */
	KIND_CODES,	/* prefix: the header and what there is of a code */
	KIND_STORED,	/* no prefix: a header is made up */
};

/*
 * A request under way. Places are bits, counted from the start of lead; the
 * request's input follows at place 8 * src offset + base.
 */
struct run {
	struct soft_codec_req *req;
	z_stream *z;
	struct soft_resume old;		/* nobody else writes this copy */
	struct soft_cursor src;
	struct soft_cursor dst;
	uint8_t lead[SOFT_RESUME_PREFIX];
	int64_t lead_bits;		/* of earlier requests */
	int64_t base;
	int64_t end;			/* of the input */
	int64_t block;			/* start of the current block */
	int64_t data;			/* start of its codes or bytes */
	bool in_data;
	bool ended;
	bool held;
	bool hold_short;
	unsigned int prime;		/* bits that zlib is given ahead of bytes */
	unsigned int nb_feed;
	uint8_t feed[SOFT_RESUME_PREFIX + 1];	/* lead as bytes, from bit prime on */
	bool skipping;
	uint8_t skipped[CODE_MAX];	/* output that was written before */
};

/* Where zlib stopped. */
struct stop {
	int64_t at;		/* the current code's start, or just here */
	unsigned int stored_left;
	unsigned int emitted;	/* output of the current code */
	bool stored;
	bool final;
	bool more;
};

/* Append n bits from bit `at` on; what follows the last of `to` is zero. */
static void
put_bits(uint8_t *to, size_t *nb_to, const uint8_t *from, size_t at, size_t n)
{
	while (n > 0) {
		unsigned int in = at % 8, out = *nb_to % 8;
		size_t take = n < 8 ? n : 8;
		unsigned int v = from[at / 8] >> in;

		if (in + take > 8)
			v |= (unsigned int)from[at / 8 + 1] << (8 - in);
		v &= (1u << take) - 1;
		to[*nb_to / 8] |= v << out;
		if (out + take > 8)
			to[*nb_to / 8 + 1] |= v >> (8 - out);
		*nb_to += take;
		at += take;
		n -= take;
	}
}

/* Append the bits of a range of places; at most max bits may be there then. */
static bool
copy_bits(const struct run *r, uint8_t *to, size_t *nb_to, size_t max,
	  int64_t from, int64_t until)
{
	uint8_t bytes[SOFT_RESUME_PREFIX + 2];
	struct soft_cursor c = soft_cursor_src(r->req);
	int64_t lead_until = until < r->lead_bits ? until : r->lead_bits;
	size_t at, n;

	if (until - from > (int64_t)(max - *nb_to))
		return false;
	if (from < lead_until) {
		put_bits(to, nb_to, r->lead, from, lead_until - from);
		from = lead_until;
	}
	if (from >= until)
		return true;
	at = from - r->base;
	n = at % 8 + (until - from);
	soft_cursor_skip(&c, at / 8);
	if (soft_gather(&c, bytes, (n + 7) / 8) < (n + 7) / 8)
		return false;
	put_bits(to, nb_to, bytes, at % 8, until - from);
	return true;
}

static int64_t
here(const struct run *r)
{
	return (int64_t)r->z->total_in * 8 + r->prime - (r->z->data_type & 63);
}

static bool
too_short(const struct run *r)
{
	return r->hold_short && r->req->src_len != 0 &&
	       r->end - r->block < HOLD_BITS;
}

/* Bits to see again, from the saved state. */
static bool
take_lead(struct run *r)
{
	const struct soft_resume *s = &r->old;
	unsigned int len = s->stored_left;

	if (s->kind > KIND_STORED || s->in_bit > 7 || s->skip >= CODE_MAX ||
	    s->prefix_bits > SOFT_RESUME_PREFIX * 8 || s->held_bits >= HOLD_BITS)
		return false;
	if (s->kind != KIND_CODES && (s->in_bit != 0 || s->skip != 0))
		return false;
	if (s->kind == KIND_STORED) {
		const uint8_t hdr[STORED_HDR] = {
			s->stored_final != 0, len, len >> 8, ~len, ~len >> 8,
		};

		memcpy(r->lead, hdr, sizeof(hdr));
		r->lead_bits = sizeof(hdr) * 8;
	} else {
		memcpy(r->lead, s->prefix, sizeof(r->lead));
		r->lead_bits = s->prefix_bits;
	}
	r->base = r->lead_bits - s->in_bit;
	r->end = r->base + (int64_t)r->req->src_len * 8;
	return true;
}

/* The first bytes of what zlib gets; the rest of a started byte belongs to them. */
static bool
start(struct run *r, struct soft_codec *codec, const uint8_t *window, uint32_t len)
{
	uint8_t bits[SOFT_RESUME_PREFIX + 1] = { 0 };
	size_t n = 0, nb_feed = 0;
	uint8_t first;

	put_bits(bits, &n, r->lead, 0, r->lead_bits);
	r->src = soft_cursor_src(r->req);
	r->dst = soft_cursor_dst(r->req);
	if (r->old.in_bit != 0 && soft_gather(&r->src, &first, 1) == 1)
		put_bits(bits, &n, &first, r->old.in_bit, 8 - r->old.in_bit);
	r->prime = n % 8;
	put_bits(r->feed, &nb_feed, bits, r->prime, n - r->prime);
	r->nb_feed = nb_feed / 8;
	r->skipping = r->old.skip != 0;

	if (!soft_zinf_start(codec))
		return false;
	r->z = &codec->zinf;
	r->z->next_in = r->feed;
	r->z->avail_in = 0;
	r->z->next_out = r->skipped;
	r->z->avail_out = 0;
	if (len > 0 && inflateSetDictionary(r->z, window, len) != Z_OK)
		return false;
	return r->prime == 0 ||
	       inflatePrime(r->z, r->prime, bits[0] & ((1u << r->prime) - 1)) == Z_OK;
}

/* Returns false if there is nothing new. */
static bool
more_input(struct run *r)
{
	z_stream *z = r->z;

	if (z->avail_in != 0)
		return false;
	if (r->nb_feed != 0) {
		z->next_in = r->feed;
		z->avail_in = r->nb_feed;
		r->nb_feed = 0;
	} else {
		z->avail_in = soft_zlib_piece(&r->src, &z->next_in);
	}
	return z->avail_in != 0;
}

static bool
more_room(struct run *r)
{
	z_stream *z = r->z;
	uint8_t *p;

	if (z->avail_out != 0)
		return false;
	if (r->skipping) {
		z->next_out = r->skipped;
		z->avail_out = r->old.skip;
		r->skipping = false;
		return true;
	}
	z->avail_out = soft_zlib_piece(&r->dst, &p);
	/* zlib works without room, but not without a place */
	z->next_out = z->avail_out != 0 ? p : r->skipped;
	return z->avail_out != 0;
}

/* Go on until the stream ends, is held, or lacks input or room. */
static enum soft_codec_status
decode(struct run *r)
{
	z_stream *z = r->z;
	bool go = true;
	int ret;

	r->held = too_short(r) && r->old.kind == KIND_HEADER;
	while (!r->held) {
		go |= more_input(r);
		go |= more_room(r);
		if (!go)
			break;
		ret = inflate(z, Z_TREES);
		if (ret == Z_STREAM_END) {
			r->ended = true;
			break;
		}
		if (ret != Z_OK && ret != Z_BUF_ERROR)
			return ret == Z_MEM_ERROR ? SOFT_CODEC_FAILED :
						    SOFT_CODEC_BAD_DATA;
		go = (z->data_type & (256 | 128)) != 0;
		if (z->data_type & 256) {
			r->in_data = true;
			r->data = here(r);
		} else if (z->data_type & 128) {
			r->in_data = false;
			r->block = here(r);
			r->held = !(z->data_type & 64) && too_short(r);
		}
	}
	return SOFT_CODEC_OK;
}

/* Is there output that did not fit? zlib's state is of no more use then. */
static bool
probe(struct run *r)
{
	uint8_t byte;

	if (r->z->avail_out != 0)
		return false;
	if (r->z->avail_in != 0)
		return true;
	r->z->next_out = &byte;
	r->z->avail_out = 1;
	inflate(r->z, Z_TREES);
	return r->z->avail_out == 0;
}

static bool
locate(struct run *r, struct stop *stop)
{
	long mark = inflateMark(r->z);
	unsigned int bytes = mark & 0xffff;
	uint8_t type = 0;
	size_t n = 0;

	stop->at = here(r);
	if (!r->in_data)
		return true;
	if (!copy_bits(r, &type, &n, BTYPE_BITS, r->block + 1, r->block + 1 + BTYPE_BITS))
		return false;
	stop->final = (r->z->data_type & 64) != 0;
	stop->stored = type == 0;
	if (stop->stored) {
		stop->stored_left = bytes;
	} else {
		stop->at -= mark >> 16;
		stop->emitted = bytes;
	}
	stop->more = probe(r);
	return true;
}

/* Bytes written before count as emitted, unless they had no chance to be. */
static bool
settle_skip(const struct run *r, struct stop *stop, uint64_t total)
{
	if (!r->in_data)
		return total >= r->old.skip;
	/* fails only if the input changed behind zlib's back */
	if (stop->emitted >= CODE_MAX || stop->emitted > total ||
	    stop->at < r->data || stop->at > r->end)
		return false;
	if (total >= r->old.skip)
		return true;
	if (total != 0 || r->block != 0 || stop->at != r->data)
		return false;
	stop->emitted = r->old.skip;
	return true;
}

/* The last output: old window, skipped bytes, new ones. */
static void
slide(const struct run *r, uint8_t *window, uint32_t *window_len, size_t total)
{
	size_t from_skipped = total < r->old.skip ? total : r->old.skip;
	struct soft_cursor c = soft_cursor_dst(r->req);
	size_t drop = 0, keep = *window_len;

	if (total >= SOFT_RESUME_WINDOW) {
		drop = total - SOFT_RESUME_WINDOW;
		keep = 0;
	} else if (keep > SOFT_RESUME_WINDOW - total) {
		keep = SOFT_RESUME_WINDOW - total;
	}
	if (keep < *window_len)
		memmove(window, window + *window_len - keep, keep);
	if (drop < from_skipped) {
		memcpy(window + keep, r->skipped + drop, from_skipped - drop);
		keep += from_skipped - drop;
		drop = 0;
	} else {
		drop -= from_skipped;
	}
	soft_cursor_skip(&c, drop);
	keep += soft_gather(&c, window + keep, total - from_skipped - drop);
	*window_len = keep;
}

static bool
save_end(const struct run *r, struct soft_resume *s)
{
	int64_t at = here(r);
	size_t n = 0;
	uint8_t held[8] = { 0 };

	s->ended = 1;
	if (at >= r->lead_bits) {
		r->req->consumed = (at - r->base) / 8;
		return true;
	}
	if (!copy_bits(r, held, &n, HOLD_BITS - 1, at, r->lead_bits))
		return false;
	memcpy(&s->held, held, sizeof(held));
	s->held_bits = n;
	return true;
}

static bool
save(const struct run *r, const struct stop *stop, struct soft_resume *s)
{
	int64_t until = r->end;
	size_t n = 0;

	s->more = stop->more;
	r->req->consumed = r->req->src_len;
	if (stop->more && stop->at >= r->lead_bits) {
		r->req->consumed = (stop->at - r->base) / 8;
		s->in_bit = (stop->at - r->base) % 8;
		until = stop->at;
	} else if (stop->more) {
		r->req->consumed = 0;
		s->in_bit = r->old.in_bit;
		until = r->lead_bits;
	}
	if (stop->stored) {
		s->kind = KIND_STORED;
		s->stored_left = stop->stored_left;
		s->stored_final = stop->final;
		return true;
	}
	if (r->in_data) {
		s->kind = KIND_CODES;
		s->skip = stop->emitted;
		if (!copy_bits(r, s->prefix, &n, sizeof(s->prefix) * 8, r->block, r->data))
			return false;
	}
	if (!copy_bits(r, s->prefix, &n, sizeof(s->prefix) * 8,
		       r->in_data ? stop->at : r->block, until))
		return false;
	s->prefix_bits = n;
	if (r->held) {
		memcpy(&s->held, s->prefix, sizeof(s->held));
		s->held_bits = n;
	}
	return true;
}

static enum soft_codec_status
finish(struct run *r, struct soft_resume *s, uint8_t *window, uint32_t *window_len)
{
	struct soft_codec_req *req = r->req;
	struct stop stop = { .more = false };
	size_t total = r->z->total_out;
	struct soft_resume new;

	memset(&new, 0, sizeof(new));
	if (r->ended) {
		if (total < r->old.skip || !save_end(r, &new))
			return SOFT_CODEC_BAD_DATA;
	} else {
		if (!locate(r, &stop) || !settle_skip(r, &stop, total) ||
		    !save(r, &stop, &new))
			return SOFT_CODEC_BAD_DATA;
	}
	if (total > r->old.skip)
		req->produced = total - r->old.skip;
	if (total > stop.emitted)
		slide(r, window, window_len, total - stop.emitted);
	*s = new;
	soft_checksums(req, req->dst, req->nb_dst, req->produced);
	return SOFT_CODEC_OK;
}

bool
soft_resume_final(const struct soft_resume *s)
{
	if (s->ended || s->kind == KIND_HEADER)
		return false;
	return s->kind == KIND_STORED ? s->stored_final != 0 : (s->prefix[0] & 1) != 0;
}

uint32_t
soft_resume_stored(const struct soft_resume *s)
{
	return !s->ended && s->kind == KIND_STORED ? s->stored_left : 0;
}

enum soft_codec_status
soft_codec_resume(struct soft_codec *codec, struct soft_resume *s,
		  uint8_t window[SOFT_RESUME_WINDOW], uint32_t *window_len,
		  struct soft_codec_req *req, bool hold_short)
{
	struct run r = { .req = req, .hold_short = hold_short };
	enum soft_codec_status status;
	uint32_t len = *window_len;

	req->consumed = 0;
	req->produced = 0;
	memcpy(&r.old, s, sizeof(r.old));
	if (len > SOFT_RESUME_WINDOW || !take_lead(&r))
		return SOFT_CODEC_BAD_DATA;
	if (r.old.ended)
		return SOFT_CODEC_OK;
	/* all that is pending is in a byte that is not there */
	if (r.old.in_bit != 0 && req->src_len == 0) {
		s->more = 0;
		return SOFT_CODEC_OK;
	}
	if (!start(&r, codec, window, len))
		return SOFT_CODEC_FAILED;
	status = decode(&r);
	if (status == SOFT_CODEC_OK)
		status = finish(&r, s, window, &len);
	if (status == SOFT_CODEC_OK)
		*window_len = len;
	else
		req->consumed = req->produced = 0;
	return status;
}
