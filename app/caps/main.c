/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/*
 * What compression devices say they can do, by the names that DPDK has for it.
 *
 *   uacce-zip-caps --no-pci -l 0 --vdev=uacce_zip
 */

#include <stdio.h>
#include <stdlib.h>

#include <rte_compressdev.h>
#include <rte_debug.h>
#include <rte_eal.h>
#include <rte_errno.h>

typedef const char *(*name_of_flag)(uint64_t flag);

/* enum rte_comp_algorithm; the last came after DPDK 22.11 */
static const char * const algorithms[] = { "UNSPECIFIED", "NULL", "DEFLATE", "LZS", "LZ4" };

static void
print_flags(uint64_t flags, name_of_flag name_of)
{
	for (unsigned int bit = 0; bit < 64; bit++) {
		const char *name = name_of(1ull << bit);

		if ((flags & 1ull << bit) == 0)
			continue;
		if (name != NULL)
			printf(" %s", name);
		else
			printf(" bit-%u", bit);
	}
}

/* Of all the flags there could be, those that this DPDK knows. */
static void
print_known(name_of_flag name_of)
{
	for (unsigned int bit = 0; bit < 64; bit++)
		if (name_of(1ull << bit) != NULL)
			print_flags(1ull << bit, name_of);
}

static void
print_algorithm(const struct rte_compressdev_capabilities *c)
{
	if ((unsigned int)c->algo < RTE_DIM(algorithms))
		printf("  %s", algorithms[c->algo]);
	else
		printf("  algorithm-%d", c->algo);
	if (c->window_size.max != 0)
		printf(" (windows %u to %u by %u)", c->window_size.min, c->window_size.max,
		       c->window_size.increment);
	printf(":");
	print_flags(c->comp_feature_flags, rte_comp_get_feature_name);
	printf("\n");
}

static void
print_device(uint8_t id)
{
	const struct rte_compressdev_capabilities *c;
	struct rte_compressdev_info info;

	rte_compressdev_info_get(id, &info);
	printf("%s (%u queue pairs):", rte_compressdev_name_get(id), info.max_nb_queue_pairs);
	print_flags(info.feature_flags, rte_compressdev_get_feature_name);
	printf("\n");
	for (c = info.capabilities; c->algo != RTE_COMP_ALGO_UNSPECIFIED; c++)
		print_algorithm(c);
}

int
main(int argc, char **argv)
{
	if (rte_eal_init(argc, argv) < 0)
		rte_exit(EXIT_FAILURE, "EAL: %s\n", rte_strerror(rte_errno));
	printf("known:");
	print_known(rte_compressdev_get_feature_name);
	print_known(rte_comp_get_feature_name);
	printf("\n");
	for (uint8_t id = 0; id < rte_compressdev_count(); id++)
		print_device(id);
	rte_eal_cleanup();
	return 0;
}
