/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/*
 * The life of a queue on a fake kernel: each system call made to fail with each
 * errno, and nothing may stay open, stay mapped, or go unexplained.
 */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <uacce.h>

#include "test.h"
#include "test_log.h"
#include "test_uacce_fake.h"

#define NB_STEPS	10
#define ALL_STEPS	"OXIMDSPdmC"	/* as in struct fake_kernel */
#define DIM(a)		(sizeof(a) / sizeof((a)[0]))

static struct uacce_dev dev;

static void
set_up(void)
{
	size_t page = sysconf(_SC_PAGESIZE);

	memset(&dev, 0, sizeof(dev));
	snprintf(dev.name, sizeof(dev.name), "hisi_zip-3");
	snprintf(dev.node, sizeof(dev.node), "/nonexistent/hisi_zip-3");
	dev.mmio_size = 2 * page;
	dev.dus_size = 37 * page;
	fake_set_up(dev.node, dev.mmio_size, dev.dus_size);
	log_forget();
}

static int
with_log(int (*body)(void))
{
	int rc;

	TEST_ASSERT(log_catch() == 0, "no log");
	rc = body();
	fake_tear_down();
	if (rc != 0)
		printf("trace %s, log: %s\n", fake.trace, log_text());
	log_release();

	return rc;
}

/* All calls up to the first that fails. */
static int
bring_up(struct uacce_queue *q)
{
	struct fake_qp_info info = { 0 };
	struct fake_qp_ctx ctx = { .qc_type = 1 };
	int rc;

	rc = uacce_queue_open(q, &dev, &uacce_kernel_ops, NULL);
	if (rc == 0)
		rc = uacce_queue_ioctl(q, FAKE_SET_QP_CTX, &ctx);
	if (rc == 0)
		rc = uacce_queue_ioctl(q, FAKE_SET_QP_INFO, &info);
	if (rc == 0)
		rc = uacce_queue_map(q);
	if (rc == 0)
		rc = uacce_queue_start(q);
	if (rc == 0)
		rc = ctx.id >= 100 && info.sq_depth == 1024 ? 0 : -EPROTO;
	return rc;
}

static int
expect_closed(const struct uacce_queue *q)
{
	TEST_ASSERT(q->state == UACCE_QUEUE_CLOSED && q->fd == -1 && q->ops == NULL &&
		q->region[0] == NULL && q->region[1] == NULL &&
		q->region_len[0] == 0 && q->region_len[1] == 0, "not as closed");
	TEST_ASSERT(fake.nb_open == 0, "%u still open", fake.nb_open);
	TEST_ASSERT(fake.violation == NULL, "%s", fake.violation);
	return 0;
}

static int
body_life(void)
{
	struct uacce_queue q = { 0 };
	int rc;

	for (int kernel = 0; kernel < 3; kernel++) {
		set_up();
		fake.put_kills = kernel != 0;
		fake.put_once = kernel == 2;
		rc = bring_up(&q);
		TEST_ASSERT(rc == 0 && q.state == UACCE_QUEUE_STARTED, "%d", rc);
		/* exact flags, for all that O_LARGEFILE may be */
		TEST_ASSERT((fake.open_flags & ~O_LARGEFILE) ==
			((O_RDWR | O_CLOEXEC) & ~O_LARGEFILE), "%x", fake.open_flags);
		TEST_ASSERT((fcntl(q.fd, F_GETFD) & FD_CLOEXEC) != 0, "no O_CLOEXEC");
		TEST_ASSERT(q.region_len[UACCE_REGION_MMIO] == dev.mmio_size &&
			q.region_len[UACCE_REGION_DUS] == dev.dus_size, "lengths");
		memset(q.region[UACCE_REGION_MMIO], 1, dev.mmio_size);
		memset(q.region[UACCE_REGION_DUS], 2, dev.dus_size);
		TEST_ASSERT(uacce_queue_put(&q) == 0 && q.state == UACCE_QUEUE_PUT &&
			uacce_queue_put(&q) == 0, "put");
		TEST_ASSERT(uacce_queue_start(&q) == -EINVAL, "started again");
		TEST_ASSERT(uacce_queue_ioctl(&q, FAKE_SET_QP_CTX, NULL) == -ENXIO &&
			uacce_queue_map(&q) == -ENXIO, "used after put");
		uacce_queue_close(&q);
		TEST_ASSERT(strcmp(fake.trace, ALL_STEPS) == 0, "%s", fake.trace);
		TEST_ASSERT(expect_closed(&q) == 0 && fake.nb_mapped == 0, "closed");
	}
	TEST_ASSERT(log_lines() == 1 && log_has("can be started once"), "log");
	return 0;
}

/* Close from each state on the way up, twice, then live again. */
static int
body_partial(void)
{
	static const char * const traces[] = { "OC", "OMDdmC", "OSPC", "OMDSPdmC" };
	struct uacce_queue q = { 0 };

	set_up();
	uacce_queue_close(&q);
	TEST_ASSERT(expect_closed(&q) == 0 && fake.step == 0, "zeroed queue");
	TEST_ASSERT(uacce_queue_put(&q) == 0 && uacce_queue_start(&q) == -EBADF &&
		uacce_queue_map(&q) == -EBADF &&
		uacce_queue_ioctl(&q, FAKE_SET_QP_INFO, NULL) == -EBADF, "closed queue");

	for (unsigned int i = 0; i < DIM(traces); i++) {
		set_up();
		TEST_ASSERT(uacce_queue_open(&q, &dev, &uacce_kernel_ops, NULL) == 0, "open");
		TEST_ASSERT((i & 1) == 0 || uacce_queue_map(&q) == 0, "map");
		TEST_ASSERT((i & 2) == 0 || uacce_queue_start(&q) == 0, "start");
		uacce_queue_close(&q);
		TEST_ASSERT(strcmp(fake.trace, traces[i]) == 0, "%s", fake.trace);
		uacce_queue_close(&q);
		TEST_ASSERT(strcmp(fake.trace, traces[i]) == 0, "%s", fake.trace);
		TEST_ASSERT(expect_closed(&q) == 0 && fake.nb_mapped == 0, "%u", i);
	}
	TEST_ASSERT(log_lines() == 0, "log");
	return 0;
}

/* What a client must not do is refused here, without a system call. */
static int
body_misuse(void)
{
	struct uacce_queue q = { 0 };
	unsigned int step;
	int fd;

	set_up();
	TEST_ASSERT(bring_up(&q) == 0, "up");
	step = fake.step;
	fd = q.fd;
	TEST_ASSERT(uacce_queue_open(&q, &dev, &uacce_kernel_ops, NULL) == -EINVAL &&
		q.fd == fd && q.state == UACCE_QUEUE_STARTED, "opened twice");
	TEST_ASSERT(uacce_queue_map(&q) == -EEXIST, "mapped twice");
	TEST_ASSERT(uacce_queue_start(&q) == -EINVAL, "started twice");
	TEST_ASSERT(uacce_queue_ioctl(&q, UACCE_CMD_START_Q, NULL) == -EINVAL &&
		uacce_queue_ioctl(&q, UACCE_CMD_PUT_Q, NULL) == -EINVAL, "past the state");
	TEST_ASSERT(fake.step == step, "the kernel was asked");
	TEST_ASSERT(uacce_queue_ioctl(&q, 0x1234, NULL) == -EINVAL && log_has("0x1234"),
		"unknown command");
	uacce_queue_close(&q);
	TEST_ASSERT(expect_closed(&q) == 0 && fake.nb_mapped == 0, "close");
	return 0;
}

static const int errnos[] = {
	EPERM, ENOENT, EIO, ENXIO, ENOMEM, EACCES, EFAULT, EBUSY, EEXIST, ENODEV, EINVAL,
	ENFILE, EMFILE, EAGAIN, ENOTTY, ENOSPC, ENOSYS, ETIMEDOUT, ECANCELED,
};

/* The errno comes back, one line tells, and the undo is in reverse order. */
static int
fail_one(unsigned int step, int err)
{
	static const char * const undo[NB_STEPS] = {
		"O!", "OX!C", "OXI!C", "OXIM!C", "OXIMD!mC", "OXIMDS!dmC",
		"OXIMDSP!PdmC", "OXIMDSPd!mC", "OXIMDSPdm!C", "OXIMDSPdmC!",
	};
	bool gone = step == 7 && err == ENXIO;
	struct uacce_queue q = { 0 };
	int rc;

	set_up();
	fake.fail_step = step;
	fake.fail_nb = 1;
	fake.fail_errno = err;
	rc = bring_up(&q);
	TEST_ASSERT(rc == (step <= 6 ? -err : 0), "%d", rc);
	if (step == 1)
		TEST_ASSERT(expect_closed(&q) == 0, "after open");
	if (step == 5)
		TEST_ASSERT(fake.nb_mapped == 0 && q.region[0] == NULL, "half mapped");
	if (step == 7)
		TEST_ASSERT(uacce_queue_put(&q) == (gone ? 0 : -err) && q.state ==
			(gone ? UACCE_QUEUE_PUT : UACCE_QUEUE_STARTED), "put");
	uacce_queue_close(&q);
	uacce_queue_close(&q);
	TEST_ASSERT(strcmp(fake.trace, gone ? "OXIMDSP!dmC" : undo[step - 1]) == 0,
		"%s", fake.trace);
	TEST_ASSERT(expect_closed(&q) == 0, "close");
	/* only a munmap that fails leaves something, for what else could it do */
	TEST_ASSERT(fake.nb_mapped == (step == 8 || step == 9), "%u", fake.nb_mapped);
	TEST_ASSERT(log_lines() == !gone, "%u lines", log_lines());
	TEST_ASSERT(gone || (log_has("hisi_zip-3: ") && log_has(strerror(err))), "vague");
	TEST_ASSERT(step != 1 || log_has(uacce_open_hint(err)), "no hint");

	fake.fail_step = 0;
	TEST_ASSERT(bring_up(&q) == 0, "reopen");
	uacce_queue_close(&q);
	return expect_closed(&q);
}

static int
body_failures(void)
{
	for (unsigned int step = 1; step <= NB_STEPS; step++)
		for (unsigned int i = 0; i < DIM(errnos); i++)
			TEST_ASSERT(fail_one(step, errnos[i]) == 0, "step %u (%c), %s",
				step, ALL_STEPS[step - 1], strerror(errnos[i]));
	return 0;
}

/* A signal is no failure, except of START, which must not be given twice. */
static int
body_signals(void)
{
	static const unsigned int retried[] = { 1, 2, 3, 7 };
	struct uacce_queue q = { 0 };

	for (unsigned int i = 0; i < DIM(retried); i++) {
		set_up();
		fake.fail_step = retried[i];
		fake.fail_nb = 3;
		fake.fail_errno = EINTR;
		TEST_ASSERT(bring_up(&q) == 0 && uacce_queue_put(&q) == 0, "%u", retried[i]);
		uacce_queue_close(&q);
		TEST_ASSERT(fake.step == NB_STEPS + 3 && log_lines() == 0 &&
			expect_closed(&q) == 0, "%s", fake.trace);

		set_up();
		fake.fail_step = retried[i];
		fake.fail_nb = 100;
		fake.fail_errno = EINTR;
		TEST_ASSERT((retried[i] < 7 ? bring_up(&q) : bring_up(&q) |
			uacce_queue_put(&q)) == -EINTR, "%u: for ever", retried[i]);
		TEST_ASSERT(fake.step < 30 && log_lines() == 1, "%u tries", fake.step);
		fake.fail_step = 0;
		uacce_queue_close(&q);
		TEST_ASSERT(expect_closed(&q) == 0, "%u", retried[i]);
	}

	set_up();
	fake.fail_step = 6;
	fake.fail_nb = 1;
	fake.fail_errno = EINTR;
	TEST_ASSERT(bring_up(&q) == -EINTR && uacce_queue_start(&q) == -EINVAL, "start");
	uacce_queue_close(&q);
	TEST_ASSERT(strcmp(fake.trace, "OXIMDS!dmC") == 0, "%s", fake.trace);

	set_up();
	fake.fail_step = NB_STEPS;
	fake.fail_nb = 1;
	fake.fail_errno = EINTR;
	TEST_ASSERT(bring_up(&q) == 0 && uacce_queue_put(&q) == 0, "close");
	uacce_queue_close(&q);
	TEST_ASSERT(strcmp(fake.trace, ALL_STEPS "!") == 0 && log_lines() == 0 &&
		expect_closed(&q) == 0, "closed twice: %s", fake.trace);
	return 0;
}

static int
body_exhausted(void)
{
	struct uacce_queue q[3] = { 0 };

	set_up();
	fake.nb_queues = 2;
	TEST_ASSERT(bring_up(&q[0]) == 0, "first");
	TEST_ASSERT(uacce_queue_open(&q[1], &dev, &uacce_kernel_ops, NULL) == 0, "second");
	TEST_ASSERT(bring_up(&q[2]) == -EBUSY && log_has("pf_q_num") &&
		log_has("available_instances") && log_lines() == 1, "third");
	uacce_queue_close(&q[0]);
	TEST_ASSERT(bring_up(&q[2]) == 0, "third, now free");
	uacce_queue_close(&q[1]);
	uacce_queue_close(&q[2]);
	TEST_ASSERT(expect_closed(&q[2]) == 0 && fake.nb_mapped == 0, "close");
	return 0;
}

static int
body_wrong_sizes(void)
{
	struct uacce_queue q = { 0 };

	set_up();
	fake.dus_size -= sysconf(_SC_PAGESIZE);
	TEST_ASSERT(bring_up(&q) == -EINVAL && log_has("DUS") && log_has("scan again"), "DUS");
	uacce_queue_close(&q);
	TEST_ASSERT(strcmp(fake.trace, "OXIMD!mC") == 0, "%s", fake.trace);
	set_up();
	fake.mmio_limit -= sysconf(_SC_PAGESIZE);
	TEST_ASSERT(bring_up(&q) == -EINVAL && log_has("MMIO"), "MMIO");
	uacce_queue_close(&q);
	TEST_ASSERT(expect_closed(&q) == 0 && fake.nb_mapped == 0, "close");
	return 0;
}

static int
body_removed(void)
{
	struct uacce_queue q = { 0 };

	set_up();
	TEST_ASSERT(bring_up(&q) == 0, "up");
	fake_remove_device();
	TEST_ASSERT(uacce_queue_ioctl(&q, FAKE_SET_QP_INFO, &q) == -ENXIO &&
		log_has("gone"), "ioctl");
	log_forget();
	TEST_ASSERT(uacce_queue_put(&q) == 0 && log_lines() == 0, "put");
	uacce_queue_close(&q);
	TEST_ASSERT(expect_closed(&q) == 0 && fake.nb_mapped == 0, "close");

	set_up();
	TEST_ASSERT(uacce_queue_open(&q, &dev, &uacce_kernel_ops, NULL) == 0, "open");
	fake_remove_device();
	TEST_ASSERT(uacce_queue_map(&q) == -ENXIO && uacce_queue_start(&q) == -ENXIO, "dead");
	uacce_queue_close(&q);
	TEST_ASSERT(expect_closed(&q) == 0, "close");
	return 0;
}

static int
test_queue_life(void)
{
	if (with_log(body_life) != 0 || with_log(body_partial) != 0 ||
	    with_log(body_misuse) != 0)
		return -1;
	return 0;
}

static int
test_queue_failures(void)
{
	if (with_log(body_failures) != 0 || with_log(body_signals) != 0 ||
	    with_log(body_exhausted) != 0 || with_log(body_wrong_sizes) != 0 ||
	    with_log(body_removed) != 0)
		return -1;
	return 0;
}

UACCE_TEST(uacce_queue_life, test_queue_life);
UACCE_TEST(uacce_queue_failures, test_queue_failures);
