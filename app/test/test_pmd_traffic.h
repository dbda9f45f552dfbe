/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

#ifndef TEST_PMD_TRAFFIC_H
#define TEST_PMD_TRAFFIC_H

/**
 * @file
 * Ops in both directions that know what must come of them, for tests in which the
 * device misbehaves.
 */

#include "test_pmd.h"

#define TRAFFIC_OPS	64u	/**< at most in flight */

/** What came back so far. */
struct traffic_sum {
	unsigned int sent;	/**< accepted by enqueue */
	unsigned int refused;	/**< not accepted, with ERROR */
	unsigned int back;
	unsigned int good;	/**< SUCCESS with the right data */
	unsigned int bad;	/**< ERROR */
};

/** Make the ops of a device's queue pair 0. */
int
traffic_make(const struct pmd_dev *dev);

void
traffic_free(const struct pmd_dev *dev);

/** Zero the sums. */
void
traffic_reset(struct traffic_sum *sum);

/**
 * Send until nb more were accepted, a few at a time, and take back what comes meanwhile.
 *
 * @return
 *   0; -1 if an op came back that should not have, or that is not what it claims, or
 *   if the device takes no more.
 */
int
traffic_send(const struct pmd_dev *dev, unsigned int nb, struct traffic_sum *sum);

/** Take back what comes, until all did or none does for ms milliseconds. */
int
traffic_settle(const struct pmd_dev *dev, unsigned int ms, struct traffic_sum *sum);

/**
 * Offer one op after another until one is accepted or refused with ERROR, for at most ms
 * milliseconds.
 */
int
traffic_try(const struct pmd_dev *dev, unsigned int ms, struct traffic_sum *sum);

/** Ops in flight. */
unsigned int
traffic_inside(void);

#endif /* TEST_PMD_TRAFFIC_H */
