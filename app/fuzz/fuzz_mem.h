/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

#ifndef FUZZ_MEM_H
#define FUZZ_MEM_H

/**
 * @file
 * Memory that a device is let into, piece by piece. Around it are pages that nobody
 * may touch; what is not let in is poisoned for the sanitizer, which sees our own
 * code, and filled with a pattern, which betrays the libraries.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FUZZ_MAX_PIECES	4096

struct fuzz_mem {
	const char *name;
	uint8_t *p;
	size_t len;
	uint8_t fill;		/**< what it holds at first */
	uint8_t *before;	/**< what p holds, but for what a device wrote */
	size_t set_from;	/**< what fuzz_mem_set() has changed */
	size_t set_to;
	size_t top;		/**< where the last piece ends */
	unsigned int nb;
	struct {
		size_t at;
		size_t len;
		bool write;
	} pieces[FUZZ_MAX_PIECES];
};

/** Once. */
void
fuzz_mem_make(struct fuzz_mem *m, const char *name, size_t len, uint8_t fill);

/** Change content. */
void
fuzz_mem_set(struct fuzz_mem *m, size_t at, const void *data, size_t len);

/** Content is again what it was at first. */
void
fuzz_mem_reset(struct fuzz_mem *m);

/** Let the device into [at, at + len), to read, or to write as well. */
void
fuzz_mem_allow(struct fuzz_mem *m, size_t at, size_t len, bool write);

/** From now on any access but to the pieces is a finding. */
void
fuzz_mem_lock(struct fuzz_mem *m);

/** From now on we may look at it. */
void
fuzz_mem_unlock(struct fuzz_mem *m);

/** Is all as it was, but for what the device may write? Then nothing is let in. */
void
fuzz_mem_check(struct fuzz_mem *m);

#endif /* FUZZ_MEM_H */
