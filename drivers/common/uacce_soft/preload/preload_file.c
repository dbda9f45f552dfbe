/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/*
 * Open queues (datasheet 1.4 and 1.5).
 *
 * A descriptor of a node is one end of a pair of sockets. It is known by its inode, so
 * that copies of it (dup, fork, SCM_RIGHTS) need no book-keeping, and the other end
 * hangs up at the last close of them, in whatever process and by whatever call.
 */

#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <hisi_qm_hw.h>

#include "preload.h"
#include "preload_next.h"

#define HIGH_FD	500

struct uacce_soft *
pl_dev_soft(struct pl_dev *d)
{
	sigset_t mask, old;
	cpu_set_t cpus;

	if (d->soft != NULL)
		return d->soft;
	/*
	 * Threads inherit what their creator may run on, and its blocked signals: all but
	 * those of a wrong address.
	 */
	sigfillset(&mask);
	sigdelset(&mask, SIGSEGV);
	pl_set_mask(&mask, &old);
	sched_getaffinity(0, sizeof(cpus), &cpus);
	sched_setaffinity(0, sizeof(pl.cpus), &pl.cpus);
	d->soft = uacce_soft_create(&d->conf);
	sched_setaffinity(0, sizeof(cpus), &cpus);
	pl_set_mask(&old, NULL);
	return d->soft;
}

bool
pl_file_maybe(int fd)
{
	int err = errno;
	struct stat st;
	bool maybe;

	if (atomic_load_explicit(&pl.nb_files, memory_order_relaxed) == 0)
		return false;
	maybe = NEXT(fstat)(fd, &st) == 0 && S_ISSOCK(st.st_mode);
	errno = err;
	return maybe;
}

struct pl_file *
pl_file_find(int fd)
{
	struct stat st;

	if (atomic_load(&pl.nb_files) == 0 || NEXT(fstat)(fd, &st) != 0 || !S_ISSOCK(st.st_mode))
		return NULL;
	for (unsigned int i = 0; i < atomic_load(&pl.files_end); i++)
		if (pl.files[i].used && pl.files[i].ino == st.st_ino)
			return &pl.files[i];
	return NULL;
}

static struct pl_file *
file_new(void)
{
	unsigned int end = atomic_load(&pl.files_end);

	for (unsigned int i = 0; i < end; i++)
		if (!pl.files[i].used)
			return &pl.files[i];
	if (end == PL_MAX_FILES)
		return NULL;
	atomic_store_explicit(&pl.files_end, end + 1, memory_order_release);
	return &pl.files[end];
}

int
pl_fd_high(int fd)
{
	int high = fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, HIGH_FD);

	if (high < 0)
		return fd;
	NEXT(close)(fd);
	return high;
}

static int
file_sockets(struct pl_file *f, int flags)
{
	struct stat st;
	int fds[2];

	/* not blocking: read() of a node does not wait for ever */
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds) != 0)
		return -1;
	fds[1] = pl_fd_high(fds[1]);
	if (NEXT(fstat)(fds[0], &st) != 0 ||
	    ((flags & O_CLOEXEC) == 0 && fcntl(fds[0], F_SETFD, 0) != 0)) {
		NEXT(close)(fds[0]);
		NEXT(close)(fds[1]);
		return -1;
	}
	f->ino = st.st_ino;
	f->peer = fds[1];
	return fds[0];
}

/* What the queue is, and where the soft device has its regions. */
static int
file_queue(struct pl_file *f)
{
	struct hisi_qm_qp_info info;
	int rc;

	rc = uacce_soft_ioctl(f->q, HISI_QM_CMD_SET_QP_INFO, &info);
	f->sq_depth = info.sq_depth;
	f->cq_depth = info.cq_depth;
	for (unsigned int i = 0; rc == 0 && i < UACCE_REGION_NB; i++) {
		size_t len = i == UACCE_REGION_DUS ?
			uacce_soft_dus_size(info.sq_depth, info.cq_depth) : 1;

		rc = uacce_soft_map(f->q, i, len, &f->map[i].dev);
		if (rc == 0)
			rc = uacce_soft_unmap(f->q, i, f->map[i].dev, len);
	}
	return rc;
}

static int
node_open(struct pl_dev *d, int flags)
{
	struct uacce_soft *soft;
	struct pl_file *f;
	int rc, fd;

	if (d->gone)
		return pl_fail(ENOENT);
	soft = pl_dev_soft(d);
	f = file_new();
	if (soft == NULL || f == NULL)
		return pl_fail(soft == NULL ? errno : ENOMEM);
	memset(f, 0, offsetof(struct pl_file, arm));
	f->dev = d;
	f->flags = flags;
	rc = uacce_soft_open(soft, 0, &f->q);
	if (rc == -EBUSY && pl_files_check() != 0)
		rc = uacce_soft_open(soft, 0, &f->q);
	if (rc != 0)
		return pl_fail(-rc);
	rc = file_queue(f);
	fd = rc == 0 && pl_service_start() == 0 ? file_sockets(f, flags) : -1;
	if (fd < 0) {
		rc = rc != 0 ? -rc : errno;
		uacce_soft_close(f->q);
		return pl_fail(rc);
	}
	pl_poll_start(f);
	f->used = true;
	atomic_fetch_add(&pl.nb_files, 1);
	pl_service_wake();
	return fd;
}

int
pl_node_open(struct pl_dev *d, int flags)
{
	int err = errno;
	sigset_t mask;
	int fd;

	pl_lock(&mask);
	fd = node_open(d, flags);
	pl_unlock(&mask);
	if (fd >= 0)
		errno = err;
	return fd;
}

static void
file_release(struct pl_file *f)
{
	if (f->q != NULL && !f->zombie)
		uacce_soft_close(f->q);
	f->q = NULL;
	f->used = false;
	atomic_fetch_sub(&pl.nb_files, 1);
}

void
pl_file_check(struct pl_file *f)
{
	struct pollfd p = { .fd = f->peer };

	if (!f->closed && f->peer >= 0) {
		if (NEXT(poll)(&p, 1, 0) <= 0 || !(p.revents & POLLHUP))
			return;
		NEXT(close)(f->peer);
		f->peer = -1;
		f->closed = true;
	}
	/* a mapping keeps the file */
	if (f->closed && f->map[UACCE_REGION_MMIO].addr == NULL &&
	    f->map[UACCE_REGION_DUS].addr == NULL)
		file_release(f);
}

unsigned int
pl_files_check(void)
{
	unsigned int n = atomic_load(&pl.nb_files);

	for (unsigned int i = 0; i < atomic_load(&pl.files_end); i++)
		if (pl.files[i].used && !pl.files[i].foreign)
			pl_file_check(&pl.files[i]);
	return n - atomic_load(&pl.nb_files);
}

/* ------------------------------------------------------------ ioctl */

int
pl_copy_user(void *mine, void *user, size_t len, bool in)
{
	struct iovec local = { mine, len }, remote = { user, len };
	ssize_t n = in ? process_vm_readv(getpid(), &local, 1, &remote, 1, 0) :
		process_vm_writev(getpid(), &local, 1, &remote, 1, 0);

	if (n == (ssize_t)len)
		return 0;
	/* forbidden by a sandbox */
	if (n < 0 && (errno == EPERM || errno == ENOSYS)) {
		memcpy(in ? mine : user, in ? user : mine, len);
		return 0;
	}
	return -EFAULT;
}

/* With the kernel's own copy of what the argument points to. */
static int
queue_ioctl(struct pl_file *f, unsigned long cmd, void *arg)
{
	int rc;

	if (f->zombie)
		return -ENXIO;
	rc = uacce_soft_ioctl(f->q, cmd, arg);
	if (rc == 0 && cmd == UACCE_CMD_START_Q)
		pl_poll_start(f);
	return rc;
}

size_t
pl_ioctl_len(unsigned long cmd)
{
	return cmd == HISI_QM_CMD_SET_QP_CTX || cmd == HISI_QM_CMD_SET_QP_INFO ?
		_IOC_SIZE(cmd) : 0;
}

int
pl_file_ioctl(struct pl_file *f, unsigned long cmd, void *arg)
{
	char copy[sizeof(struct hisi_qm_qp_info)];
	size_t len = pl_ioctl_len(cmd);
	int rc;

	if (len == 0)
		return queue_ioctl(f, cmd, NULL);
	if (f->zombie)
		return -ENXIO;
	rc = pl_copy_user(copy, arg, len, true);
	if (rc == 0)
		rc = queue_ioctl(f, cmd, copy);
	if (rc == 0)
		rc = pl_copy_user(copy, arg, len, false);
	return rc;
}

/* ------------------------------------------------------------ what is interposed */

int
ioctl(int fd, unsigned long cmd, ...)
{
	int err = errno;
	struct pl_file *f = NULL;
	sigset_t mask;
	va_list ap;
	void *arg;
	int rc = 0;

	va_start(ap, cmd);
	arg = va_arg(ap, void *);
	va_end(ap);
	if (pl_file_maybe(fd)) {
		pl_lock(&mask);
		f = pl_file_find(fd);
		if (f != NULL && !f->foreign)
			rc = pl_file_ioctl(f, (unsigned int)cmd, arg);
		else if (f != NULL)
			rc = pl_foreign_ioctl(fd, (unsigned int)cmd, arg);
		pl_unlock(&mask);
	}
	if (f == NULL)
		return NEXT(ioctl)(fd, cmd, arg);
	errno = rc < 0 ? -rc : err;
	return rc < 0 ? -1 : rc;
}

int
close(int fd)
{
	struct pl_file *f = NULL;
	sigset_t mask;
	int rc;

	if (!pl_file_maybe(fd))
		return NEXT(close)(fd);
	pl_lock(&mask);
	f = pl_file_find(fd);
	if (f != NULL) {
		rc = NEXT(close)(fd);
		if (!f->foreign)
			pl_file_check(f);
	}
	pl_unlock(&mask);
	return f != NULL ? rc : NEXT(close)(fd);
}
