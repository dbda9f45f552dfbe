/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/* Hot unplug and replug, a thousand times, with ops in flight: nothing is left behind. */

#include <dirent.h>
#include <malloc.h>
#include <stdio.h>
#include <string.h>

#include <rte_dev.h>
#include <rte_malloc.h>
#include <rte_memzone.h>

#include "test_log.h"
#include "test_pmd_traffic.h"

#define ROUNDS	1000u
#define WARM	10u	/* rounds after which nothing may grow */

/* What a device could leak. */
struct held {
	size_t c_heap;		/* 0 under AddressSanitizer, which looks for itself */
	size_t dpdk_heap;
	unsigned int memzones;
	unsigned int fds;
	unsigned int maps;
};

static void
count_memzone(const struct rte_memzone *mz, void *nb)
{
	RTE_SET_USED(mz);
	(*(unsigned int *)nb)++;
}

static unsigned int
count_fds(void)
{
	DIR *dir = opendir("/proc/self/fd");
	unsigned int nb = 0;

	while (dir != NULL && readdir(dir) != NULL)
		nb++;
	if (dir != NULL)
		closedir(dir);
	return nb;
}

static unsigned int
count_maps(void)
{
	FILE *f = fopen("/proc/self/maps", "r");
	unsigned int nb = 0;
	int c;

	while (f != NULL && (c = getc(f)) != EOF)
		nb += c == '\n';
	if (f != NULL)
		fclose(f);
	return nb;
}

static void
look(struct held *h)
{
	struct rte_malloc_socket_stats s = { 0 };
	struct mallinfo2 m = mallinfo2();

	*h = (struct held){ .c_heap = m.uordblks + m.hblkhd, .fds = count_fds(),
		.maps = count_maps() };
	rte_malloc_get_socket_stats(rte_socket_id(), &s);
	h->dpdk_heap = s.heap_allocsz_bytes;
	rte_memzone_walk(count_memzone, &h->memzones);
}

static int
plug(struct pmd_dev *dev, const char *args)
{
	struct rte_compressdev_config conf = { .socket_id = rte_socket_id(),
		.nb_queue_pairs = 1 };
	char devargs[256];
	int id;

	snprintf(devargs, sizeof(devargs), "vdev:%s,%s", PMD_NAME, args);
	TEST_ASSERT(rte_dev_probe(devargs) == 0, "probe");
	id = rte_compressdev_get_dev_id(PMD_NAME);
	TEST_ASSERT(id >= 0, "id %d", id);
	*dev = (struct pmd_dev){ .id = id, .nb_qps = 1, .name = PMD_NAME };
	TEST_ASSERT(rte_compressdev_configure(id, &conf) == 0 &&
		    rte_compressdev_queue_pair_setup(id, 0, TRAFFIC_OPS, rte_socket_id()) == 0 &&
		    rte_compressdev_start(id) == 0, "start");
	return 0;
}

/* The device, as the bus knows it. */
static struct rte_device *
find_device(void)
{
	struct rte_dev_iterator it;
	struct rte_device *found = NULL, *d;

	RTE_DEV_FOREACH(d, "bus=vdev", &it)
		if (strcmp(rte_dev_name(d), PMD_NAME) == 0)
			found = d;
	return found;
}

static int
round_trip(unsigned int i, const char *args)
{
	struct traffic_sum sum;
	struct pmd_dev dev;

	traffic_reset(&sum);
	if (plug(&dev, args) != 0)
		return -1;
	TEST_ASSERT(traffic_make(&dev) == 0 && traffic_send(&dev, 20, &sum) == 0, "traffic");
	/* every other time the device goes stopped, with what nobody has dequeued */
	if (i & 1)
		TEST_ASSERT(traffic_settle(&dev, PMD_WAIT_S * 1000, &sum) == 0 &&
			    sum.good == 20, "%u of 20", sum.good);
	else
		rte_compressdev_stop(dev.id);
	traffic_free(&dev);
	TEST_ASSERT(rte_dev_remove(find_device()) == 0, "remove");
	TEST_ASSERT(rte_compressdev_count() == 0, "still there");
	return 0;
}

static int
rounds(const char *args, unsigned int nb)
{
	struct held first = { 0 }, now;

	for (unsigned int i = 0; i < nb; i++) {
		log_forget();
		TEST_ASSERT(round_trip(i, args) == 0, "%s, round %u: %s", args, i, log_text());
		look(&now);
		if (i == WARM)
			first = now;
		if (i <= WARM)
			continue;
		TEST_ASSERT(now.dpdk_heap == first.dpdk_heap && now.memzones == first.memzones &&
			    now.fds == first.fds, "%s, round %u: heap %zu, %zu before; %u "
			    "memzones, %u before; %u descriptors, %u before", args, i,
			    now.dpdk_heap, first.dpdk_heap, now.memzones, first.memzones,
			    now.fds, first.fds);
	}
	TEST_ASSERT(now.c_heap == 0 || (now.maps <= first.maps + 8 &&
					now.c_heap < first.c_heap + (128u << 10)),
		    "%u mappings, %u before; %zu bytes, %zu before", now.maps, first.maps,
		    now.c_heap, first.c_heap);
	return 0;
}

static int
test_replug(void)
{
	int ret = pmd_up();

	pmd_seed(6201);
	if (ret == 0)
		ret = log_catch();
	if (ret == 0)
		ret = rounds("device=soft", ROUNDS);
	if (ret == 0)
		ret = rounds("device=soft,soft_ext=off,fallback=off", ROUNDS / 4);
	if (ret == 0)
		ret = rounds("device=soft,soft_threads=2", ROUNDS / 4);
	log_release();
	return pmd_down(ret);
}

UACCE_TEST(pmd_replug, test_replug)
