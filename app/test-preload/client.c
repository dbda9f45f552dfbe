/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <zlib.h>

#include "client.h"

#define ZLIB_HEADER	2

char *
attr_text(const char *name, char *buf, size_t len)
{
	char path[256];
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), CLASS_DEV "/%s", name);
	fd = open(path, O_RDONLY);
	CHECK(fd >= 0);
	n = read(fd, buf, len - 1);
	CHECK(n > 0 && buf[n - 1] == '\n');
	buf[n - 1] = '\0';
	close(fd);
	return buf;
}

long
attr_number(const char *name)
{
	char buf[64], *end;
	long v;

	v = strtol(attr_text(name, buf, sizeof(buf)), &end, 10);
	CHECK(*end == '\0');
	return v;
}

void
client_open(struct client *c, enum hisi_qm_qc_type type)
{
	long page = sysconf(_SC_PAGESIZE);
	char api[64];

	memset(c, 0, sizeof(*c));
	CHECK(sscanf(attr_text("api", api, sizeof(api)), "hisi_qm_v%u", &c->api) == 1);
	c->dus_len = attr_number("region_dus_size");
	c->mmio_len = attr_number("region_mmio_size");
	c->fd = open(NODE, O_RDWR | O_CLOEXEC);
	CHECK(c->fd >= 0);
	c->mmio = mmap(NULL, c->mmio_len, PROT_READ | PROT_WRITE, MAP_SHARED, c->fd, 0);
	c->dus = mmap(NULL, c->dus_len, PROT_READ | PROT_WRITE, MAP_SHARED, c->fd, page);
	CHECK(c->mmio != MAP_FAILED && c->dus != MAP_FAILED);
	c->ctx.qc_type = type;
	CHECK(ioctl(c->fd, HISI_QM_CMD_SET_QP_CTX, &c->ctx) == 0);
	CHECK(ioctl(c->fd, HISI_QM_CMD_SET_QP_INFO, &c->info) == 0);
	CHECK(c->info.sqe_size == HISI_ZIP_SQE_SIZE && c->info.sq_depth > 1);
	c->phase = 1;
}

void
client_start(struct client *c)
{
	CHECK(ioctl(c->fd, UACCE_CMD_START_Q) == 0);
}

void
client_close(struct client *c)
{
	CHECK(munmap(c->dus, c->dus_len) == 0);
	CHECK(munmap(c->mmio, c->mmio_len) == 0);
	CHECK(close(c->fd) == 0);
}

uint64_t
client_doorbell(const struct client *c, uint64_t cmd, unsigned int index, unsigned int prio)
{
	return c->ctx.id | cmd << HISI_QM_DB_CMD_SHIFT |
		(uint64_t)index << HISI_QM_DB_INDEX_SHIFT |
		(uint64_t)prio << HISI_QM_DB_PRIO_SHIFT;
}

void
client_ring(struct client *c, uint64_t cmd, unsigned int index, unsigned int prio)
{
	/* what was written to the ring comes first; two threads may ring at one address */
	atomic_store_explicit((_Atomic uint64_t *)(void *)(c->mmio + HISI_QM_DB_OFFSET),
			      client_doorbell(c, cmd, index, prio), memory_order_release);
}

struct hisi_zip_sqe *
client_sqe(const struct client *c, unsigned int slot)
{
	return (struct hisi_zip_sqe *)c->dus + slot;
}

unsigned int
client_put(struct client *c, const void *src, uint32_t len, void *dst, uint32_t room,
	   uint32_t tag)
{
	struct hisi_zip_sqe sqe = { 0 };
	unsigned int slot = c->tail;

	sqe.input_data_length = len;
	sqe.dest_avail_out = room;
	sqe.dw9 = HISI_ZIP_REQ_ZLIB;
	sqe.dw7 = (c->api >= 3 ? HISI_ZIP_SQE_TYPE3 : HISI_ZIP_SQE_TYPE0) <<
		HISI_ZIP_DW7_TYPE_SHIFT;
	sqe.source_addr_l = (uint32_t)(uintptr_t)src;
	sqe.source_addr_h = (uint32_t)((uint64_t)(uintptr_t)src >> 32);
	sqe.dest_addr_l = (uint32_t)(uintptr_t)dst;
	sqe.dest_addr_h = (uint32_t)((uint64_t)(uintptr_t)dst >> 32);
	if (c->api >= 3)
		sqe.dw26 = tag;
	else
		sqe.dw13 = tag;
	*client_sqe(c, slot) = sqe;
	c->tail = slot + 1 == c->info.sq_depth ? 0 : slot + 1;
	return slot;
}

int
client_get(struct client *c)
{
	_Atomic uint64_t *cqe = (_Atomic uint64_t *)(void *)(c->dus +
		(size_t)c->info.sq_depth * HISI_ZIP_SQE_SIZE +
		c->head * sizeof(struct hisi_qm_cqe) + HISI_QM_CQE_WORD);
	uint64_t w = atomic_load_explicit(cqe, memory_order_acquire);

	if (HISI_QM_CQE_PHASE(w) != c->phase)
		return -1;
	CHECK(HISI_QM_CQE_SQ_HEAD(w) < c->info.sq_depth);
	if (++c->head == c->info.cq_depth) {
		c->head = 0;
		c->phase ^= 1;
	}
	return HISI_QM_CQE_SQ_HEAD(w);
}

void
client_sleep_ms(unsigned int ms)
{
	struct timespec ts = { ms / 1000, ms % 1000 * 1000000l };

	while (nanosleep(&ts, &ts) != 0 && errno == EINTR)
		;
}

static long
now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

int
client_wait(struct client *c)
{
	long end = now_ms() + WAIT_MS;
	int slot;

	while ((slot = client_get(c)) < 0 && now_ms() < end)
		;
	CHECK(slot >= 0);
	return slot;
}

void
client_op(struct client *c)
{
	static uint8_t src[64], dst[256];
	unsigned int slot = client_put(c, src, sizeof(src), dst, sizeof(dst), 1);

	client_ring(c, HISI_QM_DB_CMD_SQ, c->tail, 0);
	CHECK((unsigned int)client_wait(c) == slot);
	CHECK(client_sqe(c, slot)->status == 0);
	client_ring(c, HISI_QM_DB_CMD_CQ, c->head, 0);
}

static void
compress_and_check(struct client *c, const uint8_t *data, uint8_t *mid)
{
	uint8_t back[DATA_LEN];
	uLongf len = sizeof(back);
	struct hisi_zip_sqe *sqe;
	unsigned int slot;

	mid[0] = 0x78;
	mid[1] = 0x9c;
	slot = client_put(c, data, DATA_LEN, mid + ZLIB_HEADER, 2 * DATA_LEN, 7);
	client_ring(c, HISI_QM_DB_CMD_SQ, c->tail, 0);
	CHECK((unsigned int)client_wait(c) == slot);
	sqe = client_sqe(c, slot);
	CHECK(sqe->status == 0 || sqe->status == HISI_ZIP_STATUS_NEG_COMP);
	CHECK((c->api >= 3 ? sqe->dw26 : sqe->dw13) == 7 && sqe->consumed == DATA_LEN);
	CHECK(uncompress(back, &len, mid, sqe->produced + ZLIB_HEADER) == Z_OK);
	CHECK(len == DATA_LEN && memcmp(back, data, len) == 0);
}

static void
decompress_and_check(struct client *c, const uint8_t *data, uint8_t *mid)
{
	uint8_t back[DATA_LEN];
	uLongf len = 2 * DATA_LEN;
	struct hisi_zip_sqe *sqe;
	unsigned int slot;

	CHECK(compress2(mid, &len, data, DATA_LEN, 6) == Z_OK);
	slot = client_put(c, mid + ZLIB_HEADER, len - ZLIB_HEADER, back, sizeof(back), 9);
	client_ring(c, HISI_QM_DB_CMD_SQ, c->tail, 0);
	CHECK((unsigned int)client_wait(c) == slot);
	sqe = client_sqe(c, slot);
	CHECK(sqe->status == 0 && sqe->produced == DATA_LEN);
	CHECK(memcmp(back, data, DATA_LEN) == 0);
}

void
client_check_data(struct client *c, unsigned int seed)
{
	uint8_t data[DATA_LEN], mid[3 * DATA_LEN];

	for (unsigned int i = 0; i < DATA_LEN; i++)
		data[i] = "uacce"[(i * i + seed) % 5] + (uint8_t)(i >> 9) * (seed & 1);
	if (c->ctx.qc_type == HISI_QM_QC_COMPRESS)
		compress_and_check(c, data, mid);
	else
		decompress_and_check(c, data, mid);
	client_ring(c, HISI_QM_DB_CMD_CQ, c->head, 0);
}

int
in_child(int (*fn)(struct client *c), struct client *c)
{
	int status;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	CHECK(pid >= 0);
	if (pid == 0) {
		status = fn(c);
		fflush(stdout);
		_exit(status);
	}
	CHECK(waitpid(pid, &status, 0) == pid);
	return status;
}
