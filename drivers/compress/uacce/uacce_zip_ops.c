/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

#include <errno.h>

#include <rte_cycles.h>
#include <rte_malloc.h>
#include <rte_pause.h>

#include "uacce_zip_priv.h"

#define MIN_SOFT_DEPTH	64

bool
uacce_zip_is_mine(const struct rte_compressdev *cdev)
{
	const struct uacce_zip_device *zip = cdev->data->dev_private;

	if (zip->self == uacce_zip_self)
		return true;
	ZIP_LOG(ERR, "%s is of the process that this one was forked from: make a device here",
		cdev->data->name);
	return false;
}

static int
zip_configure(struct rte_compressdev *cdev, struct rte_compressdev_config *config)
{
	struct uacce_zip_device *zip = cdev->data->dev_private;

	if (!uacce_zip_is_mine(cdev))
		return -EPERM;
	if (config->nb_queue_pairs > zip->max_qps) {
		ZIP_LOG(ERR, "%u queue pairs asked for, %u offered",
			config->nb_queue_pairs, zip->max_qps);
		return -EINVAL;
	}
	return 0;
}

static int
zip_start(struct rte_compressdev *cdev)
{
	return uacce_zip_is_mine(cdev) ? 0 : -EPERM;
}

/* Is every lane of every queue pair drained? They take turns, so that none waits. */
static bool
all_drained(struct rte_compressdev *cdev)
{
	bool drained = true;

	for (uint16_t i = 0; i < cdev->data->nb_queue_pairs; i++) {
		struct uacce_zip_qp *qp = cdev->data->queue_pairs[i];

		for (unsigned int l = 0; qp != NULL && l < ZIP_LANE_NB; l++)
			drained &= uacce_zip_lane_drained(&qp->lanes[l]);
	}
	return drained;
}

/*
 * Let the device finish, within a bound for all queues together; what it does not
 * finish comes back from dequeue as failed.
 */
static void
zip_stop(struct rte_compressdev *cdev)
{
	uint64_t deadline = rte_rdtsc() + zip_tsc_of_ms(ZIP_STOP_TIMEOUT_MS);

	if (!uacce_zip_is_mine(cdev))
		return;
	while (!all_drained(cdev)) {
		if (rte_rdtsc() > deadline)
			break;
		rte_pause();
	}
	for (uint16_t i = 0; i < cdev->data->nb_queue_pairs; i++) {
		struct uacce_zip_qp *qp = cdev->data->queue_pairs[i];

		for (unsigned int l = 0; qp != NULL && l < ZIP_LANE_NB; l++)
			uacce_zip_lane_expire(&qp->lanes[l]);
	}
}

static void
zip_info_get(struct rte_compressdev *cdev, struct rte_compressdev_info *info)
{
	struct uacce_zip_device *zip = cdev->data->dev_private;

	info->feature_flags = cdev->feature_flags;
	info->capabilities = zip->caps;
	info->max_nb_queue_pairs = zip->max_qps;
}

static void
qp_free(struct uacce_zip_qp *qp)
{
	uint32_t lost = uacce_zip_streams_abandon(qp);

	for (unsigned int l = 0; l < ZIP_LANE_NB; l++)
		lost += uacce_zip_lane_close(&qp->lanes[l]);
	if (lost != 0)
		ZIP_LOG(WARNING, "queue pair %u released with %u ops not dequeued",
			qp->id, lost);
	uacce_zip_own_free(qp);
	rte_free(qp->stream_ops);
	rte_free(qp);
}

static int
zip_qp_release(struct rte_compressdev *cdev, uint16_t qp_id)
{
	struct uacce_zip_qp *qp = cdev->data->queue_pairs[qp_id];

	if (!uacce_zip_is_mine(cdev))
		return -EPERM;
	cdev->data->queue_pairs[qp_id] = NULL;
	if (qp != NULL)
		qp_free(qp);
	return 0;
}

/* The smallest ring that holds so many ops whatever awaits acknowledgement. */
static int
soft_depth(const struct uacce_zip_device *zip, uint32_t max_inflight)
{
	uint64_t need = (uint64_t)max_inflight + HISI_QM_ACK_BATCH + 1;

	if (zip->args.soft_depth != 0) {
		uint32_t depth = zip->args.soft_depth;

		return max_inflight > depth - 1 - hisi_qm_ack_batch(depth) ?
			-EINVAL : (int)depth;
	}
	if (need > UACCE_SOFT_MAX_DEPTH)
		return -EINVAL;
	return rte_align32pow2(RTE_MAX((uint32_t)need, (uint32_t)MIN_SOFT_DEPTH));
}

static void
qp_init_lanes(struct uacce_zip_qp *qp)
{
	struct uacce_zip_device *zip = qp->zip;

	for (unsigned int l = 0; l < ZIP_LANE_NB; l++) {
		struct uacce_zip_lane *lane = &qp->lanes[l];

		lane->id = l;
		rte_spinlock_init(&lane->lock);
		lane->qp = qp;
		lane->soft = (l & ZIP_LANE_SOFT) != 0;
		lane->stream = l >= ZIP_LANE_STREAM;
		lane->verify = zip->args.verify != 0;
		if (lane->soft) {
			lane->engine = &zip->soft;
			lane->dev = &qp->soft_dev;
		} else if (zip->nb_engines != 0) {
			lane->engine = &zip->engines[zip->qp_engine[qp->id]];
			lane->dev = &lane->engine->dev;
		}
		lane->polled = lane->engine != NULL && zip->args.soft.threads == 0 &&
			lane->engine->ops == &uacce_soft_ops;
	}
}

/*
 * Engine queues are scarce and opened when first needed, as are those of streams. Without
 * an engine the soft queues are all there is: open them now, so that what is wrong shows
 * here.
 */
static int
qp_open_lanes(struct uacce_zip_qp *qp)
{
	int ret = 0;

	if (qp->zip->nb_engines != 0)
		return 0;
	for (unsigned int l = ZIP_LANE_SOFT; l < ZIP_LANE_STREAM && ret == 0; l++)
		ret = uacce_zip_lane_ready(&qp->lanes[l]);
	return ret;
}

/* Ops of streams on their way from the enqueuer to the dequeuer. */
static int
qp_init_streams(struct uacce_zip_qp *qp, uint32_t max_inflight)
{
	unsigned int flags = RING_F_SP_ENQ | RING_F_SC_DEQ | RING_F_EXACT_SZ;
	uint32_t nb = RTE_MAX(max_inflight, 1u);
	ssize_t size = rte_ring_get_memsize(rte_align32pow2(nb + 1));

	qp->deq.max_streams = nb;
	if (size > 0)
		qp->stream_ops = rte_zmalloc_socket("uacce_zip_ring", size,
						    RTE_CACHE_LINE_SIZE, qp->socket_id);
	if (qp->stream_ops == NULL)
		return -ENOMEM;
	return rte_ring_init(qp->stream_ops, "uacce_zip_streams", nb, flags);
}

static int
zip_qp_setup(struct rte_compressdev *cdev, uint16_t qp_id, uint32_t max_inflight,
	     int socket_id)
{
	struct uacce_zip_device *zip = cdev->data->dev_private;
	struct uacce_zip_qp *qp;
	int depth, ret = 0;

	if (!uacce_zip_is_mine(cdev))
		return -EPERM;
	depth = soft_depth(zip, max_inflight);
	if (depth < 0) {
		ZIP_LOG(ERR, "queue pair %u: %u ops in flight do not fit in a ring%s",
			qp_id, max_inflight, zip->args.soft_depth != 0 ?
			" of soft_depth entries, of which some await acknowledgement" : "");
		return depth;
	}
	zip_qp_release(cdev, qp_id);
	qp = rte_zmalloc_socket("uacce_zip_qp", sizeof(*qp),
				alignof(struct uacce_zip_qp), socket_id);
	if (qp == NULL) {
		ZIP_LOG(ERR, "no memory for queue pair %u on socket %d", qp_id, socket_id);
		return -ENOMEM;
	}
	qp->zip = zip;
	qp->self = zip->self;
	qp->timeout = zip_tsc_of_ms(zip->args.timeout_ms);
	qp->id = qp_id;
	qp->socket_id = socket_id;
	if (zip->soft.backend != NULL)
		ret = uacce_soft_describe(zip->soft.backend, "soft", depth, &qp->soft_dev);
	qp_init_lanes(qp);
	if (ret == 0)
		ret = qp_init_streams(qp, max_inflight);
	if (ret == 0)
		ret = qp_open_lanes(qp);
	if (ret != 0) {
		qp_free(qp);
		return ret;
	}
	cdev->data->queue_pairs[qp_id] = qp;
	return 0;
}

static int
zip_close(struct rte_compressdev *cdev)
{
	/* the library has released the queue pairs, which is all there is */
	return uacce_zip_is_mine(cdev) ? 0 : -EPERM;
}

struct rte_compressdev_ops uacce_zip_ops = {
	.dev_configure = zip_configure,
	.dev_start = zip_start,
	.dev_stop = zip_stop,
	.dev_close = zip_close,
	.dev_infos_get = zip_info_get,
	.stats_get = uacce_zip_stats_get,
	.stats_reset = uacce_zip_stats_reset,
	.queue_pair_setup = zip_qp_setup,
	.queue_pair_release = zip_qp_release,
	.private_xform_create = uacce_zip_xform_create,
	.private_xform_free = uacce_zip_xform_free,
	.stream_create = uacce_zip_stream_create,
	.stream_free = uacce_zip_stream_free,
};
