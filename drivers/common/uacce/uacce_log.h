/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

#ifndef UACCE_LOG_H
#define UACCE_LOG_H

/**
 * @file
 * Log of the uacce layer; private to this folder.
 */

#include <rte_log.h>

extern int uacce_common_logtype;

/* rte_log() alone has the same form in every DPDK release supported here */
#define UACCE_LOG(level, fmt, ...) \
	rte_log(RTE_LOG_ ## level, uacce_common_logtype, "UACCE: " fmt "\n", \
		## __VA_ARGS__)

#endif /* UACCE_LOG_H */
