/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/* Mapping the regions of a queue (datasheet 1.6). */

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "test.h"
#include "test_soft_util.h"

/* Is there memory at every page of p[0..len), or at none? */
static int
nb_pages(const void *p, size_t len)
{
	size_t page = sysconf(_SC_PAGESIZE);
	int n = 0;

	for (size_t off = 0; off < len; off += page) {
		unsigned char in_core;

		n += mincore((uint8_t *)(uintptr_t)p + off, page, &in_core) == 0;
	}
	return n;
}

static int
check_lengths(struct uacce_soft_queue *q, size_t dus, size_t mmio)
{
	const size_t bad_dus[] = { 0, 1, dus - 1, dus + 1, dus - 4096, dus + 4096, SIZE_MAX };
	const size_t bad_mmio[] = { 0, mmio + 1, mmio + 4096, SIZE_MAX };
	const size_t good_mmio[] = { 1, 4096, mmio - 1, mmio };
	void *none = NULL, *addr;

	for (unsigned int i = 0; i < DIM(bad_dus); i++)
		TEST_ASSERT(uacce_soft_map(q, TC_DUS, bad_dus[i], &none) == -EINVAL,
			"DUS of %zu", bad_dus[i]);
	for (unsigned int i = 0; i < DIM(bad_mmio); i++)
		TEST_ASSERT(uacce_soft_map(q, TC_MMIO, bad_mmio[i], &none) == -EINVAL,
			"MMIO of %zu", bad_mmio[i]);
	for (unsigned int region = 2; region < 9; region++)
		TEST_ASSERT(uacce_soft_map(q, region, dus, &none) == -EINVAL &&
			uacce_soft_unmap(q, region, &none, dus) == -EINVAL,
			"region %u", region);
	TEST_ASSERT(none == NULL, "an address in spite of the error");
	for (unsigned int i = 0; i < DIM(good_mmio); i++)
		TEST_ASSERT(uacce_soft_map(q, TC_MMIO, good_mmio[i], &addr) == 0 &&
			uacce_soft_unmap(q, TC_MMIO, addr, good_mmio[i]) == 0,
			"MMIO of %zu", good_mmio[i]);
	return 0;
}

static int
check_twice(struct uacce_soft_queue *q, unsigned int region, size_t len)
{
	void *addr = NULL, *other = NULL;

	for (int i = 0; i < 3; i++) {
		TEST_ASSERT(uacce_soft_map(q, region, len, &addr) == 0 && addr != NULL, "%d", i);
		TEST_ASSERT(uacce_soft_map(q, region, len, &other) == -EEXIST && other == NULL,
			"mapped twice");
		/* it is memory from end to end */
		memset(addr, 0, len);
		TEST_ASSERT(uacce_soft_unmap(q, region, addr, len) == 0, "unmap %d", i);
	}
	return 0;
}

static int
test_rules(void)
{
	static const unsigned int apis[] = { 2, 3 };

	for (unsigned int i = 0; i < DIM(apis); i++) {
		const struct uacce_soft_conf conf = { .api = apis[i], .nb_queues = 1 };
		struct uacce_soft *dev = uacce_soft_create(&conf);
		struct uacce_soft_queue *q;
		size_t dus, mmio;

		TEST_ASSERT(dev != NULL && uacce_soft_open(dev, 0, &q) == 0, "open");
		dus = tc_attr(dev, "region_dus_size");
		mmio = tc_attr(dev, "region_mmio_size");
		TEST_ASSERT(check_lengths(q, dus, mmio) == 0, "api %u", apis[i]);
		TEST_ASSERT(check_twice(q, TC_DUS, dus) == 0 &&
			check_twice(q, TC_MMIO, mmio) == 0, "api %u", apis[i]);
		/* started queues may be mapped, too */
		TEST_ASSERT(uacce_soft_ioctl(q, TC_START_Q, NULL) == 0, "start");
		TEST_ASSERT(check_twice(q, TC_DUS, dus) == 0, "started");
		uacce_soft_close(q);
		uacce_soft_destroy(dev);
	}
	return 0;
}

/* Mappings outlive the queue, as those of a closed file do. */
static int
test_after_close(void)
{
	const struct uacce_soft_conf conf = { .nb_queues = 1, .sq_depth = 8, .api = 3 };
	struct uacce_soft *dev = uacce_soft_create(&conf);
	size_t dus_len = tc_dus_len(8, 8), mmio_len = 65536;
	int dus_pages, mmio_pages;
	struct tc c, next;

	TEST_ASSERT(dev != NULL && tc_open(&c, dev, TC_COMPRESS, 0) == 0, "open");
	dus_pages = nb_pages(c.dus, dus_len);
	mmio_pages = nb_pages(c.mmio, mmio_len);
	TEST_ASSERT(dus_pages == (int)(dus_len / sysconf(_SC_PAGESIZE)), "%d", dus_pages);
	TEST_ASSERT(uacce_soft_close(c.q) == 0, "close");
	TEST_ASSERT(nb_pages(c.dus, dus_len) == dus_pages &&
		nb_pages(c.mmio, mmio_len) == mmio_pages, "gone with the queue");
	memset(c.dus, 0xff, dus_len);
	memset(c.mmio, 0xff, mmio_len);

	/* the next owner of the number has memory of its own */
	TEST_ASSERT(tc_open(&next, dev, TC_COMPRESS, 0) == 0 && next.q == c.q &&
		next.dus != c.dus && next.mmio != c.mmio, "open again");
	TEST_ASSERT(tc_rx_stop(&next) == 0 && tc_cqe(&next, 0)[3] == 0, "shared");
	TEST_ASSERT(uacce_soft_unmap(next.q, TC_DUS, c.dus, dus_len) == 0 &&
		uacce_soft_unmap(next.q, TC_MMIO, c.mmio, mmio_len) == 0, "unmap the old");
	TEST_ASSERT(nb_pages(c.dus, dus_len) == 0 && nb_pages(c.mmio, mmio_len) == 0, "left");
	TEST_ASSERT(nb_pages(next.dus, dus_len) == dus_pages, "unmapped the new one");
	TEST_ASSERT(tc_close(&next) == 0, "close");
	TEST_ASSERT(nb_pages(next.dus, dus_len) == 0 && nb_pages(next.mmio, mmio_len) == 0,
		"left at close");
	uacce_soft_destroy(dev);
	return 0;
}

/* Unmapping while open, even twice, takes nothing from under the engine. */
static int
test_unmap_early(void)
{
	const struct uacce_soft_conf conf = { .nb_queues = 1, .sq_depth = 8 };
	struct uacce_soft *dev = uacce_soft_create(&conf);
	static const uint32_t sqe[TC_SQE_WORDS];
	struct tc c;
	void *dus;

	TEST_ASSERT(dev != NULL && tc_open(&c, dev, TC_COMPRESS, 0) == 0, "open");
	tc_put(&c, sqe);
	dus = c.dus;
	TEST_ASSERT(uacce_soft_unmap(c.q, TC_DUS, dus, c.dus_len) == 0, "first");
	uacce_soft_unmap(c.q, TC_DUS, dus, c.dus_len);
	tc_ring(&c);
	TEST_ASSERT(uacce_soft_run(c.q, 8) == 1, "run");
	TEST_ASSERT(uacce_soft_map(c.q, TC_DUS, c.dus_len, &dus) == 0 && dus == c.dus &&
		tc_poll(&c) == 0, "mapped again it shows the rings");
	TEST_ASSERT(tc_close(&c) == 0 && nb_pages(dus, c.dus_len) == 0, "close");
	uacce_soft_destroy(dev);
	return 0;
}

/* A client that maps but part of MMIO leaves nothing behind either. */
static int
test_partial(void)
{
	const struct uacce_soft_conf conf = { .nb_queues = 1, .sq_depth = 8, .api = 3 };
	struct uacce_soft *dev = uacce_soft_create(&conf);
	size_t page = sysconf(_SC_PAGESIZE);
	struct uacce_soft_queue *q;
	void *mmio;

	TEST_ASSERT(dev != NULL && uacce_soft_open(dev, 0, &q) == 0, "open");
	TEST_ASSERT(uacce_soft_map(q, TC_MMIO, 100, &mmio) == 0, "map");
	TEST_ASSERT(uacce_soft_close(q) == 0, "close");
	TEST_ASSERT(nb_pages(mmio, 65536) == 1, "%d pages are left", nb_pages(mmio, 65536));
	TEST_ASSERT(uacce_soft_unmap(q, TC_MMIO, mmio, page) == 0 &&
		nb_pages(mmio, 65536) == 0, "unmap");
	uacce_soft_destroy(dev);
	return 0;
}

UACCE_TEST(soft_map_rules, test_rules)
UACCE_TEST(soft_map_after_close, test_after_close)
UACCE_TEST(soft_map_unmap_early, test_unmap_early)
UACCE_TEST(soft_map_partial, test_partial)
