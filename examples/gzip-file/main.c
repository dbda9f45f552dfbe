/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/*
 * Compress a file to gzip on any compressdev, many chunks in flight.
 *
 *   build/examples/gzip-file --no-pci --vdev=uacce_zip -- FILE FILE.gz
 *
 * Every chunk is a stateless op of its own. All but the last are flushed FULL: they
 * end byte-aligned without a final block, so that the outputs, one after the other,
 * are one DEFLATE stream. The device computes each chunk's CRC-32; zlib combines
 * them.
 */

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_compressdev.h>
#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_mbuf.h>

#include <zlib.h>

#define CHUNK		32768u
#define ROOM		(CHUNK + CHUNK / 8 + 64)
#define IN_FLIGHT	64u

/* A chunk on its way; its place in the ring is its order in the file. */
struct chunk {
	struct rte_mbuf *src;
	struct rte_mbuf *dst;
	struct rte_comp_op *op;
	bool done;
};

struct gzip {
	uint8_t dev;
	void *xform;
	struct rte_mempool *mbufs;
	struct rte_mempool *ops;
	struct chunk ring[IN_FLIGHT];
	unsigned int head;	/* oldest chunk */
	unsigned int tail;	/* next free place */
	FILE *in;
	FILE *out;
	uint32_t crc;
	uint64_t size;
};

static int
fail(const char *what, int err)
{
	fprintf(stderr, "gzip-file: %s: %s\n", what, rte_strerror(abs(err)));
	return -1;
}

static int
device_start(struct gzip *g)
{
	struct rte_compressdev_config config = {
		.socket_id = rte_socket_id(), .nb_queue_pairs = 1,
		.max_nb_priv_xforms = 1,
	};
	struct rte_comp_xform xform = {
		.type = RTE_COMP_COMPRESS,
		.compress = {
			.algo = RTE_COMP_ALGO_DEFLATE,
			.deflate.huffman = RTE_COMP_HUFFMAN_DYNAMIC,
			.level = RTE_COMP_LEVEL_PMD_DEFAULT,
			.window_size = 15,
			.chksum = RTE_COMP_CHECKSUM_CRC32,
		},
	};
	int ret;

	if (rte_compressdev_count() == 0)
		return fail("no compressdev, give one with --vdev", ENODEV);
	ret = rte_compressdev_configure(g->dev, &config);
	if (ret == 0)
		ret = rte_compressdev_queue_pair_setup(g->dev, 0, IN_FLIGHT,
						       rte_socket_id());
	if (ret == 0)
		ret = rte_compressdev_start(g->dev);
	if (ret == 0)
		ret = rte_compressdev_private_xform_create(g->dev, &xform, &g->xform);
	return ret == 0 ? 0 : fail("cannot set up the device", ret);
}

static int
pools_create(struct gzip *g)
{
	g->mbufs = rte_pktmbuf_pool_create("mbufs", 4 * IN_FLIGHT - 1, 0, 0,
		ROOM + RTE_PKTMBUF_HEADROOM, rte_socket_id());
	g->ops = rte_comp_op_pool_create("ops", 2 * IN_FLIGHT, 0, 0, rte_socket_id());
	return g->mbufs != NULL && g->ops != NULL ? 0 : fail("no memory", rte_errno);
}

/* Read the next chunk; *last says that it ends the file. 0 bytes is a chunk too. */
static int
chunk_read(struct gzip *g, struct chunk *c, bool *last)
{
	size_t n;
	int next;

	c->src = rte_pktmbuf_alloc(g->mbufs);
	c->dst = rte_pktmbuf_alloc(g->mbufs);
	c->op = rte_comp_op_alloc(g->ops);
	if (c->src == NULL || c->dst == NULL || c->op == NULL)
		return fail("no memory for a chunk", ENOMEM);
	n = fread(rte_pktmbuf_mtod(c->src, void *), 1, CHUNK, g->in);
	next = getc(g->in);
	if (next != EOF)
		ungetc(next, g->in);
	if (ferror(g->in))
		return fail("cannot read", errno);
	*last = next == EOF;
	rte_pktmbuf_append(c->src, n);
	rte_pktmbuf_append(c->dst, ROOM);
	c->op->m_src = c->src;
	c->op->m_dst = c->dst;
	c->op->src.length = n;
	c->op->private_xform = g->xform;
	c->op->flush_flag = *last ? RTE_COMP_FLUSH_FINAL : RTE_COMP_FLUSH_FULL;
	c->done = false;
	return 0;
}

/* Completions come in any order: mark them, write what is in order. */
static int
chunks_collect(struct gzip *g)
{
	struct rte_comp_op *ops[IN_FLIGHT];
	uint16_t n = rte_compressdev_dequeue_burst(g->dev, 0, ops, IN_FLIGHT);

	for (uint16_t i = 0; i < n; i++)
		for (unsigned int j = g->head; j != g->tail; j++)
			if (g->ring[j % IN_FLIGHT].op == ops[i])
				g->ring[j % IN_FLIGHT].done = true;
	for (; g->head != g->tail && g->ring[g->head % IN_FLIGHT].done; g->head++) {
		struct chunk *c = &g->ring[g->head % IN_FLIGHT];

		if (c->op->status != RTE_COMP_OP_STATUS_SUCCESS)
			return fail("the device could not compress a chunk", EIO);
		g->crc = crc32_combine(g->crc, (uint32_t)c->op->output_chksum,
				       c->op->consumed);
		g->size += c->op->consumed;
		if (fwrite(rte_pktmbuf_mtod(c->dst, void *), 1, c->op->produced,
			   g->out) != c->op->produced)
			return fail("cannot write", errno);
		rte_pktmbuf_free(c->src);
		rte_pktmbuf_free(c->dst);
		rte_comp_op_free(c->op);
	}
	return 0;
}

static int
chunks_compress(struct gzip *g)
{
	bool last = false;

	while (!last || g->head != g->tail) {
		if (!last && g->tail - g->head < IN_FLIGHT) {
			struct chunk *c = &g->ring[g->tail % IN_FLIGHT];

			if (chunk_read(g, c, &last) != 0)
				return -1;
			g->tail++;
			while (rte_compressdev_enqueue_burst(g->dev, 0, &c->op, 1) == 0) {
				if (c->op->status != RTE_COMP_OP_STATUS_NOT_PROCESSED)
					return fail("the device refused a chunk", EINVAL);
				if (chunks_collect(g) != 0)
					return -1;
			}
			continue;
		}
		if (chunks_collect(g) != 0)
			return -1;
	}
	return 0;
}

static int
gzip_write(struct gzip *g)
{
	static const uint8_t header[] = { 0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3 };
	uint32_t trailer[2];

	if (fwrite(header, sizeof(header), 1, g->out) != 1)
		return fail("cannot write", errno);
	if (chunks_compress(g) != 0)
		return -1;
	trailer[0] = rte_cpu_to_le_32(g->crc);
	trailer[1] = rte_cpu_to_le_32((uint32_t)g->size);
	if (fwrite(trailer, sizeof(trailer), 1, g->out) != 1 || fflush(g->out) != 0)
		return fail("cannot write", errno);
	return 0;
}

int
main(int argc, char **argv)
{
	struct gzip g = { .dev = 0 };
	int ret = rte_eal_init(argc, argv);

	if (ret < 0)
		return EXIT_FAILURE;
	argc -= ret;
	argv += ret;
	if (argc != 3) {
		fprintf(stderr, "usage: gzip-file EAL-ARGUMENTS -- FILE FILE.gz\n");
		return EXIT_FAILURE;
	}
	g.in = fopen(argv[1], "rb");
	g.out = g.in != NULL ? fopen(argv[2], "wb") : NULL;
	if (g.out == NULL) {
		fail(g.in == NULL ? argv[1] : argv[2], errno);
		return EXIT_FAILURE;
	}
	ret = pools_create(&g);
	if (ret == 0)
		ret = device_start(&g);
	if (ret == 0)
		ret = gzip_write(&g);
	if (ret == 0)
		printf("%s: %" PRIu64 " bytes in, %ld out on %s\n", argv[1], g.size,
		       ftell(g.out), rte_compressdev_name_get(g.dev));
	if (fclose(g.out) != 0)
		ret = fail(argv[2], errno);
	fclose(g.in);
	rte_compressdev_stop(g.dev);
	rte_compressdev_private_xform_free(g.dev, g.xform);
	rte_compressdev_close(g.dev);
	rte_eal_cleanup();
	return ret == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
