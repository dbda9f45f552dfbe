/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/*
 * Stateless ops that an engine has no stateless request for, where no soft lane takes
 * them: a full flush is the first and only request of a stream, without its end; empty
 * input needs no engine at all. One stream of the queue pair's own does one at a time.
 */

#include <rte_malloc.h>

#include "uacce_zip_stream.h"

uint8_t
uacce_zip_own_enqueue(struct uacce_zip_qp *qp, struct rte_comp_op *op)
{
	op->status = RTE_COMP_OP_STATUS_NOT_PROCESSED;
	if (rte_ring_sp_enqueue(qp->stream_ops, op) == 0)
		return RTE_COMP_OP_STATUS_SUCCESS;
	return RTE_COMP_OP_STATUS_NOT_PROCESSED;
}

bool
uacce_zip_own_idle(const struct uacce_zip_qp *qp)
{
	return qp->deq.own == NULL || qp->deq.own->op == NULL;
}

struct rte_comp_op *
uacce_zip_own_begin(struct uacce_zip_qp *qp, struct rte_comp_op *op)
{
	struct uacce_zip_stream *s = qp->deq.own;

	/* the first of its kind that this queue pair meets */
	if (s == NULL)
		s = qp->deq.own = uacce_zip_stream_alloc(qp->zip, qp->socket_id);
	if (s == NULL) {
		op->status = RTE_COMP_OP_STATUS_ERROR;
		zip_count(&qp->deq.errors, 1);
		return op;
	}
	uacce_zip_stream_reset(s);
	s->x = *(const struct uacce_zip_xform *)op->private_xform;
	s->op = op;
	s->consumed = 0;
	s->produced = 0;
	s->avoid_engine = false;
	qp->deq.nb_streams++;
	/* they were in the chains when the op came, and no less */
	if (!zip_place_src(op->m_src, op->src.offset, op->src.length, &s->src) ||
	    !zip_place_dst(op->m_dst, op->dst.offset, &s->dst) ||
	    !s->x.compress)
		return uacce_zip_stream_finish(qp, s, RTE_COMP_OP_STATUS_ERROR);
	return uacce_zip_stream_step(qp, s);
}

void
uacce_zip_own_free(struct uacce_zip_qp *qp)
{
	if (qp->deq.own != NULL)
		rte_free(qp->deq.own->ctx);
	rte_free(qp->deq.own);
	qp->deq.own = NULL;
}
