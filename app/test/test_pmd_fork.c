/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/*
 * fork() with work in flight: the child's calls fail and change nothing, a device that it
 * makes itself works, and the parent gets back all it sent.
 */

#include <errno.h>
#include <sys/wait.h>
#include <unistd.h>

#include <rte_bus_vdev.h>

#include <rte_pmd_uacce_zip.h>

#include "test_log.h"
#include "test_pmd_stream.h"
#include "test_pmd_traffic.h"

#define NB		200u
#define CHILD_NAME	"uacce_zip_child"

/*
 * Every call on the parent's device is refused, as far as the library lets it come to the
 * driver: what it keeps of a device the two processes may share.
 */
static int
refused(const struct pmd_dev *dev, struct rte_comp_op *op, void *xform, void *stream)
{
	struct rte_compressdev_config conf = { .socket_id = rte_socket_id(),
		.nb_queue_pairs = 1 };
	struct rte_comp_op *got;

	op->status = RTE_COMP_OP_STATUS_NOT_PROCESSED;
	TEST_ASSERT(rte_compressdev_enqueue_burst(dev->id, 0, &op, 1) == 0 &&
		    op->status == RTE_COMP_OP_STATUS_ERROR, "enqueue: %u", op->status);
	TEST_ASSERT(rte_compressdev_enqueue_burst(dev->id, 0, &op, 0) == 0, "enqueue of none");
	TEST_ASSERT(rte_compressdev_dequeue_burst(dev->id, 0, &got, 1) == 0, "dequeue");
	TEST_ASSERT(rte_compressdev_configure(dev->id, &conf) < 0, "configure");
	TEST_ASSERT(rte_compressdev_queue_pair_setup(dev->id, 0, 64, rte_socket_id()) < 0,
		    "setup");
	TEST_ASSERT(rte_compressdev_private_xform_free(dev->id, xform) == -EPERM &&
		    rte_compressdev_stream_free(dev->id, stream) == -EPERM, "free");
	TEST_ASSERT(pmd_deflate(dev, 1, RTE_COMP_HUFFMAN_DEFAULT, 15, RTE_COMP_CHECKSUM_NONE) ==
		    NULL && pmd_stream_new(dev, true, RTE_COMP_CHECKSUM_NONE) == NULL, "create");
	rte_compressdev_stats_reset(dev->id);
	TEST_ASSERT(rte_pmd_uacce_zip_dump(dev->id, stdout) == -EPERM, "dump");
	TEST_ASSERT(rte_vdev_uninit(dev->name) < 0 && log_has("forked from"), "remove says: %s",
		    log_text());
	return 0;
}

static int
own_works(const char *args)
{
	struct traffic_sum sum;
	struct pmd_dev mine;

	traffic_reset(&sum);
	TEST_ASSERT(pmd_open(&mine, CHILD_NAME, args, 1, TRAFFIC_OPS) == 0, "open: %s",
		    log_text());
	TEST_ASSERT(traffic_make(&mine) == 0 && traffic_send(&mine, NB, &sum) == 0 &&
		    traffic_settle(&mine, PMD_WAIT_S * 1000, &sum) == 0 && sum.good == NB,
		    "%u of %u", sum.good, NB);
	traffic_free(&mine);
	return pmd_close(&mine);
}

static void
child(const struct pmd_dev *dev, const char *args, void *xform, void *stream)
{
	struct rte_comp_op *op = rte_comp_op_alloc(pmd_ops);
	int ret = op == NULL ? -1 : refused(dev, op, xform, stream);

	if (ret == 0)
		ret = own_works(args);
	rte_comp_op_free(op);
	fflush(stdout);
	_exit(ret == 0 ? 0 : 1);
}

static int
with(const char *args)
{
	struct rte_compressdev_stats stats;
	struct traffic_sum sum;
	struct pmd_dev dev;
	void *xform, *stream;
	int status = 0;
	pid_t pid;

	traffic_reset(&sum);
	TEST_ASSERT(pmd_open(&dev, PMD_NAME, args, 1, TRAFFIC_OPS) == 0 &&
		    traffic_make(&dev) == 0, "%s", args);
	xform = pmd_deflate(&dev, 1, RTE_COMP_HUFFMAN_DEFAULT, 15, RTE_COMP_CHECKSUM_NONE);
	stream = pmd_stream_new(&dev, true, RTE_COMP_CHECKSUM_NONE);
	for (unsigned int i = 0; i < 3; i++) {
		if (traffic_send(&dev, NB, &sum) != 0)
			return -1;
		fflush(stdout);
		pid = fork();
		if (pid == 0)
			child(&dev, args, xform, stream);
		TEST_ASSERT(pid > 0, "fork: %d", errno);
		if (i == 1)
			/* at the same time */
			TEST_ASSERT(traffic_settle(&dev, PMD_WAIT_S * 1000, &sum) == 0, "parent");
		TEST_ASSERT(waitpid(pid, &status, 0) == pid && WIFEXITED(status) &&
			    WEXITSTATUS(status) == 0, "%s: child ends with 0x%x", args, status);
	}
	TEST_ASSERT(traffic_send(&dev, NB, &sum) == 0 &&
		    traffic_settle(&dev, PMD_WAIT_S * 1000, &sum) == 0, "parent");
	TEST_ASSERT(sum.good == 4 * NB && sum.back == 4 * NB, "%s: %u of %u", args, sum.good,
		    4 * NB);
	rte_compressdev_stats_get(dev.id, &stats);
	TEST_ASSERT(stats.enqueued_count == 4 * NB, "%s: counted %u", args,
		    (unsigned int)stats.enqueued_count);
	TEST_ASSERT(rte_compressdev_stream_free(dev.id, stream) == 0, "stream");
	pmd_xform_free(&dev, xform);
	traffic_free(&dev);
	return pmd_close(&dev);
}

static int
test_fork(void)
{
	int ret = pmd_up();

	pmd_seed(6101);
	if (ret == 0)
		ret = log_catch();
	if (ret == 0)
		ret = with("device=soft");
	if (ret == 0)
		ret = with("device=soft,soft_threads=2");
	if (ret == 0)
		ret = with("device=soft,soft_ext=off,fallback=off");
	log_release();
	return pmd_down(ret);
}

UACCE_TEST(pmd_fork, test_fork)
