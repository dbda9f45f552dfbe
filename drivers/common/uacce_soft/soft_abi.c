/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/*
 * The client's side: what the kernel's files, system calls and the doorbell
 * register of a device answer (datasheet 1 and 2.5).
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

static size_t
page_size(void)
{
	return (size_t)sysconf(_SC_PAGESIZE);
}

/* Per-queue doorbell windows since v3, a shared page before (datasheet 1.3). */
size_t
soft_mmio_size(const struct uacce_soft *dev)
{
	size_t page = page_size();

	if (dev->conf.api >= 3)
		return 0x10000;
	return page > 0x1000 ? page : page + 0x1000;
}

size_t
uacce_soft_dus_size(unsigned int sq_depth, unsigned int cq_depth)
{
	size_t page = page_size();
	size_t rings = (size_t)sq_depth * HISI_ZIP_SQE_SIZE +
		(size_t)cq_depth * sizeof(struct hisi_qm_cqe);

	return (rings + page - 1) / page * page + page;
}

int
uacce_soft_attr(struct uacce_soft *dev, const char *name, char *buf, size_t len)
{
	const struct uacce_soft_conf *c = &dev->conf;

	if (strcmp(name, "api") == 0)
		return snprintf(buf, len, "hisi_qm_v%u\n", c->api);
	if (strcmp(name, "flags") == 0)
		return snprintf(buf, len, "%u\n", UACCE_FLAG_SVA);
	if (strcmp(name, "algorithms") == 0)
		return snprintf(buf, len, c->api >= 3 ? "zlib\ngzip\ndeflate\n" : "zlib\ngzip\n");
	if (strcmp(name, "available_instances") == 0) {
		pthread_mutex_lock(&dev->lock);
		unsigned int nb = c->nb_queues - dev->in_use;

		pthread_mutex_unlock(&dev->lock);
		return snprintf(buf, len, "%u\n", nb);
	}
	if (strcmp(name, "region_mmio_size") == 0)
		return snprintf(buf, len, "%zu\n", soft_mmio_size(dev));
	if (strcmp(name, "region_dus_size") == 0)
		return snprintf(buf, len, "%zu\n",
				uacce_soft_dus_size(c->sq_depth, c->cq_depth));
	if (strcmp(name, "isolate") == 0 || strcmp(name, "isolate_strategy") == 0)
		return snprintf(buf, len, "0\n");
	if (strcmp(name, "device/numa_node") == 0)
		return snprintf(buf, len, "%d\n", c->numa_node);
	return -ENOENT;
}

int
uacce_soft_open(struct uacce_soft *dev, unsigned int sq_depth,
		struct uacce_soft_queue **queue)
{
	struct uacce_soft_queue *q = NULL;
	int ret;

	if (sq_depth != 0 && (sq_depth < UACCE_SOFT_MIN_DEPTH ||
			      sq_depth > UACCE_SOFT_MAX_DEPTH))
		return -EINVAL;
	pthread_mutex_lock(&dev->lock);
	ret = -soft_faults_open(&dev->faults);
	if (ret == 0 && dev->in_use == dev->conf.nb_queues)
		ret = -EBUSY;
	while (ret == 0 && q == NULL) {
		struct uacce_soft_queue *next = &dev->queues[dev->next_id];

		dev->next_id = (dev->next_id + 1) % dev->conf.nb_queues;
		if (atomic_load(&next->state) == SOFT_QUEUE_FREE)
			q = next;
	}
	if (ret == 0)
		ret = soft_queue_init(q, sq_depth);
	if (ret == 0) {
		dev->in_use++;
		*queue = q;
		soft_trace(q, UACCE_SOFT_TRACE_OPEN, 0,
			   q->sq_depth | (uint64_t)q->cq_depth << 16, NULL, 0);
	}
	pthread_mutex_unlock(&dev->lock);
	return ret;
}

int
uacce_soft_close(struct uacce_soft_queue *q)
{
	struct uacce_soft *dev = q->dev;

	soft_queue_drain(q);
	soft_queue_quiesce(q, SOFT_QUEUE_ZOMBIE);
	soft_trace(q, UACCE_SOFT_TRACE_CLOSE, 0, 0, NULL, 0);
	pthread_mutex_lock(&dev->lock);
	soft_queue_fini(q);
	dev->in_use--;
	pthread_mutex_unlock(&dev->lock);
	return 0;
}

static int
ioctl_start(struct uacce_soft_queue *q)
{
	if (atomic_load(&q->state) != SOFT_QUEUE_INIT)
		return -EINVAL;
	pthread_mutex_lock(&q->lock);
	q->qc_type = q->next_qc_type;
	q->fetch = 0;
	q->post = 0;
	q->cq_tail = 0;
	q->phase = 1;
	q->nb_held = 0;
	if (q->done != NULL)
		memset(q->done, 0, q->sq_depth);
	atomic_store(&q->sq_tail, 0);
	atomic_store(&q->cq_head, 0);
	soft_trace(q, UACCE_SOFT_TRACE_START, 0, 0, NULL, 0);
	atomic_store(&q->state, SOFT_QUEUE_STARTED);
	pthread_mutex_unlock(&q->lock);
	return 0;
}

static int
ioctl_put(struct uacce_soft_queue *q)
{
	soft_queue_drain(q);
	soft_queue_quiesce(q, q->dev->conf.put_ends ?
			   SOFT_QUEUE_ZOMBIE : SOFT_QUEUE_INIT);
	soft_trace(q, UACCE_SOFT_TRACE_PUT, 0, 0, NULL, 0);
	return 0;
}

static int
ioctl_ctx(struct uacce_soft_queue *q, struct hisi_qm_qp_ctx *ctx)
{
	if (ctx->qc_type > HISI_QM_QC_DECOMPRESS)
		return -EINVAL;
	q->next_qc_type = ctx->qc_type;
	ctx->id = q->id;
	return 0;
}

static int
ioctl_info(struct uacce_soft_queue *q, struct hisi_qm_qp_info *info)
{
	info->sqe_size = HISI_ZIP_SQE_SIZE;
	info->sq_depth = q->sq_depth;
	info->cq_depth = q->cq_depth;
	return 0;
}

int
uacce_soft_ioctl(struct uacce_soft_queue *q, unsigned long cmd, void *arg)
{
	int state = atomic_load(&q->state);

	if (state != SOFT_QUEUE_INIT && state != SOFT_QUEUE_STARTED)
		return -ENXIO;
	switch (cmd) {
	case UACCE_CMD_START_Q:
		return ioctl_start(q);
	case UACCE_CMD_PUT_Q:
		return ioctl_put(q);
	case HISI_QM_CMD_SET_QP_CTX:
		return arg == NULL ? -EFAULT : ioctl_ctx(q, arg);
	case HISI_QM_CMD_SET_QP_INFO:
		return arg == NULL ? -EFAULT : ioctl_info(q, arg);
	default:
		return -EINVAL;
	}
}

int
uacce_soft_map(struct uacce_soft_queue *q, unsigned int region, size_t len,
	       void **addr)
{
	int state = atomic_load(&q->state);

	if (state != SOFT_QUEUE_INIT && state != SOFT_QUEUE_STARTED)
		return -ENXIO;
	if (region >= UACCE_REGION_NB || len == 0)
		return -EINVAL;
	if (q->map_len[region] != 0)
		return -EEXIST;
	if (region == UACCE_REGION_DUS ? len != q->dus_len : len > q->mmio_len)
		return -EINVAL;
	q->map_len[region] = len;
	*addr = region == UACCE_REGION_DUS ? q->dus : q->mmio;
	return 0;
}

int
uacce_soft_unmap(struct uacce_soft_queue *q, unsigned int region, void *addr,
		 size_t len)
{
	if (region >= UACCE_REGION_NB)
		return -EINVAL;
	if (atomic_load(&q->state) != SOFT_QUEUE_FREE &&
	    addr == (region == UACCE_REGION_DUS ? (void *)q->dus : q->mmio)) {
		/* the device keeps its side until the queue is closed */
		if (q->map_len[region] == 0)
			return -EINVAL;
		q->map_len[region] = 0;
		return 0;
	}
	return munmap(addr, len) == 0 ? 0 : -errno;
}

static void
wake(struct uacce_soft *dev)
{
	pthread_mutex_lock(&dev->idle_lock);
	pthread_cond_broadcast(&dev->idle_cond);
	pthread_mutex_unlock(&dev->idle_lock);
}

/* Publish the SQ's tail; the SQEs come first. */
static void
ring(struct uacce_soft_queue *q, uint32_t index)
{
	if (q->polled) {
		/* release: pairs with the acquire of uacce_soft_run() */
		atomic_store_explicit(&q->sq_tail, index, memory_order_release);
		return;
	}
	/* seq_cst: pairs with engine_idle(); either this thread sees a sleeper or
	 * that one the new tail. Writes no line that other queues' doorbells write.
	 */
	atomic_store(&q->sq_tail, index);
	if (atomic_load(&q->dev->sleepers) != 0)
		wake(q->dev);
}

void
uacce_soft_mmio_write(struct uacce_soft_queue *q, uint32_t offset, uint64_t value)
{
	uint32_t index = (value >> HISI_QM_DB_INDEX_SHIFT) & HISI_QM_DB_INDEX_MASK;
	uint64_t cmd = (value >> HISI_QM_DB_CMD_SHIFT) & HISI_QM_DB_CMD_MASK;
	bool sq = cmd == HISI_QM_DB_CMD_SQ;

	soft_trace(q, UACCE_SOFT_TRACE_MMIO, offset, value, NULL, 0);
	if (offset != HISI_QM_DB_OFFSET) {
		soft_mistake(q, UACCE_SOFT_DB_OFFSET);
	} else if ((value & HISI_QM_DB_QN_MASK) != q->id) {
		soft_mistake(q, UACCE_SOFT_DB_QUEUE);
	} else if (((value >> HISI_QM_DB_RAND_SHIFT) & HISI_QM_DB_RAND_MASK) != 0) {
		soft_mistake(q, UACCE_SOFT_DB_RANDOM);
	} else if (cmd > HISI_QM_DB_CMD_CQ) {
		soft_mistake(q, UACCE_SOFT_DB_COMMAND);
	} else if (index >= (sq ? q->sq_depth : q->cq_depth)) {
		soft_mistake(q, UACCE_SOFT_DB_INDEX);
	} else if (atomic_load_explicit(&q->state, memory_order_relaxed) !=
		   SOFT_QUEUE_STARTED) {
		soft_mistake(q, UACCE_SOFT_DB_STATE);
	} else if (sq) {
		soft_count(&q->sq_doorbells);
		ring(q, index);
	} else {
		/* release: pairs with post_cqe(), reads of CQEs come first */
		atomic_store_explicit(&q->cq_head, index, memory_order_release);
		soft_count(&q->cq_doorbells);
	}
}

int
uacce_soft_fault(struct uacce_soft *dev, const char *spec)
{
	return soft_faults_parse(&dev->faults, spec);
}

void
uacce_soft_stop_words(struct uacce_soft_queue *q, uint32_t tx, uint32_t rx)
{
	bool due = rx != 0;

	pthread_mutex_lock(&q->lock);
	soft_queue_stop_words(q, tx, rx);
	while (due && q->rx_due) {
		pthread_mutex_unlock(&q->lock);
		sched_yield();
		pthread_mutex_lock(&q->lock);
	}
	pthread_mutex_unlock(&q->lock);
	/* what waited in the ring is work again */
	if (!q->polled && !due)
		wake(q->dev);
}

const char *
uacce_soft_mistake_name(enum uacce_soft_mistake mistake)
{
	static const char * const names[UACCE_SOFT_MISTAKE_NB] = {
		[UACCE_SOFT_DB_OFFSET] = "doorbell_offset",
		[UACCE_SOFT_DB_QUEUE] = "doorbell_queue",
		[UACCE_SOFT_DB_COMMAND] = "doorbell_command",
		[UACCE_SOFT_DB_INDEX] = "doorbell_index",
		[UACCE_SOFT_DB_RANDOM] = "doorbell_random",
		[UACCE_SOFT_DB_STATE] = "doorbell_state",
		[UACCE_SOFT_CQ_OVERFLOW] = "cq_overflow",
		[UACCE_SOFT_SQE_TYPE] = "sqe_type",
		[UACCE_SOFT_SQE_REQUEST] = "sqe_request",
		[UACCE_SOFT_SQE_RESERVED] = "sqe_reserved",
		[UACCE_SOFT_SQE_LENGTH] = "sqe_length",
		[UACCE_SOFT_SQE_ADDRESS] = "sqe_address",
		[UACCE_SOFT_SQE_MODE] = "sqe_mode",
		[UACCE_SOFT_SGL] = "sgl",
	};

	return mistake < UACCE_SOFT_MISTAKE_NB ? names[mistake] : "unknown";
}

void
uacce_soft_stats(struct uacce_soft_queue *q, struct uacce_soft_stats *stats)
{
	stats->requests = atomic_load_explicit(&q->requests, memory_order_relaxed);
	stats->errors = atomic_load_explicit(&q->errors, memory_order_relaxed);
	stats->completions = atomic_load_explicit(&q->completions, memory_order_relaxed);
	stats->faults = atomic_load_explicit(&q->nb_faults, memory_order_relaxed);
	stats->doorbells = atomic_load_explicit(&q->sq_doorbells, memory_order_relaxed) +
		atomic_load_explicit(&q->cq_doorbells, memory_order_relaxed);
	for (int i = 0; i < UACCE_SOFT_MISTAKE_NB; i++)
		stats->mistakes[i] = atomic_load_explicit(&q->mistakes[i],
							  memory_order_relaxed);
}

void
uacce_soft_dump(struct uacce_soft_queue *q, FILE *f)
{
	struct uacce_soft_stats s;

	uacce_soft_stats(q, &s);
	fprintf(f, "    soft: requests %" PRIu64 ", errors %" PRIu64 ", CQEs %" PRIu64
		", doorbells %" PRIu64 ", faults %" PRIu64 ", held %u\n",
		s.requests, s.errors, s.completions, s.doorbells, s.faults, q->nb_held);
	for (int i = 0; i < UACCE_SOFT_MISTAKE_NB; i++)
		if (s.mistakes[i] != 0)
			fprintf(f, "    soft: client mistake %s: %" PRIu64 "\n",
				uacce_soft_mistake_name(i), s.mistakes[i]);
}
