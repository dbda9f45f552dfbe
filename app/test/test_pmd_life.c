/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/*
 * The life of engine queues behind the kernel's interface, with ops in flight: whatever
 * becomes of device and queues, each op that was accepted comes back once, a SUCCESS is
 * true, and what returns is used again. Runs where libuacce_soft_preload.so is loaded.
 */

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <rte_cycles.h>

#include <rte_pmd_uacce_zip.h>

#include "test_log.h"
#include "test_pmd_traffic.h"

#define NB		300u
#define NB_QUEUES	128u	/* more than a device has */
#define NODE		"/dev/hisi_zip-0"

/* What the preloaded device can be asked for. */
static struct {
	int (*fault)(unsigned int dev, const char *spec);
	int (*unplug)(unsigned int dev);
	int (*plug)(unsigned int dev);
	int (*stop_words)(unsigned int dev, uint32_t tx, uint32_t rx);
	int (*isolate)(unsigned int dev, unsigned int isolated);
} ask;

static struct pmd_dev dev;
static struct traffic_sum sum;
static bool fallback;

static bool
preloaded(void)
{
	static const char prefix[] = "uacce_soft_preload_";
	static const char * const names[] = {
		"fault", "unplug", "plug", "stop_words", "isolate",
	};
	void **funcs = (void **)&ask;
	char name[64];

	for (unsigned int i = 0; i < DIM(names); i++) {
		snprintf(name, sizeof(name), "%s%s", prefix, names[i]);
		funcs[i] = dlsym(RTLD_DEFAULT, name);
		if (funcs[i] == NULL)
			return false;
	}
	return true;
}

static int
opens(void)
{
	return (int)pmd_dumped(&dev, "lane engine", "opens");
}

/* All that is sent from now on works, on the engine. */
static int
all_good(const char *when)
{
	struct traffic_sum s;

	traffic_reset(&s);
	TEST_ASSERT(traffic_send(&dev, NB, &s) == 0 &&
		    traffic_settle(&dev, PMD_WAIT_S * 1000, &s) == 0 && s.good == NB,
		    "%s: %u of %u good, %u failed", when, s.good, NB, s.bad);
	return 0;
}

/* Traffic goes on until the engine has a queue again. */
static int
until_reopened(const char *when, int before)
{
	uint64_t end = rte_rdtsc() + PMD_WAIT_S * rte_get_tsc_hz();

	while (opens() <= before) {
		TEST_ASSERT(rte_rdtsc() < end, "%s: not opened again: %s", when, log_text());
		if (traffic_send(&dev, 5, &sum) != 0 ||
		    traffic_settle(&dev, PMD_WAIT_S * 1000, &sum) != 0)
			return -1;
	}
	return all_good(when);
}

/* While there is no engine: another lane, or a clear refusal. */
static int
without_engine(const char *when)
{
	struct rte_comp_op *op;
	struct traffic_sum s;

	if (fallback)
		return all_good(when);
	traffic_reset(&s);
	TEST_ASSERT(traffic_try(&dev, PMD_WAIT_S * 1000, &s) == 0 && s.refused != 0 &&
		    s.sent == 0, "%s: %u accepted, %u refused", when, s.sent, s.refused);
	TEST_ASSERT(rte_compressdev_dequeue_burst(dev.id, 0, &op, 1) == 0, "out of nothing");
	return 0;
}

/* Send, then let strike what there is, then get all back. */
static int
strike_with_work(int (*strike)(void))
{
	traffic_reset(&sum);
	if (traffic_send(&dev, NB, &sum) != 0)
		return -1;
	TEST_ASSERT(strike() == 0, "cannot do that");
	if (traffic_settle(&dev, PMD_WAIT_S * 1000, &sum) != 0)
		return -1;
	TEST_ASSERT(traffic_inside() == 0 && sum.back == NB, "%u of %u came back", sum.back, NB);
	return 0;
}

static int
unplug(void)
{
	return ask.unplug(0);
}

static int
replugged(void)
{
	for (unsigned int i = 0; i < 20; i++) {
		int before = opens();

		if (strike_with_work(unplug) != 0 || without_engine("unplugged") != 0)
			return -1;
		TEST_ASSERT(access(NODE, F_OK) != 0 && ask.plug(0) == 0, "plug");
		if (until_reopened("plugged", before) != 0)
			return -1;
	}
	TEST_ASSERT(pmd_dumped(&dev, "faults:", "removed") >= 20, "not counted");
	return 0;
}

/* Gone while nobody looks: touched first by the enqueuer, by the dequeuer, or by stop. */
static int
replugged_idle(void)
{
	for (unsigned int i = 0; i < 3; i++) {
		int before = opens();
		struct rte_comp_op *op;

		TEST_ASSERT(ask.unplug(0) == 0, "unplug");
		if (i == 0 && without_engine("unplugged in peace") != 0)
			return -1;
		if (i == 1)
			TEST_ASSERT(rte_compressdev_dequeue_burst(dev.id, 0, &op, 1) == 0, "op");
		if (i == 2) {
			rte_compressdev_stop(dev.id);
			TEST_ASSERT(rte_compressdev_start(dev.id) == 0, "start");
		}
		TEST_ASSERT(ask.plug(0) == 0, "plug");
		if (until_reopened("plugged in peace", before) != 0)
			return -1;
	}
	return 0;
}

static int
stop_all(void)
{
	return ask.stop_words(0, 1, 1);
}

/* As a controller reset does: stop words, then opens that fail for a while (1.4, 2.8). */
static int
reset(void)
{
	int before = opens();

	TEST_ASSERT(ask.fault(0, "reset:any:0:6") == 0, "fault");
	if (strike_with_work(stop_all) != 0 || until_reopened("reset", before) != 0)
		return -1;
	TEST_ASSERT(pmd_dumped(&dev, "lane engine compress:", "open failures") > 0, "no failure");
	return ask.fault(0, "");
}

/* Isolated by its driver: left alone, also if it could be opened. */
static int
isolated(void)
{
	int before = opens();

	TEST_ASSERT(ask.isolate(0, 1) == 0, "isolate");
	if (strike_with_work(stop_all) != 0 || without_engine("isolated") != 0)
		return -1;
	TEST_ASSERT(opens() == before && log_has("isolated"), "opened, or not said: %s",
		    log_text());
	TEST_ASSERT(ask.isolate(0, 0) == 0, "isolate");
	return until_reopened("not isolated", before);
}

/* Others have all queues; then they have not. */
static int
taken(void)
{
	int fds[NB_QUEUES], before = opens(), err;
	unsigned int nb = 0;

	if (strike_with_work(unplug) != 0)
		return -1;
	/* so that no queue of the driver's is left */
	if (without_engine("unplugged") != 0)
		return -1;
	TEST_ASSERT(ask.plug(0) == 0, "plug");
	while (nb < NB_QUEUES && (fds[nb] = open(NODE, O_RDWR | O_CLOEXEC)) >= 0)
		nb++;
	err = errno;
	TEST_ASSERT(nb != 0 && nb < NB_QUEUES && err == EBUSY, "%u queues, %d", nb, err);
	log_forget();
	if (without_engine("taken") != 0)
		return -1;
	while (nb != 0)
		close(fds[--nb]);
	return until_reopened("given back", before);
}

/* Every fault at once, and all that was accepted is back in the end. */
static int
faults(void)
{
	TEST_ASSERT(ask.fault(0, "status:any:9:0:31:0xb+ooo:any:0:0:9:40+late:any:5:0:77:9+"
			      "dup:any:3:0:301+badindex:any:900:0:2003:0+stop:any:700:0:1501:1+"
			      "txstop:any:90:0:1700+writeback:any:7:0:67:0xffffffff+"
			      "lost:any:5000:2:1000+noise:any:6:0:401") == 0, "spec");
	traffic_reset(&sum);
	for (unsigned int i = 0; i < 20; i++)
		if (traffic_send(&dev, 1000, &sum) != 0 ||
		    traffic_settle(&dev, PMD_WAIT_S * 1000, &sum) != 0)
			return -1;
	TEST_ASSERT(sum.back == 20000 && sum.bad != 0, "%u back, %u failed", sum.back, sum.bad);
	TEST_ASSERT(ask.fault(0, "") == 0, "none");
	return all_good("after the faults");
}

/* Completions lost: the queue is given up after timeout_ms. */
static int
stalled(void)
{
	int before = opens();

	TEST_ASSERT(ask.fault(0, "lost:any:5:0:1") == 0, "fault");
	traffic_reset(&sum);
	/* so few that the ring is not full, but nothing comes any more */
	if (traffic_send(&dev, 40, &sum) != 0)
		return -1;
	TEST_ASSERT(traffic_settle(&dev, PMD_WAIT_S * 1000, &sum) == 0 && sum.back == 40 &&
		    sum.bad != 0, "%u back, %u failed", sum.back, sum.bad);
	TEST_ASSERT(pmd_dumped(&dev, "faults:", "timeout") > 0, "not counted");
	TEST_ASSERT(ask.fault(0, "") == 0, "none");
	return until_reopened("stalled", before);
}

static sigjmp_buf out;

static void
own_handler(int sig)
{
	RTE_SET_USED(sig);
	siglongjmp(out, 1);
}

static int
own_fault(void)
{
	int fd = memfd_create("empty", MFD_CLOEXEC);
	volatile char *p = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0);

	close(fd);
	TEST_ASSERT(p != MAP_FAILED, "map");
	if (sigsetjmp(out, 1) == 0)
		TEST_ASSERT(p[0] == 1 && false, "no fault");
	munmap((void *)(uintptr_t)p, 4096);
	return 0;
}

static int
forked(void)
{
	struct rte_comp_op *op = rte_comp_op_alloc(pmd_ops), *got;
	int status = 0;
	pid_t pid;

	TEST_ASSERT(op != NULL, "op");
	traffic_reset(&sum);
	if (traffic_send(&dev, NB, &sum) != 0)
		return -1;
	fflush(stdout);
	pid = fork();
	if (pid == 0)
		_exit(rte_pmd_uacce_zip_dump(dev.id, stdout) == -EPERM &&
		      rte_compressdev_enqueue_burst(dev.id, 0, &op, 1) == 0 &&
		      op->status == RTE_COMP_OP_STATUS_ERROR &&
		      rte_compressdev_dequeue_burst(dev.id, 0, &got, 1) == 0 ? 0 : 1);
	TEST_ASSERT(pid > 0 && waitpid(pid, &status, 0) == pid && status == 0, "0x%x", status);
	rte_comp_op_free(op);
	TEST_ASSERT(traffic_settle(&dev, PMD_WAIT_S * 1000, &sum) == 0 && sum.good == NB,
		    "%u of %u", sum.good, NB);
	return all_good("after the fork");
}

/* An engine of v2 alone does not decompress. */
static bool
both_ways(void)
{
	void *xform = pmd_inflate(&dev, RTE_COMP_CHECKSUM_NONE);

	if (xform != NULL)
		pmd_xform_free(&dev, xform);
	return xform != NULL;
}

static int
whole_life(const char *args)
{
	static int (*const stages[])(void) = {
		replugged, replugged_idle, reset, isolated, taken, faults, stalled, forked,
	};

	log_forget();
	fallback = strstr(args, "fallback=off") == NULL;
	signal(SIGBUS, own_handler);
	TEST_ASSERT(pmd_open(&dev, PMD_NAME, args, 1, TRAFFIC_OPS) == 0, "%s: %s", args,
		    log_text());
	if (!both_ways())
		return pmd_close(&dev);
	TEST_ASSERT(traffic_make(&dev) == 0, "traffic");
	TEST_ASSERT(all_good("at first") == 0, "%s", args);
	for (unsigned int i = 0; i < DIM(stages); i++)
		TEST_ASSERT(stages[i]() == 0 && own_fault() == 0, "%s, stage %u: %s", args, i,
			    log_text());
	traffic_free(&dev);
	TEST_ASSERT(pmd_close(&dev) == 0, "close");
	TEST_ASSERT(signal(SIGBUS, SIG_DFL) == own_handler, "handler not put back");
	return 0;
}

static int
test_life(void)
{
	int ret;

	if (!preloaded())
		return TEST_SKIPPED;
	ret = pmd_up();
	pmd_seed(6401);
	if (ret == 0)
		ret = log_catch();
	if (ret == 0)
		ret = whole_life("device=hw,timeout_ms=1000");
	if (ret == 0)
		ret = whole_life("device=hw,fallback=off,timeout_ms=1000");
	log_release();
	return pmd_down(ret);
}

UACCE_TEST(pmd_life, test_life)
