/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

#include <errno.h>
#include <stdio.h>

#include <rte_cycles.h>
#include <rte_errno.h>
#include <rte_lcore.h>
#include <rte_malloc.h>

#include "conf_dev.h"

#define NB_OPS		8192u
#define NB_BARE		16384u
#define CACHE		256u	/* warm ones come back first */
#define DRAIN_MS	2000u

const uint16_t conf_pool_rooms[CONF_POOLS] = { 320, 2304, UINT16_MAX };
static const unsigned int pool_sizes[CONF_POOLS] = { 24576, 8192, 512 };

/* The segments are never freed this way: the arena goes with the case. */
static void
ext_free(void *addr, void *opaque)
{
	RTE_SET_USED(addr);
	RTE_SET_USED(opaque);
}

int
conf_arena_renew(struct conf_dev *dev)
{
	dev->arena = rte_malloc("conf_arena", CONF_ARENA, RTE_CACHE_LINE_SIZE);
	dev->arena_used = 0;
	dev->arena_live = 0;
	return dev->arena == NULL ? -ENOMEM : 0;
}

int
conf_pools_create(struct conf_dev *dev)
{
	int socket = rte_socket_id();

	bool all = true;

	/* the op's place for its user holds where it belongs */
	dev->ops = rte_comp_op_pool_create("conf_ops", NB_OPS, CACHE, sizeof(void *), socket);
	dev->bare = rte_pktmbuf_pool_create("conf_bare", NB_BARE, CACHE, 0, 0, socket);
	for (unsigned int i = 0; i < CONF_POOLS; i++) {
		char name[RTE_MEMPOOL_NAMESIZE];

		snprintf(name, sizeof(name), "conf_mbufs_%u", conf_pool_rooms[i]);
		dev->mbufs[i] = rte_pktmbuf_pool_create(name, pool_sizes[i],
			RTE_MIN(CACHE, pool_sizes[i] / 8), 0, conf_pool_rooms[i], socket);
		all &= dev->mbufs[i] != NULL;
	}
	rte_mbuf_ext_refcnt_set(&dev->shinfo, 1);
	dev->shinfo.free_cb = ext_free;
	if (!all || dev->ops == NULL || dev->bare == NULL)
		return -ENOMEM;
	return conf_arena_renew(dev);
}

static int
dev_find(const char *driver)
{
	struct rte_compressdev_info info;
	uint8_t count = rte_compressdev_count();

	for (unsigned int id = 0; id < RTE_COMPRESS_MAX_DEVS && count != 0; id++) {
		const char *name = rte_compressdev_name_get(id);

		if (name == NULL || name[0] == '\0')
			continue;
		count--;
		rte_compressdev_info_get(id, &info);
		if (driver == NULL || strcmp(driver, name) == 0 ||
		    (info.driver_name != NULL && strcmp(driver, info.driver_name) == 0))
			return id;
	}
	return -ENODEV;
}

static void
read_capabilities(struct conf_dev *dev)
{
	const struct rte_compressdev_capabilities *cap = dev->info.capabilities;

	for (; cap->algo != RTE_COMP_ALGO_UNSPECIFIED; cap++) {
		if (cap->algo == RTE_COMP_ALGO_DEFLATE) {
			dev->has_deflate = true;
			dev->deflate = cap->comp_feature_flags;
			dev->window = cap->window_size;
		} else if (cap->algo == RTE_COMP_ALGO_NULL) {
			dev->has_null = true;
			dev->null = cap->comp_feature_flags;
		}
#ifdef RTE_COMP_LZ4_FLAG_DICT_ID
		else if (cap->algo == RTE_COMP_ALGO_LZ4) {
			dev->has_lz4 = true;
			dev->lz4 = cap->comp_feature_flags;
		}
#endif
	}
}

static bool
takes(const struct conf_dev *dev, const struct rte_comp_xform *x)
{
	void *handle;

	if (rte_compressdev_private_xform_create(dev->id, x, &handle) != 0)
		return false;
	rte_compressdev_private_xform_free(dev->id, handle);
	return true;
}

/* No flag tells that a device has one direction only: its simplest xforms do. */
static void
probe_directions(struct conf_dev *dev)
{
	struct rte_comp_xform c = {
		.type = RTE_COMP_COMPRESS,
		.compress = {
			.algo = RTE_COMP_ALGO_DEFLATE, .window_size = dev->window.max,
			.level = RTE_COMP_LEVEL_PMD_DEFAULT,
		},
	};
	struct rte_comp_xform d = {
		.type = RTE_COMP_DECOMPRESS,
		.decompress = {
			.algo = RTE_COMP_ALGO_DEFLATE, .window_size = dev->window.max,
		},
	};

	if (!dev->has_deflate)
		return;
	dev->compresses = takes(dev, &c);
	dev->decompresses = takes(dev, &d);
	if (!dev->compresses)
		printf("%s takes no xform to compress: those areas are left out\n", dev->name);
	if (!dev->decompresses)
		printf("%s takes no xform to decompress: those areas are left out\n", dev->name);
}

static int
dev_configure(struct conf_dev *dev, uint32_t ring)
{
	struct rte_compressdev_config config = {
		.socket_id = rte_socket_id(), .nb_queue_pairs = dev->nb_qps,
		.max_nb_priv_xforms = CONF_XFORMS,
		.max_nb_streams = (dev->deflate & (RTE_COMP_FF_STATEFUL_COMPRESSION |
			RTE_COMP_FF_STATEFUL_DECOMPRESSION)) != 0 ? CONF_STREAMS : 0,
	};
	int ret = rte_compressdev_configure(dev->id, &config);

	for (uint16_t qp = 0; qp < dev->nb_qps && ret == 0; qp++)
		ret = rte_compressdev_queue_pair_setup(dev->id, qp, ring, rte_socket_id());
	if (ret == 0)
		ret = rte_compressdev_start(dev->id);
	dev->ring = ret == 0 ? ring : 0;
	return ret;
}

int
conf_dev_ring(struct conf_dev *dev, uint32_t ring)
{
	if (dev->ring == ring)
		return 0;
	if (dev->ring != 0)
		rte_compressdev_stop(dev->id);
	return dev_configure(dev, ring);
}

int
conf_dev_open(struct conf_dev *dev, const char *driver)
{
	int id = dev_find(driver);

	if (id < 0) {
		fprintf(stderr, "no compressdev %s\n", driver == NULL ? "" : driver);
		return id;
	}
	dev->id = id;
	dev->name = rte_compressdev_name_get(id);
	rte_compressdev_info_get(id, &dev->info);
	read_capabilities(dev);
	dev->nb_qps = CONF_MAX_QPS;
	if (dev->info.max_nb_queue_pairs != 0)
		dev->nb_qps = RTE_MIN(dev->nb_qps, dev->info.max_nb_queue_pairs);
	if (conf_pools_create(dev) != 0) {
		fprintf(stderr, "no memory for the pools: give EAL more (-m 512)\n");
		return -ENOMEM;
	}
	id = conf_dev_ring(dev, CONF_RING);
	if (id != 0)
		fprintf(stderr, "cannot set up %s for %u ops in flight: %s\n", dev->name,
			CONF_RING, rte_strerror(-id));
	else
		probe_directions(dev);
	return id;
}

/* What stop() flushed out; nobody waits for it any more. */
static void
drain_all(struct conf_dev *dev)
{
	uint64_t end = rte_get_timer_cycles() + rte_get_timer_hz() * DRAIN_MS / 1000;
	struct rte_comp_op *ops[32];

	while (rte_get_timer_cycles() < end)
		for (uint16_t qp = 0; qp < dev->nb_qps; qp++)
			rte_compressdev_dequeue_burst(dev->id, qp, ops, RTE_DIM(ops));
}

int
conf_dev_recover(struct conf_dev *dev)
{
	uint32_t ring = dev->ring == 0 ? CONF_RING : dev->ring;

	if (dev->ring != 0) {
		rte_compressdev_stop(dev->id);
		drain_all(dev);
		rte_compressdev_close(dev->id);
	}
	dev->ring = 0;
	dev->lost = false;
	if (conf_arena_renew(dev) != 0)
		return -ENOMEM;
	return dev_configure(dev, ring);
}

void
conf_dev_close(struct conf_dev *dev)
{
	if (dev->ring != 0)
		rte_compressdev_stop(dev->id);
	rte_compressdev_close(dev->id);
}
