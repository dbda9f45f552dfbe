/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/*
 * Devices in sysfs (datasheet 1.1 to 1.3).
 *
 * The class directory is the user's to name, so what it holds is input like any
 * other: reads are bounded, numbers strict, text printable, and whatever is
 * refused is refused with its reason.
 */

#include <assert.h>
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <rte_common.h>
#include <rte_errno.h>

#include "uacce.h"

/* digits of the largest number, its newline, NUL, and room to see "too long" */
#define NUM_LEN		32
#define DIGITS		"0123456789"
#define NOIOMMU_SUFFIX	"_noiommu"

/*
 * The largest DUS region is 9 MiB (16-bit depths), the largest MMIO region one
 * 64 KiB window. What is far beyond that is no size.
 */
#define REGION_SIZE_MAX	(64u << 20)

static_assert(UACCE_ALGS_LEN > 256, "the kernel's list may have 256 bytes");
static_assert(sizeof(size_t) >= sizeof(uint32_t), "sizes are parsed up to 32 bits");

/* One class entry while it is read. */
struct entry {
	int dir;			/* its directory */
	struct uacce_skip *why;		/* set on failure */
};

static int __rte_format_printf(3, 4)
fail(struct uacce_skip *why, int rc, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why->reason, sizeof(why->reason), fmt, ap);
	va_end(ap);

	return rc;
}

static bool
is_text(const char *s, size_t len, bool lines)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (!isgraph((unsigned char)s[i]) && !(lines && s[i] == '\n'))
			return false;

	return true;
}

/* Whole file to a NUL-ended string that may hold further NULs. */
static ssize_t
fd_read(int fd, char *buf, size_t size)
{
	unsigned int tries = 2 * size;
	size_t len = 0;
	ssize_t n;

	/* a read that is not interrupted brings a byte or ends this */
	while (len < size && tries-- > 0) {
		n = read(fd, buf + len, size - len);
		if (n < 0 && errno != EINTR)
			return -errno;
		if (n == 0) {
			buf[len] = '\0';
			return len;
		}
		if (n > 0)
			len += n;
	}

	return len < size ? -EINTR : -EFBIG;
}

static ssize_t
attr_read(int dir, const char *attr, char *buf, size_t size)
{
	ssize_t len;
	int fd;

	/* NONBLOCK: a FIFO in place of an attribute must not hang the scan */
	fd = openat(dir, attr, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return -errno;
	len = fd_read(fd, buf, size);
	close(fd);

	return len;
}

static int
attr_fail(const struct entry *e, const char *attr, int rc)
{
	return fail(e->why, rc, "attribute %s: %s", attr, rte_strerror(-rc));
}

/* Non-empty printable text; one final newline is cut. */
static int
attr_text(const struct entry *e, const char *attr, char *buf, size_t size,
	  bool lines)
{
	ssize_t len;

	len = attr_read(e->dir, attr, buf, size);
	if (len < 0)
		return attr_fail(e, attr, len);
	if (len > 0 && buf[len - 1] == '\n')
		buf[--len] = '\0';
	if (len == 0)
		return fail(e->why, -EINVAL, "attribute %s: empty", attr);
	if (!is_text(buf, len, lines))
		return fail(e->why, -EINVAL, "attribute %s: unexpected characters", attr);

	return 0;
}

/* Decimal digits and nothing else. */
static int
num_parse(const char *s, uint32_t max, uint32_t *val)
{
	unsigned long long v;
	size_t len = strlen(s);

	if (len == 0 || strspn(s, DIGITS) != len)
		return -EINVAL;

	/* the largest value there is stands for all that are larger */
	v = strtoull(s, NULL, 10);
	if (v > max)
		return -ERANGE;

	*val = v;
	return 0;
}

static int
attr_num(const struct entry *e, const char *attr, uint32_t max, uint32_t *val)
{
	char buf[NUM_LEN];
	int rc;

	rc = attr_text(e, attr, buf, sizeof(buf), false);
	if (rc < 0)
		return rc;

	rc = num_parse(buf, max, val);
	if (rc == -ERANGE)
		return fail(e->why, rc, "attribute %s: more than %u", attr, max);
	if (rc < 0)
		return fail(e->why, rc, "attribute %s: not a decimal number", attr);

	return 0;
}

static int
attr_size(const struct entry *e, const char *attr, size_t *size)
{
	uint32_t page = sysconf(_SC_PAGESIZE);
	uint32_t val = 0;
	int rc;

	rc = attr_num(e, attr, REGION_SIZE_MAX, &val);
	if (rc < 0)
		return rc;
	/* the kernel compares with the length of the mapping, which is pages */
	if (val == 0 || val % page != 0)
		return fail(e->why, -EINVAL, "attribute %s: %u is no number of %u byte pages",
			attr, val, page);

	*size = val;
	return 0;
}

/* The number at the end of the api; 0 if there is none. */
static unsigned int
api_version(const char *api)
{
	const char *s = api + strlen(api);
	uint32_t ver = 0;

	while (s > api && isdigit((unsigned char)s[-1]))
		s--;

	return num_parse(s, INT_MAX, &ver) == 0 ? ver : 0;
}

static int
dev_read_text(const struct entry *e, struct uacce_dev *dev)
{
	int rc;

	rc = attr_text(e, "api", dev->api, sizeof(dev->api), false);
	/* one byte less: the last name gets its newline back */
	if (rc == 0)
		rc = attr_text(e, "algorithms", dev->algs, sizeof(dev->algs) - 1, true);
	if (rc < 0)
		return rc;

	strcat(dev->algs, "\n");
	dev->api_ver = api_version(dev->api);
	return 0;
}

static int
dev_read_numbers(const struct entry *e, struct uacce_dev *dev)
{
	uint32_t available = 0;
	int rc;

	rc = attr_num(e, "flags", UINT32_MAX, &dev->flags);
	if (rc == 0)
		rc = attr_num(e, "available_instances", INT_MAX, &available);
	if (rc == 0)
		rc = attr_size(e, "region_mmio_size", &dev->mmio_size);
	if (rc == 0)
		rc = attr_size(e, "region_dus_size", &dev->dus_size);

	dev->available = available;
	return rc;
}

/* Both attributes came with Linux 6.3, and each may be hidden. */
static int
dev_read_isolate(const struct entry *e, struct uacce_dev *dev)
{
	uint32_t isolated = 0;
	int rc;

	rc = attr_num(e, "isolate", 1, &isolated);
	if (rc < 0 && rc != -ENOENT)
		return rc;
	dev->has_isolate = rc == 0;
	dev->isolated = isolated != 0;

	rc = attr_num(e, "isolate_strategy", UINT32_MAX, &dev->isolate_strategy);
	return rc == -ENOENT ? 0 : rc;
}

/* The parent's attribute, a hint only: any failure means "unknown". */
static int
dev_read_numa(const struct entry *e)
{
	struct uacce_skip ignored;
	struct entry parent = { .dir = e->dir, .why = &ignored };
	uint32_t node = 0;

	if (attr_num(&parent, "device/numa_node", INT_MAX, &node) < 0)
		return -1;

	return node;
}

static int
dev_read_attrs(const struct entry *e, struct uacce_dev *dev)
{
	int rc;

	rc = dev_read_text(e, dev);
	if (rc == 0)
		rc = dev_read_numbers(e, dev);
	if (rc == 0)
		rc = dev_read_isolate(e, dev);
	if (rc == 0)
		dev->numa_node = dev_read_numa(e);

	return rc;
}

/* a / b, or false if that does not fit. */
static bool
path_join(char *path, const char *a, const char *b)
{
	int len = snprintf(path, UACCE_PATH_LEN, "%s/%s", a, b);

	return len >= 0 && len < UACCE_PATH_LEN;
}

static int
dev_set_names(struct uacce_dev *dev, const char *class_path, const char *dev_path,
	      const char *name, struct uacce_skip *why)
{
	size_t len = strlen(name);
	size_t i;

	/* the name goes to logs even if it is refused */
	snprintf(why->name, sizeof(why->name), "%s", name);
	for (i = 0; why->name[i] != '\0'; i++)
		if (!isgraph((unsigned char)why->name[i]))
			why->name[i] = '?';

	if (len == 0 || name[0] == '.' || strchr(name, '/') != NULL ||
	    !is_text(name, len, false))
		return fail(why, -EINVAL, "not the name of a uacce device");
	if (len >= sizeof(dev->name))
		return fail(why, -ENAMETOOLONG, "its name is longer than %zu characters",
			sizeof(dev->name) - 1);
	memcpy(dev->name, name, len + 1);

	if (!path_join(dev->sysfs, class_path, name) ||
	    !path_join(dev->node, dev_path, name))
		return fail(why, -ENAMETOOLONG, "its path is longer than %d characters",
			UACCE_PATH_LEN - 1);

	return 0;
}

int
uacce_dev_read(const char *class_path, const char *dev_path, const char *name,
	       struct uacce_dev *dev, struct uacce_skip *reason)
{
	/* apart from *dev, which keeps what it had on failure and may hold name */
	struct uacce_dev fresh = { .numa_node = -1 };
	struct uacce_skip ignored;
	struct entry e = { .why = reason != NULL ? reason : &ignored };
	int rc;

	rc = dev_set_names(&fresh, class_path, dev_path, name, e.why);
	if (rc < 0)
		return rc;

	e.dir = open(fresh.sysfs, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (e.dir < 0) {
		rc = -errno;
		return fail(e.why, rc, "class entry: %s", rte_strerror(-rc));
	}
	rc = dev_read_attrs(&e, &fresh);
	close(e.dir);
	if (rc < 0)
		return rc;

	/* an attribute that may be missing left one */
	e.why->reason[0] = '\0';
	*dev = fresh;
	return 0;
}

bool
uacce_dev_has_alg(const struct uacce_dev *dev, const char *alg)
{
	const char *line = dev->algs;
	size_t len = strlen(alg);
	size_t n;

	while (*line != '\0') {
		n = strcspn(line, "\n");
		if (n != 0 && n == len && memcmp(line, alg, n) == 0)
			return true;
		line += n;
		line += *line == '\n';
	}

	return false;
}

static int
match_api(const struct uacce_dev *dev, const struct uacce_match *match,
	  struct uacce_skip *why)
{
	size_t len = strlen(match->api_prefix);
	size_t end = strlen(dev->api);
	uint32_t ver;

	if (end >= strlen(NOIOMMU_SUFFIX) &&
	    strcmp(dev->api + end - strlen(NOIOMMU_SUFFIX), NOIOMMU_SUFFIX) == 0)
		return fail(why, -ENOTSUP,
			"api %s: the kernel runs the device without IOMMU, SVA is needed",
			dev->api);
	if (strncmp(dev->api, match->api_prefix, len) != 0 ||
	    num_parse(dev->api + len, INT_MAX, &ver) < 0)
		return fail(why, -ENOTSUP, "api %s: not %s and a version number",
			dev->api, match->api_prefix);
	if (ver < match->api_min)
		return fail(why, -ENOTSUP,
			"api %s: v%u's doorbells are not supported, %s%u or later is needed",
			dev->api, ver, match->api_prefix, match->api_min);

	return 0;
}

static int
match_dev(const struct uacce_dev *dev, const struct uacce_match *match,
	  struct uacce_skip *why)
{
	const char * const *alg;
	int rc;

	for (alg = match->algs; *alg != NULL; alg++)
		if (uacce_dev_has_alg(dev, *alg))
			break;
	/* first, for it tells best what the entry is: another kind of engine */
	if (*alg == NULL)
		return fail(why, -ENOTSUP, "algorithms: no wanted algorithm is listed");

	rc = match_api(dev, match, why);
	if (rc < 0)
		return rc;

	if ((dev->flags & UACCE_FLAG_SVA) == 0)
		return fail(why, -ENOTSUP,
			"flags: %u has no SVA bit, the IOMMU must be on and support SVA",
			dev->flags);
	if (dev->isolated)
		return fail(why, -EIO,
			"isolate: the kernel isolated the device after hardware errors");

	return 0;
}

static int
scan_one(const char *class_path, const char *dev_path, const char *name,
	 const struct uacce_match *match, struct uacce_dev *dev,
	 struct uacce_skip *why)
{
	int rc;

	if (match->name != NULL && strcmp(match->name, name) != 0) {
		rc = dev_set_names(dev, class_path, dev_path, name, why);
		return rc < 0 ? rc :
			fail(why, -ENODEV, "not the device asked for, %s", match->name);
	}

	rc = uacce_dev_read(class_path, dev_path, name, dev, why);
	if (rc < 0)
		return rc;
	return match_dev(dev, match, why);
}

static int
is_entry(const struct dirent *d)
{
	return d->d_name[0] != '.';
}

int
uacce_scan(const char *class_path, const char *dev_path,
	   const struct uacce_match *match,
	   struct uacce_dev *devs, unsigned int max_devs,
	   struct uacce_skip *skips, unsigned int max_skips,
	   unsigned int *nb_skips)
{
	unsigned int nb_devs = 0, nb = 0;
	struct dirent **list = NULL;
	struct uacce_skip why;
	struct uacce_dev dev;
	int i, n, rc;

	if (nb_skips != NULL)
		*nb_skips = 0;

	n = scandir(class_path, &list, is_entry, versionsort);
	if (n < 0)
		return errno == ENOENT ? 0 : -errno;

	for (i = 0; i < n; i++) {
		rc = scan_one(class_path, dev_path, list[i]->d_name, match, &dev, &why);
		free(list[i]);
		if (rc == 0 && nb_devs < max_devs) {
			devs[nb_devs++] = dev;
			continue;
		}
		if (rc == 0) {
			snprintf(why.name, sizeof(why.name), "%s", dev.name);
			fail(&why, 0, "it fits, but only %u devices are taken", max_devs);
		}
		if (skips != NULL && nb < max_skips)
			skips[nb++] = why;
	}
	free(list);

	if (nb_skips != NULL)
		*nb_skips = nb;
	return nb_devs;
}
