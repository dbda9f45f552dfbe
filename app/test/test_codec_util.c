/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <isa-l/igzip_lib.h>
#include <zlib.h>

#include "test.h"
#include "test_codec_util.h"

#define PAGE		((size_t)4096)
#define CANARY		0xa5
#define CANARY_LEN	32
#define NB_SEGS		4096
#define GAP		8

struct segs {
	struct soft_seg seg[NB_SEGS];
	unsigned int nb;
};

struct soft_codec *ct_codec;
uint8_t *ct_src, *ct_dst, *ct_back;
uint8_t ct_data[CT_NB_KINDS][CT_DATA];
uint8_t ct_stream[CT_AREA], ct_plain[CT_AREA];

static struct segs src_segs, dst_segs;
static uint64_t rng_state = 0x9e3779b97f4a7c15;

uint32_t
ct_rnd(uint32_t below)
{
	rng_state = rng_state * 6364136223846793005u + 1442695040888963407u;
	return (rng_state >> 33) % below;
}

static uint8_t *
guarded_area(void)
{
	uint8_t *p = mmap(NULL, CT_AREA + 2 * PAGE, PROT_NONE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED ||
	    mprotect(p + PAGE, CT_AREA, PROT_READ | PROT_WRITE) != 0)
		return NULL;
	return p + PAGE;
}

static void
make_text(uint8_t *p, size_t len)
{
	static const char * const words[] = {
		"the ", "queue ", "of ", "a ", "device ", "that ", "holds ",
		"window ", "is ", "compressed ", "data", ", ", ".\n", "and ",
		"byte ", "stream ", "0x", "17", "ends ", "here",
	};
	size_t n = 0;

	while (n < len) {
		const char *w = words[ct_rnd(DIM(words)) * ct_rnd(DIM(words)) / DIM(words)];

		while (*w != '\0' && n < len)
			p[n++] = *w++;
		if (ct_rnd(20) == 0 && n < len)
			p[n++] = '!' + ct_rnd(90);
	}
}

static void
make_data(void)
{
	size_t len = sizeof(ct_data[0]);
	size_t n, i, k;

	make_text(ct_data[CT_TEXT], len);
	for (i = 0; i < len; i++)
		ct_data[CT_RANDOM][i] = ct_rnd(256);
	for (i = 0; i < len; i += n) {
		n = 1 + ct_rnd(600);
		if (n > len - i)
			n = len - i;
		k = ct_rnd(4);
		memcpy(&ct_data[CT_MIXED][i], &ct_data[k % 3][i], n);
		/* repeats from near and far, beyond the largest window too */
		if (k == 3 && i > 40000)
			memcpy(&ct_data[CT_MIXED][i],
			       &ct_data[CT_MIXED][i - n - ct_rnd(39000)], n);
	}
}

/* A buffer of len bytes at one end of a guarded area, canaries on the other. */
static uint8_t *
place(uint8_t *area, size_t len, bool at_end)
{
	memset(at_end ? area + CT_AREA - len - CANARY_LEN : area + len, CANARY,
	       CANARY_LEN);
	return at_end ? area + CT_AREA - len : area;
}

static bool
canaries_live(const uint8_t *p, size_t len, bool at_end)
{
	const uint8_t *c = at_end ? p - CANARY_LEN : p + len;
	int i;

	for (i = 0; i < CANARY_LEN; i++)
		if (c[i] != CANARY)
			return false;
	return true;
}

/* Cut len bytes into odd segments, with canary gaps between them in area. */
static void
cut(struct segs *s, uint8_t *area, size_t len)
{
	size_t big = len / 512 + 600;
	size_t off = 0, n;

	s->nb = 0;
	while (len > 0 || s->nb < 2 || ct_rnd(3) == 0) {
		n = ct_rnd(4) == 0 ? ct_rnd(3) : ct_rnd(big);
		if (n > len || s->nb >= NB_SEGS - 8)
			n = len;
		s->seg[s->nb].addr = n == 0 && ct_rnd(2) ? NULL : area + off;
		s->seg[s->nb++].len = n;
		len -= n;
		off += n;
		memset(area + off, CANARY, GAP);
		off += GAP;
	}
}

static bool
gaps_live(const struct segs *s, const uint8_t *area)
{
	size_t off = 0;
	unsigned int i;
	int k;

	for (i = 0; i < s->nb; i++) {
		off += s->seg[i].len;
		for (k = 0; k < GAP; k++)
			if (area[off++] != CANARY)
				return false;
	}
	return true;
}

static void
copy_segs(const struct segs *s, uint8_t *buf, size_t len, bool to_segs)
{
	size_t n;
	unsigned int i;

	for (i = 0; i < s->nb && len > 0; i++) {
		n = s->seg[i].len < len ? s->seg[i].len : len;
		if (n == 0)
			continue;
		if (to_segs)
			memcpy(s->seg[i].addr, buf, n);
		else
			memcpy(buf, s->seg[i].addr, n);
		buf += n;
		len -= n;
	}
}

/* Run a request on single segments; output goes to out if it succeeds. */
int
ct_run_flat(ct_func func, struct soft_codec_req *req, const uint8_t *in,
	 size_t len, uint8_t *out, size_t room)
{
	bool at_end = ct_rnd(2);
	struct soft_seg src = { place(ct_src, len, at_end), len };
	struct soft_seg dst = { place(ct_dst, room, at_end), room };
	enum soft_codec_status status;

	memcpy(src.addr, in, len);
	req->src = &src;
	req->dst = &dst;
	req->nb_src = req->nb_dst = 1;
	req->src_len = len;
	req->dst_len = room;
	status = func(ct_codec, req);
	if (!canaries_live(dst.addr, room, at_end) ||
	    memcmp(src.addr, in, len) != 0 || req->produced > room ||
	    (status != SOFT_CODEC_OK && status != SOFT_CODEC_PARTIAL &&
	     (req->produced || req->consumed)))
		return -1;
	memcpy(out, dst.addr, req->produced);
	return status;
}

/* The same on random segments, sometimes one on a side. */
int
ct_run_segs(ct_func func, struct soft_codec_req *req, const uint8_t *in,
	 size_t len, uint8_t *out, size_t room)
{
	unsigned int one = ct_rnd(4);
	enum soft_codec_status status;

	cut(&src_segs, ct_src, len);
	cut(&dst_segs, ct_dst, room);
	if (one == 1) {
		src_segs.seg[0] = (struct soft_seg){ ct_src, len };
		src_segs.nb = len == 0 ? 0 : 1;
		memset(ct_src + len, CANARY, GAP);
	} else if (one == 2) {
		dst_segs.seg[0] = (struct soft_seg){ ct_dst, room };
		dst_segs.nb = room == 0 ? 0 : 1;
		memset(ct_dst + room, CANARY, GAP);
	}
	memcpy(ct_plain, in, len);
	copy_segs(&src_segs, ct_plain, len, true);
	req->src = src_segs.seg;
	req->dst = dst_segs.seg;
	req->nb_src = src_segs.nb;
	req->nb_dst = dst_segs.nb;
	req->src_len = len;
	req->dst_len = room;
	status = func(ct_codec, req);
	if (!gaps_live(&src_segs, ct_src) || !gaps_live(&dst_segs, ct_dst) ||
	    req->produced > room)
		return -1;
	copy_segs(&dst_segs, out, req->produced, false);
	return status;
}

struct ct_verdict
ct_zlib_reads(const uint8_t *in, size_t len, uint8_t *out, size_t room,
	   int window_log, size_t step, const uint8_t *dict, size_t dict_len)
{
	struct ct_verdict v = { .types = 0 };
	bool boundary = true;
	z_stream z = { 0 };
	size_t bit, left = room;
	int ret;

	inflateInit2(&z, -window_log);
	if (dict_len > 0)
		inflateSetDictionary(&z, dict, dict_len);
	z.next_in = (uint8_t *)(uintptr_t)in;
	z.avail_in = len;
	z.next_out = out;
	do {
		if (z.avail_out == 0) {
			z.avail_out = step < left ? step : left;
			left -= z.avail_out;
		}
		if (boundary) {
			bit = z.total_in * 8 - (z.data_type & 7);
			if (bit + 3 <= len * 8)
				v.types |= 1 << ((in[(bit + 1) / 8] >> (bit + 1) % 8 & 1) |
					(in[(bit + 2) / 8] >> (bit + 2) % 8 & 1) << 1);
			v.aligned = bit % 8 == 0;
		}
		ret = inflate(&z, Z_BLOCK);
		boundary = z.data_type & 128;
	} while (ret == Z_OK || (ret == Z_BUF_ERROR && boundary) ||
		 (ret == Z_BUF_ERROR && z.avail_out == 0 && left > 0));
	v.final = ret == Z_STREAM_END;
	/* at a boundary it stops once more, for lack of input */
	v.complete = v.final || (ret == Z_BUF_ERROR && z.avail_in == 0);
	v.consumed = z.total_in;
	v.produced = z.total_out;
	inflateEnd(&z);
	return v;
}

int
ct_check_inflate(const uint8_t *s, size_t len, const uint8_t *in, size_t n,
	      bool final)
{
	struct soft_codec_req req = { .nb_src = 0 };
	size_t extra = ct_rnd(40);
	int ret;

	ret = ct_run_flat(soft_codec_inflate, &req, s, len, ct_plain, n);
	TEST_ASSERT(ret == SOFT_CODEC_OK && req.consumed == len &&
		    req.produced == n && memcmp(ct_plain, in, n) == 0,
		    "flat: %d, %zu of %zu", ret, req.produced, n);
	if (n > 0) {
		ret = ct_run_flat(soft_codec_inflate, &req, s, len, ct_plain, n - 1);
		TEST_ASSERT(ret == SOFT_CODEC_NO_SPACE, "a byte short: %d", ret);
	}
	if (final) {
		memset(ct_back, 0xff, len + extra);
		memcpy(ct_back, s, len);
		ret = ct_run_flat(soft_codec_inflate, &req, ct_back, len + extra,
			       ct_plain, n + extra);
		TEST_ASSERT(ret == SOFT_CODEC_OK && req.consumed == len &&
			    req.produced == n && memcmp(ct_plain, in, n) == 0,
			    "trailing bytes: %d, %zu", ret, req.consumed);
	}
	memset(ct_back, 0, n);
	ret = ct_run_segs(soft_codec_inflate, &req, s, len, ct_back, n + extra);
	TEST_ASSERT(ret == SOFT_CODEC_OK && req.consumed == len &&
		    req.produced == n && memcmp(ct_back, in, n) == 0,
		    "segments: %d, %zu of %zu", ret, req.produced, n);
	if (n > 0) {
		ret = ct_run_segs(soft_codec_inflate, &req, s, len, ct_back, n - 1);
		TEST_ASSERT(ret == SOFT_CODEC_NO_SPACE,
			    "segments, a byte short: %d", ret);
	}
	return 0;
}

int
ct_setup(void)
{
	if (ct_codec != NULL)
		return 0;
	ct_src = guarded_area();
	ct_dst = guarded_area();
	ct_back = guarded_area();
	ct_codec = soft_codec_create();
	TEST_ASSERT(ct_codec && ct_src && ct_dst && ct_back, "no memory");
	make_data();
	return 0;
}

int
ct_teardown(int ret)
{
	soft_codec_destroy(ct_codec);
	soft_codec_destroy(NULL);
	ct_codec = NULL;
	return ret;
}

size_t
ct_zlib_makes(const uint8_t *in, size_t n, int level, int strategy, bool flushes)
{
	z_stream z = { 0 };
	size_t part;

	deflateInit2(&z, level, Z_DEFLATED, -15, 9, strategy);
	z.next_out = ct_stream;
	z.avail_out = sizeof(ct_stream);
	while (n > 0) {
		part = flushes && n > 900 ? 1 + ct_rnd(900) : n;
		z.next_in = (uint8_t *)(uintptr_t)in;
		z.avail_in = part;
		deflate(&z, ct_rnd(2) ? Z_SYNC_FLUSH : Z_PARTIAL_FLUSH);
		in += part;
		n -= part;
	}
	deflate(&z, Z_FINISH);
	deflateEnd(&z);
	return z.total_out;
}

/* ISA-L at level 0: its default header has a decoder of its own. */
static size_t
isal_makes(const uint8_t *in, size_t n)
{
	static struct isal_zstream z;

	isal_deflate_init(&z);
	z.end_of_stream = 1;
	z.next_in = (uint8_t *)(uintptr_t)in;
	z.avail_in = n;
	z.next_out = ct_stream;
	z.avail_out = sizeof(ct_stream);
	isal_deflate(&z);
	return z.total_out;
}

size_t
ct_foreign_stream(unsigned int which, const uint8_t *in, size_t n)
{
	static const int strategy[] = {
		Z_DEFAULT_STRATEGY, Z_FIXED, Z_HUFFMAN_ONLY, Z_RLE, Z_FILTERED,
	};

	if (which == 0)
		return isal_makes(in, n);
	return ct_zlib_makes(in, n, which % 10, strategy[which % DIM(strategy)],
			  which % 3 == 0);
}
