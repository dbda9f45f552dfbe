/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/*
 * Attributes of a device in sysfs: each one missing, odd, hostile or random.
 * Whatever is wrong with one device, a healthy one next to it stays found.
 */

#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <uacce.h>

#include "test.h"
#include "test_uacce_tree.h"

#define DEV		"hisi_zip-4"	/* the device that tests spoil */
#define GOOD		"hisi_zip-9"	/* its healthy neighbour */

static unsigned int
open_fds(void)
{
	DIR *d = opendir("/proc/self/fd");
	unsigned int n = 0;

	while (d != NULL && readdir(d) != NULL)
		n++;
	closedir(d);
	return n;
}

/* Run body in a fresh tree that holds GOOD. */
static int
with_tree(int (*body)(void))
{
	unsigned int fds = open_fds();
	int rc;

	TEST_ASSERT(tree_make() == 0 && tree_dev_make(GOOD) == 0, "no tree");
	rc = body();
	tree_remove();
	TEST_ASSERT(open_fds() == fds, "descriptors leak");

	return rc;
}

/* DEV is passed over, the reason names both words, GOOD is found. */
static int
expect_skip(const char *what, const char *word1, const char *word2)
{
	int n = tree_scan(&tree_any);

	TEST_ASSERT(n == 1 && strcmp(tree_devs[0].name, GOOD) == 0, "%s: %d found", what, n);
	TEST_ASSERT(tree_nb_skips == 1, "%s: %u skipped", what, tree_nb_skips);
	TEST_ASSERT(strstr(tree_reason(DEV), word1) != NULL &&
		strstr(tree_reason(DEV), word2) != NULL, "%s: reason is '%s', not %s and %s",
		what, tree_reason(DEV), word1, word2);
	return 0;
}

/* DEV is found, before GOOD. */
static int
expect_found(const char *what)
{
	int n = tree_scan(&tree_any);

	TEST_ASSERT(n == 2 && tree_nb_skips == 0, "%s: %d found, skipped: %s", what, n,
		tree_reason(DEV));
	TEST_ASSERT(strcmp(tree_devs[0].name, DEV) == 0 && strcmp(tree_devs[1].name, GOOD) == 0,
		"%s: found %s and %s", what, tree_devs[0].name, tree_devs[1].name);
	return 0;
}

static int
body_values(void)
{
	size_t page = sysconf(_SC_PAGESIZE);
	const struct uacce_dev *d = &tree_devs[0];
	char path[512];

	TEST_ASSERT(tree_dev_make(DEV) == 0 && expect_found("healthy") == 0, "healthy");
	snprintf(path, sizeof(path), "%s/%s", tree_class(), DEV);
	TEST_ASSERT(strcmp(d->sysfs, path) == 0, "%s", d->sysfs);
	TEST_ASSERT(strcmp(d->node, "/dev/" DEV) == 0, "%s", d->node);
	TEST_ASSERT(strcmp(d->api, "hisi_qm_v3") == 0 && d->api_ver == 3, "%s", d->api);
	TEST_ASSERT(strcmp(d->algs, "zlib\ngzip\ndeflate\nlz77_zstd\n") == 0, "%s", d->algs);
	TEST_ASSERT(d->flags == UACCE_FLAG_SVA, "%u", d->flags);
	TEST_ASSERT(d->available == 62 && d->numa_node == 2, "%d, %d",
		d->available, d->numa_node);
	TEST_ASSERT(d->mmio_size == 16 * page && d->dus_size == 37 * page, "sizes");
	TEST_ASSERT(d->has_isolate && !d->isolated && d->isolate_strategy == 7, "isolate");
	return 0;
}

static const struct {
	const char *attr;
	bool number, may_miss;
} attrs[] = {
	{ "api", false, false },
	{ "algorithms", false, false },
	{ "flags", true, false },
	{ "available_instances", true, false },
	{ "region_mmio_size", true, false },
	{ "region_dus_size", true, false },
	{ "isolate", true, true },
	{ "isolate_strategy", true, true },
};

static int
spoil_text(const char *attr)
{
	char text[8192];

	TEST_ASSERT(tree_attr_set(DEV, attr, "") == 0 &&
		expect_skip("empty", attr, "empty") == 0, "%s", attr);
	TEST_ASSERT(tree_attr_set(DEV, attr, "\n") == 0 &&
		expect_skip("empty line", attr, "empty") == 0, "%s", attr);
	TEST_ASSERT(tree_attr_write(DEV, attr, "1\0002\n", 4) == 0 &&
		expect_skip("NUL", attr, "unexpected") == 0, "%s", attr);
	TEST_ASSERT(tree_attr_set(DEV, attr, "zlib\n\x1b[31mred\n") == 0 &&
		expect_skip("escape", attr, "unexpected") == 0, "%s", attr);
	memset(text, '1', sizeof(text));
	TEST_ASSERT(tree_attr_write(DEV, attr, text, sizeof(text)) == 0 &&
		expect_skip("too long", attr, strerror(EFBIG)) == 0, "%s", attr);
	return 0;
}

static int
spoil_number(const char *attr)
{
	static const char * const bad[] = {
		"x", "0x1000", "-1", "+1", "1.", "1\n\n", "1\n1", " 1", "1 ", "1\r\n",
		"4096k", "99999999999999999999", "18446744073709551616", "4294967296",
	};

	for (unsigned int i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		TEST_ASSERT(tree_attr_set(DEV, attr, bad[i]) == 0 &&
			expect_skip(bad[i], attr, attr) == 0, "%s", attr);
	TEST_ASSERT(tree_attr_set(DEV, attr, "12z") == 0 &&
		expect_skip("12z", attr, "not a decimal number") == 0, "%s", attr);
	TEST_ASSERT(tree_attr_set(DEV, attr, "9999999999") == 0 &&
		expect_skip("9999999999", attr, "more than") == 0, "%s", attr);
	return 0;
}

static int
spoil_file(const char *attr, bool may_miss)
{
	TEST_ASSERT(tree_attr_remove(DEV, attr) == 0, "%s", attr);
	if (may_miss)
		TEST_ASSERT(expect_found("missing") == 0, "%s", attr);
	else
		TEST_ASSERT(expect_skip("missing", attr, strerror(ENOENT)) == 0, "%s", attr);

	TEST_ASSERT(mkdir(tree_attr(DEV, attr), 0755) == 0 &&
		expect_skip("unreadable", attr, strerror(EISDIR)) == 0, "%s", attr);
	tree_attr_remove(DEV, attr);
	TEST_ASSERT(mkfifo(tree_attr(DEV, attr), 0600) == 0 &&
		expect_skip("fifo", attr, "empty") == 0, "%s", attr);
	tree_attr_remove(DEV, attr);
	TEST_ASSERT(symlink(attr, tree_attr(DEV, attr)) == 0 &&
		expect_skip("link to itself", attr, strerror(ELOOP)) == 0, "%s", attr);
	tree_attr_remove(DEV, attr);
	return 0;
}

static int
body_spoil(void)
{
	for (unsigned int i = 0; i < sizeof(attrs) / sizeof(attrs[0]); i++) {
		const char *attr = attrs[i].attr;

		TEST_ASSERT(tree_dev_make(DEV) == 0, "no device");
		if (spoil_text(attr) != 0 || spoil_file(attr, attrs[i].may_miss) != 0 ||
		    (attrs[i].number && spoil_number(attr) != 0))
			return -1;
		TEST_ASSERT(tree_dev_remove(DEV) == 0, "not removed");
	}
	return 0;
}

static int
body_sizes(void)
{
	static const char * const sizes[] = { "region_mmio_size", "region_dus_size" };
	unsigned int page = sysconf(_SC_PAGESIZE);
	char odd[32];

	snprintf(odd, sizeof(odd), "%u\n", page + 8);
	for (unsigned int i = 0; i < 2; i++) {
		TEST_ASSERT(tree_dev_make(DEV) == 0, "no device");
		TEST_ASSERT(tree_attr_set(DEV, sizes[i], "0\n") == 0 &&
			expect_skip("0", sizes[i], "pages") == 0, "%s", sizes[i]);
		TEST_ASSERT(tree_attr_set(DEV, sizes[i], odd) == 0 &&
			expect_skip("odd", sizes[i], "pages") == 0, "%s", sizes[i]);
		TEST_ASSERT(tree_attr_set(DEV, sizes[i], "1073741824\n") == 0 &&
			expect_skip("1 GiB", sizes[i], "more than") == 0, "%s", sizes[i]);
		tree_dev_remove(DEV);
	}
	return 0;
}

static int
body_tolerated(void)
{
	static const char * const numa_bad[] = {
		"-1\n", "-7\n", "x\n", "", "1 2\n", "4294967296\n", "2\n3\n",
	};

	TEST_ASSERT(tree_dev_make(DEV) == 0, "no device");
	TEST_ASSERT(tree_attr_set(DEV, "available_instances", "0\n") == 0 &&
		expect_found("none free") == 0 && tree_devs[0].available == 0, "none free");
	TEST_ASSERT(tree_attr_set(DEV, "flags", "1") == 0 && expect_found("no newline") == 0,
		"final newline");
	TEST_ASSERT(tree_attr_set(DEV, "flags", "4294967293\n") == 0 &&
		expect_found("flags") == 0 && tree_devs[0].flags == 4294967293u, "flags");

	for (unsigned int i = 0; i < sizeof(numa_bad) / sizeof(numa_bad[0]); i++)
		TEST_ASSERT(tree_attr_set(DEV, "device/numa_node", numa_bad[i]) == 0 &&
			expect_found("numa") == 0 && tree_devs[0].numa_node == -1,
			"numa_node '%s' is %d", numa_bad[i], tree_devs[0].numa_node);
	tree_attr_remove(DEV, "device/numa_node");
	TEST_ASSERT(expect_found("numa") == 0 && tree_devs[0].numa_node == -1, "no numa_node");
	tree_attr_remove(DEV, "device");
	TEST_ASSERT(expect_found("numa") == 0 && tree_devs[0].numa_node == -1, "no parent");

	/* kernels before 6.3 */
	tree_attr_remove(DEV, "isolate");
	TEST_ASSERT(expect_found("no isolate") == 0 && !tree_devs[0].has_isolate, "isolate");
	tree_attr_remove(DEV, "isolate_strategy");
	TEST_ASSERT(expect_found("no isolate*") == 0 && !tree_devs[0].has_isolate &&
		!tree_devs[0].isolated && tree_devs[0].isolate_strategy == 0, "isolate*");
	return 0;
}

static int
uacce_random(unsigned int *seed, char *text, unsigned int max)
{
	static const char sauce[] = "0123456789\n\nzlib gzip-hisi_qm_v";
	unsigned int len = rand_r(seed) % (rand_r(seed) % max + 1);

	for (unsigned int i = 0; i < len; i++)
		text[i] = rand_r(seed) % 4 ? sauce[rand_r(seed) % (sizeof(sauce) - 1)] :
			rand_r(seed);
	return len;
}

static int
sane(const struct uacce_dev *d)
{
	size_t len = strnlen(d->algs, sizeof(d->algs));

	TEST_ASSERT(len > 1 && len < sizeof(d->algs) && d->algs[len - 1] == '\n', "algs");
	TEST_ASSERT(strnlen(d->api, sizeof(d->api)) < sizeof(d->api), "api");
	TEST_ASSERT(d->api_ver >= 2 && (d->flags & UACCE_FLAG_SVA) != 0 && !d->isolated,
		"unfit");
	TEST_ASSERT(d->available >= 0 && d->numa_node >= -1, "negative");
	TEST_ASSERT(d->mmio_size != 0 && d->mmio_size < 1u << 30 &&
		d->dus_size != 0 && d->dus_size < 1u << 30, "sizes");
	return 0;
}

static int
body_random(void)
{
	unsigned int seed = 1, nb_attrs = sizeof(attrs) / sizeof(attrs[0]);
	char text[1024];

	TEST_ASSERT(tree_dev_make(DEV) == 0, "no device");
	for (unsigned int i = 0; i < 4000; i++) {
		unsigned int k = rand_r(&seed) % (nb_attrs + 1);
		const char *attr = k < nb_attrs ? attrs[k].attr : "device/numa_node";
		int len = uacce_random(&seed, text, i % 2 ? 12 : sizeof(text));
		int n;

		TEST_ASSERT(tree_attr_write(DEV, attr, text, len) == 0, "%s", attr);
		n = tree_scan(&tree_any);
		TEST_ASSERT(n + tree_nb_skips == 2, "%d + %u", n, tree_nb_skips);
		TEST_ASSERT(n >= 1 && strcmp(tree_devs[n - 1].name, GOOD) == 0, "%d", n);
		for (int j = 0; j < n; j++)
			TEST_ASSERT(sane(&tree_devs[j]) == 0, "round %u, %s", i, attr);
		for (unsigned int j = 0; j < tree_nb_skips; j++)
			TEST_ASSERT(strnlen(tree_skips[j].reason, UACCE_REASON_LEN) > 8 &&
				strnlen(tree_skips[j].reason, UACCE_REASON_LEN) <
				UACCE_REASON_LEN, "round %u, %s", i, attr);
		/* heal at times, or one bad attribute would shadow the others */
		if (k < nb_attrs && rand_r(&seed) % 4 != 0)
			tree_attr_copy(DEV, GOOD, attr);
	}
	return 0;
}

static int
test_sysfs_attrs(void)
{
	if (with_tree(body_values) != 0 || with_tree(body_spoil) != 0 ||
	    with_tree(body_sizes) != 0 || with_tree(body_tolerated) != 0)
		return -1;
	return 0;
}

static int
test_sysfs_random(void)
{
	return with_tree(body_random);
}

UACCE_TEST(uacce_sysfs_attrs, test_sysfs_attrs);
UACCE_TEST(uacce_sysfs_random, test_sysfs_random);
