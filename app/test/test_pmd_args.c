/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/*
 * Devargs: what is wrong is refused with a message that names key, value and what is
 * allowed; probing goes on as if nothing had happened.
 */

#include <string.h>

#include <rte_bus_vdev.h>
#include <rte_memzone.h>

#include "test_log.h"
#include "test_pmd.h"

struct wrong {
	const char *args;
	const char *says[3];	/* all of them in what is logged */
};

static const struct wrong wrongs[] = {
	{ "device=", { "device=", "auto, soft, hw" } },
	{ "device=a/b", { "device=a/b", "auto, soft, hw" } },
	{ "device=soft,device=hw", { "device", "auto, soft, hw" } },
	{ "device=auto,device=hisi_zip-0", { "device", "auto, soft, hw" } },
	{ "device=soft,max_qps=0", { "max_qps=0", "1 .. 64" } },
	{ "device=soft,max_qps=65", { "max_qps=65", "1 .. 64" } },
	{ "device=soft,max_qps=-1", { "max_qps=-1", "1 .. 64" } },
	{ "device=soft,max_qps=4x", { "max_qps=4x", "1 .. 64" } },
	{ "device=soft,max_qps= 4", { "max_qps", "1 .. 64" } },
	{ "device=soft,max_qps=99999999999999999999", { "max_qps=999", "1 .. 64" } },
	{ "device=soft,max_qps=", { "max_qps=", "1 .. 64" } },
	{ "device=soft,fallback=yes", { "fallback=yes", "on, off" } },
	{ "device=soft,verify=some", { "verify=some", "off, all" } },
	{ "device=soft,verify=0", { "verify=0", "one compression in N" } },
	{ "class_path=", { "class_path=", "a directory" } },
	{ "dev_path=", { "dev_path=", "a directory" } },
	{ "device=soft,soft_api=1", { "soft_api=1", "2, 3, 5" } },
	{ "device=soft,soft_api=4", { "soft_api=4", "2, 3, 5" } },
	{ "device=soft,soft_api=6", { "soft_api=6", "2, 3, 5" } },
	{ "device=soft,soft_threads=65", { "soft_threads=65", "0 .. 64" } },
	{ "device=soft,soft_threads=two", { "soft_threads=two", "0 .. 64" } },
	{ "device=soft,soft_instant=1", { "soft_instant=1", "on, off" } },
	{ "device=soft,soft_ext=ON", { "soft_ext=ON", "on, off" } },
	{ "device=soft,soft_depth=16", { "soft_depth=16", "power of two", "32 .. 32768" } },
	{ "device=soft,soft_depth=100", { "soft_depth=100", "power of two" } },
	{ "device=soft,soft_depth=65536", { "soft_depth=65536", "32 .. 32768" } },
	{ "device=soft,soft_queues=1", { "soft_queues=1", "2 .. 1023" } },
	{ "device=soft,soft_queues=3,verify=all", { "verify=", "soft_queues=4" } },
	{ "device=soft,soft_queues=1024", { "soft_queues=1024", "2 .. 1023" } },
	{ "device=soft,soft_faults=flood", { "soft_faults=flood", "joined by +" } },
	{ "device=soft,soft_faults=status:x", { "soft_faults=status:x", "joined by +" } },
	{ "device=soft,soft_faults=ooo:any:0:1:0", { "soft_faults=ooo", "joined by +" } },
	{ "timeout_ms=", { "timeout_ms=", "0 (never)" } },
	{ "timeout_ms=3600001", { "timeout_ms=3600001", "3600000" } },
	{ "soft_ext=off", { "soft_ext=off", "device=soft" } },
	{ "device=soft,soft_api=3", { "soft_api=3", "soft_ext=off" } },
	{ "device=soft,soft_faults=", { "soft_faults=", "joined by +" } },
	{ "device=soft,soft_trace=", { "soft_trace=", "a file" } },
	{ "device=soft,soft_trace=/nowhere/trace", { "soft device", "No such file" } },
	{ "device=soft,socket_id=-1", { "socket_id=-1", "NUMA node" } },
	{ "device=soft,socket_id=1000", { "socket_id=1000", "NUMA node" } },
	{ "device=soft,speed=9", { "unknown", "speed", "soft_threads" } },
	{ "devices=soft", { "unknown", "devices", "device, max_qps" } },
	{ "device=soft,fallback=on,fallback=off", { "fallback", "more than once" } },
	{ "device=soft,max_qps=2,max_qps=2", { "max_qps", "more than once" } },
	{ "soft", { "soft" } },
};

/* Every key with values that are right, at their limits too. */
static const char * const rights[] = {
	"device=soft",
	"device=soft,max_qps=1", "device=soft,max_qps=64",
	"device=soft,fallback=on,verify=off", "device=soft,fallback=off",
	"device=soft,verify=all", "device=soft,verify=7",
	"device=soft,soft_ext=off,soft_api=2", "device=soft,soft_ext=off,soft_api=3",
	"device=soft,soft_ext=off,soft_api=5",
	"device=soft,soft_threads=0", "device=soft,soft_threads=64",
	"device=soft,soft_instant=on", "device=soft,soft_instant=off",
	"device=soft,soft_ext=off", "device=soft,soft_ext=on",
	"device=soft,soft_depth=32", "device=soft,soft_depth=32768",
	"device=soft,soft_queues=2", "device=soft,soft_queues=1023",
	"device=soft,soft_faults=status:c:0:1+ooo:any:3:0:2:0x10",
	"device=soft,socket_id=0",
	"device=soft,class_path=/nowhere,dev_path=/nowhere",
};

static int
is_refused(const struct wrong *w)
{
	log_forget();
	TEST_ASSERT(pmd_probe(PMD_NAME, w->args) < 0, "%s is accepted", w->args);
	for (unsigned int i = 0; i < DIM(w->says) && w->says[i] != NULL; i++)
		TEST_ASSERT(log_has(w->says[i]), "%s: no '%s' in: %s", w->args, w->says[i],
			    log_text());
	TEST_ASSERT(rte_compressdev_get_dev_id(PMD_NAME) < 0, "%s: a device", w->args);
	TEST_ASSERT(rte_compressdev_count() == 0, "%s: a device", w->args);
	TEST_ASSERT(rte_memzone_lookup("rte_compressdev_data_0") == NULL,
		    "%s: memzone left", w->args);
	return 0;
}

static int
each(void)
{
	struct pmd_dev dev;

	for (unsigned int i = 0; i < DIM(wrongs); i++)
		if (is_refused(&wrongs[i]) != 0)
			return -1;
	for (unsigned int i = 0; i < DIM(rights); i++) {
		log_forget();
		TEST_ASSERT(pmd_open(&dev, PMD_NAME, rights[i], 1, 16) == 0 &&
			    pmd_close(&dev) == 0, "%s: %s", rights[i], log_text());
		TEST_ASSERT(log_lines() == 0, "%s says %s", rights[i], log_text());
	}
	return 0;
}

/* Neither a refused nor a good probe leaves anything, however often. */
static int
often(void)
{
	for (unsigned int i = 0; i < 50; i++)
		for (unsigned int k = 0; k < DIM(wrongs); k++)
			TEST_ASSERT(pmd_probe(PMD_NAME, wrongs[k].args) < 0, "%s",
				    wrongs[k].args);
	TEST_ASSERT(pmd_probe(PMD_NAME, "device=soft") == 0, "no device after failures");
	TEST_ASSERT(rte_vdev_uninit(PMD_NAME) == 0, "remove");
	return 0;
}

/* max_qps and NUMA node arrive where they should. */
static int
effects(void)
{
	struct rte_compressdev_info info;
	int id = pmd_probe(PMD_NAME, "device=soft,max_qps=3,socket_id=0");

	TEST_ASSERT(id >= 0, "probe");
	rte_compressdev_info_get(id, &info);
	TEST_ASSERT(info.max_nb_queue_pairs == 3, "%u", info.max_nb_queue_pairs);
	TEST_ASSERT(rte_compressdev_socket_id(id) == 0, "%d", rte_compressdev_socket_id(id));
	rte_vdev_uninit(PMD_NAME);
	id = pmd_probe(PMD_NAME, "device=soft");
	rte_compressdev_info_get(id, &info);
	TEST_ASSERT(info.max_nb_queue_pairs == 64, "%u", info.max_nb_queue_pairs);
	rte_vdev_uninit(PMD_NAME);
	/* two for stateless ops and two for streams */
	id = pmd_probe(PMD_NAME, "device=soft,soft_queues=15");
	rte_compressdev_info_get(id, &info);
	TEST_ASSERT(info.max_nb_queue_pairs == 3, "%u", info.max_nb_queue_pairs);
	rte_vdev_uninit(PMD_NAME);
	id = pmd_probe(PMD_NAME, "device=soft,soft_queues=2");
	rte_compressdev_info_get(id, &info);
	TEST_ASSERT(info.max_nb_queue_pairs == 1, "%u", info.max_nb_queue_pairs);
	rte_vdev_uninit(PMD_NAME);
	return 0;
}

static int
test_args(void)
{
	int ret = pmd_up();

	if (ret == 0)
		ret = log_catch();
	if (ret == 0)
		ret = each();
	if (ret == 0)
		ret = often();
	log_release();
	if (ret == 0)
		ret = effects();
	return pmd_down(ret);
}

UACCE_TEST(pmd_args, test_args)
