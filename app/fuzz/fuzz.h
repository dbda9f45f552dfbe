/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

#ifndef FUZZ_H
#define FUZZ_H

/**
 * @file
 * What the fuzzers share: an input that is read from front to back, and checks.
 */

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DIM(a)		(sizeof(a) / sizeof((a)[0]))

/* what libFuzzer calls */
int
LLVMFuzzerInitialize(int *argc, char ***argv);
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/** A finding unless cond holds. */
#define FUZZ_CHECK(cond, ...) do { \
	if (!(cond)) { \
		fprintf(stderr, "%s:%d: (%s) is false: ", __FILE__, __LINE__, #cond); \
		fprintf(stderr, __VA_ARGS__); \
		fputc('\n', stderr); \
		abort(); \
	} \
} while (0)

/** What is left of an input; past its end there are zeros. */
struct fuzz_in {
	const uint8_t *p;
	size_t left;
};

/** Take len bytes, zeros for those that are missing. */
static inline void
fuzz_take(struct fuzz_in *in, void *to, size_t len)
{
	size_t n = len < in->left ? len : in->left;

	memset(to, 0, len);
	if (n != 0)
		memcpy(to, in->p, n);
	in->p += n;
	in->left -= n;
}

static inline uint8_t
fuzz_u8(struct fuzz_in *in)
{
	uint8_t v;

	fuzz_take(in, &v, sizeof(v));
	return v;
}

static inline uint16_t
fuzz_u16(struct fuzz_in *in)
{
	uint16_t v;

	fuzz_take(in, &v, sizeof(v));
	return v;
}

/** The next len bytes where they are; *len is cut to what is left. */
static inline const uint8_t *
fuzz_bytes(struct fuzz_in *in, size_t *len)
{
	const uint8_t *p = in->p;

	if (*len > in->left)
		*len = in->left;
	in->p += *len;
	in->left -= *len;
	return p;
}

/** Start EAL without memory files, telemetry or devices but those of vdevs[]. */
void
fuzz_eal_init(const char * const *vdevs, unsigned int nb_vdevs);

#endif /* FUZZ_H */
