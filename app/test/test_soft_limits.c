/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/* Requests the engine refuses: status and, if it is the client's, the mistake. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test.h"
#include "test_soft_util.h"

#define LEN	100

static uint8_t src[LEN], dst[300];

/* A good request of this queue, to be spoiled. */
static struct treq
good(unsigned int api)
{
	return (struct treq){
		.api = api, .type = TC_ZLIB, .src = src, .in = LEN, .dst = dst,
		.out = sizeof(dst),
	};
}

/* The SQE fails with BAD, the mistake and no other is counted, nothing written. */
static int
refused(struct tc *c, const uint32_t *spoiled, enum uacce_soft_mistake mistake)
{
	uint64_t before = tc_mistakes(c, mistake), all = tc_all_mistakes(c);
	uint32_t sqe[TC_SQE_WORDS];

	memcpy(sqe, spoiled, sizeof(sqe));
	memset(dst, 0x77, sizeof(dst));
	TEST_ASSERT(tc_exec(c, sqe) == 0 && (sqe[DW_STATUS] & 0xff) == TC_BAD, "status %x",
		sqe[DW_STATUS]);
	TEST_ASSERT(sqe[DW_CONSUMED] == 0 && sqe[DW_PRODUCED] == 0, "lengths");
	TEST_ASSERT(tc_mistakes(c, mistake) == before + 1 && tc_all_mistakes(c) == all + 1,
		"not counted as %s", uacce_soft_mistake_name(mistake));
	for (unsigned int i = 0; i < sizeof(dst); i++)
		TEST_ASSERT(dst[i] == 0x77, "byte %u written", i);
	return 0;
}

static int
refused_word(struct tc *c, unsigned int api, int dw, uint32_t value,
	     enum uacce_soft_mistake mistake)
{
	struct treq r = good(api);
	uint32_t sqe[TC_SQE_WORDS];

	tc_build(&r, sqe);
	sqe[dw] = value;
	TEST_ASSERT(refused(c, sqe, mistake) == 0, "api %u, dw%d of %08x", api, dw, value);
	return 0;
}

static int
types(struct tc *c, unsigned int api)
{
	uint32_t dw7 = api == 2 ? 0 : 3u << 28, dw9 = 0;

	for (uint32_t type = 0; type < 16; type++)
		if (type << 28 != dw7 && refused_word(c, api, DW_7, type << 28,
						      UACCE_SOFT_SQE_TYPE) != 0)
			return -1;
	for (uint32_t req = 0; req < 256; req++)
		if (req != TC_ZLIB && req != TC_GZIP && !(req == TC_DEFLATE && api >= 3) &&
		    refused_word(c, api, DW_9, dw9 | req, UACCE_SOFT_SQE_REQUEST) != 0)
			return -1;
	for (uint32_t buf = 2; buf < 16; buf++)
		if (refused_word(c, api, DW_9, dw9 | TC_ZLIB | buf << 8,
				 UACCE_SOFT_SQE_REQUEST) != 0)
			return -1;
	/* a stream is its context; see test_soft_stream_comp.c for those that have one */
	return refused_word(c, api, DW_7, dw7 | TC_STATEFUL, UACCE_SOFT_SQE_MODE) != 0 ||
		refused_word(c, api, DW_7, dw7 | TC_STATEFUL | TC_NEW | TC_FINISH,
			     UACCE_SOFT_SQE_MODE) != 0 ? -1 : 0;
}

static int
lengths(struct tc *c, unsigned int api)
{
	static const uint32_t lens[] = { TC_MAX_LEN + 1, 1u << 24, UINT32_MAX };

	for (unsigned int i = 0; i < DIM(lens); i++)
		if (refused_word(c, api, DW_IN_LEN, lens[i], UACCE_SOFT_SQE_LENGTH) != 0 ||
		    refused_word(c, api, DW_OUT_LEN, lens[i], UACCE_SOFT_SQE_LENGTH) != 0)
			return -1;
	return refused_word(c, api, DW_IN_LEN, 0, UACCE_SOFT_SQE_LENGTH);
}

static int
null_addresses(struct tc *c, unsigned int api)
{
	uint32_t sqe[TC_SQE_WORDS];
	struct treq r = good(api);

	r.src = NULL;
	tc_build(&r, sqe);
	TEST_ASSERT(refused(c, sqe, UACCE_SOFT_SQE_ADDRESS) == 0, "source");
	r = good(api);
	r.dst = NULL;
	tc_build(&r, sqe);
	TEST_ASSERT(refused(c, sqe, UACCE_SOFT_SQE_ADDRESS) == 0, "destination");
	return 0;
}

static int
both_directions(int (*func)(struct tc *c, unsigned int api))
{
	static const unsigned int apis[] = { 2, 3, 5 };

	tc_text(src, LEN, 1);
	for (unsigned int i = 0; i < 2 * DIM(apis); i++) {
		const struct uacce_soft_conf conf = {
			.api = apis[i / 2], .nb_queues = 1, .sq_depth = 8,
		};
		struct uacce_soft *dev = uacce_soft_create(&conf);
		struct tc c;

		TEST_ASSERT(dev != NULL && tc_open(&c, dev, i % 2, 0) == 0, "open");
		TEST_ASSERT(func(&c, conf.api) == 0, "api %u, direction %u", conf.api, i % 2);
		TEST_ASSERT(tc_close(&c) == 0, "close");
		uacce_soft_destroy(dev);
	}
	return 0;
}

static int
test_types(void)
{
	return both_directions(types);
}

static int
test_lengths(void)
{
	return both_directions(lengths);
}

static int
test_addresses(void)
{
	return both_directions(null_addresses);
}

/* So little room and the engine does nothing, with status 0x0e (3.8, 12). */
static int
little_room(struct tc *c, unsigned int api)
{
	uint32_t sqe[TC_SQE_WORDS];
	struct treq r = good(api);
	int status;

	for (r.out = 0; r.out <= 16; r.out++) {
		memset(dst, 0x77, sizeof(dst));
		TEST_ASSERT(tc_do(c, &r, sqe) == TC_NO_SPACE && sqe[DW_CONSUMED] == 0 &&
			sqe[DW_PRODUCED] == 0, "%u bytes: %x", r.out, sqe[DW_STATUS]);
		for (unsigned int i = 0; i < sizeof(dst); i++)
			TEST_ASSERT(dst[i] == 0x77, "byte %u written", i);
	}
	/* without room an address is not needed */
	r.out = 0;
	r.dst = NULL;
	TEST_ASSERT(tc_do(c, &r, sqe) == TC_NO_SPACE, "no destination");
	/* one byte more and it works, on what is so short */
	r = good(api);
	r.in = 3;
	r.out = 17;
	status = tc_do(c, &r, sqe);
	TEST_ASSERT(status == TC_NEG_COMP || status == TC_BAD, "17 bytes: %x", status);
	TEST_ASSERT(tc_all_mistakes(c) == 0, "a mistake");
	return 0;
}

static int
test_little_room(void)
{
	return both_directions(little_room);
}

/* Window codes above 32 KiB: of compression on type 3 only (3.2). */
static int
window_codes(struct tc *c, unsigned int api)
{
	uint32_t sqe[TC_SQE_WORDS], stream[TC_SQE_WORDS];
	static uint8_t packed[LEN];
	struct treq r = good(api);
	int good_status = TC_OK;

	/* the direction is what this succeeds in */
	r.in = tref_deflate(TC_ZLIB, 6, src, LEN, packed, sizeof(packed));
	r.src = packed;
	if (tc_do(c, &r, stream) != TC_OK || stream[DW_PRODUCED] != LEN) {
		r = good(api);
		good_status = tc_do(c, &r, sqe);
		TEST_ASSERT(good_status == TC_OK, "compression: %x", good_status);
		for (r.window = 5; api != 2 && r.window < 16; r.window++) {
			tc_build(&r, sqe);
			TEST_ASSERT(refused(c, sqe, UACCE_SOFT_SQE_RESERVED) == 0, "code %u",
				r.window);
		}
		if (api != 2)
			return 0;
	}
	for (r.window = 0; r.window < 16; r.window++)
		TEST_ASSERT(tc_do(c, &r, sqe) == TC_OK, "code %u", r.window);
	return 0;
}

static int
test_window_codes(void)
{
	return both_directions(window_codes);
}

UACCE_TEST(soft_limits_types, test_types)
UACCE_TEST(soft_limits_lengths, test_lengths)
UACCE_TEST(soft_limits_addresses, test_addresses)
UACCE_TEST(soft_limits_little_room, test_little_room)
UACCE_TEST(soft_limits_window_codes, test_window_codes)
