/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/* LZ4 frames that the soft device makes and reads, against liblz4's own frame functions. */

#include <stdlib.h>
#include <string.h>

#include <lz4frame.h>
#include <xxhash.h>
#include <zlib.h>

#include "test_soft_more.h"

#define LEN	400000u
#define ROOM	(LEN + LEN / 16)	/* windows of 256 bytes: 4 or 8 more for each */
#define XXH_NONE	0x02cc5d05u

static uint8_t plain[LEN], frame[2 * LEN + 64], back[2 * LEN];

/* A length of any magnitude, and those around a block's. */
static uint32_t
random_len(uint64_t *seed)
{
	static const uint32_t edges[] = { 0, 1, 12, 13, 65535, 65536, 65537, 131072, 131073 };

	if (tc_rand(seed) % 4 == 0)
		return edges[tc_rand(seed) % DIM(edges)];
	return tc_rand(seed) % (1 + (LEN >> tc_rand(seed) % 18));
}

/* Whole frame by liblz4. @return its output's length, negative if it is broken. */
static int64_t
lz4f_read(const uint8_t *p, size_t len, uint8_t *to, size_t room, size_t *consumed,
	  LZ4F_frameInfo_t *info)
{
	LZ4F_dctx *ctx;
	size_t done = 0, in = 0, ret = 1;

	if (LZ4F_isError(LZ4F_createDecompressionContext(&ctx, LZ4F_VERSION)))
		abort();
	if (info != NULL) {
		in = len;
		ret = LZ4F_getFrameInfo(ctx, info, p, &in);
	}
	while (!LZ4F_isError(ret) && ret != 0) {
		size_t n = len - in, m = room - done;

		ret = LZ4F_decompress(ctx, to + done, &m, p + in, &n, NULL);
		if (n == 0 && m == 0)
			break;
		in += n;
		done += m;
	}
	LZ4F_freeDecompressionContext(ctx);
	*consumed = in;
	return ret == 0 ? (int64_t)done : -1;
}

/* No match of a block reaches back further than that. Blocks are valid. */
static int
check_distances(const uint8_t *p, size_t len, uint32_t flags, uint32_t max)
{
	size_t at = flags & TM_CONTENT_SIZE ? 15 : 7;

	for (;;) {
		uint32_t head, n;
		size_t end;

		memcpy(&head, p + at, 4);
		at += 4;
		if (head == 0)
			return 0;
		n = head & 0x7fffffff;
		end = at + n;
		while (at < end && (head >> 31) == 0) {
			uint32_t token = p[at++], lit = token >> 4;

			for (uint32_t b = lit == 15 ? 255 : 0; b == 255; lit += b)
				b = p[at++];
			at += lit;
			if (at >= end)
				break;
			TEST_ASSERT((p[at] | p[at + 1] << 8) <= (int)max, "distance %u > %u",
				    p[at] | p[at + 1] << 8, max);
			at += 2;
			if ((token & 15) == 15)
				while (p[at++] == 255)
					;
		}
		at = end + (flags & TM_BLOCK_SUM ? 4 : 0);
		TEST_ASSERT(at < len, "block beyond the frame");
	}
}

static int
check_frame(const struct tm_req *m, uint32_t level, unsigned int window)
{
	LZ4F_frameInfo_t info = { 0 };
	size_t consumed;

	TEST_ASSERT(lz4f_read(frame, m->produced, back, sizeof(back), &consumed, &info) ==
		    (int64_t)m->in && consumed == m->produced, "liblz4 does not read it");
	TEST_ASSERT(memcmp(back, plain, m->in) == 0, "other data");
	TEST_ASSERT((info.contentChecksumFlag != 0) == ((m->ext2 & TM_CONTENT_SUM) != 0) &&
		    (info.blockChecksumFlag != 0) == ((m->ext2 & TM_BLOCK_SUM) != 0) &&
		    (info.blockMode == LZ4F_blockIndependent) ==
		    ((m->ext2 & TM_INDEPENDENT) != 0) &&
		    info.contentSize == (m->ext2 & TM_CONTENT_SIZE ? m->in : 0) &&
		    info.dictID == 0, "flags");
	/* the flag is there even if the size is 0 */
	TEST_ASSERT((frame[4] & 0x3f) == (m->ext2 & TM_LZ4_FLAGS), "FLG %x", frame[4]);
	TEST_ASSERT(level != 0 || m->produced >= m->in, "not stored");
	return check_distances(frame, m->produced, m->ext2,
			       window == 0 ? 65535 : 1u << window);
}

static int
make_one(struct tm_dev *t, uint64_t *seed)
{
	uint32_t level = tc_rand(seed) % 10;
	unsigned int window = tc_rand(seed) % 3 == 0 ? 8 + tc_rand(seed) % 8 : 0;
	struct tm_req m = {
		.dir = TC_COMPRESS, .type = TM_LZ4, .ext = level | TM_WIN(window) | TM_CRC |
			TM_ADLER, .ext2 = tc_rand(seed) & TM_LZ4_FLAGS,
		.sum = { 0, 1 }, .src = plain, .in = random_len(seed), .dst = frame,
		.room = ROOM + 64, .nb_src = tc_rand(seed) % 3 * (tc_rand(seed) % 200),
		.nb_dst = tc_rand(seed) % 3 * (tc_rand(seed) % 200), .seed = seed,
	};
	uint32_t need, crc = crc32(0, NULL, 0);
	uint64_t same = *seed;
	struct tm_req again;

	tm_fill(plain, m.in, seed);
	if (tc_rand(seed) % 2) {
		m.ext2 |= TM_XXH;
		m.ext &= ~TM_CRC;
	}
	again = m;
	TEST_ASSERT(tm_run(t, &m) == 0, "run");
	TEST_ASSERT(m.status == (m.produced < m.in ? TC_OK : TC_NEG_COMP) && m.consumed == m.in,
		    "status %x", m.status);
	TEST_ASSERT(check_frame(&m, level, window) == 0, "level %u, window %u, flags %x", level,
		    window, m.ext2);
	TEST_ASSERT(m.sum[0] == (m.ext2 & TM_XXH ? XXH32(plain, m.in, 0) :
				 crc32(crc, plain, m.in)) &&
		    m.sum[1] == adler32(1, plain, m.in), "checksums");
	/* to the byte; pieces of the source cut alike */
	need = m.produced;
	for (unsigned int i = 0; i < 2; i++) {
		uint64_t cuts = same;

		again.seed = &cuts;
		again.room = need - i;
		again.dst = back;
		again.sum[0] = 0;
		again.sum[1] = 1;
		TEST_ASSERT(tm_run(t, &again) == 0, "run");
		TEST_ASSERT(again.status == (i == 0 ? m.status : TC_NO_SPACE), "status %x, %u",
			    again.status, i);
	}
	return 0;
}

static int
test_make(void)
{
	uint64_t seed = 4004;
	struct tm_dev t;

	TEST_ASSERT(tm_open(&t) == 0, "open");
	for (unsigned int i = 0; i < 400; i++)
		TEST_ASSERT(make_one(&t, &seed) == 0, "round %u", i);
	TEST_ASSERT(tc_all_mistakes(&t.c[0]) == 0, "mistakes");
	return tm_close(&t);
}

/* A frame of liblz4's with random preferences, made in one go or in pieces. */
static size_t
lz4f_make(uint32_t len, uint64_t *seed)
{
	const LZ4F_preferences_t prefs = {
		.frameInfo = {
			.blockSizeID = LZ4F_max64KB + tc_rand(seed) % 4,
			.blockMode = tc_rand(seed) % 2, .dictID = tc_rand(seed) % 4 ? 0 : 7,
			.contentChecksumFlag = tc_rand(seed) % 2,
			.blockChecksumFlag = tc_rand(seed) % 2,
			.contentSize = tc_rand(seed) % 2 ? len : 0,
		},
		.compressionLevel = (int)(tc_rand(seed) % 20) - 5,
		.autoFlush = tc_rand(seed) % 2,
	};
	size_t n = 0, ret = 0;
	LZ4F_cctx *ctx;

	if (tc_rand(seed) % 2)
		return LZ4F_compressFrame(frame, sizeof(frame), plain, len, &prefs);
	if (LZ4F_isError(LZ4F_createCompressionContext(&ctx, LZ4F_VERSION)))
		abort();
	n = LZ4F_compressBegin(ctx, frame, sizeof(frame), &prefs);
	for (uint32_t at = 0, step; at < len && !LZ4F_isError(ret); at += step, n += ret) {
		step = 1 + tc_rand(seed) % 100000;
		if (step > len - at)
			step = len - at;
		ret = LZ4F_compressUpdate(ctx, frame + n, sizeof(frame) - n, plain + at, step,
					  NULL);
	}
	if (!LZ4F_isError(ret))
		ret = LZ4F_compressEnd(ctx, frame + n, sizeof(frame) - n, NULL);
	LZ4F_freeCompressionContext(ctx);
	return LZ4F_isError(ret) ? ret : n + ret;
}

static int
read_one(struct tm_dev *t, uint64_t *seed)
{
	uint32_t len = random_len(seed), behind = tc_rand(seed) % 3 * 5;
	struct tm_req m = {
		.dir = TC_DECOMPRESS, .type = TM_LZ4, .ext = TM_CRC | TM_ADLER,
		.sum = { 0, 1 }, .src = frame, .dst = back, .room = len,
		.nb_src = tc_rand(seed) % 3 * (tc_rand(seed) % 200),
		.nb_dst = tc_rand(seed) % 3 * (tc_rand(seed) % 200), .seed = seed,
	};
	bool xxh = tc_rand(seed) % 2;
	size_t n;

	tm_fill(plain, len, seed);
	n = lz4f_make(len, seed);
	TEST_ASSERT(!LZ4F_isError(n), "liblz4: %s", LZ4F_getErrorName(n));
	tc_noise(frame + n, behind, 5);
	m.in = n + behind;
	if (xxh) {
		m.ext = TM_ADLER;
		m.ext2 = TM_XXH;
	}
	TEST_ASSERT(tm_run(t, &m) == 0, "run");
	TEST_ASSERT(m.status == TC_OK && m.consumed == n && m.produced == len &&
		    memcmp(back, plain, len) == 0, "status %x, %u of %zu, %u of %u bytes",
		    m.status, m.consumed, n, m.produced, len);
	TEST_ASSERT(m.sum[0] == (xxh ? XXH32(plain, len, 0) : crc32(0, plain, len)) &&
		    m.sum[1] == adler32(1, plain, len), "checksums");
	m.room = len + 1 + tc_rand(seed) % 1000;
	TEST_ASSERT(tm_run(t, &m) == 0 && m.status == TC_OK && m.produced == len, "more room");
	if (len == 0)
		return 0;
	m.room = len - 1;
	TEST_ASSERT(tm_run(t, &m) == 0 && m.status == TC_NO_SPACE, "%x, a byte short", m.status);
	m.room = tc_rand(seed) % len;
	TEST_ASSERT(tm_run(t, &m) == 0 && m.status == TC_NO_SPACE, "%x, too little", m.status);
	m.room = len;
	m.in = tc_rand(seed) % n;
	TEST_ASSERT(tm_run(t, &m) == 0 && m.status == TC_BAD, "%x, truncated", m.status);
	return 0;
}

static int
test_read(void)
{
	uint64_t seed = 4005;
	struct tm_dev t;

	TEST_ASSERT(tm_open(&t) == 0, "open");
	for (unsigned int i = 0; i < 300; i++)
		TEST_ASSERT(read_one(&t, &seed) == 0, "round %u", i);
	TEST_ASSERT(tc_all_mistakes(&t.c[1]) == 0, "mistakes");
	return tm_close(&t);
}

/* Damage a frame here and there, where it matters more often than not. */
static size_t
damage(size_t n, uint64_t *seed)
{
	for (unsigned int i = 1 + tc_rand(seed) % 3; i != 0; i--) {
		size_t at = tc_rand(seed) % 2 ? tc_rand(seed) % n :
			tc_rand(seed) % (n < 40 ? n : 40);

		if (tc_rand(seed) % 2)
			frame[at] ^= 1u << tc_rand(seed) % 8;
		else
			frame[at] = (uint8_t)tc_rand(seed);
	}
	/* keep the header valid: else nothing behind it is ever reached */
	if (tc_rand(seed) % 8 != 0) {
		size_t len = 2 + (frame[4] & 8) + (frame[4] & 1) * 4;

		frame[0] = 0x04;
		frame[1] = 0x22;
		frame[2] = 0x4d;
		frame[3] = 0x18;
		if (4 + len < n)
			frame[4 + len] = XXH32(frame + 4, len, 0) >> 8;
	}
	return tc_rand(seed) % 4 ? n : 1 + tc_rand(seed) % n;
}

static int
damaged_one(struct tm_dev *t, uint64_t *seed, unsigned int *good)
{
	static uint8_t theirs[2 * LEN];
	uint32_t len = tc_rand(seed) % (1 + (LEN >> tc_rand(seed) % 14));
	struct tm_req m = {
		.dir = TC_DECOMPRESS, .type = TM_LZ4, .src = frame, .dst = back,
		.room = sizeof(back), .nb_src = tc_rand(seed) % 3 * (tc_rand(seed) % 200),
		.nb_dst = tc_rand(seed) % 3 * (tc_rand(seed) % 200), .seed = seed,
	};
	size_t n, consumed;
	int64_t want;

	tm_fill(plain, len, seed);
	n = damage(lz4f_make(len, seed), seed);
	m.in = n;
	want = lz4f_read(frame, n, theirs, sizeof(theirs), &consumed, NULL);
	if (tc_rand(seed) % 2)
		m.room = want >= 0 ? want : len;
	TEST_ASSERT(tm_run(t, &m) == 0, "run");
	if (want >= 0 && want <= m.room) {
		TEST_ASSERT(m.status == TC_OK && m.produced == want && m.consumed == consumed &&
			    memcmp(back, theirs, want) == 0,
			    "status %x, %u, liblz4 says %zd", m.status, m.produced,
			    (ssize_t)want);
		(*good)++;
	} else {
		TEST_ASSERT(m.status == TC_BAD || m.status == TC_NO_SPACE,
			    "status %x, liblz4 says %zd", m.status, (ssize_t)want);
		TEST_ASSERT(m.consumed == 0 && m.produced == 0, "lengths of an error");
	}
	return 0;
}

static int
test_damaged(void)
{
	unsigned int good = 0;
	uint64_t seed = 4006;
	struct tm_dev t;

	TEST_ASSERT(tm_open(&t) == 0, "open");
	for (unsigned int i = 0; i < 3000; i++)
		TEST_ASSERT(damaged_one(&t, &seed, &good) == 0, "round %u", i);
	TEST_ASSERT(good > 30 && good < 2900, "%u of 3000 were good", good);
	return tm_close(&t);
}

/* A frame whose blocks are given: head[] each, and bytes of noise after each. */
struct crafted {
	const char *name;
	uint8_t bd;
	uint32_t head[3];	/* 0 ends them */
	uint32_t bytes[3];
	int status;
	uint32_t produced;
};

#define STORED	(1u << 31)

static uint32_t
craft(const struct crafted *w)
{
	static const uint8_t magic[] = { 0x04, 0x22, 0x4d, 0x18 };
	uint32_t n = 7, zero = 0;

	memcpy(frame, magic, sizeof(magic));
	frame[4] = 0x40;
	frame[5] = w->bd;
	frame[6] = XXH32(frame + 4, 2, 0) >> 8;
	for (unsigned int i = 0; i < DIM(w->head) && w->head[i] != 0; i++) {
		memcpy(frame + n, &w->head[i], 4);
		tc_noise(frame + n + 4, w->bytes[i], i);
		n += 4 + w->bytes[i];
	}
	memcpy(frame + n, &zero, 4);
	return n + 4;
}

/* What random damage does not come across. */
static int
test_crafted(void)
{
	static const struct crafted wrong[] = {
		{ "empty", 0x40, { 0 }, { 0 }, TC_OK, 0 },
		{ "stored", 0x40, { STORED | 9 }, { 9 }, TC_OK, 9 },
		{ "stored nothing", 0x40, { STORED, STORED | 3 }, { 0, 3 }, TC_OK, 3 },
		{ "as long as can be", 0x40, { STORED | 65536 }, { 65536 }, TC_OK, 65536 },
		{ "longer", 0x40, { STORED | 65537 }, { 65537 }, TC_BAD, 0 },
		{ "as long, bigger blocks", 0x50, { STORED | 262144, STORED | 9 },
			{ 262144, 9 }, TC_OK, 262153 },
		{ "longer, compressed", 0x40, { 65537 }, { 65537 }, TC_BAD, 0 },
		{ "as long as a number", 0x70, { ~0u }, { 9 }, TC_BAD, 0 },
		{ "beyond the input", 0x40, { STORED | 200 }, { 9 }, TC_BAD, 0 },
		{ "block size 3", 0x30, { STORED | 9 }, { 9 }, TC_BAD, 0 },
		{ "reserved of BD", 0x41, { STORED | 9 }, { 9 }, TC_BAD, 0 },
	};
	uint8_t skippable[20] = { 0x5f, 0x2a, 0x4d, 0x18, 9 };
	struct tm_req m = { .dir = TC_DECOMPRESS, .type = TM_LZ4, .dst = back };
	uint64_t seed = 4007;
	struct tm_dev t;

	TEST_ASSERT(tm_open(&t) == 0, "open");
	m.seed = &seed;
	for (unsigned int i = 0; i < 2 * DIM(wrong); i++) {
		const struct crafted *w = &wrong[i / 2];

		m.src = frame;
		m.in = craft(w);
		m.room = sizeof(back);
		m.nb_dst = i % 2 * 5;
		TEST_ASSERT(tm_run(&t, &m) == 0 && m.status == w->status &&
			    m.produced == w->produced, "%s: status %x, %u", w->name, m.status,
			    m.produced);
	}
	m.src = skippable;
	m.in = sizeof(skippable);
	TEST_ASSERT(tm_run(&t, &m) == 0 && m.status == TC_OK && m.consumed == 17, "skippable");
	m.in = 16;
	TEST_ASSERT(tm_run(&t, &m) == 0 && m.status == TC_BAD, "skippable, truncated");
	m.in = 0;
	TEST_ASSERT(tm_run(&t, &m) == 0 && m.status == TC_BAD, "nothing");
	return tm_close(&t);
}

UACCE_TEST(soft_lz4_make, test_make)
UACCE_TEST(soft_lz4_read, test_read)
UACCE_TEST(soft_lz4_damaged, test_damaged)
UACCE_TEST(soft_lz4_crafted, test_crafted)
