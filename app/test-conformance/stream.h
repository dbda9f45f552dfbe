/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/* Stateful streams: cut into ops at random, several of them in flight at once. */

#ifndef STREAM_H
#define STREAM_H

#include "conf_op.h"
#include "conf_ref.h"

#define STREAM_MAX	4

struct stream {
	struct conf_case *c;
	void *handle;
	struct conf_rng rng;
	const uint8_t *in;
	uint32_t in_len;
	uint32_t pos;		/* consumed so far */
	uint32_t end;		/* of the piece at hand */
	bool pending;		/* there is one, not done yet */
	enum rte_comp_flush_flag flush;
	uint8_t *out;
	uint32_t out_len;
	uint32_t out_cap;
	struct conf_op *op;	/* in flight */
	unsigned int idle;	/* ops in a row that did nothing */
	unsigned int nb_ops;
	bool over;
	/* choose the next piece: end and flush */
	void (*piece)(struct stream *s);
	/* an op came back; its output has been added, what it consumed counted */
	enum conf_result (*done)(struct stream *s, const struct rte_comp_op *op);
	void *user;
};

/* Generators: ops without input, in percent; streams in flight at once. */
conf_gen stream_gen_empties;
conf_gen stream_gen_streams;
/* Start anew with the same handle. */
void stream_begin(struct stream *s, const uint8_t *in, uint32_t len, uint32_t seed);
/* Until all of them are over. */
enum conf_result streams_run(struct conf_case *c, struct stream *s, unsigned int n);
/* The next piece's length, by chance. */
uint32_t stream_cut(struct stream *s);
/* A handle goes back while the others live on. */
enum conf_result stream_end(struct stream *s);
/* Sizes such that a case stays short. */
void stream_limit(const struct conf_dev *dev, struct conf_params *p);

#endif
