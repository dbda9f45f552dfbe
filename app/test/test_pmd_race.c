/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/*
 * One thread enqueues, another dequeues, on the same queue pair; several queue pairs of
 * two devices at once. The only order between the two threads is the driver's own and
 * an idle flag per op that the dequeuer gives back to the enqueuer.
 */

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <string.h>

#include <rte_cycles.h>

#include "test_log.h"
#include "test_pmd.h"

#define NB_UNITS	64u
#define MAX_LEN		1500u
#define ROOM(len)	((len) + (len) / 8 + 128)
#define MAX_PAIRS	4u

/*
 * Lists for long chains change hands through DPDK's rings, whose order ThreadSanitizer
 * does not see: it gets chains that need none.
 */
#if defined(__SANITIZE_THREAD__)
#define MAX_SEGS	8u
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define MAX_SEGS	8u
#endif
#endif
#ifndef MAX_SEGS
#define MAX_SEGS	20u
#endif

/* An op with what must come of it; odd ones decompress. */
struct unit {
	struct rte_comp_op *op;
	struct pmd_buf src;
	struct pmd_buf dst;
	uint8_t plain[MAX_LEN];
	uint32_t len;
	atomic_bool busy;	/* set by the enqueuer, cleared by the dequeuer */
};

/* A queue pair and its two threads. */
struct pair {
	const struct pmd_dev *dev;
	uint16_t qp;
	unsigned int nb;	/* ops to send */
	unsigned int may_fail;
	unsigned int failed;
	void *xform[2];
	struct unit unit[NB_UNITS];
	pthread_t thread[2];
	atomic_bool broken;
};

static struct pair pairs[MAX_PAIRS];
static uint64_t end_tsc;

static int
unit_make(struct pair *p, unsigned int i)
{
	struct pmd_io io = { .xform = p->xform[i & 1], .flush = RTE_COMP_FLUSH_FINAL };
	struct unit *u = &p->unit[i];
	uint8_t packed[ROOM(MAX_LEN)];
	unsigned int nb = 1 + i % MAX_SEGS;

	u->len = 1 + pmd_rnd(MAX_LEN);
	pmd_fill(i % PMD_NB_KINDS, u->plain, u->len);
	io.src_len = u->len;
	if (i & 1)
		io.src_len = ref_deflate(u->plain, u->len, packed, sizeof(packed), 6, 0);
	if (pmd_buf_cut(&u->src, io.src_len, nb, true) != 0 ||
	    pmd_buf_cut(&u->dst, i & 1 ? u->len : ROOM(u->len), nb, true) != 0)
		return -1;
	pmd_buf_write(&u->src, 0, i & 1 ? packed : u->plain, io.src_len);
	io.src = &u->src;
	io.dst = &u->dst;
	u->op = pmd_op(&io);
	if (u->op == NULL)
		return -1;
	u->op->hash.iova_addr = i;
	atomic_store(&u->busy, false);
	return 0;
}

static int
pair_make(struct pair *p, const struct pmd_dev *dev, uint16_t qp, unsigned int nb)
{
	p->dev = dev;
	p->qp = qp;
	p->nb = nb;
	p->may_fail = p->failed = 0;
	atomic_store(&p->broken, false);
	p->xform[0] = pmd_deflate(dev, 1, RTE_COMP_HUFFMAN_DEFAULT, 15, RTE_COMP_CHECKSUM_NONE);
	p->xform[1] = pmd_inflate(dev, RTE_COMP_CHECKSUM_NONE);
	TEST_ASSERT(p->xform[0] != NULL && p->xform[1] != NULL, "xforms");
	for (unsigned int i = 0; i < NB_UNITS; i++)
		TEST_ASSERT(unit_make(p, i) == 0, "memory");
	return 0;
}

static void
pair_free(struct pair *p)
{
	for (unsigned int i = 0; i < NB_UNITS; i++) {
		pmd_buf_free(&p->unit[i].src);
		pmd_buf_free(&p->unit[i].dst);
		rte_comp_op_free(p->unit[i].op);
	}
	pmd_xform_free(p->dev, p->xform[0]);
	pmd_xform_free(p->dev, p->xform[1]);
}

/* Threads of a pair give up together. */
static bool
goes_on(struct pair *p)
{
	if (rte_rdtsc() > end_tsc && !atomic_exchange(&p->broken, true))
		printf("queue pair %u: time is up\n", p->qp);
	return !atomic_load_explicit(&p->broken, memory_order_relaxed);
}

static void *
enqueuer(void *arg)
{
	struct rte_comp_op *ops[NB_UNITS];
	struct pair *p = arg;
	unsigned int sent = 0, next = 0, seed = p->qp;

	while (sent < p->nb && goes_on(p)) {
		unsigned int burst = 1 + rand_r(&seed) % 40, n = 0, taken;

		burst = RTE_MIN(burst, p->nb - sent);
		for (unsigned int k = 0; k < NB_UNITS && n < burst; k++) {
			struct unit *u = &p->unit[(next + k) % NB_UNITS];

			if (!atomic_load_explicit(&u->busy, memory_order_acquire))
				ops[n++] = u->op;
		}
		next += 1 + rand_r(&seed) % NB_UNITS;
		/* before the driver has it: it may come back at once */
		for (unsigned int k = 0; k < n; k++)
			atomic_store_explicit(&p->unit[ops[k]->hash.iova_addr].busy, true,
					      memory_order_relaxed);
		taken = rte_compressdev_enqueue_burst(p->dev->id, p->qp, ops, n);
		for (unsigned int k = taken; k < n; k++)
			atomic_store_explicit(&p->unit[ops[k]->hash.iova_addr].busy, false,
					      memory_order_relaxed);
		sent += taken;
		if (taken < n && ops[taken]->status != RTE_COMP_OP_STATUS_NOT_PROCESSED) {
			printf("refused with %u\n", ops[taken]->status);
			atomic_store(&p->broken, true);
		}
		if (taken == 0)
			sched_yield();
	}
	return NULL;
}

static bool
unit_right(struct pair *p, const struct rte_comp_op *op)
{
	unsigned int i = op->hash.iova_addr;
	struct unit *u = &p->unit[i];
	uint8_t got[ROOM(MAX_LEN)], again[MAX_LEN + 1];
	struct ref_verdict v;

	if (i >= NB_UNITS || u->op != op ||
	    !atomic_load_explicit(&u->busy, memory_order_relaxed))
		return false;
	if (op->status == RTE_COMP_OP_STATUS_ERROR && p->failed < p->may_fail) {
		p->failed++;
		return true;
	}
	if (op->status != RTE_COMP_OP_STATUS_SUCCESS || op->consumed != op->src.length)
		return false;
	pmd_buf_read(&u->dst, 0, got, op->produced);
	if (i & 1)
		return op->produced == u->len && memcmp(got, u->plain, u->len) == 0;
	v = ref_inflate(got, op->produced, again, u->len + 1, 15, SIZE_MAX);
	return v.final && v.produced == u->len && memcmp(again, u->plain, u->len) == 0;
}

static void *
dequeuer(void *arg)
{
	struct rte_comp_op *ops[NB_UNITS];
	struct pair *p = arg;
	unsigned int back = 0, seed = ~p->qp;

	while (back < p->nb && goes_on(p)) {
		uint16_t n = rte_compressdev_dequeue_burst(p->dev->id, p->qp, ops,
							   1 + rand_r(&seed) % NB_UNITS);

		for (uint16_t i = 0; i < n; i++) {
			if (!unit_right(p, ops[i])) {
				printf("queue pair %u, op %u of %u is wrong: status %u\n",
				       p->qp, back + i, p->nb, ops[i]->status);
				atomic_store(&p->broken, true);
			}
			/* release: the enqueuer may write the op again */
			atomic_store_explicit(&p->unit[ops[i]->hash.iova_addr].busy, false,
					      memory_order_release);
		}
		back += n;
		if (n == 0)
			sched_yield();
	}
	return NULL;
}

/* Run nb pairs at once while this thread reads statistics. */
static int
race(unsigned int nb)
{
	struct rte_compressdev_stats stats;
	bool broken = false;

	end_tsc = rte_rdtsc() + 3 * PMD_WAIT_S * rte_get_tsc_hz();
	for (unsigned int i = 0; i < nb; i++) {
		pthread_create(&pairs[i].thread[0], NULL, enqueuer, &pairs[i]);
		pthread_create(&pairs[i].thread[1], NULL, dequeuer, &pairs[i]);
	}
	for (unsigned int i = 0; i < 30; i++) {
		rte_compressdev_stats_get(pairs[i % nb].dev->id, &stats);
		pmd_dumped(pairs[i % nb].dev, "enqueue:", "ops");
		rte_delay_us_sleep(2000);
	}
	for (unsigned int i = 0; i < nb; i++) {
		pthread_join(pairs[i].thread[0], NULL);
		pthread_join(pairs[i].thread[1], NULL);
		broken |= atomic_load(&pairs[i].broken);
	}
	TEST_ASSERT(!broken, "see above");
	for (unsigned int i = 0; i < nb; i++) {
		rte_compressdev_stats_get(pairs[i].dev->id, &stats);
		TEST_ASSERT(stats.enqueued_count == stats.dequeued_count &&
			    stats.enqueue_err_count == 0, "%lu in, %lu out",
			    stats.enqueued_count, stats.dequeued_count);
		pair_free(&pairs[i]);
	}
	return 0;
}

static int
one_pair(const char *args, unsigned int nb, unsigned int may_fail)
{
	struct pmd_dev dev;

	TEST_ASSERT(pmd_open(&dev, PMD_NAME, args, 1, NB_UNITS) == 0, "%s", args);
	if (pair_make(&pairs[0], &dev, 0, nb) != 0)
		return -1;
	pairs[0].may_fail = may_fail;
	TEST_ASSERT(race(1) == 0, "%s", args);
	return pmd_close(&dev);
}

static int
two_devices(const char *args)
{
	struct pmd_dev dev[2];

	TEST_ASSERT(pmd_open(&dev[0], "uacce_zip0", args, 2, NB_UNITS) == 0 &&
		    pmd_open(&dev[1], "uacce_zip1", "device=soft,soft_ext=off", 2, NB_UNITS) == 0,
		    "%s", args);
	for (unsigned int i = 0; i < 4; i++)
		if (pair_make(&pairs[i], &dev[i & 1], i / 2, 6000) != 0)
			return -1;
	TEST_ASSERT(race(4) == 0, "%s", args);
	return pmd_close(&dev[1]) | pmd_close(&dev[0]);
}

static int
run(int (*func)(void))
{
	int ret = pmd_up();

	pmd_seed(5601);
	if (ret == 0)
		ret = log_catch();
	if (ret == 0)
		ret = func();
	log_release();
	return pmd_down(ret);
}

static int
races(void)
{
	static const char * const args[] = {
		"device=soft", "device=soft,soft_threads=2", "device=soft,soft_ext=off",
		"device=soft,soft_ext=off,soft_threads=2,soft_api=2",
	};

	for (unsigned int i = 0; i < DIM(args); i++)
		if (one_pair(args[i], 20000, 0) != 0)
			return -1;
	return 0;
}

static int
races_with_faults(void)
{
	/* out of order and late throughout; a lane that comes and goes */
	if (one_pair("device=soft,soft_faults=ooo:any:0:0:1:9", 20000, 0) != 0 ||
	    one_pair("device=soft,soft_threads=2,soft_faults=ooo:any:0:0:1:9", 20000, 0) != 0 ||
	    one_pair("device=soft,soft_ext=off,soft_faults=late:any:0:0:3:4", 20000, 0) != 0 ||
	    one_pair("device=soft,soft_faults=stop:any:99:20:500", 15000, 20 * NB_UNITS) != 0 ||
	    one_pair("device=soft,soft_threads=2,soft_faults=stop:any:99:20:500", 15000,
		     20 * NB_UNITS) != 0 ||
	    one_pair("device=soft,soft_ext=off,fallback=off,soft_faults=txstop:any:99:20:500",
		     15000, 0) != 0)
		return -1;
	return 0;
}

static int
races_of_devices(void)
{
	return two_devices("device=soft") != 0 ? -1 :
		two_devices("device=soft,soft_threads=2,soft_faults=ooo:any:0:0:3:5");
}

static int
test_race(void)
{
	return run(races);
}

static int
test_race_faults(void)
{
	return run(races_with_faults);
}

static int
test_race_devices(void)
{
	return run(races_of_devices);
}

UACCE_TEST_TSAN(pmd_race, test_race)
UACCE_TEST_TSAN(pmd_race_faults, test_race_faults)
UACCE_TEST_TSAN(pmd_race_devices, test_race_devices)
