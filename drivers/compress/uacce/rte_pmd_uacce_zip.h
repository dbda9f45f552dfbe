/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

#ifndef RTE_PMD_UACCE_ZIP_H
#define RTE_PMD_UACCE_ZIP_H

/**
 * @file
 * What the uacce_zip PMD offers beyond the compressdev API.
 */

#include <stdint.h>
#include <stdio.h>

#include <rte_compat.h>

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Print every ring index and counter of a device: polls, idle polls, doorbells,
 * full rings, operations per lane, fall-backs by reason, faults by kind.
 *
 * May be called from any thread while queue pairs are in use, whose figures are
 * approximate then, but not while the device is configured, set up or closed.
 *
 * @param dev_id
 *   A compressdev of this driver.
 * @param f
 *   Where to print.
 * @return
 *   0, or -EINVAL if dev_id is not a device of this driver or f is NULL, or -EPERM in a
 *   child of fork().
 */
__rte_experimental
int
rte_pmd_uacce_zip_dump(uint8_t dev_id, FILE *f);

/**
 * Is this the address of a fault in the memory of an engine that was removed while in
 * use? Then other memory is there now, and the access may be done again.
 *
 * While queues of engines are open the driver has a handler of SIGBUS that asks this,
 * and passes other faults on to the handler it found. An application that installs one
 * later, in its place, calls this first from there:
 *
 *	if (rte_pmd_uacce_zip_sigbus(info->si_addr))
 *		return;
 *
 * May be called from signal handlers, in any thread. The signal must not be blocked in
 * threads that call the driver: Linux kills a process that faults with it blocked.
 *
 * @param addr
 *   The address as the signal has it; any value.
 * @return
 *   1: it was, return from the handler; 0: the fault is somebody else's.
 */
__rte_experimental
int
rte_pmd_uacce_zip_sigbus(const void *addr);

#ifdef __cplusplus
}
#endif

#endif /* RTE_PMD_UACCE_ZIP_H */
