/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/*
 * Functions that open files and directories.
 */

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "preload.h"
#include "preload_next.h"

static const char * const fresh_names[PL_FRESH_NB] = {
	[PL_FRESH_AVAILABLE] = "available_instances",
	[PL_FRESH_ISOLATE] = "isolate",
};

static int
fresh_text(struct pl_dev *d, enum pl_fresh what, char *text, size_t len)
{
	if (what == PL_FRESH_ISOLATE)
		return snprintf(text, len, "%u\n", d->isolated);
	pl_files_check();
	return d->soft != NULL ? uacce_soft_attr(d->soft, fresh_names[what], text, len) :
		snprintf(text, len, "%u\n", d->conf.nb_queues);
}

/* Whose attribute is the file? With the lock held. */
static struct pl_dev *
fresh_dev(const struct stat *st, enum pl_fresh what)
{
	if (pl.tree_len == 0 || st->st_dev != pl.tree_dev)
		return NULL;
	for (unsigned int i = 0; i < pl.nb_devs; i++)
		if (pl.devs[i].fresh[what] == st->st_ino)
			return &pl.devs[i];
	return NULL;
}

static int
fresh_file(const char *text, size_t len)
{
	int fd = memfd_create("attribute", MFD_CLOEXEC);

	if (fd < 0)
		return -1;
	if (write(fd, text, len) != (ssize_t)len || lseek(fd, 0, SEEK_SET) != 0) {
		NEXT(close)(fd);
		return pl_fail(EIO);
	}
	return fd;
}

static int
open_fresh(const char *path, int fd, int flags)
{
	const char *name = strrchr(path, '/') != NULL ? strrchr(path, '/') + 1 : path;
	char text[32];
	struct pl_dev *d = NULL;
	int what, fresh, n = 0;
	int err = errno;
	struct stat st;
	sigset_t mask;

	for (what = 0; what < PL_FRESH_NB && strcmp(name, fresh_names[what]) != 0; what++)
		;
	if (fd < 0 || what == PL_FRESH_NB || pl.tree_len == 0 || (flags & O_PATH) ||
	    NEXT(fstat)(fd, &st) != 0)
		return fd;
	pl_lock(&mask);
	d = fresh_dev(&st, what);
	if (d != NULL)
		n = fresh_text(d, what, text, sizeof(text));
	pl_unlock(&mask);
	if (d == NULL)
		return fd;
	fresh = fresh_file(text, (size_t)n);
	if (fresh < 0 || dup3(fresh, fd, flags & O_CLOEXEC) < 0) {
		NEXT(close)(fd);
		fd = -1;
	}
	if (fresh >= 0)
		NEXT(close)(fresh);
	if (fd >= 0)
		errno = err;
	return fd;
}

/* Root is no exception in sysfs. */
static bool
is_read_only(const char *real)
{
	struct stat st;

	return NEXT(stat)(real, &st) == 0 && (st.st_mode & 0222) == 0;
}

/* What open() makes of a path of ours. */
static int
open_ours(const char *real, struct pl_dev *node, int flags, mode_t mode)
{
	if ((flags & O_CREAT) && (flags & O_EXCL) && NEXT(faccessat)(AT_FDCWD, real, F_OK, 0) == 0)
		return pl_fail(EEXIST);
	if (!(flags & O_PATH) && (flags & O_ACCMODE) != O_RDONLY && is_read_only(real))
		return pl_fail(EACCES);
	if (node != NULL && (flags & O_PATH) == 0) {
		if (flags & O_DIRECTORY)
			return pl_fail(ENOTDIR);
		return pl_node_open(node, flags);
	}
	return open_fresh(real, NEXT(open)(real, flags & ~(O_CREAT | O_TRUNC), mode), flags);
}

/* ------------------------------------------------------------ what is interposed */

static int
open_at(int dirfd, const char *path, int flags, mode_t mode)
{
	char *real = PL_PATH_ROOM(path);
	struct pl_dev *node;

	if (pl_path(dirfd, path, real, &node))
		return open_ours(real, node, flags, mode);
	return open_fresh(path, NEXT(openat)(dirfd, path, flags, mode), flags);
}

#define HAS_MODE(flags)	((flags) & O_CREAT || ((flags) & O_TMPFILE) == O_TMPFILE)

int
open(const char *path, int flags, ...)
{
	mode_t mode = 0;
	va_list ap;

	va_start(ap, flags);
	if (HAS_MODE(flags))
		mode = va_arg(ap, mode_t);
	va_end(ap);
	return open_at(AT_FDCWD, path, flags, mode);
}

int
open64(const char *path, int flags, ...) __attribute__((alias("open")));

int
openat(int dirfd, const char *path, int flags, ...)
{
	mode_t mode = 0;
	va_list ap;

	va_start(ap, flags);
	if (HAS_MODE(flags))
		mode = va_arg(ap, mode_t);
	va_end(ap);
	return open_at(dirfd, path, flags, mode);
}

int
openat64(int dirfd, const char *path, int flags, ...) __attribute__((alias("openat")));

/* _FORTIFY_SOURCE, without O_CREAT */
int
__open_2(const char *path, int flags)
{
	return open_at(AT_FDCWD, path, flags, 0);
}

int
__open64_2(const char *path, int flags)
{
	return open_at(AT_FDCWD, path, flags, 0);
}

int
__openat_2(int dirfd, const char *path, int flags)
{
	return open_at(dirfd, path, flags, 0);
}

int
__openat64_2(int dirfd, const char *path, int flags)
{
	return open_at(dirfd, path, flags, 0);
}

static int
mode_flags(const char *mode)
{
	int flags = mode[0] == 'r' ? 0 : mode[0] == 'w' ? O_TRUNC : O_APPEND;

	flags |= strchr(mode, '+') != NULL ? O_RDWR : mode[0] == 'r' ? O_RDONLY : O_WRONLY;
	return flags | (strchr(mode, 'e') != NULL ? O_CLOEXEC : 0);
}

/* Nothing was read from it yet. */
static FILE *
freshen(const char *path, const char *mode, FILE *f)
{
	if (f == NULL || open_fresh(path, fileno(f), mode_flags(mode)) >= 0)
		return f;
	fclose(f);
	return NULL;
}

FILE *
fopen(const char *restrict path, const char *restrict mode)
{
	char *real = PL_PATH_ROOM(path);
	struct pl_dev *node;
	FILE *f;
	int fd;

	if (!pl_path(AT_FDCWD, path, real, &node))
		return freshen(path, mode, NEXT(fopen)(path, mode));
	fd = open_ours(real, node, mode_flags(mode), 0);
	if (fd < 0)
		return NULL;
	f = fdopen(fd, mode);
	if (f == NULL)
		close(fd);
	return f;
}

FILE *
fopen64(const char *restrict path, const char *restrict mode) __attribute__((alias("fopen")));

FILE *
freopen(const char *restrict path, const char *restrict mode, FILE *restrict f)
{
	char *real = PL_PATH_ROOM(path);
	struct pl_dev *node;
	int fd, err;

	if (!pl_path(AT_FDCWD, path, real, &node))
		return path == NULL ? NEXT(freopen)(path, mode, f) :
			freshen(path, mode, NEXT(freopen)(path, mode, f));
	fd = open_ours(real, node, mode_flags(mode), 0);
	if (fd < 0) {
		err = errno;
		fclose(f);
		errno = err;
		return NULL;
	}
	f = NEXT(freopen)("/dev/null", mode, f);
	if (f != NULL && dup3(fd, fileno(f), mode_flags(mode) & O_CLOEXEC) < 0) {
		fclose(f);
		f = NULL;
	}
	close(fd);
	return f;
}

FILE *
freopen64(const char *restrict path, const char *restrict mode, FILE *restrict f)
	__attribute__((alias("freopen")));

DIR *
opendir(const char *path)
{
	char *real = PL_PATH_ROOM(path);
	struct pl_dev *node;

	return NEXT(opendir)(pl_path(AT_FDCWD, path, real, &node) ? real : path);
}

typedef int (*filter_t)(const struct dirent *);
typedef int (*compare_t)(const struct dirent **, const struct dirent **);

int
scandirat(int dirfd, const char *restrict path, struct dirent ***restrict list,
	  filter_t filter, compare_t compare)
{
	char *real = PL_PATH_ROOM(path);
	struct pl_dev *node;

	if (pl_path(dirfd, path, real, &node))
		return NEXT(scandir)(real, list, filter, compare);
	return NEXT(scandirat)(dirfd, path, list, filter, compare);
}

int
scandir(const char *restrict path, struct dirent ***restrict list, filter_t filter,
	compare_t compare)
{
	return scandirat(AT_FDCWD, path, list, filter, compare);
}

/* 64-bit systems have one struct dirent */
typedef int (*filter64_t)(const struct dirent64 *);
typedef int (*compare64_t)(const struct dirent64 **, const struct dirent64 **);

int
scandirat64(int dirfd, const char *restrict path, struct dirent64 ***restrict list,
	    filter64_t filter, compare64_t compare)
{
	return scandirat(dirfd, path, (struct dirent ***)list, (filter_t)(void *)filter,
			 (compare_t)(void *)compare);
}

int
scandir64(const char *restrict path, struct dirent64 ***restrict list, filter64_t filter,
	  compare64_t compare)
{
	return scandirat64(AT_FDCWD, path, list, filter, compare);
}

/* ------------------------------------------------------------ patterns */

static void *
glob_opendir(const char *path)
{
	static const char nodes[] = UACCE_DEV_PATH "/" PL_INTERFACE;
	char real[PATH_MAX];
	struct pl_dev *node;

	/* only of a pattern with our name in it: ours are the nodes that are looked for */
	if (strcmp(path, UACCE_DEV_PATH) != 0 || !pl_path(AT_FDCWD, nodes, real, &node) ||
	    pl.nb_devs == 0)
		return opendir(path);
	*strrchr(real, '/') = '\0';
	return opendir(real);
}

static struct dirent *
glob_readdir(void *dir)
{
	return readdir(dir);
}

static void
glob_closedir(void *dir)
{
	closedir(dir);
}

int
glob(const char *restrict pattern, int flags, int (*fail)(const char *, int),
     glob_t *restrict g)
{
	if (strstr(pattern, "uacce") == NULL && strstr(pattern, PL_INTERFACE) == NULL)
		return NEXT(glob)(pattern, flags, fail, g);
	if ((flags & GLOB_ALTDIRFUNC) == 0) {
		g->gl_opendir = glob_opendir;
		g->gl_readdir = glob_readdir;
		g->gl_closedir = glob_closedir;
		g->gl_stat = stat;
		g->gl_lstat = lstat;
	}
	return NEXT(glob)(pattern, flags | GLOB_ALTDIRFUNC, fail, g);
}

int
glob64(const char *restrict pattern, int flags, int (*fail)(const char *, int),
       glob64_t *restrict g)
{
	return glob(pattern, flags, fail, (glob_t *)g);
}
