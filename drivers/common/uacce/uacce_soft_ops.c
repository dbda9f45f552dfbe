/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <uacce_soft.h>

#include "uacce.h"

#define ATTR_LEN	128
#define API_PREFIX_LEN	9	/* strlen("hisi_qm_v") (datasheet 2.1) */

static long
attr_long(struct uacce_soft *soft, const char *name)
{
	char buf[ATTR_LEN] = "0";

	uacce_soft_attr(soft, name, buf, sizeof(buf));
	return strtol(buf, NULL, 10);
}

static int
soft_open(struct uacce_queue *q)
{
	struct uacce_soft_queue *sq = NULL;
	int ret = uacce_soft_open(q->backend, q->dev->sq_depth, &sq);

	if (ret == 0)
		q->ctx = sq;
	return ret;
}

static int
soft_ioctl(struct uacce_queue *q, unsigned long cmd, void *arg)
{
	return uacce_soft_ioctl(q->ctx, cmd, arg);
}

static int
soft_map(struct uacce_queue *q, enum uacce_region region, size_t len, void **addr)
{
	return uacce_soft_map(q->ctx, region, len, addr);
}

static int
soft_unmap(struct uacce_queue *q, enum uacce_region region, void *addr, size_t len)
{
	return uacce_soft_unmap(q->ctx, region, addr, len);
}

static int
soft_close(struct uacce_queue *q)
{
	int ret = uacce_soft_close(q->ctx);

	q->ctx = NULL;
	return ret;
}

static void
soft_mmio_write(void *ctx, uint32_t offset, uint64_t value)
{
	uacce_soft_mmio_write(ctx, offset, value);
}

const struct uacce_queue_ops uacce_soft_ops = {
	.name = "soft",
	.open = soft_open,
	.ioctl = soft_ioctl,
	.map = soft_map,
	.unmap = soft_unmap,
	.close = soft_close,
	.mmio_write = soft_mmio_write,
};

int
uacce_soft_describe(struct uacce_soft *soft, const char *name,
		    unsigned int sq_depth, struct uacce_dev *dev)
{
	memset(dev, 0, sizeof(*dev));
	strncpy(dev->name, name, sizeof(dev->name) - 1);
	strncpy(dev->node, "(in this process)", sizeof(dev->node) - 1);
	uacce_soft_attr(soft, "api", dev->api, sizeof(dev->api));
	dev->api[strcspn(dev->api, "\n")] = '\0';
	dev->api_ver = strtoul(dev->api + API_PREFIX_LEN, NULL, 10);
	uacce_soft_attr(soft, "algorithms", dev->algs, sizeof(dev->algs));
	dev->flags = attr_long(soft, "flags");
	dev->available = attr_long(soft, "available_instances");
	dev->numa_node = attr_long(soft, "device/numa_node");
	dev->mmio_size = attr_long(soft, "region_mmio_size");
	dev->dus_size = attr_long(soft, "region_dus_size");
	if (sq_depth == 0)
		return 0;
	if (sq_depth < UACCE_SOFT_MIN_DEPTH || sq_depth > UACCE_SOFT_MAX_DEPTH)
		return -EINVAL;
	dev->sq_depth = sq_depth;
	dev->dus_size = uacce_soft_dus_size(sq_depth, sq_depth);
	return 0;
}
