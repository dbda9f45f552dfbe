/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/*
 * A device with faults: whatever it does, every op that was accepted comes back once,
 * a SUCCESS is true, the counters name the fault, and afterwards all works again.
 */

#include <string.h>

#include <rte_cycles.h>

#include "test_log.h"
#include "test_pmd_traffic.h"

#define NB	600u	/* ops during the faults */

/* What a fault must lead to, wherever it strikes. */
struct fault {
	const char *spec;
	const char *counter;	/* in the dump's faults; NULL: none needs to notice */
	unsigned int min_bad;	/* ops that fail */
	unsigned int max_bad;
	enum { ALL_BACK, LOSES } loses;	/* do some come back only from stop? */
	bool threads;		/* also with engine threads */
};

static const struct fault faults[] = {
	{ "status:any:5:20:3:0x0b", "status", 20, 20, ALL_BACK, true },
	{ "status:c:0:7:1:0x0a", "status", 7, 7, ALL_BACK, true },
	{ "status:d:9:7:1:0x10", "status", 7, 7, ALL_BACK, true },
	{ "status:any:0:5:1:0xfe", "status", 5, 5, ALL_BACK, true },
	{ "ooo:any:0:400:1:7", NULL, 0, 0, ALL_BACK, true },
	{ "ooo:any:0:100:2:60", NULL, 0, 0, ALL_BACK, true },
	{ "late:any:3:100:2:5", NULL, 0, 0, ALL_BACK, true },
	{ "lost:any:200:9:11", "timeout", 9, 9, LOSES, true },
	{ "dup:any:0:100:3", "cqe_slot", 0, 0, ALL_BACK, true },
	{ "badindex:c:50:1:1:0", "cqe_index", 1, TRAFFIC_OPS, ALL_BACK, true },
	{ "badindex:any:50:3:40:2048", "cqe_index", 1, 3 * TRAFFIC_OPS, ALL_BACK, true },
	{ "noise:any:0:200:2", "cqe_slot", 0, 0, ALL_BACK, false },
	{ "writeback:any:9:10:5:0xffffffff", "writeback", 10, 10, ALL_BACK, true },
	{ "writeback:c:9:10:5:5000", "writeback", 10, 10, ALL_BACK, true },
	/* without engine threads: a race between write-back and reader by design */
	{ "early:any:200:60:3:2", "cqe_early", 0, 0, ALL_BACK, false },
	{ "stop:c:70:1", "stop", 1, TRAFFIC_OPS, ALL_BACK, true },
	{ "stop:any:70:4:60", "stop", 1, 4 * TRAFFIC_OPS, ALL_BACK, true },
	{ "txstop:any:70:4:30", "stop", 0, 0, ALL_BACK, true },
	/* a slot whose completion is lost blocks the ring when the tail comes round to it */
	{ "lost:any:200:4:30+ooo:any:0:200:1:5+dup:any:9:50:4", "timeout", 4, 4, LOSES, true },
	{ "status:any:0:20:7:0xb+stop:any:99:2:80+ooo:any:0:300:1:9", "stop", 21,
		20 + 2 * TRAFFIC_OPS, ALL_BACK, true },
};

static int
stop_in_time(const struct pmd_dev *dev)
{
	uint64_t t = rte_rdtsc();

	rte_compressdev_stop(dev->id);
	t = (rte_rdtsc() - t) / (rte_get_tsc_hz() / 1000);
	TEST_ASSERT(t < 1500, "stop took %u ms", (unsigned int)t);
	return 0;
}

static int
with_faults(const struct pmd_dev *dev, const struct fault *f)
{
	struct rte_compressdev_stats stats;
	struct traffic_sum sum;

	traffic_reset(&sum);
	if (traffic_send(dev, NB, &sum) != 0 ||
	    traffic_settle(dev, f->loses == LOSES ? 50 : PMD_WAIT_S * 1000, &sum) != 0)
		return -1;
	TEST_ASSERT(traffic_inside() == 0 || f->loses == LOSES, "%u did not come back",
		    traffic_inside());
	TEST_ASSERT(traffic_inside() != 0 || f->loses != LOSES, "nothing was lost");
	if (stop_in_time(dev) != 0 || traffic_settle(dev, 100, &sum) != 0)
		return -1;
	TEST_ASSERT(sum.sent == NB && sum.back == NB && traffic_inside() == 0,
		    "%u in, %u out", sum.sent, sum.back);
	TEST_ASSERT(sum.bad >= f->min_bad && sum.bad <= f->max_bad, "%u failed, not %u .. %u",
		    sum.bad, f->min_bad, f->max_bad);
	TEST_ASSERT(f->counter == NULL || pmd_dumped(dev, "faults:", f->counter) > 0,
		    "%s is not counted", f->counter);
	rte_compressdev_stats_get(dev->id, &stats);
	TEST_ASSERT(stats.enqueued_count == NB && stats.dequeued_count == NB &&
		    stats.dequeue_err_count == sum.bad && stats.enqueue_err_count == 0,
		    "stats: %lu in, %lu out, %lu failed", stats.enqueued_count,
		    stats.dequeued_count, stats.dequeue_err_count);
	return 0;
}

/* All faults have struck: nothing fails any more. */
static int
after_faults(const struct pmd_dev *dev)
{
	struct traffic_sum sum;

	traffic_reset(&sum);
	TEST_ASSERT(rte_compressdev_start(dev->id) == 0, "start");
	if (traffic_send(dev, 300, &sum) != 0 ||
	    traffic_settle(dev, PMD_WAIT_S * 1000, &sum) != 0)
		return -1;
	TEST_ASSERT(sum.good == 300, "%u of 300 after the faults", sum.good);
	return 0;
}

static int
one(const char *device, const struct fault *f)
{
	struct pmd_dev dev;
	char args[256];

	snprintf(args, sizeof(args), "%s,soft_faults=%s", device, f->spec);
	TEST_ASSERT(pmd_open(&dev, PMD_NAME, args, 1, TRAFFIC_OPS) == 0 &&
		    traffic_make(&dev) == 0, "%s", args);
	TEST_ASSERT(with_faults(&dev, f) == 0 && after_faults(&dev) == 0, "%s", args);
	traffic_free(&dev);
	TEST_ASSERT(pmd_close(&dev) == 0, "close");
	return 0;
}

/* Produced fits in the room, but more is consumed than there was; and the reverse. */
static int
half_lie(const char *device, enum pmd_kind kind, uint32_t len, unsigned int value)
{
	static uint8_t plain[20000], packed[2000];
	struct pmd_io io = { .flush = RTE_COMP_FLUSH_FINAL };
	struct pmd_buf src, dst;
	struct pmd_dev dev;
	char args[128];

	snprintf(args, sizeof(args), "%s,soft_faults=writeback:any:0:1:1:%u", device, value);
	TEST_ASSERT(pmd_open(&dev, PMD_NAME, args, 1, TRAFFIC_OPS) == 0, "%s", args);
	pmd_fill(kind, plain, len);
	io.src_len = ref_deflate(plain, len, packed, sizeof(packed), 9, 0);
	TEST_ASSERT(pmd_buf_with(&src, packed, io.src_len) == 0 &&
		    pmd_buf_flat(&dst, len) == 0, "memory");
	io.xform = pmd_inflate(&dev, RTE_COMP_CHECKSUM_NONE);
	io.src = &src;
	io.dst = &dst;
	TEST_ASSERT(pmd_run(&dev, &io) == 0 && io.status == RTE_COMP_OP_STATUS_ERROR,
		    "%u consumed of %u, produced in %u: status %u", value, io.src_len, len,
		    io.status);
	TEST_ASSERT(pmd_dumped(&dev, "faults:", "writeback") == 1, "not counted");
	pmd_buf_free(&src);
	pmd_buf_free(&dst);
	pmd_xform_free(&dev, io.xform);
	return pmd_close(&dev);
}

static int
half_lies(const char *device)
{
	/* 20000 zeros become 35 bytes or so, 1000 random ones 1005 */
	return half_lie(device, PMD_ZEROS, 20000, 90) != 0 ||
		half_lie(device, PMD_ZEROS, 20000, 20000) != 0 ||
		half_lie(device, PMD_RANDOM, 1000, 1003) != 0 ? -1 : 0;
}

static int
each(const char *device, bool threads)
{
	for (unsigned int i = 0; i < DIM(faults); i++)
		if ((faults[i].threads || !threads) && one(device, &faults[i]) != 0)
			return -1;
	return half_lies(device);
}

static int
run(const char *const *devices, unsigned int nb, bool threads)
{
	int ret = pmd_up();

	pmd_seed(5301);
	/* what is logged about each fault is much */
	if (ret == 0)
		ret = log_catch();
	for (unsigned int i = 0; i < nb && ret == 0; i++)
		ret = each(devices[i], threads);
	log_release();
	return pmd_down(ret);
}

static int
test_faults(void)
{
	static const char * const devices[] = {
		"device=soft",
		"device=soft,soft_ext=off",
		"device=soft,soft_ext=off,fallback=off",
	};

	return run(devices, DIM(devices), false);
}

static int
test_faults_threads(void)
{
	static const char * const devices[] = {
		"device=soft,soft_threads=2",
		"device=soft,soft_ext=off,fallback=off,soft_threads=2",
	};

	return run(devices, DIM(devices), true);
}

UACCE_TEST(pmd_faults, test_faults)
UACCE_TEST(pmd_faults_threads, test_faults_threads)
