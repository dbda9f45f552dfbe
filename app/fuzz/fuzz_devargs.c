/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/*
 * Devargs, as a user may mistype them. The input is a C string with its end.
 */

#include <uacce_zip_priv.h>

#include "fuzz.h"

#define CHECK_ENDED(s) \
	FUZZ_CHECK(memchr(s, '\0', sizeof(s)) != NULL, "%s does not end", #s)

static void
check_device(const struct uacce_zip_args *a)
{
	FUZZ_CHECK(a->device == ZIP_DEVICE_AUTO || a->device == ZIP_DEVICE_SOFT ||
		   a->device == ZIP_DEVICE_HW, "%d", (int)a->device);
	FUZZ_CHECK(a->nb_names <= ZIP_MAX_ENGINES, "%u", a->nb_names);
	FUZZ_CHECK(a->nb_names == 0 || a->device == ZIP_DEVICE_AUTO, "names and a word");
	for (unsigned int i = 0; i < a->nb_names; i++) {
		CHECK_ENDED(a->names[i]);
		FUZZ_CHECK(a->names[i][0] != '\0' && strchr(a->names[i], '/') == NULL,
			   "name '%s'", a->names[i]);
	}
}

static void
check_paths(const struct uacce_zip_args *a)
{
	CHECK_ENDED(a->class_path);
	CHECK_ENDED(a->dev_path);
	FUZZ_CHECK(a->class_path[0] != '\0' && a->dev_path[0] != '\0', "an empty path");
}

static void
check_soft(const struct uacce_zip_args *a)
{
	const struct uacce_soft_conf *c = &a->soft;
	unsigned int d = a->soft_depth;

	FUZZ_CHECK(c->api == 0 || c->api == 2 || c->api == 3 || c->api == 5, "%u", c->api);
	FUZZ_CHECK(c->api == 0 || !a->soft_ext, "api %u of a soft lane", c->api);
	FUZZ_CHECK(a->soft_ext || a->device == ZIP_DEVICE_SOFT, "soft_ext=off alone");
	FUZZ_CHECK(c->threads <= UACCE_SOFT_MAX_THREADS, "%u", c->threads);
	FUZZ_CHECK(c->nb_queues == 0 || (c->nb_queues >= 2 &&
		   c->nb_queues <= UACCE_SOFT_MAX_QUEUES), "%u", c->nb_queues);
	FUZZ_CHECK(d == 0 || (d >= 32 && d <= UACCE_SOFT_MAX_DEPTH && (d & (d - 1)) == 0),
		   "%u", d);
	CHECK_ENDED(a->soft_faults);
	FUZZ_CHECK(a->soft_faults[0] == '\0' || uacce_soft_fault_check(a->soft_faults) == 0,
		   "'%s'", a->soft_faults);
}

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	/* for its NUMA nodes */
	fuzz_eal_init(NULL, 0);
	return 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct uacce_zip_args args, again;
	const char *text = (const char *)data;
	int ret;

	if (size == 0 || strnlen(text, size) != size - 1)
		return 0;
	memset(&args, 0xa5, sizeof(args));
	memset(&again, 0x5a, sizeof(again));
	ret = uacce_zip_args_parse(text, &args);
	FUZZ_CHECK(ret <= 0, "%d", ret);
	FUZZ_CHECK(uacce_zip_args_parse(text, &again) == ret, "it depends on what was before");
	if (ret != 0)
		return 0;
	check_device(&args);
	check_paths(&args);
	check_soft(&args);
	FUZZ_CHECK(args.max_qps <= ZIP_MAX_QPS, "%u", args.max_qps);
	FUZZ_CHECK(args.socket_id >= SOCKET_ID_ANY && args.socket_id < RTE_MAX_NUMA_NODES,
		   "%d", args.socket_id);
	FUZZ_CHECK(args.max_qps == again.max_qps && args.nb_names == again.nb_names &&
		   strcmp(args.class_path, again.class_path) == 0 &&
		   strcmp(args.soft_faults, again.soft_faults) == 0, "parsed differently");
	return 0;
}
