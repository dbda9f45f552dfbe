/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

#include <errno.h>
#include <pthread.h>
#include <stdio.h>

#include <bus_vdev_driver.h>
#include <rte_log.h>
#include <rte_malloc.h>
#include <rte_memzone.h>

#include "rte_pmd_uacce_zip.h"
#include "uacce_zip_priv.h"

RTE_LOG_REGISTER_DEFAULT(uacce_zip_logtype, NOTICE);

int uacce_zip_self;

/* Not the pid: parent and child may both be 1, each in a container of its own. */
static void
self_change(void)
{
	uacce_zip_self++;
}

/* From the first probe on, whoever forks. */
static int
self_init(void)
{
	if (uacce_zip_self != 0)
		return 0;
	self_change();
	return -pthread_atfork(NULL, NULL, self_change);
}

/*
 * lib/compressdev reserves this memzone for a device and never frees it; probing
 * the same slot again would fail.
 */
static void
free_data_memzone(uint8_t dev_id)
{
	char name[RTE_MEMZONE_NAMESIZE];

	snprintf(name, sizeof(name), "rte_compressdev_data_%u", dev_id);
	rte_memzone_free(rte_memzone_lookup(name));
}

static int
zip_destroy(struct rte_compressdev *cdev)
{
	uint8_t dev_id = cdev->data->dev_id;
	int ret;

	/* nothing is left that the library should close */
	cdev->dev_ops = NULL;
	ret = rte_compressdev_pmd_destroy(cdev);
	if (ret == 0)
		free_data_memzone(dev_id);
	return ret;
}

static int
zip_create(struct rte_vdev_device *vdev, const char *name,
	   const struct uacce_zip_args *args)
{
	struct rte_compressdev_pmd_init_params params = {
		.socket_id = args->socket_id == SOCKET_ID_ANY ?
			(int)rte_socket_id() : args->socket_id,
	};
	struct uacce_zip_device *zip;
	struct rte_compressdev *cdev;
	int ret;

	cdev = rte_compressdev_pmd_create(name, &vdev->device, sizeof(*zip), &params);
	if (cdev == NULL) {
		ZIP_LOG(ERR, "%s: cannot create a compressdev", name);
		return -ENODEV;
	}
	zip = cdev->data->dev_private;
	zip->cdev = cdev;
	zip->self = uacce_zip_self;
	zip->args = *args;
	ret = uacce_zip_engines_open(zip);
	if (ret != 0) {
		zip_destroy(cdev);
		return ret;
	}
	cdev->dev_ops = &uacce_zip_ops;
	cdev->feature_flags = zip->feature_flags;
	cdev->enqueue_burst = uacce_zip_enqueue_burst;
	cdev->dequeue_burst = uacce_zip_dequeue_burst;
	return 0;
}

static int
uacce_zip_probe(struct rte_vdev_device *vdev)
{
	const char *name = rte_vdev_device_name(vdev);
	struct uacce_zip_args args;
	int ret;

	if (name == NULL)
		return -EINVAL;
	if (rte_eal_process_type() != RTE_PROC_PRIMARY) {
		/* queues address the memory of the process that opened them */
		ZIP_LOG(ERR, "%s: a secondary process can use no queue of the primary, nor have "
			"its own: use the device in the primary, or run another primary "
			"(--file-prefix)", name);
		return -ENOTSUP;
	}
	ret = uacce_zip_args_parse(rte_vdev_device_args(vdev), &args);
	if (ret == 0)
		ret = self_init();
	if (ret != 0)
		return ret;
	return zip_create(vdev, name, &args);
}

/*
 * What rte_compressdev_stop() and rte_compressdev_close() would do: they refuse the
 * ids of devices that outlive one with a smaller id.
 */
static int
zip_shut(struct rte_compressdev *cdev)
{
	struct rte_compressdev_data *data = cdev->data;

	if (data->dev_started)
		cdev->dev_ops->dev_stop(cdev);
	data->dev_started = 0;
	for (uint16_t i = 0; i < data->nb_queue_pairs; i++)
		cdev->dev_ops->queue_pair_release(cdev, i);
	rte_free(data->queue_pairs);
	data->queue_pairs = NULL;
	data->nb_queue_pairs = 0;
	return cdev->dev_ops->dev_close(cdev);
}

static int
uacce_zip_remove(struct rte_vdev_device *vdev)
{
	const char *name = rte_vdev_device_name(vdev);
	struct rte_compressdev *cdev;
	int ret;

	if (name == NULL)
		return -EINVAL;
	cdev = rte_compressdev_pmd_get_named_dev(name);
	if (cdev == NULL)
		return -ENODEV;
	if (!uacce_zip_is_mine(cdev))
		return -EPERM;
	ret = zip_shut(cdev);
	if (ret != 0)
		return ret;
	uacce_zip_engines_close(cdev->data->dev_private);
	return zip_destroy(cdev);
}

RTE_EXPORT_EXPERIMENTAL_SYMBOL(rte_pmd_uacce_zip_sigbus, 26.11)
int
rte_pmd_uacce_zip_sigbus(const void *addr)
{
	return uacce_sigbus(addr);
}

static struct rte_vdev_driver uacce_zip_drv = {
	.probe = uacce_zip_probe,
	.remove = uacce_zip_remove,
};

RTE_PMD_REGISTER_VDEV(uacce_zip, uacce_zip_drv);
RTE_PMD_REGISTER_PARAM_STRING(uacce_zip,
	"device=auto|soft|hw|<name> "
	"max_qps=<int> "
	"fallback=on|off "
	"verify=off|all|<int> "
	"timeout_ms=<int> "
	"class_path=<dir> "
	"dev_path=<dir> "
	"soft_api=2|3|5 "
	"soft_threads=<int> "
	"soft_instant=on|off "
	"soft_ext=on|off "
	"soft_depth=<int> "
	"soft_queues=<int> "
	"soft_faults=<spec> "
	"soft_trace=<file> "
	"socket_id=<int>");
