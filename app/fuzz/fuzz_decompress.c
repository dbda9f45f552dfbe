/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/*
 * Streams that are none, or not quite, through the whole driver, beside zlib. Input:
 *
 *   u8 device, checksum, stateful or not; u8 pieces of source and of destination;
 *   u8 skipped in each; u8, u16 room; u16 source bytes of each op of a stream;
 *   u16 for each piece, of the source, then of the destination; the stream
 */

#include <inttypes.h>

#include <rte_mbuf.h>

#include "fuzz_pmd.h"

#define MAX_OPS		100	/* of one stream */

static const uint8_t sync_end[] = { 0x00, 0x00, 0xff, 0xff };

struct job {
	const struct fuzz_dev *dev;
	enum rte_comp_checksum_type chksum;
	bool stateful;
	struct fuzz_cuts src_cuts;
	struct fuzz_cuts dst_cuts;
	uint32_t room;
	uint32_t step;		/* of a stream's input, for one op */
	const uint8_t *data;
	uint32_t len;
};

static uint8_t out[FUZZ_DST_LEN];

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	fuzz_pmd_init();
	return 0;
}

static void
read_cuts(struct fuzz_in *in, struct fuzz_cuts *cuts)
{
	for (unsigned int i = 0; i < cuts->nb; i++)
		cuts->len[i] = fuzz_u16(in);
}

static void
read_job(struct fuzz_in *in, struct job *j)
{
	uint8_t what = fuzz_u8(in), pieces = fuzz_u8(in), skip = fuzz_u8(in);
	size_t len = FUZZ_SRC_LEN / 2;

	j->dev = &fuzz_devs[what % FUZZ_NB_DEVS];
	j->chksum = (what >> 2) % DIM(j->dev->xforms);
	j->stateful = (what & 0x80) != 0;
	j->src_cuts.nb = pieces & 7;
	j->dst_cuts.nb = pieces >> 4 & 7;
	j->src_cuts.skip = skip & 15;
	j->dst_cuts.skip = skip >> 4;
	j->room = fuzz_u8(in) & 3;
	j->room = j->room << 16 | fuzz_u16(in);
	j->step = fuzz_u16(in);
	read_cuts(in, &j->src_cuts);
	read_cuts(in, &j->dst_cuts);
	j->data = fuzz_bytes(in, &len);
	j->len = len;
}

/* The bytes from `at` on are those zlib makes. */
static void
check_prefix(const struct fuzz_ref *ref, uint32_t at, uint32_t len)
{
	if (at + len > ref->len && ref->what != REF_BIG)
		FUZZ_CHECK(ref->what == REF_BAD, "%u bytes of %u", at + len, ref->len);
	if (at < ref->len)
		FUZZ_CHECK(memcmp(out + at, ref->out + at, RTE_MIN(len, ref->len - at)) == 0,
			   "other bytes than zlib's, from %u on", at);
}

static void
check_chksum(const struct job *j, const struct rte_comp_op *op, uint32_t len)
{
	if (j->chksum != RTE_COMP_CHECKSUM_NONE)
		FUZZ_CHECK(op->output_chksum == fuzz_chksum(j->chksum, out, len),
			   "checksum 0x%" PRIx64 " of %u bytes", op->output_chksum, len);
}

/* Is the input whole without its last block, as a full flush leaves it? */
static bool
ends_flushed(const struct job *j)
{
	return j->len >= sizeof(sync_end) &&
		memcmp(j->data + j->len - sizeof(sync_end), sync_end, sizeof(sync_end)) == 0;
}

/* The driver says that it is whole; it may take what zlib is too strict for. */
static void
check_success(const struct job *j, const struct fuzz_ref *ref, uint32_t consumed,
	      uint32_t produced)
{
	FUZZ_CHECK(ref->what != REF_BIG, "zlib makes more of it than %u bytes", produced);
	if (ref->what == REF_MORE)
		FUZZ_CHECK(ends_flushed(j) && consumed == j->len && produced == ref->len,
			   "truncated, but %u to %u went well", consumed, produced);
	if (ref->what == REF_END)
		FUZZ_CHECK(consumed == ref->in && produced == ref->len,
			   "%u to %u, zlib: %u to %u", consumed, produced, ref->in, ref->len);
}

static void
check_failure(const struct job *j, const struct fuzz_ref *ref, const struct rte_comp_op *op)
{
	FUZZ_CHECK(ref->what != REF_END || ref->len > j->room,
		   "status %u, but zlib has no trouble: %u to %u", op->status, ref->in, ref->len);
}

static void
run_stateless(const struct job *j)
{
	const struct fuzz_ref *ref = fuzz_reference(j->data, j->len);
	struct fuzz_chain src = fuzz_chain_make(&fuzz_src, &j->src_cuts, j->data, j->len);
	struct fuzz_chain dst = fuzz_chain_make(&fuzz_dst, &j->dst_cuts, NULL, j->room);
	struct rte_comp_op *op = fuzz_op();
	bool ran;

	op->op_type = RTE_COMP_OP_STATELESS;
	op->private_xform = j->dev->xforms[j->chksum];
	op->flush_flag = RTE_COMP_FLUSH_FINAL;
	ran = fuzz_op_run(j->dev, op, &src, &dst);
	if (ran)
		fuzz_chain_read(&dst, out, op->produced);
	/* nothing but a size that engines do not take is wrong with it */
	FUZZ_CHECK(ran || j->len == 0, "refused with %u", op->status);
	if (!ran || op->status != RTE_COMP_OP_STATUS_SUCCESS)
		check_failure(j, ref, op);
	else
		check_success(j, ref, op->consumed, op->produced);
	if (ran && (op->status == RTE_COMP_OP_STATUS_SUCCESS ||
		    op->status == RTE_COMP_OP_STATUS_OUT_OF_SPACE_RECOVERABLE)) {
		check_prefix(ref, 0, op->produced);
		check_chksum(j, op, op->produced);
	}
	rte_pktmbuf_free(src.m);
	rte_pktmbuf_free(dst.m);
}

/* Where a stream has come to. */
struct progress {
	uint32_t in;
	uint32_t out;
	bool ended;		/* the driver says so */
	bool failed;
	bool stuck;		/* neither, and no more was asked for */
};

/* Has the stream come to its end, as far as its user can know? */
static bool
is_end(const struct fuzz_ref *ref, const struct progress *p, bool last, bool left)
{
	/* at the end of an op's input, only who knows the stream knows */
	return last || left || (ref->what == REF_END && p->in >= ref->in && p->out == ref->len);
}

/* One op of a stream. */
static void
step(const struct job *j, const struct fuzz_ref *ref, void *stream, struct progress *p)
{
	uint32_t len = RTE_MIN(j->step, j->len - p->in);
	uint32_t room = RTE_MIN(j->room, (uint32_t)sizeof(out) - p->out);
	struct fuzz_chain src = fuzz_chain_make(&fuzz_src, &j->src_cuts, j->data + p->in, len);
	struct fuzz_chain dst = fuzz_chain_make(&fuzz_dst, &j->dst_cuts, NULL, room);
	struct rte_comp_op *op = fuzz_op();
	bool last = len == j->len - p->in;

	op->op_type = RTE_COMP_OP_STATEFUL;
	op->stream = stream;
	op->flush_flag = last ? RTE_COMP_FLUSH_FINAL : RTE_COMP_FLUSH_NONE;
	FUZZ_CHECK(fuzz_op_run(j->dev, op, &src, &dst), "refused with %u", op->status);
	fuzz_chain_read(&dst, out + p->out, op->produced);
	p->in += op->consumed;
	p->out += op->produced;
	p->failed = op->status != RTE_COMP_OP_STATUS_SUCCESS &&
		op->status != RTE_COMP_OP_STATUS_OUT_OF_SPACE_RECOVERABLE;
	if (op->status == RTE_COMP_OP_STATUS_SUCCESS) {
		p->ended = is_end(ref, p, last, op->consumed < len);
		check_chksum(j, op, p->out);
	} else if (!p->failed) {
		/* room left means that it was not what was missing */
		FUZZ_CHECK(op->produced == room, "%u of %u bytes are too little", op->produced,
			   room);
		p->stuck = room == 0;
	}
	rte_pktmbuf_free(src.m);
	rte_pktmbuf_free(dst.m);
}

static void
run_stream(const struct job *j)
{
	const struct fuzz_ref *ref = fuzz_reference(j->data, j->len);
	struct progress p = { .in = 0 };
	struct rte_comp_xform xform;
	void *stream = NULL;
	uint32_t from = 0;

	fuzz_xform(j->chksum, &xform);
	FUZZ_CHECK(rte_compressdev_stream_create(j->dev->id, &xform, &stream) == 0, "no stream");
	for (unsigned int i = 0; i < MAX_OPS && !p.ended && !p.failed && !p.stuck; i++) {
		step(j, ref, stream, &p);
		fuzz_mem_check(&fuzz_src);
		fuzz_mem_check(&fuzz_dst);
		fuzz_mem_reset(&fuzz_src);
		check_prefix(ref, from, p.out - from);
		from = p.out;
	}
	FUZZ_CHECK(rte_compressdev_stream_free(j->dev->id, stream) == 0, "stream is in use");
	if (p.ended)
		check_success(j, ref, p.in, p.out);
	if (p.failed)
		FUZZ_CHECK(ref->what != REF_END, "failed, but zlib has no trouble");
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_in in = { .p = data, .left = size };
	struct job j;

	read_job(&in, &j);
	if (j.dev->xforms[j.chksum] == NULL)
		return 0;
	if (!j.stateful) {
		run_stateless(&j);
	} else if (j.len != 0 && (j.dev->flags & RTE_COMP_FF_STATEFUL_DECOMPRESSION) != 0) {
		/* an op without input is legal, but many of them lead nowhere */
		j.step = RTE_MAX(j.step, 1u);
		run_stream(&j);
	}
	fuzz_mem_check(&fuzz_src);
	fuzz_mem_check(&fuzz_dst);
	fuzz_mem_reset(&fuzz_src);
	return 0;
}
