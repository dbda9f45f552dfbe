/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

#ifndef UACCE_ZIP_COMPAT_H
#define UACCE_ZIP_COMPAT_H

/**
 * @file
 * Everything that differs between DPDK 22.11 and later versions.
 */

#include <rte_compat.h>
#include <rte_version.h>

/* 25.07 lists exported symbols in the sources instead of version.map */
#if RTE_VERSION >= RTE_VERSION_NUM(25, 7, 0, 0) && __has_include(<eal_export.h>)
#include <eal_export.h>
#endif
#ifndef RTE_EXPORT_EXPERIMENTAL_SYMBOL
#define RTE_EXPORT_EXPERIMENTAL_SYMBOL(symbol, version)
#endif

#endif /* UACCE_ZIP_COMPAT_H */
