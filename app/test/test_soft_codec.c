/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/*
 * The codec against zlib, both ways. Buffers end or begin at an inaccessible
 * page, since the libraries' own accesses are not instrumented by sanitizers.
 */

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <isa-l/igzip_lib.h>
#include <zlib.h>

#include <soft_codec.h>

#include "test.h"

#define AREA		((size_t)4 << 20)
#define PAGE		((size_t)4096)
#define CANARY		0xa5
#define CANARY_LEN	32
#define NB_SEGS		4096
#define GAP		8

#define DIM(a)		(sizeof(a) / sizeof((a)[0]))

enum kind { KIND_ZEROS, KIND_TEXT, KIND_RANDOM, KIND_MIXED, NB_KINDS };

struct segs {
	struct soft_seg seg[NB_SEGS];
	unsigned int nb;
};

static struct soft_codec *codec;
static uint8_t *src_area, *dst_area, *back_area;	/* guarded */
static uint8_t data[NB_KINDS][(size_t)3 << 19];
static uint8_t stream[AREA], plain[AREA];
static struct segs src_segs, dst_segs;
static uint64_t rng_state = 0x9e3779b97f4a7c15;

static uint32_t
rnd(uint32_t below)
{
	rng_state = rng_state * 6364136223846793005u + 1442695040888963407u;
	return (rng_state >> 33) % below;
}

static uint8_t *
guarded_area(void)
{
	uint8_t *p = mmap(NULL, AREA + 2 * PAGE, PROT_NONE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED ||
	    mprotect(p + PAGE, AREA, PROT_READ | PROT_WRITE) != 0)
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
		const char *w = words[rnd(DIM(words)) * rnd(DIM(words)) / DIM(words)];

		while (*w != '\0' && n < len)
			p[n++] = *w++;
		if (rnd(20) == 0 && n < len)
			p[n++] = '!' + rnd(90);
	}
}

static void
make_data(void)
{
	size_t len = sizeof(data[0]);
	size_t n, i, k;

	make_text(data[KIND_TEXT], len);
	for (i = 0; i < len; i++)
		data[KIND_RANDOM][i] = rnd(256);
	for (i = 0; i < len; i += n) {
		n = 1 + rnd(600);
		if (n > len - i)
			n = len - i;
		k = rnd(4);
		memcpy(&data[KIND_MIXED][i], &data[k % 3][i], n);
		/* repeats from near and far, beyond the largest window too */
		if (k == 3 && i > 40000)
			memcpy(&data[KIND_MIXED][i],
			       &data[KIND_MIXED][i - n - rnd(39000)], n);
	}
}

/* A buffer of len bytes at one end of a guarded area, canaries on the other. */
static uint8_t *
place(uint8_t *area, size_t len, bool at_end)
{
	memset(at_end ? area + AREA - len - CANARY_LEN : area + len, CANARY,
	       CANARY_LEN);
	return at_end ? area + AREA - len : area;
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
	while (len > 0 || s->nb < 2 || rnd(3) == 0) {
		n = rnd(4) == 0 ? rnd(3) : rnd(big);
		if (n > len || s->nb >= NB_SEGS - 8)
			n = len;
		s->seg[s->nb].addr = n == 0 && rnd(2) ? NULL : area + off;
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

typedef enum soft_codec_status
(*codec_func)(struct soft_codec *c, struct soft_codec_req *req);

/* Run a request on single segments; output goes to out if it succeeds. */
static int
run_flat(codec_func func, struct soft_codec_req *req, const uint8_t *in,
	 size_t len, uint8_t *out, size_t room)
{
	bool at_end = rnd(2);
	struct soft_seg src = { place(src_area, len, at_end), len };
	struct soft_seg dst = { place(dst_area, room, at_end), room };
	enum soft_codec_status status;

	memcpy(src.addr, in, len);
	req->src = &src;
	req->dst = &dst;
	req->nb_src = req->nb_dst = 1;
	req->src_len = len;
	req->dst_len = room;
	status = func(codec, req);
	if (!canaries_live(dst.addr, room, at_end) ||
	    memcmp(src.addr, in, len) != 0 || req->produced > room ||
	    (status != SOFT_CODEC_OK && (req->produced || req->consumed)))
		return -1;
	memcpy(out, dst.addr, req->produced);
	return status;
}

/* The same on random segments, sometimes one on a side. */
static int
run_segs(codec_func func, struct soft_codec_req *req, const uint8_t *in,
	 size_t len, uint8_t *out, size_t room)
{
	unsigned int one = rnd(4);
	enum soft_codec_status status;

	cut(&src_segs, src_area, len);
	cut(&dst_segs, dst_area, room);
	if (one == 1) {
		src_segs.seg[0] = (struct soft_seg){ src_area, len };
		src_segs.nb = len == 0 ? 0 : 1;
		memset(src_area + len, CANARY, GAP);
	} else if (one == 2) {
		dst_segs.seg[0] = (struct soft_seg){ dst_area, room };
		dst_segs.nb = room == 0 ? 0 : 1;
		memset(dst_area + room, CANARY, GAP);
	}
	memcpy(plain, in, len);
	copy_segs(&src_segs, plain, len, true);
	req->src = src_segs.seg;
	req->dst = dst_segs.seg;
	req->nb_src = src_segs.nb;
	req->nb_dst = dst_segs.nb;
	req->src_len = len;
	req->dst_len = room;
	status = func(codec, req);
	if (!gaps_live(&src_segs, src_area) || !gaps_live(&dst_segs, dst_area) ||
	    req->produced > room)
		return -1;
	copy_segs(&dst_segs, out, req->produced, false);
	return status;
}

/* What zlib says of a stream; types is the set of block types seen. */
struct verdict {
	bool complete;		/* or flushed, at the end of input */
	bool final;
	bool aligned;
	unsigned int types;
	size_t consumed;
	size_t produced;
};

static struct verdict
zlib_reads(const uint8_t *in, size_t len, uint8_t *out, size_t room,
	   int window_log, size_t step)
{
	struct verdict v = { .types = 0 };
	bool boundary = true;
	z_stream z = { 0 };
	size_t bit, left = room;
	int ret;

	inflateInit2(&z, -window_log);
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

static int
check_stream(const struct soft_codec_req *req, const uint8_t *s, size_t len,
	     const uint8_t *in, size_t n)
{
	size_t step = req->window_log == 15 ? AREA : n > 9000 ? 13 : 1;
	struct verdict v = zlib_reads(s, len, plain, n + 1, req->window_log, step);

	TEST_ASSERT(v.complete && v.consumed == len, "zlib refuses it");
	TEST_ASSERT(v.final == !req->no_final, "final: %d", v.final);
	TEST_ASSERT(v.produced == n && memcmp(plain, in, n) == 0,
		    "other data: %zu of %zu", v.produced, n);
	if (req->level == 0 && n > 0)
		TEST_ASSERT(v.types == 1, "not stored: %x", v.types);
	if (req->huffman == SOFT_CODEC_HUFFMAN_FIXED)
		TEST_ASSERT((v.types & ~3u) == 0, "not fixed: %x", v.types);
	if (req->no_final)
		TEST_ASSERT(v.aligned && len >= 5 &&
			    memcmp(s + len - 4, "\0\0\xff\xff", 4) == 0,
			    "no flush at the end");
	return 0;
}

static int
check_inflate(const uint8_t *s, size_t len, const uint8_t *in, size_t n,
	      bool final)
{
	struct soft_codec_req req = { .nb_src = 0 };
	size_t extra = rnd(40);
	int ret;

	ret = run_flat(soft_codec_inflate, &req, s, len, plain, n);
	TEST_ASSERT(ret == SOFT_CODEC_OK && req.consumed == len &&
		    req.produced == n && memcmp(plain, in, n) == 0,
		    "flat: %d, %zu of %zu", ret, req.produced, n);
	if (n > 0) {
		ret = run_flat(soft_codec_inflate, &req, s, len, plain, n - 1);
		TEST_ASSERT(ret == SOFT_CODEC_NO_SPACE, "a byte short: %d", ret);
	}
	if (final) {
		memset(back_area, 0xff, len + extra);
		memcpy(back_area, s, len);
		ret = run_flat(soft_codec_inflate, &req, back_area, len + extra,
			       plain, n + extra);
		TEST_ASSERT(ret == SOFT_CODEC_OK && req.consumed == len &&
			    req.produced == n && memcmp(plain, in, n) == 0,
			    "trailing bytes: %d, %zu", ret, req.consumed);
	}
	memset(back_area, 0, n);
	ret = run_segs(soft_codec_inflate, &req, s, len, back_area, n + extra);
	TEST_ASSERT(ret == SOFT_CODEC_OK && req.consumed == len &&
		    req.produced == n && memcmp(back_area, in, n) == 0,
		    "segments: %d, %zu of %zu", ret, req.produced, n);
	if (n > 0) {
		ret = run_segs(soft_codec_inflate, &req, s, len, back_area, n - 1);
		TEST_ASSERT(ret == SOFT_CODEC_NO_SPACE,
			    "segments, a byte short: %d", ret);
	}
	return 0;
}

static int
check_deflate(struct soft_codec_req *req, const uint8_t *in, size_t n)
{
	size_t bound = n + n / 6 + 64;
	size_t len;
	int ret;

	ret = run_flat(soft_codec_deflate, req, in, n, stream, bound);
	TEST_ASSERT(ret == SOFT_CODEC_OK, "status %d", ret);
	len = req->produced;
	TEST_ASSERT(n == 0 || len <= n + (n / 65536 + 1) * 5 + 5, "grew to %zu", len);
	if (check_stream(req, stream, len, in, n) != 0)
		return -1;
	ret = run_flat(soft_codec_deflate, req, in, n, back_area, len);
	TEST_ASSERT(ret == SOFT_CODEC_OK && req->produced == len &&
		    memcmp(back_area, stream, len) == 0,
		    "exact room: %d, %zu of %zu", ret, req->produced, len);
	ret = run_flat(soft_codec_deflate, req, in, n, back_area, len - 1);
	TEST_ASSERT(ret == SOFT_CODEC_NO_SPACE, "a byte short: %d", ret);
	ret = run_segs(soft_codec_deflate, req, in, n, back_area,
		       len + rnd(2) * rnd(100));
	TEST_ASSERT(ret == SOFT_CODEC_OK && req->produced == len &&
		    memcmp(back_area, stream, len) == 0,
		    "segments: %d, %zu of %zu", ret, req->produced, len);
	return check_inflate(stream, len, in, n, !req->no_final);
}

static int
check_case(enum kind kind, size_t n, int level, int huffman, int window_log,
	   bool no_final)
{
	struct soft_codec_req req = {
		.level = level, .huffman = huffman, .window_log = window_log,
		.no_final = no_final,
	};

	TEST_ASSERT(check_deflate(&req, data[kind], n) == 0,
		    "kind %d, %zu bytes, level %d, huffman %d, window %d, %s",
		    kind, n, level, huffman, window_log,
		    no_final ? "flush" : "final");
	return 0;
}

static int
setup(void)
{
	if (codec != NULL)
		return 0;
	src_area = guarded_area();
	dst_area = guarded_area();
	back_area = guarded_area();
	codec = soft_codec_create();
	TEST_ASSERT(codec && src_area && dst_area && back_area, "no memory");
	make_data();
	return 0;
}

static int
teardown(int ret)
{
	soft_codec_destroy(codec);
	soft_codec_destroy(NULL);
	codec = NULL;
	return ret;
}

static int
every_mode(enum kind kind, size_t n)
{
	int level, w, huffman;

	for (level = 0; level < 10; level++)
		for (w = 8; w <= 15; w++)
			for (huffman = 0; huffman < 3; huffman++) {
				bool flush = rnd(2);

				if (check_case(kind, n, level, huffman, w, flush) != 0)
					return -1;
				if (n < 300 &&
				    check_case(kind, n, level, huffman, w, !flush) != 0)
					return -1;
			}
	return 0;
}

static int
small_sizes(void)
{
	static const size_t sizes[] = {
		0, 1, 2, 3, 15, 16, 17, 255, 256, 257, 258, 1408, 2048, 4097,
		8192,
	};
	unsigned int i, k;

	for (i = 0; i < DIM(sizes); i++)
		for (k = 0; k < NB_KINDS; k++)
			if (every_mode(k, sizes[i]) != 0)
				return -1;
	return 0;
}

/* Sizes around block and scratch limits, other parameters taking turns. */
static int
large_sizes(void)
{
	static const size_t sizes[] = { 65535, 65536, 300000, (size_t)3 << 19 };
	unsigned int i, level, n = 0;

	for (i = 0; i < DIM(sizes); i++)
		for (level = 0; level < 10; level++, n++)
			if (check_case(n % NB_KINDS, sizes[i], level, n / 3 % 3,
				       n % 4 ? 15 : 8 + n % 7, n / 2 & 1) != 0 ||
			    (sizes[i] < 100000 &&
			     check_case((n + 1) % NB_KINDS, sizes[i], level,
					(n + 1) % 3, 8 + n % 8, n & 1) != 0))
				return -1;
	return 0;
}

static int
test_deflate(void)
{
	return teardown(setup() || small_sizes() || large_sizes() ? -1 : 0);
}

/* Flushed pieces and a final one, concatenated, are one stream to anybody. */
static int
flush_pieces(int level, int huffman)
{
	struct soft_codec_req req = { .nb_src = 0 };
	size_t ends[4], len = 0, n = 0, part;
	unsigned int i;
	int ret;

	for (i = 0; i < DIM(ends); i++) {
		req.level = level;
		req.huffman = huffman;
		req.window_log = 15;
		req.no_final = i < DIM(ends) - 1;
		part = i == 1 ? 0 : 200 + rnd(3000);
		ret = run_flat(soft_codec_deflate, &req, &data[KIND_MIXED][n],
			       part, stream + len, 8000);
		TEST_ASSERT(ret == SOFT_CODEC_OK, "status %d", ret);
		len += req.produced;
		ends[i] = len;
		n += part;
	}
	TEST_ASSERT(zlib_reads(stream, len, plain, n, 15, AREA).final &&
		    memcmp(plain, data[KIND_MIXED], n) == 0, "zlib refuses it");
	if (check_inflate(stream, len, data[KIND_MIXED], n, true) != 0)
		return -1;
	for (i = 0, part = 0; part <= len; part++) {
		bool whole = part == ends[i];

		ret = run_flat(soft_codec_inflate, &req, stream, part, plain,
			       n + 9);
		TEST_ASSERT(ret == (whole ? SOFT_CODEC_OK : SOFT_CODEC_BAD_DATA),
			    "%zu of %zu bytes: %d", part, len, ret);
		i += whole;
	}
	return 0;
}

/* No final block, and an end like a flush, but none. The length comes first. */
static int
fake_flushes(void)
{
	static const uint8_t fake[][16] = {
		/* stored data that ends so, whole and cut off */
		{ 9, 0, 4, 0, 0xfb, 0xff, 0, 0, 0xff, 0xff },
		{ 14, 0, 0, 0, 0xff, 0xff, 0, 8, 0, 0xf7, 0xff, 0, 0, 0xff, 0xff },
		/* four empty fixed blocks, aligned */
		{ 5, 0x02, 0x08, 0x20, 0x80, 0x00 },
	};
	struct soft_codec_req req = { .nb_src = 0 };
	unsigned int i, k;
	int ret;

	for (i = 0; i < DIM(fake); i++)
		for (k = 0; k < 8; k++) {
			ret = run_flat(soft_codec_inflate, &req, &fake[i][1],
				       fake[i][0], plain, 99);
			TEST_ASSERT(ret == SOFT_CODEC_BAD_DATA, "%u: %d", i, ret);
			/* so much room that it is streamed */
			ret = run_segs(soft_codec_inflate, &req, &fake[i][1],
				       fake[i][0], back_area, (size_t)2 << 20);
			TEST_ASSERT(ret == SOFT_CODEC_BAD_DATA, "%u: %d", i, ret);
		}
	return 0;
}

static int
test_flush(void)
{
	int level;

	if (setup() != 0)
		return -1;
	for (level = 0; level < 10; level++)
		if (flush_pieces(level, level % 3) != 0)
			return teardown(-1);
	return teardown(fake_flushes());
}

static size_t
zlib_makes(const uint8_t *in, size_t n, int level, int strategy, bool flushes)
{
	z_stream z = { 0 };
	size_t part;

	deflateInit2(&z, level, Z_DEFLATED, -15, 9, strategy);
	z.next_out = stream;
	z.avail_out = sizeof(stream);
	while (n > 0) {
		part = flushes && n > 900 ? 1 + rnd(900) : n;
		z.next_in = (uint8_t *)(uintptr_t)in;
		z.avail_in = part;
		deflate(&z, rnd(2) ? Z_SYNC_FLUSH : Z_PARTIAL_FLUSH);
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
	z.next_out = stream;
	z.avail_out = sizeof(stream);
	isal_deflate(&z);
	return z.total_out;
}

static size_t
foreign_stream(unsigned int which, const uint8_t *in, size_t n)
{
	static const int strategy[] = {
		Z_DEFAULT_STRATEGY, Z_FIXED, Z_HUFFMAN_ONLY, Z_RLE, Z_FILTERED,
	};

	if (which == 0)
		return isal_makes(in, n);
	return zlib_makes(in, n, which % 10, strategy[which % DIM(strategy)],
			  which % 3 == 0);
}

/* A damaged stream that zlib can read, the codec reads the same way. */
static int
damage(size_t len, size_t n)
{
	struct soft_codec_req req = { .nb_src = 0 };
	size_t room = n + 300;
	struct verdict v;
	int i, ret;

	memcpy(back_area, stream, len);
	for (i = rnd(3); i >= 0; i--)
		back_area[rnd(rnd(2) ? len : len < 90 ? len : 90)] ^= 1 << rnd(8);
	v = zlib_reads(back_area, len, stream, room, 15, AREA);
	ret = run_flat(soft_codec_inflate, &req, back_area, len, plain, room);
	TEST_ASSERT(ret >= SOFT_CODEC_OK && ret < SOFT_CODEC_FAILED,
		    "status %d", ret);
	if (v.final)
		TEST_ASSERT(ret == SOFT_CODEC_OK && req.produced == v.produced &&
			    req.consumed == v.consumed &&
			    memcmp(plain, stream, v.produced) == 0,
			    "zlib reads it, codec: %d", ret);
	ret = run_segs(soft_codec_inflate, &req, back_area, len, plain, room);
	TEST_ASSERT(ret >= SOFT_CODEC_OK && ret < SOFT_CODEC_FAILED,
		    "segments: status %d", ret);
	if (v.final)
		TEST_ASSERT(ret == SOFT_CODEC_OK && req.produced == v.produced,
			    "zlib reads it, codec on segments: %d", ret);
	return 0;
}

static int
inflate_foreign(unsigned int which, size_t n)
{
	struct soft_codec_req req = { .nb_src = 0 };
	const uint8_t *in = data[which % NB_KINDS];
	size_t len = foreign_stream(which, in, n);
	size_t part;
	int i, ret;

	if (check_inflate(stream, len, in, n, true) != 0)
		return -1;
	for (part = 0; part < len && n < 3000; part++) {
		ret = run_flat(soft_codec_inflate, &req, stream, part, plain,
			       n + rnd(2) * 9);
		/* a flush point is as good an end as another */
		if (ret == SOFT_CODEC_OK && part > 4 &&
		    memcmp(stream + part - 4, "\0\0\xff\xff", 4) == 0)
			continue;
		TEST_ASSERT(ret == SOFT_CODEC_BAD_DATA, "%zu of %zu bytes: %d",
			    part, len, ret);
	}
	for (i = 0; i < 40 && n > 0; i++) {
		foreign_stream(which, in, n);
		if (damage(len, n) != 0)
			return -1;
	}
	return 0;
}

static int
test_inflate(void)
{
	static const size_t sizes[] = { 0, 1, 20, 500, 2048, 9000, 70000 };
	unsigned int i, which;

	if (setup() != 0)
		return -1;
	for (i = 0; i < DIM(sizes); i++)
		for (which = 0; which < 20; which++) {
			/* the first again, for it is a decoder of its own */
			unsigned int w = which < 16 ? which : 0;

			if (inflate_foreign(w, sizes[i] + (w ? 0 : which)) != 0) {
				printf("stream %u of %zu bytes\n", w, sizes[i]);
				return teardown(-1);
			}
		}
	return teardown(0);
}

static int
checksums(bool segments)
{
	struct soft_codec_req req = { .window_log = 15, .level = 1 };
	uint32_t crc = 0, adler = 1;
	size_t n = 0, len, part;
	int i, ret;

	req.want_crc = req.want_adler = true;
	req.adler = 1;
	for (i = 0; i < 8; i++, n += part) {
		const uint8_t *in = &data[KIND_TEXT][n];
		struct soft_codec_req back = req;

		part = i == 3 ? 0 : rnd(9000);
		crc = crc32(crc, in, part);
		adler = adler32(adler, in, part);
		ret = (segments ? run_segs : run_flat)(soft_codec_deflate, &req,
			in, part, stream, 10000);
		TEST_ASSERT(ret == SOFT_CODEC_OK && req.crc == crc &&
			    req.adler == adler, "deflate, piece %d", i);
		len = req.produced;
		ret = (segments ? run_segs : run_flat)(soft_codec_inflate, &back,
			stream, len, back_area, 9000);
		TEST_ASSERT(ret == SOFT_CODEC_OK && back.crc == crc &&
			    back.adler == adler, "inflate, piece %d", i);
		req.level = i;
	}
	req.want_adler = false;
	adler = req.adler;
	run_flat(soft_codec_deflate, &req, data[0], 100, stream, 200);
	TEST_ASSERT(req.adler == adler && req.crc != crc, "only crc wanted");
	return 0;
}

static int
test_checksums(void)
{
	return teardown(setup() || checksums(false) || checksums(true) ? -1 : 0);
}

/* No segments at all, and values that no caller should pass. */
static int
odd_requests(void)
{
	uint8_t buf[8] = { 0x03, 0x00 };
	struct soft_seg seg = { buf, 2 };
	struct soft_codec_req req = { .src = &seg, .nb_src = 1, .src_len = 2 };

	TEST_ASSERT(soft_codec_inflate(codec, &req) == SOFT_CODEC_OK &&
		    req.consumed == 2 && req.produced == 0, "empty, no dst");
	req.nb_src = 0;
	req.src_len = 0;
	TEST_ASSERT(soft_codec_inflate(codec, &req) == SOFT_CODEC_BAD_DATA,
		    "no src");
	req.window_log = 15;
	TEST_ASSERT(soft_codec_deflate(codec, &req) == SOFT_CODEC_NO_SPACE,
		    "nothing into nothing");
	req.dst = &seg;
	req.nb_dst = 1;
	req.dst_len = 2;
	memset(buf, 0xff, 2);
	TEST_ASSERT(soft_codec_deflate(codec, &req) == SOFT_CODEC_OK &&
		    req.produced == 2 && buf[0] == 3 && buf[1] == 0,
		    "no src: %02x %02x", buf[0], buf[1]);
	req.level = 10;
	TEST_ASSERT(soft_codec_deflate(codec, &req) == SOFT_CODEC_FAILED,
		    "level 10");
	req.level = 1;
	req.window_log = 7;
	TEST_ASSERT(soft_codec_deflate(codec, &req) == SOFT_CODEC_FAILED,
		    "window 7");
	return 0;
}

static int
test_odd(void)
{
	return teardown(setup() || odd_requests() ? -1 : 0);
}

UACCE_TEST(soft_codec_checksums, test_checksums)
UACCE_TEST(soft_codec_deflate, test_deflate)
UACCE_TEST(soft_codec_flush, test_flush)
UACCE_TEST(soft_codec_inflate, test_inflate)
UACCE_TEST(soft_codec_odd, test_odd)
