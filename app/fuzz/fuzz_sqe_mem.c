/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

#include "fuzz_sqe.h"

#define NB_LISTS	5
#define LIST_ENTRIES	8	/* of the first lists; the last takes all there may be */
#define LIST_STRIDE	(sizeof(struct hisi_zip_sgl) + LIST_ENTRIES * sizeof(struct hisi_zip_sge))
#define LISTS_LEN \
	((NB_LISTS - 1) * LIST_STRIDE + sizeof(struct hisi_zip_sgl) + \
	 HISI_ZIP_SGL_MAX_SGE * sizeof(struct hisi_zip_sge))
#define RUBBISH		0xa5
#define ODD		0x80000000u	/* in a fuzzed address: not aligned */
#define MAX_LISTS	(1u << 17)	/* followed, more than the device does */

struct fuzz_mem fuzz_src, fuzz_dst, fuzz_ctx;
struct fuzz_stream fuzz_streams[NB_CTX];
static struct fuzz_mem src_lists, dst_lists;

struct list {
	struct hisi_zip_sgl sgl;
	struct hisi_zip_sge sge[HISI_ZIP_SGL_MAX_SGE];
};

/* What is done with each piece that a request describes. */
struct visit {
	struct fuzz_mem *mem;
	uint8_t *to;		/* NULL: let the device in */
	bool write;
	size_t done;
};

void
fuzz_arenas_make(void)
{
	fuzz_mem_make(&fuzz_src, "source", SRC_LEN, 0x5c);
	fuzz_mem_make(&fuzz_dst, "destination", DST_LEN, 0x5c);
	fuzz_mem_make(&fuzz_ctx, "stream contexts", NB_CTX * HISI_ZIP_CTX_LEN, 0);
	fuzz_mem_make(&src_lists, "source lists", LISTS_LEN, 0x5c);
	fuzz_mem_make(&dst_lists, "destination lists", LISTS_LEN, 0x5c);
}

static uint64_t
addr_of(const struct fuzz_mem *m, size_t at)
{
	return (uintptr_t)m->p + at;
}

/* Address of a list; one that is not aligned must not be read. */
static uint64_t
list_addr(const struct fuzz_mem *lists, uint32_t raw)
{
	return addr_of(lists, raw % NB_LISTS * LIST_STRIDE) +
		(raw & ODD ? raw >> 8 & (HISI_ZIP_SGL_ALIGN - 1) : 0);
}

static uint32_t
clip(uint32_t raw, size_t max)
{
	return raw <= max ? raw : raw % (max + 1);
}

static struct hisi_zip_sge
entry(const struct fuzz_mem *data, uint32_t addr, uint32_t len)
{
	size_t at = addr % (data->len + 1);
	struct hisi_zip_sge sge;

	memset(&sge, RUBBISH, sizeof(sge));
	sge.addr = addr == UINT32_MAX ? 0 : addr_of(data, at);
	/* longer than an entry may be: refused, wherever it leads */
	sge.len = len > HISI_ZIP_MAX_LEN ? len : clip(len, data->len - at);
	return sge;
}

/* u8 next list, u16 entries, u8 entries given, entries: those come round and round. */
static void
read_list(struct fuzz_in *in, const struct fuzz_mem *lists, const struct fuzz_mem *data,
	  uint32_t room, struct list *list)
{
	uint32_t next = fuzz_u8(in), nb = fuzz_u16(in);
	unsigned int nb_given = 1 + fuzz_u8(in) % LIST_ENTRIES;
	uint32_t word[2];

	list->sgl.next_dma = next == 0 ? 0 :
		list_addr(lists, next & 0x80 ? ODD | next << 8 : next);
	/* more than a list may have: refused without a look at them */
	list->sgl.entry_sum_in_sgl = nb > HISI_ZIP_SGL_MAX_SGE ? nb : clip(nb, room);
	for (unsigned int e = 0; e < nb_given; e++) {
		fuzz_take(in, word, sizeof(word));
		list->sge[e] = entry(data, word[0], word[1]);
	}
	for (unsigned int e = nb_given; e < room; e++)
		list->sge[e] = list->sge[e - nb_given];
}

/* So many as the input has; the others lead to all there is. */
static void
fill_lists(struct fuzz_in *in, struct fuzz_mem *lists, const struct fuzz_mem *data,
	   unsigned int nb_given)
{
	static struct list list;

	for (unsigned int i = 0; i < NB_LISTS; i++) {
		uint32_t room = i == NB_LISTS - 1 ? HISI_ZIP_SGL_MAX_SGE : LIST_ENTRIES;

		memset(&list.sgl, RUBBISH, sizeof(list.sgl));
		if (i < nb_given) {
			read_list(in, lists, data, room, &list);
		} else {
			list.sgl.next_dma = 0;
			list.sgl.entry_sum_in_sgl = 1;
			list.sge[0] = entry(data, 0, data->len);
			room = 1;
		}
		fuzz_mem_set(lists, i * LIST_STRIDE, &list,
			     sizeof(list.sgl) + room * sizeof(list.sge[0]));
	}
}

void
fuzz_arenas_fill(struct fuzz_in *in, uint8_t how)
{
	unsigned int nb_src = (how & 7) % (NB_LISTS + 1);
	unsigned int nb_dst = (how >> 3 & 7) % (NB_LISTS + 1);
	static uint8_t all[SRC_LEN];
	size_t len;

	fill_lists(in, &src_lists, &fuzz_src, nb_src);
	fill_lists(in, &dst_lists, &fuzz_dst, nb_dst);
	memset(fuzz_streams, 0, sizeof(fuzz_streams));
	fuzz_mem_reset(&fuzz_src);
	fuzz_mem_reset(&fuzz_ctx);
	len = in->left < SRC_LEN ? in->left : SRC_LEN;
	if (len == 0)
		return;
	if (how & 0x40) {
		/* again and again: what compresses well */
		for (size_t at = 0; at < SRC_LEN; at += len)
			memcpy(all + at, in->p, len < SRC_LEN - at ? len : SRC_LEN - at);
		fuzz_mem_set(&fuzz_src, 0, all, SRC_LEN);
	} else {
		fuzz_mem_set(&fuzz_src, 0, in->p, len);
	}
}

void
fuzz_arenas_check(void)
{
	fuzz_mem_check(&fuzz_src);
	fuzz_mem_check(&fuzz_dst);
	fuzz_mem_check(&fuzz_ctx);
	fuzz_mem_check(&src_lists);
	fuzz_mem_check(&dst_lists);
}

static void
visit_piece(struct visit *v, uint64_t addr, size_t len)
{
	size_t at = addr - (uintptr_t)v->mem->p;

	if (v->to == NULL)
		fuzz_mem_allow(v->mem, at, len, v->write);
	else
		memcpy(v->to + v->done, v->mem->p + at, len);
	v->done += len;
}

/* Pieces of a chain of lists (datasheet 4), until there are len bytes or it is bad. */
static void
visit_lists(struct visit *v, uint64_t addr, uint64_t skip, size_t len)
{
	for (unsigned int n = 0; n < MAX_LISTS && v->done < len; n++) {
		const struct hisi_zip_sgl *sgl = (const void *)(uintptr_t)addr;
		const struct hisi_zip_sge *e = (const void *)(uintptr_t)(addr + sizeof(*sgl));

		if (addr == 0 || addr % HISI_ZIP_SGL_ALIGN != 0 ||
		    sgl->entry_sum_in_sgl == 0 ||
		    sgl->entry_sum_in_sgl > HISI_ZIP_SGL_MAX_SGE)
			return;
		for (unsigned int i = 0; i < sgl->entry_sum_in_sgl && v->done < len; i++, e++) {
			uint64_t from = e->len < skip ? e->len : skip;
			size_t take = e->len - from;

			skip -= from;
			if (e->len > HISI_ZIP_MAX_LEN || (take != 0 && e->addr == 0))
				return;
			if (take != 0)
				visit_piece(v, e->addr + from,
					    take < len - v->done ? take : len - v->done);
		}
		addr = sgl->next_dma;
	}
}

static size_t
visit(const struct fuzz_req *req, bool dst, uint8_t *to, size_t len)
{
	const struct hisi_zip_sqe *s = &req->sqe;
	struct visit v = {
		.mem = dst ? &fuzz_dst : &fuzz_src, .to = to,
		.write = dst && fuzz_req_type(req) != HISI_ZIP_REQ_EXT_VERIFY,
	};
	uint64_t addr = dst ? (uint64_t)s->dest_addr_h << 32 | s->dest_addr_l :
		(uint64_t)s->source_addr_h << 32 | s->source_addr_l;
	uint32_t skip = (dst ? s->dw8 : s->dw7) & HISI_ZIP_DW7_SKIP_MASK;

	if (req->sgl)
		visit_lists(&v, addr, skip, len);
	else if (addr != 0 && len != 0)
		visit_piece(&v, addr, len);
	return v.done;
}

size_t
fuzz_req_gather(const struct fuzz_req *req, bool dst, uint8_t *to, size_t len)
{
	return visit(req, dst, to, len);
}

/* NULL by its high half; else somewhere, with no more than what follows there. */
static void
place_buffer(const struct fuzz_req *req, const struct fuzz_mem *data,
	     const struct fuzz_mem *lists, uint32_t *low, uint32_t *high, uint32_t *len)
{
	/* longer than a flat buffer may be: refused, wherever it leads */
	bool refused = !req->ext && *len > HISI_ZIP_MAX_LEN;
	uint64_t addr = 0;

	if (*high != UINT32_MAX && req->sgl) {
		addr = list_addr(lists, *low);
		*len = clip(*len, MAX_TRANSFER);
	} else if (*high != UINT32_MAX) {
		addr = addr_of(data, *low % (data->len + 1));
		if (!refused)
			*len = clip(*len, data->len - *low % (data->len + 1));
	}
	*low = (uint32_t)addr;
	*high = (uint32_t)(addr >> 32);
}

/* A context too may lie anywhere, and so may its end. */
static void
place_context(struct fuzz_req *req)
{
	struct hisi_zip_sqe *s = &req->sqe;
	uint32_t raw = s->stream_ctx_addr_l;
	uint64_t addr = 0;
	size_t at;

	if ((s->dw7 & HISI_ZIP_DW7_STATEFUL) != 0 && s->stream_ctx_addr_h != UINT32_MAX) {
		req->stream = &fuzz_streams[raw % NB_CTX];
		at = raw % NB_CTX * HISI_ZIP_CTX_LEN + HISI_ZIP_CTX_HW +
			(raw & ODD ? raw >> 8 & 63 : 0);
		fuzz_mem_allow(&fuzz_ctx, at, HISI_ZIP_CTX_HW_LEN, true);
		addr = addr_of(&fuzz_ctx, at);
	}
	s->stream_ctx_addr_l = (uint32_t)addr;
	s->stream_ctx_addr_h = (uint32_t)(addr >> 32);
}

/* The dictionary is in the source arena too; one that is too long must not be read. */
static void
place_dictionary(struct fuzz_req *req)
{
	struct hisi_zip_sqe *s = &req->sqe;
	uint32_t len = s->lba_l >> HISI_ZIP_EXT2_DICT_SHIFT;
	size_t at = s->literals_addr_l % (SRC_LEN + 1);
	uint64_t addr = s->literals_addr_h == UINT32_MAX ? 0 : addr_of(&fuzz_src, at);

	if (!req->ext || len == 0 || len > HISI_ZIP_EXT2_DICT_MAX)
		return;
	len = clip(len, SRC_LEN - at);
	s->lba_l = (s->lba_l & ((1u << HISI_ZIP_EXT2_DICT_SHIFT) - 1)) |
		len << HISI_ZIP_EXT2_DICT_SHIFT;
	s->literals_addr_l = (uint32_t)addr;
	s->literals_addr_h = (uint32_t)(addr >> 32);
	fuzz_mem_allow(&fuzz_src, at, len, false);
}

/* A device that keeps the rules does not touch what is described badly. */
static void
let_in(const struct fuzz_req *req, bool dst, uint32_t len)
{
	struct fuzz_mem *m = dst ? &fuzz_dst : &fuzz_src;
	unsigned int nb = m->nb;

	if (len > MAX_TRANSFER || visit(req, dst, NULL, len) < len)
		m->nb = nb;
}

void
fuzz_req_place(struct fuzz_req *req, bool device_ext)
{
	struct hisi_zip_sqe *s = &req->sqe;

	req->sgl = (s->dw9 >> HISI_ZIP_DW9_BUF_SHIFT & HISI_ZIP_DW9_BUF_MASK) ==
		HISI_ZIP_BUF_SGL;
	req->ext = device_ext &&
		(s->priv_info & HISI_ZIP_EXT_MAGIC_MASK) == HISI_ZIP_EXT_MAGIC;
	place_context(req);
	place_dictionary(req);
	if (req->stream != NULL && (req->flags & REQ_CARRY) != 0) {
		s->ctx_dw0 = req->stream->words[0];
		memcpy(&s->ctx_dw1, &req->stream->words[1], 4 * sizeof(uint32_t));
	}
	if (req->stream != NULL && (req->flags & REQ_GO_ON) != 0 && !req->sgl)
		s->source_addr_l = req->stream->src_at;
	place_buffer(req, &fuzz_src, &src_lists, &s->source_addr_l, &s->source_addr_h,
		     &s->input_data_length);
	place_buffer(req, &fuzz_dst, &dst_lists, &s->dest_addr_l, &s->dest_addr_h,
		     &s->dest_avail_out);
	let_in(req, false, s->input_data_length);
	req->dst_from = fuzz_dst.nb;
	let_in(req, true, s->dest_avail_out);
	req->dst_to = fuzz_dst.nb;
}
