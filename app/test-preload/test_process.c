/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/* What programs do to themselves: it does not take their devices away, nor do devices it. */

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "client.h"

#define NOBODY	65534

void
test_early(void)
{
	CHECK(early_entries == 2);
	CHECK(access(CLASS_DEV "/api", R_OK) == 0);
}

static int
be_nobody(struct client *c)
{
	struct stat st;

	umask(0077);
	CHECK(attr_number("flags") == 1);
	CHECK(seteuid(NOBODY) == 0);
	CHECK(attr_number("flags") == 1 && attr_number("available_instances") == 64);
	CHECK(stat(NODE, &st) == 0 && S_ISCHR(st.st_mode));
	CHECK(seteuid(0) == 0 && pl_unplug(0) == 0 && pl_plug(0) == 0);
	CHECK(seteuid(NOBODY) == 0 && access(CLASS_DEV "/api", R_OK) == 0);
	CHECK(seteuid(0) == 0);
	exit(0);
}

/* Root's process gives up its privileges after its first look. */
void
test_other_user(void)
{
	char dir[] = "/tmp/uacce-preload-test.XXXXXX";

	if (geteuid() != 0)
		return;
	/* where everybody may go; a child's exit() removes what the library puts there */
	CHECK(mkdtemp(dir) != NULL && chmod(dir, 0755) == 0 && setenv("TMPDIR", dir, 1) == 0);
	CHECK(in_child(be_nobody, NULL) == 0);
	CHECK(rmdir(dir) == 0);
}

static atomic_bool stop;

/* Files that nobody else may read. */
static void *
make_files(void *arg)
{
	char path[PATH_MAX];
	struct stat st;
	bool *wrong = arg;

	snprintf(path, sizeof(path), "private.%d", (int)getpid());
	while (!atomic_load(&stop)) {
		int fd = open(path, O_RDWR | O_CREAT | O_EXCL, 0666);

		if (fd < 0 || fstat(fd, &st) != 0 || (st.st_mode & 0777) != 0600)
			*wrong = true;
		close(fd);
		unlink(path);
	}
	return NULL;
}

void
test_umask(void)
{
	bool wrong = false;
	pthread_t thread;
	struct stat st;

	umask(0077);
	CHECK(pthread_create(&thread, NULL, make_files, &wrong) == 0);
	client_sleep_ms(20);
	CHECK(stat(CLASS_DEV "/isolate_strategy", &st) == 0 && (st.st_mode & 0777) == 0644);
	atomic_store(&stop, true);
	pthread_join(thread, NULL);
	CHECK(!wrong);
}

/* Another process looks for what has nobody that holds it. */
void
test_close_all(void)
{
	CHECK(access(CLASS_DEV "/api", R_OK) == 0);
	for (int fd = 3; fd < 1024; fd++)
		close(fd);
	CHECK(system("ls /sys/class/uacce >/dev/null") == 0);
	CHECK(access(CLASS_DEV "/api", R_OK) == 0);
}

static volatile bool wrong_answer;

static void
ask_little(int sig)
{
	struct stat st;
	char buf[64];
	int fd;

	wrong_answer = stat("/dev/null", &st) != 0 || access("/dev/null", R_OK) != 0 ||
		readlink("/proc/self/exe", buf, sizeof(buf)) < 1 ||
		getcwd(buf, sizeof(buf)) == NULL;
	fd = open("/dev/null", O_RDONLY);
	wrong_answer |= fd < 0;
	close(fd);
}

/* Paths that are not the library's cost no more stack than without it. */
void
test_small_stack(void)
{
	struct sigaction sa = { .sa_handler = ask_little, .sa_flags = SA_ONSTACK };
	size_t page = sysconf(_SC_PAGESIZE), len = getauxval(AT_MINSIGSTKSZ) + 5 * 1024;
	char *p = mmap(NULL, page + len, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	stack_t ss = { .ss_sp = p + page, .ss_size = len };

	CHECK(p != MAP_FAILED && mprotect(p, page, PROT_NONE) == 0);
	CHECK(chdir("/") == 0 && sigaltstack(&ss, NULL) == 0);
	CHECK(sigaction(SIGUSR1, &sa, NULL) == 0);
	CHECK(raise(SIGUSR1) == 0 && !wrong_answer);
	CHECK(access(CLASS_DEV "/api", R_OK) == 0);
	CHECK(raise(SIGUSR1) == 0 && !wrong_answer);
}
