// SPDX-License-Identifier: GPL-2.0-only
// Copyright(c) 2026 uacce_zip authors

/*
 * ZIP devices of uacce whose queues a program serves. Platform devices stand for the
 * PCI functions: binding and unbinding them brings and removes the device.
 */

#include <linux/platform_device.h>
#include <linux/version.h>
#include <linux/vmalloc.h>

#include "emu.h"

unsigned int emu_devices = 1;
module_param_named(devices, emu_devices, uint, 0444);
unsigned int emu_queues = 16;
module_param_named(queues, emu_queues, uint, 0444);
unsigned int emu_api = 3;
module_param_named(api, emu_api, uint, 0444);
unsigned int emu_depth = 1024;
module_param_named(depth, emu_depth, uint, 0444);
static int node;
module_param(node, int, 0444);
static char *algorithms;
module_param(algorithms, charp, 0444);
MODULE_PARM_DESC(algorithms, "names joined by commas; default: those of the api version");

struct emu_dev emu_dev[EMU_MAX_DEVICES];
static struct platform_device *pdevs[EMU_MAX_DEVICES];
static char algs[256];
static char api_ver[16];

/* In the order of the real driver: no new work, what there is ends, no more completions. */
static void
stop_all(struct emu_dev *d)
{
	unsigned int i;

	for (i = 0; i < emu_queues; i++)
		if (d->queues[i].uq)
			emu_set_tx_stop(&d->queues[i], 1);
	for (i = 0; i < emu_queues; i++)
		if (d->queues[i].uq)
			emu_quiesce(&d->queues[i]);
	for (i = 0; i < emu_queues; i++)
		if (d->queues[i].uq)
			emu_set_rx_stop(&d->queues[i], 1);
}

static ssize_t
resetting_store(struct device *dev, struct device_attribute *attr, const char *buf, size_t len)
{
	struct emu_dev *d = dev_get_drvdata(dev);
	int ret;

	mutex_lock(&d->uacce->mutex);
	ret = kstrtobool(buf, &d->resetting);
	if (ret == 0 && d->resetting)
		stop_all(d);
	mutex_unlock(&d->uacce->mutex);
	return ret ? ret : len;
}
static DEVICE_ATTR_WO(resetting);

static ssize_t
isolated_store(struct device *dev, struct device_attribute *attr, const char *buf, size_t len)
{
	struct emu_dev *d = dev_get_drvdata(dev);
	int ret = kstrtobool(buf, &d->isolated);

	return ret ? ret : len;
}
static DEVICE_ATTR_WO(isolated);

/* "queue tx rx"; with rx the queue is drained before that word is set, and has stopped */
static ssize_t
stop_words_store(struct device *dev, struct device_attribute *attr, const char *buf, size_t len)
{
	struct emu_dev *d = dev_get_drvdata(dev);
	unsigned int id, tx, rx;
	struct emu_queue *q;

	if (sscanf(buf, "%u %u %u", &id, &tx, &rx) != 3 || id >= emu_queues)
		return -EINVAL;
	q = &d->queues[id];
	mutex_lock(&d->uacce->mutex);
	emu_set_tx_stop(q, tx);
	if (rx)
		emu_quiesce(q);
	emu_set_rx_stop(q, rx);
	mutex_unlock(&d->uacce->mutex);
	return len;
}
static DEVICE_ATTR_WO(stop_words);

static struct attribute *emu_attrs[] = {
	&dev_attr_resetting.attr,
	&dev_attr_isolated.attr,
	&dev_attr_stop_words.attr,
	NULL,
};
ATTRIBUTE_GROUPS(emu);

static int
emu_probe(struct platform_device *pdev)
{
	struct uacce_interface interface = {
		.name = "hisi_zip", .flags = UACCE_DEV_SVA, .ops = &emu_ops,
	};
	struct emu_dev *d = &emu_dev[pdev->id];
	struct uacce_device *uacce = uacce_alloc(&pdev->dev, &interface);
	int ret;

	if (IS_ERR(uacce))
		return PTR_ERR(uacce);
	uacce->priv = d;
	uacce->algs = algs;
	uacce->api_ver = api_ver;
	uacce->qf_pg_num[UACCE_QFRT_MMIO] = emu_mmio_size() >> PAGE_SHIFT;
	uacce->qf_pg_num[UACCE_QFRT_DUS] = emu_dus_size() >> PAGE_SHIFT;
	d->uacce = uacce;
	d->resetting = false;
	d->isolated = false;
	platform_set_drvdata(pdev, d);
	ret = uacce_register(uacce);
	if (ret)
		uacce_remove(uacce);
	return ret;
}

static void
emu_shutdown(struct platform_device *pdev)
{
	struct emu_dev *d = platform_get_drvdata(pdev);

	uacce_remove(d->uacce);
}

/* What remove returns differs between kernels. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 11, 0)
#define emu_remove emu_shutdown
#else
static int
emu_remove(struct platform_device *pdev)
{
	emu_shutdown(pdev);
	return 0;
}
#endif

static struct platform_driver emu_driver = {
	.probe = emu_probe,
	.remove = emu_remove,
	.driver = { .name = "uacce_emu", .dev_groups = emu_groups },
};

static void
free_queues(void)
{
	unsigned int i, j;

	for (i = 0; i < emu_devices; i++) {
		for (j = 0; emu_dev[i].queues && j < emu_queues; j++)
			vfree(emu_dev[i].queues[j].dus);
		kvfree(emu_dev[i].queues);
	}
}

/* They outlive the devices, as the server's mappings of them do. */
static int
alloc_queues(void)
{
	unsigned int i, j;

	for (i = 0; i < emu_devices; i++) {
		struct emu_dev *d = &emu_dev[i];

		d->queues = kvcalloc(emu_queues, sizeof(*d->queues), GFP_KERNEL);
		for (j = 0; d->queues && j < emu_queues; j++) {
			struct emu_queue *q = &d->queues[j];

			q->dev = d;
			q->index = i * emu_queues + j;
			q->id = j;
			mutex_init(&q->lock);
			q->dus = vmalloc_user(emu_dus_size());
			if (!q->dus)
				return -ENOMEM;
		}
		if (!d->queues)
			return -ENOMEM;
	}
	return 0;
}

static void
del_devices(void)
{
	unsigned int i;

	for (i = 0; i < emu_devices; i++)
		if (pdevs[i])
			platform_device_unregister(pdevs[i]);
}

static int
add_devices(void)
{
	unsigned int i;
	int ret = 0;

	for (i = 0; i < emu_devices && ret == 0; i++) {
		struct platform_device *pdev = platform_device_alloc("uacce_emu", i);

		if (!pdev)
			return -ENOMEM;
		/* without one there is no numa_node, and UADK wants it */
		set_dev_node(&pdev->dev, node);
		ret = platform_device_add(pdev);
		if (ret)
			platform_device_put(pdev);
		else
			pdevs[i] = pdev;
	}
	return ret;
}

static int __init
emu_init(void)
{
	int ret;

	if (emu_devices < 1 || emu_devices > EMU_MAX_DEVICES || emu_queues < 1 ||
	    emu_queues > EMU_MAX_QUEUES || emu_devices * emu_queues > EMU_MAX_TOTAL ||
	    emu_depth < 4 || emu_depth > 32768 || emu_api < 2)
		return -EINVAL;
	strscpy(algs, algorithms ? algorithms : emu_api >= 3 ? "zlib,gzip,deflate" : "zlib,gzip",
		sizeof(algs));
	strreplace(algs, ',', '\n');
	snprintf(api_ver, sizeof(api_ver), "hisi_qm_v%u", emu_api);
	ret = alloc_queues();
	if (ret)
		goto free;
	ret = emu_ctl_init();
	if (ret)
		goto free;
	ret = platform_driver_register(&emu_driver);
	if (ret)
		goto ctl;
	ret = add_devices();
	if (ret == 0)
		return 0;
	del_devices();
	platform_driver_unregister(&emu_driver);
ctl:
	emu_ctl_exit();
free:
	free_queues();
	return ret;
}

static void __exit
emu_exit(void)
{
	del_devices();
	platform_driver_unregister(&emu_driver);
	emu_ctl_exit();
	free_queues();
}

module_init(emu_init);
module_exit(emu_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("ZIP devices of uacce that a program serves");
