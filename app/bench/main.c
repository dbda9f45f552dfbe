/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/*
 * What a compressdev costs the lcore that drives it, in TSC cycles per operation.
 *
 *   uacce-zip-bench --no-pci -l 0 --vdev=uacce_zip,device=soft,soft_instant=on
 *
 * With soft_instant=on payloads are not touched, so that what is left is the driver
 * and the soft device's handling of rings and descriptors. Shapes and bursts are
 * measured in turn, several rounds, and medians printed.
 */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_compressdev.h>
#include <rte_cycles.h>
#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_mbuf.h>

#define NB_OPS		256u
#define MAX_BURST	32u
#define SEG_LEN		2048u
#define ROUNDS		9u
#define LAPS		400u	/* of all ops, in a round */
#define MAX_SEGS	8u

static const unsigned int bursts[] = { 1, 8, 32 };
static const unsigned int shapes[] = { 1, 4, 8 };	/* segments, both sides */

struct cost {
	double enqueue;
	double dequeue;
};

static struct rte_mbuf *
chain(struct rte_mempool *pool, unsigned int nb_segs)
{
	struct rte_mbuf *head = NULL;

	for (unsigned int i = 0; i < nb_segs; i++) {
		struct rte_mbuf *m = rte_pktmbuf_alloc(pool);

		if (m == NULL || rte_pktmbuf_append(m, SEG_LEN) == NULL)
			rte_exit(EXIT_FAILURE, "no memory for buffers\n");
		if (head == NULL)
			head = m;
		else
			rte_pktmbuf_chain(head, m);
	}
	return head;
}

static void
ops_prepare(struct rte_comp_op **ops, struct rte_mempool *pool, void *xform,
	    unsigned int nb_segs)
{
	for (unsigned int i = 0; i < NB_OPS; i++) {
		ops[i]->m_src = chain(pool, nb_segs);
		ops[i]->m_dst = chain(pool, nb_segs);
		ops[i]->src.length = nb_segs * SEG_LEN;
		ops[i]->private_xform = xform;
		ops[i]->flush_flag = RTE_COMP_FLUSH_FINAL;
	}
}

static void
ops_strip(struct rte_comp_op **ops)
{
	for (unsigned int i = 0; i < NB_OPS; i++) {
		rte_pktmbuf_free(ops[i]->m_src);
		rte_pktmbuf_free(ops[i]->m_dst);
	}
}

/* One burst out, then all of it back, over and over. */
static struct cost
measure(struct rte_comp_op **ops, unsigned int burst)
{
	struct rte_comp_op *back[MAX_BURST];
	uint64_t enq = 0, deq = 0, nb = 0;

	for (unsigned int lap = 0; lap < LAPS; lap++) {
		for (unsigned int i = 0; i + burst <= NB_OPS; i += burst) {
			uint64_t t0 = rte_rdtsc_precise();
			uint16_t sent = rte_compressdev_enqueue_burst(0, 0, &ops[i], burst);
			uint64_t t1 = rte_rdtsc_precise();
			uint16_t got = 0;

			if (sent != burst)
				rte_exit(EXIT_FAILURE, "a burst was not accepted\n");
			while (got < sent)
				got += rte_compressdev_dequeue_burst(0, 0, &back[got],
								     sent - got);
			deq += rte_rdtsc_precise() - t1;
			enq += t1 - t0;
			nb += sent;
			for (uint16_t j = 0; j < got; j++)
				if (back[j]->status != RTE_COMP_OP_STATUS_SUCCESS)
					rte_exit(EXIT_FAILURE, "an op failed\n");
		}
	}
	return (struct cost){ (double)enq / nb, (double)deq / nb };
}

static int
by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double
median(double *v)
{
	qsort(v, ROUNDS, sizeof(*v), by_value);
	return v[ROUNDS / 2];
}

static void *
device_start(void)
{
	struct rte_compressdev_config config = {
		.socket_id = rte_socket_id(), .nb_queue_pairs = 1, .max_nb_priv_xforms = 1,
	};
	struct rte_comp_xform xform = {
		.type = RTE_COMP_COMPRESS,
		.compress = {
			.algo = RTE_COMP_ALGO_DEFLATE,
			.deflate.huffman = RTE_COMP_HUFFMAN_DYNAMIC,
			.level = 1,
			.window_size = 15,
		},
	};
	void *priv;

	if (rte_compressdev_count() == 0)
		rte_exit(EXIT_FAILURE, "no compressdev, give one with --vdev\n");
	if (rte_compressdev_configure(0, &config) != 0 ||
	    rte_compressdev_queue_pair_setup(0, 0, NB_OPS, rte_socket_id()) != 0 ||
	    rte_compressdev_start(0) != 0 ||
	    rte_compressdev_private_xform_create(0, &xform, &priv) != 0)
		rte_exit(EXIT_FAILURE, "cannot set up the device\n");
	return priv;
}

int
main(int argc, char **argv)
{
	static double enq[RTE_DIM(shapes)][RTE_DIM(bursts)][ROUNDS];
	static double deq[RTE_DIM(shapes)][RTE_DIM(bursts)][ROUNDS];
	struct rte_comp_op *ops[NB_OPS];
	struct rte_mempool *mbufs, *op_pool;
	void *xform;

	if (rte_eal_init(argc, argv) < 0)
		return EXIT_FAILURE;
	mbufs = rte_pktmbuf_pool_create("mbufs", 2 * NB_OPS * MAX_SEGS, 0, 0,
		SEG_LEN + RTE_PKTMBUF_HEADROOM, rte_socket_id());
	op_pool = rte_comp_op_pool_create("ops", NB_OPS, 0, 0, rte_socket_id());
	if (mbufs == NULL || op_pool == NULL || !rte_comp_op_bulk_alloc(op_pool, ops, NB_OPS))
		rte_exit(EXIT_FAILURE, "no memory: %s\n", rte_strerror(rte_errno));
	xform = device_start();
	for (unsigned int r = 0; r < ROUNDS; r++)
		for (unsigned int s = 0; s < RTE_DIM(shapes); s++) {
			ops_prepare(ops, mbufs, xform, shapes[s]);
			for (unsigned int b = 0; b < RTE_DIM(bursts); b++) {
				struct cost c = measure(ops, bursts[b]);

				enq[s][b][r] = c.enqueue;
				deq[s][b][r] = c.dequeue;
			}
			ops_strip(ops);
		}
	printf("%s, median cycles per op of %u rounds, TSC %.2f GHz\n",
	       rte_compressdev_name_get(0), ROUNDS, rte_get_tsc_hz() / 1e9);
	printf("%9s %6s %9s %9s\n", "segments", "burst", "enqueue", "dequeue");
	for (unsigned int s = 0; s < RTE_DIM(shapes); s++)
		for (unsigned int b = 0; b < RTE_DIM(bursts); b++)
			printf("%9u %6u %9.0f %9.0f\n", shapes[s], bursts[b],
			       median(enq[s][b]), median(deq[s][b]));
	rte_compressdev_stop(0);
	rte_compressdev_private_xform_free(0, xform);
	rte_compressdev_close(0);
	rte_eal_cleanup();
	return EXIT_SUCCESS;
}
