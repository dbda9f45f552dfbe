/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/*
 * Descriptors, lists and stream contexts against the soft device: none of them may make
 * it read or write where it was not told to, each request completes once. Input:
 *
 *   u8 device, u8 lists and source (see fuzz_arenas_fill()), u8 requests, and for
 *   each of those: u8 REQ_* flags, 128 bytes of SQE; then the lists, then the source.
 *
 * What REQ_PATCH and REQ_NOISE ask for is read from behind the requests too.
 * Addresses in SQEs are offsets: see fuzz_req_place().
 */

#include <sanitizer/lsan_interface.h>

#include <hisi_qm_hw.h>
#include <uacce_abi.h>
#include <uacce_soft.h>

#include "fuzz_sqe.h"

#define DEPTH		16u	/* of the rings */
#define MAX_REQS	8u
#define NB_QUEUES	16u	/* shapes of device and direction */

/* One queue and its client's indexes, kept from one input to the next. */
struct queue {
	struct uacce_soft_queue *q;
	struct uacce_soft_conf conf;
	bool compress;
	uint16_t id;
	uint8_t *dus;
	uint32_t tail;
	uint32_t head;
	unsigned int phase;
};

static struct queue queues[NB_QUEUES];
static struct fuzz_req reqs[MAX_REQS];

static void
queue_open(struct queue *c, uint8_t shape)
{
	static const unsigned int apis[] = { 2, 3, 5, 3 };
	struct hisi_qm_qp_ctx ctx;
	struct uacce_soft *dev;
	void *dus = NULL;

	c->conf = (struct uacce_soft_conf){
		.api = apis[shape & 3], .ext = (shape & 4) != 0, .nb_queues = 1,
		.sq_depth = DEPTH,
	};
	c->compress = (shape & 8) == 0;
	ctx.qc_type = c->compress ? HISI_QM_QC_COMPRESS : HISI_QM_QC_DECOMPRESS;
	dev = uacce_soft_create(&c->conf);
	FUZZ_CHECK(dev != NULL && uacce_soft_open(dev, 0, &c->q) == 0 &&
		   uacce_soft_ioctl(c->q, HISI_QM_CMD_SET_QP_CTX, &ctx) == 0 &&
		   uacce_soft_map(c->q, UACCE_REGION_DUS, uacce_soft_dus_size(DEPTH, DEPTH),
				  &dus) == 0 &&
		   uacce_soft_ioctl(c->q, UACCE_CMD_START_Q, NULL) == 0, "no queue");
	c->id = ctx.id;
	c->dus = dus;
	c->phase = 1;
}

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	fuzz_arenas_make();
	/* pointers in mapped memory are not seen */
	__lsan_disable();
	for (unsigned int i = 0; i < NB_QUEUES; i++)
		queue_open(&queues[i], i);
	__lsan_enable();
	return 0;
}

static struct hisi_zip_sqe *
ring_sqe(const struct queue *c, uint32_t slot)
{
	return (struct hisi_zip_sqe *)c->dus + slot;
}

static void
doorbell(const struct queue *c, uint64_t cmd, uint64_t index)
{
	uacce_soft_mmio_write(c->q, HISI_QM_DB_OFFSET, c->id | cmd << HISI_QM_DB_CMD_SHIFT |
			      index << HISI_QM_DB_INDEX_SHIFT);
}

/* A store that a device has to ignore: it must not move its indexes. */
static void
noise(const struct queue *c, struct fuzz_in *in)
{
	uint32_t offset = fuzz_u16(in);
	uint64_t value;

	fuzz_take(in, &value, sizeof(value));
	if (offset == HISI_QM_DB_OFFSET && (value & HISI_QM_DB_QN_MASK) == c->id &&
	    (value >> HISI_QM_DB_CMD_SHIFT & HISI_QM_DB_CMD_MASK) <= HISI_QM_DB_CMD_CQ &&
	    (value >> HISI_QM_DB_RAND_SHIFT & HISI_QM_DB_RAND_MASK) == 0 &&
	    (value >> HISI_QM_DB_INDEX_SHIFT & HISI_QM_DB_INDEX_MASK) < DEPTH)
		return;
	uacce_soft_mmio_write(c->q, offset, value);
}

/* Contexts are memory that others than the device can write to. */
static void
patch(struct fuzz_in *in)
{
	uint32_t at = fuzz_u16(in) | (uint32_t)fuzz_u8(in) << 16;
	size_t len = fuzz_u8(in);
	const uint8_t *p = fuzz_bytes(in, &len);

	at %= NB_CTX * HISI_ZIP_CTX_LEN;
	if (len > NB_CTX * HISI_ZIP_CTX_LEN - at)
		len = NB_CTX * HISI_ZIP_CTX_LEN - at;
	fuzz_mem_unlock(&fuzz_ctx);
	if (len != 0)
		fuzz_mem_set(&fuzz_ctx, at, p, len);
}

/* The next completion must be of this slot: nothing here makes a device change order. */
static void
take_cqe(struct queue *c, uint32_t slot)
{
	const uint8_t *cqe = c->dus + DEPTH * sizeof(struct hisi_zip_sqe) +
		c->head * sizeof(struct hisi_qm_cqe);
	uint64_t w;

	memcpy(&w, cqe + HISI_QM_CQE_WORD, sizeof(w));
	FUZZ_CHECK(HISI_QM_CQE_PHASE(w) == c->phase, "slot %u does not complete", slot);
	FUZZ_CHECK(HISI_QM_CQE_SQ_HEAD(w) == slot, "slot %u completes before %u",
		   HISI_QM_CQE_SQ_HEAD(w), slot);
	if (++c->head == DEPTH) {
		c->head = 0;
		c->phase ^= 1;
	}
}

static void
no_cqe(const struct queue *c)
{
	const uint8_t *cqe = c->dus + DEPTH * sizeof(struct hisi_zip_sqe) +
		c->head * sizeof(struct hisi_qm_cqe);
	uint64_t w;

	memcpy(&w, cqe + HISI_QM_CQE_WORD, sizeof(w));
	FUZZ_CHECK(HISI_QM_CQE_PHASE(w) != c->phase, "slot %u completes again",
		   HISI_QM_CQE_SQ_HEAD(w));
}

/* Ring for nb requests that are in the ring, and see what becomes of them. */
static void
run(struct queue *c, struct fuzz_req *r, unsigned int nb)
{
	uint32_t slot = (c->tail + DEPTH - nb) % DEPTH;

	fuzz_mem_lock(&fuzz_src);
	fuzz_mem_lock(&fuzz_dst);
	fuzz_mem_lock(&fuzz_ctx);
	doorbell(c, HISI_QM_DB_CMD_SQ, c->tail);
	FUZZ_CHECK(uacce_soft_run(c->q, 1) == 1, "nothing to do");
	FUZZ_CHECK(uacce_soft_run(c->q, DEPTH) == nb - 1, "more or less to do");
	fuzz_mem_unlock(&fuzz_src);
	fuzz_mem_unlock(&fuzz_dst);
	fuzz_mem_unlock(&fuzz_ctx);
	for (unsigned int i = 0; i < nb; i++, slot = (slot + 1) % DEPTH) {
		take_cqe(c, slot);
		fuzz_req_check(&r[i], ring_sqe(c, slot), c->compress, nb == 1);
	}
	no_cqe(c);
	doorbell(c, HISI_QM_DB_CMD_CQ, c->head);
}

static void
submit(struct queue *c, struct fuzz_req *r)
{
	if ((r->flags & REQ_TYPE) == 0)
		r->sqe.dw7 = (r->sqe.dw7 & 0x0fffffffu) |
			(c->conf.api >= 3 ? HISI_ZIP_SQE_TYPE3 : HISI_ZIP_SQE_TYPE0) <<
			HISI_ZIP_DW7_TYPE_SHIFT;
	fuzz_req_place(r, c->conf.ext);
	*ring_sqe(c, c->tail) = r->sqe;
	c->tail = (c->tail + 1) % DEPTH;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_in in = { .p = data, .left = size }, extra;
	struct queue *c = &queues[fuzz_u8(&in) % NB_QUEUES];
	uint8_t how = fuzz_u8(&in);
	unsigned int nb = 1 + fuzz_u8(&in) % MAX_REQS, first = 0;

	memset(reqs, 0, sizeof(reqs));
	for (unsigned int i = 0; i < nb; i++) {
		reqs[i].flags = fuzz_u8(&in);
		fuzz_take(&in, &reqs[i].sqe, sizeof(reqs[i].sqe));
	}
	/* patches and noise take of the source's bytes */
	extra = in;
	fuzz_arenas_fill(&in, how);
	for (unsigned int i = 0; i < nb; i++) {
		if (reqs[i].flags & REQ_NOISE)
			noise(c, &extra);
		if (reqs[i].flags & REQ_PATCH)
			patch(&extra);
		submit(c, &reqs[i]);
		if ((reqs[i].flags & REQ_WAIT) != 0 && i + 1 < nb)
			continue;
		run(c, &reqs[first], i + 1 - first);
		first = i + 1;
	}
	fuzz_arenas_check();
	return 0;
}
