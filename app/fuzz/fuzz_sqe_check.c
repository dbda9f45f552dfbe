/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/*
 * What a device answers: nothing of it may lie outside of what was asked, and what it
 * says to have compressed must be that.
 */

#include <lz4frame.h>
#include <zlib.h>

#include "fuzz_sqe.h"

/* What must be as it was submitted (datasheet 3.1). */
static void
check_preserved(const struct fuzz_req *r, const struct hisi_zip_sqe *done)
{
	struct hisi_zip_sqe s = *done;

	if (r->ext) {
		s.dif_l = r->sqe.dif_l;
		s.dif_h = r->sqe.dif_h;
	}
	FUZZ_CHECK(memcmp(&s.input_data_length, &r->sqe.input_data_length,
			  offsetof(struct hisi_zip_sqe, ctx_dw0) -
			  offsetof(struct hisi_zip_sqe, input_data_length)) == 0 &&
		   memcmp(&s.comp_head_addr_l, &r->sqe.comp_head_addr_l,
			  offsetof(struct hisi_zip_sqe, ctx_dw1) -
			  offsetof(struct hisi_zip_sqe, comp_head_addr_l)) == 0,
		   "the device wrote to the request");
}

/* Is no byte of the destination described twice? Many pieces are not looked at. */
static bool
dst_disjoint(const struct fuzz_req *r)
{
	if (r->dst_to - r->dst_from > 32)
		return false;
	for (unsigned int i = r->dst_from; i < r->dst_to; i++)
		for (unsigned int k = r->dst_from; k < i; k++) {
			size_t a = fuzz_dst.pieces[i].at, b = fuzz_dst.pieces[k].at;

			if (a < b + fuzz_dst.pieces[k].len && b < a + fuzz_dst.pieces[i].len)
				return false;
		}
	return true;
}

/* What is compressed, what a device made of it, and what came before both. */
struct pair {
	uint8_t src[MAX_TRANSFER];
	uint8_t made[MAX_TRANSFER];
	size_t src_len;
	size_t made_len;
	const uint8_t *dict;
	size_t dict_len;
};

/* Does zlib make the source of it? */
static void
check_deflate(struct pair *p, bool final, size_t trailer)
{
	static uint8_t back[MAX_TRANSFER + 1];
	static z_stream z;
	int ret = z.state == NULL ? inflateInit2(&z, -15) : inflateReset(&z);

	if (ret == Z_OK && p->dict_len != 0)
		ret = inflateSetDictionary(&z, p->dict, p->dict_len);
	FUZZ_CHECK(ret == Z_OK, "%d", ret);
	z.next_in = p->made;
	z.avail_in = p->made_len;
	z.next_out = back;
	z.avail_out = sizeof(back);
	ret = inflate(&z, Z_SYNC_FLUSH);
	FUZZ_CHECK(ret == (final ? Z_STREAM_END : Z_OK) && z.avail_in == trailer,
		   "zlib: %d, %u left of %zu", ret, z.avail_in, p->made_len);
	FUZZ_CHECK(sizeof(back) - z.avail_out == p->src_len &&
		   memcmp(p->src, back, p->src_len) == 0, "made of other data");
}

/* Is it one frame, of the source? */
static void
check_lz4(const struct pair *p)
{
	static uint8_t back[MAX_TRANSFER + 1];
	static LZ4F_dctx *lz4;
	size_t in = p->made_len, out = sizeof(back), ret;

	if (lz4 == NULL)
		FUZZ_CHECK(!LZ4F_isError(LZ4F_createDecompressionContext(&lz4, LZ4F_VERSION)),
			   "no memory");
	LZ4F_resetDecompressionContext(lz4);
	ret = LZ4F_decompress(lz4, back, &out, p->made, &in, NULL);
	FUZZ_CHECK(ret == 0 && in == p->made_len, "LZ4: %s, %zu of %zu",
		   LZ4F_getErrorName(ret), in, p->made_len);
	FUZZ_CHECK(out == p->src_len && memcmp(p->src, back, out) == 0, "made of other data");
}

/* The result of a stateless compression, or of the part of it that there was room for. */
static void
check_compressed(const struct fuzz_req *r, const struct hisi_zip_sqe *done, bool whole)
{
	static struct pair p;
	unsigned int type = fuzz_req_type(r);
	bool final = whole && (!r->ext || (r->sqe.priv_info & HISI_ZIP_EXT_NO_FINAL) == 0);
	size_t trailer = type == HISI_ZIP_REQ_GZIP ? 8 : type == HISI_ZIP_REQ_ZLIB ? 4 : 0;

	p.src_len = done->consumed;
	p.made_len = done->produced;
	p.dict_len = r->ext ? r->sqe.lba_l >> HISI_ZIP_EXT2_DICT_SHIFT : 0;
	p.dict = fuzz_src.p + (r->sqe.literals_addr_l - (uint32_t)(uintptr_t)fuzz_src.p);
	FUZZ_CHECK(!whole || p.src_len == r->sqe.input_data_length, "%zu consumed of %u",
		   p.src_len, r->sqe.input_data_length);
	FUZZ_CHECK(fuzz_req_gather(r, false, p.src, p.src_len) == p.src_len &&
		   fuzz_req_gather(r, true, p.made, p.made_len) == p.made_len,
		   "bad lists went well");
	if (type == HISI_ZIP_REQ_EXT_COPY)
		FUZZ_CHECK(p.made_len == p.src_len && memcmp(p.src, p.made, p.src_len) == 0,
			   "a bad copy");
	else if (type == HISI_ZIP_REQ_LZ4)
		check_lz4(&p);
	else
		check_deflate(&p, final, trailer);
}

static void
stream_carry(struct fuzz_req *r, const struct hisi_zip_sqe *done)
{
	r->stream->words[0] = done->ctx_dw0;
	memcpy(&r->stream->words[1], &done->ctx_dw1, 4 * sizeof(uint32_t));
	r->stream->src_at = (r->sqe.source_addr_l - (uint32_t)(uintptr_t)fuzz_src.p +
			     done->consumed) % (SRC_LEN + 1);
}

static void
check_stateless(const struct fuzz_req *r, const struct hisi_zip_sqe *done, bool compress,
		bool alone)
{
	uint32_t status = done->status & HISI_ZIP_STATUS_MASK;
	bool good = status == HISI_ZIP_STATUS_OK || status == HISI_ZIP_STATUS_NEG_COMP;

	FUZZ_CHECK(done->ctx_dw0 == 0 && done->ctx_dw1 == 0 && done->ctx_dw2 == 0,
		   "stream words of a stateless request");
	FUZZ_CHECK(status != HISI_ZIP_STATUS_STREAM_END, "end of no stream");
	/* others' output may be in the same place */
	if (!compress || !alone || !dst_disjoint(r))
		return;
	if (good || (status == HISI_ZIP_STATUS_NO_SPACE && done->consumed != 0))
		check_compressed(r, done, good);
}

void
fuzz_req_check(struct fuzz_req *r, const struct hisi_zip_sqe *done, bool compress,
	       bool alone)
{
	check_preserved(r, done);
	FUZZ_CHECK(done->consumed <= r->sqe.input_data_length &&
		   done->produced <= r->sqe.dest_avail_out, "%u of %u in, %u of %u out",
		   done->consumed, r->sqe.input_data_length, done->produced,
		   r->sqe.dest_avail_out);
	if (r->stream != NULL)
		stream_carry(r, done);
	if ((r->sqe.dw7 & HISI_ZIP_DW7_STATEFUL) == 0)
		check_stateless(r, done, compress, alone);
}
