/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

#ifndef UACCE_ZIP_COMPAT_H
#define UACCE_ZIP_COMPAT_H

/**
 * @file
 * Everything that differs between DPDK 22.11 and later versions.
 */

#include <pthread.h>

#include <rte_compat.h>
#include <rte_lcore.h>
#include <rte_thread.h>
#include <rte_version.h>

/* 25.07 lists exported symbols in the sources instead of version.map */
#if RTE_VERSION >= RTE_VERSION_NUM(25, 7, 0, 0) && __has_include(<eal_export.h>)
#include <eal_export.h>
#endif
#ifndef RTE_EXPORT_EXPERIMENTAL_SYMBOL
#define RTE_EXPORT_EXPERIMENTAL_SYMBOL(symbol, version)
#endif

/* 23.07 renames control threads and changes what they run. */
#if RTE_VERSION >= RTE_VERSION_NUM(23, 7, 0, 0)
typedef rte_thread_t zip_thread_t;
#define ZIP_THREAD_FUNC(name, arg)	uint32_t name(void *arg)
#define ZIP_THREAD_RETURN		return 0
#define zip_ctrl_thread_create(t, name, func, arg) \
	rte_thread_create_control(t, name, func, arg)
#define zip_thread_join(t)		rte_thread_join(t, NULL)
#else
typedef pthread_t zip_thread_t;
#define ZIP_THREAD_FUNC(name, arg)	void *name(void *arg)
#define ZIP_THREAD_RETURN		return NULL
#define zip_ctrl_thread_create(t, name, func, arg) \
	rte_ctrl_thread_create(t, name, NULL, func, arg)
#define zip_thread_join(t)		pthread_join(t, NULL)
#endif

#endif /* UACCE_ZIP_COMPAT_H */
