/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

#include <errno.h>
#include <limits.h>

#include <rte_malloc.h>

#include "uacce_zip_stream.h"

#define CTX_ALIGN	4096	/* of the silicon nothing is known: a page (12) */

/* Final blocks for a stream that is byte-aligned (RFC 1951): the shortest, and stored. */
static const uint8_t empty_final[] = { 0x03, 0x00 };
static const uint8_t empty_stored[] = { 0x01, 0x00, 0x00, 0xff, 0xff };
/* The same, but for more that follows. */
static const uint8_t empty_flush[] = { 0x00, 0x00, 0x00, 0xff, 0xff };

void
uacce_zip_stream_reset(struct uacce_zip_stream *s)
{
	s->begun = false;
	s->first = true;
	s->fresh = true;
	s->goes_on = false;
	s->pending = false;
	s->full = false;
	s->drain = false;
	s->cached_end = false;
	s->ended = false;
	s->owed = false;
	s->bounce_len = 0;
}

struct uacce_zip_stream *
uacce_zip_stream_alloc(struct uacce_zip_device *zip, int socket_id)
{
	struct uacce_zip_stream *s;

	s = rte_zmalloc_socket("uacce_zip_stream", sizeof(*s), RTE_CACHE_LINE_SIZE, socket_id);
	if (s != NULL)
		s->ctx = rte_zmalloc_socket("uacce_zip_ctx", HISI_ZIP_CTX_LEN, CTX_ALIGN,
					    socket_id);
	if (s == NULL || s->ctx == NULL) {
		ZIP_LOG(ERR, "no memory for a stream");
		rte_free(s);
		return NULL;
	}
	s->zip = zip;
	uacce_zip_stream_reset(s);
	return s;
}

int
uacce_zip_stream_create(struct rte_compressdev *cdev, const struct rte_comp_xform *xform,
			void **stream)
{
	struct uacce_zip_device *zip = cdev->data->dev_private;
	int socket_id = cdev->data->socket_id;
	struct uacce_zip_stream *s;
	int ret;

	if (!uacce_zip_is_mine(cdev))
		return -EPERM;
	s = uacce_zip_stream_alloc(zip, socket_id);
	if (s == NULL)
		return -ENOMEM;
	ret = uacce_zip_xform_init(zip, xform, &s->x);
	if (ret == 0 && s->x.stateless) {
		ZIP_LOG(ERR, "only DEFLATE has streams");
		ret = -ENOTSUP;
	}
	if (ret != 0) {
		uacce_zip_xform_fini(&s->x);
		rte_free(s->ctx);
		rte_free(s);
		return ret;
	}
	*stream = s;
	return 0;
}

int
uacce_zip_stream_free(struct rte_compressdev *cdev, void *stream)
{
	struct uacce_zip_stream *s = stream;

	if (!uacce_zip_is_mine(cdev))
		return -EPERM;
	if (s == NULL)
		return -EINVAL;
	if (__atomic_load_n(&s->op, __ATOMIC_ACQUIRE) != NULL) {
		ZIP_LOG(ERR, "a stream whose op is in flight cannot be freed");
		return -EBUSY;
	}
	uacce_zip_xform_fini(&s->x);
	rte_free(s->ctx);
	rte_free(s);
	return 0;
}

uint8_t
uacce_zip_stream_enqueue(struct uacce_zip_qp *qp, struct rte_comp_op *op)
{
	struct uacce_zip_stream *s = op->stream;

	if (s == NULL || s->zip != qp->zip || op->m_src == NULL || op->m_dst == NULL ||
	    (s->x.compress && (unsigned int)op->flush_flag > RTE_COMP_FLUSH_FINAL))
		return RTE_COMP_OP_STATUS_INVALID_ARGS;
	/* acquire: pairs with the release of uacce_zip_stream_finish() */
	if (__atomic_load_n(&s->op, __ATOMIC_ACQUIRE) != NULL)
		return RTE_COMP_OP_STATUS_INVALID_STATE;
	if (!zip_place_src(op->m_src, op->src.offset, op->src.length, &s->src) ||
	    !zip_place_dst(op->m_dst, op->dst.offset, &s->dst))
		return RTE_COMP_OP_STATUS_INVALID_ARGS;
	op->status = RTE_COMP_OP_STATUS_NOT_PROCESSED;
	/* relaxed: the ring publishes it */
	__atomic_store_n(&s->op, op, __ATOMIC_RELAXED);
	if (rte_ring_sp_enqueue(qp->stream_ops, zip_stream_entry(s)) == 0)
		return RTE_COMP_OP_STATUS_SUCCESS;
	__atomic_store_n(&s->op, NULL, __ATOMIC_RELAXED);
	return RTE_COMP_OP_STATUS_NOT_PROCESSED;
}

/* Running values; the last op's are the stream's. */
static void
op_set_chksum(struct rte_comp_op *op, const struct uacce_zip_stream *s)
{
	struct hisi_zip_sqe sqe = { .dif_l = s->crc, .dif_h = s->adler };

	zip_op_set_chksum(op, &sqe, s->x.chksum);
}

/*
 * Give the op back. If it comes back for want of room although all its input is
 * consumed, its last byte is kept from it: callers go on with what is left of the input,
 * and where nothing is left many do not go on at all.
 */
struct rte_comp_op *
uacce_zip_stream_finish(struct uacce_zip_qp *qp, struct uacce_zip_stream *s,
			uint8_t status)
{
	struct rte_comp_op *op = s->op;

	/* what an op that is no stream's leaves behind is lost */
	if (op->op_type != RTE_COMP_OP_STATEFUL &&
	    status == RTE_COMP_OP_STATUS_OUT_OF_SPACE_RECOVERABLE)
		status = RTE_COMP_OP_STATUS_OUT_OF_SPACE_TERMINATED;
	if (status == RTE_COMP_OP_STATUS_ERROR ||
	    status == RTE_COMP_OP_STATUS_OUT_OF_SPACE_TERMINATED) {
		s->consumed = 0;
		s->produced = 0;
		uacce_zip_stream_reset(s);
		zip_count(&qp->deq.errors, 1);
	} else if (status == ZIP_STATUS_CHKSUM) {
		zip_count(&qp->deq.errors, 1);
	} else if (status == RTE_COMP_OP_STATUS_OUT_OF_SPACE_RECOVERABLE &&
		   s->src.len == 0 && s->consumed != 0 && !s->gave_back) {
		s->consumed--;
		s->owed = true;
	}
	s->goes_on = status == RTE_COMP_OP_STATUS_OUT_OF_SPACE_RECOVERABLE;
	op->consumed = s->consumed;
	op->produced = s->produced;
	op->status = status;
	op_set_chksum(op, s);
	/* an owed byte is the stream's: whoever sends no input has yet to send that */
	if (s->ended && !s->owed && status == RTE_COMP_OP_STATUS_SUCCESS)
		uacce_zip_stream_reset(s);
	qp->deq.nb_streams--;
	/* release: the stream is the enqueuer's from here on */
	__atomic_store_n(&s->op, NULL, __ATOMIC_RELEASE);
	if (op->op_type != RTE_COMP_OP_STATEFUL && qp->zip->args.verify != 0)
		return uacce_zip_verify_start(qp, op);
	return op;
}

/* Deliver what the bounce buffer holds. @return true if it is empty now. */
static bool
bounce_drain(struct uacce_zip_stream *s)
{
	while (s->bounce_len != 0 && s->dst.len != 0) {
		uint32_t n = RTE_MIN((uint32_t)s->bounce_len, zip_place_contig(&s->dst));

		memcpy((void *)(uintptr_t)zip_place_addr(&s->dst),
		       zip_stream_bounce(s) + s->bounce_at, n);
		zip_place_advance(&s->dst, n);
		s->bounce_at += n;
		s->bounce_len -= n;
		s->produced += n;
	}
	return s->bounce_len == 0;
}

static void
bounce_fill(struct uacce_zip_stream *s, const uint8_t *from, uint32_t len)
{
	memcpy(zip_stream_bounce(s), from, len);
	s->bounce_at = 0;
	s->bounce_len = len;
}

/* What remains to be done with all input consumed: nothing, or an end (5.5). */
static uint8_t
compress_end(struct uacce_zip_stream *s)
{
	enum rte_comp_flush_flag flush = s->op->flush_flag;

	if (flush == RTE_COMP_FLUSH_FINAL) {
		/* each request before left the stream byte-aligned */
		if (s->x.stored)
			bounce_fill(s, empty_stored, sizeof(empty_stored));
		else
			bounce_fill(s, empty_final, sizeof(empty_final));
		s->ended = true;
	} else if (s->op->op_type != RTE_COMP_OP_STATEFUL && s->op->src.length == 0) {
		bounce_fill(s, empty_flush, sizeof(empty_flush));
	} else if (flush == RTE_COMP_FLUSH_FULL) {
		/* what follows must not refer back: it starts afresh */
		s->fresh = true;
	}
	return bounce_drain(s) ? RTE_COMP_OP_STATUS_SUCCESS :
		RTE_COMP_OP_STATUS_OUT_OF_SPACE_RECOVERABLE;
}

/* Truncated input is an error once the caller says that nothing follows. */
static uint8_t
decompress_end(const struct uacce_zip_stream *s)
{
	if (s->op->flush_flag != RTE_COMP_FLUSH_FINAL || (!s->begun && s->op->src.length == 0))
		return RTE_COMP_OP_STATUS_SUCCESS;
	return RTE_COMP_OP_STATUS_ERROR;
}

struct rte_comp_op *
uacce_zip_stream_step(struct uacce_zip_qp *qp, struct uacce_zip_stream *s)
{
	uint8_t status;

	if (!bounce_drain(s))
		return uacce_zip_stream_finish(qp, s, RTE_COMP_OP_STATUS_OUT_OF_SPACE_RECOVERABLE);
	if (s->ended)
		return uacce_zip_stream_finish(qp, s, RTE_COMP_OP_STATUS_SUCCESS);
	if (s->src.len == 0 && !s->pending) {
		status = s->x.compress ? compress_end(s) : decompress_end(s);
		return uacce_zip_stream_finish(qp, s, status);
	}
	/* decompression may come to its end without room, compression only adds */
	if (s->dst.len == 0 && (s->x.compress || s->full))
		return uacce_zip_stream_finish(qp, s, RTE_COMP_OP_STATUS_OUT_OF_SPACE_RECOVERABLE);
	switch (uacce_zip_stream_request(qp, s, s->cached_end || s->drain ? 0 : s->src.len)) {
	case ZIP_STREAM_WAIT:
		return NULL;
	case ZIP_STREAM_LATER:
		s->next = qp->deq.waiting;
		qp->deq.waiting = s;
		return NULL;
	default:
		return uacce_zip_stream_finish(qp, s, RTE_COMP_OP_STATUS_ERROR);
	}
}

static bool
room_short(const struct uacce_zip_stream *s)
{
	uint32_t state = s->ctx_dw0 & HISI_ZIP_CTX0_STATE_MASK;

	return state == HISI_ZIP_CTX0_LAST_NO_ROOM || state == HISI_ZIP_CTX0_NO_ROOM;
}

/* Cached input that turned out not to be the stream's was not consumed, as we say. */
static void
give_back(struct uacce_zip_stream *s, uint32_t bits)
{
	uint32_t n = RTE_MIN(bits / CHAR_BIT, s->consumed);

	s->consumed -= n;
	s->gave_back = n != 0;
}

static uint32_t
tail_bits(const struct uacce_zip_stream *s)
{
	return s->ctx_dw0 >> HISI_ZIP_CTX0_TAIL_SHIFT & HISI_ZIP_CTX0_TAIL_MASK;
}

/* How much of the cached input belongs to the stream, if that comes to its end there. */
static uint32_t
cached_end(const struct uacce_zip_stream *s, uint32_t status)
{
	uint32_t state = s->ctx_dw0 & HISI_ZIP_CTX0_STATE_MASK;
	uint32_t window = s->ctx_dw2 & HISI_ZIP_CTX2_WINDOW_MASK;
	uint32_t bits = tail_bits(s);
	uint64_t tail;

	if (s->x.compress || state != HISI_ZIP_CTX0_NOT_STARTED ||
	    (status & HISI_ZIP_STATUS_MASK) != HISI_ZIP_STATUS_OK ||
	    bits > HISI_ZIP_CTX0_TAIL_MAX || window > HISI_ZIP_CTX_WINDOW_MAX)
		return 0;
	memcpy(&tail, s->ctx + HISI_ZIP_CTX_HW + HISI_ZIP_CTX_TAIL(window), sizeof(tail));
	return uacce_zip_tail_end(tail, bits);
}

/* Believe the answer within the request; false if it cannot be. */
static bool
answer_take(const struct uacce_zip_lane *lane, struct uacce_zip_stream *s,
	    const struct hisi_zip_sqe *sqe, const struct zip_answer *a)
{
	bool end = (a->status & HISI_ZIP_STATUS_MASK) == HISI_ZIP_STATUS_STREAM_END &&
		(a->status & HISI_ZIP_DW3_LAST_BLOCK) != 0;
	uint32_t cached = 0;

	if (a->consumed > s->in || a->produced > s->room ||
	    (s->x.compress && a->produced == 0))
		return false;
	s->ctx_dw0 = sqe->ctx_dw0;
	s->ctx_dw1 = sqe->ctx_dw1;
	s->ctx_dw2 = sqe->ctx_dw2;
	s->isize = sqe->isize;
	s->checksum = sqe->checksum;
	s->crc = sqe->dif_l;
	s->adler = sqe->dif_h;
	if (unlikely(hisi_qm_gone(&lane->qm)))
		return false;
	if (s->x.compress) {
		s->ended = s->finish && a->consumed == s->in;
	} else {
		s->ended = end;
		/* where the words leave the stream (5.7) */
		cached = cached_end(s, a->status);
		s->full = !end && room_short(s);
		s->pending = s->full || cached != 0;
		s->drain = s->full && (s->ctx_dw0 & HISI_ZIP_CTX0_STATE_MASK) ==
			HISI_ZIP_CTX0_LAST_NO_ROOM;
		/* a null request that brings nothing has brought all there is */
		if (s->in == 0 && a->produced == 0) {
			s->pending = false;
			s->drain = false;
			cached = 0;
		}
	}
	if (a->consumed == 0 && a->produced == 0 && s->in != 0 && !s->ended)
		return false;
	s->first = false;
	s->fresh = false;
	zip_place_advance(&s->src, a->consumed);
	s->consumed += a->consumed;
	if (end && !s->cached_end)
		give_back(s, tail_bits(s));
	else if (cached != 0)
		give_back(s, tail_bits(s) - cached);
	s->cached_end = cached != 0;
	if (s->bounced) {
		s->bounce_at = 0;
		s->bounce_len = a->produced;
	} else {
		zip_place_advance(&s->dst, a->produced);
		s->produced += a->produced;
	}
	return true;
}

/*
 * The device has lost the stream. Compression starts afresh where it stands: output so
 * far is byte-aligned, what follows does not refer to it. Decompression cannot go on
 * unless it had not begun.
 */
static struct rte_comp_op *
op_recover(struct uacce_zip_qp *qp, struct uacce_zip_stream *s)
{
	if ((!s->x.compress && !s->fresh) || !s->x.soft_ok || s->where == ZIP_LANE_SOFT)
		return uacce_zip_stream_finish(qp, s, RTE_COMP_OP_STATUS_ERROR);
	s->fresh = true;
	s->avoid_engine = true;
	return uacce_zip_stream_step(qp, s);
}

struct rte_comp_op *
uacce_zip_stream_complete(struct uacce_zip_lane *lane, struct rte_comp_op *op,
			  const struct hisi_zip_sqe *sqe, const struct zip_answer *a)
{
	struct uacce_zip_stream *s = zip_op_stream(lane->qp, op);
	uint32_t status = a->status & HISI_ZIP_STATUS_MASK;
	bool good = status == HISI_ZIP_STATUS_OK || status == HISI_ZIP_STATUS_NEG_COMP ||
		(status == HISI_ZIP_STATUS_STREAM_END && !s->x.compress);

	op->debug_status = a->status;
	if (unlikely(!good)) {
		zip_count(&lane->qp->deq.faults[ZIP_FAULT_STATUS], 1);
		return op_recover(lane->qp, s);
	}
	if (unlikely(!answer_take(lane, s, sqe, a))) {
		zip_count(&lane->qp->deq.faults[ZIP_FAULT_WRITEBACK], 1);
		return op_recover(lane->qp, s);
	}
	return uacce_zip_stream_step(lane->qp, s);
}

struct rte_comp_op *
uacce_zip_stream_lost(struct uacce_zip_lane *lane, struct rte_comp_op *op)
{
	return op_recover(lane->qp, zip_op_stream(lane->qp, op));
}
