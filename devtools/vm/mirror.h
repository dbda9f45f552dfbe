/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

#ifndef MIRROR_H
#define MIRROR_H

/*
 * Addresses in a client's request are the client's, in another process: what they name
 * is mirrored into this one, and what the request produces goes back.
 */

#include <stdbool.h>
#include <stdint.h>

#include <hisi_zip_hw.h>

struct mirror;

/** Whose memory it is. */
struct mirror_client {
	uint32_t queue;
	uint32_t life;
};

/** @param fd the module's device. @return NULL: no memory. */
struct mirror *
mirror_create(int fd);

/**
 * Fetch what a request refers to.
 *
 * @param sqe
 *   The client's request; becomes one with addresses of this process.
 * @return
 *   false: what it refers to cannot be read.
 */
bool
mirror_in(struct mirror *m, const struct mirror_client *c, struct hisi_zip_sqe *sqe);

/**
 * Bring the results of the request that mirror_in() fetched last.
 *
 * @param sqe
 *   It, completed.
 * @return
 *   false: there is no writing to where they belong.
 */
bool
mirror_out(struct mirror *m, const struct mirror_client *c, const struct hisi_zip_sqe *sqe);

#endif /* MIRROR_H */
