/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/*
 * What the driver of another folder may use. DPDK 25.07 and later read it from here
 * when this folder builds in their tree; earlier versions read version.map.
 */
#define RTE_EXPORT_INTERNAL_SYMBOL(symbol) struct unused_symbol;

RTE_EXPORT_INTERNAL_SYMBOL(uacce_dev_has_alg)
RTE_EXPORT_INTERNAL_SYMBOL(uacce_dev_read)
RTE_EXPORT_INTERNAL_SYMBOL(uacce_kernel_ops)
RTE_EXPORT_INTERNAL_SYMBOL(uacce_open_hint)
RTE_EXPORT_INTERNAL_SYMBOL(uacce_queue_close)
RTE_EXPORT_INTERNAL_SYMBOL(uacce_queue_ioctl)
RTE_EXPORT_INTERNAL_SYMBOL(uacce_queue_map)
RTE_EXPORT_INTERNAL_SYMBOL(uacce_queue_open)
RTE_EXPORT_INTERNAL_SYMBOL(uacce_queue_put)
RTE_EXPORT_INTERNAL_SYMBOL(uacce_queue_start)
RTE_EXPORT_INTERNAL_SYMBOL(uacce_scan)
RTE_EXPORT_INTERNAL_SYMBOL(uacce_sigbus)
RTE_EXPORT_INTERNAL_SYMBOL(uacce_soft_describe)
RTE_EXPORT_INTERNAL_SYMBOL(uacce_soft_ops)
