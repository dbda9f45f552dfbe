/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

#include <assert.h>
#include <string.h>

/* the library keeps its state to itself unless it is compiled in */
#define XXH_INLINE_ALL
#include <xxhash.h>

#include "soft_xxh.h"

#define SEED		0
#define WORD_BUFFERED	10	/* bytes that wait for more, at most 15 */
static_assert(sizeof(XXH32_state_t) == sizeof(struct soft_xxh), "all of it is kept");
static_assert(offsetof(XXH32_state_t, reserved) == 4 * (WORD_BUFFERED + 1),
	      "the last field but one, whose name changed with version 0.8.3");

static XXH32_state_t
state_load(const struct soft_xxh *h)
{
	struct soft_xxh checked = *h;
	XXH32_state_t state;

	/* it indexes a buffer of 16 bytes */
	checked.word[WORD_BUFFERED] %= 16;
	memcpy(&state, &checked, sizeof(state));
	return state;
}

void
soft_xxh_start(struct soft_xxh *h)
{
	XXH32_state_t state = { 0 };

	XXH32_reset(&state, SEED);
	memcpy(h, &state, sizeof(state));
}

void
soft_xxh_add(struct soft_xxh *h, const uint8_t *p, size_t len)
{
	XXH32_state_t state = state_load(h);

	XXH32_update(&state, p, len);
	memcpy(h, &state, sizeof(state));
}

void
soft_xxh_walk(struct soft_xxh *h, struct soft_cursor at, size_t len)
{
	uint8_t *p;
	size_t n;

	for (; len != 0; len -= n) {
		n = soft_cursor_next(&at, len, &p);
		if (n == 0)
			break;
		soft_xxh_add(h, p, n);
	}
}

uint32_t
soft_xxh_digest(const struct soft_xxh *h)
{
	XXH32_state_t state = state_load(h);

	return XXH32_digest(&state);
}

uint32_t
soft_xxh32(const uint8_t *p, size_t len)
{
	return XXH32(p, len, SEED);
}
