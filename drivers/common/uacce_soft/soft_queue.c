/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

#include <errno.h>
#include <inttypes.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "soft_priv.h"

#define BADINDEX	0xffffu

static uint32_t
ring_next(uint32_t index, uint32_t depth)
{
	return index + 1 == depth ? 0 : index + 1;
}

static struct hisi_zip_sqe *
queue_sqe(const struct uacce_soft_queue *q, uint32_t slot)
{
	return (struct hisi_zip_sqe *)q->dus + slot;
}

static _Atomic uint32_t *
queue_word(const struct uacce_soft_queue *q, size_t from_end)
{
	return (_Atomic uint32_t *)(q->dus + q->dus_len - from_end);
}

static bool
queue_running(const struct uacce_soft_queue *q)
{
	return atomic_load_explicit(&q->state, memory_order_relaxed) == SOFT_QUEUE_STARTED &&
		!atomic_load_explicit(&q->stopped, memory_order_relaxed);
}

void
soft_queue_stop_words(struct uacce_soft_queue *q, uint32_t tx, uint32_t rx)
{
	atomic_store_explicit(&q->stopped, rx != 0, memory_order_relaxed);
	atomic_store_explicit(queue_word(q, HISI_QM_DUS_TX_STOP), tx, memory_order_release);
	/* release: whoever sees it sees the CQEs posted before */
	atomic_store_explicit(queue_word(q, HISI_QM_DUS_RX_STOP), rx, memory_order_release);
}

static void
post_cqe(struct uacce_soft_queue *q, uint16_t sq_head)
{
	uint32_t next = ring_next(q->cq_tail, q->cq_depth);
	uint8_t *cqe = q->dus + (size_t)q->sq_depth * HISI_ZIP_SQE_SIZE +
		(size_t)q->cq_tail * sizeof(struct hisi_qm_cqe);
	uint64_t word = sq_head | (uint64_t)q->id << HISI_QM_CQE_SQ_NUM_SHIFT |
		(uint64_t)q->phase << HISI_QM_CQE_PHASE_SHIFT;

	if (!queue_running(q))
		return;
	/* acquire: the client's reads of the entry come before it is written again */
	if (next == atomic_load_explicit(&q->cq_head, memory_order_acquire)) {
		soft_mistake(q, UACCE_SOFT_CQ_OVERFLOW);
		soft_queue_stop_words(q, 1, 1);
		return;
	}
	/* release: pairs with the client's read of the phase; the SQE comes first */
	atomic_store_explicit((_Atomic uint64_t *)(cqe + HISI_QM_CQE_WORD), word,
			      memory_order_release);
	soft_count(&q->completions);
	q->cq_tail = next;
	if (next == 0)
		q->phase ^= 1;
}

static void
write_back(struct uacce_soft_queue *q, uint32_t slot, const struct soft_result *res)
{
	struct hisi_zip_sqe *sqe = queue_sqe(q, slot);

	sqe->consumed = res->consumed;
	sqe->produced = res->produced;
	sqe->status = res->status;
	sqe->ctx_dw0 = 0;
	sqe->ctx_dw1 = 0;
	sqe->ctx_dw2 = 0;
	sqe->isize = res->isize;
	sqe->checksum = res->checksum;
	if (res->ext) {
		sqe->dif_l = res->ext_crc;
		sqe->dif_h = res->ext_adler;
	}
}

static void
complete(struct uacce_soft_queue *q, uint32_t slot, const struct soft_hit *hit,
	 const struct soft_result *res)
{
	write_back(q, slot, res);
	if (hit->kinds == 0) {
		post_cqe(q, slot);
		return;
	}
	if (soft_hit_has(hit, SOFT_FAULT_NOISE))
		post_cqe(q, hit->random % q->sq_depth);
	if (soft_hit_has(hit, SOFT_FAULT_LOST))
		return;
	if (soft_hit_has(hit, SOFT_FAULT_BADINDEX)) {
		uint32_t index = hit->value[SOFT_FAULT_BADINDEX];

		post_cqe(q, index >= q->sq_depth ? index : BADINDEX);
		return;
	}
	post_cqe(q, slot);
	if (soft_hit_has(hit, SOFT_FAULT_DUP))
		post_cqe(q, slot);
}

static void
held_post(struct uacce_soft_queue *q, unsigned int i)
{
	struct soft_held h = q->held[i];

	q->held[i] = q->held[--q->nb_held];
	complete(q, h.slot, &h.hit, &h.res);
}

/* One completion or poll went by. */
static void
held_age(struct uacce_soft_queue *q)
{
	for (unsigned int i = 0; i < q->nb_held; ) {
		if (q->held[i].countdown-- <= 1)
			held_post(q, i);
		else
			i++;
	}
}

static uint32_t
held_countdown(const struct soft_hit *hit)
{
	if (soft_hit_has(hit, SOFT_FAULT_OOO))
		return hit->random % (hit->value[SOFT_FAULT_OOO] + 1ull);
	if (soft_hit_has(hit, SOFT_FAULT_LATE))
		return hit->value[SOFT_FAULT_LATE];
	return hit->value[SOFT_FAULT_EARLY];
}

static void
post(struct uacce_soft_queue *q, uint32_t slot, const struct soft_hit *hit,
     struct soft_result *res)
{
	const uint32_t holding = 1u << SOFT_FAULT_OOO | 1u << SOFT_FAULT_LATE |
		1u << SOFT_FAULT_EARLY;

	soft_count(&q->requests);
	if (res->status != HISI_ZIP_STATUS_OK && res->status != HISI_ZIP_STATUS_NEG_COMP)
		soft_count(&q->errors);
	if (q->nb_held != 0)
		held_age(q);
	if (hit->kinds == 0) {
		complete(q, slot, hit, res);
		return;
	}
	soft_count(&q->nb_faults);
	if (soft_hit_has(hit, SOFT_FAULT_WRITEBACK)) {
		res->consumed = hit->value[SOFT_FAULT_WRITEBACK];
		res->produced = hit->value[SOFT_FAULT_WRITEBACK];
	}
	if (soft_hit_has(hit, SOFT_FAULT_EARLY))
		post_cqe(q, slot);
	if ((hit->kinds & holding) == 0 || held_countdown(hit) == 0) {
		complete(q, slot, hit, res);
		return;
	}
	if (q->nb_held == SOFT_MAX_HELD)
		held_post(q, 0);
	q->held[q->nb_held++] = (struct soft_held){
		.slot = slot, .countdown = held_countdown(hit), .hit = *hit, .res = *res,
	};
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

	if (!q->polled || !queue_running(q))
		return 0;
	if (q->nb_held != 0)
		held_age(q);
	/* acquire: pairs with the release of the SQ doorbell */
	tail = atomic_load_explicit(&q->sq_tail, memory_order_acquire);
	while (n < max && q->fetch != tail && queue_running(q)) {
		struct hisi_zip_sqe sqe = *queue_sqe(q, q->fetch);
		struct soft_result res;
		struct soft_hit hit;

		soft_faults_request(&q->dev->faults, q->qc_type, &hit);
		if (stops_queue(q, &hit))
			break;
		execute(q, &q->engine, &sqe, &hit, &res);
		post(q, q->fetch, &hit, &res);
		q->fetch = ring_next(q->fetch, q->sq_depth);
		n++;
	}
	return n;
}

bool
soft_queue_has_work(struct uacce_soft_queue *q)
{
	bool work;

	if (!queue_running(q))
		return false;
	pthread_mutex_lock(&q->lock);
	work = queue_running(q) && (q->nb_held != 0 || q->fetch !=
		atomic_load_explicit(&q->sq_tail, memory_order_acquire));
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
		q->post = ring_next(slot, q->sq_depth);
		post(q, slot, &q->hits[slot], &q->results[slot]);
	}
}

/* Called with the lock held, which it drops while it executes. */
static void
work_one(struct uacce_soft_queue *q, struct soft_engine *e)
{
	uint32_t slot = q->fetch;
	struct hisi_zip_sqe sqe = *queue_sqe(q, slot);
	struct soft_result res;
	struct soft_hit hit;

	soft_faults_request(&q->dev->faults, q->qc_type, &hit);
	if (stops_queue(q, &hit))
		return;
	q->fetch = ring_next(slot, q->sq_depth);
	q->executing++;
	pthread_mutex_unlock(&q->lock);
	execute(q, e, &sqe, &hit, &res);
	pthread_mutex_lock(&q->lock);
	q->executing--;
	q->results[slot] = res;
	q->hits[slot] = hit;
	q->done[slot] = 1;
	if (queue_running(q))
		post_done(q);
}

unsigned int
soft_queue_work(struct uacce_soft_queue *q, struct soft_engine *e, unsigned int max)
{
	unsigned int n = 0;

	if (!queue_running(q))
		return 0;
	pthread_mutex_lock(&q->lock);
	if (queue_running(q) && q->nb_held != 0)
		held_age(q);
	while (n < max && queue_running(q) && q->fetch !=
	       atomic_load_explicit(&q->sq_tail, memory_order_acquire)) {
		work_one(q, e);
		n++;
	}
	pthread_mutex_unlock(&q->lock);
	return n;
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

/* What the client still maps is its own to unmap. */
void
soft_queue_fini(struct uacce_soft_queue *q)
{
	if (q->dus != NULL && !q->mapped[1])
		munmap(q->dus, q->dus_len);
	if (q->mmio != NULL && !q->mapped[0])
		munmap(q->mmio, q->mmio_len);
	q->dus = NULL;
	q->mmio = NULL;
	q->mapped[0] = false;
	q->mapped[1] = false;
	soft_engine_fini(&q->engine);
	free(q->done);
	free(q->hits);
	free(q->results);
	q->done = NULL;
	q->hits = NULL;
	q->results = NULL;
	atomic_store(&q->state, SOFT_QUEUE_FREE);
}
