/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/*
 * The life of one queue, whoever serves it (datasheet 1.4 to 1.6):
 *
 *   CLOSED -open-> INIT -start-> STARTED -put-> PUT -close-> CLOSED
 *
 * Kernels differ in what PUT_Q leaves behind: a dead queue, or one that could
 * be started again but would show the completions of its first run as new ones.
 * So nothing but close follows a put here, nor a start that failed: such a
 * start may have reached the hardware.
 */

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <rte_common.h>
#include <rte_errno.h>

#include "uacce.h"
#include "uacce_log.h"

#define WHO_LEN		48	/* "name (id)" of a user or group */

#define QUEUE_LOG(q, fmt, ...) \
	rte_log(uacce_queue_log_level(q), uacce_common_logtype, "UACCE: " fmt "\n", \
		## __VA_ARGS__)

RTE_LOG_REGISTER_DEFAULT(uacce_common_logtype, NOTICE);

struct uacce_hint {
	int err;
	const char *text;
};

static const struct uacce_hint open_hints[] = {
	{ EBUSY, "all queues of the device are in use (available_instances in sysfs "
		"counts the free ones): stop another user of it, take another device, "
		"or reload the hisi_zip module with a larger pf_q_num, up to 1024" },
	{ EPERM, "the device is being reset, or a reset of it failed: try again in a "
		"second; if this stays, see dmesg and reload the device's driver (in a "
		"container also allow the node in the device cgroup)" },
	{ EACCES, "run as a user who may open the node, or let a group open it by a "
		"udev rule: KERNEL==\"hisi_zip-*\", GROUP=\"...\", MODE=\"0660\"" },
	{ ENOENT, "there is no such node: check that udev runs and made it, in a "
		"container pass it in, or point dev_path to where the nodes are" },
	{ ENODEV, "the device is not registered, or the IOMMU gave this process no "
		"PASID: check that its driver is loaded and that the IOMMU is on and "
		"supports SVA (see dmesg)" },
	{ EINVAL, "the device behind the node was removed: bind its driver again, or "
		"take another device" },
	{ ENXIO, "the device behind the node is gone: bind its driver again, or take "
		"another device" },
	{ ENOMEM, "the kernel is out of memory, or, before Linux 5.8, it could not "
		"bind this process to the IOMMU: check free memory and that SVA is on" },
	{ EMFILE, "this process has too many open files: raise its limit "
		"(ulimit -n)" },
	{ ENFILE, "the system has too many open files: raise fs.file-max" },
	{ EINTR, "signals kept interrupting the call: block them in this thread, or "
		"try again" },
	{ EIO, "the device could not be powered up: see dmesg" },
	{ ETIMEDOUT, "the device did not answer: see dmesg, a reset may be under way" },
};

static const struct uacce_hint map_hints[] = {
	{ EINVAL, "the kernel wants other region sizes than sysfs showed: scan again "
		"if the driver was reloaded since" },
	{ EEXIST, "the region is mapped already, and kernels before 6.1 never forget "
		"a mapping: close the queue and open another" },
	{ ENXIO, "the device is gone: close the queue" },
	{ ENOMEM, "out of memory or of mappings: see vm.max_map_count and "
		"ulimit -v" },
	{ EPERM, "a security module or a file seal forbids the mapping: see the "
		"audit log" },
};

static const struct uacce_hint ioctl_hints[] = {
	{ ENXIO, "the device is gone: close the queue" },
	{ EINVAL, "the kernel does not know this command or value in this state of "
		"the queue: it may be older than the feature" },
	{ EPERM, "the device is being reset, or a reset of it failed: close the "
		"queue and open another in a second" },
	{ EBUSY, "the device's mailbox is busy, a reset may be under way: close the "
		"queue and try again" },
	{ EIO, "the device refused the command: see dmesg" },
	{ ETIMEDOUT, "the device did not answer, a reset may be under way: see dmesg, "
		"close the queue and try again" },
	{ EFAULT, "the argument is not readable and writable memory" },
	{ EINTR, "a signal interrupted the call: close the queue and try again" },
};

static const char *
hint_find(const struct uacce_hint *hints, unsigned int nb, int err)
{
	unsigned int i;

	for (i = 0; i < nb; i++)
		if (hints[i].err == err)
			return hints[i].text;

	return "see dmesg for what the kernel's driver says";
}

const char *
uacce_open_hint(int err)
{
	return hint_find(open_hints, RTE_DIM(open_hints), err);
}

static const char *
map_hint(int err)
{
	return hint_find(map_hints, RTE_DIM(map_hints), err);
}

static const char *
ioctl_hint(int err)
{
	return hint_find(ioctl_hints, RTE_DIM(ioctl_hints), err);
}

static void
user_str(uid_t uid, char *str, size_t len)
{
	struct passwd pw, *found = NULL;
	char buf[1024];

	/* a name too long for the buffer is left out, the number says enough */
	if (getpwuid_r(uid, &pw, buf, sizeof(buf), &found) != 0 || found == NULL)
		snprintf(str, len, "%u", (unsigned int)uid);
	else
		snprintf(str, len, "%s (%u)", pw.pw_name, (unsigned int)uid);
}

static void
group_str(gid_t gid, char *str, size_t len)
{
	struct group gr, *found = NULL;
	char buf[1024];

	if (getgrgid_r(gid, &gr, buf, sizeof(buf), &found) != 0 || found == NULL)
		snprintf(str, len, "%u", (unsigned int)gid);
	else
		snprintf(str, len, "%s (%u)", gr.gr_name, (unsigned int)gid);
}

static const char *
who_may_open(mode_t mode)
{
	if ((mode & 0006) == 0006)
		return "everybody may open it, so a folder above or a security module refuses";
	if ((mode & 0060) == 0060)
		return "root, its owner and members of its group may open it";
	if ((mode & 0600) == 0600)
		return "root and its owner may open it";
	return "only root may open it";
}

static void
log_no_access(const struct uacce_dev *dev)
{
	char owner[WHO_LEN], group[WHO_LEN], self[WHO_LEN];
	struct stat st;

	if (stat(dev->node, &st) != 0) {
		UACCE_LOG(ERR, "%s: cannot open %s: Permission denied; its mode cannot be "
			"read either (%s): a folder above it is closed to this user; %s",
			dev->name, dev->node, rte_strerror(errno), uacce_open_hint(EACCES));
		return;
	}

	user_str(st.st_uid, owner, sizeof(owner));
	group_str(st.st_gid, group, sizeof(group));
	user_str(geteuid(), self, sizeof(self));
	UACCE_LOG(ERR, "%s: cannot open %s: Permission denied; owner %s, group %s, mode %04o: "
		"%s, this process runs as %s; %s",
		dev->name, dev->node, owner, group, (unsigned int)(st.st_mode & 07777),
		who_may_open(st.st_mode), self, uacce_open_hint(EACCES));
}

static void
log_no_open(const struct uacce_queue *q, int err)
{
	bool soft = q->ops != &uacce_kernel_ops;
	const char *node = q->dev->node;

	if (err == EACCES && !soft && !q->quiet) {
		log_no_access(q->dev);
		return;
	}
	QUEUE_LOG(q, "%s: cannot open a queue of %s: %s; %s", q->dev->name,
		node[0] != '\0' ? node : q->ops->name, rte_strerror(err),
		soft && err == EBUSY ? "let the device have more (soft_queues)" :
		uacce_open_hint(err));
}

static void
queue_reset(struct uacce_queue *q)
{
	bool quiet = q->quiet;

	memset(q, 0, sizeof(*q));
	q->fd = -1;
	q->quiet = quiet;
}

int
uacce_queue_open(struct uacce_queue *q, const struct uacce_dev *dev,
		 const struct uacce_queue_ops *ops, void *backend)
{
	int rc;

	if (q->state != UACCE_QUEUE_CLOSED) {
		UACCE_LOG(ERR, "%s: this queue is open already: close it first",
			q->dev->name);
		return -EINVAL;
	}

	queue_reset(q);
	q->ops = ops;
	q->dev = dev;
	q->backend = backend;

	rc = ops->open(q);
	if (rc < 0) {
		log_no_open(q, -rc);
		queue_reset(q);
		return rc;
	}

	q->state = UACCE_QUEUE_INIT;
	return 0;
}

int
uacce_queue_ioctl(struct uacce_queue *q, unsigned long cmd, void *arg)
{
	int rc;

	if (q->state == UACCE_QUEUE_CLOSED)
		return -EBADF;
	/* what a kernel whose PUT_Q ends the queue answers */
	if (q->state == UACCE_QUEUE_PUT)
		return -ENXIO;
	/* these two would go past the state kept here */
	if (cmd == UACCE_CMD_START_Q || cmd == UACCE_CMD_PUT_Q)
		return -EINVAL;

	rc = q->ops->ioctl(q, cmd, arg);
	if (rc < 0)
		QUEUE_LOG(q, "%s: queue command 0x%lx failed: %s; %s",
			q->dev->name, cmd, rte_strerror(-rc), ioctl_hint(-rc));
	return rc;
}

static const char *
region_name(enum uacce_region region)
{
	return region == UACCE_REGION_MMIO ? "MMIO" : "DUS";
}

static bool
queue_is_mapped(const struct uacce_queue *q, enum uacce_region region)
{
	/* not the address: ops may have none for a region that is no memory */
	return q->region_len[region] != 0;
}

static void
region_unmap(struct uacce_queue *q, enum uacce_region region)
{
	void *addr = q->region[region];
	size_t len = q->region_len[region];
	int rc;

	if (!queue_is_mapped(q, region))
		return;

	q->region[region] = NULL;
	q->region_len[region] = 0;
	rc = q->ops->unmap(q, region, addr, len);
	if (rc < 0)
		QUEUE_LOG(q, "%s: cannot unmap the %s region: %s; "
			"it stays mapped until this process ends", q->dev->name,
			region_name(region), rte_strerror(-rc));
}

static int
region_map(struct uacce_queue *q, enum uacce_region region, size_t len)
{
	void *addr = NULL;
	int rc;

	rc = q->ops->map(q, region, len, &addr);
	if (rc < 0) {
		QUEUE_LOG(q, "%s: cannot map %zu bytes of the %s region: %s; %s",
			q->dev->name, len, region_name(region),
			rte_strerror(-rc), map_hint(-rc));
		return rc;
	}

	q->region[region] = addr;
	q->region_len[region] = len;
	return 0;
}

int
uacce_queue_map(struct uacce_queue *q)
{
	int rc;

	if (q->state == UACCE_QUEUE_CLOSED)
		return -EBADF;
	if (q->state == UACCE_QUEUE_PUT)
		return -ENXIO;
	if (queue_is_mapped(q, UACCE_REGION_MMIO))
		return -EEXIST;

	rc = region_map(q, UACCE_REGION_MMIO, q->dev->mmio_size);
	if (rc < 0)
		return rc;
	rc = region_map(q, UACCE_REGION_DUS, q->dev->dus_size);
	if (rc < 0)
		goto unmap_mmio;

	return 0;

unmap_mmio:
	region_unmap(q, UACCE_REGION_MMIO);
	return rc;
}

int
uacce_queue_start(struct uacce_queue *q)
{
	int rc;

	if (q->state == UACCE_QUEUE_CLOSED)
		return -EBADF;
	if (q->state != UACCE_QUEUE_INIT) {
		QUEUE_LOG(q, "%s: a queue can be started once: close it and "
			"open another", q->dev->name);
		return -EINVAL;
	}

	rc = q->ops->ioctl(q, UACCE_CMD_START_Q, NULL);
	if (rc < 0) {
		QUEUE_LOG(q, "%s: cannot start a queue: %s; %s", q->dev->name,
			rte_strerror(-rc), ioctl_hint(-rc));
		q->state = UACCE_QUEUE_PUT;
		return rc;
	}

	q->state = UACCE_QUEUE_STARTED;
	return 0;
}

int
uacce_queue_put(struct uacce_queue *q)
{
	int rc = 0;

	if (q->state == UACCE_QUEUE_CLOSED)
		return 0;

	if (q->state == UACCE_QUEUE_STARTED)
		rc = q->ops->ioctl(q, UACCE_CMD_PUT_Q, NULL);
	/* ENXIO: the device is gone and with it what could touch memory */
	if (rc < 0 && rc != -ENXIO) {
		QUEUE_LOG(q, "%s: cannot stop a queue: %s; memory it was given is unsafe "
			"until the queue is closed; %s", q->dev->name, rte_strerror(-rc),
			ioctl_hint(-rc));
		return rc;
	}

	q->state = UACCE_QUEUE_PUT;
	return 0;
}

void
uacce_queue_close(struct uacce_queue *q)
{
	int rc;

	if (q->state != UACCE_QUEUE_CLOSED) {
		/* failures are logged; close stops the queue in any case */
		uacce_queue_put(q);
		region_unmap(q, UACCE_REGION_DUS);
		region_unmap(q, UACCE_REGION_MMIO);
		rc = q->ops->close(q);
		if (rc < 0)
			QUEUE_LOG(q, "%s: closing a queue failed: %s; "
				"it counts as closed", q->dev->name, rte_strerror(-rc));
	}
	queue_reset(q);
}
