/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/*
 * An application that keeps a compression device busy while things happen to it. Every op
 * that was accepted must come back once, and what is a success must inflate to its input.
 */

#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zlib.h>

#include <rte_compressdev.h>
#include <rte_cycles.h>
#include <rte_eal.h>
#include <rte_mbuf.h>

#define NB_OPS	512
#define LEN	4096
#define BURST	32

struct slot {
	struct rte_comp_op *op;
	struct rte_mbuf *src;
	struct rte_mbuf *dst;
	bool in_flight;
};

static struct slot slots[NB_OPS];
static struct slot *idle[NB_OPS];
static unsigned int nb_idle;
static uint64_t nb_ok, nb_error;
static void *xform;
static volatile sig_atomic_t stopped;

static void
on_term(int sig)
{
	(void)sig;
	stopped = 1;
}

static void
die(const char *what)
{
	printf("traffic: %s\n", what);
	exit(1);
}

/* Whose op it is, in the room behind it. */
static struct slot **
slot_of(struct rte_comp_op *op)
{
	return (struct slot **)(op + 1);
}

static void
make_slots(void)
{
	struct rte_mempool *ops = rte_comp_op_pool_create("ops", NB_OPS, 0,
		sizeof(struct slot *), SOCKET_ID_ANY);
	struct rte_mempool *bufs = rte_pktmbuf_pool_create("bufs", 2 * NB_OPS, 0, 0,
		2 * LEN + RTE_PKTMBUF_HEADROOM, SOCKET_ID_ANY);
	unsigned int i, j;

	if (ops == NULL || bufs == NULL)
		die("no memory");
	for (i = 0; i < NB_OPS; i++) {
		struct slot *s = &slots[i];
		char *data;

		s->op = rte_comp_op_alloc(ops);
		s->src = rte_pktmbuf_alloc(bufs);
		s->dst = rte_pktmbuf_alloc(bufs);
		if (s->op == NULL || s->src == NULL || s->dst == NULL)
			die("no memory");
		*slot_of(s->op) = s;
		data = rte_pktmbuf_append(s->src, LEN);
		rte_pktmbuf_append(s->dst, 2 * LEN);
		for (j = 0; j < LEN; j++)
			data[j] = (char)('a' + (i * 7 + j * j / 5) % 23);
		idle[nb_idle++] = s;
	}
}

static void
setup(void)
{
	struct rte_compressdev_config conf = {
		.socket_id = rte_compressdev_socket_id(0), .nb_queue_pairs = 1,
		.max_nb_priv_xforms = 1,
	};
	struct rte_comp_xform x = {
		.type = RTE_COMP_COMPRESS,
		.compress = {
			.algo = RTE_COMP_ALGO_DEFLATE, .level = RTE_COMP_LEVEL_PMD_DEFAULT,
			.window_size = 15, .deflate.huffman = RTE_COMP_HUFFMAN_DYNAMIC,
		},
	};

	if (rte_compressdev_count() == 0)
		die("no device");
	if (rte_compressdev_configure(0, &conf) != 0 ||
	    rte_compressdev_queue_pair_setup(0, 0, NB_OPS, (int)rte_socket_id()) != 0 ||
	    rte_compressdev_start(0) != 0 ||
	    rte_compressdev_private_xform_create(0, &x, &xform) != 0)
		die("cannot set up the device");
}

static void
prepare(struct slot *s)
{
	struct rte_comp_op *op = s->op;

	op->op_type = RTE_COMP_OP_STATELESS;
	op->private_xform = xform;
	op->m_src = s->src;
	op->m_dst = s->dst;
	op->src.offset = 0;
	op->src.length = LEN;
	op->dst.offset = 0;
	op->flush_flag = RTE_COMP_FLUSH_FINAL;
	op->status = RTE_COMP_OP_STATUS_NOT_PROCESSED;
}

static void
enqueue(void)
{
	struct rte_comp_op *ops[BURST];
	struct slot *taken[BURST];
	unsigned int n = 0, done;

	for (; n < BURST && nb_idle != 0; n++) {
		taken[n] = idle[--nb_idle];
		prepare(taken[n]);
		taken[n]->in_flight = true;
		ops[n] = taken[n]->op;
	}
	done = rte_compressdev_enqueue_burst(0, 0, ops, (uint16_t)n);
	while (n > done) {
		if (taken[--n]->op->status == RTE_COMP_OP_STATUS_ERROR)
			nb_error++;
		taken[n]->in_flight = false;
		idle[nb_idle++] = taken[n];
	}
}

static void
check_output(const struct slot *s)
{
	static uint8_t out[LEN];
	z_stream z = {
		.next_in = rte_pktmbuf_mtod(s->dst, uint8_t *), .avail_in = s->op->produced,
		.next_out = out, .avail_out = LEN,
	};

	if (inflateInit2(&z, -15) != Z_OK || inflate(&z, Z_FINISH) != Z_STREAM_END ||
	    z.total_out != LEN || memcmp(out, rte_pktmbuf_mtod(s->src, void *), LEN) != 0)
		die("a success that does not inflate to its input");
	inflateEnd(&z);
}

static void
dequeue(void)
{
	struct rte_comp_op *ops[BURST];
	unsigned int i, n = rte_compressdev_dequeue_burst(0, 0, ops, BURST);

	for (i = 0; i < n; i++) {
		struct slot *s = *slot_of(ops[i]);

		if (!s->in_flight)
			die("an op came back that was not in flight");
		s->in_flight = false;
		idle[nb_idle++] = s;
		if (ops[i]->status == RTE_COMP_OP_STATUS_SUCCESS) {
			check_output(s);
			nb_ok++;
		} else {
			nb_error++;
		}
	}
}

/* A child that uses the device of its parent. */
static bool
child_survives(void)
{
	pid_t pid;
	int status;

	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		enqueue();
		dequeue();
		_exit(0);
	}
	return waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static void
drain(void)
{
	uint64_t end = rte_get_timer_cycles() + 30 * rte_get_timer_hz();

	while (nb_idle != NB_OPS && rte_get_timer_cycles() < end)
		dequeue();
	if (nb_idle != NB_OPS)
		die("ops did not come back");
}

int
main(int argc, char **argv)
{
	int n = rte_eal_init(argc, argv);
	uint64_t next, hz;
	bool with_fork;

	if (n < 0)
		die("EAL");
	with_fork = argc > n + 1 && strcmp(argv[n + 1], "fork") == 0;
	signal(SIGTERM, on_term);
	make_slots();
	setup();
	hz = rte_get_timer_hz();
	for (next = rte_get_timer_cycles() + hz / 4; !stopped;) {
		enqueue();
		dequeue();
		if (rte_get_timer_cycles() < next)
			continue;
		next += hz / 4;
		printf("traffic: %lu ok %lu errors\n", nb_ok, nb_error);
		fflush(stdout);
		if (with_fork && !child_survives())
			die("the child did not survive");
		with_fork = false;
	}
	drain();
	rte_compressdev_stop(0);
	printf("traffic: ended, %lu ok %lu errors\n", nb_ok, nb_error);
	rte_compressdev_private_xform_free(0, xform);
	rte_compressdev_close(0);
	return 0;
}
