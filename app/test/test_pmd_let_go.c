/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/*
 * Queues of a device that stopped, behind a fake kernel: ops come back to who only
 * dequeues, also if the kernel does not stop the queue at once; a queue is closed though
 * nothing is to be done in its direction any more; what keeps failing is said once.
 */

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <rte_cycles.h>

#include <hisi_qm_hw.h>

#include "test_log.h"
#include "test_pmd_stream.h"
#include "test_pmd_traffic.h"
#include "test_uacce_fake.h"
#include "test_uacce_tree.h"

#define NAME	"hisi_zip-6"
#define DUS_LEN	151552u
#define NB	20u

static char node[300];

static int
open_faked(struct pmd_dev *dev, const char *more)
{
	char args[900];

	snprintf(node, sizeof(node), "%s/" NAME, tree_root());
	fake_set_up(node, 65536, DUS_LEN);
	log_forget();
	snprintf(args, sizeof(args), "device=" NAME ",class_path=%s,dev_path=%s%s",
		 tree_class(), tree_root(), more);
	return pmd_open(dev, PMD_NAME, args, 1, 64);
}

static int
close_faked(struct pmd_dev *dev)
{
	int ret = pmd_close(dev);

	fake_tear_down();
	return ret;
}

/* As the kernel does it, first one and then the other (datasheet 2.8). */
static void
stop_queues(void)
{
	for (unsigned int i = 0; i < fake.nb_queues; i++) {
		uint8_t *dus = fake_dus(i);

		if (dus == NULL)
			continue;
		*(volatile uint32_t *)(dus + DUS_LEN - HISI_QM_DUS_TX_STOP) = 1;
		*(volatile uint32_t *)(dus + DUS_LEN - HISI_QM_DUS_RX_STOP) = 1;
	}
}

/* PUT_Q fails once, and nobody enqueues any more. */
static int
put_fails(void)
{
	struct traffic_sum sum;
	struct pmd_dev dev;

	traffic_reset(&sum);
	TEST_ASSERT(open_faked(&dev, ",fallback=off") == 0, "open: %s", log_text());
	TEST_ASSERT(traffic_make(&dev) == 0 && traffic_send(&dev, NB, &sum) == 0 &&
		    sum.sent == NB && sum.back == 0, "%u sent, %u back", sum.sent, sum.back);
	fake.fail_step = fake.step + 1;
	fake.fail_nb = 1;
	fake.fail_errno = EIO;
	stop_queues();
	TEST_ASSERT(traffic_settle(&dev, PMD_WAIT_S * 1000, &sum) == 0 && sum.back == NB,
		    "%u of %u back: %s", sum.back, sum.sent, fake.trace);
	TEST_ASSERT(strstr(fake.trace, "P!") != NULL, "no PUT_Q failed: %s", fake.trace);
	traffic_free(&dev);
	return close_faked(&dev);
}

/* One op, until it is back. */
static int
one(struct pmd_dev *dev, struct pmd_io *io)
{
	struct rte_comp_op *op = pmd_op(io), *got;

	TEST_ASSERT(op != NULL && rte_compressdev_enqueue_burst(dev->id, 0, &op, 1) == 1,
		    "enqueue");
	TEST_ASSERT(pmd_dequeue(dev, 0, &got, 1) == 1 && got == op, "dequeue");
	rte_comp_op_free(op);
	return 0;
}

/* The compressing queue stops; from then on the application decompresses. */
static int
other_direction(void)
{
	struct pmd_buf src, dst;
	struct pmd_io io = { .flush = RTE_COMP_FLUSH_FINAL, .src = &src, .dst = &dst,
		.src_len = 100 };
	struct rte_comp_op *op, *got;
	struct pmd_dev dev;
	void *c, *d;

	TEST_ASSERT(open_faked(&dev, "") == 0, "open: %s", log_text());
	c = pmd_deflate(&dev, 1, RTE_COMP_HUFFMAN_DEFAULT, 15, RTE_COMP_CHECKSUM_NONE);
	/* a checksum is for the soft lane */
	d = pmd_inflate(&dev, RTE_COMP_CHECKSUM_CRC32);
	TEST_ASSERT(c != NULL && d != NULL && pmd_buf_flat(&src, 100) == 0 &&
		    pmd_buf_flat(&dst, 1000) == 0, "memory");
	io.xform = c;
	op = pmd_op(&io);
	TEST_ASSERT(op != NULL && rte_compressdev_enqueue_burst(dev.id, 0, &op, 1) == 1 &&
		    fake.nb_open == 1, "enqueue");
	stop_queues();
	TEST_ASSERT(pmd_dequeue(&dev, 0, &got, 1) == 1 && got == op, "dequeue");
	rte_comp_op_free(op);
	io.xform = d;
	for (unsigned int i = 0; i < 3; i++)
		if (one(&dev, &io) != 0)
			return -1;
	TEST_ASSERT(fake.nb_open == 0 && fake.nb_mapped == 0, "open %u, mapped %u",
		    fake.nb_open, fake.nb_mapped);
	pmd_buf_free(&src);
	pmd_buf_free(&dst);
	pmd_xform_free(&dev, c);
	pmd_xform_free(&dev, d);
	return close_faked(&dev);
}

/* The kernel wants another size than sysfs says, each time. */
static int
said_once(void)
{
	uint64_t end = rte_rdtsc() + rte_get_tsc_hz();
	struct traffic_sum sum;
	struct pmd_dev dev;

	traffic_reset(&sum);
	TEST_ASSERT(open_faked(&dev, "") == 0 && traffic_make(&dev) == 0, "open: %s",
		    log_text());
	fake.dus_size = DUS_LEN + 4096;
	log_forget();
	while (rte_rdtsc() < end) {
		if (traffic_send(&dev, NB, &sum) != 0)
			return -1;
		usleep(1000);
	}
	TEST_ASSERT(traffic_settle(&dev, PMD_WAIT_S * 1000, &sum) == 0 &&
		    sum.good == sum.sent, "%u of %u", sum.good, sum.sent);
	TEST_ASSERT(pmd_dumped(&dev, "fallback:", "queue") > 0, "no queue was wanted");
	/* each direction */
	TEST_ASSERT(log_lines() == 2 && log_has("DUS"), "%u lines: %s", log_lines(), log_text());
	traffic_free(&dev);
	return close_faked(&dev);
}

struct kind {
	const char *api;
	const char *algs;
	bool probed;
	bool decompresses;
};

/* What is offered is what xforms and streams are made for. */
static int
offers(const struct kind *k)
{
	struct rte_compressdev_info info;
	struct pmd_dev dev;
	void *c, *d, *s;
	int ret;

	TEST_ASSERT(tree_attr_set(NAME, "api", k->api) == 0 &&
		    tree_attr_set(NAME, "algorithms", k->algs) == 0, "tree");
	ret = open_faked(&dev, ",fallback=off");
	TEST_ASSERT((ret == 0) == k->probed, "%s%s: %d", k->api, k->algs, ret);
	if (!k->probed) {
		TEST_ASSERT(log_has(NAME " is not used"), "%s", log_text());
		fake_tear_down();
		return 0;
	}
	rte_compressdev_info_get(dev.id, &info);
	c = pmd_deflate(&dev, 1, RTE_COMP_HUFFMAN_DYNAMIC, 15, RTE_COMP_CHECKSUM_NONE);
	d = pmd_inflate(&dev, RTE_COMP_CHECKSUM_NONE);
	s = pmd_stream_new(&dev, false, RTE_COMP_CHECKSUM_NONE);
	TEST_ASSERT(c != NULL && (d != NULL) == k->decompresses &&
		    (s != NULL) == k->decompresses, "%s%s: %p %p %p", k->api, k->algs, c, d, s);
	TEST_ASSERT(((info.capabilities[0].comp_feature_flags &
		      RTE_COMP_FF_STATEFUL_DECOMPRESSION) != 0) == k->decompresses,
		    "%s%s: capabilities", k->api, k->algs);
	pmd_xform_free(&dev, c);
	if (k->decompresses) {
		pmd_xform_free(&dev, d);
		rte_compressdev_stream_free(dev.id, s);
	}
	return close_faked(&dev);
}

static int
all_kinds(void)
{
	static const struct kind kinds[] = {
		{ "hisi_qm_v3\n", "zlib\ngzip\ndeflate\n", true, true },
		{ "hisi_qm_v3\n", "deflate\n", true, true },
		{ "hisi_qm_v3\n", "zlib\ngzip\n", true, false },
		{ "hisi_qm_v2\n", "zlib\ngzip\n", true, false },
		{ "hisi_qm_v2\n", "deflate\n", false, false },
	};
	int ret = 0;

	for (unsigned int i = 0; i < DIM(kinds) && ret == 0; i++)
		ret = offers(&kinds[i]);
	return ret;
}

static int
test_let_go(void)
{
	int ret = pmd_up();

	pmd_seed(6201);
	if (ret == 0)
		ret = tree_make();
	if (ret == 0)
		ret = log_catch();
	if (ret == 0)
		ret = tree_dev_make(NAME);
	if (ret == 0)
		ret = put_fails();
	if (ret == 0)
		ret = other_direction();
	if (ret == 0)
		ret = said_once();
	if (ret == 0)
		ret = all_kinds();
	fake_tear_down();
	log_release();
	tree_remove();
	return pmd_down(ret);
}

UACCE_TEST(pmd_let_go, test_let_go)
