/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/* Lists that hold more than a flat buffer may: 8 MiB is what an entry may hold (3.8, 4.3). */

#include <stdlib.h>
#include <string.h>

#include "test.h"
#include "test_soft_util.h"

#define LEN	(2 * TC_MAX_LEN + 12345)
#define PARTS	3u

/* A list of len bytes in PARTS entries of at most 8 MiB. */
static void *
list_of(const uint8_t *p, uint32_t len)
{
	struct tseg segs[PARTS];

	for (unsigned int i = 0; i < PARTS; i++) {
		uint32_t n = len < TC_MAX_LEN ? len : TC_MAX_LEN;

		segs[i] = (struct tseg){ p, n };
		p += n;
		len -= n;
	}
	return tsgl_new(segs, PARTS, 2);
}

/* One request from a list of in bytes to one of LEN bytes. @return what it produced. */
static uint32_t
run(struct uacce_soft *dev, unsigned int dir, const uint8_t *from, uint32_t in, uint8_t *to)
{
	struct treq r = {
		.type = TC_GZIP, .window = 4, .sgl = true, .in = in, .out = LEN,
		.src = list_of(from, in), .dst = list_of(to, LEN),
	};
	uint32_t sqe[TC_SQE_WORDS], n = 0;
	struct tc c;

	if (tc_open(&c, dev, dir, 0) != 0)
		return 0;
	if (tc_do(&c, &r, sqe) == TC_OK && sqe[DW_CONSUMED] == in && tc_all_mistakes(&c) == 0)
		n = sqe[DW_PRODUCED];
	tc_close(&c);
	free((void *)(uintptr_t)r.src);
	free(r.dst);
	return n;
}

static int
test_long(void)
{
	const struct uacce_soft_conf conf = { .api = 3 };
	struct uacce_soft *dev = uacce_soft_create(&conf);
	uint8_t *plain = malloc(LEN), *packed = malloc(LEN), *back = calloc(1, LEN);
	uint32_t n;

	TEST_ASSERT(dev != NULL && plain != NULL && packed != NULL && back != NULL, "memory");
	tc_text(plain, LEN, 3);
	n = run(dev, TC_COMPRESS, plain, LEN, packed);
	TEST_ASSERT(n != 0 && n < LEN, "compress: %u", n);
	TEST_ASSERT(tref_check(TC_GZIP, packed, n, 0, 15, plain, LEN) == 0, "other data");
	TEST_ASSERT(run(dev, TC_DECOMPRESS, packed, n, back) == LEN &&
		    memcmp(plain, back, LEN) == 0, "decompress");
	uacce_soft_destroy(dev);
	free(plain);
	free(packed);
	free(back);
	return 0;
}

UACCE_TEST(soft_sgl_long, test_long)
