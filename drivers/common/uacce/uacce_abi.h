/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

#ifndef UACCE_ABI_H
#define UACCE_ABI_H

/**
 * @file
 * The kernel's uacce ABI, layout only (datasheet section 1).
 *
 * Plain C with no dependency: the driver and the soft device both include it.
 */

#include <sys/ioctl.h>

/** Class directory of all uacce devices (datasheet 1.1). */
#define UACCE_CLASS_PATH	"/sys/class/uacce"
/** Directory of the character devices (datasheet 1.1). */
#define UACCE_DEV_PATH		"/dev"

/** Start a queue; legal in state INIT only (datasheet 1.5). */
#define UACCE_CMD_START_Q	_IO('W', 0)
/** Stop a queue; what follows depends on the kernel (datasheet 1.5). */
#define UACCE_CMD_PUT_Q		_IO('W', 1)

/** Process and device share virtual addresses (datasheet 1.2, `flags`). */
#define UACCE_FLAG_SVA		(1u << 0)
/** Out-of-tree kernels without IOMMU; unsupported here (datasheet 1.12). */
#define UACCE_FLAG_NOIOMMU	(1u << 1)

/** mmap regions: the file offset is the number times the page size (1.6). */
enum uacce_region {
	UACCE_REGION_MMIO = 0,	/**< doorbells */
	UACCE_REGION_DUS = 1,	/**< rings and stop words, shared with the device */
	UACCE_REGION_NB
};

#endif /* UACCE_ABI_H */
