/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/* Requests and their results; doorbells from several threads. */

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include "client.h"

#define LAPS	200	/* of requests in each direction: three times round the ring */
#define NB	60000	/* requests of each queue, two doorbells for each */
#define QUEUES	2

void
test_data(void)
{
	struct client c[2];

	client_open(&c[0], HISI_QM_QC_COMPRESS);
	client_open(&c[1], HISI_QM_QC_DECOMPRESS);
	CHECK(c[0].ctx.id != c[1].ctx.id);
	client_start(&c[0]);
	client_start(&c[1]);
	for (unsigned int i = 0; i < LAPS; i++) {
		client_check_data(&c[0], i);
		client_check_data(&c[1], i);
	}
	CHECK(client_doorbells(&c[0]) == 2 * LAPS);
	CHECK(client_doorbells(&c[1]) == 2 * LAPS);
	client_close(&c[0]);
	client_close(&c[1]);
}

static int
child_data(struct client *mine)
{
	struct client c;

	/* its own devices: all queues are free but those opened here */
	client_open(&c, HISI_QM_QC_COMPRESS);
	client_start(&c);
	client_check_data(&c, 3);
	CHECK(attr_number("available_instances") == 63);
	client_close(&c);
	CHECK(mine->fd < 0 || close(mine->fd) == 0);
	return 5;
}

/* A child that opens a device for itself. */
void
test_children(void)
{
	struct client c = { .fd = -1 };

	CHECK(in_child(child_data, &c) == 5 << 8);
	client_open(&c, HISI_QM_QC_COMPRESS);
	client_start(&c);
	CHECK(in_child(child_data, &c) == 5 << 8);
	client_check_data(&c, 1);
	client_close(&c);
}

void
test_fault(void)
{
	struct client c;

	client_open(&c, HISI_QM_QC_COMPRESS);
	client_start(&c);
	client_op(&c);
	for (int i = 0; i < 2; i++) {
		static uint8_t src[64], dst[256];
		unsigned int slot = client_put(&c, src, sizeof(src), dst, sizeof(dst), 1);

		client_ring(&c, HISI_QM_DB_CMD_SQ, c.tail, 0);
		CHECK((unsigned int)client_wait(&c) == slot);
		CHECK(client_sqe(&c, slot)->status == HISI_ZIP_STATUS_BAD);
		client_ring(&c, HISI_QM_DB_CMD_CQ, c.head, 0);
		client_op(&c);
		/* the same again, armed while it runs */
		CHECK(pl_fault(0, "status:any:0:1:1:0x0b") == 0);
	}
	CHECK(pl_fault(0, "nonsense") == -EINVAL);
	client_close(&c);
}

/* One thread submits, another completes: they share the ring's fill and no more. */
struct pair {
	struct client c;
	atomic_uint submitted;
	atomic_uint completed;
};

static void *
submitter(void *arg)
{
	static uint8_t src[64], dst[256];
	struct pair *p = arg;

	for (unsigned int i = 0; i < NB; i++) {
		while (i - atomic_load(&p->completed) >= p->c.info.sq_depth - 1u)
			sched_yield();
		client_put(&p->c, src, sizeof(src), dst, sizeof(dst), i);
		atomic_store(&p->submitted, i + 1);
		client_ring(&p->c, HISI_QM_DB_CMD_SQ, p->c.tail, 0);
	}
	return NULL;
}

static void *
completer(void *arg)
{
	struct pair *p = arg;

	for (unsigned int i = 0; i < NB; i++) {
		int slot = client_wait(&p->c);

		/* also for ThreadSanitizer, which does not see the engine in between */
		CHECK(atomic_load(&p->submitted) > i);
		CHECK(client_sqe(&p->c, slot)->dw26 == i);
		client_ring(&p->c, HISI_QM_DB_CMD_CQ, p->c.head, 0);
		atomic_store(&p->completed, i + 1);
		if (atomic_load(&p->submitted) == i + 1)
			sched_yield();
	}
	return NULL;
}

void
test_threads(void)
{
	static struct pair pairs[QUEUES];
	pthread_t threads[QUEUES][2];

	for (int i = 0; i < QUEUES; i++) {
		client_open(&pairs[i].c, HISI_QM_QC_COMPRESS);
		client_start(&pairs[i].c);
	}
	for (int i = 0; i < QUEUES; i++) {
		CHECK(pthread_create(&threads[i][0], NULL, submitter, &pairs[i]) == 0);
		CHECK(pthread_create(&threads[i][1], NULL, completer, &pairs[i]) == 0);
	}
	for (int i = 0; i < QUEUES; i++) {
		pthread_join(threads[i][0], NULL);
		pthread_join(threads[i][1], NULL);
		/* none lost, none twice */
		CHECK(client_doorbells(&pairs[i].c) == 2 * NB);
		client_close(&pairs[i].c);
	}
}
