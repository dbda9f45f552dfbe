/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/*
 * Serves the queues of the module uacce_emu by the soft device: each started queue has a
 * local one with the same rings, to which requests and doorbells are passed on.
 */

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <hisi_qm_hw.h>
#include <uacce_abi.h>
#include <uacce_soft.h>

#include "emu_abi.h"
#include "mirror.h"

#define CONTROL		"/dev/uacce_emu"
#define EVENTS		64	/* read at once */

struct queue {
	uint8_t *dus;			/* shared with the client */
	struct uacce_soft_queue *soft;	/* NULL: not started */
	uint8_t *soft_dus;
	struct mirror_client client;
	uint16_t id;
	uint16_t soft_id;
	uint32_t tail;			/* served up to here */
	uint32_t cq_tail;
	uint32_t phase;
	bool armed;			/* the next completion wakes who polls */
	bool over;			/* the client did not wait for the end of its requests */
};

static struct {
	int fd;
	unsigned int delay;		/* us for each request */
	struct emu_info info;
	struct uacce_soft **devs;
	struct queue *queues;
	struct mirror *mirror;
} server;

static void
fail(const char *what)
{
	perror(what);
	exit(1);
}

static struct hisi_zip_sqe *
sqe_at(uint8_t *dus, uint32_t slot)
{
	return (struct hisi_zip_sqe *)(void *)dus + slot;
}

static uint8_t *
cqe_at(uint8_t *dus, uint32_t index)
{
	return dus + server.info.depth * (size_t)HISI_ZIP_SQE_SIZE +
		index * sizeof(struct hisi_qm_cqe);
}

static _Atomic uint32_t *
stop_word(uint8_t *dus, size_t from_end)
{
	return (_Atomic uint32_t *)(void *)(dus + server.info.dus_size - from_end);
}

static uint32_t
next_index(uint32_t index)
{
	return index + 1 == server.info.depth ? 0 : index + 1;
}

static void
handle_start(struct queue *q, const struct emu_event *e)
{
	struct hisi_qm_qp_ctx ctx = { .qc_type = (uint16_t)e->value };
	struct uacce_soft *dev = server.devs[e->queue / server.info.queues];
	void *dus = NULL;

	if (q->soft != NULL || uacce_soft_open(dev, 0, &q->soft) != 0) {
		fprintf(stderr, "queue %u: cannot be started\n", e->queue);
		return;
	}
	if (uacce_soft_ioctl(q->soft, HISI_QM_CMD_SET_QP_CTX, &ctx) != 0 ||
	    uacce_soft_map(q->soft, UACCE_REGION_DUS, server.info.dus_size, &dus) != 0 ||
	    uacce_soft_ioctl(q->soft, UACCE_CMD_START_Q, NULL) != 0) {
		errno = EINVAL;
		fail("soft device");
	}
	q->soft_dus = dus;
	q->soft_id = ctx.id;
	q->client = (struct mirror_client){ e->queue, e->life };
	q->tail = 0;
	q->cq_tail = 0;
	q->phase = 1;
	q->armed = true;
	q->over = false;
}

/* Say what the client did wrong. */
static void
report(const struct queue *q, uint32_t queue)
{
	struct uacce_soft_stats s;

	uacce_soft_stats(q->soft, &s);
	printf("queue %u: %llu requests, %llu errors\n", queue,
	       (unsigned long long)s.requests, (unsigned long long)s.errors);
	for (int i = 0; i < UACCE_SOFT_MISTAKE_NB; i++)
		if (s.mistakes[i] != 0)
			printf("queue %u: mistake %s: %llu\n", queue, uacce_soft_mistake_name(i),
			       (unsigned long long)s.mistakes[i]);
	fflush(stdout);
}

static void
handle_stop(struct queue *q, const struct emu_event *e)
{
	struct emu_life life = { e->queue, e->life };

	if (q->soft != NULL) {
		report(q, e->queue);
		uacce_soft_unmap(q->soft, UACCE_REGION_DUS, q->soft_dus, server.info.dus_size);
		uacce_soft_close(q->soft);
		q->soft = NULL;
	}
	if (ioctl(server.fd, EMU_STOPPED, &life) != 0)
		perror("EMU_STOPPED");
}

/* May the client still be told of something? */
static bool
is_alive(struct queue *q)
{
	struct emu_life life = { q->client.queue, q->client.life };

	if (!q->over && ioctl(server.fd, EMU_ALIVE, &life) != 0)
		q->over = true;
	return !q->over && atomic_load(stop_word(q->dus, HISI_QM_DUS_RX_STOP)) == 0;
}

/* The words that the device writes (datasheet 3.1). */
static void
write_back(struct hisi_zip_sqe *to, const struct hisi_zip_sqe *from)
{
	to->consumed = from->consumed;
	to->produced = from->produced;
	to->comp_data_length = from->comp_data_length;
	to->ctx_dw0 = from->ctx_dw0;
	to->ctx_dw1 = from->ctx_dw1;
	to->ctx_dw2 = from->ctx_dw2;
	to->isize = from->isize;
	to->checksum = from->checksum;
	to->status = from->status;
}

/* Pass the completion on, if there is one; else the queue has stopped. */
static void
complete(struct queue *q)
{
	const _Atomic uint64_t *from =
		(void *)(cqe_at(q->soft_dus, q->cq_tail) + HISI_QM_CQE_WORD);
	_Atomic uint64_t *to = (void *)(cqe_at(q->dus, q->cq_tail) + HISI_QM_CQE_WORD);
	uint64_t word = atomic_load_explicit(from, memory_order_acquire);
	struct emu_life life = { q->client.queue, q->client.life };

	if (HISI_QM_CQE_PHASE(word) != q->phase) {
		atomic_store(stop_word(q->dus, HISI_QM_DUS_TX_STOP), 1);
		atomic_store(stop_word(q->dus, HISI_QM_DUS_RX_STOP), 1);
		return;
	}
	word &= ~(0xffffull << HISI_QM_CQE_SQ_NUM_SHIFT);
	word |= (uint64_t)q->id << HISI_QM_CQE_SQ_NUM_SHIFT;
	/* release: the SQE and the data come first */
	atomic_store_explicit(to, word, memory_order_release);
	q->cq_tail = next_index(q->cq_tail);
	if (q->cq_tail == 0)
		q->phase ^= 1;
	if (q->armed && ioctl(server.fd, EMU_WAKE, &life) == 0)
		q->armed = false;
}

static bool
good(const struct hisi_zip_sqe *sqe)
{
	uint32_t status = sqe->status & HISI_ZIP_STATUS_MASK;

	return status == HISI_ZIP_STATUS_OK || status == HISI_ZIP_STATUS_NEG_COMP ||
		status == HISI_ZIP_STATUS_STREAM_END;
}

/* What refers to memory that is not there becomes a request that the device refuses. */
static void
refuse(struct hisi_zip_sqe *sqe)
{
	sqe->dw9 &= ~(HISI_ZIP_DW9_BUF_MASK << HISI_ZIP_DW9_BUF_SHIFT);
	sqe->input_data_length = 1;
	sqe->dest_avail_out = HISI_ZIP_MAX_LEN;
	sqe->source_addr_l = 0;
	sqe->source_addr_h = 0;
	sqe->dest_addr_l = 0;
	sqe->dest_addr_h = 0;
}

/* One request, from the client's ring to its completion. */
static void
serve(struct queue *q, uint32_t slot)
{
	struct hisi_zip_sqe sqe = *(volatile struct hisi_zip_sqe *)sqe_at(q->dus, slot);
	struct hisi_zip_sqe *mine = sqe_at(q->soft_dus, slot);

	if (server.delay != 0)
		usleep(server.delay);
	if (!mirror_in(server.mirror, &q->client, &sqe))
		refuse(&sqe);
	*mine = sqe;
	uacce_soft_mmio_write(q->soft, HISI_QM_DB_OFFSET, q->soft_id |
			      (uint64_t)next_index(slot) << HISI_QM_DB_INDEX_SHIFT);
	/* neither data nor words go to a client whose queue has stopped */
	if (uacce_soft_run(q->soft, 1) == 0 || !is_alive(q))
		return;
	if (good(mine) && !mirror_out(server.mirror, &q->client, mine)) {
		if (!is_alive(q))
			return;
		mine->status = HISI_ZIP_STATUS_BAD;
		mine->consumed = 0;
		mine->produced = 0;
	}
	write_back(sqe_at(q->dus, slot), mine);
	complete(q);
}

static bool
is_doorbell(const struct queue *q, const struct emu_event *e)
{
	return e->offset == HISI_QM_DB_OFFSET && e->size == 8 &&
		(e->value & HISI_QM_DB_QN_MASK) == q->id &&
		((e->value >> HISI_QM_DB_RAND_SHIFT) & HISI_QM_DB_RAND_MASK) == 0;
}

static void
handle_store(struct queue *q, const struct emu_event *e)
{
	uint32_t index = (e->value >> HISI_QM_DB_INDEX_SHIFT) & HISI_QM_DB_INDEX_MASK;
	uint64_t cmd = (e->value >> HISI_QM_DB_CMD_SHIFT) & HISI_QM_DB_CMD_MASK;
	/* the same store to the local queue, or to one that it is not */
	uint64_t value = (e->value & ~HISI_QM_DB_QN_MASK) |
		(((e->value & HISI_QM_DB_QN_MASK) - q->id + q->soft_id) & HISI_QM_DB_QN_MASK);

	if (q->soft == NULL || q->client.life != e->life || q->over)
		return;
	if (is_doorbell(q, e) && cmd == HISI_QM_DB_CMD_SQ && index < server.info.depth) {
		for (; q->tail != index; q->tail = next_index(q->tail)) {
			if (!is_alive(q))
				return;
			serve(q, q->tail);
		}
		return;
	}
	if (is_doorbell(q, e) && cmd == HISI_QM_DB_CMD_CQ)
		q->armed = (e->value >> HISI_QM_DB_PRIO_SHIFT) & 1;
	uacce_soft_mmio_write(q->soft, e->size == 8 ? e->offset : 0, value);
}

static void
handle(const struct emu_event *e)
{
	struct queue *q = &server.queues[e->queue];

	switch (e->type) {
	case EMU_START:
		handle_start(q, e);
		break;
	case EMU_STOP:
		handle_stop(q, e);
		break;
	case EMU_STORE:
		handle_store(q, e);
		break;
	}
}

static void
open_devices(void)
{
	const struct emu_info *info = &server.info;
	struct uacce_soft_conf conf = {
		.api = info->api, .nb_queues = info->queues, .sq_depth = info->depth,
	};
	unsigned int i;

	server.devs = calloc(info->devices, sizeof(*server.devs));
	server.queues = calloc((size_t)info->devices * info->queues, sizeof(*server.queues));
	server.mirror = mirror_create(server.fd);
	if (server.devs == NULL || server.queues == NULL || server.mirror == NULL)
		fail("memory");
	for (i = 0; i < info->devices; i++) {
		server.devs[i] = uacce_soft_create(&conf);
		if (server.devs[i] == NULL)
			fail("soft device");
	}
	for (i = 0; i < info->devices * info->queues; i++) {
		struct queue *q = &server.queues[i];
		void *p = mmap(NULL, info->dus_size, PROT_READ | PROT_WRITE, MAP_SHARED,
			       server.fd, (off_t)i * info->dus_size);

		if (p == MAP_FAILED)
			fail("mmap");
		q->dus = p;
		q->id = (uint16_t)(i % info->queues);
	}
}

int
main(int argc, char **argv)
{
	static struct emu_event events[EVENTS];

	server.delay = argc > 1 ? (unsigned int)strtoul(argv[1], NULL, 0) : 0;
	server.fd = open(CONTROL, O_RDWR | O_CLOEXEC);
	if (server.fd < 0 || ioctl(server.fd, EMU_INFO, &server.info) != 0)
		fail(CONTROL);
	open_devices();
	printf("serving %u queues of %u devices\n", server.info.queues, server.info.devices);
	fflush(stdout);
	for (;;) {
		ssize_t n = read(server.fd, events, sizeof(events));

		if (n < 0 && errno != EINTR)
			fail("read");
		for (ssize_t i = 0; i < n / (ssize_t)sizeof(events[0]); i++)
			handle(&events[i]);
	}
}
