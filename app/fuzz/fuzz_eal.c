/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

#include <sched.h>
#include <unistd.h>

#include <rte_debug.h>
#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_log.h>

#include "fuzz.h"

#define MAX_VDEVS	8

static int
first_cpu(void)
{
	cpu_set_t cpus;
	int cpu = 0;

	if (sched_getaffinity(0, sizeof(cpus), &cpus) == 0)
		while (cpu < CPU_SETSIZE - 1 && !CPU_ISSET(cpu, &cpus))
			cpu++;
	return cpu;
}

void
fuzz_eal_init(const char * const *vdevs, unsigned int nb_vdevs)
{
	static char prefix[32], cpu[16], args[MAX_VDEVS][128];
	char *argv[16 + MAX_VDEVS] = {
		"fuzz", "--no-pci", "--no-huge", "--no-shconf", "--no-telemetry", "-m", "256",
		"--log-level=lib.eal:error", "--file-prefix", prefix, "-l", cpu,
	};
	int argc = 12;
	FILE *null = fopen("/dev/null", "w");

	snprintf(prefix, sizeof(prefix), "uzf%d", getpid());
	snprintf(cpu, sizeof(cpu), "%d", first_cpu());
	for (unsigned int i = 0; i < nb_vdevs; i++) {
		snprintf(args[i], sizeof(args[i]), "--vdev=%s", vdevs[i]);
		argv[argc++] = args[i];
	}
	if (null == NULL || rte_eal_init(argc, argv) < 0)
		rte_panic("EAL: %s\n", rte_strerror(rte_errno));
	/* empty, and a finding ends the process before anything could tidy up */
	rmdir(rte_eal_get_runtime_dir());
	/* messages are made, for they are code too, but nobody reads millions of them */
	rte_openlog_stream(null);
}
