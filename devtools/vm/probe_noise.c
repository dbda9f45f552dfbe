/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/*
 * Requests, lists and doorbells of random words, with enough sense in them to get past
 * the first checks.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "probe.h"

#define QUEUES		24
#define REQUESTS	200
#define NB_LISTS	8

/** Memory that random addresses point to. */
static struct {
	_Alignas(HISI_ZIP_SGL_ALIGN) struct {
		struct hisi_zip_sgl head;
		struct hisi_zip_sge sge[14];
	} list[NB_LISTS];
	uint8_t data[65536];
	uint8_t ctx[HISI_ZIP_CTX_LEN];
} mem;

static bool
one_in(unsigned int n)
{
	return rand() % n == 0;
}

static uint64_t
random64(void)
{
	return (uint64_t)rand() << 33 ^ (uint64_t)rand() << 11 ^ (uint64_t)rand();
}

/* Mostly ours. */
static uint64_t
random_address(void)
{
	if (one_in(16))
		return one_in(2) ? 0 : random64();
	if (one_in(3))
		return (uintptr_t)&mem.list[rand() % NB_LISTS];
	return (uintptr_t)&mem + (uint64_t)rand() % sizeof(mem);
}

static void
random_lists(void)
{
	for (unsigned int i = 0; i < NB_LISTS; i++) {
		mem.list[i].head.next_dma = one_in(2) ? 0 : random_address();
		mem.list[i].head.entry_sum_in_sgl =
			(uint16_t)(one_in(20) ? rand() : rand() % 15);
		for (unsigned int j = 0; j < 14; j++) {
			mem.list[i].sge[j].addr = random_address();
			mem.list[i].sge[j].len = one_in(20) ? (uint32_t)random64() :
				(uint32_t)rand() % 4096;
		}
	}
}

static uint32_t
random_len(void)
{
	return one_in(16) ? (uint32_t)random64() : (uint32_t)rand() % sizeof(mem.data);
}

static void
random_sqe(struct hisi_zip_sqe *sqe)
{
	static const uint32_t types[] = {
		HISI_ZIP_REQ_DEFLATE, HISI_ZIP_REQ_ZLIB, HISI_ZIP_REQ_GZIP, HISI_ZIP_REQ_LZ4,
		HISI_ZIP_REQ_EXT_COPY, HISI_ZIP_REQ_EXT_VERIFY,
	};
	uint64_t src = random_address(), dst = random_address(), ctx = (uintptr_t)mem.ctx;
	uint32_t *word = (void *)sqe;

	for (unsigned int i = 0; i < sizeof(*sqe) / sizeof(*word); i++)
		word[i] = one_in(8) ? (uint32_t)random64() : 0;
	sqe->input_data_length = random_len();
	sqe->dest_avail_out = random_len();
	sqe->dw7 = (uint32_t)(rand() % 8) << 25 | (one_in(8) ? rand() & 0xffffff : 0) |
		(probe_attr("api") >= 3 ? HISI_ZIP_SQE_TYPE3 : 0) << HISI_ZIP_DW7_TYPE_SHIFT;
	sqe->dw9 = types[rand() % 6] | (uint32_t)(rand() % 2) << HISI_ZIP_DW9_BUF_SHIFT;
	sqe->source_addr_l = (uint32_t)src;
	sqe->source_addr_h = (uint32_t)(src >> 32);
	sqe->dest_addr_l = (uint32_t)dst;
	sqe->dest_addr_h = (uint32_t)(dst >> 32);
	if (!one_in(8)) {
		sqe->stream_ctx_addr_l = (uint32_t)ctx;
		sqe->stream_ctx_addr_h = (uint32_t)(ctx >> 32);
	}
}

static void
random_doorbell(const struct client *c)
{
	volatile uint64_t *at = (void *)(c->mmio + (rand() % 1024) * 8);

	*at = random64();
	*(volatile uint64_t *)(void *)(c->mmio + HISI_QM_DB_OFFSET) = random64() >> 16;
	*(volatile uint32_t *)(void *)(c->mmio + HISI_QM_DB_OFFSET) = (uint32_t)random64();
}

/* Whatever the server makes of it: completions are not waited for when words are random. */
static void
make_noise(struct client *c)
{
	struct hisi_zip_sqe *ring = (void *)c->dus;
	uint64_t db;

	for (unsigned int i = 0; i < REQUESTS; i++) {
		if (one_in(4))
			random_lists();
		random_sqe(&ring[c->tail]);
		c->tail = (c->tail + 1) % c->info.sq_depth;
		db = c->id | (uint64_t)c->tail << HISI_QM_DB_INDEX_SHIFT;
		*(volatile uint64_t *)(void *)(c->mmio + HISI_QM_DB_OFFSET) = db;
		if (one_in(50))
			random_doorbell(c);
		if (one_in(100))
			usleep(20000);
	}
}

void
probe_noise(unsigned int seed)
{
	struct client c;

	srand(seed);
	for (unsigned int i = 0; i < QUEUES; i++) {
		client_start(&c);
		make_noise(&c);
		client_close(&c);
	}
	client_start(&c);
	memset(mem.data, 'x', sizeof(mem.data));
	if (client_request(&c, mem.data, sizeof(mem.data), mem.ctx, sizeof(mem.ctx)) != 0) {
		printf("nothing works any more\n");
		exit(1);
	}
	client_close(&c);
}
