/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

#include <errno.h>
#include <inttypes.h>

#include "rte_pmd_uacce_zip.h"
#include "uacce_zip_priv.h"

static uint64_t
get(const uint64_t *counter)
{
	return __atomic_load_n(counter, __ATOMIC_RELAXED);
}

static void
qp_stats(const struct uacce_zip_qp *qp, struct rte_compressdev_stats *s)
{
	s->enqueued_count = get(&qp->enq.ops);
	s->enqueue_err_count = get(&qp->enq.errors);
	s->dequeued_count = get(&qp->deq.ops);
	s->dequeue_err_count = get(&qp->deq.errors);
}

void
uacce_zip_stats_get(struct rte_compressdev *cdev, struct rte_compressdev_stats *stats)
{
	for (uint16_t i = 0; i < cdev->data->nb_queue_pairs; i++) {
		const struct uacce_zip_qp *qp = cdev->data->queue_pairs[i];
		struct rte_compressdev_stats s;

		if (qp == NULL)
			continue;
		qp_stats(qp, &s);
		stats->enqueued_count += s.enqueued_count - qp->base.enqueued_count;
		stats->enqueue_err_count += s.enqueue_err_count - qp->base.enqueue_err_count;
		stats->dequeued_count += s.dequeued_count - qp->base.dequeued_count;
		stats->dequeue_err_count += s.dequeue_err_count - qp->base.dequeue_err_count;
	}
}

/* The counters belong to the lcores that use the queue pair: remember them. */
void
uacce_zip_stats_reset(struct rte_compressdev *cdev)
{
	if (!uacce_zip_is_mine(cdev))
		return;
	for (uint16_t i = 0; i < cdev->data->nb_queue_pairs; i++) {
		struct uacce_zip_qp *qp = cdev->data->queue_pairs[i];

		if (qp != NULL)
			qp_stats(qp, &qp->base);
	}
}

static const char * const lane_names[ZIP_LANE_NB] = {
	[ZIP_LANE_ENGINE + HISI_QM_QC_COMPRESS] = "engine compress",
	[ZIP_LANE_ENGINE + HISI_QM_QC_DECOMPRESS] = "engine decompress",
	[ZIP_LANE_SOFT + HISI_QM_QC_COMPRESS] = "soft compress",
	[ZIP_LANE_SOFT + HISI_QM_QC_DECOMPRESS] = "soft decompress",
	[ZIP_LANE_STREAM + ZIP_LANE_ENGINE + HISI_QM_QC_COMPRESS] =
		"engine compress streams",
	[ZIP_LANE_STREAM + ZIP_LANE_ENGINE + HISI_QM_QC_DECOMPRESS] =
		"engine decompress streams",
	[ZIP_LANE_STREAM + ZIP_LANE_SOFT + HISI_QM_QC_COMPRESS] =
		"soft compress streams",
	[ZIP_LANE_STREAM + ZIP_LANE_SOFT + HISI_QM_QC_DECOMPRESS] =
		"soft decompress streams",
};

static const char * const state_names[] = {
	[ZIP_LANE_CLOSED] = "closed",
	[ZIP_LANE_OPEN] = "open",
	[ZIP_LANE_FAILED] = "failed",
	[ZIP_LANE_QUIESCED] = "quiesced",
};

static const char * const fallback_names[ZIP_FALLBACK_NB] = {
	[ZIP_FALLBACK_XFORM] = "xform",
	[ZIP_FALLBACK_FLUSH] = "flush",
	[ZIP_FALLBACK_SIZE] = "size",
	[ZIP_FALLBACK_QUEUE] = "queue",
};

static const char * const fault_names[ZIP_FAULT_NB] = {
	[ZIP_FAULT_CQE_INDEX] = "cqe_index",
	[ZIP_FAULT_CQE_SLOT] = "cqe_slot",
	[ZIP_FAULT_CQE_EARLY] = "cqe_early",
	[ZIP_FAULT_WRITEBACK] = "writeback",
	[ZIP_FAULT_STATUS] = "status",
	[ZIP_FAULT_STOP] = "stop",
	[ZIP_FAULT_REMOVED] = "removed",
	[ZIP_FAULT_TIMEOUT] = "timeout",
	[ZIP_FAULT_VERIFY] = "verify",
};

static void
dump_lane(struct uacce_zip_lane *lane, FILE *f)
{
	const struct uacce_zip_qp *qp = lane->qp;
	int state;

	if (lane->engine == NULL || lane->engine->ops == NULL)
		return;
	/* the lane may come and go while its queue pair is in use */
	rte_spinlock_lock(&lane->lock);
	state = __atomic_load_n(&lane->state, __ATOMIC_ACQUIRE);
	fprintf(f, "  lane %s: %s, enqueued %" PRIu64 ", dequeued %" PRIu64
		", opens %" PRIu64 ", open failures %" PRIu64 ", failures %" PRIu64 "\n",
		lane_names[lane->id], state_names[state],
		lane->stream ? get(&qp->deq.stream_requests[lane->id]) :
			get(&qp->enq.lane_ops[lane->id]), get(&qp->deq.lane_ops[lane->id]),
		get(&lane->opens), get(&lane->open_failures), get(&lane->failures));
	if (state != ZIP_LANE_CLOSED) {
		hisi_qm_dump(&lane->qm, f);
		if (lane->qm.uq.ctx != NULL)
			uacce_soft_dump(lane->qm.uq.ctx, f);
	}
	rte_spinlock_unlock(&lane->lock);
}

static void
dump_named(FILE *f, const char *title, const char * const *names,
	   const uint64_t *counters, unsigned int nb)
{
	fprintf(f, "  %s:", title);
	for (unsigned int i = 0; i < nb; i++)
		fprintf(f, " %s %" PRIu64, names[i], get(&counters[i]));
	fprintf(f, "\n");
}

static void
dump_qp(struct uacce_zip_qp *qp, FILE *f)
{
	fprintf(f, " queue pair %u, socket %d\n", qp->id, qp->socket_id);
	fprintf(f, "  enqueue: bursts %" PRIu64 ", ops %" PRIu64 ", errors %" PRIu64
		", full %" PRIu64 "\n", get(&qp->enq.bursts), get(&qp->enq.ops),
		get(&qp->enq.errors), get(&qp->enq.full));
	fprintf(f, "  dequeue: polls %" PRIu64 ", idle polls %" PRIu64 ", ops %" PRIu64
		", errors %" PRIu64 ", verified %" PRIu64 "\n", get(&qp->deq.polls),
		get(&qp->deq.idle_polls), get(&qp->deq.ops), get(&qp->deq.errors),
		get(&qp->deq.verified));
	dump_named(f, "fallback", fallback_names, qp->enq.fallback, ZIP_FALLBACK_NB);
	dump_named(f, "fallback of streams", fallback_names, qp->deq.stream_fallback,
		   ZIP_FALLBACK_NB);
	dump_named(f, "faults", fault_names, qp->deq.faults, ZIP_FAULT_NB);
	for (unsigned int l = 0; l < ZIP_LANE_NB; l++)
		dump_lane(&qp->lanes[l], f);
}

void
uacce_zip_dump(struct rte_compressdev *cdev, FILE *f)
{
	const struct uacce_zip_device *zip = cdev->data->dev_private;

	fprintf(f, "%s: %u engines%s, soft lane %s, at most %u queue pairs\n",
		cdev->data->name, zip->nb_engines, zip->posing != NULL ? " (posing)" : "",
		zip->soft_lane ? "on" : "off", zip->max_qps);
	for (unsigned int i = 0; i < zip->nb_engines; i++)
		fprintf(f, " engine %s: %s, NUMA node %d, %d queues free at probe\n",
			zip->engines[i].dev.name, zip->engines[i].dev.api,
			zip->engines[i].dev.numa_node, zip->engines[i].dev.available);
	for (uint16_t i = 0; i < cdev->data->nb_queue_pairs; i++)
		if (cdev->data->queue_pairs[i] != NULL)
			dump_qp(cdev->data->queue_pairs[i], f);
}

RTE_EXPORT_EXPERIMENTAL_SYMBOL(rte_pmd_uacce_zip_dump, 26.11)
int
rte_pmd_uacce_zip_dump(uint8_t dev_id, FILE *f)
{
	uint8_t ids[RTE_COMPRESS_MAX_DEVS];
	struct rte_compressdev *cdev;
	uint8_t i = 0, nb;

	if (f == NULL)
		return -EINVAL;
	/* rte_compressdev_name_get() takes no id that is not a device's */
	nb = rte_compressdev_devices_get("uacce_zip", ids, RTE_DIM(ids));
	while (i < nb && ids[i] != dev_id)
		i++;
	if (i == nb)
		return -EINVAL;
	cdev = rte_compressdev_pmd_get_named_dev(rte_compressdev_name_get(dev_id));
	if (cdev == NULL || cdev->dev_ops != &uacce_zip_ops)
		return -EINVAL;
	/* rings of engines are not mapped in other processes */
	if (!uacce_zip_is_mine(cdev))
		return -EPERM;
	uacce_zip_dump(cdev, f);
	return 0;
}
