/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/*
 * Which devices a scan takes, in which order, and what it says of the others.
 */

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <uacce.h>

#include "test.h"
#include "test_uacce_tree.h"

#define DEV		"hisi_zip-4"	/* the device that tests change */
#define GOOD		"hisi_zip-9"

static int
with_tree(int (*body)(void))
{
	int rc;

	TEST_ASSERT(tree_make() == 0 && tree_dev_make(GOOD) == 0 &&
		tree_dev_make(DEV) == 0, "no tree");
	rc = body();
	tree_remove();

	return rc;
}

/* With text in an attribute DEV is found (why NULL) or skipped saying why. */
static int
expect(const char *attr, const char *text, const char *why)
{
	int n;

	TEST_ASSERT(tree_attr_set(DEV, attr, text) == 0, "%s", attr);
	n = tree_scan(&tree_any);
	TEST_ASSERT(n == (why ? 1 : 2), "%s '%s': %d found: %s", attr, text, n,
		tree_reason(DEV));
	TEST_ASSERT(strcmp(tree_devs[n - 1].name, GOOD) == 0, "%s '%s': neighbour", attr, text);
	if (why != NULL)
		TEST_ASSERT(strstr(tree_reason(DEV), why) != NULL, "%s '%s': %s", attr, text,
			tree_reason(DEV));
	return 0;
}

static int
expect_all(const char *attr, const char * const cases[][2], unsigned int nb)
{
	for (unsigned int i = 0; i < nb; i++)
		if (expect(attr, cases[i][0], cases[i][1]) != 0)
			return -1;
	return tree_attr_copy(DEV, GOOD, attr);
}

static int
body_api(void)
{
	static const char * const cases[][2] = {
		{ "hisi_qm_v2\n", NULL },
		{ "hisi_qm_v5", NULL },
		{ "hisi_qm_v12\n", NULL },
		{ "hisi_qm_v1\n", "v1's doorbells are not supported" },
		{ "hisi_qm_v1\n", "hisi_qm_v2 or later" },
		{ "hisi_qm_v0\n", "v0's doorbells are not supported" },
		{ "hisi_qm_v2_noiommu\n", "without IOMMU" },
		{ "hisi_qm_v\n", "not hisi_qm_v and a version number" },
		{ "hisi_qm_v2x\n", "not hisi_qm_v and a version number" },
		{ "hisi_qm_v-2\n", "not hisi_qm_v and a version number" },
		{ "hisi_qm_v99999999999\n", "not hisi_qm_v and a version number" },
		{ "hisi_qm2\n", "not hisi_qm_v and a version number" },
		{ "other_v3\n", "api other_v3" },
		{ "qm_hisi_v3\n", "not hisi_qm_v and a version number" },
		{ "_noiommu\n", "without IOMMU" },
		{ "noiommu\n", "api noiommu" },
		{ "3\n", "api 3" },
	};

	if (expect_all("api", cases, sizeof(cases) / sizeof(cases[0])) != 0)
		return -1;
	TEST_ASSERT(expect("api", "hisi_qm_v12\n", NULL) == 0 && tree_devs[0].api_ver == 12 &&
		strcmp(tree_devs[0].api, "hisi_qm_v12") == 0, "%s", tree_devs[0].api);
	return 0;
}

static int
body_algs(void)
{
	static const char none[] = "no wanted algorithm is listed";
	static const char * const cases[][2] = {
		{ "deflate\n", NULL },
		{ "gzip", NULL },
		{ "lz4\nzlib\n", NULL },
		{ "lz4\n\ngzip\n", NULL },
		{ "zlib-deflate\n", none },
		{ "xzlib\nzlibx\nzli\n", none },
		{ "zlib gzip\n", "unexpected characters" },
		{ "zlib,gzip\n", none },
		{ "ZLIB\n", none },
		{ "(null)\n", none },
		{ "rsa\ndh\n", none },
	};
	char text[UACCE_ALGS_LEN + 1];

	if (expect_all("algorithms", cases, sizeof(cases) / sizeof(cases[0])) != 0)
		return -1;

	/* the longest that fits, less its newline, which has to be added */
	memset(text, 'z', sizeof(text));
	memcpy(text, "zlib\n", 5);
	text[UACCE_ALGS_LEN - 2] = '\0';
	TEST_ASSERT(expect("algorithms", text, NULL) == 0 &&
		strlen(tree_devs[0].algs) == UACCE_ALGS_LEN - 1, "longest");
	text[UACCE_ALGS_LEN - 2] = 'z';
	text[UACCE_ALGS_LEN - 1] = '\0';
	TEST_ASSERT(expect("algorithms", text, strerror(EFBIG)) == 0, "too long");
	return 0;
}

static int
body_unfit(void)
{
	static const char * const flags[][2] = {
		{ "1\n", NULL },
		{ "129\n", NULL },
		{ "0\n", "no SVA bit" },
		{ "2\n", "no SVA bit" },
		{ "128\n", "no SVA bit" },
	};
	static const char * const isolate[][2] = {
		{ "0\n", NULL },
		{ "1\n", "isolated the device" },
		{ "2\n", "attribute isolate: more than 1" },
	};

	if (expect_all("flags", flags, sizeof(flags) / sizeof(flags[0])) != 0 ||
	    expect_all("isolate", isolate, sizeof(isolate) / sizeof(isolate[0])) != 0)
		return -1;

	/* another kind of engine is called that, whatever else it lacks */
	TEST_ASSERT(tree_dev_make("hisi_sec2-1") == 0, "no device");
	tree_attr_set("hisi_sec2-1", "algorithms", "cipher\ndigest\naead\n");
	tree_attr_set("hisi_sec2-1", "isolate", "1\n");
	tree_attr_set("hisi_sec2-1", "flags", "0\n");
	TEST_ASSERT(tree_scan(&tree_any) == 2, "neighbours");
	TEST_ASSERT(strstr(tree_reason("hisi_sec2-1"), "no wanted algorithm") != NULL,
		"%s", tree_reason("hisi_sec2-1"));
	return 0;
}

static int
body_name(void)
{
	struct uacce_match match = tree_any;

	match.name = GOOD;
	TEST_ASSERT(tree_scan(&match) == 1 && strcmp(tree_devs[0].name, GOOD) == 0, "by name");
	TEST_ASSERT(tree_nb_skips == 1 && strstr(tree_reason(DEV), "asked for, " GOOD) != NULL,
		"%s", tree_reason(DEV));
	match.name = "hisi_zip-";
	TEST_ASSERT(tree_scan(&match) == 0 && tree_nb_skips == 2, "part of a name");
	tree_attr_set(GOOD, "flags", "0\n");
	match.name = GOOD;
	TEST_ASSERT(tree_scan(&match) == 0 && strstr(tree_reason(GOOD), "SVA") != NULL, "unfit");
	return 0;
}

static int
body_order(void)
{
	static const char * const names[] = {
		"hisi_zip-10", "hisi_zip-2", "hisi_zip-100", "hisi_zip-0", "a_zip-30",
	};
	static const char * const sorted[] = {
		"a_zip-30", "hisi_zip-0", "hisi_zip-2", DEV, GOOD, "hisi_zip-10",
		"hisi_zip-100",
	};
	unsigned int nb;
	int n;

	for (unsigned int i = 0; i < 5; i++)
		TEST_ASSERT(tree_dev_make(names[i]) == 0, "%s", names[i]);
	TEST_ASSERT(tree_scan(&tree_any) == 7 && tree_nb_skips == 0, "not all");
	for (unsigned int i = 0; i < 7; i++)
		TEST_ASSERT(strcmp(tree_devs[i].name, sorted[i]) == 0, "%u: %s", i,
			tree_devs[i].name);

	memset(tree_devs, 0xa5, sizeof(tree_devs));
	n = uacce_scan(tree_class(), "/dev", &tree_any, tree_devs, 3, tree_skips, 2, &nb);
	TEST_ASSERT(n == 3 && nb == 2, "%d, %u", n, nb);
	TEST_ASSERT(strcmp(tree_devs[2].name, "hisi_zip-2") == 0 &&
		(uint8_t)tree_devs[3].name[0] == 0xa5, "wrong ones");
	TEST_ASSERT(strcmp(tree_skips[0].name, DEV) == 0 &&
		strstr(tree_skips[0].reason, "only 3 devices") != NULL, "%s", tree_skips[0].reason);
	n = uacce_scan(tree_class(), "/dev", &tree_any, tree_devs, 3, NULL, 0, NULL);
	TEST_ASSERT(n == 3, "%d without tree_skips", n);
	n = uacce_scan(tree_class(), "/dev", &tree_any, NULL, 0, tree_skips, TREE_NB_SKIPS, &nb);
	TEST_ASSERT(n == 0 && nb == 7, "%d, %u: no room for devices", n, nb);
	return 0;
}

static int
body_many(void)
{
	char name[32];

	for (unsigned int i = 100; i < 400; i++) {
		snprintf(name, sizeof(name), "hisi_zip-%u", i);
		TEST_ASSERT(tree_dev_make(name) == 0, "%s", name);
	}
	TEST_ASSERT(tree_scan(&tree_any) == TREE_NB_DEVS && tree_nb_skips == TREE_NB_SKIPS,
		"limits");
	TEST_ASSERT(strcmp(tree_devs[TREE_NB_DEVS - 1].name, "hisi_zip-161") == 0, "%s",
		tree_devs[TREE_NB_DEVS - 1].name);
	return 0;
}

static int
body_entries(void)
{
	char path[1024], name[101];

	snprintf(path, sizeof(path), "%s/dangling", tree_class());
	TEST_ASSERT(symlink("nowhere", path) == 0, "%s", path);
	snprintf(path, sizeof(path), "%s/loop", tree_class());
	TEST_ASSERT(symlink("loop", path) == 0, "%s", path);
	snprintf(path, sizeof(path), "%s/empty", tree_class());
	TEST_ASSERT(mkdir(path, 0755) == 0, "%s", path);
	snprintf(path, sizeof(path), "%s/.hidden", tree_class());
	TEST_ASSERT(mkdir(path, 0755) == 0, "%s", path);
	snprintf(path, sizeof(path), "%s/evil\n\033[2J", tree_class());
	TEST_ASSERT(mkdir(path, 0755) == 0, "%s", path);
	memset(name, 'n', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	snprintf(path, sizeof(path), "%s/%s", tree_class(), name);
	TEST_ASSERT(mkdir(path, 0755) == 0, "%s", path);
	TEST_ASSERT(tree_attr_set("", "file", "") == 0, "file");

	TEST_ASSERT(tree_scan(&tree_any) == 2 && tree_nb_skips == 6, "%u skipped", tree_nb_skips);
	TEST_ASSERT(strstr(tree_reason("dangling"), strerror(ENOENT)) != NULL, "dangling");
	TEST_ASSERT(strstr(tree_reason("loop"), "class entry") != NULL, "loop");
	TEST_ASSERT(strstr(tree_reason("empty"), "attribute api") != NULL, "empty");
	TEST_ASSERT(strstr(tree_reason("file"), strerror(ENOTDIR)) != NULL, "file");
	TEST_ASSERT(strstr(tree_reason("evil??[2J"), "not the name") != NULL, "evil");
	name[UACCE_NAME_LEN - 1] = '\0';
	TEST_ASSERT(strstr(tree_reason(name), "longer than 63") != NULL, "long name");
	return 0;
}

static int
body_class_path(void)
{
	char path[1024];
	unsigned int nb = 7;
	int n;

	n = uacce_scan("/nonexistent/class", "/dev", &tree_any, tree_devs, 1, tree_skips, 1, &nb);
	TEST_ASSERT(n == 0 && nb == 0, "%d, %u: no class directory", n, nb);
	n = uacce_scan(tree_attr(GOOD, "api"), "/dev", &tree_any, tree_devs, 1, tree_skips, 1, &nb);
	TEST_ASSERT(n == -ENOTDIR && nb == 0, "%d: a file", n);
	snprintf(path, sizeof(path), "%s", tree_class());
	while (strlen(path) < UACCE_PATH_LEN - 8)
		strcat(path, "/.");
	n = uacce_scan(path, "/dev", &tree_any, tree_devs, 1, tree_skips, 1, &nb);
	TEST_ASSERT(n == 0 && nb == 1 && strstr(tree_skips[0].reason, "path is longer"),
		"%d, %u: long path", n, nb);
	n = uacce_scan(tree_class(), path, &tree_any, tree_devs, 1, tree_skips, 1, &nb);
	TEST_ASSERT(n == 0 && nb == 1 && strstr(tree_skips[0].reason, "path is longer"),
		"%d, %u: long node path", n, nb);
	n = uacce_scan(tree_class(), "/some/where", &tree_any, tree_devs, 1, tree_skips, 1, &nb);
	TEST_ASSERT(n == 1 && strcmp(tree_devs[0].node, "/some/where/" DEV) == 0, "%s",
		tree_devs[0].node);
	return 0;
}

static int
body_reread(void)
{
	static const char * const bad[] = { "", ".", "..", "../class/x", "a/b", "a b" };
	struct uacce_dev dev, before;
	struct uacce_skip why;
	int rc;

	rc = uacce_dev_read(tree_class(), "/dev", DEV, &dev, NULL);
	TEST_ASSERT(rc == 0 && strcmp(dev.name, DEV) == 0 && dev.available == 62, "%d", rc);
	tree_attr_set(DEV, "available_instances", "3\n");
	tree_attr_set(DEV, "isolate", "1\n");
	rc = uacce_dev_read(tree_class(), "/dev", dev.name, &dev, &why);
	TEST_ASSERT(rc == 0 && dev.available == 3 && dev.isolated &&
		strcmp(dev.name, DEV) == 0, "%d: news", rc);

	before = dev;
	tree_attr_remove(DEV, "region_dus_size");
	rc = uacce_dev_read(tree_class(), "/dev", dev.name, &dev, &why);
	TEST_ASSERT(rc == -ENOENT && strcmp(why.name, DEV) == 0 &&
		strstr(why.reason, "region_dus_size") != NULL, "%d: %s", rc, why.reason);
	TEST_ASSERT(memcmp(&dev, &before, sizeof(dev)) == 0, "changed by a failure");
	TEST_ASSERT(uacce_dev_read(tree_class(), "/dev", DEV, &dev, NULL) == -ENOENT, "NULL");

	for (unsigned int i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		TEST_ASSERT(uacce_dev_read(tree_class(), "/dev", bad[i], &dev, &why) ==
			-EINVAL && strstr(why.reason, "not the name"), "'%s'", bad[i]);
	rc = uacce_dev_read(tree_class(), "/dev", "hisi_zip-77", &dev, &why);
	TEST_ASSERT(rc == -ENOENT && strstr(why.reason, "class entry"), "%d", rc);
	return 0;
}

static int
test_has_alg(void)
{
	struct uacce_dev dev = { .algs = "zlib\n\ngzip\nlz77_zstd" };

	TEST_ASSERT(uacce_dev_has_alg(&dev, "zlib") && uacce_dev_has_alg(&dev, "gzip") &&
		uacce_dev_has_alg(&dev, "lz77_zstd"), "listed");
	TEST_ASSERT(!uacce_dev_has_alg(&dev, "") && !uacce_dev_has_alg(&dev, "\n") &&
		!uacce_dev_has_alg(&dev, "zli") && !uacce_dev_has_alg(&dev, "lz77") &&
		!uacce_dev_has_alg(&dev, "zstd") && !uacce_dev_has_alg(&dev, "zlib\n") &&
		!uacce_dev_has_alg(&dev, "gzip\nlz77_zstd"), "not listed");
	dev.algs[0] = '\0';
	TEST_ASSERT(!uacce_dev_has_alg(&dev, "zlib") && !uacce_dev_has_alg(&dev, ""), "empty");
	return 0;
}

static int
test_scan_match(void)
{
	if (with_tree(body_api) != 0 || with_tree(body_algs) != 0 ||
	    with_tree(body_unfit) != 0 || with_tree(body_name) != 0)
		return -1;
	return test_has_alg();
}

static int
test_scan_entries(void)
{
	if (with_tree(body_order) != 0 || with_tree(body_many) != 0 ||
	    with_tree(body_entries) != 0 || with_tree(body_class_path) != 0)
		return -1;
	return 0;
}

static int
test_dev_reread(void)
{
	return with_tree(body_reread);
}

UACCE_TEST(uacce_scan_match, test_scan_match);
UACCE_TEST(uacce_scan_entries, test_scan_entries);
UACCE_TEST(uacce_dev_reread, test_dev_reread);
