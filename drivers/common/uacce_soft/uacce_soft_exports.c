/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/*
 * What the driver of another folder may use. DPDK 25.07 and later read it from here
 * when this folder builds in their tree; earlier versions read version.map.
 */
#define RTE_EXPORT_INTERNAL_SYMBOL(symbol) struct unused_symbol;

RTE_EXPORT_INTERNAL_SYMBOL(uacce_soft_attr)
RTE_EXPORT_INTERNAL_SYMBOL(uacce_soft_close)
RTE_EXPORT_INTERNAL_SYMBOL(uacce_soft_create)
RTE_EXPORT_INTERNAL_SYMBOL(uacce_soft_destroy)
RTE_EXPORT_INTERNAL_SYMBOL(uacce_soft_dump)
RTE_EXPORT_INTERNAL_SYMBOL(uacce_soft_dus_size)
RTE_EXPORT_INTERNAL_SYMBOL(uacce_soft_fault)
RTE_EXPORT_INTERNAL_SYMBOL(uacce_soft_fault_check)
RTE_EXPORT_INTERNAL_SYMBOL(uacce_soft_ioctl)
RTE_EXPORT_INTERNAL_SYMBOL(uacce_soft_map)
RTE_EXPORT_INTERNAL_SYMBOL(uacce_soft_mistake_name)
RTE_EXPORT_INTERNAL_SYMBOL(uacce_soft_mmio_write)
RTE_EXPORT_INTERNAL_SYMBOL(uacce_soft_open)
RTE_EXPORT_INTERNAL_SYMBOL(uacce_soft_run)
RTE_EXPORT_INTERNAL_SYMBOL(uacce_soft_stats)
RTE_EXPORT_INTERNAL_SYMBOL(uacce_soft_stop_words)
RTE_EXPORT_INTERNAL_SYMBOL(uacce_soft_unmap)
