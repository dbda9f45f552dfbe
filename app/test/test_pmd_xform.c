/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/*
 * Xforms: every field is read; what is not supported is refused, here and not later,
 * by what the device can do.
 */

#include <errno.h>

#include <rte_bus_vdev.h>

#include "test_log.h"
#include "test_pmd.h"

static const struct rte_comp_xform compress_good = {
	.type = RTE_COMP_COMPRESS,
	.compress = {
		.algo = RTE_COMP_ALGO_DEFLATE, .deflate.huffman = RTE_COMP_HUFFMAN_DEFAULT,
		.level = RTE_COMP_LEVEL_PMD_DEFAULT, .window_size = 15,
		.chksum = RTE_COMP_CHECKSUM_NONE, .hash_algo = RTE_COMP_HASH_ALGO_NONE,
	},
};

static const struct rte_comp_xform decompress_good = {
	.type = RTE_COMP_DECOMPRESS,
	.decompress = {
		.algo = RTE_COMP_ALGO_DEFLATE, .window_size = 15,
		.chksum = RTE_COMP_CHECKSUM_NONE, .hash_algo = RTE_COMP_HASH_ALGO_NONE,
	},
};

/* One field changed: what comes of it. */
struct change {
	const char *name;
	bool decompress;
	enum { ALGO, HUFFMAN, LEVEL, WINDOW, CHKSUM, HASH, TYPE } field;
	int value;
	int soft;	/* with a soft lane */
	int v3;		/* engine alone */
	int v2;
};

static const struct change changes[] = {
	{ "as it is", false, LEVEL, 1, 0, 0, 0 },
	{ "algo NULL", false, ALGO, RTE_COMP_ALGO_NULL, 0, -ENOTSUP, -ENOTSUP },
	{ "algo UNSPECIFIED", false, ALGO, RTE_COMP_ALGO_UNSPECIFIED,
		-ENOTSUP, -ENOTSUP, -ENOTSUP },
	{ "algo LZS", false, ALGO, RTE_COMP_ALGO_LZS, -ENOTSUP, -ENOTSUP, -ENOTSUP },
	{ "algo beyond", false, ALGO, 77, -ENOTSUP, -ENOTSUP, -ENOTSUP },
	{ "fixed", false, HUFFMAN, RTE_COMP_HUFFMAN_FIXED, 0, -ENOTSUP, -ENOTSUP },
	{ "dynamic", false, HUFFMAN, RTE_COMP_HUFFMAN_DYNAMIC, 0, 0, 0 },
	{ "huffman beyond", false, HUFFMAN, 9, -ENOTSUP, -ENOTSUP, -ENOTSUP },
	{ "level 0", false, LEVEL, 0, 0, -ENOTSUP, -ENOTSUP },
	{ "level 9", false, LEVEL, 9, 0, 0, 0 },
	{ "level 10", false, LEVEL, 10, -EINVAL, -EINVAL, -EINVAL },
	{ "level -2", false, LEVEL, -2, -EINVAL, -EINVAL, -EINVAL },
	{ "window 7", false, WINDOW, 7, -ENOTSUP, -ENOTSUP, -ENOTSUP },
	{ "window 8", false, WINDOW, 8, 0, -ENOTSUP, -ENOTSUP },
	{ "window 11", false, WINDOW, 11, 0, -ENOTSUP, -ENOTSUP },
	{ "window 12", false, WINDOW, 12, 0, 0, -ENOTSUP },
	{ "window 14", false, WINDOW, 14, 0, 0, -ENOTSUP },
	{ "window 16", false, WINDOW, 16, -ENOTSUP, -ENOTSUP, -ENOTSUP },
	{ "CRC-32", false, CHKSUM, RTE_COMP_CHECKSUM_CRC32, 0, -ENOTSUP, -ENOTSUP },
	{ "Adler-32", false, CHKSUM, RTE_COMP_CHECKSUM_ADLER32, 0, -ENOTSUP, -ENOTSUP },
	{ "both", false, CHKSUM, RTE_COMP_CHECKSUM_CRC32_ADLER32, 0, -ENOTSUP, -ENOTSUP },
	{ "checksum beyond", false, CHKSUM, RTE_COMP_CHECKSUM_CRC32_ADLER32 + 3,
		-ENOTSUP, -ENOTSUP, -ENOTSUP },
	{ "SHA1", false, HASH, RTE_COMP_HASH_ALGO_SHA1, -ENOTSUP, -ENOTSUP, -ENOTSUP },
	{ "SHA2", false, HASH, RTE_COMP_HASH_ALGO_SHA2_256, -ENOTSUP, -ENOTSUP, -ENOTSUP },
	{ "type", false, TYPE, 2, -EINVAL, -EINVAL, -EINVAL },
	{ "as it is", true, WINDOW, 15, 0, 0, -ENOTSUP },
	{ "algo NULL", true, ALGO, RTE_COMP_ALGO_NULL, 0, -ENOTSUP, -ENOTSUP },
	{ "algo LZS", true, ALGO, RTE_COMP_ALGO_LZS, -ENOTSUP, -ENOTSUP, -ENOTSUP },
	{ "window 16", true, WINDOW, 16, -ENOTSUP, -ENOTSUP, -ENOTSUP },
	{ "window 8", true, WINDOW, 8, 0, 0, -ENOTSUP },
	{ "CRC-32", true, CHKSUM, RTE_COMP_CHECKSUM_CRC32, 0, -ENOTSUP, -ENOTSUP },
	{ "checksum beyond", true, CHKSUM, 40, -ENOTSUP, -ENOTSUP, -ENOTSUP },
	{ "SHA1", true, HASH, RTE_COMP_HASH_ALGO_SHA1, -ENOTSUP, -ENOTSUP, -ENOTSUP },
};

static void
apply(struct rte_comp_xform *x, const struct change *c)
{
	struct rte_comp_compress_xform *com = &x->compress;
	struct rte_comp_decompress_xform *dec = &x->decompress;

	*x = c->decompress ? decompress_good : compress_good;
	if (c->field == ALGO && c->decompress)
		dec->algo = c->value;
	else if (c->field == ALGO)
		com->algo = c->value;
	else if (c->field == HUFFMAN)
		com->deflate.huffman = c->value;
	else if (c->field == LEVEL)
		com->level = c->value;
	else if (c->field == WINDOW && c->decompress)
		dec->window_size = c->value;
	else if (c->field == WINDOW)
		com->window_size = c->value;
	else if (c->field == CHKSUM && c->decompress)
		dec->chksum = c->value;
	else if (c->field == CHKSUM)
		com->chksum = c->value;
	else if (c->field == HASH && c->decompress)
		dec->hash_algo = c->value;
	else if (c->field == HASH)
		com->hash_algo = c->value;
	else
		x->type = c->value;
}

static int
each(const char *args, unsigned int alone)
{
	int id = pmd_probe(PMD_NAME, args);

	TEST_ASSERT(id >= 0, "%s", args);
	for (unsigned int i = 0; i < DIM(changes); i++) {
		const struct change *c = &changes[i];
		int want = alone == 0 ? c->soft : alone == 3 ? c->v3 : c->v2, ret;
		struct rte_comp_xform x;
		void *priv = NULL;

		apply(&x, c);
		log_forget();
		ret = rte_compressdev_private_xform_create(id, &x, &priv);
		TEST_ASSERT(ret == want, "%s, %scompress, %s: %d, not %d", args,
			    c->decompress ? "de" : "", c->name, ret, want);
		TEST_ASSERT((priv != NULL) == (ret == 0), "%s: pointer", c->name);
		TEST_ASSERT((log_lines() == 0) == (ret == 0), "%s says: %s", c->name, log_text());
		if (ret == 0)
			TEST_ASSERT(rte_compressdev_private_xform_free(id, priv) == 0, "free");
	}
	TEST_ASSERT(rte_compressdev_private_xform_free(id, NULL) == -EINVAL, "free NULL");
	return rte_vdev_uninit(PMD_NAME);
}

static int
test_xform(void)
{
	int ret = pmd_up();

	if (ret == 0)
		ret = log_catch();
	if (ret == 0)
		ret = each("device=soft", 0);
	if (ret == 0)
		ret = each("device=soft,soft_ext=off,soft_api=2", 0);
	if (ret == 0)
		ret = each("device=soft,soft_ext=off,soft_api=3,fallback=off", 3);
	if (ret == 0)
		ret = each("device=soft,soft_ext=off,soft_api=5,fallback=off", 3);
	if (ret == 0)
		ret = each("device=soft,soft_ext=off,soft_api=2,fallback=off", 2);
	log_release();
	return pmd_down(ret);
}

UACCE_TEST(pmd_xform, test_xform)
