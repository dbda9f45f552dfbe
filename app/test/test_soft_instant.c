/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/* Instant mode: requests complete, payloads are not touched. */

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "test.h"
#include "test_soft_util.h"

#define ROOM	(2u << 20)

/* Source and destination are memory that traps. */
static int
all_lengths(struct tc *c, uint8_t *trap, bool sgl)
{
	static const uint32_t lens[] = { 1, 16, 17, 100, 4096, 65536, 1 << 20 };
	uint32_t sqe[TC_SQE_WORDS];

	for (unsigned int type = TC_DEFLATE; type <= TC_GZIP; type++)
		for (unsigned int i = 0; i < DIM(lens) * DIM(lens); i++) {
			uint32_t in = lens[i / DIM(lens)], room = lens[i % DIM(lens)];
			const struct tseg src = { trap, in }, dst = { trap + ROOM / 2, room };
			struct treq r = {
				.type = type, .sgl = sgl, .src = src.addr, .in = in,
				.dst = (void *)(uintptr_t)dst.addr, .out = room,
			};
			int status;

			if (sgl) {
				r.src = tsgl_new(&src, 1, 1);
				r.dst = tsgl_new(&dst, 1, 1);
			}
			status = tc_do(c, &r, sqe);
			TEST_ASSERT(status == (room < 17 ? TC_NO_SPACE : TC_OK), "%x", status);
			TEST_ASSERT(room < 17 || (sqe[DW_CONSUMED] == in &&
				sqe[DW_PRODUCED] <= room), "%u %u", in, room);
			if (sgl) {
				free((void *)(uintptr_t)r.src);
				free(r.dst);
			}
		}
	return 0;
}

static int
test_instant(void)
{
	static const unsigned int threads[] = { 0, 1, 2 };
	uint8_t *trap = mmap(NULL, ROOM, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	TEST_ASSERT(trap != MAP_FAILED, "no memory");
	for (unsigned int i = 0; i < 2 * DIM(threads); i++) {
		const struct uacce_soft_conf conf = {
			.nb_queues = 1, .sq_depth = 8, .instant = true, .threads = threads[i / 2],
		};
		struct uacce_soft *dev = uacce_soft_create(&conf);
		struct tc c;

		TEST_ASSERT(dev != NULL && tc_open(&c, dev, i % 2, 0) == 0, "open");
		TEST_ASSERT(all_lengths(&c, trap, false) == 0 && all_lengths(&c, trap, true) == 0,
			"direction %u", i % 2);
		TEST_ASSERT(tc_all_mistakes(&c) == 0 && tc_close(&c) == 0, "close");
		uacce_soft_destroy(dev);
	}
	munmap(trap, ROOM);
	return 0;
}

/* What is wrong with an SQE is wrong in this mode, too. */
static int
test_checks(void)
{
	const struct uacce_soft_conf conf = { .nb_queues = 1, .sq_depth = 8, .instant = true };
	struct uacce_soft *dev = uacce_soft_create(&conf);
	static uint8_t buf[64];
	const struct treq good = {
		.type = TC_ZLIB, .src = buf, .in = 64, .dst = buf, .out = 64,
	};
	uint32_t sqe[TC_SQE_WORDS];
	struct treq r = good;
	struct tc c;

	TEST_ASSERT(dev != NULL && tc_open(&c, dev, TC_COMPRESS, 0) == 0, "open");
	r.type = 9;
	TEST_ASSERT(tc_do(&c, &r, sqe) == TC_BAD &&
		tc_mistakes(&c, UACCE_SOFT_SQE_REQUEST) == 1, "type");
	r = good;
	r.api = 2;
	TEST_ASSERT(tc_do(&c, &r, sqe) == TC_BAD &&
		tc_mistakes(&c, UACCE_SOFT_SQE_TYPE) == 1, "SQE type");
	r = good;
	r.in = TC_MAX_LEN + 1;
	TEST_ASSERT(tc_do(&c, &r, sqe) == TC_BAD &&
		tc_mistakes(&c, UACCE_SOFT_SQE_LENGTH) == 1, "length");
	r = good;
	r.src = NULL;
	TEST_ASSERT(tc_do(&c, &r, sqe) == TC_BAD &&
		tc_mistakes(&c, UACCE_SOFT_SQE_ADDRESS) == 1, "address");
	TEST_ASSERT(tc_all_mistakes(&c) == 4 && tc_close(&c) == 0, "close");
	uacce_soft_destroy(dev);
	return 0;
}

UACCE_TEST(soft_instant_untouched, test_instant)
UACCE_TEST(soft_instant_checks, test_checks)
