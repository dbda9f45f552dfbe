/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "probe.h"

long
probe_attr(const char *name)
{
	char path[256], text[64];
	FILE *f;
	long value = -1;

	snprintf(path, sizeof(path), PROBE_CLASS "%s", name);
	f = fopen(path, "r");
	if (f == NULL)
		return -1;
	if (fgets(text, sizeof(text), f) != NULL)
		value = strtol(strncmp(text, "hisi_qm_v", 9) == 0 ? text + 9 : text, NULL, 10);
	fclose(f);
	return value;
}

int
client_open(struct client *c)
{
	memset(c, 0, sizeof(*c));
	c->fd = open(PROBE_NODE, O_RDWR | O_CLOEXEC);
	c->phase = 1;
	return c->fd < 0 ? errno : 0;
}

int
client_map(const struct client *c, unsigned int region, size_t len, uint8_t **addr)
{
	void *p = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED, c->fd,
		       (off_t)region * sysconf(_SC_PAGESIZE));

	if (p == MAP_FAILED)
		return errno;
	*addr = p;
	return 0;
}

static void
must(const char *what, int err)
{
	if (err == 0)
		return;
	printf("%s: %s\n", what, strerror(err));
	exit(1);
}

void
client_start(struct client *c)
{
	struct hisi_qm_qp_ctx ctx = { .qc_type = HISI_QM_QC_COMPRESS };

	must("open", client_open(c));
	must("DUS", client_map(c, UACCE_REGION_DUS, (size_t)probe_attr("region_dus_size"),
			       &c->dus));
	must("MMIO", client_map(c, UACCE_REGION_MMIO, (size_t)probe_attr("region_mmio_size"),
				&c->mmio));
	must("context", ioctl(c->fd, HISI_QM_CMD_SET_QP_CTX, &ctx) != 0 ? errno : 0);
	must("info", ioctl(c->fd, HISI_QM_CMD_SET_QP_INFO, &c->info) != 0 ? errno : 0);
	c->id = ctx.id;
	must("start", ioctl(c->fd, UACCE_CMD_START_Q) != 0 ? errno : 0);
}

void
client_close(struct client *c)
{
	if (c->dus != NULL)
		munmap(c->dus, (size_t)probe_attr("region_dus_size"));
	if (c->mmio != NULL)
		munmap(c->mmio, (size_t)probe_attr("region_mmio_size"));
	close(c->fd);
}

static void
doorbell(const struct client *c, uint64_t cmd, uint32_t index, uint64_t prio)
{
	_Atomic uint64_t *reg = (void *)(c->mmio + HISI_QM_DB_OFFSET);

	atomic_store_explicit(reg, c->id | cmd << HISI_QM_DB_CMD_SHIFT |
			      (uint64_t)index << HISI_QM_DB_INDEX_SHIFT |
			      prio << HISI_QM_DB_PRIO_SHIFT, memory_order_release);
}

void
client_cq_doorbell(const struct client *c, bool arm)
{
	doorbell(c, HISI_QM_DB_CMD_CQ, c->head, arm);
}

void
client_submit(struct client *c, const void *src, uint32_t in, void *dst, uint32_t out)
{
	client_submit_stream(c, NULL, src, in, dst, out);
}

void
client_submit_stream(struct client *c, const uint8_t *ctx, const void *src, uint32_t in,
		     void *dst, uint32_t out)
{
	uint64_t hw = ctx != NULL ? (uintptr_t)ctx + HISI_ZIP_CTX_HW : 0;
	struct hisi_zip_sqe *sqe = (struct hisi_zip_sqe *)(void *)c->dus + c->tail;
	uint32_t type = probe_attr("api") >= 3 ? HISI_ZIP_SQE_TYPE3 : HISI_ZIP_SQE_TYPE0;

	memset(sqe, 0, sizeof(*sqe));
	sqe->input_data_length = in;
	sqe->dest_avail_out = out;
	sqe->dw7 = HISI_ZIP_DW7_FLUSH_FINISH | HISI_ZIP_DW7_STREAM_NEW |
		(ctx != NULL ? HISI_ZIP_DW7_STATEFUL : 0) | type << HISI_ZIP_DW7_TYPE_SHIFT;
	sqe->stream_ctx_addr_l = (uint32_t)hw;
	sqe->stream_ctx_addr_h = (uint32_t)(hw >> 32);
	sqe->dw9 = HISI_ZIP_REQ_GZIP;
	sqe->source_addr_l = (uint32_t)(uintptr_t)src;
	sqe->source_addr_h = (uint32_t)((uintptr_t)src >> 32);
	sqe->dest_addr_l = (uint32_t)(uintptr_t)dst;
	sqe->dest_addr_h = (uint32_t)((uintptr_t)dst >> 32);
	c->tail = (c->tail + 1) % c->info.sq_depth;
	doorbell(c, HISI_QM_DB_CMD_SQ, c->tail, 0);
}

int
client_wait(struct client *c, unsigned int seconds)
{
	const struct hisi_zip_sqe *sqes = (const void *)c->dus;
	const _Atomic uint64_t *cqe = (const void *)(c->dus +
		c->info.sq_depth * (size_t)c->info.sqe_size +
		c->head * sizeof(struct hisi_qm_cqe) + HISI_QM_CQE_WORD);
	time_t end = time(NULL) + seconds + 1;
	uint64_t word;

	do {
		word = atomic_load_explicit(cqe, memory_order_acquire);
		if (HISI_QM_CQE_PHASE(word) == c->phase)
			break;
		usleep(100);
	} while (time(NULL) < end);
	if (HISI_QM_CQE_PHASE(word) != c->phase)
		return -1;
	c->head = (c->head + 1) % c->info.cq_depth;
	if (c->head == 0)
		c->phase ^= 1;
	client_cq_doorbell(c, false);
	return sqes[HISI_QM_CQE_SQ_HEAD(word) % c->info.sq_depth].status & HISI_ZIP_STATUS_MASK;
}

int
client_request(struct client *c, const void *src, uint32_t in, void *dst, uint32_t out)
{
	client_submit(c, src, in, dst, out);
	return client_wait(c, 30);
}
