/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/*
 * Nothing that a client says is trusted, and no address of it is left in what the soft
 * device gets: a request that cannot be mirrored fails.
 */

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#include "emu_abi.h"
#include "mirror.h"

/* of one side, with what is skipped; an entry may exceed it */
#define MAX_REACH	(48u << 20)
#define ARENA_LEN	(MAX_REACH + HISI_ZIP_MAX_LEN + HISI_ZIP_SGL_ALIGN)
#define MAX_LISTS	4096u
#define MAX_PIECES	(MAX_LISTS * HISI_ZIP_SGL_MAX_SGE)

/** A list as the device sees it. */
struct list {
	struct hisi_zip_sgl head;
	struct hisi_zip_sge sge[HISI_ZIP_SGL_MAX_SGE];
	uint8_t pad[32];
};
static_assert(sizeof(struct list) % HISI_ZIP_SGL_ALIGN == 0, "lists are aligned");

/** Client's memory and where its mirror is. */
struct piece {
	uint64_t client;
	uint8_t *local;
	uint64_t len;
};

/** Source or destination. */
struct side {
	uint8_t *arena;
	struct list *lists;
	struct piece *pieces;
	unsigned int nb_lists;
	unsigned int nb_pieces;
};

struct mirror {
	int fd;
	struct side src;
	struct side dst;
	uint8_t *ctx;
	uint64_t client_ctx;	/* 0: stateless */
};

/* Pages that are not used cost nothing. */
static void *
reserve(size_t len)
{
	void *p = mmap(NULL, len, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	return p == MAP_FAILED ? NULL : p;
}

static bool
side_init(struct side *s)
{
	s->arena = reserve(ARENA_LEN);
	s->lists = reserve(MAX_LISTS * sizeof(*s->lists));
	s->pieces = reserve(MAX_PIECES * sizeof(*s->pieces));
	return s->arena != NULL && s->lists != NULL && s->pieces != NULL;
}

struct mirror *
mirror_create(int fd)
{
	struct mirror *m = calloc(1, sizeof(*m));

	if (m == NULL)
		return NULL;
	m->fd = fd;
	m->ctx = reserve(HISI_ZIP_CTX_LEN);
	if (m->ctx == NULL || !side_init(&m->src) || !side_init(&m->dst)) {
		free(m);
		return NULL;
	}
	return m;
}

static bool
copy(const struct mirror *m, const struct mirror_client *c, uint64_t client, void *local,
     uint64_t len, bool to_client)
{
	struct emu_copy arg = {
		.queue = c->queue, .life = c->life, .client = client,
		.server = (uintptr_t)local, .len = (uint32_t)len, .to_client = to_client,
	};

	return len == 0 || ioctl(m->fd, EMU_COPY, &arg) == 0;
}

static uint64_t
addr64(uint32_t low, uint32_t high)
{
	return (uint64_t)high << 32 | low;
}

static void
set_addr(uint32_t *low, uint32_t *high, const void *p)
{
	*low = (uint32_t)(uintptr_t)p;
	*high = (uint32_t)((uint64_t)(uintptr_t)p >> 32);
}

static bool
add_piece(struct side *s, uint64_t client, uint8_t *local, uint64_t len)
{
	if (s->nb_pieces == MAX_PIECES)
		return false;
	s->pieces[s->nb_pieces++] = (struct piece){ client, local, len };
	return true;
}

/*
 * Give an entry, which begins at byte pos of its chain, a place in the arena; of what it
 * names only the bytes from skip to end matter.
 */
static bool
place_entry(struct side *s, struct hisi_zip_sge *sge, uint64_t pos, uint64_t skip,
	    uint64_t end)
{
	uint64_t from = pos < skip ? skip : pos;
	uint64_t to = pos + sge->len < end ? pos + sge->len : end;
	uint64_t client = sge->addr;

	if (sge->len > HISI_ZIP_MAX_LEN)
		return false;
	/* nothing to refer to, which the device may pass over */
	if (client == 0)
		return true;
	sge->addr = (uintptr_t)(s->arena + pos);
	return from >= to || add_piece(s, client + (from - pos), s->arena + from, to - from);
}

/* One list, of which only what is needed stays; *pos becomes where the next one begins. */
static bool
fetch_list(struct mirror *m, const struct mirror_client *c, struct side *s, uint64_t addr,
	   uint64_t skip, uint64_t end, uint64_t *pos)
{
	struct list *l = &s->lists[s->nb_lists++];
	unsigned int i, nb;

	if (!copy(m, c, addr, &l->head, sizeof(l->head), false))
		return false;
	nb = l->head.entry_sum_in_sgl;
	if (nb == 0 || nb > HISI_ZIP_SGL_MAX_SGE ||
	    !copy(m, c, addr + sizeof(l->head), l->sge, nb * sizeof(l->sge[0]), false))
		return false;
	for (i = 0; i < nb && *pos < end; i++) {
		if (!place_entry(s, &l->sge[i], *pos, skip, end))
			return false;
		*pos += l->sge[i].len;
	}
	l->head.entry_sum_in_sgl = (uint16_t)i;
	if (*pos >= end)
		l->head.next_dma = 0;
	return true;
}

/* A chain with the client's structure; it may end too soon. */
static bool
fetch_chain(struct mirror *m, const struct mirror_client *c, struct side *s, uint64_t addr,
	    uint64_t skip, uint64_t len)
{
	uint64_t pos = 0, *next = &addr;

	while (len != 0 && *next != 0) {
		struct list *l = &s->lists[s->nb_lists];
		uint64_t client = *next;

		/* the chain may be a loop */
		if (s->nb_lists == MAX_LISTS || client % HISI_ZIP_SGL_ALIGN != 0)
			return false;
		*next = (uintptr_t)l;
		next = &l->head.next_dma;
		if (!fetch_list(m, c, s, client, skip, skip + len, &pos))
			return false;
	}
	return true;
}

static bool
fetch_side(struct mirror *m, const struct mirror_client *c, struct side *s, bool sgl,
	   uint32_t *low, uint32_t *high, uint32_t skip, uint32_t len)
{
	uint64_t addr = addr64(*low, *high);
	uint8_t *flat = s->arena + addr % HISI_ZIP_SGL_ALIGN;

	s->nb_lists = 0;
	s->nb_pieces = 0;
	if (addr == 0)
		return true;
	if ((uint64_t)skip + len > MAX_REACH)
		return false;
	set_addr(low, high, sgl ? (void *)s->lists : flat);
	if (!sgl)
		return add_piece(s, addr, flat, len);
	memset(&s->lists[0].head, 0, sizeof(s->lists[0].head));
	return fetch_chain(m, c, s, addr, skip, len);
}

/* Data behind the first len bytes of a side. */
static bool
transfer(struct mirror *m, const struct mirror_client *c, struct side *s, uint64_t len,
	 bool to_client)
{
	unsigned int i;

	for (i = 0; i < s->nb_pieces && len != 0; i++) {
		const struct piece *p = &s->pieces[i];
		uint64_t n = p->len < len ? p->len : len;

		if (!copy(m, c, p->client, p->local, n, to_client))
			return false;
		len -= n;
	}
	return true;
}

static bool
fetch_context(struct mirror *m, const struct mirror_client *c, struct hisi_zip_sqe *sqe)
{
	m->client_ctx = 0;
	if ((sqe->dw7 & HISI_ZIP_DW7_STATEFUL) == 0)
		return true;
	m->client_ctx = addr64(sqe->stream_ctx_addr_l, sqe->stream_ctx_addr_h);
	if (m->client_ctx == 0)
		return true;
	set_addr(&sqe->stream_ctx_addr_l, &sqe->stream_ctx_addr_h, m->ctx);
	return copy(m, c, m->client_ctx, m->ctx, HISI_ZIP_CTX_HW_LEN, false);
}

bool
mirror_in(struct mirror *m, const struct mirror_client *c, struct hisi_zip_sqe *sqe)
{
	unsigned int buf = (sqe->dw9 >> HISI_ZIP_DW9_BUF_SHIFT) & HISI_ZIP_DW9_BUF_MASK;
	bool sgl = buf == HISI_ZIP_BUF_SGL;

	m->src.nb_pieces = 0;
	m->dst.nb_pieces = 0;
	if (!fetch_context(m, c, sqe))
		return false;
	return fetch_side(m, c, &m->src, sgl, &sqe->source_addr_l, &sqe->source_addr_h,
			  sqe->dw7 & HISI_ZIP_DW7_SKIP_MASK, sqe->input_data_length) &&
		fetch_side(m, c, &m->dst, sgl, &sqe->dest_addr_l, &sqe->dest_addr_h,
			   sqe->dw8 & HISI_ZIP_DW8_SKIP_MASK, sqe->dest_avail_out) &&
		transfer(m, c, &m->src, sqe->input_data_length, false);
}

bool
mirror_out(struct mirror *m, const struct mirror_client *c, const struct hisi_zip_sqe *sqe)
{
	if (m->client_ctx != 0 &&
	    !copy(m, c, m->client_ctx, m->ctx, HISI_ZIP_CTX_HW_LEN, true))
		return false;
	/* a client may have its destination in the last bytes of the context */
	return transfer(m, c, &m->dst, sqe->produced, true);
}
