/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

#include <ctype.h>
#include <inttypes.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <rte_bus_vdev.h>
#include <rte_cycles.h>
#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_log.h>

#include <rte_pmd_uacce_zip.h>

#include "test_pmd.h"

#define NB_MBUFS	16384
#define NB_OPS		4096

struct rte_mempool *pmd_mbufs;
struct rte_mempool *pmd_ops;

static const struct pmd_flavour flavours[] = {
	{ "device=soft", 0, false },
	{ "device=soft,soft_threads=2", 0, true },
	{ "device=soft,soft_ext=off,soft_api=3", 3, false },
	{ "device=soft,soft_ext=off,soft_api=2", 2, false },
	{ "device=soft,soft_ext=off,soft_api=5,soft_threads=2", 5, true },
};

static int
eal_init(void)
{
	char prefix[32], cpu[16];
	char *argv[] = {
		"uacce-zip-test", "--no-pci", "--no-huge", "--no-shconf", "-m", "512",
		"--no-telemetry", "--log-level=lib.eal:warning", "--file-prefix", prefix,
		"-l", cpu,
	};
	cpu_set_t cpus;
	int ret, first = 0;

	if (sched_getaffinity(0, sizeof(cpus), &cpus) != 0)
		return -1;
	while (!CPU_ISSET(first, &cpus))
		first++;
	snprintf(cpu, sizeof(cpu), "%d", first);
	snprintf(prefix, sizeof(prefix), "uzt%d", getpid());
	ret = rte_eal_init(DIM(argv), argv);
	/* EAL pinned this thread; those that tests start shall not share its core */
	sched_setaffinity(0, sizeof(cpus), &cpus);
	return ret < 0 ? -1 : 0;
}

int
pmd_up(void)
{
	TEST_ASSERT(eal_init() == 0, "EAL: %s", rte_strerror(rte_errno));
	pmd_mbufs = rte_pktmbuf_pool_create("mbufs", NB_MBUFS, 0, 0,
		PMD_DIRECT_MAX + RTE_PKTMBUF_HEADROOM, rte_socket_id());
	pmd_ops = rte_comp_op_pool_create("ops", NB_OPS, 0, 0, rte_socket_id());
	TEST_ASSERT(pmd_mbufs != NULL && pmd_ops != NULL, "pools: %s",
		    rte_strerror(rte_errno));
	return 0;
}

int
pmd_down(int ret)
{
	char dir[256];

	snprintf(dir, sizeof(dir), "%s", rte_eal_get_runtime_dir());
	if (ret == 0 && rte_compressdev_count() != 0) {
		printf("%u devices left\n", rte_compressdev_count());
		ret = -1;
	}
	if (ret == 0 && (rte_mempool_in_use_count(pmd_mbufs) != 0 ||
			 rte_mempool_in_use_count(pmd_ops) != 0)) {
		printf("%u mbufs and %u ops left\n", rte_mempool_in_use_count(pmd_mbufs),
		       rte_mempool_in_use_count(pmd_ops));
		ret = -1;
	}
	rte_mempool_free(pmd_mbufs);
	rte_mempool_free(pmd_ops);
	if (rte_eal_cleanup() != 0)
		ret = -1;
	rmdir(dir);
	return ret;
}

int
pmd_probe(const char *name, const char *args)
{
	int ret = rte_vdev_init(name, args);

	return ret != 0 ? ret : rte_compressdev_get_dev_id(name);
}

static int
start(struct pmd_dev *dev, uint32_t max_inflight)
{
	struct rte_compressdev_config conf = {
		.socket_id = rte_socket_id(), .nb_queue_pairs = dev->nb_qps,
	};
	int ret = rte_compressdev_configure(dev->id, &conf);

	for (uint16_t i = 0; i < dev->nb_qps && ret == 0; i++)
		ret = rte_compressdev_queue_pair_setup(dev->id, i, max_inflight,
						       rte_socket_id());
	return ret != 0 ? ret : rte_compressdev_start(dev->id);
}

int
pmd_open(struct pmd_dev *dev, const char *name, const char *args, uint16_t nb_qps,
	 uint32_t max_inflight)
{
	int ret = pmd_probe(name, args);

	if (ret < 0)
		return ret;
	*dev = (struct pmd_dev){ .id = ret, .nb_qps = nb_qps };
	snprintf(dev->name, sizeof(dev->name), "%s", name);
	ret = start(dev, max_inflight);
	if (ret != 0)
		rte_vdev_uninit(name);
	return ret;
}

int
pmd_close(struct pmd_dev *dev)
{
	rte_compressdev_stop(dev->id);
	if (rte_compressdev_close(dev->id) != 0)
		return -1;
	return rte_vdev_uninit(dev->name);
}

int
pmd_each_flavour(int (*func)(const struct pmd_dev *dev, const struct pmd_flavour *f))
{
	struct pmd_dev dev;

	for (unsigned int i = 0; i < DIM(flavours); i++) {
		int ret = pmd_open(&dev, PMD_NAME, flavours[i].args, 1, PMD_QP_OPS);

		TEST_ASSERT(ret == 0, "%s: %d", flavours[i].args, ret);
		ret = func(&dev, &flavours[i]);
		TEST_ASSERT(ret == 0, "with %s", flavours[i].args);
		TEST_ASSERT(pmd_close(&dev) == 0, "%s", flavours[i].args);
	}
	return 0;
}

static void *
xform_create(const struct pmd_dev *dev, const struct rte_comp_xform *x)
{
	void *priv = NULL;

	return rte_compressdev_private_xform_create(dev->id, x, &priv) == 0 ? priv : NULL;
}

void *
pmd_deflate(const struct pmd_dev *dev, int level, enum rte_comp_huffman huffman,
	    uint8_t window, enum rte_comp_checksum_type chksum)
{
	const struct rte_comp_xform x = {
		.type = RTE_COMP_COMPRESS,
		.compress = {
			.algo = RTE_COMP_ALGO_DEFLATE, .deflate.huffman = huffman,
			.level = level, .window_size = window, .chksum = chksum,
			.hash_algo = RTE_COMP_HASH_ALGO_NONE,
		},
	};

	return xform_create(dev, &x);
}

void *
pmd_inflate(const struct pmd_dev *dev, enum rte_comp_checksum_type chksum)
{
	const struct rte_comp_xform x = {
		.type = RTE_COMP_DECOMPRESS,
		.decompress = {
			.algo = RTE_COMP_ALGO_DEFLATE, .window_size = 15,
			.chksum = chksum, .hash_algo = RTE_COMP_HASH_ALGO_NONE,
		},
	};

	return xform_create(dev, &x);
}

void
pmd_xform_free(const struct pmd_dev *dev, void *xform)
{
	rte_compressdev_private_xform_free(dev->id, xform);
}

struct rte_comp_op *
pmd_op(const struct pmd_io *io)
{
	struct rte_comp_op *op = rte_comp_op_alloc(pmd_ops);

	if (op == NULL)
		return NULL;
	op->op_type = io->stateful ? RTE_COMP_OP_STATEFUL : RTE_COMP_OP_STATELESS;
	/* the stream is in a union with it */
	op->private_xform = io->xform;
	op->m_src = io->src->m;
	op->m_dst = io->dst->m;
	op->src.offset = io->src_off;
	op->src.length = io->src_len;
	op->dst.offset = io->dst_off;
	op->flush_flag = io->flush;
	op->input_chksum = io->input_chksum;
	return op;
}

uint16_t
pmd_dequeue(const struct pmd_dev *dev, uint16_t qp, struct rte_comp_op **ops, uint16_t nb)
{
	uint64_t end = rte_rdtsc() + PMD_WAIT_S * rte_get_tsc_hz();
	uint16_t n = 0;

	while (n < nb && rte_rdtsc() < end)
		n += rte_compressdev_dequeue_burst(dev->id, qp, ops + n, nb - n);
	return n;
}

/* What the driver may not touch. */
static bool
same_request(const struct rte_comp_op *a, const struct rte_comp_op *b)
{
	return a->op_type == b->op_type && a->private_xform == b->private_xform &&
		a->mempool == b->mempool && a->m_src == b->m_src && a->m_dst == b->m_dst &&
		a->src.offset == b->src.offset && a->src.length == b->src.length &&
		a->dst.offset == b->dst.offset && a->flush_flag == b->flush_flag &&
		a->input_chksum == b->input_chksum && a->hash.digest == b->hash.digest;
}

static int
run_op(const struct pmd_dev *dev, struct pmd_io *io, struct rte_comp_op *op)
{
	const struct rte_comp_op before = *op;
	struct rte_comp_op *back[2] = { NULL, NULL };

	TEST_ASSERT(rte_compressdev_enqueue_burst(dev->id, 0, &op, 1) == 1,
		    "refused with %u", op->status);
	TEST_ASSERT(pmd_dequeue(dev, 0, back, 1) == 1, "never came back");
	TEST_ASSERT(back[0] == op, "another op came back");
	TEST_ASSERT(rte_compressdev_dequeue_burst(dev->id, 0, back, 2) == 0, "came twice");
	TEST_ASSERT(same_request(op, &before), "op's fields changed");
	io->status = op->status;
	io->consumed = op->consumed;
	io->produced = op->produced;
	io->output_chksum = op->output_chksum;
	return 0;
}

int
pmd_run(const struct pmd_dev *dev, struct pmd_io *io)
{
	struct rte_comp_op *op = pmd_op(io);
	int ret;

	TEST_ASSERT(op != NULL, "no op");
	pmd_buf_seal(io->dst);
	pmd_buf_seal(io->src);
	ret = run_op(dev, io, op);
	rte_comp_op_free(op);
	if (ret != 0)
		return ret;
	TEST_ASSERT(io->status != RTE_COMP_OP_STATUS_NOT_PROCESSED, "not processed");
	TEST_ASSERT(pmd_buf_intact(io->src, 0, 0), "source was changed");
	TEST_ASSERT(pmd_buf_intact(io->dst, io->dst_off, io->dst->len),
		    "bytes outside the destination's room were changed");
	if (io->status != RTE_COMP_OP_STATUS_SUCCESS &&
	    io->status != RTE_COMP_OP_STATUS_OUT_OF_SPACE_RECOVERABLE)
		TEST_ASSERT(io->consumed == 0 && io->produced == 0,
			    "failed, but %u consumed and %u produced", io->consumed,
			    io->produced);
	TEST_ASSERT(io->consumed <= io->src_len &&
		    io->produced <= io->dst->len - io->dst_off, "lengths beyond buffers");
	return 0;
}

static int64_t
number_after(const char *line, const char *key)
{
	size_t len = strlen(key);

	for (const char *p = line; (p = strstr(p, key)) != NULL; p += len)
		if (p > line && p[-1] == ' ' && p[len] == ' ' && isdigit(p[len + 1]))
			return strtoll(p + len, NULL, 10);
	return -1;
}

int64_t
pmd_dumped(const struct pmd_dev *dev, const char *line, const char *key)
{
	char *text = NULL, *save = NULL;
	size_t len = 0;
	FILE *f = open_memstream(&text, &len);
	int64_t sum = -1, n;

	if (f == NULL)
		return -1;
	rte_pmd_uacce_zip_dump(dev->id, f);
	fclose(f);
	for (char *l = strtok_r(text, "\n", &save); l != NULL; l = strtok_r(NULL, "\n", &save)) {
		l += strspn(l, " ");
		if (strncmp(l, line, strlen(line)) != 0)
			continue;
		n = number_after(l, key);
		if (n >= 0)
			sum = sum < 0 ? n : sum + n;
	}
	free(text);
	return sum;
}
