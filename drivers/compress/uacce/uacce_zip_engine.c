/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <rte_lcore.h>
#include <rte_string_fns.h>

#include "uacce_zip_priv.h"

#define API_PREFIX	"hisi_qm_v"
#define API_MIN		2	/* v1 has other doorbells (datasheet 2.5) */
#define MAX_SKIPS	64

/* One for each direction, and the same for streams and what is verified. */
#define SOFT_QUEUES_PER_QP	4u

static const char * const zip_algs[] = { "deflate", "zlib", NULL };

struct soft_job {
	const struct uacce_soft_conf *conf;
	struct uacce_soft *soft;
	int err;
};

/*
 * Threads inherit where they may run. EAL gives its control threads the CPUs that are
 * no lcore's; if there are none it gives them the main lcore's, where engine threads
 * would share one CPU with it: then any lcore's will do.
 */
static void
leave_main_lcore(void)
{
	rte_cpuset_t mine, lcores, main_lcore = rte_lcore_cpuset(rte_get_main_lcore());
	unsigned int id;

	if (pthread_getaffinity_np(pthread_self(), sizeof(mine), &mine) != 0 ||
	    !CPU_EQUAL(&mine, &main_lcore))
		return;
	CPU_ZERO(&lcores);
	RTE_LCORE_FOREACH(id) {
		rte_cpuset_t cpus = rte_lcore_cpuset(id);

		CPU_OR(&lcores, &lcores, &cpus);
	}
	pthread_setaffinity_np(pthread_self(), sizeof(lcores), &lcores);
}

static
ZIP_THREAD_FUNC(soft_job_run, opaque)
{
	struct soft_job *job = opaque;

	leave_main_lcore();
	job->soft = uacce_soft_create(job->conf);
	job->err = job->soft == NULL ? errno : 0;
	ZIP_THREAD_RETURN;
}

/* A device with engine threads is made by a control thread, for its affinity. */
static struct uacce_soft *
soft_create_apart(const struct uacce_soft_conf *conf)
{
	struct soft_job job = { .conf = conf };
	zip_thread_t thread;
	int ret;

	if (conf->threads == 0)
		return uacce_soft_create(conf);
	ret = zip_ctrl_thread_create(&thread, "uacce-soft", soft_job_run, &job);
	if (ret != 0) {
		errno = abs(ret);
		return NULL;
	}
	zip_thread_join(thread);
	errno = job.err;
	return job.soft;
}

static struct uacce_soft *
soft_create(const struct uacce_zip_device *zip, bool ext, unsigned int nb_queues)
{
	const struct uacce_zip_args *args = &zip->args;
	/* behind one that poses: scarcity and faults are for that one alone */
	bool refuge = ext && zip->posing != NULL;
	struct uacce_soft_conf conf = args->soft;
	struct uacce_soft *soft;

	conf.ext = ext;
	conf.numa_node = args->socket_id;
	conf.faults = refuge ? NULL : args->soft_faults;
	conf.sq_depth = ext ? 0 : args->soft_depth;
	conf.trace = args->soft_trace[0] != '\0' ? args->soft_trace : NULL;
	if (conf.nb_queues == 0 || refuge || (ext && zip->nb_engines != 0))
		conf.nb_queues = nb_queues;
	if (ext)
		conf.api = 0;
	soft = soft_create_apart(&conf);
	if (soft == NULL)
		ZIP_LOG(ERR, "cannot create the soft device%s%s: %s",
			conf.trace != NULL ? " with soft_trace=" : "",
			conf.trace != NULL ? conf.trace : "", strerror(errno));
	return soft;
}

static int
open_soft_device(struct uacce_zip_device *zip)
{
	unsigned int nb = zip->args.soft.nb_queues;
	struct uacce_soft *soft;

	if (zip->nb_engines == 0 && zip->args.verify != 0 && nb != 0 &&
	    nb < SOFT_QUEUES_PER_QP) {
		ZIP_LOG(ERR, "verify= needs soft_queues=%u or more", SOFT_QUEUES_PER_QP);
		return -EINVAL;
	}
	soft = soft_create(zip, true, SOFT_QUEUES_PER_QP * ZIP_MAX_QPS);
	if (soft == NULL)
		return -errno;
	zip->soft.backend = soft;
	zip->soft.ops = &uacce_soft_ops;
	return uacce_soft_describe(soft, "soft", 0, &zip->soft.dev);
}

/* A soft device that is treated as silicon: no extension, fixed depth. */
static int
open_posing(struct uacce_zip_device *zip)
{
	struct uacce_zip_engine *e = &zip->engines[0];

	zip->posing = soft_create(zip, false, 0);
	if (zip->posing == NULL)
		return -errno;
	e->backend = zip->posing;
	e->ops = &uacce_soft_ops;
	zip->nb_engines = 1;
	return uacce_soft_describe(zip->posing, "soft-zip-0", 0, &e->dev);
}

static void
log_skips(uint32_t level, const struct uacce_skip *skips, unsigned int nb)
{
	for (unsigned int i = 0; i < nb; i++)
		rte_log(level, uacce_zip_logtype, "uacce_zip: %s is not used: %s\n",
			skips[i].name, skips[i].reason);
}

/* The caller's node first, then as sysfs sorts them. */
static void
add_engine(struct uacce_zip_device *zip, const struct uacce_dev *dev)
{
	unsigned int at = zip->nb_engines;
	int socket_id = zip->args.socket_id;

	if (socket_id != SOCKET_ID_ANY && dev->numa_node == socket_id)
		for (at = 0; at < zip->nb_engines &&
		     zip->engines[at].dev.numa_node == socket_id; at++)
			;
	memmove(&zip->engines[at + 1], &zip->engines[at],
		(zip->nb_engines - at) * sizeof(zip->engines[0]));
	zip->engines[at] = (struct uacce_zip_engine){
		.dev = *dev, .ops = &uacce_kernel_ops,
	};
	zip->nb_engines++;
	ZIP_LOG(INFO, "%s is used: %s, %d queues free, NUMA node %d", dev->name, dev->api,
		dev->available, dev->numa_node);
}

static bool
was_asked_for(const struct uacce_zip_args *args, const char *name)
{
	for (unsigned int i = 0; i < args->nb_names; i++)
		if (strcmp(args->names[i], name) == 0)
			return true;
	return args->nb_names == 0;
}

bool
uacce_zip_engine_raw(const struct uacce_dev *dev)
{
	return dev->api_ver >= 3 && uacce_dev_has_alg(dev, "deflate");
}

/* Xforms are made once for all engines: they must be able to do the same. */
static bool
same_kind(const struct uacce_dev *a, const struct uacce_dev *b)
{
	return strcmp(a->api, b->api) == 0 && a->flags == b->flags &&
		strcmp(a->algs, b->algs) == 0;
}

int
uacce_zip_engine_check(const struct uacce_zip_lane *lane)
{
	const struct uacce_zip_args *args = &lane->qp->zip->args;
	const struct uacce_dev *dev = lane->dev;
	struct uacce_skip why = { .reason = "" };
	struct uacce_dev now;
	int ret;

	if (lane->engine->ops != &uacce_kernel_ops)
		return 0;
	ret = uacce_dev_read(args->class_path, args->dev_path, dev->name, &now, &why);
	if (ret == 0 && now.isolated)
		strlcpy(why.reason, "isolated after errors, see isolate in sysfs",
			sizeof(why.reason));
	else if (ret == 0 && (!same_kind(dev, &now) || dev->dus_size != now.dus_size ||
			      dev->mmio_size != now.mmio_size))
		strlcpy(why.reason, "it is another device by now: remove this one and probe again",
			sizeof(why.reason));
	if (why.reason[0] == '\0')
		return 0;
	rte_log(lane->qm.uq.quiet ? RTE_LOG_DEBUG : RTE_LOG_ERR, uacce_zip_logtype,
		"uacce_zip: %s is not used: %s\n", dev->name, why.reason);
	return ret != 0 ? ret : -ENODEV;
}

static void
choose_engines(struct uacce_zip_device *zip, struct uacce_dev *devs, unsigned int nb)
{
	const struct uacce_zip_args *args = &zip->args;
	bool insist = args->device == ZIP_DEVICE_HW || args->nb_names != 0;

	for (unsigned int i = 0; i < nb && zip->nb_engines < ZIP_MAX_ENGINES; i++) {
		if (!was_asked_for(args, devs[i].name))
			continue;
		if (!uacce_zip_engine_raw(&devs[i]) && !uacce_dev_has_alg(&devs[i], "zlib"))
			ZIP_LOG(WARNING, "%s is not used: %s without zlib in its algorithms",
				devs[i].name, devs[i].api);
		else if (devs[i].available <= 0 && !insist)
			ZIP_LOG(INFO, "%s is not used: all its queues are in use",
				devs[i].name);
		else if (!insist && access(devs[i].node, R_OK | W_OK) != 0)
			ZIP_LOG(INFO, "%s is not used: %s: %s", devs[i].name,
				devs[i].node, strerror(errno));
		else if (zip->nb_engines != 0 && !same_kind(&zip->engines[0].dev, &devs[i]))
			ZIP_LOG(WARNING,
				"%s (%s) differs from %s (%s): use it by a vdev with device=%s",
				devs[i].name, devs[i].api, zip->engines[0].dev.name,
				zip->engines[0].dev.api, devs[i].name);
		else
			add_engine(zip, &devs[i]);
	}
}

/* Which of the names asked for are missing? */
static int
check_names(const struct uacce_zip_device *zip)
{
	int ret = 0;

	for (unsigned int n = 0; n < zip->args.nb_names; n++) {
		unsigned int i = 0;

		while (i < zip->nb_engines &&
		       strcmp(zip->engines[i].dev.name, zip->args.names[n]) != 0)
			i++;
		if (i == zip->nb_engines) {
			ZIP_LOG(ERR, "device=%s: no such usable device below %s",
				zip->args.names[n], zip->args.class_path);
			ret = -ENODEV;
		}
	}
	return ret;
}

static int
scan_engines(struct uacce_zip_device *zip)
{
	const struct uacce_zip_args *args = &zip->args;
	const struct uacce_match match = {
		.api_prefix = API_PREFIX, .api_min = API_MIN, .algs = zip_algs,
	};
	bool insist = args->device == ZIP_DEVICE_HW || args->nb_names != 0;
	static struct uacce_dev devs[ZIP_MAX_ENGINES * 4];
	static struct uacce_skip skips[MAX_SKIPS];
	unsigned int nb_skips = 0;
	int nb;

	nb = uacce_scan(args->class_path, args->dev_path, &match, devs, RTE_DIM(devs),
			skips, RTE_DIM(skips), &nb_skips);
	if (nb > 0)
		choose_engines(zip, devs, nb);
	log_skips(insist && zip->nb_engines == 0 ? RTE_LOG_ERR : RTE_LOG_INFO,
		  skips, nb_skips);
	if (nb < 0)
		ZIP_LOG(ERR, "cannot read %s: %s", args->class_path, strerror(-nb));
	else if (zip->nb_engines == 0 && insist && access(args->class_path, F_OK) != 0)
		ZIP_LOG(ERR, "no usable ZIP engine: %s: %s (hisi_zip with uacce_mode=1?)",
			args->class_path, strerror(errno));
	else if (zip->nb_engines == 0 && insist)
		ZIP_LOG(ERR,
			"no usable ZIP engine below %s (hisi_zip with uacce_mode=1?), %u are unfit",
			args->class_path, nb_skips);
	if (check_names(zip) != 0 || (insist && zip->nb_engines == 0))
		return -ENODEV;
	return 0;
}

static void
set_caps(struct uacce_zip_device *zip)
{
	struct rte_compressdev_capabilities *deflate = &zip->caps[0];
	struct rte_compressdev_capabilities *null = &zip->caps[1];
	struct rte_compressdev_capabilities *lz4 = &zip->caps[2];
	const uint64_t sgl = RTE_COMP_FF_OOP_SGL_IN_SGL_OUT |
		RTE_COMP_FF_OOP_SGL_IN_LB_OUT | RTE_COMP_FF_OOP_LB_IN_SGL_OUT |
		RTE_COMP_FF_SHAREABLE_PRIV_XFORM;
	const uint64_t chksum = RTE_COMP_FF_CRC32_CHECKSUM |
		RTE_COMP_FF_ADLER32_CHECKSUM | RTE_COMP_FF_CRC32_ADLER32_CHECKSUM |
		RTE_COMP_FF_MULTI_PKT_CHECKSUM | ZIP_FF_XXH32;

	memset(zip->caps, 0, sizeof(zip->caps));
	deflate->algo = RTE_COMP_ALGO_DEFLATE;
	if (!zip->soft_lane) {
		/* the engine's own: see engine_template() */
		bool v3 = zip->engines[0].dev.api_ver >= 3;

		deflate->comp_feature_flags = sgl | RTE_COMP_FF_HUFFMAN_DYNAMIC |
			RTE_COMP_FF_STATEFUL_COMPRESSION;
		if (uacce_zip_engine_raw(&zip->engines[0].dev))
			deflate->comp_feature_flags |= RTE_COMP_FF_STATEFUL_DECOMPRESSION;
		deflate->window_size.min = v3 ? 12 : ZIP_WINDOW_MAX;
		deflate->window_size.max = ZIP_WINDOW_MAX;
		deflate->window_size.increment = v3 ? 1 : 0;
		return;
	}
	deflate->comp_feature_flags = sgl | chksum | RTE_COMP_FF_HUFFMAN_FIXED |
		RTE_COMP_FF_HUFFMAN_DYNAMIC | RTE_COMP_FF_NONCOMPRESSED_BLOCKS |
		RTE_COMP_FF_STATEFUL_COMPRESSION | RTE_COMP_FF_STATEFUL_DECOMPRESSION;
	deflate->window_size.min = ZIP_WINDOW_MIN;
	deflate->window_size.max = ZIP_WINDOW_MAX;
	deflate->window_size.increment = 1;
	null->algo = RTE_COMP_ALGO_NULL;
	null->comp_feature_flags = sgl | chksum;
	if ((int)ZIP_ALGO_LAST < ZIP_ALGO_LZ4)
		return;
	lz4->algo = ZIP_ALGO_LZ4;
	lz4->comp_feature_flags = sgl | chksum | ZIP_FF_LZ4 | RTE_COMP_FF_NONCOMPRESSED_BLOCKS;
	lz4->window_size.min = ZIP_WINDOW_MIN;
	lz4->window_size.max = ZIP_LZ4_WINDOW_MAX;
	lz4->window_size.increment = 1;
}

static void
set_flags(struct uacce_zip_device *zip)
{
	bool hw = zip->nb_engines != 0 && zip->posing == NULL;

	zip->feature_flags = hw ? RTE_COMPDEV_FF_HW_ACCELERATED : 0;
	if (!hw && zip->args.soft.threads == 0)
		zip->feature_flags |= RTE_COMPDEV_FF_OP_DONE_IN_DEQUEUE;
}

/*
 * What one can always fall back to, with its streams where there are queues for them,
 * else what the engines have.
 */
static void
set_max_qps(struct uacce_zip_device *zip)
{
	unsigned int max = RTE_MAX(zip->soft.dev.available / SOFT_QUEUES_PER_QP, 1);

	if (!zip->soft_lane) {
		max = 0;
		for (unsigned int i = 0; i < zip->nb_engines; i++)
			max += RTE_MAX(zip->engines[i].dev.available, 2) / 2;
	}
	if (zip->args.max_qps != 0)
		max = RTE_MIN(max, zip->args.max_qps);
	zip->max_qps = RTE_MIN(max, (unsigned int)ZIP_MAX_QPS);
}

/* Each queue pair to the engine with most free queues left, the nearest if equal. */
static void
spread_qps(struct uacce_zip_device *zip)
{
	int left[ZIP_MAX_ENGINES];

	for (unsigned int i = 0; i < zip->nb_engines; i++)
		left[i] = zip->engines[i].dev.available;
	for (unsigned int qp = 0; qp < ZIP_MAX_QPS && zip->nb_engines != 0; qp++) {
		unsigned int best = 0;

		for (unsigned int i = 1; i < zip->nb_engines; i++)
			if (left[i] > left[best])
				best = i;
		zip->qp_engine[qp] = best;
		left[best] -= 2;
	}
}

int
uacce_zip_engines_open(struct uacce_zip_device *zip)
{
	const struct uacce_zip_args *args = &zip->args;
	bool soft = args->device == ZIP_DEVICE_SOFT && args->nb_names == 0;
	int ret = 0;

	if (soft && !args->soft_ext)
		ret = open_posing(zip);
	else if (!soft)
		ret = scan_engines(zip);
	if (ret == 0 && !soft && zip->nb_engines == 0)
		ZIP_LOG(WARNING,
			"no usable ZIP engine, this CPU does the work: "
			"device=soft accepts that, device=hw insists");
	zip->soft_lane = zip->nb_engines == 0 || args->fallback;
	/* what verifies is no lane to fall back to */
	if (ret == 0 && (zip->soft_lane || args->verify != 0))
		ret = open_soft_device(zip);
	if (ret != 0) {
		uacce_zip_engines_close(zip);
		return ret;
	}
	set_caps(zip);
	set_flags(zip);
	set_max_qps(zip);
	spread_qps(zip);
	return 0;
}

void
uacce_zip_engines_close(struct uacce_zip_device *zip)
{
	uacce_soft_destroy(zip->soft.backend);
	uacce_soft_destroy(zip->posing);
	zip->soft.backend = NULL;
	zip->posing = NULL;
	zip->nb_engines = 0;
}
