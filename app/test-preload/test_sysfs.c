/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/* The class tree and the nodes, by all the ways programs look at them. */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "client.h"

#define CLASS	UACCE_CLASS_PATH

static bool
is_name(const char *s)
{
	return strcmp(s, "hisi_zip-0") == 0 || strcmp(s, "hisi_zip-1") == 0 ||
		strcmp(s, "hisi_zip-2") == 0;
}

static unsigned int
count(DIR *dir)
{
	unsigned int n = 0;
	struct dirent *e;

	CHECK(dir != NULL);
	while ((e = readdir(dir)) != NULL) {
		if (e->d_name[0] == '.')
			continue;
		CHECK(is_name(e->d_name));
		n++;
	}
	closedir(dir);
	return n;
}

static int
no_dots(const struct dirent *e)
{
	return e->d_name[0] != '.';
}

void
test_scan(void)
{
	struct dirent **list;
	int fd, n;
	glob_t g;

	CHECK(count(opendir(CLASS)) == 3);
	CHECK(count(opendir("//sys/class/./uacce/")) == 3);
	fd = open(CLASS, O_RDONLY | O_DIRECTORY);
	CHECK(fd >= 0 && count(fdopendir(fd)) == 3);
	n = scandir(CLASS, &list, no_dots, versionsort);
	CHECK(n == 3 && strcmp(list[2]->d_name, "hisi_zip-2") == 0);
	while (n > 0)
		free(list[--n]);
	free(list);
	CHECK(glob(CLASS "/hisi_zip-*/api", 0, NULL, &g) == 0 && g.gl_pathc == 3);
	CHECK(strcmp(g.gl_pathv[1], CLASS "/hisi_zip-1/api") == 0);
	globfree(&g);
	CHECK(glob("/dev/hisi_zip-*", 0, NULL, &g) == 0 && g.gl_pathc == 3);
	globfree(&g);
	CHECK_FAILS(open(CLASS "/hisi_zip-3/api", O_RDONLY), ENOENT);
	CHECK_FAILS(open("/dev/hisi_zip-3", O_RDWR), ENOENT);
	CHECK_FAILS(access(CLASS "/hisi_zip-0/nothing", F_OK), ENOENT);
}

/* what _FORTIFY_SOURCE makes of open() and friends */
int __open_2(const char *path, int flags);
int __openat_2(int dirfd, const char *path, int flags);
char *__realpath_chk(const char *path, char *resolved, size_t len);

static void
check_api(int fd)
{
	char buf[32];

	CHECK(fd >= 0 && pread(fd, buf, sizeof(buf), 0) == 11);
	CHECK(memcmp(buf, "hisi_qm_v3\n", 11) == 0);
	close(fd);
}

static void
check_opens(void)
{
	char line[32];
	FILE *f;
	int dir;

	check_api(open(CLASS_DEV "/api", O_RDONLY));
	check_api(open64(CLASS_DEV "/api", O_RDONLY));
	check_api(__open_2(CLASS_DEV "/api", O_RDONLY));
	dir = open(CLASS_DEV, O_PATH | O_DIRECTORY | O_CLOEXEC);
	CHECK(dir >= 0);
	check_api(openat(dir, "api", O_RDONLY));
	check_api(__openat_2(dir, "api", O_RDONLY));
	check_api(openat(dir, "device/uacce/" DEV "/api", O_RDONLY));
	CHECK(faccessat(dir, "device/numa_node", R_OK, 0) == 0);
	close(dir);
	dir = open("/sys/class", O_PATH | O_DIRECTORY);
	if (dir >= 0)
		check_api(openat(dir, "uacce/" DEV "/api", O_RDONLY));
	close(dir);
	f = fopen(CLASS_DEV "/available_instances", "r");
	CHECK(f != NULL && fgets(line, sizeof(line), f) != NULL && strcmp(line, "64\n") == 0);
	fclose(f);
}

static void
check_links(void)
{
	char path[PATH_MAX], link[PATH_MAX], copy[PATH_MAX];
	ssize_t n;

	CHECK(realpath(CLASS_DEV "/api", path) != NULL);
	CHECK(strncmp(path, "/sys/devices/", 13) == 0);
	CHECK(strcmp(path + strlen(path) - strlen("/uacce/" DEV "/api"),
		     "/uacce/" DEV "/api") == 0);
	CHECK(__realpath_chk(path, copy, sizeof(copy)) != NULL && strcmp(copy, path) == 0);
	check_api(open(path, O_RDONLY));
	n = readlink(CLASS_DEV, link, sizeof(link) - 1);
	CHECK(n > 0);
	link[n] = '\0';
	CHECK(strncmp(link, "../../devices/", 14) == 0);
	CHECK(realpath(CLASS_DEV "/device/uacce/" DEV "/device", copy) != NULL);
	path[strlen(path) - strlen("/uacce/" DEV "/api")] = '\0';
	CHECK(strcmp(copy, path) == 0);
	CHECK(realpath(CLASS_DEV "/subsystem", copy) != NULL && strcmp(copy, CLASS) == 0);
	CHECK(realpath(NODE, copy) != NULL && strcmp(copy, NODE) == 0);
}

/* Rooms that hold the path but not the one that it stands for. */
static void
check_folder(void)
{
	char path[PATH_MAX], *own;
	ssize_t n;

	CHECK(chdir(CLASS) == 0 && getcwd(path, sizeof(path)) != NULL);
	CHECK(strcmp(path, CLASS) == 0);
	memset(path, 0, sizeof(path));
	CHECK(getcwd(path, sizeof(CLASS)) != NULL && strcmp(path, CLASS) == 0);
	CHECK(getcwd(path, sizeof(CLASS) - 1) == NULL && errno == ERANGE);
	own = getcwd(NULL, sizeof(CLASS));
	CHECK(own != NULL && strcmp(own, CLASS) == 0);
	free(own);
	n = readlink("/proc/self/cwd", path, sizeof(path));
	CHECK(n == strlen(CLASS) && memcmp(path, CLASS, n) == 0);
	n = readlink("/proc/self/cwd", path, 5);
	CHECK(n == 5 && memcmp(path, CLASS, 5) == 0);
	check_api(open(DEV "/api", O_RDONLY));
}

void
test_paths(void)
{
	char path[PATH_MAX];
	struct stat st;
	struct statx stx;

	check_opens();
	check_links();
	CHECK(stat(NODE, &st) == 0 && S_ISCHR(st.st_mode));
	CHECK(statx(AT_FDCWD, NODE, 0, STATX_ALL, &stx) == 0 && S_ISCHR(stx.stx_mode));
	CHECK(lstat(CLASS_DEV, &st) == 0 && S_ISLNK(st.st_mode));
	CHECK(fstatat(AT_FDCWD, CLASS_DEV, &st, 0) == 0 && S_ISDIR(st.st_mode));
	CHECK(access(NODE, R_OK | W_OK) == 0 && eaccess(NODE, R_OK) == 0);
	check_folder();
	/* what is not ours is what it was */
	CHECK(chdir("/") == 0 && strcmp(getcwd(path, sizeof(path)), "/") == 0);
	CHECK(stat("/dev/null", &st) == 0 && S_ISCHR(st.st_mode));
	CHECK_FAILS(open("/sys/class/uacce_other", O_RDONLY), ENOENT);
	CHECK_FAILS(open("/dev/hisi_zip", O_RDONLY), ENOENT);
}

static void
check_second(const char *name, const char *want)
{
	char path[256], buf[64] = "";
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), CLASS "/hisi_zip-1/%s", name);
	fd = open(path, O_RDONLY);
	CHECK(fd >= 0);
	n = read(fd, buf, sizeof(buf) - 1);
	CHECK(n >= 0 && strcmp(buf, want) == 0);
	close(fd);
}

void
test_attributes(void)
{
	long page = sysconf(_SC_PAGESIZE);
	char buf[256];
	int fds[2];

	CHECK(strcmp(attr_text("api", buf, sizeof(buf)), "hisi_qm_v3") == 0);
	CHECK(strcmp(attr_text("algorithms", buf, sizeof(buf)), "zlib\ngzip\ndeflate") == 0);
	CHECK(attr_number("flags") == 1);
	CHECK(attr_number("region_mmio_size") == 65536);
	CHECK(attr_number("region_dus_size") == (147456 + page - 1) / page * page + page);
	CHECK(attr_number("device/numa_node") == 0);
	check_second("device/numa_node", "-1\n");
	check_second("api", "hisi_qm_v2\n");
	check_second("algorithms", "zlib\ngzip\n");
	if (page == 4096)
		check_second("region_mmio_size", "8192\n");
	CHECK(attr_number("available_instances") == 64);
	fds[0] = open(NODE, O_RDWR);
	fds[1] = open(NODE, O_RDWR);
	CHECK(fds[0] >= 0 && fds[1] == fds[0] + 1);
	CHECK(attr_number("available_instances") == 62);
	check_second("available_instances", "64\n");
	CHECK(close(fds[0]) == 0 && attr_number("available_instances") == 63);
	CHECK(close(fds[1]) == 0 && attr_number("available_instances") == 64);
	CHECK(attr_number("isolate") == 0 && pl_isolate(0, 1) == 0);
	CHECK(attr_number("isolate") == 1 && pl_isolate(7, 1) == -ENODEV);
	check_second("isolate", "0\n");
}

static void
check_line(FILE *f, const char *want)
{
	char line[32];

	CHECK(f != NULL && fgets(line, sizeof(line), f) != NULL && strcmp(line, want) == 0);
}

/* What changes is as of the open, by whatever call. */
void
test_fresh(void)
{
	struct stat st;
	FILE *f;
	int fd;

	CHECK(chdir(CLASS_DEV) == 0);
	f = fopen("available_instances", "r");
	check_line(f, "64\n");
	fd = open(NODE, O_RDWR);
	CHECK(fd >= 0);
	f = freopen("available_instances", "r", f);
	check_line(f, "63\n");
	f = freopen(CLASS_DEV "/available_instances", "r", f);
	check_line(f, "63\n");
	fclose(f);
	f = fopen("available_instances", "r");
	check_line(f, "63\n");
	f = freopen(NODE, "r+", f);
	CHECK(f != NULL && fstat(fileno(f), &st) == 0 && S_ISCHR(st.st_mode));
	CHECK(attr_number("available_instances") == 62);
	CHECK(fclose(f) == 0 && attr_number("available_instances") == 63);
	CHECK(close(fd) == 0);
}

/* What else sysfs and nodes are to root. */
void
test_files(void)
{
	struct statx stx;
	struct stat st;
	int fd;

	CHECK_FAILS(open(CLASS_DEV "/api", O_WRONLY), EACCES);
	CHECK_FAILS(open(CLASS_DEV "/api", O_RDWR | O_TRUNC), EACCES);
	CHECK(freopen(CLASS_DEV "/api", "w", stdin) == NULL && errno == EACCES);
	check_api(open(CLASS_DEV "/api", O_RDONLY));
	fd = open(CLASS_DEV "/api", O_PATH | O_RDWR);
	CHECK(fd >= 0 && close(fd) == 0);
	fd = open(CLASS_DEV "/isolate_strategy", O_WRONLY);
	CHECK(fd >= 0 && close(fd) == 0);
	CHECK_FAILS(open(NODE, O_RDWR | O_CREAT | O_EXCL, 0600), EEXIST);
	fd = open(NODE, O_RDWR | O_CREAT, 0600);
	CHECK(fd >= 0);
	CHECK(fstatat(fd, "", &st, AT_EMPTY_PATH) == 0 && S_ISCHR(st.st_mode));
	CHECK(statx(fd, "", AT_EMPTY_PATH, STATX_ALL, &stx) == 0 && S_ISCHR(stx.stx_mode));
	CHECK(close(fd) == 0);
}

/* Who only looks leaves no trace. */
void
test_trace(void)
{
	const char *name = getenv("UACCE_SOFT_TRACE");
	int fd;

	CHECK(attr_number("flags") == 1 && access(name, F_OK) != 0);
	fd = open(NODE, O_RDWR);
	CHECK(fd >= 0 && access(name, F_OK) == 0);
	CHECK(close(fd) == 0 && unlink(name) == 0);
}
