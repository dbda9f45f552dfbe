/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "soft_trace.h"

/* Of one side of a request; longer chains are cut. */
#define MAX_SGLS	64u
#define MAX_SGES	1024u

struct soft_trace {
	int fd;
	uint16_t device;
	atomic_bool ended;	/* the file takes no more */
};

/* A new file gets its head; any other must have it, and whole records. */
static int
head_write(int fd)
{
	const struct uacce_soft_trace_head head = {
		.magic = UACCE_SOFT_TRACE_MAGIC, .version = UACCE_SOFT_TRACE_VERSION,
		.head_size = sizeof(head),
		.record_size = sizeof(struct uacce_soft_trace_record),
	};
	struct uacce_soft_trace_head have;
	struct stat st;

	if (fstat(fd, &st) != 0)
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -EINVAL;
	if (st.st_size == 0) {
		ssize_t n = write(fd, &head, sizeof(head));

		return n == sizeof(head) ? 0 : n < 0 ? -errno : -ENOSPC;
	}
	if (pread(fd, &have, sizeof(have), 0) != sizeof(have) ||
	    memcmp(&have, &head, sizeof(head)) != 0)
		return -EINVAL;
	return (st.st_size - sizeof(head)) % sizeof(struct uacce_soft_trace_record) == 0 ?
		0 : -EINVAL;
}

static int
file_open(const char *path)
{
	/* nothing but files: the other end of a FIFO would have to be waited for */
	int fd = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK, 0644);
	int ret;

	if (fd < 0)
		return -errno;
	/* several may start at once, but the head is written by one */
	ret = flock(fd, LOCK_EX) == 0 ? head_write(fd) : -errno;
	flock(fd, LOCK_UN);
	if (ret == 0)
		return fd;
	close(fd);
	return ret;
}

int
soft_trace_open(struct uacce_soft *dev, const char *path)
{
	static atomic_uint nb_devices;
	struct soft_trace *t = calloc(1, sizeof(*t));
	int fd;

	if (t == NULL)
		return -ENOMEM;
	fd = file_open(path);
	if (fd < 0) {
		free(t);
		return fd;
	}
	t->fd = fd;
	t->device = (uint16_t)atomic_fetch_add(&nb_devices, 1);
	dev->trace = t;
	return 0;
}

void
soft_trace_close(struct uacce_soft *dev)
{
	if (dev->trace == NULL)
		return;
	close(dev->trace->fd);
	free(dev->trace);
	dev->trace = NULL;
}

void
soft_trace_write(const struct uacce_soft_queue *q, enum uacce_soft_trace_kind kind,
		 uint32_t index, uint64_t addr, const void *data, size_t len)
{
	struct soft_trace *t = q->dev->trace;
	struct uacce_soft_trace_record r = {
		.addr = addr, .pid = (uint32_t)getpid(), .device = t->device,
		.queue = q->id, .index = (uint16_t)index, .kind = (uint8_t)kind,
		.api = (uint8_t)q->dev->conf.api, .dir = (uint8_t)q->qc_type,
		.ext = q->dev->conf.ext,
	};
	struct timespec ts;
	int err = errno;

	if (atomic_load_explicit(&t->ended, memory_order_relaxed))
		return;
	clock_gettime(CLOCK_MONOTONIC, &ts);
	r.ns = (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
	if (len != 0)
		memcpy(r.data, data, len);
	if (kind == UACCE_SOFT_TRACE_SRC_SGE || kind == UACCE_SOFT_TRACE_DST_SGE)
		r.nb = (uint8_t)(len / sizeof(struct hisi_zip_sge));
	/* what follows a torn record could not be read */
	if (write(t->fd, &r, sizeof(r)) != sizeof(r))
		atomic_store_explicit(&t->ended, true, memory_order_relaxed);
	errno = err;
}

void
soft_trace_write_done(const struct uacce_soft_queue *q, uint32_t slot, uint32_t status)
{
	struct hisi_zip_sqe sqe = *soft_queue_sqe(q, slot);

	sqe.status = status;
	soft_trace_write(q, UACCE_SOFT_TRACE_DONE, slot, 0, &sqe, sizeof(sqe));
}

/* Entries of one list, up to the one where the walk ends. @return how many. */
static unsigned int
entries_needed(const struct hisi_zip_sge *sge, unsigned int nb, uint64_t *left)
{
	unsigned int i;

	for (i = 0; i < nb && *left != 0; i++) {
		bool last = sge[i].len >= *left || sge[i].len > HISI_ZIP_MAX_LEN;

		*left = last ? 0 : *left - sge[i].len;
	}
	return i;
}

static void
write_entries(const struct uacce_soft_queue *q, uint32_t slot, bool dst,
	      const struct hisi_zip_sge *sge, unsigned int nb)
{
	for (unsigned int i = 0; i < nb; i += UACCE_SOFT_TRACE_NB_SGE) {
		unsigned int n = nb - i;

		if (n > UACCE_SOFT_TRACE_NB_SGE)
			n = UACCE_SOFT_TRACE_NB_SGE;
		soft_trace_write(q, dst ? UACCE_SOFT_TRACE_DST_SGE : UACCE_SOFT_TRACE_SRC_SGE,
				 slot, (uintptr_t)&sge[i], &sge[i], n * sizeof(sge[i]));
	}
}

void
soft_trace_write_lists(const struct uacce_soft_queue *q, uint32_t slot, bool dst,
		       uint64_t addr, uint32_t skip, uint32_t len)
{
	uint64_t left = len != 0 ? (uint64_t)skip + len : 0;
	unsigned int nb_sges = 0;

	for (unsigned int i = 0; i < MAX_SGLS && nb_sges < MAX_SGES && left != 0; i++) {
		const struct hisi_zip_sgl *sgl = (const void *)(uintptr_t)addr;
		const struct hisi_zip_sge *sge;
		unsigned int nb;

		if (addr == 0 || addr % HISI_ZIP_SGL_ALIGN != 0)
			return;
		soft_trace_write(q, dst ? UACCE_SOFT_TRACE_DST_SGL : UACCE_SOFT_TRACE_SRC_SGL,
				 slot, addr, sgl, sizeof(*sgl));
		nb = sgl->entry_sum_in_sgl;
		if (nb > HISI_ZIP_SGL_MAX_SGE)
			return;
		sge = (const struct hisi_zip_sge *)(sgl + 1);
		nb = entries_needed(sge, nb, &left);
		write_entries(q, slot, dst, sge, nb);
		nb_sges += nb;
		addr = sgl->next_dma;
	}
}
