/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/* What sysfs says of a soft device (datasheet 1.2, 1.3), and its shape. */

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "test.h"
#include "test_soft_util.h"

struct attr {
	const char *name;
	const char *text;
};

static int
check_attrs(struct uacce_soft *dev, const struct attr *attrs, unsigned int nb)
{
	char text[256];

	for (unsigned int i = 0; i < nb; i++) {
		int len = (int)strlen(attrs[i].text);
		int ret;

		memset(text, 'x', sizeof(text));
		ret = uacce_soft_attr(dev, attrs[i].name, text, sizeof(text));
		TEST_ASSERT(ret == len && strcmp(text, attrs[i].text) == 0,
			"%s: %d, '%s', not '%s'", attrs[i].name, ret, text, attrs[i].text);
		/* a short buffer is filled as far as it goes */
		memset(text, 'x', sizeof(text));
		ret = uacce_soft_attr(dev, attrs[i].name, text, 2);
		TEST_ASSERT(ret == len && text[0] == attrs[i].text[0] && text[1] == '\0' &&
			text[2] == 'x', "%s cut", attrs[i].name);
	}
	return 0;
}

/* The tables of 1.3, one line for each page size. */
static const char *
mmio_text(unsigned int api)
{
	switch (sysconf(_SC_PAGESIZE)) {
	case 4096:
		return api == 2 ? "8192\n" : "65536\n";
	case 16384:
		return api == 2 ? "16384\n" : "65536\n";
	default:
		return "65536\n";
	}
}

static const char *
dus_text(void)
{
	switch (sysconf(_SC_PAGESIZE)) {
	case 4096:
		return "151552\n";
	case 16384:
		return "163840\n";
	default:
		return "262144\n";
	}
}

static int
test_attrs(void)
{
	static const unsigned int apis[] = { 2, 3, 5 };
	char api_text[32];

	for (unsigned int i = 0; i < DIM(apis); i++) {
		unsigned int api = apis[i];
		const struct uacce_soft_conf conf = { .api = api, .numa_node = -1 };
		const struct attr attrs[] = {
			{ "api", api_text },
			{ "flags", "1\n" },
			{ "available_instances", "64\n" },
			{ "algorithms", api == 2 ? "zlib\ngzip\n" : "zlib\ngzip\ndeflate\n" },
			{ "region_mmio_size", mmio_text(api) },
			{ "region_dus_size", dus_text() },
			{ "isolate", "0\n" },
			{ "isolate_strategy", "0\n" },
			{ "device/numa_node", "-1\n" },
		};
		struct uacce_soft *dev = uacce_soft_create(&conf);
		char none[8];

		TEST_ASSERT(dev != NULL, "api %u", api);
		snprintf(api_text, sizeof(api_text), "hisi_qm_v%u\n", api);
		TEST_ASSERT(check_attrs(dev, attrs, DIM(attrs)) == 0, "api %u", api);
		TEST_ASSERT(uacce_soft_attr(dev, "node_id", none, sizeof(none)) == -ENOENT &&
			uacce_soft_attr(dev, "", none, sizeof(none)) == -ENOENT, "unknown");
		uacce_soft_destroy(dev);
	}
	return 0;
}

/* A zeroed conf is a v3 device of 64 queues, 1024 deep. */
static int
test_defaults(void)
{
	const struct uacce_soft_conf conf = { 0 };
	const struct attr attrs[] = {
		{ "api", "hisi_qm_v3\n" },
		{ "available_instances", "64\n" },
		{ "region_dus_size", dus_text() },
		{ "device/numa_node", "0\n" },
	};
	struct uacce_soft *dev = uacce_soft_create(&conf);

	TEST_ASSERT(dev != NULL, "no device");
	TEST_ASSERT(check_attrs(dev, attrs, DIM(attrs)) == 0, "defaults");
	uacce_soft_destroy(dev);
	uacce_soft_destroy(NULL);
	return 0;
}

static int
test_depths(void)
{
	static const struct {
		unsigned int sq, cq;
	} depths[] = {
		{ 4, 4 }, { 5, 5 }, { 7, 9 }, { 1000, 1000 }, { 1024, 4096 },
		{ 32768, 32768 }, { 4, 32768 },
	};

	for (unsigned int i = 0; i < DIM(depths); i++) {
		const struct uacce_soft_conf conf = {
			.sq_depth = depths[i].sq, .cq_depth = depths[i].cq,
		};
		struct uacce_soft *dev = uacce_soft_create(&conf);
		size_t len = tc_dus_len(depths[i].sq, depths[i].cq);

		TEST_ASSERT(dev != NULL, "%u", i);
		TEST_ASSERT((size_t)tc_attr(dev, "region_dus_size") == len &&
			uacce_soft_dus_size(depths[i].sq, depths[i].cq) == len,
			"%u: %ld, not %zu", i, tc_attr(dev, "region_dus_size"), len);
		uacce_soft_destroy(dev);
	}
	return 0;
}

static int
test_refused(void)
{
	static const struct uacce_soft_conf confs[] = {
		{ .api = 1 }, { .api = 4 }, { .api = 6 }, { .api = UINT32_MAX },
		{ .nb_queues = 1024 }, { .nb_queues = UINT32_MAX },
		{ .sq_depth = 3 }, { .sq_depth = 32769 }, { .sq_depth = UINT32_MAX },
		{ .cq_depth = 3 }, { .cq_depth = 32769 },
		{ .sq_depth = 64, .cq_depth = 63 }, { .cq_depth = 1023 },
		{ .threads = 65 }, { .threads = UINT32_MAX },
		{ .faults = "nonsense" }, { .faults = "late+" },
	};
	static const struct uacce_soft_conf good[] = {
		{ .nb_queues = 1023 }, { .threads = 64 }, { .sq_depth = 64, .cq_depth = 64 },
		{ .faults = "" }, { .faults = "late" },
	};

	for (unsigned int i = 0; i < DIM(confs); i++) {
		errno = 0;
		TEST_ASSERT(uacce_soft_create(&confs[i]) == NULL && errno == EINVAL,
			"shape %u: errno %d", i, errno);
	}
	for (unsigned int i = 0; i < DIM(good); i++) {
		struct uacce_soft *dev = uacce_soft_create(&good[i]);

		TEST_ASSERT(dev != NULL, "good shape %u: errno %d", i, errno);
		uacce_soft_destroy(dev);
	}
	return 0;
}

static int
test_mistake_names(void)
{
	for (int i = 0; i < UACCE_SOFT_MISTAKE_NB; i++) {
		const char *name = uacce_soft_mistake_name(i);

		TEST_ASSERT(name != NULL && name[0] != '\0', "%d has no name", i);
		for (int j = 0; j < i; j++)
			TEST_ASSERT(strcmp(name, uacce_soft_mistake_name(j)) != 0,
				"%d and %d are both %s", i, j, name);
	}
	TEST_ASSERT(strcmp(uacce_soft_mistake_name(UACCE_SOFT_MISTAKE_NB), "unknown") == 0,
		"beyond the last");
	return 0;
}

UACCE_TEST(soft_attr_text, test_attrs)
UACCE_TEST(soft_attr_defaults, test_defaults)
UACCE_TEST(soft_attr_depths, test_depths)
UACCE_TEST(soft_attr_refused, test_refused)
UACCE_TEST(soft_attr_mistakes, test_mistake_names)
