/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

#include <errno.h>
#include <inttypes.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <uacce_abi.h>

#include "soft_priv.h"
#include "soft_trace.h"

/* As long as the kernel waits for silicon (datasheet 1.5). */
#define DRAIN_STEPS	1000
#define DRAIN_STEP_US	100

/* Change one byte of the output, wherever it lies. */
static void
corrupt(struct soft_engine *e, const struct hisi_zip_sqe *sqe, uint32_t produced,
	uint32_t at)
{
	uint64_t dst = (uint64_t)sqe->dest_addr_h << 32 | sqe->dest_addr_l;
	unsigned int buf = (sqe->dw9 >> HISI_ZIP_DW9_BUF_SHIFT) & HISI_ZIP_DW9_BUF_MASK;
	struct soft_seg flat = { (uint8_t *)(uintptr_t)dst, produced };
	struct soft_cursor c = { &flat, 1, 0 };
	uint8_t *p;

	if (buf == HISI_ZIP_BUF_SGL) {
		c.nb = (unsigned int)soft_sgl_walk(dst, sqe->dw8 & HISI_ZIP_DW8_SKIP_MASK,
						   produced, e->segs[1], SOFT_MAX_SEGS);
		c.seg = e->segs[1];
	}
	soft_cursor_skip(&c, at % produced);
	if (soft_cursor_next(&c, 1, &p) != 0)
		*p ^= 1;
}

/* Execute a private copy of the request, unless a fault answers for it. */
static void
execute(struct uacce_soft_queue *q, struct soft_engine *e,
	const struct hisi_zip_sqe *sqe, const struct soft_hit *hit,
	struct soft_result *res)
{
	if (soft_hit_has(hit, SOFT_FAULT_STATUS)) {
		memset(res, 0, sizeof(*res));
		res->status = hit->value[SOFT_FAULT_STATUS];
		return;
	}
	soft_zip_exec(q, e, sqe, res);
	if (soft_hit_has(hit, SOFT_FAULT_CORRUPT) && res->produced != 0)
		corrupt(e, sqe, res->produced, hit->value[SOFT_FAULT_CORRUPT]);
}

/* Do the faults of this request stop the queue before it is executed? */
static bool
stops_queue(struct uacce_soft_queue *q, const struct soft_hit *hit)
{
	if (hit->kinds == 0)
		return false;
	if (soft_hit_has(hit, SOFT_FAULT_TXSTOP))
		soft_queue_stop_words(q, 1, 0);
	if (!soft_hit_has(hit, SOFT_FAULT_STOP))
		return false;
	soft_count(&q->nb_faults);
	soft_queue_stop_words(q, 1, 1);
	return true;
}

unsigned int
uacce_soft_run(struct uacce_soft_queue *q, unsigned int max)
{
	unsigned int n = 0;
	uint32_t tail;

	if (!q->polled || !soft_queue_running(q))
		return 0;
	if (q->nb_held != 0)
		soft_held_poll(q);
	/* acquire: pairs with the release of the SQ doorbell */
	tail = atomic_load_explicit(&q->sq_tail, memory_order_acquire);
	while (n < max && q->fetch != tail && soft_queue_running(q)) {
		struct hisi_zip_sqe sqe = *soft_queue_sqe(q, q->fetch);
		struct soft_result res;
		struct soft_hit hit;

		soft_trace(q, UACCE_SOFT_TRACE_SQE, q->fetch, 0, &sqe, sizeof(sqe));
		soft_faults_request(&q->dev->faults, q->qc_type, &hit);
		if (stops_queue(q, &hit))
			break;
		q->engine.slot = q->fetch;
		execute(q, &q->engine, &sqe, &hit, &res);
		soft_post(q, q->fetch, &hit, &res);
		q->fetch = soft_ring_next(q->fetch, q->sq_depth);
		n++;
	}
	return n;
}

bool
soft_queue_has_work(struct uacce_soft_queue *q, bool *held)
{
	bool work = false;

	if (!soft_queue_running(q))
		return false;
	pthread_mutex_lock(&q->lock);
	if (soft_queue_running(q)) {
		/* seq_cst: see engine_idle() */
		work = q->fetch != atomic_load(&q->sq_tail);
		*held |= q->nb_held != 0;
	}
	pthread_mutex_unlock(&q->lock);
	return work;
}

/* Post in ring order whatever is executed, however the threads finished. */
static void
post_done(struct uacce_soft_queue *q)
{
	while (q->done[q->post]) {
		uint32_t slot = q->post;

		q->done[slot] = 0;
		q->post = soft_ring_next(slot, q->sq_depth);
		soft_post(q, slot, &q->hits[slot], &q->results[slot]);
	}
}

/* Called with the lock held, which it drops while it executes. */
static void
work_one(struct uacce_soft_queue *q, struct soft_engine *e)
{
	uint32_t slot = q->fetch;
	struct hisi_zip_sqe sqe = *soft_queue_sqe(q, slot);
	struct soft_result res;
	struct soft_hit hit;

	soft_trace(q, UACCE_SOFT_TRACE_SQE, slot, 0, &sqe, sizeof(sqe));
	soft_faults_request(&q->dev->faults, q->qc_type, &hit);
	if (stops_queue(q, &hit))
		return;
	q->fetch = soft_ring_next(slot, q->sq_depth);
	q->executing++;
	e->slot = slot;
	pthread_mutex_unlock(&q->lock);
	execute(q, e, &sqe, &hit, &res);
	pthread_mutex_lock(&q->lock);
	q->executing--;
	soft_queue_drained(q);
	q->results[slot] = res;
	q->hits[slot] = hit;
	q->done[slot] = 1;
	if (soft_queue_running(q))
		post_done(q);
}

unsigned int
soft_queue_work(struct uacce_soft_queue *q, struct soft_engine *e, unsigned int max)
{
	unsigned int n = 0;

	if (!soft_queue_running(q))
		return 0;
	pthread_mutex_lock(&q->lock);
	if (soft_queue_running(q) && q->nb_held != 0)
		soft_held_poll(q);
	while (n < max && soft_queue_running(q) && q->fetch !=
	       atomic_load_explicit(&q->sq_tail, memory_order_acquire)) {
		work_one(q, e);
		n++;
	}
	pthread_mutex_unlock(&q->lock);
	return n;
}

void
soft_queue_drain(struct uacce_soft_queue *q)
{
	bool busy = !q->polled;

	/* without threads the client's polls do the work, and end with this */
	for (unsigned int i = 0; i < DRAIN_STEPS && busy; i++) {
		pthread_mutex_lock(&q->lock);
		busy = soft_queue_running(q) && (q->executing != 0 || q->fetch !=
			atomic_load_explicit(&q->sq_tail, memory_order_acquire));
		pthread_mutex_unlock(&q->lock);
		if (busy)
			usleep(DRAIN_STEP_US);
	}
}

void
soft_queue_quiesce(struct uacce_soft_queue *q, enum soft_queue_state state)
{
	pthread_mutex_lock(&q->lock);
	atomic_store_explicit(&q->state, state, memory_order_relaxed);
	while (q->executing != 0) {
		pthread_mutex_unlock(&q->lock);
		sched_yield();
		pthread_mutex_lock(&q->lock);
	}
	pthread_mutex_unlock(&q->lock);
}

static int
queue_alloc_threaded(struct uacce_soft_queue *q)
{
	q->done = calloc(q->sq_depth, sizeof(*q->done));
	q->hits = calloc(q->sq_depth, sizeof(*q->hits));
	q->results = calloc(q->sq_depth, sizeof(*q->results));
	return q->done == NULL || q->hits == NULL || q->results == NULL ? -ENOMEM : 0;
}

static void *
queue_region(size_t len)
{
	void *p = mmap(NULL, len, PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	return p == MAP_FAILED ? NULL : p;
}

int
soft_queue_init(struct uacce_soft_queue *q, unsigned int sq_depth)
{
	const struct uacce_soft_conf *conf = &q->dev->conf;
	int ret = 0;

	q->sq_depth = sq_depth != 0 ? sq_depth : conf->sq_depth;
	q->cq_depth = sq_depth != 0 ? sq_depth : conf->cq_depth;
	q->polled = conf->threads == 0;
	q->next_qc_type = HISI_QM_QC_COMPRESS;
	q->dus_len = uacce_soft_dus_size(q->sq_depth, q->cq_depth);
	q->dus = queue_region(q->dus_len);
	q->mmio = queue_region(q->mmio_len);
	if (q->dus == NULL || q->mmio == NULL)
		ret = -ENOMEM;
	else if (!q->polled)
		ret = queue_alloc_threaded(q);
	else
		ret = soft_engine_init(&q->engine);
	if (ret != 0) {
		soft_queue_fini(q);
		return ret;
	}
	soft_queue_stop_words(q, 0, 0);
	for (int i = 0; i < UACCE_SOFT_MISTAKE_NB; i++)
		atomic_store(&q->mistakes[i], 0);
	atomic_store(&q->requests, 0);
	atomic_store(&q->errors, 0);
	atomic_store(&q->completions, 0);
	atomic_store(&q->nb_faults, 0);
	atomic_store(&q->sq_doorbells, 0);
	atomic_store(&q->cq_doorbells, 0);
	atomic_store(&q->state, SOFT_QUEUE_INIT);
	return 0;
}

/* What the client still maps is its own to unmap; it may be but a part. */
static void
region_release(uint8_t *p, size_t len, size_t client_len)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t keep = (client_len + page - 1) / page * page;

	if (p != NULL && keep < len)
		munmap(p + keep, len - keep);
}

void
soft_queue_fini(struct uacce_soft_queue *q)
{
	region_release(q->mmio, q->mmio_len, q->map_len[UACCE_REGION_MMIO]);
	region_release(q->dus, q->dus_len, q->map_len[UACCE_REGION_DUS]);
	q->dus = NULL;
	q->mmio = NULL;
	q->map_len[UACCE_REGION_MMIO] = 0;
	q->map_len[UACCE_REGION_DUS] = 0;
	soft_engine_fini(&q->engine);
	free(q->done);
	free(q->hits);
	free(q->results);
	q->done = NULL;
	q->hits = NULL;
	q->results = NULL;
	atomic_store(&q->state, SOFT_QUEUE_FREE);
}
