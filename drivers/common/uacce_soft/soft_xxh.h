/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

#ifndef SOFT_XXH_H
#define SOFT_XXH_H

/**
 * @file
 * xxHash-32 with seed 0, of one piece or of many.
 */

#include "soft_codec.h"

/**
 * A hash under way. May live in memory that others write: whatever is there, no more
 * than a wrong hash comes of it.
 */
struct soft_xxh {
	uint32_t word[12];
};

void
soft_xxh_start(struct soft_xxh *h);

void
soft_xxh_add(struct soft_xxh *h, const uint8_t *p, size_t len);

/** Add the next len bytes of segments. */
void
soft_xxh_walk(struct soft_xxh *h, struct soft_cursor at, size_t len);

/** Hash of all that was added so far. */
uint32_t
soft_xxh_digest(const struct soft_xxh *h);

uint32_t
soft_xxh32(const uint8_t *p, size_t len);

#endif /* SOFT_XXH_H */
