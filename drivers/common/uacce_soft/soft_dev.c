/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include "soft_priv.h"
#include "soft_trace.h"

#define DEFAULT_API	3
#define DEFAULT_QUEUES	64	/* pf_q_num of the kernel driver (datasheet 1.3) */
#define DEFAULT_DEPTH	1024	/* datasheet 2.2 */

#define ENGINE_BUDGET	16	/* requests of one queue before the next */
#define IDLE_SPINS	2000	/* empty rounds before an engine thread sleeps */
#define IDLE_NAP_NS	1000000	/* sleep of a thread that completions wait for */

int
soft_engine_init(struct soft_engine *e)
{
	size_t len = SOFT_MAX_SEGS * sizeof(struct soft_seg);

	e->codec = soft_codec_create();
	if (e->codec == NULL)
		return -ENOMEM;
	e->lz4 = soft_lz4_create();
	if (e->lz4 == NULL) {
		soft_engine_fini(e);
		return -ENOMEM;
	}
	for (int i = 0; i < 2; i++) {
		void *p = mmap(NULL, len, PROT_READ | PROT_WRITE,
			       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

		if (p == MAP_FAILED) {
			soft_engine_fini(e);
			return -ENOMEM;
		}
		e->segs[i] = p;
	}
	return 0;
}

void
soft_engine_fini(struct soft_engine *e)
{
	for (int i = 0; i < 2; i++) {
		if (e->segs[i] != NULL)
			munmap(e->segs[i], SOFT_MAX_SEGS * sizeof(struct soft_seg));
		e->segs[i] = NULL;
	}
	soft_verify_fini(e);
	soft_lz4_destroy(e->lz4);
	e->lz4 = NULL;
	soft_codec_destroy(e->codec);
	e->codec = NULL;
}

static bool
any_work(struct uacce_soft *dev, bool *held)
{
	*held = false;
	for (unsigned int i = 0; i < dev->conf.nb_queues; i++) {
		if (soft_queue_has_work(&dev->queues[i], held))
			return true;
	}
	return false;
}

/* Sleep until a doorbell rings. */
static void
engine_idle(struct uacce_soft *dev)
{
	struct timespec ts;
	bool held;

	pthread_mutex_lock(&dev->idle_lock);
	/* seq_cst, as the load of the tail in soft_queue_has_work(): pairs with
	 * ring(); either the ringer sees a sleeper or this thread the new tail
	 */
	atomic_fetch_add(&dev->sleepers, 1);
	if (!atomic_load(&dev->quit) && !any_work(dev, &held)) {
		if (held) {
			clock_gettime(CLOCK_REALTIME, &ts);
			ts.tv_nsec += IDLE_NAP_NS;
			if (ts.tv_nsec >= 1000000000) {
				ts.tv_sec++;
				ts.tv_nsec -= 1000000000;
			}
			pthread_cond_timedwait(&dev->idle_cond, &dev->idle_lock, &ts);
		} else {
			pthread_cond_wait(&dev->idle_cond, &dev->idle_lock);
		}
	}
	atomic_fetch_sub(&dev->sleepers, 1);
	pthread_mutex_unlock(&dev->idle_lock);
}

struct engine_arg {
	struct uacce_soft *dev;
	struct soft_engine engine;
};

static void *
engine_main(void *opaque)
{
	struct engine_arg *arg = opaque;
	struct uacce_soft *dev = arg->dev;
	unsigned int idle = 0;

	pthread_setname_np(pthread_self(), "uacce-engine");
	while (!atomic_load_explicit(&dev->quit, memory_order_relaxed)) {
		unsigned int n = 0;

		for (unsigned int i = 0; i < dev->conf.nb_queues; i++)
			n += soft_queue_work(&dev->queues[i], &arg->engine, ENGINE_BUDGET);
		if (n != 0) {
			idle = 0;
		} else if (++idle >= IDLE_SPINS) {
			engine_idle(dev);
			idle = 0;
		}
	}
	soft_engine_fini(&arg->engine);
	free(arg);
	return NULL;
}

static void
engines_stop(struct uacce_soft *dev)
{
	pthread_mutex_lock(&dev->idle_lock);
	atomic_store(&dev->quit, true);
	pthread_cond_broadcast(&dev->idle_cond);
	pthread_mutex_unlock(&dev->idle_lock);
	while (dev->nb_threads != 0)
		pthread_join(dev->threads[--dev->nb_threads], NULL);
}

static int
engines_start(struct uacce_soft *dev)
{
	for (unsigned int i = 0; i < dev->conf.threads; i++) {
		struct engine_arg *arg = calloc(1, sizeof(*arg));
		int ret = ENOMEM;

		if (arg != NULL && soft_engine_init(&arg->engine) == 0) {
			arg->dev = dev;
			ret = pthread_create(&dev->threads[i], NULL, engine_main, arg);
		}
		if (ret != 0) {
			if (arg != NULL)
				soft_engine_fini(&arg->engine);
			free(arg);
			engines_stop(dev);
			return -ret;
		}
		dev->nb_threads++;
	}
	return 0;
}

static int
conf_resolve(struct uacce_soft_conf *c)
{
	if (c->api == 0)
		c->api = DEFAULT_API;
	if (c->nb_queues == 0)
		c->nb_queues = DEFAULT_QUEUES;
	if (c->sq_depth == 0)
		c->sq_depth = DEFAULT_DEPTH;
	if (c->cq_depth == 0)
		c->cq_depth = c->sq_depth;
	if (c->api != 2 && c->api != 3 && c->api != 5)
		return -EINVAL;
	if (c->nb_queues > UACCE_SOFT_MAX_QUEUES || c->threads > UACCE_SOFT_MAX_THREADS)
		return -EINVAL;
	if (c->sq_depth < UACCE_SOFT_MIN_DEPTH || c->sq_depth > UACCE_SOFT_MAX_DEPTH ||
	    c->cq_depth < c->sq_depth || c->cq_depth > UACCE_SOFT_MAX_DEPTH)
		return -EINVAL;
	return 0;
}

static void
queues_create(struct uacce_soft *dev)
{
	for (unsigned int i = 0; i < dev->conf.nb_queues; i++) {
		struct uacce_soft_queue *q = &dev->queues[i];

		q->dev = dev;
		q->id = i;
		q->mmio_len = soft_mmio_size(dev);
		pthread_mutex_init(&q->lock, NULL);
	}
}

struct uacce_soft *
uacce_soft_create(const struct uacce_soft_conf *conf)
{
	struct uacce_soft *dev;
	int ret = -ENOMEM;

	dev = aligned_alloc(SOFT_CACHE_LINE, sizeof(*dev));
	if (dev == NULL)
		return NULL;
	memset(dev, 0, sizeof(*dev));
	dev->conf = *conf;
	pthread_mutex_init(&dev->lock, NULL);
	pthread_mutex_init(&dev->faults.lock, NULL);
	pthread_mutex_init(&dev->idle_lock, NULL);
	pthread_cond_init(&dev->idle_cond, NULL);
	ret = conf_resolve(&dev->conf);
	if (ret == 0 && conf->faults != NULL)
		ret = soft_faults_parse(&dev->faults, conf->faults);
	if (ret == 0 && conf->trace != NULL)
		ret = soft_trace_open(dev, conf->trace);
	if (ret == 0) {
		size_t len = sizeof(dev->queues[0]) * dev->conf.nb_queues;

		dev->queues = aligned_alloc(SOFT_CACHE_LINE, len);
		ret = dev->queues == NULL ? -ENOMEM : 0;
		if (ret == 0) {
			memset(dev->queues, 0, len);
			queues_create(dev);
			ret = engines_start(dev);
		}
	}
	if (ret != 0) {
		uacce_soft_destroy(dev);
		errno = -ret;
		return NULL;
	}
	return dev;
}

void
uacce_soft_destroy(struct uacce_soft *dev)
{
	if (dev == NULL)
		return;
	engines_stop(dev);
	for (unsigned int i = 0; dev->queues != NULL && i < dev->conf.nb_queues; i++)
		pthread_mutex_destroy(&dev->queues[i].lock);
	free(dev->queues);
	soft_trace_close(dev);
	pthread_cond_destroy(&dev->idle_cond);
	pthread_mutex_destroy(&dev->idle_lock);
	pthread_mutex_destroy(&dev->faults.lock);
	pthread_mutex_destroy(&dev->lock);
	free(dev);
}
