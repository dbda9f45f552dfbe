/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

#ifndef UACCE_ZIP_STREAM_H
#define UACCE_ZIP_STREAM_H

/**
 * @file
 * Streams (datasheet 5). One op of a stream may take several requests:
 *
 *   enqueuer --stream_ops--> begin -> step -> request -> device -> complete -+
 *                                      ^                                     |
 *                                      +------------- more to do ------------+-> op
 *
 * All but the enqueuer's ring is the dequeuer's. Output that a request makes is small
 * (bounced) or goes straight to the caller; what is left over in the bounce buffer is
 * delivered before anything else is done.
 */

#include "uacce_zip_sqe.h"

struct uacce_zip_stream {
	struct uacce_zip_xform x;
	struct uacce_zip_device *zip;
	uint8_t *ctx;			/**< HISI_ZIP_CTX_LEN bytes */
	/**
	 * The op in flight or NULL; set by the enqueuer, cleared by the dequeuer. What
	 * follows is the enqueuer's while it is NULL, else the dequeuer's.
	 */
	struct rte_comp_op *op;
	struct uacce_zip_stream *next;	/**< of those that wait for a lane */
	struct uacce_zip_place src;	/**< not consumed yet */
	struct uacce_zip_place dst;	/**< room left */
	uint32_t consumed;		/**< of this op */
	uint32_t produced;

	/* words that go back to the device as they came (5.2, 3.7) */
	uint32_t ctx_dw0;
	uint32_t ctx_dw1;
	uint32_t ctx_dw2;
	uint32_t isize;
	uint32_t checksum;
	uint32_t crc;			/**< extension; or the checksum that takes its word */
	uint32_t adler;

	/* the request in flight */
	uint32_t in;
	uint32_t room;
	bool finish;
	bool bounced;

	uint8_t where;			/**< ZIP_LANE_ENGINE or ZIP_LANE_SOFT */
	bool avoid_engine;		/**< it has failed this op */
	bool begun;			/**< an op of this stream was seen */
	bool first;			/**< no request was answered yet */
	bool fresh;			/**< next request is the first of its kind of state */
	bool goes_on;			/**< the last op lacked room; the next is its rest */
	bool pending;			/**< the device holds output */
	bool full;			/**< for which there was no room */
	bool drain;			/**< it holds the end, and takes no input before that */
	bool cached_end;		/**< it needs no more input to come to its end */
	bool gave_back;			/**< input of this op follows the stream */
	bool ended;			/**< the device is done with the stream */
	bool owed;			/**< first byte of the next op was consumed already */
	bool gathered;			/**< input is copied to where it is in one piece */
	uint16_t bounce_at;		/**< what is left in the bounce buffer: from here */
	uint16_t bounce_len;
};

/*
 * What follows the device's part of the context. For engines, segments shorter than these
 * buffers go through them: a request for each would be dear, and compress badly.
 */
#define ZIP_STREAM_BOUNCE_LEN	0x3000u
#define ZIP_STREAM_GATHER	(HISI_ZIP_CTX_BOUNCE + ZIP_STREAM_BOUNCE_LEN)
#define ZIP_STREAM_GATHER_LEN	0x3000u
static_assert(ZIP_STREAM_GATHER + ZIP_STREAM_GATHER_LEN <= HISI_ZIP_CTX_LEN &&
	      HISI_ZIP_BOUNCE_LEN <= ZIP_STREAM_BOUNCE_LEN, "datasheet 5.1");

/** Bytes at the place that are in one piece. */
static inline uint32_t
zip_place_contig(const struct uacce_zip_place *p)
{
	return RTE_MIN((uint32_t)p->m->data_len - p->offset, p->len);
}

/** Go on by n bytes, at most p->len. */
static inline void
zip_place_advance(struct uacce_zip_place *p, uint32_t n)
{
	p->len -= n;
	/* within the chain, so it cannot fail */
	zip_seek(p->m, p->offset + n, p);
}

static inline uint8_t *
zip_stream_bounce(const struct uacce_zip_stream *s)
{
	return s->ctx + HISI_ZIP_CTX_BOUNCE;
}

/** The stream an op is executed as. */
static inline struct uacce_zip_stream *
zip_op_stream(const struct uacce_zip_qp *qp, const struct rte_comp_op *op)
{
	return op->op_type == RTE_COMP_OP_STATEFUL ? op->stream : qp->deq.own;
}

/*
 * What the ring from enqueuer to dequeuer holds: a stream, marked, or an op that is of
 * none. Not a stream's op, which need not be there any more when all is released.
 */
static inline void *
zip_stream_entry(struct uacce_zip_stream *s)
{
	return RTE_PTR_ADD(s, 1);
}

static inline struct uacce_zip_stream *
zip_entry_stream(void *entry)
{
	return ((uintptr_t)entry & 1) != 0 ? RTE_PTR_SUB(entry, 1) : NULL;
}

/** A new stream without its xform; NULL without memory. */
struct uacce_zip_stream *
uacce_zip_stream_alloc(struct uacce_zip_device *zip, int socket_id);

/** The next op starts a new stream. */
void
uacce_zip_stream_reset(struct uacce_zip_stream *s);

/** Dequeuer: go on with an op. @return the op if it is complete, else NULL. */
struct rte_comp_op *
uacce_zip_stream_step(struct uacce_zip_qp *qp, struct uacce_zip_stream *s);

/** Dequeuer: give an op back. */
struct rte_comp_op *
uacce_zip_stream_finish(struct uacce_zip_qp *qp, struct uacce_zip_stream *s,
			uint8_t status);

/* uacce_zip_own.c */

/**
 * Enqueuer: hand over a stateless op that an engine can do as a stream of its own only.
 *
 * @return
 *   RTE_COMP_OP_STATUS_SUCCESS, or the status to refuse it with.
 */
uint8_t
uacce_zip_own_enqueue(struct uacce_zip_qp *qp, struct rte_comp_op *op);

/** Dequeuer: may such an op be begun? */
bool
uacce_zip_own_idle(const struct uacce_zip_qp *qp);

/** Dequeuer: begin it. @return as uacce_zip_stream_step(). */
struct rte_comp_op *
uacce_zip_own_begin(struct uacce_zip_qp *qp, struct rte_comp_op *op);

/**
 * Enqueuer: hand an op to the dequeuer.
 *
 * @return
 *   RTE_COMP_OP_STATUS_SUCCESS, or the status to refuse it with.
 */
uint8_t
uacce_zip_stream_enqueue(struct uacce_zip_qp *qp, struct rte_comp_op *op);

/** Dequeuer: begin what was enqueued and serve the lanes of streams. */
uint16_t
uacce_zip_stream_poll(struct uacce_zip_qp *qp, struct rte_comp_op **ops,
		      uint16_t nb_ops);

/** Dequeuer: a request was answered. @return the op if that completes it, else NULL. */
struct rte_comp_op *
uacce_zip_stream_complete(struct uacce_zip_lane *lane, struct rte_comp_op *op,
			  const struct hisi_zip_sqe *sqe, const struct zip_answer *a);

/** Dequeuer: a request will not be answered. @return as above. */
struct rte_comp_op *
uacce_zip_stream_lost(struct uacce_zip_lane *lane, struct rte_comp_op *op);

/* uacce_zip_verify.c */

/**
 * Dequeuer: is there room in every lane of streams for one more op? Those that are there
 * already have theirs, whatever they go on to.
 */
bool
uacce_zip_stream_room(struct uacce_zip_qp *qp);

/** Dequeuer: is there room for what taking a completion off this lane leads to? */
bool
uacce_zip_verify_can_go_on(struct uacce_zip_lane *lane);

/**
 * Dequeuer: a compression is complete; verify it if it is its turn.
 *
 * @return
 *   The op if it can be given back, NULL if it is being verified.
 */
struct rte_comp_op *
uacce_zip_verify_start(struct uacce_zip_qp *qp, struct rte_comp_op *op);

/** Dequeuer: it was done again, and is verified again. @return as above. */
struct rte_comp_op *
uacce_zip_verify_redone(struct uacce_zip_qp *qp, struct rte_comp_op *op);

/** Dequeuer: it was verified. @return the op, NULL if it is done again. */
struct rte_comp_op *
uacce_zip_verify_complete(struct uacce_zip_lane *lane, const struct uacce_zip_slot *slot,
			  struct rte_comp_op *op, const struct zip_answer *a);

/* uacce_zip_udc.c */

/**
 * Dequeuer: find the checksum of the history as it is before the op; of a packet that takes
 * several ops, before the first.
 *
 * @return
 *   false if it is not what decompression was told.
 */
bool
uacce_zip_stream_udc(struct uacce_zip_stream *s);

/* uacce_zip_stream_req.c */

/** Dequeuer: if this lane is open, is the slot at its tail free? */
bool
uacce_zip_stream_lane_room(struct uacce_zip_lane *lane);

/** Dequeuer: ring the doorbells that are owed. @return whether any work is ours to do. */
bool
uacce_zip_stream_doorbells(struct uacce_zip_qp *qp);

/** Dequeuer: can a request be given to this lane? Opens its queue. */
bool
uacce_zip_stream_lane_usable(struct uacce_zip_lane *lane);

/** What becomes of a stream that a request was to be made for. */
enum zip_stream_next {
	ZIP_STREAM_WAIT,		/**< a request is with the device */
	ZIP_STREAM_LATER,		/**< its lane takes none now */
	ZIP_STREAM_FAILED,
};

/**
 * Make a request of up to in bytes, from what is left of the op.
 *
 * @param in
 *   0 for a null request.
 */
enum zip_stream_next
uacce_zip_stream_request(struct uacce_zip_qp *qp, struct uacce_zip_stream *s,
			 uint32_t in);

/** How many bits of cached input there are up to the end of a final block, or 0. (5.7) */
uint32_t
uacce_zip_tail_end(uint64_t bits, uint32_t nb_bits);

#endif /* UACCE_ZIP_STREAM_H */
