/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/*
 * What a user reads when a queue cannot be had: one line, which says what to do.
 */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <rte_log.h>

#include <uacce.h>

#include "test.h"
#include "test_log.h"
#include "test_uacce_fake.h"

#define DIM(a)		(sizeof(a) / sizeof((a)[0]))
#define LOGTYPE		"pmd.common.uacce"

static struct uacce_dev dev;
static char node[128];		/* a file where the device node would be */

static void
set_up(const char *path)
{
	size_t page = sysconf(_SC_PAGESIZE);

	memset(&dev, 0, sizeof(dev));
	snprintf(dev.name, sizeof(dev.name), "hisi_zip-3");
	snprintf(dev.node, sizeof(dev.node), "%s", path);
	dev.mmio_size = page;
	dev.dus_size = page;
	fake_set_up(dev.node, page, page);
	log_forget();
}

static int
with_log(int (*body)(void))
{
	const char *tmp = getenv("TMPDIR");
	int fd, rc;

	snprintf(node, sizeof(node), "%.80s/uacce-node-XXXXXX", tmp != NULL ? tmp : "/tmp");
	fd = mkstemp(node);
	TEST_ASSERT(fd >= 0 && log_catch() == 0, "no file or log");
	close(fd);
	rc = body();
	fake_tear_down();
	if (rc != 0)
		printf("log: %s\n", log_text());
	log_release();
	unlink(node);

	return rc;
}

/* The step-th call fails with err: rc and text are as expected. */
static int
fail_step(unsigned int step, int err, const char *text)
{
	struct uacce_queue q = { 0 };
	int rc;

	log_forget();
	fake.step = 0;
	fake.fail_step = step;
	fake.fail_nb = 100;
	fake.fail_errno = err;
	rc = uacce_queue_open(&q, &dev, &uacce_kernel_ops, NULL);
	if (rc == 0 && step == 2)
		rc = uacce_queue_start(&q);
	fake.fail_step = 0;
	TEST_ASSERT(rc == -err && log_lines() == 1, "%d, %u lines", rc, log_lines());
	TEST_ASSERT(log_has(text), "'%s' is not said", text);
	uacce_queue_close(&q);
	return 0;
}

static int
body_open_hints(void)
{
	static const struct {
		int err;
		const char *text[3];
	} hints[] = {
		{ EBUSY, { "all queues", "available_instances", "pf_q_num" } },
		{ EPERM, { "reset", "try again", "device cgroup" } },
		{ EACCES, { "udev", "GROUP", "MODE" } },
		{ ENOENT, { "no such node", "container", "dev_path" } },
		{ ENODEV, { "PASID", "SVA", "IOMMU" } },
		{ EINVAL, { "removed", "another device", "bind" } },
		{ ENXIO, { "gone", "another device", "bind" } },
		{ ENOMEM, { "out of memory", "IOMMU", "5.8" } },
		{ EMFILE, { "open files", "ulimit -n", "process" } },
		{ ENFILE, { "open files", "fs.file-max", "system" } },
		{ EINTR, { "signals", "block", "try again" } },
		{ EDOM, { "dmesg", "dmesg", "dmesg" } },
	};

	set_up("/nonexistent/hisi_zip-3");
	for (unsigned int i = 0; i < DIM(hints); i++)
		for (unsigned int k = 0; k < 3; k++)
			TEST_ASSERT(fail_step(1, hints[i].err, hints[i].text[k]) == 0, "%s",
				strerror(hints[i].err));
	for (int err = -5; err < 4096; err++)
		TEST_ASSERT(uacce_open_hint(err) != NULL && uacce_open_hint(err)[0] != '\0',
			"no hint for %d", err);
	return 0;
}

static int
body_start_hints(void)
{
	static const struct {
		int err;
		const char *text;
	} hints[] = {
		{ EPERM, "reset" }, { EBUSY, "mailbox" }, { EIO, "dmesg" },
		{ ETIMEDOUT, "did not answer" }, { ENXIO, "gone" }, { EINVAL, "state" },
	};

	set_up("/nonexistent/hisi_zip-3");
	for (unsigned int i = 0; i < DIM(hints); i++)
		TEST_ASSERT(fail_step(2, hints[i].err, hints[i].text) == 0, "%s",
			strerror(hints[i].err));
	return 0;
}

static int
body_no_access(void)
{
	static const struct {
		mode_t mode;
		const char *text, *who;
	} modes[] = {
		{ 0600, "mode 0600", "root and its owner" },
		{ 0640, "mode 0640", "root and its owner" },
		{ 0660, "mode 0660", "members of its group" },
		{ 0666, "mode 0666", "everybody" },
		{ 0400, "mode 0400", "only root" },
	};
	char id[64];

	set_up(node);
	/* root can give the file ids that no user has; others test with their own */
	if (geteuid() == 0)
		TEST_ASSERT(chown(node, 54321, 54322) == 0, "%s", strerror(errno));
	for (unsigned int i = 0; i < DIM(modes); i++) {
		TEST_ASSERT(chmod(node, modes[i].mode) == 0, "%s", strerror(errno));
		TEST_ASSERT(fail_step(1, EACCES, modes[i].text) == 0 &&
			log_has(modes[i].who), "%s", modes[i].text);
		TEST_ASSERT(log_has(node) && log_has("udev"), "node or remedy");
		snprintf(id, sizeof(id), "%u", geteuid() == 0 ? 54321 : geteuid());
		TEST_ASSERT(log_has(id), "owner");
		snprintf(id, sizeof(id), "%u", geteuid() == 0 ? 54322 : getegid());
		TEST_ASSERT(log_has(id), "group");
		snprintf(id, sizeof(id), "(%u)", geteuid());
		TEST_ASSERT(log_has("runs as") && log_has(id), "this process");
	}
	if (geteuid() == 0) {
		TEST_ASSERT(chown(node, 0, 0) == 0, "%s", strerror(errno));
		TEST_ASSERT(fail_step(1, EACCES, "owner root (0), group ") == 0 &&
			log_has(" (0), mode"), "names");
	}

	set_up("/nonexistent/hisi_zip-3");
	TEST_ASSERT(fail_step(1, EACCES, "cannot be read either") == 0, "no stat");
	return 0;
}

/* Messages are errors, and of the type that the build names. */
static int
body_level(void)
{
	struct uacce_queue q = { 0 };

	set_up("/nonexistent/hisi_zip-3");
	fake.nb_queues = 0;
	rte_log_set_level_pattern(LOGTYPE, RTE_LOG_ERR);
	TEST_ASSERT(uacce_queue_open(&q, &dev, &uacce_kernel_ops, NULL) == -EBUSY &&
		log_lines() == 1, "not at level ERR");
	rte_log_set_level_pattern(LOGTYPE, RTE_LOG_CRIT);
	TEST_ASSERT(uacce_queue_open(&q, &dev, &uacce_kernel_ops, NULL) == -EBUSY &&
		log_lines() == 1, "above level ERR");
	rte_log_set_level_pattern(LOGTYPE, RTE_LOG_NOTICE);
	return 0;
}

static int other_unmapped;

static int
other_ok(struct uacce_queue *q)
{
	(void)q;
	return 0;
}

static int
other_denied(struct uacce_queue *q)
{
	(void)q;
	return -EACCES;
}

static int
other_ioctl(struct uacce_queue *q, unsigned long cmd, void *arg)
{
	(void)q;
	(void)cmd;
	(void)arg;
	return 0;
}

/* A region that is no memory has no address. */
static int
other_map(struct uacce_queue *q, enum uacce_region region, size_t len, void **addr)
{
	(void)len;
	*addr = region == UACCE_REGION_MMIO ? NULL : q->backend;
	return 0;
}

static int
other_unmap(struct uacce_queue *q, enum uacce_region region, void *addr, size_t len)
{
	(void)len;
	other_unmapped += addr == (region == UACCE_REGION_MMIO ? NULL : q->backend);
	return 0;
}

static int
body_other_ops(void)
{
	struct uacce_queue_ops ops = {
		.name = "other", .open = other_ok, .ioctl = other_ioctl,
		.map = other_map, .unmap = other_unmap, .close = other_ok,
	};
	struct uacce_queue q = { 0 };
	int backend;

	set_up("");
	TEST_ASSERT(uacce_queue_open(&q, &dev, &ops, &backend) == 0 &&
		q.backend == &backend && uacce_queue_map(&q) == 0 &&
		q.region[UACCE_REGION_DUS] == &backend, "up");
	uacce_queue_close(&q);
	TEST_ASSERT(other_unmapped == 2 && fake.step == 0 && log_lines() == 0, "%d",
		other_unmapped);

	ops.open = other_denied;
	TEST_ASSERT(uacce_queue_open(&q, &dev, &ops, &backend) == -EACCES &&
		log_has("queue of other") && !log_has("owner"), "denied");
	return 0;
}

static int
test_hints(void)
{
	if (with_log(body_open_hints) != 0 || with_log(body_start_hints) != 0 ||
	    with_log(body_no_access) != 0 || with_log(body_level) != 0 ||
	    with_log(body_other_ops) != 0)
		return -1;
	return 0;
}

UACCE_TEST(uacce_queue_hints, test_hints);
