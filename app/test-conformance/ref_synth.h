/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

#ifndef REF_SYNTH_H
#define REF_SYNTH_H

#include "conf_ref.h"

/* A stream being written, and what it decodes to. */
struct synth {
	struct conf_rng rng;
	uint8_t *in;
	size_t in_len;
	size_t in_cap;
	uint64_t acc;		/* bits that make no byte yet */
	unsigned int nb_acc;
	uint8_t *out;
	size_t out_len;
	size_t size;		/* wanted of it */
	uint32_t window;
};

/* Codes of a block: lengths, and the codes with their bits reversed. */
struct synth_code {
	uint8_t len[288];
	uint16_t code[288];
	uint16_t used[288];	/* symbols that have a code */
	unsigned int nb_used;
};

void synth_bits(struct synth *s, uint32_t v, unsigned int n);
void synth_align(struct synth *s);
void synth_assign(struct synth_code *c, unsigned int n);
void synth_symbol(struct synth *s, const struct synth_code *c, unsigned int sym);
void synth_fixed_codes(struct synth_code *lits, struct synth_code *dists);
/* The code of code lengths that all dynamic blocks use here, written with the counts. */
void synth_header(struct synth *s, unsigned int nlit, unsigned int ndist,
		  struct synth_code *pre);
/* Blocks of all kinds until there is enough; the last one final or none. */
void synth_blocks(struct synth *s, bool final);
void synth_begin(struct synth *s, const struct conf_params *p, size_t size);
/* Sizes are bounds on what synth_blocks() makes of this. */
#define SYNTH_OUT(size)	((size) + 70000)

#endif
