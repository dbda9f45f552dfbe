/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/* Devices that go while they are used, and come back; faults at run time. */

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "client.h"

static sigjmp_buf out;
static volatile int code;

static void
take(int sig, siginfo_t *info, void *context)
{
	code = info->si_code;
	siglongjmp(out, 1);
}

/* Does touching it raise SIGBUS? */
static bool
raises_bus(volatile uint8_t *at, bool store)
{
	code = 0;
	if (sigsetjmp(out, 1) != 0)
		return code == BUS_ADRERR;
	if (store)
		*(volatile uint64_t *)at = 1;
	else
		code = *at;
	return false;
}

static void
catch_bus(void)
{
	struct sigaction sa = { .sa_sigaction = take, .sa_flags = SA_SIGINFO };

	CHECK(sigaction(SIGBUS, &sa, NULL) == 0);
}

static void
check_gone(struct client *c)
{
	struct pollfd p = { .fd = c->fd, .events = POLLIN };

	CHECK(raises_bus(c->dus, false) && raises_bus(c->dus + c->dus_len - 4, false));
	CHECK(raises_bus(c->mmio + HISI_QM_DB_OFFSET, true));
	CHECK_FAILS(ioctl(c->fd, HISI_QM_CMD_SET_QP_INFO, &c->info), ENXIO);
	CHECK_FAILS(ioctl(c->fd, UACCE_CMD_START_Q), ENXIO);
	CHECK_FAILS(mmap(NULL, c->mmio_len, PROT_READ | PROT_WRITE, MAP_SHARED, c->fd, 0),
		    ENXIO);
	CHECK(poll(&p, 1, 20) == 0 && p.revents == 0);
	CHECK_FAILS(open(NODE, O_RDWR), ENOENT);
	CHECK_FAILS(access(CLASS_DEV "/api", R_OK), ENOENT);
	CHECK_FAILS(access(NODE, F_OK), ENOENT);
}

void
test_unplug(void)
{
	struct client c, d;

	catch_bus();
	for (int i = 0; i < 3; i++) {
		client_open(&c, HISI_QM_QC_COMPRESS);
		client_start(&c);
		client_check_data(&c, i);
		CHECK(pl_unplug(0) == 0 && pl_unplug(0) == -ENODEV);
		check_gone(&c);
		CHECK(pl_plug(0) == 0 && pl_plug(0) == -EEXIST);
		/* what was opened before stays dead */
		CHECK_FAILS(ioctl(c.fd, UACCE_CMD_START_Q), ENXIO);
		CHECK(attr_number("available_instances") == 64);
		client_open(&d, HISI_QM_QC_COMPRESS);
		client_start(&d);
		client_check_data(&d, i);
		client_close(&c);
		client_check_data(&d, i);
		client_close(&d);
		CHECK(attr_number("available_instances") == 64);
	}
}

void
test_unplug_after(void)
{
	static uint8_t src[64], dst[256];
	struct client c;
	volatile int n = 0;

	catch_bus();
	client_open(&c, HISI_QM_QC_COMPRESS);
	client_start(&c);
	/* that the queue is open is not what makes it go */
	client_sleep_ms(50);
	CHECK(access(NODE, F_OK) == 0);
	/* rings go on until the device is gone */
	if (sigsetjmp(out, 1) == 0) {
		for (; n < 100000000; n++) {
			client_put(&c, src, sizeof(src), dst, sizeof(dst), 1);
			client_ring(&c, HISI_QM_DB_CMD_SQ, c.tail, 0);
		}
	}
	CHECK(code == BUS_ADRERR && n >= 99 && n < 100000000);
	/* region by region: calls wait until all is done */
	CHECK_FAILS(ioctl(c.fd, UACCE_CMD_START_Q), ENXIO);
	check_gone(&c);
	client_close(&c);
}

static atomic_bool unplugged;

static void *
unplug_later(void *arg)
{
	client_sleep_ms(50);
	CHECK(pl_unplug(0) == 0);
	atomic_store(&unplugged, true);
	return arg;
}

/* In the middle of the traffic: the fault is of the thread that touches. */
void
test_unplug_busy(void)
{
	pthread_t thread;
	struct client c;

	catch_bus();
	for (int i = 0; i < 5; i++) {
		client_open(&c, HISI_QM_QC_COMPRESS);
		client_start(&c);
		code = 0;
		CHECK(pthread_create(&thread, NULL, unplug_later, NULL) == 0);
		if (sigsetjmp(out, 1) == 0)
			for (;;)
				client_check_data(&c, 1);
		CHECK(code == BUS_ADRERR);
		pthread_join(thread, NULL);
		check_gone(&c);
		client_close(&c);
		CHECK(pl_plug(0) == 0);
	}
}

/* Who sees the fault may use its buffers: nothing writes to them any more. */
void
test_unplug_quiet(void)
{
	const uint32_t len = 4 << 20;
	uint8_t *src = malloc(len), *dst = malloc(2 * len);
	pthread_t thread;
	struct client c;

	catch_bus();
	CHECK(src != NULL && dst != NULL);
	for (uint32_t i = 0; i < len; i++)
		src[i] = (uint8_t)(random() >> i % 7);
	for (int i = 0; i < 5; i++) {
		client_open(&c, HISI_QM_QC_COMPRESS);
		client_start(&c);
		code = 0;
		CHECK(pthread_create(&thread, NULL, unplug_later, NULL) == 0);
		/* something is under way all the time */
		if (sigsetjmp(out, 1) == 0) {
			for (;;) {
				client_put(&c, src, len, dst, 2 * len, 1);
				client_ring(&c, HISI_QM_DB_CMD_SQ, c.tail, 0);
				client_wait(&c);
				client_ring(&c, HISI_QM_DB_CMD_CQ, c.head, 0);
			}
		}
		CHECK(code == BUS_ADRERR);
		memset(dst, 0xcc, 2 * len);
		client_sleep_ms(100);
		for (uint32_t k = 0; k < 2 * len; k++)
			CHECK(dst[k] == 0xcc);
		pthread_join(thread, NULL);
		client_close(&c);
		CHECK(pl_plug(0) == 0);
	}
	free(src);
	free(dst);
}

/* Where there is no descriptor to be had. */
void
test_unplug_full(void)
{
	const struct rlimit none = { 3, 3 };
	struct client c;

	catch_bus();
	client_open(&c, HISI_QM_QC_COMPRESS);
	client_start(&c);
	CHECK(setrlimit(RLIMIT_NOFILE, &none) == 0 && pl_unplug(0) == 0);
	/* this ends the process */
	alarm(10);
	CHECK(raises_bus(c.dus, false) && raises_bus(c.mmio + HISI_QM_DB_OFFSET, true));
	client_close(&c);
}

/* A device of no version. */
void
test_impossible(void)
{
	struct stat st;

	CHECK(access(UACCE_CLASS_PATH, R_OK) == 0);
	CHECK(pl_plug(0) == -ENODEV && pl_unplug(0) == -ENODEV);
	CHECK_FAILS(lstat(CLASS_DEV, &st), ENOENT);
	CHECK_FAILS(open(NODE, O_RDWR), ENOENT);
}

static int control = -1;

static bool
ask(const char *text, const char *want)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	char buf[256];
	ssize_t n;

	snprintf(to.sun_path, sizeof(to.sun_path), "%s", getenv("UACCE_SOFT_CONTROL"));
	CHECK(sendto(control, text, strlen(text), 0, (void *)&to, sizeof(to)) > 0);
	n = recv(control, buf, sizeof(buf), 0);
	CHECK(n > 0 && buf[n - 1] == '\n');
	return (size_t)n == strlen(want) + 1 && memcmp(buf, want, n - 1) == 0;
}

static void
control_open(void)
{
	struct sockaddr_un me = { .sun_family = AF_UNIX };

	control = socket(AF_UNIX, SOCK_DGRAM, 0);
	/* a name that the kernel makes up */
	CHECK(control >= 0 && bind(control, (void *)&me, sizeof(me.sun_family)) == 0);
}

/* A child with a device of its own leaves what is said to its parent alone. */
void
test_children_control(void)
{
	struct client c;
	int ready[2], done[2], status;
	char ok = 0;
	pid_t pid;

	client_open(&c, HISI_QM_QC_COMPRESS);
	client_start(&c);
	control_open();
	CHECK(pipe(ready) == 0 && pipe(done) == 0);
	pid = fork();
	if (pid == 0) {
		ok = open(NODE, O_RDWR) >= 0;
		if (write(ready[1], &ok, 1) != 1 || read(done[0], &ok, 1) != 1)
			_exit(1);
		_exit(access(NODE, F_OK) == 0 ? 0 : 2);
	}
	CHECK(pid > 0 && read(ready[0], &ok, 1) == 1 && ok == 1);
	for (int i = 0; i < 5; i++) {
		CHECK(ask("unplug 0", "ok") && access(NODE, F_OK) != 0);
		CHECK(ask("plug 0", "ok") && access(NODE, F_OK) == 0);
	}
	CHECK(write(done[1], &ok, 1) == 1 && waitpid(pid, &status, 0) == pid && status == 0);
	client_close(&c);
}

void
test_control(void)
{
	struct client c;

	client_open(&c, HISI_QM_QC_COMPRESS);
	client_start(&c);
	control_open();
	CHECK(ask("isolate 0 1", "ok") && attr_number("isolate") == 1);
	CHECK(ask("isolate 0 0\n", "ok") && attr_number("isolate") == 0);
	CHECK(ask("fault 0 busy:any:0:1", "ok"));
	CHECK_FAILS(open(NODE, O_RDWR), EBUSY);
	CHECK(ask("stop 0 1 1", "ok"));
	CHECK(*(uint32_t *)(c.dus + c.dus_len - HISI_QM_DUS_TX_STOP) == 1);
	CHECK(ask("unplug 0", "ok"));
	CHECK_FAILS(ioctl(c.fd, HISI_QM_CMD_SET_QP_INFO, &c.info), ENXIO);
	CHECK(ask("plug 0", "ok") && access(NODE, F_OK) == 0);
	CHECK(!ask("plug 0", "ok") && !ask("dance 0", "ok") && !ask("plug 5", "ok"));
	client_close(&c);
}

static int
run_control(struct client *c)
{
	execl("/proc/self/exe", "uacce-preload-test", "control", NULL);
	return 1;
}

/* What has the name and is no socket stays; a socket goes at the exit. */
void
test_control_name(void)
{
	const char *name = getenv("UACCE_SOFT_CONTROL");
	struct client c;
	struct stat st;
	FILE *f = fopen(name, "w");

	CHECK(f != NULL && fputs("x", f) > 0 && fclose(f) == 0);
	client_open(&c, HISI_QM_QC_COMPRESS);
	client_close(&c);
	CHECK(stat(name, &st) == 0 && S_ISREG(st.st_mode) && st.st_size == 1);
	CHECK(unlink(name) == 0);
	CHECK(in_child(run_control, &c) == 0 && access(name, F_OK) != 0);
}

/* Where the numbers that the library likes are not to be had. */
void
test_control_full(void)
{
	const struct rlimit few = { 256, 256 };
	struct client c;

	CHECK(setrlimit(RLIMIT_NOFILE, &few) == 0);
	client_open(&c, HISI_QM_QC_COMPRESS);
	control_open();
	CHECK(ask("isolate 0 1", "ok") && attr_number("isolate") == 1);
	CHECK(pl_isolate(0, 7) == -EINVAL && attr_number("isolate") == 1);
	client_close(&c);
}

static uint32_t
word(const struct client *c, size_t from_end)
{
	return *(volatile uint32_t *)(c->dus + c->dus_len - from_end);
}

void
test_stop(void)
{
	static uint8_t src[64], dst[256];
	struct client c;

	client_open(&c, HISI_QM_QC_COMPRESS);
	client_start(&c);
	client_op(&c);
	CHECK(word(&c, HISI_QM_DUS_TX_STOP) == 0 && word(&c, HISI_QM_DUS_RX_STOP) == 0);
	CHECK(pl_stop_words(0, 1, 1) == 0);
	CHECK(word(&c, HISI_QM_DUS_TX_STOP) == 1 && word(&c, HISI_QM_DUS_RX_STOP) == 1);
	client_put(&c, src, sizeof(src), dst, sizeof(dst), 1);
	client_ring(&c, HISI_QM_DB_CMD_SQ, c.tail, 0);
	client_sleep_ms(50);
	CHECK(client_get(&c) == -1);
	client_close(&c);
	client_open(&c, HISI_QM_QC_COMPRESS);
	CHECK(word(&c, HISI_QM_DUS_TX_STOP) == 0 && word(&c, HISI_QM_DUS_RX_STOP) == 0);
	client_start(&c);
	client_op(&c);
	client_close(&c);
}
