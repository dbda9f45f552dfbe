/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <zlib.h>

#include "test.h"
#include "test_soft_stream_util.h"

#define MAX_SEGS	9u
#define MINE		0xc3	/* in the parts of the context that are the client's */

uint32_t
tstream_rnd(struct tstream *s, uint32_t limit)
{
	return limit == 0 ? 0 : tc_rand(&s->rnd) % limit;
}

/* Cut a buffer at random; some pieces are one byte. */
static unsigned int
cut(struct tstream *s, const uint8_t *p, uint32_t len, struct tseg *segs)
{
	unsigned int nb = 0;

	do {
		uint32_t n = tstream_rnd(s, 2) ? 1 : 1 + tstream_rnd(s, len);

		if (nb == MAX_SEGS - 1 || n > len)
			n = len;
		segs[nb++] = (struct tseg){ p, n };
		p += n;
		len -= n;
	} while (len != 0);
	return nb;
}

static void *
list(struct tstream *s, const void *p, uint32_t len)
{
	struct tseg segs[MAX_SEGS];
	unsigned int nb = cut(s, p, len, segs);

	return tsgl_new(segs, nb, 1 + tstream_rnd(s, 4));
}

static void
fill_sqe(struct tstream *s, const struct treq *r, uint32_t *sqe)
{
	uint64_t ctx = (uintptr_t)s->ctx + TS_CTX_HW;

	tc_build(r, sqe);
	sqe[DW_12] = s->ext;
	sqe[DW_CTX] = (uint32_t)ctx;
	sqe[DW_CTX + 1] = (uint32_t)(ctx >> 32);
	/* stale words with a new stream are what clients send (3.7, 5.8) */
	sqe[DW_CTX0] = s->words[0];
	sqe[DW_CTX1] = s->words[1];
	sqe[DW_CTX2] = s->words[2];
	sqe[DW_ISIZE] = s->isize;
	sqe[DW_CHECKSUM] = s->checksum;
}

/* What the device may not change of an SQE (3.1). */
static int
check_kept(const uint32_t *before, const uint32_t *after)
{
	for (int i = DW_IN_LEN; i < DW_CTX1; i++)
		TEST_ASSERT(before[i] == after[i] || i == DW_CTX0, "dw%d: %08x, was %08x", i,
			    after[i], before[i]);
	return 0;
}

static int
check_ctx(const struct tstream *s)
{
	for (uint32_t i = 0; i < TS_CTX_LEN; i++)
		TEST_ASSERT((i >= TS_CTX_HW && i < TS_CTX_HW_END) || s->ctx[i] == MINE,
			    "byte %x of the context is the client's", i);
	return 0;
}

static void
take_words(struct tstream *s)
{
	s->words[0] = s->sqe[DW_CTX0];
	s->words[1] = s->sqe[DW_CTX1];
	s->words[2] = s->sqe[DW_CTX2];
	s->isize = s->sqe[DW_ISIZE];
	s->checksum = s->sqe[DW_CHECKSUM];
	s->fresh = false;
}

int
tstream_ask(struct tstream *s, const void *src, uint32_t in, void *dst, uint32_t out,
	    bool finish)
{
	struct treq r = {
		.api = s->api, .type = s->type, .window = s->window,
		.bits = TC_STATEFUL | (s->fresh ? TC_NEW : 0) | (finish ? TC_FINISH : 0),
		.src = src, .in = in, .dst = dst, .out = out, .tag = tc_rand(&s->rnd),
		.sgl = s->sgl && in != 0 && out != 0,
	};
	uint32_t sqe[TC_SQE_WORDS];
	int ret, status;

	if (r.sgl) {
		r.src = list(s, src, in);
		r.dst = list(s, dst, out);
	}
	fill_sqe(s, &r, sqe);
	memcpy(s->sqe, sqe, sizeof(sqe));
	ret = tc_exec(s->c, s->sqe);
	if (r.sgl) {
		free((void *)(uintptr_t)r.src);
		free(r.dst);
	}
	TEST_ASSERT(ret == 0 && check_kept(sqe, s->sqe) == 0 && check_ctx(s) == 0, "request");
	TEST_ASSERT(s->sqe[DW_CONSUMED] <= in && s->sqe[DW_PRODUCED] <= out,
		    "consumed %u of %u, produced %u in %u", s->sqe[DW_CONSUMED], in,
		    s->sqe[DW_PRODUCED], out);
	status = s->sqe[DW_STATUS] & 0x1ff;
	if (status == TC_OK || status == TC_NEG_COMP || status == TS_END)
		take_words(s);
	return status;
}

static uint32_t
bit_reverse(uint32_t v)
{
	uint32_t r = 0;

	for (int i = 0; i < 32; i++)
		r |= (v >> i & 1) << (31 - i);
	return r;
}

int
tstream_check_registers(const struct tstream *s, const uint8_t *data, size_t len)
{
	if (s->type == TC_ZLIB)
		TEST_ASSERT(s->checksum == adler32(1, data, len), "Adler-32 %08x after %zu",
			    s->checksum, len);
	if (s->type == TC_GZIP)
		TEST_ASSERT(bit_reverse(~s->checksum) == crc32(0, data, len) &&
			    s->isize == (uint32_t)len, "CRC-32 %08x, ISIZE %u after %zu",
			    s->checksum, s->isize, len);
	return 0;
}

bool
tstream_window_is(const struct tstream *s, const uint8_t *data, size_t len)
{
	uint32_t n = s->words[2] & 0xffff;

	return n <= len && n <= TS_WINDOW_MAX &&
		memcmp(s->ctx + TS_WINDOW, data + len - n, n) == 0;
}

void
tstream_fill(struct tstream *s, uint8_t *p, size_t len)
{
	size_t n;

	for (size_t i = 0; i < len; i += n) {
		uint32_t back = 1 + tstream_rnd(s, 32768);

		n = 1 + tstream_rnd(s, 2000);
		n = n < len - i ? n : len - i;
		if (i >= back && tstream_rnd(s, 3) == 0) {
			for (size_t k = 0; k < n; k++)
				p[i + k] = p[i + k - back];
			continue;
		}
		switch (tstream_rnd(s, 3)) {
		case 0:
			tc_noise(p + i, n, tc_rand(&s->rnd));
			break;
		case 1:
			memset(p + i, 'z', n);
			break;
		default:
			tc_text(p + i, n, tc_rand(&s->rnd));
			break;
		}
	}
}

size_t
tstream_make(struct tstream *s, const uint8_t *data, size_t len, uint8_t *out, size_t room)
{
	int bits = s->type == TC_ZLIB ? 15 : s->type == TC_GZIP ? 31 : -15;
	z_stream z = { .next_in = (uint8_t *)(uintptr_t)data };
	size_t head = tc_header(s->type);
	int flush;

	if (deflateInit2(&z, tstream_rnd(s, 10), Z_DEFLATED, bits, 1 + tstream_rnd(s, 9),
			 tstream_rnd(s, 5)) != Z_OK)
		abort();
	z.next_out = out;
	z.avail_out = room;
	do {
		uint32_t n = 1 + tstream_rnd(s, 20000);

		z.avail_in = n < len - z.total_in ? n : len - z.total_in;
		flush = z.avail_in == len - z.total_in ? Z_FINISH : (int)tstream_rnd(s, 4);
		if (deflate(&z, flush) == Z_STREAM_ERROR || z.avail_out == 0)
			abort();
	} while (flush != Z_FINISH);
	room = z.total_out - head;
	deflateEnd(&z);
	memmove(out, out + head, room);
	return room;
}

static int
with_type(const struct tstream *proto, unsigned int type, int (*func)(struct tstream *s))
{
	struct tstream s = *proto;
	int ret;

	s.type = type;
	s.ctx = aligned_alloc(4096, TS_CTX_LEN);
	if (s.ctx == NULL)
		abort();
	memset(s.ctx, MINE, TS_CTX_LEN);
	memset(s.ctx + TS_CTX_HW, 0, TS_CTX_HW_END - TS_CTX_HW);
	ret = func(&s);
	free(s.ctx);
	TEST_ASSERT(ret == 0, "type %u", type);
	TEST_ASSERT(tc_all_mistakes(s.c) == 0, "the device noticed a mistake");
	return 0;
}

static int
with_shape(unsigned int dir, uint64_t seed, const struct uacce_soft_conf *conf,
	   int (*func)(struct tstream *s))
{
	struct uacce_soft *dev = uacce_soft_create(conf);
	struct tc c;
	struct tstream s = {
		.c = &c, .api = conf->api, .window = 4, .ext = conf->ext ? TS_EXT : 0,
		.fresh = true, .rnd = seed,
	};

	TEST_ASSERT(dev != NULL && tc_open(&c, dev, dir, 0) == 0, "open");
	for (unsigned int type = TC_DEFLATE; type <= TC_GZIP; type++) {
		if (type == TC_DEFLATE && conf->api == 2 && !conf->ext)
			continue;
		s.sgl = type % 2 == conf->ext;
		if (with_type(&s, type, func) != 0)
			return -1;
	}
	TEST_ASSERT(tc_close(&c) == 0, "close");
	uacce_soft_destroy(dev);
	return 0;
}

int
tstream_each(unsigned int dir, uint64_t seed, int (*func)(struct tstream *s))
{
	static const unsigned int apis[] = { 2, 3, 5 };

	printf("seed %" PRIu64 "\n", seed);
	for (unsigned int i = 0; i < 2 * DIM(apis); i++) {
		const struct uacce_soft_conf conf = {
			.api = apis[i / 2], .ext = i % 2 != 0, .nb_queues = 1, .sq_depth = 8,
			.threads = i / 2 == 2,
		};

		TEST_ASSERT(with_shape(dir, seed + i, &conf, func) == 0, "api %u, extension %d",
			    conf.api, conf.ext);
	}
	return 0;
}
