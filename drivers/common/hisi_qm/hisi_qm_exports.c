/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/*
 * What the driver of another folder may use. DPDK 25.07 and later read it from here
 * when this folder builds in their tree; earlier versions read version.map.
 */
#define RTE_EXPORT_INTERNAL_SYMBOL(symbol) struct unused_symbol;

RTE_EXPORT_INTERNAL_SYMBOL(hisi_qm_dump)
RTE_EXPORT_INTERNAL_SYMBOL(hisi_qm_halt)
RTE_EXPORT_INTERNAL_SYMBOL(hisi_qm_nb_new_cqes)
RTE_EXPORT_INTERNAL_SYMBOL(hisi_qm_nb_used)
RTE_EXPORT_INTERNAL_SYMBOL(hisi_qm_setup)
RTE_EXPORT_INTERNAL_SYMBOL(hisi_qm_teardown)
RTE_EXPORT_INTERNAL_SYMBOL(hisi_qm_unmap)
