/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

#ifndef CONF_OP_H
#define CONF_OP_H

#include "conf.h"

/* ------------------------------------------------------------- guarded buffers */

/* One segment: the mbuf's data within memory that is guarded on both sides. */
struct conf_seg {
	struct rte_mbuf *m;
	uint8_t *base;
	uint32_t base_len;
	uint32_t off;
	uint32_t len;
};

struct conf_buf {
	struct conf_dev *dev;
	struct conf_seg *segs;
	uint32_t nb_segs;
	uint32_t max_segs;
	uint32_t len;
	uint8_t canary;
};

struct conf_shape {
	uint32_t seg;	/* longest segment, 0 for as few as possible */
	bool empty;	/* some segments hold nothing */
	bool ext;	/* external memory */
};

/* All canary at first. Fails for want of mbufs only. */
int conf_buf_make(struct conf_dev *dev, struct conf_buf *b, uint32_t len,
		  const struct conf_shape *shape, struct conf_rng *rng);
void conf_buf_free(struct conf_buf *b);
void conf_buf_write(struct conf_buf *b, uint32_t off, const void *data, uint32_t len);
void conf_buf_read(const struct conf_buf *b, uint32_t off, void *data, uint32_t len);
bool conf_buf_equal(const struct conf_buf *b, uint32_t off, const void *data, uint32_t len);
bool conf_buf_untouched(const struct conf_buf *b, uint32_t off, uint32_t len);
/* What is around the data, and the mbufs themselves; NULL if all is well. */
const char *conf_buf_damage(const struct conf_buf *b);

/* ------------------------------------------------------------- ops */

enum conf_op_state {
	CONF_OP_NEW,
	CONF_OP_IN_FLIGHT,
	CONF_OP_REFUSED,
	CONF_OP_DONE,
};

struct conf_op {
	struct conf_op *next;
	struct conf_case *c;
	struct rte_comp_op *op;
	struct conf_buf src;
	struct conf_buf dst;
	const uint8_t *data;	/* what the source holds */
	uint32_t len;
	uint32_t room;
	uint32_t soff;
	uint32_t doff;
	uint16_t qp;
	enum conf_op_state state;
	void *user;
};

struct conf_op_spec {
	const uint8_t *src;
	uint32_t len;
	uint32_t room;
	void *handle;		/* xform or stream */
	bool stateful;
	enum rte_comp_flush_flag flush;
	uint64_t chksum;
};

/* Offsets and shapes are those of the case's parameters. NULL: out of memory, said. */
struct conf_op *conf_op_new(struct conf_case *c, const struct conf_op_spec *spec);
void conf_op_free(struct conf_op *o);

/* Hand it over; a full queue is polled. It is refused, or in flight, or done. */
enum conf_result conf_op_submit(struct conf_op *o, uint16_t qp);
/* Take what there is; *n ops came back and were checked. */
enum conf_result conf_qp_poll(struct conf_case *c, uint16_t qp, struct conf_op **done,
			      unsigned int max, unsigned int *n);
/* Submit and wait. */
enum conf_result conf_op_run(struct conf_op *o);
/* Ditto, and it has to be a success that consumed all. */
enum conf_result conf_op_must(struct conf_op *o, const char *what);
/* What every op that came back has to hold, whatever became of it. */
enum conf_result conf_op_check(struct conf_op *o);
/* What it produced, flat; lasts as long as the case. */
uint8_t *conf_op_output(struct conf_op *o);
const char *conf_status(unsigned int status);

/* A bound on waiting that moves with progress. */
struct conf_clock {
	uint64_t end;
};

void conf_clock_start(const struct conf_dev *dev, struct conf_clock *clock);
bool conf_clock_over(const struct conf_clock *clock);
/* Nothing came: the device's threads may need this very CPU. */
void conf_idle(void);
/* Ops do not come back: the device is lost. */
enum conf_result conf_lost(struct conf_case *c, const char *what);

/* ------------------------------------------------------------- xforms */

void conf_xform_compress(const struct conf_params *p, struct rte_comp_xform *x);
void conf_xform_decompress(const struct conf_params *p, struct rte_comp_xform *x);
/* Has to work. */
enum conf_result conf_xform(struct conf_case *c, const struct rte_comp_xform *x,
			    void **handle);
enum conf_result conf_stream(struct conf_case *c, const struct rte_comp_xform *x,
			     void **handle);
/* May be refused, with -errno. */
int conf_xform_try(struct conf_case *c, const struct rte_comp_xform *x, void **handle);

/* Room that a compressor has no reason to find too small. */
uint32_t conf_room(uint32_t size);
/* What a decompressor needs; none at all would be a matter of its own. */
uint32_t conf_room_exact(uint32_t size);

#endif
