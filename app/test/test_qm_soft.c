/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/* The rings over the soft device, through uacce_soft_describe() and its ops. */

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <hisi_qm.h>

#include "test.h"
#include "test_log.h"
#include "test_qm_util.h"
#include "test_soft_util.h"

static struct hisi_qm_queue q;
static int owners[32768];

static int
test_describe(void)
{
	static const unsigned int bad[] = { 1, 2, 3, 32769, 65536, UINT32_MAX };
	static const unsigned int good[] = { 4, 5, 31, 32, 33, 64, 1000, 1024, 32767, 32768 };
	static const unsigned int apis[] = { 2, 3, 5 };

	for (unsigned int i = 0; i < DIM(apis); i++) {
		const struct uacce_soft_conf conf = {
			.api = apis[i], .nb_queues = 10 + i, .numa_node = i - 1,
		};
		struct uacce_soft *soft = uacce_soft_create(&conf);
		struct uacce_dev dev;
		char api[16];

		snprintf(api, sizeof(api), "hisi_qm_v%u", apis[i]);
		TEST_ASSERT(soft != NULL && uacce_soft_describe(soft, "me", 0, &dev) == 0, "0");
		TEST_ASSERT(strcmp(dev.name, "me") == 0 && strcmp(dev.api, api) == 0 &&
			dev.api_ver == apis[i] && dev.flags == UACCE_FLAG_SVA &&
			dev.available == (int)(10 + i) && dev.numa_node == (int)i - 1 &&
			!dev.isolated, "api %u", apis[i]);
		TEST_ASSERT(uacce_dev_has_alg(&dev, "zlib") && uacce_dev_has_alg(&dev, "gzip") &&
			uacce_dev_has_alg(&dev, "deflate") == (apis[i] >= 3), "algorithms");
		TEST_ASSERT(dev.mmio_size == (size_t)tc_attr(soft, "region_mmio_size") &&
			dev.dus_size == tc_dus_len(1024, 1024), "regions");
		for (unsigned int n = 0; n < DIM(good); n++)
			TEST_ASSERT(uacce_soft_describe(soft, "me", good[n], &dev) == 0 &&
				dev.dus_size == tc_dus_len(good[n], good[n]), "depth %u",
				good[n]);
		for (unsigned int n = 0; n < DIM(bad); n++)
			TEST_ASSERT(uacce_soft_describe(soft, "me", bad[n], &dev) == -EINVAL,
				"depth %u", bad[n]);
		uacce_soft_destroy(soft);
	}
	return 0;
}

/* Requests of this one queue, in batches, to the end; order is the device's. */
static int
laps(unsigned int nb)
{
	unsigned int pushed = 0, taken = 0;
	bool in_flight[32768] = { false };
	static uint8_t buf[64];
	uint64_t seed = nb;

	while (taken < nb) {
		unsigned int batch = tc_rand(&seed) % q.sq_depth + 1;
		unsigned int max = tc_rand(&seed) % q.sq_depth + 1;
		uint16_t slot;

		for (; batch != 0 && pushed < nb && hisi_qm_has_room(&q); batch--, pushed++) {
			const struct treq r = {
				.api = 3, .type = TC_ZLIB, .src = buf, .in = 1 + pushed % 60,
				.dst = buf, .out = 64, .tag = pushed,
			};

			TEST_ASSERT(!in_flight[q.enq.tail], "slot %u in flight", q.enq.tail);
			in_flight[q.enq.tail] = true;
			tc_build(&r, hisi_qm_sqe(&q, q.enq.tail));
			hisi_qm_push(&q, &owners[q.enq.tail]);
		}
		hisi_qm_submit(&q);
		uacce_soft_run(q.uq.ctx, max);
		for (; max != 0 && hisi_qm_cq_pop(&q, &slot); max--, taken++) {
			const uint32_t *sqe = hisi_qm_sqe(&q, slot);

			TEST_ASSERT(slot < q.sq_depth && in_flight[slot], "slot %u", slot);
			TEST_ASSERT(hisi_qm_owner(&q, slot) == &owners[slot], "owner");
			TEST_ASSERT(sqe[DW_STATUS] == TC_OK &&
				sqe[DW_CONSUMED] == 1 + sqe[DW_26] % 60, "write-back");
			in_flight[slot] = false;
			hisi_qm_done(&q, slot);
		}
		if (q.deq.nb_unacked != 0 && max != 0)
			hisi_qm_ack(&q);
	}
	return 0;
}

static int
one_device(const struct uacce_soft_conf *conf, unsigned int depth, unsigned int want_depth)
{
	struct uacce_soft *soft = uacce_soft_create(conf);
	size_t heap = tq_heap();
	struct uacce_soft_stats s;
	struct uacce_dev dev;
	unsigned int nb = 6 * want_depth + 7;

	TEST_ASSERT(soft != NULL && uacce_soft_describe(soft, "soft", depth, &dev) == 0, "device");
	for (unsigned int dir = 0; dir < 2; dir++) {
		memset(&q, 0, sizeof(q));
		TEST_ASSERT(hisi_qm_setup(&q, &dev, &uacce_soft_ops, soft, dir, 128,
					  SOCKET_ID_ANY) == 0, "set-up");
		TEST_ASSERT(q.sq_depth == want_depth, "depth %u", q.sq_depth);
		TEST_ASSERT(laps(nb) == 0, "direction %u", dir);
		uacce_soft_stats(q.uq.ctx, &s);
		TEST_ASSERT(s.requests == nb && s.completions == nb && s.errors == 0, "stats");
		for (int i = 0; i < UACCE_SOFT_MISTAKE_NB; i++)
			TEST_ASSERT(s.mistakes[i] == 0, "%s", uacce_soft_mistake_name(i));
		hisi_qm_halt(&q);
		hisi_qm_teardown(&q);
		TEST_ASSERT(tc_attr(soft, "available_instances") == dev.available &&
			tq_heap() == heap, "left behind");
	}
	uacce_soft_destroy(soft);
	return 0;
}

static int
test_laps(void)
{
	static const unsigned int depths[] = { 4, 5, 7, 64, 1000, 1024, 32768 };

	TEST_ASSERT(tq_eal() == 0, "EAL");
	for (unsigned int i = 0; i < DIM(depths); i++) {
		struct uacce_soft_conf conf = {
			.nb_queues = 2, .sq_depth = depths[i], .instant = true,
		};

		TEST_ASSERT(one_device(&conf, 0, depths[i]) == 0, "depth %u", depths[i]);
		conf.faults = "ooo:any:0:0:1:20";
		TEST_ASSERT(one_device(&conf, 0, depths[i]) == 0, "ooo, depth %u", depths[i]);
		conf.cq_depth = depths[i] < 32768 ? depths[i] + 3 : 0;
		TEST_ASSERT(one_device(&conf, 0, depths[i]) == 0, "deep CQ, %u", depths[i]);
		/* queues deeper or flatter than the device's own */
		conf = (struct uacce_soft_conf){ .nb_queues = 2, .instant = true };
		TEST_ASSERT(one_device(&conf, depths[i], depths[i]) == 0, "own depth %u",
			depths[i]);
		conf.threads = 2;
		conf.sq_depth = depths[i];
		TEST_ASSERT(one_device(&conf, 0, depths[i]) == 0, "threads, %u", depths[i]);
	}
	return 0;
}

/* What the device refuses comes up with its errno, and nothing is left. */
static int
test_refused(void)
{
	static const struct {
		const char *faults;
		int ret;
	} cases[] = { { "busy", -EBUSY }, { "reset", -EPERM }, { "", 0 } };
	const struct uacce_soft_conf conf = { .nb_queues = 1 };
	struct uacce_soft *soft = uacce_soft_create(&conf);
	struct uacce_dev dev;
	size_t heap;

	TEST_ASSERT(tq_eal() == 0 && log_catch() == 0, "EAL");
	heap = tq_heap();
	TEST_ASSERT(soft != NULL && uacce_soft_describe(soft, "soft", 0, &dev) == 0, "device");
	memset(&q, 0, sizeof(q));
	for (unsigned int i = 0; i < DIM(cases); i++) {
		TEST_ASSERT(uacce_soft_fault(soft, cases[i].faults) == 0, "arm");
		TEST_ASSERT(hisi_qm_setup(&q, &dev, &uacce_soft_ops, soft, HISI_QM_QC_COMPRESS,
					  128, SOCKET_ID_ANY) == cases[i].ret, "%u", i);
	}
	/* it is open now: the only queue, and no description but the right one */
	static struct hisi_qm_queue other;

	TEST_ASSERT(hisi_qm_setup(&other, &dev, &uacce_soft_ops, soft, HISI_QM_QC_COMPRESS, 128,
				  SOCKET_ID_ANY) == -EBUSY, "a second queue");
	hisi_qm_teardown(&q);
	TEST_ASSERT(hisi_qm_setup(&q, &dev, &uacce_soft_ops, soft, HISI_QM_QC_COMPRESS, 64,
				  SOCKET_ID_ANY) == -ENOTSUP, "SQE of 64 bytes");
	dev.dus_size += 4096;
	TEST_ASSERT(hisi_qm_setup(&q, &dev, &uacce_soft_ops, soft, HISI_QM_QC_COMPRESS, 128,
				  SOCKET_ID_ANY) == -EINVAL, "wrong DUS size");
	TEST_ASSERT(tc_attr(soft, "available_instances") == 1 && tq_heap() == heap, "left behind");
	log_release();
	uacce_soft_destroy(soft);
	return 0;
}

UACCE_TEST(qm_soft_describe, test_describe)
UACCE_TEST(qm_soft_laps, test_laps)
UACCE_TEST(qm_soft_refused, test_refused)
