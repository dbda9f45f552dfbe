/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

#include <errno.h>

#include "uacce_zip_sgl.h"
#include "uacce_zip_stream.h"

bool
uacce_zip_stream_lane_usable(struct uacce_zip_lane *lane)
{
	int state = __atomic_load_n(&lane->state, __ATOMIC_RELAXED);
	struct uacce_zip_qp *qp = lane->qp;

	if (likely(state == ZIP_LANE_OPEN))
		return !hisi_qm_tx_stopped(&lane->qm);
	if (state != ZIP_LANE_CLOSED || uacce_zip_lane_ready(lane) != 0)
		return false;
	/* nothing waits for room that will not come: streams are counted */
	qp->deq.max_streams = RTE_MIN(qp->deq.max_streams,
				      (uint32_t)hisi_qm_capacity(&lane->qm));
	return !hisi_qm_tx_stopped(&lane->qm);
}

static struct uacce_zip_lane *
stream_lane(struct uacce_zip_qp *qp, const struct uacce_zip_stream *s, unsigned int where)
{
	unsigned int dir = s->x.compress ? HISI_QM_QC_COMPRESS : HISI_QM_QC_DECOMPRESS;

	return &qp->lanes[ZIP_LANE_STREAM + where + dir];
}

static bool
engine_usable(struct uacce_zip_qp *qp, const struct uacce_zip_stream *s)
{
	return s->x.engine_ok && !s->avoid_engine && qp->zip->nb_engines != 0 &&
		uacce_zip_stream_lane_usable(stream_lane(qp, s, ZIP_LANE_ENGINE));
}

/*
 * A stream stays where it is, for that is where its state means something. Compression
 * can move, for it can do without: what was said before is byte-aligned.
 */
static struct uacce_zip_lane *
lane_choose(struct uacce_zip_qp *qp, struct uacce_zip_stream *s)
{
	struct uacce_zip_lane *lane = stream_lane(qp, s, s->where);
	bool usable = s->where == ZIP_LANE_ENGINE ? engine_usable(qp, s) :
		uacce_zip_stream_lane_usable(lane);

	if (!s->fresh && usable)
		return lane;
	if (!s->fresh && !s->x.compress)
		return NULL;
	s->fresh = true;
	s->where = ZIP_LANE_ENGINE;
	if (engine_usable(qp, s))
		return stream_lane(qp, s, ZIP_LANE_ENGINE);
	if (!s->x.soft_ok)
		return NULL;
	s->where = ZIP_LANE_SOFT;
	if (qp->zip->nb_engines != 0)
		zip_count(&qp->deq.stream_fallback[s->x.engine_ok ?
			  ZIP_FALLBACK_QUEUE : ZIP_FALLBACK_XFORM], 1);
	lane = stream_lane(qp, s, ZIP_LANE_SOFT);
	return uacce_zip_stream_lane_usable(lane) ? lane : NULL;
}

bool
uacce_zip_stream_lane_room(struct uacce_zip_lane *lane)
{
	if (lane->state != ZIP_LANE_OPEN)
		return true;
	if (unlikely(!hisi_qm_has_room(&lane->qm)) && lane->qm.deq.nb_unacked != 0)
		hisi_qm_ack(&lane->qm);
	return hisi_qm_has_room(&lane->qm);
}

/* Is a lane that the stream could use on its way from failed to closed, to be opened? */
static bool
lane_comes_back(struct uacce_zip_qp *qp, const struct uacce_zip_stream *s)
{
	if (s->avoid_engine && s->where == ZIP_LANE_ENGINE)
		return false;
	return stream_lane(qp, s, s->where)->state != ZIP_LANE_CLOSED;
}

/* Compression must never run out of room: it could not go on (5.4). */
static uint32_t
comp_in(uint32_t in, uint32_t room)
{
	if ((uint64_t)in * 9 <= (uint64_t)room * 8)
		return in;
	return (uint32_t)((uint64_t)room * 8 / 9) & ~3u;
}

/*
 * How much of the op the request covers. Engines get contiguous buffers: nobody has used
 * lists in streams on them (datasheet 4.3).
 */
static void
request_size(const struct uacce_zip_lane *lane, struct uacce_zip_stream *s, uint32_t in)
{
	uint32_t contig = lane->soft ? s->dst.len : zip_place_contig(&s->dst);
	uint32_t max;

	s->bounced = s->dst.len <= HISI_ZIP_STREAM_MIN_OUT ||
		contig < RTE_MIN(s->dst.len, ZIP_STREAM_BOUNCE_LEN);
	s->room = RTE_MIN(contig, HISI_ZIP_MAX_LEN);
	if (s->bounced) {
		s->room = RTE_MIN(s->dst.len, ZIP_STREAM_BOUNCE_LEN);
		s->room = RTE_MAX(s->room, HISI_ZIP_BOUNCE_LEN);
	}
	contig = lane->soft ? s->src.len : zip_place_contig(&s->src);
	max = RTE_MAX(contig, ZIP_STREAM_GATHER_LEN);
	max = RTE_MIN(max, HISI_ZIP_MAX_LEN);
	in = RTE_MIN(in, max);
	if (s->x.compress)
		in = comp_in(in, s->room);
	s->in = in;
	s->gathered = in > contig;
	/* what ends in a trailer is ended without the engine */
	s->finish = in == s->src.len && s->op->flush_flag == RTE_COMP_FLUSH_FINAL &&
		(lane->soft || s->x.trim == 0);
}

/* Input in one piece. */
static const uint8_t *
gather(const struct uacce_zip_stream *s)
{
	uint8_t *to = s->ctx + ZIP_STREAM_GATHER;
	struct uacce_zip_place p = s->src;

	for (uint32_t done = 0; done < s->in; ) {
		uint32_t n = RTE_MIN(zip_place_contig(&p), s->in - done);

		memcpy(to + done, (const void *)(uintptr_t)zip_place_addr(&p), n);
		zip_place_advance(&p, n);
		done += n;
	}
	return to;
}

static void
encode_words(const struct uacce_zip_lane *lane, const struct uacce_zip_stream *s,
	     struct hisi_zip_sqe *sqe, uint16_t tag)
{
	uint64_t ctx = (uintptr_t)s->ctx + HISI_ZIP_CTX_HW;

	*sqe = lane->soft ? s->x.soft : s->x.engine;
	sqe->dw7 &= ~(HISI_ZIP_DW7_FLUSH_FINISH | HISI_ZIP_DW7_STREAM_NEW);
	sqe->dw7 |= HISI_ZIP_DW7_STATEFUL;
	if (s->finish)
		sqe->dw7 |= HISI_ZIP_DW7_FLUSH_FINISH;
	if (!lane->soft && s->x.tag_dw13)
		sqe->dw13 = tag;
	else
		sqe->dw26 = tag;
	sqe->input_data_length = s->in;
	sqe->dest_avail_out = s->room;
	sqe->stream_ctx_addr_l = (uint32_t)ctx;
	sqe->stream_ctx_addr_h = (uint32_t)(ctx >> 32);
	if (lane->soft && !s->first) {
		/* the dictionary is where the stream begins, the hash is of all of it */
		sqe->lba_l &= HISI_ZIP_EXT2_XXH32;
		if (sqe->lba_l != 0)
			sqe->lba_l |= HISI_ZIP_EXT2_XXH32_GO_ON;
		sqe->literals_addr_l = 0;
		sqe->literals_addr_h = 0;
	}
	if (lane->soft) {
		sqe->dif_l = s->x.chksum != RTE_COMP_CHECKSUM_NONE ? s->crc : 0;
		sqe->dif_h = s->x.chksum != RTE_COMP_CHECKSUM_NONE ? s->adler : 0;
	}
	if (s->fresh) {
		sqe->dw7 |= HISI_ZIP_DW7_STREAM_NEW;
		return;
	}
	sqe->ctx_dw0 = s->ctx_dw0;
	sqe->ctx_dw1 = s->ctx_dw1;
	sqe->ctx_dw2 = s->ctx_dw2;
	sqe->isize = s->isize;
	sqe->checksum = s->checksum;
}

/* Both buffers as lists, for the soft lane. */
static int
encode_lists(struct uacce_zip_lane *lane, struct uacce_zip_stream *s,
	     struct hisi_zip_sqe *sqe)
{
	uint16_t tail = lane->qm.enq.tail;
	struct uacce_zip_lists *lists = &lane->lists[tail];
	struct uacce_zip_slot *slot = &lane->slots[tail];
	uint32_t room = s->bounced ? 0 : s->room;
	uint32_t spill = s->bounced ? s->room : 0;
	uint32_t nb_src = uacce_zip_sgl_count(s->src.m, s->src.offset, s->in);
	uint32_t nb_dst = uacce_zip_sgl_count(s->dst.m, s->dst.offset, room) + s->bounced;
	uint64_t src, dst;

	if (uacce_zip_sgl_reserve(lane->qp, slot, nb_src, nb_dst) != 0)
		return -ENOMEM;
	src = uacce_zip_sgl_build(&lists->src, slot->chain, nb_src, s->src.m,
				  s->src.offset, s->in, NULL, 0);
	dst = uacce_zip_sgl_build(&lists->dst,
				  RTE_PTR_ADD(slot->chain, uacce_zip_sgl_size(nb_src)),
				  nb_dst, s->dst.m, s->dst.offset, room,
				  zip_stream_bounce(s), spill);
	sqe->dw9 |= HISI_ZIP_BUF_SGL << HISI_ZIP_DW9_BUF_SHIFT;
	zip_sqe_set_addr(sqe, src, dst);
	return 0;
}

static int
encode_buffers(struct uacce_zip_lane *lane, struct uacce_zip_stream *s,
	       struct hisi_zip_sqe *sqe)
{
	bool flat_src = s->gathered || s->in <= zip_place_contig(&s->src);
	bool flat_dst = s->bounced || s->room <= zip_place_contig(&s->dst);
	uint64_t dst = s->bounced ? (uintptr_t)zip_stream_bounce(s) :
		zip_place_addr(&s->dst);

	uint64_t src = zip_place_addr(&s->src);

	if (unlikely(!flat_src || !flat_dst))
		return encode_lists(lane, s, sqe);
	if (s->gathered)
		src = (uintptr_t)gather(s);
	/* an address is wanted even for nothing (3.8) */
	zip_sqe_set_addr(sqe, s->in == 0 ? dst : src, dst);
	return 0;
}

enum zip_stream_next
uacce_zip_stream_request(struct uacce_zip_qp *qp, struct uacce_zip_stream *s, uint32_t in)
{
	struct uacce_zip_lane *lane = lane_choose(qp, s);
	struct uacce_zip_slot *slot;
	struct hisi_zip_sqe *sqe;

	if (unlikely(lane == NULL))
		return lane_comes_back(qp, s) ? ZIP_STREAM_LATER : ZIP_STREAM_FAILED;
	/* one that is late keeps the ring from going round */
	if (unlikely(!uacce_zip_stream_lane_room(lane)))
		return ZIP_STREAM_LATER;
	request_size(lane, s, in);
	/* the silicon trusts what it finds there, even in a new stream (5.8) */
	if (s->fresh && !lane->soft)
		memset(s->ctx, 0, HISI_ZIP_CTX_HW + HISI_ZIP_CTX_HW_LEN);
	slot = &lane->slots[lane->qm.enq.tail];
	sqe = hisi_qm_sqe(&lane->qm, lane->qm.enq.tail);
	slot->task = ZIP_TASK_STREAM;
	slot->stream = s;
	slot->null = s->in == 0;
	encode_words(lane, s, sqe, lane->qm.enq.tail);
	if (slot->null && !lane->soft)
		sqe->consumed = ZIP_NULL_PENDING;
	if (unlikely(encode_buffers(lane, s, sqe) != 0))
		return ZIP_STREAM_FAILED;
	hisi_qm_push(&lane->qm, s->op);
	qp->deq.stream_rung |= 1u << lane->id;
	zip_count(&qp->deq.stream_requests[lane->id], 1);
	return ZIP_STREAM_WAIT;
}

/* Bits of cached input, from the lowest. */
struct tail_bits {
	uint64_t bits;
	uint32_t left;
	bool short_of;			/* more were asked for than there are */
};

static uint32_t
take(struct tail_bits *t, uint32_t n)
{
	uint32_t v = (uint32_t)(t->bits & ((1ull << n) - 1));

	if (n > t->left) {
		t->short_of = true;
		t->left = 0;
		return 0;
	}
	t->bits >>= n;
	t->left -= n;
	return v;
}

/* The next n bits of a Huffman code, most significant first. */
static uint32_t
take_code(struct tail_bits *t, uint32_t code, uint32_t n)
{
	for (; n != 0; n--)
		code = code << 1 | take(t, 1);
	return code;
}

/* Literal or length symbol of the fixed code (RFC 1951, 3.2.6). */
static uint32_t
take_symbol(struct tail_bits *t)
{
	uint32_t code = take_code(t, 0, 7);

	if (code < 0x18)
		return 256 + code;
	code = take_code(t, code, 1);
	if (code < 0xc0)
		return code - 0x30;
	if (code < 0xc8)
		return 280 + code - 0xc0;
	return 144 + take_code(t, code, 1) - 0x190;
}

/* A fixed block up to its end. */
static bool
pass_fixed(struct tail_bits *t)
{
	for (;;) {
		uint32_t symbol = take_symbol(t), distance;

		if (t->short_of || symbol > 285)
			return false;
		if (symbol == 256)
			return true;
		if (symbol < 256)
			continue;
		if (symbol > 264 && symbol < 285)
			take(t, (symbol - 261) / 4);
		distance = take_code(t, 0, 5);
		if (distance > 3)
			take(t, distance / 2 - 1);
	}
}

/* Of stored blocks only an empty one can fit; its padding is unknown but short. */
static bool
pass_stored(struct tail_bits *t)
{
	/* cached input ends with a byte */
	take(t, t->left % 8);
	return take(t, 16) == 0 && take(t, 16) == 0xffff && !t->short_of;
}

uint32_t
uacce_zip_tail_end(uint64_t bits, uint32_t nb_bits)
{
	struct tail_bits t = { .bits = bits, .left = nb_bits };

	while (!t.short_of && t.left != 0) {
		bool final = take(&t, 1) != 0;
		uint32_t type = take(&t, 2);
		bool whole = false;

		if (type == 0)
			whole = pass_stored(&t);
		else if (type == 1)
			whole = pass_fixed(&t);
		if (!whole)
			return 0;
		if (final)
			return nb_bits - t.left;
	}
	return 0;
}
