/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

#ifndef PRELOAD_NEXT_H
#define PRELOAD_NEXT_H

/**
 * @file
 * The functions behind the interposed ones: those of the C library, or of a library
 * that was preloaded after this one.
 */

#include <dirent.h>
#include <glob.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/select.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>

/* those that no header declares; the arguments are the C library's */
int __open_2(const char *path, int flags);
int __open64_2(const char *path, int flags);
int __openat_2(int dirfd, const char *path, int flags);
int __openat64_2(int dirfd, const char *path, int flags);
int __xstat(int version, const char *path, struct stat *st);
int __xstat64(int version, const char *path, struct stat64 *st);
int __lxstat(int version, const char *path, struct stat *st);
int __lxstat64(int version, const char *path, struct stat64 *st);
int __fxstat(int version, int fd, struct stat *st);
int __fxstat64(int version, int fd, struct stat64 *st);
int __fxstatat(int version, int dirfd, const char *path, struct stat *st, int flags);
int __fxstatat64(int version, int dirfd, const char *path, struct stat64 *st, int flags);
ssize_t __readlink_chk(const char *path, char *buf, size_t len, size_t buf_len);
ssize_t __readlinkat_chk(int dirfd, const char *path, char *buf, size_t len, size_t buf_len);
char *__realpath_chk(const char *path, char *resolved, size_t len);
char *__getcwd_chk(char *buf, size_t len, size_t buf_len);
int __poll_chk(struct pollfd *fds, nfds_t nb, int timeout, size_t len);
int __ppoll_chk(struct pollfd *fds, nfds_t nb, const struct timespec *timeout,
		const sigset_t *mask, size_t len);
int pthread_attr_setsigmask_np(pthread_attr_t *attr, const sigset_t *set);
typedef void (*sighandler_t)(int);
sighandler_t bsd_signal(int sig, sighandler_t handler);
sighandler_t __sysv_signal(int sig, sighandler_t handler);

#define PL_NEXT_LIST(X) \
	X(open) X(openat) X(close) X(fopen) X(freopen) X(opendir) X(scandir) X(scandirat) \
	X(glob) X(stat) X(lstat) X(fstat) X(fstatat) X(statx) X(access) X(eaccess) \
	X(faccessat) X(readlink) X(readlinkat) X(realpath) X(chdir) X(getcwd) X(ioctl) \
	X(poll) X(ppoll) X(sigaction) X(signal) X(sysv_signal) X(sigprocmask) \
	X(pthread_sigmask) X(getxattr) X(lgetxattr) X(listxattr) X(llistxattr) \
	X(pthread_attr_setsigmask_np) X(sigsuspend) X(pselect) X(epoll_pwait)

/* data and functions have the same size of pointer wherever there is dlsym() */
#define PL_NEXT_MEMBER(name)	__typeof__(&name) name;
struct pl_next {
	PL_NEXT_LIST(PL_NEXT_MEMBER)
};

extern struct pl_next pl_next;

/** Look all of them up; before main() and before any handler can run. */
void
pl_next_resolve(void);

/* sanitizers come before constructors */
#define NEXT(name) (*(pl_next.name != NULL ? pl_next.name : (pl_next_resolve(), pl_next.name)))

#endif /* PRELOAD_NEXT_H */
