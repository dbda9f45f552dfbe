/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/*
 * Which paths are ours, and functions that put out paths.
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "preload.h"
#include "preload_next.h"

#define CLASS		UACCE_CLASS_PATH
#define DEVICES		"/sys/devices/pci" PL_DOMAIN ":"
#define NODE		UACCE_DEV_PATH "/" PL_INTERFACE "-"

bool
pl_path_maybe(const char *path)
{
	/* NULL comes as 0, too */
	return (uintptr_t)path >= 4096 &&
		(strstr(path, "uacce") != NULL || strstr(path, PL_INTERFACE) != NULL ||
		 strstr(path, PL_DOMAIN) != NULL);
}

/* Without double slashes and dots. */
static bool
tidy(const char *in, char *out)
{
	size_t n = 0;

	while (*in != '\0') {
		if (*in == '/' && (in[1] == '/' || (in[1] == '.' &&
						    (in[2] == '/' || in[2] == '\0')))) {
			in += in[1] == '/' ? 1 : 2;
			continue;
		}
		if (n + 1 >= PATH_MAX)
			return false;
		out[n++] = *in++;
	}
	out[n] = '\0';
	return true;
}

/* What a relative path begins at, and the path behind it. */
static bool
absolute(int dirfd, const char *path, char *out)
{
	char joined[PATH_MAX], link[32];
	ssize_t n;
	int len;

	if (path[0] == '/')
		return tidy(path, out);
	snprintf(link, sizeof(link), dirfd == AT_FDCWD ? "/proc/self/cwd" :
		 "/proc/self/fd/%d", dirfd);
	n = NEXT(readlink)(link, joined, sizeof(joined) - 1);
	if (n <= 0)
		return false;
	len = snprintf(joined + n, sizeof(joined) - n, "/%s", path);
	return len >= 0 && (size_t)len < sizeof(joined) - n && tidy(joined, out);
}

static bool
below(const char *path, const char *top)
{
	size_t n = strlen(top);

	return strncmp(path, top, n) == 0 && (path[n] == '/' || path[n] == '\0');
}

/* Devices that are gone keep their names: these are not found. */
static struct pl_dev *
node_of(const char *path)
{
	if (strncmp(path, NODE, strlen(NODE)) != 0)
		return NULL;
	for (unsigned int i = 0; i < pl.nb_devs; i++)
		if (strcmp(path + strlen(UACCE_DEV_PATH "/"), pl.devs[i].name) == 0)
			return &pl.devs[i];
	return NULL;
}

static bool __attribute__((noinline))
translate(int dirfd, const char *path, char *real, struct pl_dev **node)
{
	char full[PATH_MAX];
	sigset_t mask;
	bool ok;

	pl_start();
	if (!absolute(dirfd, path, full))
		return false;
	*node = node_of(full);
	/* the last is the one that glob() of ours asks for */
	ok = *node != NULL || below(full, CLASS) ||
		strncmp(full, DEVICES, strlen(DEVICES)) == 0 ||
		strcmp(full, UACCE_DEV_PATH "/" PL_INTERFACE) == 0;
	if (ok) {
		pl_lock(&mask);
		ok = pl_tree_build() && pl.tree_len + strlen(full) < PATH_MAX;
		if (ok) {
			memcpy(real, pl.tree, pl.tree_len);
			strcpy(real + pl.tree_len, full);
		}
		pl_unlock(&mask);
	}
	return ok;
}

bool
pl_path(int dirfd, const char *path, char *real, struct pl_dev **node)
{
	int err = errno;
	bool ok;

	*node = NULL;
	ok = real != NULL && translate(dirfd, path, real, node);
	if (!ok)
		*node = NULL;
	errno = err;
	return ok;
}

size_t
pl_path_back(char *path, size_t len)
{
	size_t n = pl.tree_len;

	if (n == 0 || len < n || memcmp(path, pl.tree, n) != 0 || (len > n && path[n] != '/'))
		return len;
	memmove(path, path + n, len - n);
	return len - n;
}

/* ------------------------------------------------------------ what is interposed */

/* As much as there is, then what fits. */
static ssize_t __attribute__((noinline))
readlink_back(int dirfd, const char *path, char *buf, size_t len)
{
	char text[PATH_MAX];
	ssize_t n = NEXT(readlinkat)(dirfd, path, text, sizeof(text));

	if (n <= 0)
		return n;
	n = (ssize_t)pl_path_back(text, (size_t)n);
	if ((size_t)n > len)
		n = (ssize_t)len;
	memcpy(buf, text, n);
	return n;
}

ssize_t
readlinkat(int dirfd, const char *path, char *buf, size_t len)
{
	char *real = PL_PATH_ROOM(path);
	struct pl_dev *node;
	size_t known;
	ssize_t n;

	if (pl_path(dirfd, path, real, &node))
		return NEXT(readlink)(real, buf, len);
	n = NEXT(readlinkat)(dirfd, path, buf, len);
	known = n > 0 && (size_t)n < pl.tree_len ? (size_t)n : pl.tree_len;
	/* links of /proc may lead into the tree */
	if (n <= 0 || known == 0 || memcmp(buf, pl.tree, known) != 0)
		return n;
	return readlink_back(dirfd, path, buf, len);
}

ssize_t
readlink(const char *path, char *buf, size_t len)
{
	return readlinkat(AT_FDCWD, path, buf, len);
}

ssize_t
__readlink_chk(const char *path, char *buf, size_t len, size_t buf_len)
{
	if (len > buf_len)
		abort();
	return readlinkat(AT_FDCWD, path, buf, len);
}

ssize_t
__readlinkat_chk(int dirfd, const char *path, char *buf, size_t len, size_t buf_len)
{
	if (len > buf_len)
		abort();
	return readlinkat(dirfd, path, buf, len);
}

char *
realpath(const char *restrict path, char *restrict resolved)
{
	char *real = PL_PATH_ROOM(path);
	struct pl_dev *node;
	size_t n;
	char *s;

	s = NEXT(realpath)(pl_path(AT_FDCWD, path, real, &node) ? real : path, resolved);
	if (s != NULL) {
		n = pl_path_back(s, strlen(s));
		s[n] = '\0';
	}
	return s;
}

char *
__realpath_chk(const char *path, char *resolved, size_t len)
{
	if (len < PATH_MAX)
		abort();
	return realpath(path, resolved);
}

char *
canonicalize_file_name(const char *path)
{
	return realpath(path, NULL);
}

int
chdir(const char *path)
{
	char *real = PL_PATH_ROOM(path);
	struct pl_dev *node;

	return NEXT(chdir)(pl_path(AT_FDCWD, path, real, &node) ? real : path);
}

/* What is too long for the buffer may fit without the tree. */
static char * __attribute__((noinline))
getcwd_back(char *buf, size_t len)
{
	char text[PATH_MAX];
	size_t n;

	if (NEXT(getcwd)(text, sizeof(text)) == NULL)
		return NULL;
	n = pl_path_back(text, strlen(text));
	if (n >= len) {
		errno = ERANGE;
		return NULL;
	}
	text[n] = '\0';
	return buf != NULL ? memcpy(buf, text, n + 1) : strdup(text);
}

char *
getcwd(char *buf, size_t len)
{
	int err = errno;
	char *s = NEXT(getcwd)(buf, len);

	if (s != NULL) {
		s[pl_path_back(s, strlen(s))] = '\0';
	} else if (errno == ERANGE && pl.tree_len != 0) {
		errno = err;
		s = getcwd_back(buf, len);
	}
	return s;
}

char *
__getcwd_chk(char *buf, size_t len, size_t buf_len)
{
	if (len > buf_len)
		abort();
	return getcwd(buf, len);
}

char *
get_current_dir_name(void)
{
	return getcwd(NULL, 0);
}
