/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

#ifndef TEST_PMD_H
#define TEST_PMD_H

/**
 * @file
 * EAL, devices and single requests for the tests of the PMD.
 *
 * A test is pmd_up(), what it tests, pmd_down().
 */

#include <stdbool.h>
#include <stdint.h>

#include <rte_comp.h>
#include <rte_compressdev.h>

#include "test.h"
#include "test_pmd_data.h"

/** A device in use. */
struct pmd_dev {
	char name[32];
	uint8_t id;
	uint16_t nb_qps;
};

/** The shapes of device that must all behave alike. */
struct pmd_flavour {
	const char *args;
	unsigned int api;	/**< of the engine that the soft device poses as; 0: none */
	bool threads;
};

/** One request and its answer. */
struct pmd_io {
	void *xform;		/**< or stream */
	bool stateful;
	enum rte_comp_flush_flag flush;
	struct pmd_buf *src;
	struct pmd_buf *dst;
	uint32_t src_off;
	uint32_t src_len;
	uint32_t dst_off;
	uint64_t input_chksum;

	uint8_t status;
	uint32_t consumed;
	uint32_t produced;
	uint64_t output_chksum;
};

#define PMD_NAME	"uacce_zip0"
#define PMD_QP_OPS	128	/**< in flight, unless a test is about that */
#define PMD_WAIT_S	30	/**< for what must come, however slow the machine */

extern struct rte_mempool *pmd_mbufs;
extern struct rte_mempool *pmd_ops;

/** Start EAL and make the pools. */
int
pmd_up(void);

/** End it all; ret, or -1 if something was left behind. */
int
pmd_down(int ret);

/** Probe a device. @return its id, negative if it fails. */
int
pmd_probe(const char *name, const char *args);

/** Probe, configure, set up all queue pairs, start. */
int
pmd_open(struct pmd_dev *dev, const char *name, const char *args, uint16_t nb_qps,
	 uint32_t max_inflight);

/** Stop, close and remove a device. */
int
pmd_close(struct pmd_dev *dev);

/** Run func with a device of each flavour, one queue pair; ends at the first failure. */
int
pmd_each_flavour(int (*func)(const struct pmd_dev *dev, const struct pmd_flavour *f));

/** Xforms; NULL if refused. */
void *
pmd_deflate(const struct pmd_dev *dev, int level, enum rte_comp_huffman huffman,
	    uint8_t window, enum rte_comp_checksum_type chksum);
void *
pmd_inflate(const struct pmd_dev *dev, enum rte_comp_checksum_type chksum);
void
pmd_xform_free(const struct pmd_dev *dev, void *xform);

/** Fill an op from a request. */
struct rte_comp_op *
pmd_op(const struct pmd_io *io);

/** Dequeue from qp until nb ops came or time is up. @return how many came. */
uint16_t
pmd_dequeue(const struct pmd_dev *dev, uint16_t qp, struct rte_comp_op **ops, uint16_t nb);

/**
 * Run one request on queue pair 0 and check what holds for every request: it comes
 * back once, its own, its fields unchanged; the source is unchanged; nothing outside
 * the destination's room is, and nothing past what was produced if it failed to.
 *
 * @return
 *   0 if it came back, whatever its status.
 */
int
pmd_run(const struct pmd_dev *dev, struct pmd_io *io);

/**
 * The number after key in lines of the dump that start with line ("faults:", "lane
 * soft compress:"), summed; -1 if there is none.
 */
int64_t
pmd_dumped(const struct pmd_dev *dev, const char *line, const char *key);

#endif /* TEST_PMD_H */
