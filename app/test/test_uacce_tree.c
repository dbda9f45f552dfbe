/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "test_uacce_tree.h"

#define PATH_LEN	512

static char root[128];
static char class_path[160];

const char *
tree_class(void)
{
	return class_path;
}

const char *
tree_root(void)
{
	return root;
}

int
tree_make(void)
{
	const char *tmp = getenv("TMPDIR");
	char path[PATH_LEN];

	snprintf(root, sizeof(root), "%.80s/uacce-tree-XXXXXX",
		tmp != NULL ? tmp : "/tmp");
	if (mkdtemp(root) == NULL)
		return -1;
	snprintf(class_path, sizeof(class_path), "%s/class", root);
	snprintf(path, sizeof(path), "%s/devices", root);
	return mkdir(class_path, 0755) | mkdir(path, 0755);
}

static int
remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st;
	(void)flag;
	(void)ftw;
	return remove(path);
}

void
tree_remove(void)
{
	nftw(root, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

const char *
tree_attr(const char *dev, const char *attr)
{
	static char path[PATH_LEN];

	snprintf(path, sizeof(path), "%s/%s/%s", class_path, dev, attr);
	return path;
}

int
tree_attr_write(const char *dev, const char *attr, const void *data, size_t len)
{
	FILE *f = fopen(tree_attr(dev, attr), "w");
	size_t n;

	if (f == NULL)
		return -1;
	n = len != 0 ? fwrite(data, 1, len, f) : 0;
	return fclose(f) == 0 && n == len ? 0 : -1;
}

int
tree_attr_set(const char *dev, const char *attr, const char *text)
{
	return tree_attr_write(dev, attr, text, strlen(text));
}

int
tree_attr_remove(const char *dev, const char *attr)
{
	return remove(tree_attr(dev, attr));
}

int
tree_attr_copy(const char *dev, const char *from, const char *attr)
{
	char text[4096];
	FILE *f = fopen(tree_attr(from, attr), "r");
	size_t len;

	if (f == NULL)
		return -1;
	len = fread(text, 1, sizeof(text), f);
	fclose(f);
	return tree_attr_write(dev, attr, text, len);
}

static int
dev_make_dirs(const char *dev)
{
	char path[PATH_LEN], target[PATH_LEN];
	int rc;

	snprintf(path, sizeof(path), "%s/devices/%s", root, dev);
	rc = mkdir(path, 0755);
	snprintf(path, sizeof(path), "%s/devices/%s/uacce", root, dev);
	rc |= mkdir(path, 0755);
	snprintf(path, sizeof(path), "%s/devices/%s/uacce/%s", root, dev, dev);
	rc |= mkdir(path, 0755);
	snprintf(target, sizeof(target), "../devices/%s/uacce/%s", dev, dev);
	snprintf(path, sizeof(path), "%s/%s", class_path, dev);
	rc |= symlink(target, path);
	snprintf(target, sizeof(target), "../../../%s", dev);
	return rc | symlink(target, tree_attr(dev, "device"));
}

int
tree_dev_make(const char *dev)
{
	/* DUS as for depths of 1024, MMIO as for one window, in 4 KiB pages */
	unsigned int page = sysconf(_SC_PAGESIZE);
	char text[64];
	int rc;

	rc = dev_make_dirs(dev);
	rc |= tree_attr_set(dev, "api", "hisi_qm_v3\n");
	rc |= tree_attr_set(dev, "flags", "1\n");
	rc |= tree_attr_set(dev, "available_instances", "62\n");
	rc |= tree_attr_set(dev, "algorithms", "zlib\ngzip\ndeflate\nlz77_zstd\n");
	snprintf(text, sizeof(text), "%u\n", 16 * page);
	rc |= tree_attr_set(dev, "region_mmio_size", text);
	snprintf(text, sizeof(text), "%u\n", 37 * page);
	rc |= tree_attr_set(dev, "region_dus_size", text);
	rc |= tree_attr_set(dev, "isolate", "0\n");
	rc |= tree_attr_set(dev, "isolate_strategy", "7\n");
	return rc | tree_attr_set(dev, "device/numa_node", "2\n");
}

int
tree_dev_remove(const char *dev)
{
	char path[PATH_LEN];

	snprintf(path, sizeof(path), "%s/%s", class_path, dev);
	if (remove(path) != 0)
		return -1;
	snprintf(path, sizeof(path), "%s/devices/%s", root, dev);
	return nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

struct uacce_dev tree_devs[TREE_NB_DEVS];
struct uacce_skip tree_skips[TREE_NB_SKIPS];
unsigned int tree_nb_skips;

static const char * const zip_algs[] = { "zlib", "gzip", "deflate", NULL };

const struct uacce_match tree_any = {
	.api_prefix = "hisi_qm_v", .api_min = 2, .algs = zip_algs,
};

int
tree_scan(const struct uacce_match *match)
{
	memset(tree_devs, 0xa5, sizeof(tree_devs));
	memset(tree_skips, 0xa5, sizeof(tree_skips));
	return uacce_scan(tree_class(), "/dev", match, tree_devs, TREE_NB_DEVS,
		tree_skips, TREE_NB_SKIPS, &tree_nb_skips);
}

const char *
tree_reason(const char *dev)
{
	for (unsigned int i = 0; i < tree_nb_skips; i++)
		if (strcmp(tree_skips[i].name, dev) == 0)
			return tree_skips[i].reason;
	return "(not skipped)";
}
