/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/* open, ioctl and mmap: what they do and how they fail (datasheet 1.4 to 1.6). */

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "client.h"

void
test_ioctl(void)
{
	char *nothing = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct client c;

	client_open(&c, HISI_QM_QC_COMPRESS);
	CHECK(c.info.sq_depth == 1024 && c.info.cq_depth == 1024);
	CHECK_FAILS(ioctl(c.fd, _IO('W', 2)), EINVAL);
	CHECK_FAILS(ioctl(c.fd, _IOWR('H', 12, int), &c.info), EINVAL);
	CHECK_FAILS(ioctl(c.fd, _IOWR('H', 12, int), NULL), EINVAL);
	CHECK_FAILS(ioctl(c.fd, HISI_QM_CMD_SET_QP_CTX, NULL), EFAULT);
	CHECK_FAILS(ioctl(c.fd, HISI_QM_CMD_SET_QP_INFO, nothing), EFAULT);
	c.ctx.qc_type = 3;
	CHECK_FAILS(ioctl(c.fd, HISI_QM_CMD_SET_QP_CTX, &c.ctx), EINVAL);
	/* errno stays what it was, or some clients stumble */
	errno = EBUSY;
	client_start(&c);
	CHECK(errno == EBUSY);
	CHECK_FAILS(ioctl(c.fd, UACCE_CMD_START_Q), EINVAL);
	client_op(&c);
	client_close(&c);
	CHECK_FAILS(ioctl(c.fd, UACCE_CMD_START_Q), EBADF);
}

void
test_mmap(void)
{
	const int rw = PROT_READ | PROT_WRITE;
	long page = sysconf(_SC_PAGESIZE);
	struct client c;
	void *p;
	int fd;

	client_open(&c, HISI_QM_QC_COMPRESS);
	CHECK_FAILS(mmap(NULL, c.dus_len, rw, MAP_SHARED, c.fd, page), EEXIST);
	CHECK_FAILS(mmap(NULL, c.mmio_len, rw, MAP_SHARED, c.fd, 0), EEXIST);
	CHECK_FAILS(mmap(NULL, page, rw, MAP_SHARED, c.fd, 2 * page), EINVAL);
	CHECK_FAILS(mremap(c.dus, c.dus_len, 2 * c.dus_len, MREMAP_MAYMOVE), EPERM);
	CHECK(munmap(c.dus, c.dus_len) == 0 && munmap(c.mmio, c.mmio_len) == 0);
	CHECK_FAILS(mmap(NULL, c.dus_len + page, rw, MAP_SHARED, c.fd, page), EINVAL);
	CHECK_FAILS(mmap(NULL, c.dus_len - page, rw, MAP_SHARED, c.fd, page), EINVAL);
	CHECK_FAILS(mmap(NULL, c.mmio_len + page, rw, MAP_SHARED, c.fd, 0), EINVAL);
	/* the kernel counts in pages */
	c.dus = mmap(NULL, c.dus_len - 1, rw, MAP_SHARED, c.fd, page);
	CHECK(c.dus != MAP_FAILED);
	c.mmio = mmap(NULL, 2 * page, rw, MAP_SHARED, c.fd, 0);
	CHECK(c.mmio != MAP_FAILED);
	c.mmio_len = 2 * page;
	/* as old libraries protect the CQ */
	CHECK(mprotect(c.dus + c.dus_len - page, page, PROT_READ) == 0);
	CHECK(mprotect(c.mmio, page, rw) == 0);
	client_start(&c);
	client_op(&c);
	client_close(&c);
	fd = open(NODE, O_RDONLY);
	CHECK(fd >= 0);
	CHECK_FAILS(mmap(NULL, c.dus_len, rw, MAP_SHARED, fd, page), EACCES);
	p = mmap(NULL, c.dus_len, PROT_READ, MAP_SHARED, fd, page);
	CHECK(p != MAP_FAILED && *(volatile uint32_t *)p == 0);
	CHECK(close(fd) == 0);
}

/* MAP_FIXED puts something else where a region was. */
void
test_map_over(void)
{
	const int rw = PROT_READ | PROT_WRITE;
	struct client c;
	uint8_t *at;
	int fd;

	client_open(&c, HISI_QM_QC_COMPRESS);
	at = mmap(c.mmio, c.mmio_len, rw, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	CHECK(at == c.mmio);
	at[HISI_QM_DB_OFFSET] = 7;
	CHECK(at[HISI_QM_DB_OFFSET] == 7 && mprotect(at, c.mmio_len, PROT_READ) == 0);
	c.mmio = mmap(NULL, c.mmio_len, rw, MAP_SHARED, c.fd, 0);
	CHECK(c.mmio != MAP_FAILED);
	client_start(&c);
	client_op(&c);
	CHECK(munmap(c.dus, c.dus_len) == 0);
	CHECK_FAILS(mmap(at, c.dus_len, rw, MAP_SHARED | MAP_FIXED_NOREPLACE, c.fd,
			 sysconf(_SC_PAGESIZE)), EEXIST);
	CHECK(at[HISI_QM_DB_OFFSET] == 7);
	fd = open(NODE, O_WRONLY);
	CHECK(fd >= 0);
	CHECK_FAILS(mmap(NULL, c.mmio_len, PROT_WRITE, MAP_SHARED, fd, 0), EACCES);
	CHECK(close(fd) == 0);
}

void
test_mmio_size(void)
{
	struct client c;

	/* a window for each queue is not of this version */
	client_open(&c, HISI_QM_QC_COMPRESS);
	client_start(&c);
	client_op(&c);
	client_close(&c);
}

void
test_open(void)
{
	struct stat st;
	int fds[3];

	for (int i = 0; i < 3; i++) {
		fds[i] = open(NODE, O_RDWR | (i == 0 ? O_CLOEXEC : 0));
		CHECK(fds[i] >= 0);
	}
	CHECK(fcntl(fds[0], F_GETFD) == FD_CLOEXEC && fcntl(fds[1], F_GETFD) == 0);
	CHECK((fcntl(fds[0], F_GETFL) & O_ACCMODE) == O_RDWR);
	CHECK(fstat(fds[0], &st) == 0 && S_ISCHR(st.st_mode));
	CHECK_FAILS(open(NODE, O_RDWR), EBUSY);
	CHECK(close(fds[1]) == 0);
	CHECK_FAILS(open(NODE, O_RDWR | O_DIRECTORY), ENOTDIR);
	CHECK(pl_fault(0, "reset") == 0);
	CHECK_FAILS(open(NODE, O_RDWR), EPERM);
	fds[1] = open(NODE, O_RDWR);
	CHECK(fds[1] >= 0);
}

void
test_put(void)
{
	struct client c;

	client_open(&c, HISI_QM_QC_COMPRESS);
	client_start(&c);
	client_op(&c);
	CHECK(ioctl(c.fd, UACCE_CMD_PUT_Q) == 0);
	CHECK(ioctl(c.fd, UACCE_CMD_PUT_Q) == 0);
	/* nobody but the client clears the CQ */
	memset(c.dus, 0, c.dus_len - sysconf(_SC_PAGESIZE));
	c.tail = 0;
	c.head = 0;
	client_start(&c);
	client_op(&c);
	client_close(&c);
}

void
test_put_ends(void)
{
	struct client c;

	client_open(&c, HISI_QM_QC_COMPRESS);
	client_start(&c);
	CHECK(ioctl(c.fd, UACCE_CMD_PUT_Q) == 0);
	CHECK_FAILS(ioctl(c.fd, UACCE_CMD_START_Q), ENXIO);
	CHECK_FAILS(ioctl(c.fd, HISI_QM_CMD_SET_QP_CTX, &c.ctx), ENXIO);
	client_close(&c);
	CHECK(attr_number("available_instances") == 64);
}
