/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/*
 * Which of the kernel's devices are taken: unfit ones are named with their reasons,
 * device=hw and names insist, device=auto goes on without, and says so once.
 */

#include <errno.h>
#include <string.h>

#include <rte_bus_vdev.h>
#include <rte_memzone.h>

#include "test_log.h"
#include "test_pmd.h"
#include "test_uacce_tree.h"

#define LEN	2000u

static int
probe(struct pmd_dev *dev, const char *args)
{
	char all[512];

	snprintf(all, sizeof(all), "%s%sclass_path=%s,dev_path=%s", args,
		 *args != '\0' ? "," : "", tree_class(), tree_root());
	log_forget();
	return pmd_open(dev, PMD_NAME, all, 1, 64);
}

static unsigned int
count(const char *text)
{
	unsigned int n = 0;

	for (const char *p = log_text(); (p = strstr(p, text)) != NULL; p += strlen(text))
		n++;
	return n;
}

/* Refused with all of these in the log, and nothing left. */
static int
fails(const char *args, const char * const *says)
{
	struct pmd_dev dev;
	int ret = probe(&dev, args);

	TEST_ASSERT(ret == -ENODEV, "%s: %d", args, ret);
	for (; *says != NULL; says++)
		TEST_ASSERT(log_has(*says), "%s: no '%s' in: %s", args, *says, log_text());
	TEST_ASSERT(rte_compressdev_count() == 0 &&
		    rte_memzone_lookup("rte_compressdev_data_0") == NULL, "left behind");
	return 0;
}

/* Compress something; where that is done is for the caller to look at. */
static int
works(struct pmd_dev *dev, bool fallback)
{
	static uint8_t data[LEN];
	struct pmd_buf src, dst;
	struct pmd_io io = { .flush = RTE_COMP_FLUSH_FINAL, .src = &src, .dst = &dst,
		.src_len = LEN };
	struct rte_comp_op *op;

	io.xform = pmd_deflate(dev, 1, RTE_COMP_HUFFMAN_DEFAULT, 15, RTE_COMP_CHECKSUM_NONE);
	TEST_ASSERT(pmd_buf_with(&src, data, LEN) == 0 && pmd_buf_flat(&dst, LEN) == 0, "memory");
	if (fallback) {
		TEST_ASSERT(pmd_run(dev, &io) == 0 &&
			    io.status == RTE_COMP_OP_STATUS_SUCCESS, "status %u", io.status);
	} else {
		/* neither accepted nor left without an answer */
		op = pmd_op(&io);
		TEST_ASSERT(rte_compressdev_enqueue_burst(dev->id, 0, &op, 1) == 0 &&
			    op->status == RTE_COMP_OP_STATUS_ERROR, "status %u", op->status);
		rte_comp_op_free(op);
	}
	pmd_xform_free(dev, io.xform);
	pmd_buf_free(&src);
	pmd_buf_free(&dst);
	return 0;
}

static int
falls_back(const char *args)
{
	struct rte_compressdev_info info;
	struct pmd_dev dev;

	TEST_ASSERT(probe(&dev, args) == 0, "%s: %s", args, log_text());
	TEST_ASSERT(log_lines() == 1 && count("no usable ZIP engine") == 1 &&
		    log_has("device=soft") && log_has("device=hw"), "%s says: %s", args,
		    log_text());
	rte_compressdev_info_get(dev.id, &info);
	TEST_ASSERT((info.feature_flags & RTE_COMPDEV_FF_HW_ACCELERATED) == 0, "a lie");
	TEST_ASSERT(works(&dev, true) == 0, "does not work");
	TEST_ASSERT(pmd_dumped(&dev, "fallback:", "queue") == 0, "no engine to fall back from");
	return pmd_close(&dev);
}

/* No class directory, an empty one, one where nothing fits. */
static int
nothing_there(void)
{
	static const char * const none[] = { "no usable ZIP engine", "uacce_mode=1", NULL };
	static const char * const unfit[] = {
		"hisi_hpre-1", "hisi_zip-2", "hisi_zip-3", "hisi_zip-4", "hisi_zip-5",
		"algorithms", "hisi_qm_v1", "isolate", "5 ", NULL,
	};
	static const char * const name[] = { "hisi_zip-9", NULL };

	if (fails("device=hw", none) != 0 || fails("device=hisi_zip-9", name) != 0 ||
	    falls_back("") != 0 || falls_back("device=auto") != 0)
		return -1;
	if (tree_dev_make("hisi_hpre-1") | tree_attr_set("hisi_hpre-1", "algorithms", "rsa\n") |
	    tree_dev_make("hisi_zip-2") | tree_attr_set("hisi_zip-2", "api", "hisi_qm_v1\n") |
	    tree_dev_make("hisi_zip-3") | tree_attr_set("hisi_zip-3", "flags", "0\n") |
	    tree_dev_make("hisi_zip-4") | tree_attr_set("hisi_zip-4", "isolate", "1\n") |
	    tree_dev_make("hisi_zip-5") | tree_attr_remove("hisi_zip-5", "region_dus_size"))
		return -1;
	if (fails("device=hw", unfit) != 0 || fails("device=hisi_zip-9", name) != 0 ||
	    fails("device=hisi_zip-4", unfit + 3) != 0 || falls_back("") != 0)
		return -1;
	for (unsigned int i = 0; i < 50; i++)
		if (fails("device=hw", unfit) != 0)
			return -1;
	return 0;
}

/* Devices that fit by their attributes; nobody can open them here. */
static int
something_there(void)
{
	static const char * const one_missing[] = { "hisi_zip-9", NULL };
	struct rte_compressdev_info info;
	struct pmd_dev dev;

	if (tree_dev_make("hisi_zip-6") | tree_dev_make("hisi_zip-7"))
		return -1;
	TEST_ASSERT(probe(&dev, "device=hw") == 0, "%s", log_text());
	TEST_ASSERT(pmd_dumped(&dev, PMD_NAME ":", "engines") < 0, "format of dump");
	rte_compressdev_info_get(dev.id, &info);
	TEST_ASSERT(info.feature_flags == RTE_COMPDEV_FF_HW_ACCELERATED, "flags %lx",
		    info.feature_flags);
	/* the queue cannot be opened: another lane does it, counted */
	TEST_ASSERT(works(&dev, true) == 0, "does not work");
	TEST_ASSERT(pmd_dumped(&dev, "fallback:", "queue") == 1 &&
		    pmd_dumped(&dev, "lane engine compress:", "open failures") == 1,
		    "not counted");
	TEST_ASSERT(log_has("hisi_zip-6"), "the node is not named: %s", log_text());
	TEST_ASSERT(pmd_close(&dev) == 0, "close");

	TEST_ASSERT(probe(&dev, "device=hisi_zip-7,fallback=off") == 0, "%s", log_text());
	TEST_ASSERT(works(&dev, false) == 0 && log_has("hisi_zip-7") && !log_has("hisi_zip-6"),
		    "another device is used");
	TEST_ASSERT(pmd_close(&dev) == 0, "close");
	return fails("device=hisi_zip-7,device=hisi_zip-9", one_missing);
}

static int
test_kernel(void)
{
	int ret = pmd_up();

	if (ret == 0)
		ret = tree_make();
	if (ret == 0)
		ret = log_catch();
	if (ret == 0)
		ret = nothing_there();
	if (ret == 0)
		ret = something_there();
	log_release();
	tree_remove();
	return pmd_down(ret);
}

UACCE_TEST(pmd_kernel, test_kernel)
