/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

#include "uacce_zip_stream.h"

#define MAX_ROUNDS	256	/* of requests that one poll may wait for */

static void
chksum_start(struct uacce_zip_stream *s)
{
	struct hisi_zip_sqe sqe = { .dif_l = 0, .dif_h = ZIP_ADLER_INIT };

	if (s->x.chksum == ZIP_CHKSUM_XXH32)
		sqe.dif_l = ZIP_XXH32_INIT;
	zip_sqe_set_chksum(&sqe, s->op->input_chksum, s->x.chksum);
	s->crc = sqe.dif_l;
	s->adler = sqe.dif_h;
}

static struct rte_comp_op *
op_begin(struct uacce_zip_qp *qp, struct uacce_zip_stream *s)
{
	qp->deq.nb_streams++;
	s->consumed = 0;
	s->produced = 0;
	s->avoid_engine = false;
	s->gave_back = false;
	if (s->x.chksum == ZIP_CHKSUM_UDC) {
		if (!uacce_zip_stream_udc(s))
			return uacce_zip_stream_finish(qp, s, ZIP_STATUS_CHKSUM);
	} else if (!s->begun) {
		chksum_start(s);
	}
	s->begun |= s->op->src.length != 0;
	if (s->owed && s->src.len != 0) {
		zip_place_advance(&s->src, 1);
		s->consumed = 1;
		s->owed = false;
	}
	return uacce_zip_stream_step(qp, s);
}

bool
uacce_zip_stream_doorbells(struct uacce_zip_qp *qp)
{
	uint32_t rung = qp->deq.stream_rung;
	bool polled = false;

	for (unsigned int id = 0; rung != 0; id++, rung >>= 1) {
		if ((rung & 1) == 0)
			continue;
		hisi_qm_submit(&qp->lanes[id].qm);
		polled |= qp->lanes[id].polled;
	}
	qp->deq.stream_rung = 0;
	return polled;
}

/* Try again what waited for a lane. */
static uint16_t
resume_waiting(struct uacce_zip_qp *qp, struct rte_comp_op **ops, uint16_t nb_ops)
{
	struct uacce_zip_stream *s = qp->deq.waiting, *next;
	uint16_t n = 0;

	qp->deq.waiting = NULL;
	for (; s != NULL && n < nb_ops; s = next) {
		next = s->next;
		ops[n] = uacce_zip_stream_step(qp, s);
		n += ops[n] != NULL;
	}
	while (s != NULL) {
		next = s->next;
		s->next = qp->deq.waiting;
		qp->deq.waiting = s;
		s = next;
	}
	return n;
}

static uint16_t
begin_ops(struct uacce_zip_qp *qp, struct rte_comp_op **ops, uint16_t nb_ops)
{
	struct uacce_zip_stream *s;
	uint16_t n = 0;
	void *entry;

	while (n < nb_ops && uacce_zip_stream_room(qp)) {
		entry = qp->deq.parked;
		if (entry == NULL && rte_ring_sc_dequeue(qp->stream_ops, &entry) != 0)
			break;
		s = zip_entry_stream(entry);
		qp->deq.parked = s == NULL && !uacce_zip_own_idle(qp) ? entry : NULL;
		if (qp->deq.parked != NULL)
			break;
		ops[n] = s == NULL ? uacce_zip_own_begin(qp, entry) : op_begin(qp, s);
		n += ops[n] != NULL;
	}
	return n;
}

static bool
lane_broken(const struct uacce_zip_lane *lane)
{
	return lane->state != ZIP_LANE_CLOSED &&
		(lane->state != ZIP_LANE_OPEN || hisi_qm_tx_stopped(&lane->qm));
}

/* Broken lanes first: an op that begins may want theirs opened again. */
static uint16_t
sweep_lanes(struct uacce_zip_qp *qp, struct rte_comp_op **ops, uint16_t nb_ops)
{
	uint16_t n = 0;

	for (unsigned int l = ZIP_LANE_STREAM; l < ZIP_LANE_NB && n < nb_ops; l++) {
		struct uacce_zip_lane *lane = &qp->lanes[l];

		/* a step each: it fails, gives back all it had, closes */
		for (unsigned int i = 0; i < 3 && n < nb_ops && lane_broken(lane); i++)
			n += uacce_zip_lane_poll(lane, &ops[n], nb_ops - n);
	}
	return n;
}

uint16_t
uacce_zip_stream_poll(struct uacce_zip_qp *qp, struct rte_comp_op **ops,
		      uint16_t nb_ops)
{
	uint16_t n = sweep_lanes(qp, ops, nb_ops);
	bool more;

	n += resume_waiting(qp, &ops[n], nb_ops - n);
	n += begin_ops(qp, &ops[n], nb_ops - n);
	uacce_zip_stream_doorbells(qp);
	/* an op may take many requests: callers do not expect to poll for each */
	for (unsigned int i = 0; i < MAX_ROUNDS; i++) {
		for (unsigned int l = ZIP_LANE_STREAM; l < ZIP_LANE_NB && n < nb_ops; l++)
			n += uacce_zip_lane_poll(&qp->lanes[l], &ops[n], nb_ops - n);
		more = uacce_zip_stream_doorbells(qp);
		if (n != 0 || !more)
			break;
	}
	return n;
}

void
uacce_zip_stream_abandon(struct uacce_zip_stream *s)
{
	uacce_zip_stream_reset(s);
	__atomic_store_n(&s->op, NULL, __ATOMIC_RELEASE);
}

uint32_t
uacce_zip_streams_abandon(struct uacce_zip_qp *qp)
{
	uint32_t n = qp->deq.parked != NULL;
	struct uacce_zip_stream *s, *next;
	void *entry;

	for (s = qp->deq.waiting; s != NULL; s = next) {
		next = s->next;
		uacce_zip_stream_abandon(s);
		n++;
	}
	while (qp->stream_ops != NULL &&
	       rte_ring_sc_dequeue(qp->stream_ops, &entry) == 0) {
		s = zip_entry_stream(entry);
		if (s != NULL)
			uacce_zip_stream_abandon(s);
		n++;
	}
	return n;
}
