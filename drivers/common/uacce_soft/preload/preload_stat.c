/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/*
 * Functions that tell about files. A node is to look like a character device.
 */

#include <errno.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "preload.h"
#include "preload_next.h"

#define NODE_MAJOR	511	/* the last of those that are given out at run time */

static void
as_node(struct stat *st, const struct pl_dev *d)
{
	st->st_mode = S_IFCHR | 0666;
	st->st_rdev = makedev(NODE_MAJOR, d->id);
	st->st_size = 0;
}

/* Whose queue is it? */
static struct pl_dev *
dev_of(int fd)
{
	struct pl_file *f;
	sigset_t mask;

	pl_lock(&mask);
	f = pl_file_find(fd);
	pl_unlock(&mask);
	return f != NULL ? f->dev : NULL;
}

static int
stat_at(int dirfd, const char *path, struct stat *st, int flags)
{
	char *real = PL_PATH_ROOM(path);
	struct pl_dev *node;
	int rc;

	if (pl_path(dirfd, path, real, &node)) {
		rc = NEXT(fstatat)(AT_FDCWD, real, st, flags);
	} else {
		rc = NEXT(fstatat)(dirfd, path, st, flags);
		if (rc == 0 && (flags & AT_EMPTY_PATH) && S_ISSOCK(st->st_mode))
			node = dev_of(dirfd);
	}
	if (rc == 0 && node != NULL)
		as_node(st, node);
	return rc;
}

int
fstatat(int dirfd, const char *restrict path, struct stat *restrict st, int flags)
{
	return stat_at(dirfd, path, st, flags);
}

int
stat(const char *restrict path, struct stat *restrict st)
{
	return stat_at(AT_FDCWD, path, st, 0);
}

int
lstat(const char *restrict path, struct stat *restrict st)
{
	return stat_at(AT_FDCWD, path, st, AT_SYMLINK_NOFOLLOW);
}

int
fstat(int fd, struct stat *st)
{
	int rc = NEXT(fstat)(fd, st);
	struct pl_dev *d;

	if (rc != 0 || atomic_load(&pl.nb_files) == 0 || !S_ISSOCK(st->st_mode))
		return rc;
	d = dev_of(fd);
	if (d != NULL)
		as_node(st, d);
	return 0;
}

/* 64-bit systems have one struct stat */
int
fstatat64(int dirfd, const char *restrict path, struct stat64 *restrict st, int flags)
{
	return stat_at(dirfd, path, (struct stat *)st, flags);
}

int
stat64(const char *restrict path, struct stat64 *restrict st)
{
	return stat_at(AT_FDCWD, path, (struct stat *)st, 0);
}

int
lstat64(const char *restrict path, struct stat64 *restrict st)
{
	return stat_at(AT_FDCWD, path, (struct stat *)st, AT_SYMLINK_NOFOLLOW);
}

int
fstat64(int fd, struct stat64 *st)
{
	return fstat(fd, (struct stat *)st);
}

/* programs that were linked with glibc before 2.33 */
int
__xstat(int version, const char *path, struct stat *st)
{
	return stat_at(AT_FDCWD, path, st, 0);
}

int
__xstat64(int version, const char *path, struct stat64 *st)
{
	return stat_at(AT_FDCWD, path, (struct stat *)st, 0);
}

int
__lxstat(int version, const char *path, struct stat *st)
{
	return stat_at(AT_FDCWD, path, st, AT_SYMLINK_NOFOLLOW);
}

int
__lxstat64(int version, const char *path, struct stat64 *st)
{
	return stat_at(AT_FDCWD, path, (struct stat *)st, AT_SYMLINK_NOFOLLOW);
}

int
__fxstat(int version, int fd, struct stat *st)
{
	return fstat(fd, st);
}

int
__fxstat64(int version, int fd, struct stat64 *st)
{
	return fstat(fd, (struct stat *)st);
}

int
__fxstatat(int version, int dirfd, const char *path, struct stat *st, int flags)
{
	return stat_at(dirfd, path, st, flags);
}

int
__fxstatat64(int version, int dirfd, const char *path, struct stat64 *st, int flags)
{
	return stat_at(dirfd, path, (struct stat *)st, flags);
}

int
statx(int dirfd, const char *restrict path, int flags, unsigned int mask,
      struct statx *restrict stx)
{
	char *real = PL_PATH_ROOM(path);
	struct pl_dev *node;
	int rc;

	if (pl_path(dirfd, path, real, &node)) {
		rc = NEXT(statx)(AT_FDCWD, real, flags, mask, stx);
	} else {
		rc = NEXT(statx)(dirfd, path, flags, mask, stx);
		if (rc == 0 && (flags & AT_EMPTY_PATH) && S_ISSOCK(stx->stx_mode))
			node = dev_of(dirfd);
	}
	if (rc == 0 && node != NULL) {
		stx->stx_mode = S_IFCHR | 0666;
		stx->stx_rdev_major = NODE_MAJOR;
		stx->stx_rdev_minor = node->id;
		stx->stx_size = 0;
	}
	return rc;
}

int
faccessat(int dirfd, const char *path, int mode, int flags)
{
	char *real = PL_PATH_ROOM(path);
	struct pl_dev *node;

	if (pl_path(dirfd, path, real, &node))
		return NEXT(faccessat)(AT_FDCWD, real, mode, flags);
	return NEXT(faccessat)(dirfd, path, mode, flags);
}

int
access(const char *path, int mode)
{
	return faccessat(AT_FDCWD, path, mode, 0);
}

int
eaccess(const char *path, int mode)
{
	return faccessat(AT_FDCWD, path, mode, AT_EACCESS);
}

int
euidaccess(const char *path, int mode)
{
	return faccessat(AT_FDCWD, path, mode, AT_EACCESS);
}

/* ls asks for these */
ssize_t
getxattr(const char *path, const char *name, void *value, size_t len)
{
	char *real = PL_PATH_ROOM(path);
	struct pl_dev *node;

	return NEXT(getxattr)(pl_path(AT_FDCWD, path, real, &node) ? real : path, name, value,
			      len);
}

ssize_t
lgetxattr(const char *path, const char *name, void *value, size_t len)
{
	char *real = PL_PATH_ROOM(path);
	struct pl_dev *node;

	return NEXT(lgetxattr)(pl_path(AT_FDCWD, path, real, &node) ? real : path, name, value,
			       len);
}

ssize_t
listxattr(const char *path, char *list, size_t len)
{
	char *real = PL_PATH_ROOM(path);
	struct pl_dev *node;

	return NEXT(listxattr)(pl_path(AT_FDCWD, path, real, &node) ? real : path, list, len);
}

ssize_t
llistxattr(const char *path, char *list, size_t len)
{
	char *real = PL_PATH_ROOM(path);
	struct pl_dev *node;

	return NEXT(llistxattr)(pl_path(AT_FDCWD, path, real, &node) ? real : path, list, len);
}
