/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/*
 * What sysfs and /dev show: real files in a private folder, so that scans, relative
 * paths and links work as anywhere. Built when somebody asks first.
 */

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <unistd.h>

#include "preload.h"
#include "preload_next.h"

#define TREE_PREFIX	"uacce_soft."
#define TREE_LOCK	"/lock"

/* Path in the tree; false if it does not fit. */
static bool __attribute__((format(printf, 2, 3)))
in_tree(char *path, const char *fmt, ...)
{
	va_list ap;
	int n;

	memcpy(path, pl.tree, pl.tree_len);
	va_start(ap, fmt);
	n = vsnprintf(path + pl.tree_len, PATH_MAX - pl.tree_len, fmt, ap);
	va_end(ap);
	return n >= 0 && (size_t)n < PATH_MAX - pl.tree_len;
}

/* The umask is not for what sysfs shows, and changing it would change other threads'. */
static bool
make_dir(const char *path)
{
	return mkdir(path, 0755) == 0 ? chmod(path, 0755) == 0 : errno == EEXIST;
}

static bool
make_dirs(char *path)
{
	char *s = path + pl.tree_len;

	while ((s = strchr(s + 1, '/')) != NULL) {
		*s = '\0';
		if (!make_dir(path))
			return false;
		*s = '/';
	}
	return make_dir(path);
}

/* The parent device, as PCI has it: a bridge of its own for each. */
static void
parent_path(const struct pl_dev *d, char *path)
{
	unsigned int bus = 2 * (unsigned int)(d - pl.devs);

	snprintf(path, NAME_MAX, "/sys/devices/pci" PL_DOMAIN ":%02x/" PL_DOMAIN
		 ":%02x:00.0/" PL_DOMAIN ":%02x:00.0", bus, bus, bus + 1);
}

static bool
put_file(const char *dir, const char *name, mode_t mode, const char *text, ino_t *ino)
{
	char path[PATH_MAX];
	ssize_t len = (ssize_t)strlen(text);
	struct stat st;
	bool ok;
	int fd;

	if (!in_tree(path, "%s/%s", dir, name))
		return false;
	fd = NEXT(open)(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
	if (fd < 0)
		return false;
	ok = write(fd, text, len) == len && fchmod(fd, mode) == 0 && NEXT(fstat)(fd, &st) == 0;
	NEXT(close)(fd);
	if (ok && ino != NULL)
		*ino = st.st_ino;
	return ok;
}

static bool
put_link(const char *target, const char *dir, const char *name)
{
	char path[PATH_MAX];

	return in_tree(path, "%s/%s", dir, name) && symlink(target, path) == 0;
}

/* An attribute as the soft device tells it. */
static bool
put_attr(struct uacce_soft *soft, const char *dir, const char *name, mode_t mode, ino_t *ino)
{
	char text[PL_TEXT_LEN];
	int n = uacce_soft_attr(soft, name, text, sizeof(text));

	return n >= 0 && (size_t)n < sizeof(text) &&
		put_file(dir, strrchr(name, '/') != NULL ? strrchr(name, '/') + 1 : name,
			 mode, text, ino);
}

static bool
put_parent(struct pl_dev *d, struct uacce_soft *soft, const char *parent)
{
	return put_attr(soft, parent, "device/numa_node", 0644, NULL) &&
		put_file(parent, "vendor", 0444, "0x19e5\n", NULL) &&
		put_file(parent, "device", 0444, "0xa250\n", NULL) &&
		put_file(parent, "class", 0444, "0x120000\n", NULL) &&
		put_file(parent, "revision", 0444, d->conf.api == 2 ? "0x21\n" : "0x30\n", NULL);
}

static bool
put_attrs(struct pl_dev *d, struct uacce_soft *soft, const char *dir, const char *parent)
{
	char text[64];

	if (d->algorithms[0] != '\0' ?
	    !put_file(dir, "algorithms", 0444, d->algorithms, NULL) :
	    !put_attr(soft, dir, "algorithms", 0444, NULL))
		return false;
	snprintf(text, sizeof(text), "%zu\n", d->mmio_size);
	if (d->mmio_size != 0 ? !put_file(dir, "region_mmio_size", 0444, text, NULL) :
	    !put_attr(soft, dir, "region_mmio_size", 0444, NULL))
		return false;
	snprintf(text, sizeof(text), "DEVNAME=%s\n", d->name);
	if (!put_file(dir, "uevent", 0644, text, NULL))
		return false;
	snprintf(text, sizeof(text), "../../../%s", strrchr(parent, '/') + 1);
	return put_link(text, dir, "device") &&
		put_link("../../../../../../class/uacce", dir, "subsystem") &&
		put_attr(soft, dir, "api", 0444, NULL) &&
		put_attr(soft, dir, "flags", 0444, NULL) &&
		put_attr(soft, dir, "region_dus_size", 0444, NULL) &&
		put_attr(soft, dir, "isolate_strategy", 0644, NULL) &&
		put_attr(soft, dir, "available_instances", 0444,
			 &d->fresh[PL_FRESH_AVAILABLE]) &&
		put_attr(soft, dir, "isolate", 0444, &d->fresh[PL_FRESH_ISOLATE]);
}

static bool
put_dev(struct pl_dev *d)
{
	struct uacce_soft_conf conf = d->conf;
	char parent[NAME_MAX], dir[PATH_MAX], path[PATH_MAX];
	struct uacce_soft *soft;
	bool ok;

	/* to ask for attributes only: without threads and traces */
	conf.threads = 0;
	conf.trace = NULL;
	soft = uacce_soft_create(&conf);
	if (soft == NULL) {
		pl_message("%s: no such device can be made: %s", d->name, strerror(errno));
		d->gone = true;
		d->impossible = true;
		return true;
	}
	parent_path(d, parent);
	snprintf(dir, sizeof(dir), "%s/uacce/%s", parent, d->name);
	ok = in_tree(path, "%s", dir) && make_dirs(path) && put_parent(d, soft, parent) &&
		put_attrs(d, soft, dir, parent) && (d->gone || pl_tree_show(d, true) == 0);
	uacce_soft_destroy(soft);
	return ok;
}

int
pl_tree_show(struct pl_dev *d, bool show)
{
	char parent[NAME_MAX], path[PATH_MAX], aside[PATH_MAX], text[PATH_MAX];

	if (pl.tree_len == 0)
		return 0;
	parent_path(d, parent);
	if (!in_tree(aside, "/aside/%s", d->name) ||
	    !in_tree(path, "%s/uacce/%s", parent, d->name))
		return pl_fail(ENAMETOOLONG);
	if (show) {
		/* the first time it is in its place */
		if (rename(aside, path) != 0 && errno != ENOENT)
			return -1;
		snprintf(text, sizeof(text), "../..%s/uacce/%s", parent + strlen("/sys"), d->name);
		return put_file("/dev", d->name, 0666, "", NULL) &&
			put_link(text, "/sys/class/uacce", d->name) ? 0 : -1;
	}
	if (rename(path, aside) != 0)
		return -1;
	if (!in_tree(path, "/sys/class/uacce/%s", d->name) || unlink(path) != 0)
		return -1;
	return in_tree(path, "/dev/%s", d->name) && unlink(path) == 0 ? 0 : -1;
}

static void
remove_all(int dirfd, const char *name)
{
	int fd = NEXT(openat)(dirfd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
	struct dirent *e;

	while (dir != NULL && (e = readdir(dir)) != NULL) {
		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		if (unlinkat(fd, e->d_name, 0) != 0)
			remove_all(fd, e->d_name);
	}
	if (dir != NULL)
		closedir(dir);
	unlinkat(dirfd, name, AT_REMOVEDIR);
}

void
pl_tree_remove(void)
{
	if (pl.tree_len != 0 && pl.pid == getpid())
		remove_all(AT_FDCWD, pl.tree);
	pl.tree_len = 0;
}

/* The lock of a tree is held by whoever has it mapped; killed processes leave trees. */
static void
remove_stale(const char *tmp)
{
	DIR *dir = NEXT(opendir)(tmp);
	char path[PATH_MAX];
	struct dirent *e;
	struct stat st;

	while (dir != NULL && (e = readdir(dir)) != NULL) {
		int n, fd;

		if (strncmp(e->d_name, TREE_PREFIX, strlen(TREE_PREFIX)) != 0)
			continue;
		n = snprintf(path, sizeof(path), "%s/%s", tmp, e->d_name);
		if (n < 0 || (size_t)n + sizeof(TREE_LOCK) > sizeof(path) ||
		    NEXT(lstat)(path, &st) != 0 || !S_ISDIR(st.st_mode) || st.st_uid != geteuid())
			continue;
		strcpy(path + n, TREE_LOCK);
		fd = NEXT(open)(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
		if (fd < 0)
			continue;
		path[n] = '\0';
		if (flock(fd, LOCK_EX | LOCK_NB) == 0)
			remove_all(AT_FDCWD, path);
		NEXT(close)(fd);
	}
	if (dir != NULL)
		closedir(dir);
}

static bool
lock_tree(void)
{
	char path[PATH_MAX], made[PATH_MAX];
	bool ok;
	int fd;

	/* locked before it has the name that others look for */
	if (!in_tree(path, TREE_LOCK) || !in_tree(made, "/new"))
		return false;
	fd = NEXT(open)(made, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		return false;
	/* a mapping keeps the lock, also if the program closes all descriptors */
	ok = flock(fd, LOCK_EX | LOCK_NB) == 0 &&
		mmap(NULL, 1, PROT_READ, MAP_PRIVATE, fd, 0) != MAP_FAILED &&
		rename(made, path) == 0;
	NEXT(close)(fd);
	return ok;
}

static bool
make_tree(void)
{
	const char *tmp = secure_getenv("TMPDIR");
	char path[PATH_MAX];
	struct stat st;

	if (tmp == NULL || tmp[0] != '/')
		tmp = "/tmp";
	/* links are resolved: what comes back from realpath() begins with it */
	if (NEXT(realpath)(tmp, path) == NULL ||
	    strlen(path) + strlen("/" TREE_PREFIX "XXXXXX") >= PATH_MAX)
		return false;
	remove_stale(path);
	snprintf(pl.tree, sizeof(pl.tree), "%s/" TREE_PREFIX "XXXXXX", path);
	if (mkdtemp(pl.tree) == NULL || NEXT(stat)(pl.tree, &st) != 0)
		return false;
	pl.tree_len = strlen(pl.tree);
	pl.tree_dev = st.st_dev;
	/* who gives up privileges still has devices */
	return chmod(pl.tree, 0755) == 0 && lock_tree() &&
		in_tree(path, "/sys/class/uacce") && make_dirs(path) &&
		in_tree(path, "/dev") && make_dirs(path) &&
		in_tree(path, "/aside") && make_dirs(path);
}

bool
pl_tree_build(void)
{
	static bool failed;
	bool ok;
	int err;

	if (pl.tree_len != 0)
		return true;
	if (failed || pl.ended)
		return false;
	ok = make_tree();
	for (unsigned int i = 0; ok && i < pl.nb_devs; i++)
		ok = put_dev(&pl.devs[i]);
	err = errno;
	if (!ok) {
		pl_message("no folder for the devices can be made: %s", strerror(err));
		pl_tree_remove();
		failed = true;
	}
	return ok;
}
