/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/*
 * Memory of the client, fork(), and what happens to a device that is in use.
 */

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "probe.h"

#define LEN	65536

static uint8_t text[LEN];

static void *
pages(size_t len, int prot, int flags, int fd)
{
	return mmap(NULL, len, prot, flags, fd, 0);
}

/* Is what came out a gzip stream without its header? */
static bool
request_works(struct client *c, const void *src, void *dst)
{
	int status = client_request(c, src, LEN, dst, LEN);

	return status == HISI_ZIP_STATUS_OK || status == HISI_ZIP_STATUS_NEG_COMP;
}

/* Failed, with a completion and without a word about its results. */
static bool
request_fails(struct client *c, const void *src, void *dst)
{
	const struct hisi_zip_sqe *sqe = (const void *)c->dus;
	uint32_t slot = c->tail;
	int status = client_request(c, src, LEN, dst, LEN);

	return status > 0 && status != HISI_ZIP_STATUS_NEG_COMP && sqe[slot].produced == 0;
}

/*
 * A client may have its output in the last bytes of the context (datasheet 5.1): what the
 * device leaves in the context must not cover it.
 */
static bool
bounce_works(struct client *c)
{
	const size_t end = HISI_ZIP_CTX_HW + HISI_ZIP_CTX_HW_LEN;
	uint8_t *ctx = calloc(2, HISI_ZIP_CTX_LEN), *other = ctx + HISI_ZIP_CTX_LEN;
	uint8_t apart[64] = "";
	bool good;

	client_submit_stream(c, ctx, text, 3000, apart, sizeof(apart));
	good = client_wait(c, 5) == HISI_ZIP_STATUS_OK;
	client_submit_stream(c, other, text, 3000, other + end - sizeof(apart), sizeof(apart));
	good = good && client_wait(c, 5) == HISI_ZIP_STATUS_OK && apart[0] != 0 &&
		memcmp(apart, other + end - sizeof(apart), 16) == 0;
	free(ctx);
	return good;
}

void
probe_memory(void)
{
	const int rw = PROT_READ | PROT_WRITE, anon = MAP_PRIVATE | MAP_ANONYMOUS;
	uint8_t *untouched = pages(LEN, rw, anon, -1);
	uint8_t *constant = pages(LEN, PROT_READ, anon, -1);
	uint8_t *huge = pages(2 << 20, rw, anon | MAP_HUGETLB, -1);
	uint8_t *gone = pages(LEN, rw, anon, -1);
	int fd = memfd_create("probe", 0);
	struct client c;
	uint8_t *shared;

	memset(text, 'x', sizeof(text));
	probe_case("memfd", fd >= 0 && ftruncate(fd, LEN) == 0);
	shared = pages(LEN, rw, MAP_SHARED, fd);
	munmap(gone, LEN);
	client_start(&c);
	probe_case("dma-untouched", request_works(&c, text, untouched) && untouched[0] != 0);
	probe_case("dma-untouched-source", request_works(&c, constant, untouched));
	probe_case("dma-hugetlb", huge != MAP_FAILED && request_works(&c, text, huge) &&
		   huge[0] != 0);
	probe_case("dma-memfd", request_works(&c, text, shared) &&
		   memcmp(huge, shared, 64) == 0);
	probe_case("dma-unmapped-source", request_fails(&c, gone, untouched));
	probe_case("dma-unmapped", request_fails(&c, text, gone));
	probe_case("dma-read-only", request_fails(&c, text, constant));
	probe_case("dma-kernel", request_fails(&c, (void *)0xffffffff81000000ul, untouched));
	probe_case("dma-after-faults", request_works(&c, text, untouched) &&
		   memcmp(huge, untouched, 64) == 0);
	probe_case("dma-bounce", bounce_works(&c));
	client_close(&c);
	munmap(untouched, LEN);
	munmap(constant, LEN);
	munmap(shared, LEN);
	munmap(huge, 2 << 20);
	close(fd);
}

/* Which signal ends a child that runs the function? */
static int
child_signal(int (*run)(struct client *c), struct client *c, int *code)
{
	pid_t pid = fork();
	int status;

	if (pid == 0)
		_exit(run(c));
	waitpid(pid, &status, 0);
	*code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
	return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

static int
touch_dus(struct client *c)
{
	return *(volatile uint8_t *)c->dus;
}

static int
touch_mmio(struct client *c)
{
	client_cq_doorbell(c, false);
	return 0;
}

static int
map_again(struct client *c)
{
	uint8_t *p;

	return client_map(c, UACCE_REGION_DUS, (size_t)probe_attr("region_dus_size"), &p);
}

static int
call_info(struct client *c)
{
	struct hisi_qm_qp_info info;

	return ioctl(c->fd, HISI_QM_CMD_SET_QP_INFO, &info) != 0 ? errno : 0;
}

void
probe_fork(void)
{
	static uint8_t dst[LEN];
	struct client c;
	int code;

	client_start(&c);
	probe_case("fork-touch-dus", child_signal(touch_dus, &c, &code) == SIGSEGV);
	probe_case("fork-touch-mmio", child_signal(touch_mmio, &c, &code) == SIGSEGV);
	probe_case("fork-mmap", child_signal(map_again, &c, &code) == 0 && code == EEXIST);
	probe_case("fork-ioctl", child_signal(call_info, &c, &code) == 0 && code == 0);
	probe_case("fork-parent", request_works(&c, text, dst));
	client_close(&c);
}

static bool
control(const char *file, const char *value)
{
	int fd = open(file, O_WRONLY);
	bool done = fd >= 0 && write(fd, value, strlen(value)) == (ssize_t)strlen(value);

	if (fd >= 0)
		close(fd);
	return done;
}

static uint32_t
stop_word(const struct client *c, size_t from_end)
{
	return *(volatile uint32_t *)(void *)(c->dus + probe_attr("region_dus_size") - from_end);
}

static void
check_busy(void)
{
	struct client c[64];
	long nb = probe_attr("available_instances");
	long n = 0;

	for (; n < nb && n < 63 && client_open(&c[n]) == 0; n++)
		;
	probe_case("open-all", n == nb && probe_attr("available_instances") == 0);
	probe_case("open-ebusy", client_open(&c[n]) == EBUSY);
	while (n-- > 0)
		client_close(&c[n]);
	probe_case("open-freed", probe_attr("available_instances") == nb);
}

/* What is in flight when the queue is stopped so is done when that returns. */
static bool
drained_by(struct client *c, const char *file, const char *value)
{
	static uint8_t dst[64][1024];
	unsigned int i;

	for (i = 0; i < 64; i++)
		client_submit(c, text, LEN, dst[i], sizeof(dst[i]));
	if (!control(file, value))
		return false;
	while (i != 0 && client_wait(c, 0) == HISI_ZIP_STATUS_OK)
		i--;
	return i == 0;
}

void
probe_control(void)
{
	static uint8_t dst[LEN];
	char words[32];
	struct client c, other;

	check_busy();
	client_start(&c);
	snprintf(words, sizeof(words), "%u 1 1", c.id);
	probe_case("stop-drains", drained_by(&c, PROBE_CLASS "device/stop_words", words));
	probe_case("stop", stop_word(&c, HISI_QM_DUS_TX_STOP) == 1 &&
		   stop_word(&c, HISI_QM_DUS_RX_STOP) == 1);
	client_submit(&c, text, LEN, dst, LEN);
	probe_case("stop-no-completion", client_wait(&c, 1) == -1);
	client_close(&c);
	client_start(&c);
	probe_case("stop-cleared", stop_word(&c, HISI_QM_DUS_TX_STOP) == 0 &&
		   request_works(&c, text, dst));
	probe_case("reset-drains", drained_by(&c, PROBE_CLASS "device/resetting", "1"));
	probe_case("reset-stops", stop_word(&c, HISI_QM_DUS_RX_STOP) == 1);
	probe_case("reset-open", client_open(&other) == EPERM);
	control(PROBE_CLASS "device/resetting", "0");
	probe_case("reset-over", client_open(&other) == 0);
	client_close(&other);
	client_close(&c);
	if (probe_attr("isolate") < 0)
		return;
	control(PROBE_CLASS "device/isolated", "1");
	probe_case("isolated", probe_attr("isolate") == 1);
	control(PROBE_CLASS "device/isolated", "0");
	probe_case("isolated-no-more", probe_attr("isolate") == 0);
}

static sigjmp_buf after;
static volatile sig_atomic_t bus_code;

static void
on_bus(int sig, siginfo_t *info, void *context)
{
	(void)sig;
	(void)context;
	bus_code = info->si_code;
	siglongjmp(after, 1);
}

static int
touch(int (*how)(struct client *c), struct client *c)
{
	bus_code = 0;
	if (sigsetjmp(after, 1) == 0)
		how(c);
	return bus_code;
}

void
probe_unbind(void)
{
	const struct sigaction action = { .sa_sigaction = on_bus, .sa_flags = SA_SIGINFO };
	size_t dus = (size_t)probe_attr("region_dus_size");
	long all = probe_attr("available_instances");
	struct client c, other;
	struct pollfd p;

	sigaction(SIGBUS, &action, NULL);
	client_start(&c);
	client_open(&other);
	p = (struct pollfd){ .fd = c.fd, .events = POLLIN };
	probe_case("unbind", control("/sys/bus/platform/drivers/uacce_emu/unbind", "uacce_emu.0"));
	probe_case("unbind-touch-dus", touch(touch_dus, &c) == BUS_ADRERR);
	probe_case("unbind-touch-mmio", touch(touch_mmio, &c) == BUS_ADRERR);
	probe_case("unbind-ioctl", call_info(&c) == ENXIO);
	probe_case("unbind-start", ioctl(other.fd, UACCE_CMD_START_Q) < 0 && errno == ENXIO);
	probe_case("unbind-mmap", client_map(&other, UACCE_REGION_DUS, dus, &other.dus) == ENXIO);
	probe_case("unbind-poll", poll(&p, 1, 50) == 0 && p.revents == 0);
	probe_case("unbind-close", close(other.fd) == 0);
	probe_case("unbind-open", client_open(&other) == ENOENT);
	probe_case("unbind-class", probe_attr("api") == -1);
	probe_case("unbind-munmap", munmap(c.dus, dus) == 0 && close(c.fd) == 0);
	probe_case("bind", control("/sys/bus/platform/drivers/uacce_emu/bind", "uacce_emu.0"));
	client_start(&c);
	probe_case("bind-works", request_works(&c, text, text) &&
		   probe_attr("available_instances") == all - 1);
	client_close(&c);
}
