/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

#ifndef UACCE_SOFT_TRACE_H
#define UACCE_SOFT_TRACE_H

/**
 * @file
 * The file that uacce_soft_conf::trace names: a head, then records of one size, in the
 * order in which they were written. Little-endian. Layout only;
 * devtools/decode-trace.py reads it.
 *
 * Each record is one write(2) to the end of the file, so several queues, devices and
 * processes may share a file.
 */

#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#define UACCE_SOFT_TRACE_MAGIC		"UZTRACE"	/**< 8 bytes with its 0 */
#define UACCE_SOFT_TRACE_VERSION	1
#define UACCE_SOFT_TRACE_DATA		128	/**< bytes: an SQE */
#define UACCE_SOFT_TRACE_NB_SGE		4	/**< entries in one record */

struct uacce_soft_trace_head {
	char magic[8];
	uint16_t version;
	uint16_t head_size;
	uint16_t record_size;
	uint16_t reserved[9];
};
static_assert(sizeof(struct uacce_soft_trace_head) == 32, "on file");
static_assert(offsetof(struct uacce_soft_trace_head, version) == 8, "on file");
static_assert(offsetof(struct uacce_soft_trace_head, record_size) == 12, "on file");

enum uacce_soft_trace_kind {
	/** addr: sq_depth, and cq_depth from bit 16 on. */
	UACCE_SOFT_TRACE_OPEN = 1,
	UACCE_SOFT_TRACE_START = 2,	/**< from here on dir is the queue's */
	UACCE_SOFT_TRACE_PUT = 3,
	UACCE_SOFT_TRACE_CLOSE = 4,
	/** A store to MMIO before it is judged: index: offset, addr: value. */
	UACCE_SOFT_TRACE_MMIO = 5,
	/** index: slot; data: the SQE as it was fetched. */
	UACCE_SOFT_TRACE_SQE = 6,
	/** index: slot; data: the SQE as it is after the write-back. */
	UACCE_SOFT_TRACE_DONE = 7,
	/** index: place in the CQ; data: the CQE. */
	UACCE_SOFT_TRACE_CQE = 8,
	/** index: slot, addr: of the list; data: its header. Before what it has of SGEs. */
	UACCE_SOFT_TRACE_SRC_SGL = 9,
	UACCE_SOFT_TRACE_DST_SGL = 10,
	/** index: slot, addr: of the first; data: entries of the list before, nb of them. */
	UACCE_SOFT_TRACE_SRC_SGE = 11,
	UACCE_SOFT_TRACE_DST_SGE = 12,
};

struct uacce_soft_trace_record {
	uint64_t ns;		/**< CLOCK_MONOTONIC */
	uint64_t addr;
	uint32_t pid;
	uint16_t device;	/**< of the process, from 0 */
	uint16_t queue;		/**< its number in doorbells */
	uint16_t index;
	uint8_t kind;		/**< enum uacce_soft_trace_kind */
	uint8_t api;		/**< QM version */
	uint8_t dir;		/**< qc_type; before START that of the last one */
	uint8_t ext;		/**< the device offers the extension */
	uint8_t nb;
	uint8_t reserved;
	uint8_t data[UACCE_SOFT_TRACE_DATA];
};
static_assert(sizeof(struct uacce_soft_trace_record) == 160, "on file");
static_assert(offsetof(struct uacce_soft_trace_record, addr) == 8, "on file");
static_assert(offsetof(struct uacce_soft_trace_record, pid) == 16, "on file");
static_assert(offsetof(struct uacce_soft_trace_record, queue) == 22, "on file");
static_assert(offsetof(struct uacce_soft_trace_record, index) == 24, "on file");
static_assert(offsetof(struct uacce_soft_trace_record, kind) == 26, "on file");
static_assert(offsetof(struct uacce_soft_trace_record, nb) == 30, "on file");
static_assert(offsetof(struct uacce_soft_trace_record, data) == 32, "on file");

#endif /* UACCE_SOFT_TRACE_H */
