// SPDX-License-Identifier: GPL-2.0-only
// Copyright(c) 2026 uacce_zip authors

/*
 * What the driver of the real device answers to uacce.
 */

#include <linux/sched/mm.h>
#include <linux/uaccess.h>
#include <linux/version.h>
#include <linux/vmalloc.h>
#include <uapi/misc/uacce/hisi_qm.h>

#include "emu.h"

size_t
emu_dus_size(void)
{
	return PAGE_ALIGN(emu_depth * (EMU_SQE_SIZE + EMU_CQE_SIZE)) + PAGE_SIZE;
}

/* A window of each queue's own since v3, a shared page before. */
size_t
emu_mmio_size(void)
{
	return emu_api >= 3 ? 0x10000 : 0x2000;
}

struct emu_queue *
emu_queue_at(u32 index)
{
	if (index >= emu_devices * emu_queues)
		return NULL;
	return &emu_dev[index / emu_queues].queues[index % emu_queues];
}

void
emu_set_tx_stop(struct emu_queue *q, u32 value)
{
	smp_store_release((u32 *)(q->dus + emu_dus_size() - EMU_TX_STOP), value);
}

void
emu_set_rx_stop(struct emu_queue *q, u32 value)
{
	smp_store_release((u32 *)(q->dus + emu_dus_size() - EMU_RX_STOP), value);
}

/* The server may still write to the rings of one whose stop it has not acknowledged. */
static bool
is_free(const struct emu_queue *q)
{
	return !READ_ONCE(q->uq) && !READ_ONCE(q->stopping);
}

static int
emu_available(struct uacce_device *uacce)
{
	struct emu_dev *d = uacce->priv;
	unsigned int i;
	int nb = 0;

	for (i = 0; i < emu_queues; i++)
		nb += is_free(&d->queues[i]);
	return nb;
}

static int
emu_get_queue(struct uacce_device *uacce, unsigned long arg, struct uacce_queue *uq)
{
	struct emu_dev *d = uacce->priv;
	struct emu_queue *q = NULL;
	unsigned int i;

	if (!emu_served())
		return -ENODEV;
	if (d->resetting)
		return -EPERM;
	for (i = 0; i < emu_queues && !q; i++) {
		if (is_free(&d->queues[d->next]))
			q = &d->queues[d->next];
		d->next = (d->next + 1) % emu_queues;
	}
	if (!q)
		return -EBUSY;
	memset(q->dus + emu_depth * EMU_SQE_SIZE, 0, emu_depth * EMU_CQE_SIZE);
	emu_set_tx_stop(q, 0);
	emu_set_rx_stop(q, 0);
	q->qc_type = 0;
	mmgrab(current->mm);
	mutex_lock(&q->lock);
	q->mm = current->mm;
	WRITE_ONCE(q->uq, uq);
	mutex_unlock(&q->lock);
	uq->priv = q;
	return 0;
}

static void
emu_put_queue(struct uacce_queue *uq)
{
	struct emu_queue *q = uq->priv;

	mutex_lock(&q->lock);
	mmdrop(q->mm);
	q->mm = NULL;
	WRITE_ONCE(q->uq, NULL);
	mutex_unlock(&q->lock);
}

static void
next_life(struct emu_queue *q)
{
	mutex_lock(&q->lock);
	smp_store_release(&q->life, q->life + 1);
	mutex_unlock(&q->lock);
}

static int
emu_start_queue(struct uacce_queue *uq)
{
	struct emu_queue *q = uq->priv;
	struct emu_event event = {
		.type = EMU_START, .queue = q->index, .value = q->qc_type,
	};

	if (q->dev->resetting)
		return -EPERM;
	if (!emu_served())
		return -EIO;
	if (READ_ONCE(q->stopping))
		return -EBUSY;
	q->poll_head = 0;
	q->poll_phase = 1;
	next_life(q);
	event.life = q->life;
	if (emu_push(&event))
		return 0;
	next_life(q);
	return -EBUSY;
}

void
emu_quiesce(struct emu_queue *q)
{
	/* not started, or stopped before by a reset */
	if ((q->life & 1) == 0)
		return;
	emu_stop_served(q);
	next_life(q);
}

static void
emu_stop_queue(struct uacce_queue *uq)
{
	emu_quiesce(uq->priv);
}

/* Have completions come since the last time? */
static int
emu_is_q_updated(struct uacce_queue *uq)
{
	struct emu_queue *q = uq->priv;
	const u8 *cq = q->dus + emu_depth * EMU_SQE_SIZE;
	int updated = 0;

	/* the word of the phase may be the client's doing: one lap at most */
	while (updated < emu_depth &&
	       (READ_ONCE(*(u16 *)(cq + q->poll_head * EMU_CQE_SIZE + 14)) & 1) ==
	       q->poll_phase) {
		updated++;
		if (++q->poll_head == emu_depth) {
			q->poll_head = 0;
			q->poll_phase ^= 1;
		}
	}
	return updated != 0;
}

static int
emu_mmap(struct uacce_queue *uq, struct vm_area_struct *vma, struct uacce_qfile_region *qfr)
{
	struct emu_queue *q = uq->priv;
	size_t size = vma->vm_end - vma->vm_start;

	if (qfr->type == UACCE_QFRT_DUS)
		return size == emu_dus_size() ? remap_vmalloc_range(vma, q->dus, 0) : -EINVAL;
	return size <= emu_mmio_size() ? emu_mmio_map(vma) : -EINVAL;
}

static long
emu_set_ctx(struct emu_queue *q, void __user *arg)
{
	struct hisi_qp_ctx ctx;

	if (copy_from_user(&ctx, arg, sizeof(ctx)))
		return -EFAULT;
	if (ctx.qc_type > 1)
		return -EINVAL;
	q->qc_type = ctx.qc_type;
	ctx.id = q->id;
	return copy_to_user(arg, &ctx, sizeof(ctx)) ? -EFAULT : 0;
}

static long
emu_ioctl(struct uacce_queue *uq, unsigned int cmd, unsigned long arg)
{
	struct hisi_qp_info info = {
		.sqe_size = EMU_SQE_SIZE, .sq_depth = emu_depth, .cq_depth = emu_depth,
	};

	switch (cmd) {
	case UACCE_CMD_QM_SET_QP_CTX:
		return emu_set_ctx(uq->priv, (void __user *)arg);
	case UACCE_CMD_QM_SET_QP_INFO:
		return copy_to_user((void __user *)arg, &info, sizeof(info)) ? -EFAULT : 0;
	default:
		return -EINVAL;
	}
}

#ifdef UACCE_MAX_ERR_THRESHOLD
static enum uacce_dev_state
emu_isolate_state(struct uacce_device *uacce)
{
	struct emu_dev *d = uacce->priv;

	return d->isolated ? UACCE_DEV_ISOLATE : UACCE_DEV_NORMAL;
}

static u32
emu_threshold_read(struct uacce_device *uacce)
{
	struct emu_dev *d = uacce->priv;

	return d->threshold;
}

static int
emu_threshold_write(struct uacce_device *uacce, u32 threshold)
{
	struct emu_dev *d = uacce->priv;

	if (d->isolated)
		return -EPERM;
	d->threshold = threshold;
	return 0;
}
#endif

const struct uacce_ops emu_ops = {
	.get_available_instances = emu_available,
	.get_queue = emu_get_queue,
	.put_queue = emu_put_queue,
	.start_queue = emu_start_queue,
	.stop_queue = emu_stop_queue,
	.is_q_updated = emu_is_q_updated,
	.mmap = emu_mmap,
	.ioctl = emu_ioctl,
#ifdef UACCE_MAX_ERR_THRESHOLD
	.get_isolate_state = emu_isolate_state,
	.isolate_err_threshold_read = emu_threshold_read,
	.isolate_err_threshold_write = emu_threshold_write,
#endif
};
