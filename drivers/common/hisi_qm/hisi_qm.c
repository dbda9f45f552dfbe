/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include <rte_log.h>
#include <rte_malloc.h>

#include "hisi_qm.h"

RTE_LOG_REGISTER_DEFAULT(hisi_qm_logtype, NOTICE);

#define QM_LOG(q, fmt, ...) \
	rte_log(uacce_queue_log_level(&(q)->uq), hisi_qm_logtype, "hisi_qm: " fmt "\n", \
		## __VA_ARGS__)

/* A ring needs a free slot, one to use and one to wait for its acknowledgement. */
#define HISI_QM_MIN_DEPTH	4

static int
qm_check_info(const struct hisi_qm_queue *q, const struct hisi_qm_qp_info *info,
	      uint32_t sqe_size)
{
	const struct uacce_dev *dev = q->uq.dev;
	size_t need = (size_t)info->sq_depth * sqe_size +
		(size_t)info->cq_depth * sizeof(struct hisi_qm_cqe) +
		HISI_QM_DUS_RX_STOP;

	if (info->sqe_size != sqe_size) {
		QM_LOG(q, "%s: descriptors of %u bytes, driver writes %u",
			dev->name, info->sqe_size, sqe_size);
		return -ENOTSUP;
	}
	if (info->sq_depth < HISI_QM_MIN_DEPTH || info->cq_depth < info->sq_depth) {
		QM_LOG(q, "%s: unusable depths, SQ %u and CQ %u",
			dev->name, info->sq_depth, info->cq_depth);
		return -ENOTSUP;
	}
	if (dev->sq_depth != 0 && info->sq_depth != dev->sq_depth) {
		QM_LOG(q, "%s: SQ depth %u, asked for %u",
			dev->name, info->sq_depth, dev->sq_depth);
		return -ENOTSUP;
	}
	if (dev->dus_size < need || dev->dus_size % sizeof(uint32_t) != 0) {
		QM_LOG(q, "%s: region_dus_size %zu, rings need %zu",
			dev->name, dev->dus_size, need);
		return -ENOTSUP;
	}
	if (dev->mmio_size < HISI_QM_DB_OFFSET + sizeof(uint64_t)) {
		QM_LOG(q, "%s: region_mmio_size %zu does not hold the doorbell",
			dev->name, dev->mmio_size);
		return -ENOTSUP;
	}
	return 0;
}

static void
qm_init_rings(struct hisi_qm_queue *q, const struct hisi_qm_qp_ctx *ctx,
	      const struct hisi_qm_qp_info *info)
{
	uint8_t *dus = q->uq.region[UACCE_REGION_DUS];
	size_t len = q->uq.region_len[UACCE_REGION_DUS];

	q->id = ctx->id;
	q->sqe_size = info->sqe_size;
	q->sq_depth = info->sq_depth;
	q->cq_depth = info->cq_depth;
	q->ack_batch = hisi_qm_ack_batch(q->sq_depth);
	q->sq = dus;
	q->cq = dus + (size_t)q->sq_depth * q->sqe_size;
	q->tx_stop = (uint32_t *)(dus + len - HISI_QM_DUS_TX_STOP);
	q->rx_stop = (uint32_t *)(dus + len - HISI_QM_DUS_RX_STOP);
	q->mmio_write = q->uq.ops->mmio_write;
	q->mmio_ctx = q->uq.ctx;
	q->db = RTE_PTR_ADD(q->uq.region[UACCE_REGION_MMIO], HISI_QM_DB_OFFSET);
	q->db_sq = q->id | HISI_QM_DB_CMD_SQ << HISI_QM_DB_CMD_SHIFT;
	q->db_cq = q->id | HISI_QM_DB_CMD_CQ << HISI_QM_DB_CMD_SHIFT;
	q->enq.tail = 0;
	q->deq.head = 0;
	q->deq.phase = 1;
	q->deq.nb_unacked = 0;
	/* the SQ still holds its previous owner's requests (datasheet 7.2), and
	 * a stale CQE would look new (datasheet 1.5, restart trap)
	 */
	memset(q->sq, 0, (size_t)q->sq_depth * q->sqe_size);
	memset(q->cq, 0, (size_t)q->cq_depth * sizeof(struct hisi_qm_cqe));
}

int
hisi_qm_setup(struct hisi_qm_queue *q, const struct uacce_dev *dev,
	      const struct uacce_queue_ops *ops, void *backend,
	      enum hisi_qm_qc_type qc_type, uint32_t sqe_size, int socket_id)
{
	struct hisi_qm_qp_ctx ctx = { .qc_type = qc_type };
	struct hisi_qm_qp_info info = { 0 };
	int ret;

	ret = uacce_queue_open(&q->uq, dev, ops, backend);
	if (ret != 0)
		return ret;
	ret = uacce_queue_ioctl(&q->uq, HISI_QM_CMD_SET_QP_CTX, &ctx);
	if (ret != 0)
		goto close;
	/* a number that does not fit would ring somebody else's doorbell (2.5) */
	if (ctx.id > HISI_QM_DB_QN_MASK) {
		QM_LOG(q, "%s: queue number %u has no doorbell", dev->name, ctx.id);
		ret = -ENOTSUP;
		goto close;
	}
	ret = uacce_queue_ioctl(&q->uq, HISI_QM_CMD_SET_QP_INFO, &info);
	if (ret != 0)
		goto close;
	ret = qm_check_info(q, &info, sqe_size);
	if (ret != 0)
		goto close;
	ret = uacce_queue_map(&q->uq);
	if (ret != 0)
		goto close;
	q->slots = rte_zmalloc_socket("hisi_qm_slots",
		sizeof(q->slots[0]) * info.sq_depth, RTE_CACHE_LINE_SIZE, socket_id);
	if (q->slots == NULL) {
		QM_LOG(q, "%s: no memory for %u slots", dev->name, info.sq_depth);
		ret = -ENOMEM;
		goto close;
	}
	qm_init_rings(q, &ctx, &info);
	if (hisi_qm_tx_stopped(q) || hisi_qm_rx_stopped(q)) {
		QM_LOG(q, "%s: queue %u is stopped before its start, device is resetting",
			dev->name, q->id);
		ret = -EIO;
		goto free;
	}
	ret = uacce_queue_start(&q->uq);
	if (ret != 0)
		goto free;
	return 0;

free:
	rte_free(q->slots);
	q->slots = NULL;
close:
	uacce_queue_close(&q->uq);
	return ret;
}

void
hisi_qm_teardown(struct hisi_qm_queue *q)
{
	uacce_queue_close(&q->uq);
	rte_free(q->slots);
	q->slots = NULL;
	/* a late user shall fail here, not in memory that is something else now */
	q->sq = NULL;
	q->cq = NULL;
	q->db = NULL;
	q->mmio_write = NULL;
	q->tx_stop = NULL;
	q->rx_stop = NULL;
}

int
hisi_qm_halt(struct hisi_qm_queue *q)
{
	if (q->uq.state != UACCE_QUEUE_STARTED)
		return 0;
	return uacce_queue_put(&q->uq);
}

void
hisi_qm_unmap(struct hisi_qm_queue *q)
{
	uacce_queue_close(&q->uq);
}

uint16_t
hisi_qm_nb_used(const struct hisi_qm_queue *q)
{
	uint16_t n = 0;

	if (q->slots == NULL)
		return 0;
	for (uint16_t i = 0; i < q->sq_depth; i++)
		if (__atomic_load_n(&q->slots[i], __ATOMIC_RELAXED) != NULL)
			n++;
	return n;
}

uint16_t
hisi_qm_nb_new_cqes(const struct hisi_qm_queue *q)
{
	uint16_t head = q->deq.head;
	uint16_t phase = q->deq.phase;
	uint16_t n = 0, slot;

	if (q->slots == NULL)
		return 0;
	while (n < q->cq_depth && hisi_qm_cq_read(q, head, phase, &slot)) {
		n++;
		head = hisi_qm_next(head, q->cq_depth);
		if (head == 0)
			phase ^= 1;
	}
	return n;
}

void
hisi_qm_dump(const struct hisi_qm_queue *q, FILE *f)
{
	/* without its regions if it would not halt */
	if (q->slots == NULL || q->uq.state == UACCE_QUEUE_CLOSED) {
		fprintf(f, "    closed\n");
		return;
	}
	fprintf(f, "    %s queue %u (%s), SQ depth %u, CQ depth %u, ack batch %u\n",
		q->uq.dev->name, q->id, q->uq.ops->name,
		q->sq_depth, q->cq_depth, q->ack_batch);
	fprintf(f, "    sq tail %u, cq head %u, phase %u, unacked %u, slots used %u\n",
		q->enq.tail, q->deq.head, q->deq.phase, q->deq.nb_unacked,
		hisi_qm_nb_used(q));
	fprintf(f, "    sq doorbells %" PRIu64 ", cq doorbells %" PRIu64
		", tx stop %u, rx stop %u\n",
		__atomic_load_n(&q->enq.doorbells, __ATOMIC_RELAXED),
		__atomic_load_n(&q->deq.doorbells, __ATOMIC_RELAXED),
		hisi_qm_tx_stopped(q), hisi_qm_rx_stopped(q));
}
