/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <rte_kvargs.h>
#include <rte_lcore.h>
#include <rte_string_fns.h>

#include "uacce_zip_priv.h"

/* One devarg: how to read it, and what to tell who got it wrong. */
struct zip_arg {
	const char *key;
	const char *allowed;
	int (*parse)(const char *value, struct uacce_zip_args *args);
};

static int
parse_uint(const char *s, unsigned long min, unsigned long max, unsigned int *out)
{
	char *end;
	unsigned long v;

	if (*s < '0' || *s > '9')
		return -EINVAL;
	errno = 0;
	v = strtoul(s, &end, 10);
	if (errno != 0 || *end != '\0' || v < min || v > max)
		return -EINVAL;
	*out = v;
	return 0;
}

static int
parse_bool(const char *s, bool *out)
{
	if (strcmp(s, "on") != 0 && strcmp(s, "off") != 0)
		return -EINVAL;
	*out = strcmp(s, "on") == 0;
	return 0;
}

static int
parse_string(const char *s, char *out, size_t len)
{
	return *s == '\0' || strlcpy(out, s, len) >= len ? -EINVAL : 0;
}

static int
arg_device(const char *s, struct uacce_zip_args *args)
{
	if (strcmp(s, "auto") == 0)
		args->device = ZIP_DEVICE_AUTO;
	else if (strcmp(s, "soft") == 0)
		args->device = ZIP_DEVICE_SOFT;
	else if (strcmp(s, "hw") == 0)
		args->device = ZIP_DEVICE_HW;
	else if (args->nb_names == ZIP_MAX_ENGINES || strchr(s, '/') != NULL ||
		 parse_string(s, args->names[args->nb_names], UACCE_NAME_LEN) != 0)
		return -EINVAL;
	else
		args->nb_names++;
	return 0;
}

static int
arg_max_qps(const char *s, struct uacce_zip_args *args)
{
	return parse_uint(s, 1, ZIP_MAX_QPS, &args->max_qps);
}

static int
arg_fallback(const char *s, struct uacce_zip_args *args)
{
	return parse_bool(s, &args->fallback);
}

static int
arg_verify(const char *s, struct uacce_zip_args *args)
{
	args->verify = strcmp(s, "all") == 0;
	if (args->verify != 0 || strcmp(s, "off") == 0)
		return 0;
	return parse_uint(s, 1, UINT32_MAX, &args->verify);
}

static int
arg_timeout(const char *s, struct uacce_zip_args *args)
{
	return parse_uint(s, 0, ZIP_TIMEOUT_MAX_MS, &args->timeout_ms);
}

static int
arg_class_path(const char *s, struct uacce_zip_args *args)
{
	return parse_string(s, args->class_path, sizeof(args->class_path));
}

static int
arg_dev_path(const char *s, struct uacce_zip_args *args)
{
	return parse_string(s, args->dev_path, sizeof(args->dev_path));
}

static int
arg_soft_api(const char *s, struct uacce_zip_args *args)
{
	int ret = parse_uint(s, 2, 5, &args->soft.api);

	return ret == 0 && args->soft.api == 4 ? -EINVAL : ret;
}

static int
arg_soft_threads(const char *s, struct uacce_zip_args *args)
{
	return parse_uint(s, 0, UACCE_SOFT_MAX_THREADS, &args->soft.threads);
}

static int
arg_soft_instant(const char *s, struct uacce_zip_args *args)
{
	return parse_bool(s, &args->soft.instant);
}

static int
arg_soft_ext(const char *s, struct uacce_zip_args *args)
{
	return parse_bool(s, &args->soft_ext);
}

static int
arg_soft_depth(const char *s, struct uacce_zip_args *args)
{
	int ret = parse_uint(s, 32, UACCE_SOFT_MAX_DEPTH, &args->soft_depth);

	return ret == 0 && !rte_is_power_of_2(args->soft_depth) ? -EINVAL : ret;
}

static int
arg_soft_queues(const char *s, struct uacce_zip_args *args)
{
	/* a queue pair has one in each direction */
	return parse_uint(s, 2, UACCE_SOFT_MAX_QUEUES, &args->soft.nb_queues);
}

static int
arg_soft_faults(const char *s, struct uacce_zip_args *args)
{
	int ret = parse_string(s, args->soft_faults, sizeof(args->soft_faults));

	return ret == 0 ? uacce_soft_fault_check(s) : ret;
}

static int
arg_soft_trace(const char *s, struct uacce_zip_args *args)
{
	return parse_string(s, args->soft_trace, sizeof(args->soft_trace));
}

static int
arg_socket_id(const char *s, struct uacce_zip_args *args)
{
	unsigned int id;
	int ret = parse_uint(s, 0, RTE_MAX_NUMA_NODES - 1, &id);

	for (unsigned int i = 0; ret == 0 && i < rte_socket_count(); i++)
		if (rte_socket_id_by_idx(i) == (int)id) {
			args->socket_id = id;
			return 0;
		}
	return -EINVAL;
}

static const struct zip_arg zip_args[] = {
	{ "device", "auto, soft, hw, or names of uacce devices, one device= each", arg_device },
	{ "max_qps", "1 .. " RTE_STR(ZIP_MAX_QPS), arg_max_qps },
	{ "fallback", "on, off", arg_fallback },
	{ "verify", "off, all, or N for one compression in N", arg_verify },
	{ "timeout_ms", "0 (never) .. " RTE_STR(ZIP_TIMEOUT_MAX_MS), arg_timeout },
	{ "class_path", "a directory, by default " UACCE_CLASS_PATH, arg_class_path },
	{ "dev_path", "a directory, by default " UACCE_DEV_PATH, arg_dev_path },
	{ "soft_api", "2, 3, 5", arg_soft_api },
	{ "soft_threads", "0 .. " RTE_STR(UACCE_SOFT_MAX_THREADS), arg_soft_threads },
	{ "soft_instant", "on, off", arg_soft_instant },
	{ "soft_ext", "on, off", arg_soft_ext },
	{ "soft_depth", "a power of two, 32 .. " RTE_STR(UACCE_SOFT_MAX_DEPTH), arg_soft_depth },
	{ "soft_queues", "2 .. " RTE_STR(UACCE_SOFT_MAX_QUEUES), arg_soft_queues },
	{ "soft_faults", "kind[:dir[:after[:count[:every[:value]]]]] joined by +",
		arg_soft_faults },
	{ "soft_trace", "a file, new or of earlier traces", arg_soft_trace },
	{ "socket_id", "a NUMA node of this machine", arg_socket_id },
};


static int
arg_handler(const char *key, const char *value, void *opaque)
{
	const struct zip_arg *a = zip_args;

	/* rte_kvargs_process() was given a key of the table */
	while (strcmp(a->key, key) != 0)
		a++;
	if (value != NULL && a->parse(value, opaque) == 0)
		return 0;
	ZIP_LOG(ERR, "devarg %s=%s: allowed is %s", key, value != NULL ? value : "",
		a->allowed);
	return -EINVAL;
}

static bool
key_known(const char *key)
{
	for (unsigned int i = 0; i < RTE_DIM(zip_args); i++)
		if (strcmp(zip_args[i].key, key) == 0)
			return true;
	return false;
}

static void
log_unknown(const char *key)
{
	char keys[512] = "";

	for (unsigned int i = 0; i < RTE_DIM(zip_args); i++) {
		strlcat(keys, i == 0 ? "" : ", ", sizeof(keys));
		strlcat(keys, zip_args[i].key, sizeof(keys));
	}
	ZIP_LOG(ERR, "unknown devarg %s: allowed are %s", key, keys);
}

/* Every key once, but for device. */
static int
check_keys(const struct rte_kvargs *kvlist)
{
	for (unsigned int i = 0; i < kvlist->count; i++) {
		const char *key = kvlist->pairs[i].key;

		if (!key_known(key)) {
			log_unknown(key);
			return -EINVAL;
		}
		if (strcmp(key, "device") != 0 && rte_kvargs_count(kvlist, key) > 1) {
			ZIP_LOG(ERR, "devarg %s is given more than once", key);
			return -EINVAL;
		}
	}
	return 0;
}

/* Values that are right alone but not together. */
static int
check_together(const struct uacce_zip_args *args, const struct rte_kvargs *kvlist)
{
	unsigned int words = rte_kvargs_count(kvlist, "device") - args->nb_names;

	if (words > 1 || (words == 1 && args->nb_names != 0)) {
		ZIP_LOG(ERR, "devarg device: give one of auto, soft, hw, or names");
		return -EINVAL;
	}
	if (!args->soft_ext && args->device != ZIP_DEVICE_SOFT) {
		ZIP_LOG(ERR, "devarg soft_ext=off: allowed is that with device=soft");
		return -EINVAL;
	}
	if (args->soft.api != 0 && args->soft_ext) {
		ZIP_LOG(ERR, "devarg soft_api=%u: allowed is that with soft_ext=off",
			args->soft.api);
		return -EINVAL;
	}
	return 0;
}

int
uacce_zip_args_parse(const char *text, struct uacce_zip_args *args)
{
	struct rte_kvargs *kvlist;
	int ret;

	*args = (struct uacce_zip_args){
		.fallback = true, .soft_ext = true, .socket_id = SOCKET_ID_ANY,
		.timeout_ms = ZIP_TIMEOUT_MS,
		.class_path = UACCE_CLASS_PATH, .dev_path = UACCE_DEV_PATH,
	};
	if (text == NULL || *text == '\0')
		return 0;
	kvlist = rte_kvargs_parse(text, NULL);
	if (kvlist == NULL) {
		ZIP_LOG(ERR, "devargs '%s' are not key=value,key=value...", text);
		return -EINVAL;
	}
	ret = check_keys(kvlist);
	for (unsigned int i = 0; ret == 0 && i < RTE_DIM(zip_args); i++)
		if (rte_kvargs_process(kvlist, zip_args[i].key, arg_handler, args) != 0)
			ret = -EINVAL;
	if (ret == 0)
		ret = check_together(args, kvlist);
	rte_kvargs_free(kvlist);
	return ret;
}
