/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/* Children with a parent's queue, and when a queue is released. */

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "client.h"

static int
touch_dus(struct client *c)
{
	/* sanitizers have handlers of their own */
	signal(SIGSEGV, SIG_DFL);
	*(volatile uint8_t *)c->dus = 1;
	return 0;
}

static int
touch_mmio(struct client *c)
{
	signal(SIGSEGV, SIG_DFL);
	client_ring(c, HISI_QM_DB_CMD_SQ, c->tail, 0);
	return 0;
}

static int
map_again(struct client *c)
{
	CHECK_FAILS(mmap(NULL, c->mmio_len, PROT_READ | PROT_WRITE, MAP_SHARED, c->fd, 0),
		    EEXIST);
	return 7;
}

/* Mappings are the parent's alone (VM_DONTCOPY). */
void
test_fork(void)
{
	struct client c;
	int status;

	client_open(&c, HISI_QM_QC_COMPRESS);
	client_start(&c);
	client_op(&c);
	status = in_child(touch_dus, &c);
	CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV);
	client_op(&c);
	status = in_child(touch_mmio, &c);
	CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV);
	client_op(&c);
	CHECK(in_child(map_again, &c) == 7 << 8);
	client_check_data(&c, 1);
	CHECK(client_doorbells(&c) == 8);
	client_close(&c);
}

static int
start_it(struct client *c)
{
	struct hisi_qm_qp_ctx ctx = { .qc_type = HISI_QM_QC_DECOMPRESS };
	struct hisi_qm_qp_info info = { 0 };

	CHECK(ioctl(c->fd, HISI_QM_CMD_SET_QP_INFO, &info) == 0 && info.sq_depth == 1024);
	CHECK(ioctl(c->fd, HISI_QM_CMD_SET_QP_CTX, &ctx) == 0 && ctx.id == c->ctx.id);
	CHECK_FAILS(ioctl(c->fd, _IO('W', 5)), EINVAL);
	CHECK_FAILS(ioctl(c->fd, _IOWR('H', 99, int), NULL), EINVAL);
	CHECK_FAILS(ioctl(c->fd, HISI_QM_CMD_SET_QP_CTX, NULL), EFAULT);
	CHECK(ioctl(c->fd, UACCE_CMD_START_Q) == 0);
	CHECK_FAILS(ioctl(c->fd, UACCE_CMD_START_Q), EINVAL);
	return 9;
}

/* A child's ioctl is of the same queue. */
void
test_fork_ioctl(void)
{
	struct client c;

	client_open(&c, HISI_QM_QC_COMPRESS);
	CHECK(in_child(start_it, &c) == 9 << 8);
	CHECK_FAILS(ioctl(c.fd, UACCE_CMD_START_Q), EINVAL);
	c.ctx.qc_type = HISI_QM_QC_DECOMPRESS;
	client_check_data(&c, 2);
	client_close(&c);
}

static void
check_dup(struct client *c)
{
	int copy = dup(c->fd);

	CHECK(copy >= 0 && close(c->fd) == 0);
	client_op(c);
	CHECK(ioctl(copy, HISI_QM_CMD_SET_QP_INFO, &c->info) == 0);
	CHECK(attr_number("available_instances") == 63);
	/* mappings hold the file */
	CHECK(close(copy) == 0 && attr_number("available_instances") == 63);
	client_op(c);
	CHECK(munmap(c->mmio, c->mmio_len) == 0 && attr_number("available_instances") == 63);
	CHECK(munmap(c->dus, c->dus_len) == 0 && attr_number("available_instances") == 64);
}

static void
check_dup2(struct client *c)
{
	int null = open("/dev/null", O_RDONLY);

	CHECK(munmap(c->mmio, c->mmio_len) == 0 && munmap(c->dus, c->dus_len) == 0);
	/* closed by another call */
	CHECK(attr_number("available_instances") == 63 && dup2(null, c->fd) == c->fd);
	CHECK(attr_number("available_instances") == 64);
	close(null);
	close(c->fd);
}

static void
check_child(struct client *c)
{
	int pipes[2], status;
	char byte;
	pid_t pid;

	CHECK(pipe(pipes) == 0);
	fflush(stdout);
	pid = fork();
	CHECK(pid >= 0);
	if (pid == 0) {
		close(pipes[1]);
		_exit(read(pipes[0], &byte, 1) == 0 ? 0 : 1);
	}
	client_close(c);
	client_sleep_ms(50);
	CHECK(attr_number("available_instances") == 63);
	close(pipes[1]);
	CHECK(waitpid(pid, &status, 0) == pid && status == 0);
	CHECK(attr_number("available_instances") == 64);
	close(pipes[0]);
}

void
test_release(void)
{
	void (*const checks[])(struct client *) = { check_dup, check_dup2, check_child };
	struct client c;

	for (unsigned int i = 0; i < 3; i++) {
		client_open(&c, HISI_QM_QC_COMPRESS);
		client_start(&c);
		client_op(&c);
		checks[i](&c);
	}
}

/* The last close is done when the call that did it returns. */
void
test_release_busy(void)
{
	struct client c;
	int null = open("/dev/null", O_RDONLY);

	CHECK(null >= 0);
	for (int i = 0; i < 50; i++) {
		c.fd = open(NODE, O_RDWR);
		CHECK(c.fd >= 0);
		CHECK_FAILS(open(NODE, O_RDWR), EBUSY);
		CHECK(dup2(null, c.fd) == c.fd && close(c.fd) == 0);
	}
	for (int i = 0; i < 20; i++) {
		pid_t pid;

		c.fd = open(NODE, O_RDWR);
		CHECK(c.fd >= 0);
		pid = fork();
		if (pid == 0) {
			client_sleep_ms(1);
			_exit(0);
		}
		CHECK(pid > 0 && close(c.fd) == 0);
		CHECK(waitpid(pid, NULL, 0) == pid);
	}
}
