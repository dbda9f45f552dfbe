/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/types.h>
#include <unistd.h>

#include <uacce_abi.h>

#include "test_uacce_fake.h"

static_assert(sizeof(struct fake_qp_ctx) == 4, "QM_SET_QP_CTX encodes its size");
static_assert(sizeof(struct fake_qp_info) == 16, "QM_SET_QP_INFO encodes its size");

#define NB_FDS		64
#define FAIL		(-1)

enum fake_state { FAKE_FREE = 0, FAKE_INIT, FAKE_STARTED, FAKE_ZOMBIE };

static struct fake_queue {
	enum fake_state state;
	int fd;
	void *addr[UACCE_REGION_NB];
	size_t len[UACCE_REGION_NB];
} queues[NB_FDS];

struct fake_kernel fake;

int __real_open(const char *path, int flags, ...);
int __real_ioctl(int fd, unsigned long cmd, ...);
void *__real_mmap(void *addr, size_t len, int prot, int flags, int fd, off_t offset);
int __real_munmap(void *addr, size_t len);
int __real_close(int fd);

int __wrap_open(const char *path, int flags, ...);
int __wrap_open64(const char *path, int flags, ...);
int __wrap___open_2(const char *path, int flags);
int __wrap___open64_2(const char *path, int flags);
int __wrap_ioctl(int fd, unsigned long cmd, ...);
void *__wrap_mmap(void *addr, size_t len, int prot, int flags, int fd, off_t offset);
void *__wrap_mmap64(void *addr, size_t len, int prot, int flags, int fd, int64_t offset);
int __wrap_munmap(void *addr, size_t len);
int __wrap_close(int fd);

void
fake_set_up(const char *node, size_t mmio_limit, size_t dus_size)
{
	fake_tear_down();
	fake = (struct fake_kernel){
		.node = node, .mmio_limit = mmio_limit, .dus_size = dus_size,
		.nb_queues = NB_FDS,
	};
}

/* As the kernel does: touching a mapping raises SIGBUS from now on. */
static void
take_regions(struct fake_queue *fq)
{
	int nothing = memfd_create("nothing", MFD_CLOEXEC);

	for (unsigned int r = 0; r < UACCE_REGION_NB; r++)
		if (fq->len[r] != 0)
			__real_mmap(fq->addr[r], fq->len[r], PROT_READ | PROT_WRITE,
				    MAP_SHARED | MAP_FIXED, nothing, 0);
	__real_close(nothing);
}

void
fake_remove_device(void)
{
	for (unsigned int i = 0; i < NB_FDS; i++) {
		if (queues[i].state == FAKE_FREE)
			continue;
		queues[i].state = FAKE_ZOMBIE;
		take_regions(&queues[i]);
	}
}

void *
fake_dus(unsigned int i)
{
	const struct fake_queue *fq = &queues[i];

	return fq->len[UACCE_REGION_DUS] != 0 ? fq->addr[UACCE_REGION_DUS] : NULL;
}

void
fake_tear_down(void)
{
	for (unsigned int i = 0; i < NB_FDS; i++) {
		struct fake_queue *fq = &queues[i];

		for (unsigned int r = 0; r < UACCE_REGION_NB; r++)
			if (fq->len[r] != 0)
				__real_munmap(fq->addr[r], fq->len[r]);
		if (fq->state != FAKE_FREE)
			__real_close(fq->fd);
	}
	memset(queues, 0, sizeof(queues));
	fake.node = NULL;
}

static struct fake_queue *
find_fd(int fd)
{
	for (unsigned int i = 0; fake.node != NULL && i < NB_FDS; i++)
		if (queues[i].state != FAKE_FREE && queues[i].fd == fd)
			return &queues[i];
	return NULL;
}

static void
trace(char c)
{
	size_t len = strlen(fake.trace);

	if (len + 1 < sizeof(fake.trace))
		fake.trace[len] = c;
}

static int
refuse(int err)
{
	trace('!');
	errno = err;
	return FAIL;
}

/* Count a call; true if it is one that has to fail. */
static bool
injected(char c)
{
	trace(c);
	fake.step++;
	return fake.fail_step != 0 && fake.step >= fake.fail_step &&
		fake.step < fake.fail_step + fake.fail_nb;
}

static int
fake_open(int flags)
{
	struct fake_queue *fq = queues;

	fake.open_flags = flags;
	if (injected('O'))
		return refuse(fake.fail_errno);
	if (fake.nb_open == fake.nb_queues)
		return refuse(EBUSY);
	while (fq->state != FAKE_FREE || fq->len[0] != 0 || fq->len[1] != 0)
		fq++;
	fq->fd = __real_open("/dev/null", flags);
	fq->state = FAKE_INIT;
	fake.nb_open++;
	return fq->fd;
}

static int
fake_start(struct fake_queue *fq)
{
	if (fq->state != FAKE_INIT)
		return refuse(EINVAL);
	fq->state = FAKE_STARTED;
	return 0;
}

static int
fake_put(struct fake_queue *fq)
{
	fq->state = fake.put_kills ? FAKE_ZOMBIE : FAKE_INIT;
	return 0;
}

static int
fake_set_ctx(struct fake_queue *fq, struct fake_qp_ctx *ctx)
{
	if (ctx == NULL)
		return refuse(EFAULT);
	if (ctx->qc_type > 1)
		return refuse(EINVAL);
	ctx->id = 100 + (fq - queues);
	return 0;
}

static int
fake_get_info(struct fake_qp_info *info)
{
	if (info == NULL)
		return refuse(EFAULT);
	info->sqe_size = 128;
	info->sq_depth = 1024;
	info->cq_depth = 1024;
	return 0;
}

static int
fake_ioctl(struct fake_queue *fq, unsigned long cmd, void *arg)
{
	char c = cmd == UACCE_CMD_START_Q ? 'S' : cmd == UACCE_CMD_PUT_Q ? 'P' :
		cmd == FAKE_SET_QP_CTX ? 'X' : cmd == FAKE_SET_QP_INFO ? 'I' : '?';

	if (injected(c))
		return refuse(fake.fail_errno);
	if (c == 'P' && fq->state == FAKE_ZOMBIE && fake.put_once)
		return 0;
	if (fq->state == FAKE_ZOMBIE)
		return refuse(ENXIO);
	if (c == 'S')
		return fake_start(fq);
	if (c == 'P')
		return fake_put(fq);
	if (c == 'X')
		return fake_set_ctx(fq, arg);
	if (c == 'I')
		return fake_get_info(arg);
	return refuse(EINVAL);
}

static void *
fake_map(struct fake_queue *fq, void *addr, size_t len, int prot, int flags,
	 int64_t offset)
{
	int64_t page = sysconf(_SC_PAGESIZE);
	int64_t region = offset / page;
	int err = 0;

	if (addr != NULL || prot != (PROT_READ | PROT_WRITE) || flags != MAP_SHARED)
		fake.violation = "mmap is not a shared, writable one at any address";
	if (injected(region == UACCE_REGION_MMIO ? 'M' : 'D'))
		err = fake.fail_errno;
	else if (fq->state == FAKE_ZOMBIE)
		err = ENXIO;
	else if (offset % page != 0 || offset < 0 || region >= UACCE_REGION_NB || len == 0)
		err = EINVAL;
	else if (fq->len[region] != 0)
		err = EEXIST;
	else if (region == UACCE_REGION_DUS ? len != fake.dus_size : len > fake.mmio_limit)
		err = EINVAL;
	if (err != 0) {
		refuse(err);
		return MAP_FAILED;
	}

	addr = __real_mmap(NULL, len, prot, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	fq->addr[region] = addr;
	fq->len[region] = len;
	fake.nb_mapped++;
	return addr;
}

static int
fake_unmap(struct fake_queue *fq, unsigned int region, void *addr, size_t len)
{
	if (addr != fq->addr[region] || len != fq->len[region])
		fake.violation = "munmap of a part of a region";
	if (injected(region == UACCE_REGION_MMIO ? 'm' : 'd'))
		return refuse(fake.fail_errno);
	fq->len[region] = 0;
	fake.nb_mapped--;
	return __real_munmap(addr, len);
}

static int
fake_close(struct fake_queue *fq)
{
	bool fails = injected('C');

	/* Linux closes a descriptor whatever it returns */
	fq->state = FAKE_FREE;
	fake.nb_open--;
	__real_close(fq->fd);
	return fails ? refuse(fake.fail_errno) : 0;
}

static int
do_open(const char *path, int flags, mode_t mode)
{
	if (fake.node != NULL && strcmp(path, fake.node) == 0)
		return fake_open(flags);
	return __real_open(path, flags, mode);
}

static mode_t
open_mode(int flags, va_list ap)
{
	if ((flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE)
		return va_arg(ap, mode_t);
	return 0;
}

int
__wrap_open(const char *path, int flags, ...)
{
	mode_t mode;
	va_list ap;

	va_start(ap, flags);
	mode = open_mode(flags, ap);
	va_end(ap);
	return do_open(path, flags, mode);
}

int
__wrap_open64(const char *path, int flags, ...)
{
	mode_t mode;
	va_list ap;

	va_start(ap, flags);
	mode = open_mode(flags, ap);
	va_end(ap);
	return do_open(path, flags | O_LARGEFILE, mode);
}

int
__wrap___open_2(const char *path, int flags)
{
	return do_open(path, flags, 0);
}

int
__wrap___open64_2(const char *path, int flags)
{
	return do_open(path, flags | O_LARGEFILE, 0);
}

int
__wrap_ioctl(int fd, unsigned long cmd, ...)
{
	struct fake_queue *fq = find_fd(fd);
	va_list ap;
	void *arg;

	va_start(ap, cmd);
	arg = va_arg(ap, void *);
	va_end(ap);
	return fq != NULL ? fake_ioctl(fq, cmd, arg) : __real_ioctl(fd, cmd, arg);
}

void *
__wrap_mmap64(void *addr, size_t len, int prot, int flags, int fd, int64_t offset)
{
	struct fake_queue *fq = find_fd(fd);

	if (fq != NULL)
		return fake_map(fq, addr, len, prot, flags, offset);
	return __real_mmap(addr, len, prot, flags, fd, offset);
}

void *
__wrap_mmap(void *addr, size_t len, int prot, int flags, int fd, off_t offset)
{
	return __wrap_mmap64(addr, len, prot, flags, fd, offset);
}

int
__wrap_munmap(void *addr, size_t len)
{
	char *p = addr;

	for (unsigned int i = 0; fake.node != NULL && i < NB_FDS; i++)
		for (unsigned int r = 0; r < UACCE_REGION_NB; r++) {
			char *start = queues[i].addr[r];

			if (queues[i].len[r] != 0 && p < start + queues[i].len[r] &&
			    p + len > start)
				return fake_unmap(&queues[i], r, addr, len);
		}
	return __real_munmap(addr, len);
}

int
__wrap_close(int fd)
{
	struct fake_queue *fq = find_fd(fd);

	return fq != NULL ? fake_close(fq) : __real_close(fd);
}
