/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/*
 * Devices come and go: many times, several at once with different arguments, removed in
 * any order and in any state.
 */

#include <malloc.h>
#include <string.h>
#include <unistd.h>

#include <rte_bus_vdev.h>
#include <rte_malloc.h>

#include <rte_pmd_uacce_zip.h>

#include "test_log.h"
#include "test_pmd.h"

#define LEN	5000u

static uint8_t data[LEN], back[LEN];

/* Compress and decompress something. */
static int
works(const struct pmd_dev *dev)
{
	struct pmd_io io = {
		.xform = pmd_deflate(dev, 1, RTE_COMP_HUFFMAN_DEFAULT, 15,
				     RTE_COMP_CHECKSUM_NONE),
		.flush = RTE_COMP_FLUSH_FINAL, .src_len = LEN,
	};
	struct pmd_buf src, mid, dst;

	TEST_ASSERT(io.xform != NULL && pmd_buf_with(&src, data, LEN) == 0 &&
		    pmd_buf_flat(&mid, 2 * LEN) == 0 && pmd_buf_flat(&dst, LEN) == 0, "setup");
	io.src = &src;
	io.dst = &mid;
	TEST_ASSERT(pmd_run(dev, &io) == 0 && io.status == RTE_COMP_OP_STATUS_SUCCESS,
		    "%s: %u", dev->name, io.status);
	pmd_xform_free(dev, io.xform);
	io.xform = pmd_inflate(dev, RTE_COMP_CHECKSUM_NONE);
	TEST_ASSERT(io.xform != NULL, "xform");
	io.src = &mid;
	io.src_len = io.produced;
	io.dst = &dst;
	TEST_ASSERT(pmd_run(dev, &io) == 0 && io.status == RTE_COMP_OP_STATUS_SUCCESS,
		    "%s: %u", dev->name, io.status);
	pmd_buf_read(&dst, 0, back, LEN);
	TEST_ASSERT(io.produced == LEN && memcmp(back, data, LEN) == 0, "other data");
	pmd_xform_free(dev, io.xform);
	pmd_buf_free(&src);
	pmd_buf_free(&mid);
	pmd_buf_free(&dst);
	return 0;
}

/* What malloc() gave out; 0 under AddressSanitizer, which looks for itself. */
static size_t
c_heap(void)
{
	struct mallinfo2 m = mallinfo2();

	return m.uordblks + m.hblkhd;
}

static size_t
dpdk_heap(void)
{
	struct rte_malloc_socket_stats s;

	return rte_malloc_get_socket_stats(rte_socket_id(), &s) == 0 ?
		s.heap_allocsz_bytes : 0;
}

static int
many_times(void)
{
	static const char * const args[] = {
		"device=soft", "device=soft,soft_threads=2",
		"device=soft,soft_ext=off", "device=soft,soft_ext=off,fallback=off",
	};
	struct pmd_dev dev;
	size_t heap = 0, heap_c = 0;

	for (unsigned int i = 0; i < 120; i++) {
		TEST_ASSERT(pmd_open(&dev, PMD_NAME, args[i % 4], 1 + i % 5, 64) == 0, "open");
		if (works(&dev) != 0)
			return -1;
		TEST_ASSERT(pmd_close(&dev) == 0, "close %u", i);
		/* the first round may leave what DPDK caches */
		if (i == 7) {
			heap = dpdk_heap();
			heap_c = c_heap();
		}
		TEST_ASSERT(i <= 7 || dpdk_heap() == heap, "round %u: %zu bytes, %zu before",
			    i, dpdk_heap(), heap);
	}
	TEST_ASSERT(c_heap() < heap_c + 65536, "%zu bytes, %zu before", c_heap(), heap_c);
	return 0;
}

/* Removed without stop, without close, without configure. */
static int
in_any_state(void)
{
	struct pmd_dev dev;

	for (unsigned int i = 0; i < 4; i++) {
		if (i == 0) {
			TEST_ASSERT(pmd_probe(PMD_NAME, "device=soft") == 0, "probe");
		} else {
			TEST_ASSERT(pmd_open(&dev, PMD_NAME, "device=soft", 3, 64) == 0, "open");
			TEST_ASSERT(works(&dev) == 0, "does not work");
		}
		if (i >= 2)
			rte_compressdev_stop(dev.id);
		if (i >= 3)
			TEST_ASSERT(rte_compressdev_close(dev.id) == 0, "close");
		TEST_ASSERT(rte_vdev_uninit(PMD_NAME) == 0, "remove in state %u", i);
		TEST_ASSERT(rte_compressdev_count() == 0, "still there");
	}
	return 0;
}

/* Ops that nobody dequeued are the application's again when the device is gone. */
static int
with_ops_inside(void)
{
	struct pmd_buf src, dst;
	struct pmd_io io = { .flush = RTE_COMP_FLUSH_FINAL, .src = &src, .dst = &dst,
		.src_len = LEN };
	struct rte_comp_op *ops[20];
	struct pmd_dev dev;

	TEST_ASSERT(pmd_open(&dev, PMD_NAME, "device=soft,soft_threads=1", 1, 64) == 0, "open");
	io.xform = pmd_deflate(&dev, 9, RTE_COMP_HUFFMAN_DEFAULT, 15, RTE_COMP_CHECKSUM_NONE);
	TEST_ASSERT(pmd_buf_with(&src, data, LEN) == 0 && pmd_buf_cut(&dst, LEN, 30, true) == 0,
		    "setup");
	for (unsigned int i = 0; i < DIM(ops); i++)
		ops[i] = pmd_op(&io);
	TEST_ASSERT(rte_compressdev_enqueue_burst(dev.id, 0, ops, DIM(ops)) == DIM(ops), "enq");
	log_catch();
	TEST_ASSERT(pmd_close(&dev) == 0, "close");
	TEST_ASSERT(log_has("20 ops not dequeued"), "said only: %s", log_text());
	log_release();
	for (unsigned int i = 0; i < DIM(ops); i++)
		rte_comp_op_free(ops[i]);
	pmd_buf_free(&src);
	pmd_buf_free(&dst);
	return 0;
}

/* Several at once; removed in the order `order`, one by one, while the rest work. */
static int
several(const unsigned int *order)
{
	static const char * const args[] = {
		"device=soft,max_qps=2", "device=soft,soft_ext=off,soft_api=2",
		"device=soft,soft_threads=1,soft_depth=64",
	};
	struct pmd_dev dev[3];
	char name[32];

	for (unsigned int i = 0; i < 3; i++) {
		snprintf(name, sizeof(name), "uacce_zip%u", i);
		TEST_ASSERT(pmd_open(&dev[i], name, args[i], 2, 32) == 0, "%s", name);
	}
	for (unsigned int i = 0; i < 3; i++)
		TEST_ASSERT(works(&dev[i]) == 0, "%s", dev[i].name);
	TEST_ASSERT(pmd_dumped(&dev[1], "lane engine compress:", "enqueued") == 1 &&
		    pmd_dumped(&dev[0], "lane soft compress:", "enqueued") == 1,
		    "arguments went to another device");
	for (unsigned int i = 0; i < 3; i++)
		TEST_ASSERT(rte_vdev_uninit(dev[order[i]].name) == 0, "remove %u, the %u.",
			    order[i], i + 1);
	TEST_ASSERT(rte_compressdev_count() == 0, "still there");
	return 0;
}

static int
in_any_order(void)
{
	static const unsigned int orders[][3] = {
		{ 2, 1, 0 }, { 0, 1, 2 }, { 1, 0, 2 }, { 0, 2, 1 },
	};

	for (unsigned int i = 0; i < DIM(orders); i++)
		TEST_ASSERT(several(orders[i]) == 0, "order %u", i);
	TEST_ASSERT(pmd_probe(PMD_NAME, "device=soft") == 0, "again");
	TEST_ASSERT(pmd_probe(PMD_NAME, "device=soft") < 0, "the same name twice");
	return rte_vdev_uninit(PMD_NAME);
}

static int
dump_refuses(void)
{
	struct pmd_dev dev;

	TEST_ASSERT(rte_pmd_uacce_zip_dump(0, stdout) < 0, "no device at all");
	TEST_ASSERT(pmd_open(&dev, PMD_NAME, "device=soft", 1, 32) == 0, "open");
	TEST_ASSERT(rte_pmd_uacce_zip_dump(dev.id, NULL) < 0, "no file");
	TEST_ASSERT(rte_pmd_uacce_zip_dump(dev.id + 1, stdout) < 0, "no such device");
	TEST_ASSERT(rte_pmd_uacce_zip_dump(255, stdout) < 0, "no such device");
	/* no engine is open: no fault is the driver's */
	TEST_ASSERT(rte_pmd_uacce_zip_sigbus(&dev) == 0 && rte_pmd_uacce_zip_sigbus(NULL) == 0,
		    "claims a fault");
	return pmd_close(&dev);
}

static int
test_probe(void)
{
	int ret = pmd_up();

	pmd_seed(4801);
	pmd_fill(PMD_TEXT, data, LEN);
	if (ret == 0)
		ret = dump_refuses();
	if (ret == 0)
		ret = many_times();
	if (ret == 0)
		ret = in_any_state();
	if (ret == 0)
		ret = with_ops_inside();
	if (ret == 0)
		ret = in_any_order();
	return pmd_down(ret);
}

/* Whoever leaves without removing its devices leaves nothing either. */
static int
test_cleanup(void)
{
	struct pmd_dev dev;
	char name[32], dir[256];
	int ret = pmd_up();

	snprintf(dir, sizeof(dir), "%s", rte_eal_get_runtime_dir());
	for (unsigned int i = 0; i < 3 && ret == 0; i++) {
		snprintf(name, sizeof(name), "uacce_zip%u", i);
		ret = pmd_open(&dev, name, "device=soft,soft_threads=1", 2, 32);
	}
	rte_mempool_free(pmd_mbufs);
	rte_mempool_free(pmd_ops);
	pmd_mbufs = pmd_ops = NULL;
	if (rte_eal_cleanup() != 0)
		ret = -1;
	rmdir(dir);
	TEST_ASSERT(ret == 0, "setup or cleanup");
	TEST_ASSERT(rte_compressdev_count() == 0, "%u devices left", rte_compressdev_count());
	return 0;
}

UACCE_TEST(pmd_probe, test_probe)
UACCE_TEST(pmd_cleanup, test_cleanup)
