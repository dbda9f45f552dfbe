/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/* The trace holds what was said, all of it and nothing else, and in that order. */

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "test.h"
#include "test_soft_util.h"
#include "test_trace_util.h"

#define LEN	2000u
#define ROOM	4000u
#define PIECE	300u

static uint8_t in[LEN], out[ROOM];

static struct uacce_soft *
device(const char *path, unsigned int api, unsigned int threads)
{
	const struct uacce_soft_conf conf = {
		.api = api, .nb_queues = 4, .sq_depth = 16, .threads = threads, .trace = path,
	};

	tc_text(in, LEN, 1);
	return uacce_soft_create(&conf);
}

/* A record that says this, with that much data; the rest of it 0. */
static int
check(const struct trace *t, size_t i, enum uacce_soft_trace_kind kind, unsigned int index,
      uint64_t addr, const void *data, size_t len)
{
	static const uint8_t zero[UACCE_SOFT_TRACE_DATA];
	const struct uacce_soft_trace_record *r = &t->r[i];

	TEST_ASSERT(i < t->nb, "record %zu of %zu", i, t->nb);
	TEST_ASSERT(r->kind == kind && r->index == index && r->addr == addr,
		    "record %zu: kind %u, index %u, addr %#jx; not %u, %u, %#jx", i, r->kind,
		    r->index, (uintmax_t)r->addr, kind, index, (uintmax_t)addr);
	TEST_ASSERT(len == 0 || memcmp(r->data, data, len) == 0, "record %zu: data", i);
	TEST_ASSERT(memcmp(r->data + len, zero, sizeof(zero) - len) == 0, "record %zu: more", i);
	TEST_ASSERT(r->pid == (uint32_t)getpid() && r->ext == 0, "record %zu: whose?", i);
	TEST_ASSERT(i == 0 || r->ns >= t->r[i - 1].ns, "record %zu: time goes back", i);
	return 0;
}

/* One request on queue c, then what the trace should hold of it from record *i on. */
struct said {
	uint32_t sqe[TC_SQE_WORDS];
	uint32_t done[TC_SQE_WORDS];
	uint32_t cqe[4];
	void *lists[2];
};

static int
submit(struct tc *c, const struct treq *r, struct said *s)
{
	tc_build(r, s->sqe);
	memcpy(s->done, s->sqe, sizeof(s->done));
	TEST_ASSERT(tc_exec(c, s->done) == 0 && s->done[DW_STATUS] == 0, "status");
	memcpy(s->cqe, tc_cqe(c, c->head - 1), sizeof(s->cqe));
	return 0;
}

/* Lists of per_list entries, nb in all. */
static int
check_lists(const struct trace *t, size_t *i, bool dst, const void *first, unsigned int nb,
	    unsigned int per_list)
{
	enum uacce_soft_trace_kind sgl = dst ? UACCE_SOFT_TRACE_DST_SGL : UACCE_SOFT_TRACE_SRC_SGL;
	enum uacce_soft_trace_kind sge = dst ? UACCE_SOFT_TRACE_DST_SGE : UACCE_SOFT_TRACE_SRC_SGE;
	const uint8_t *list = first;

	for (; nb != 0; list += tsgl_stride(per_list)) {
		unsigned int here = nb < per_list ? nb : per_list;

		TEST_ASSERT(check(t, (*i)++, sgl, 0, (uintptr_t)list, list, 64) == 0, "list");
		for (unsigned int j = 0; j < here; j += 4) {
			unsigned int n = here - j < 4 ? here - j : 4;
			const uint8_t *at = list + 64 + (size_t)32 * j;

			TEST_ASSERT(check(t, *i, sge, 0, (uintptr_t)at, at, 32 * (size_t)n) == 0,
				    "entries");
			TEST_ASSERT(t->r[(*i)++].nb == n, "number of entries");
		}
		nb -= here;
	}
	return 0;
}

/* Doorbell, SQE, what sgls adds, answer, CQE, doorbell. */
static int
check_request(const struct trace *t, size_t *i, const struct tc *c, unsigned int slot,
	      const struct said *s, unsigned int nb_in, unsigned int nb_out)
{
	uint64_t sq = c->id | (uint64_t)(slot + 1) << 32;

	TEST_ASSERT(check(t, (*i)++, UACCE_SOFT_TRACE_MMIO, 0x1000, sq, NULL, 0) == 0 &&
		    check(t, (*i)++, UACCE_SOFT_TRACE_SQE, slot, 0, s->sqe, 128) == 0, "in");
	if (nb_in != 0)
		TEST_ASSERT(check_lists(t, i, false, s->lists[0], nb_in, 5) == 0 &&
			    check_lists(t, i, true, s->lists[1], nb_out, 255) == 0, "lists");
	TEST_ASSERT(check(t, (*i)++, UACCE_SOFT_TRACE_DONE, slot, 0, s->done, 128) == 0 &&
		    check(t, (*i)++, UACCE_SOFT_TRACE_CQE, slot, 0, s->cqe, 16) == 0 &&
		    check(t, (*i)++, UACCE_SOFT_TRACE_MMIO, 0x1000, sq | 1u << 12, NULL, 0) == 0,
		    "out");
	return 0;
}

static int
check_life(const struct trace *t, const struct tc *c, const struct said *lists,
	   const struct said *flat)
{
	uint64_t depths = 16 | 16u << 16;
	size_t i = 0;

	for (unsigned int q = 0; q < 2; q++) {
		TEST_ASSERT(check(t, i++, UACCE_SOFT_TRACE_OPEN, 0, depths, NULL, 0) == 0 &&
			    check(t, i++, UACCE_SOFT_TRACE_START, 0, 0, NULL, 0) == 0, "up");
		TEST_ASSERT(t->r[i - 1].queue == c[q].id && t->r[i - 1].dir == q &&
			    t->r[i - 1].api == 3, "queue %u", q);
	}
	/* 7 entries of the source hold 2000 bytes; the eighth is not looked at */
	TEST_ASSERT(check_request(t, &i, &c[0], 0, lists, 7, 1) == 0, "lists");
	TEST_ASSERT(check_request(t, &i, &c[1], 0, flat, 0, 0) == 0, "flat");
	TEST_ASSERT(check(t, i++, UACCE_SOFT_TRACE_PUT, 0, 0, NULL, 0) == 0 &&
		    check(t, i++, UACCE_SOFT_TRACE_CLOSE, 0, 0, NULL, 0) == 0 &&
		    check(t, i++, UACCE_SOFT_TRACE_CLOSE, 0, 0, NULL, 0) == 0, "down");
	TEST_ASSERT(i == t->nb, "%zu records, not %zu", t->nb, i);
	return 0;
}

/* Everything that happens to two queues, record by record. */
static int
one_life(const char *path)
{
	struct uacce_soft *dev = device(path, 3, 0);
	struct tseg from[8], to = { out, ROOM };
	struct said lists, flat;
	struct trace t;
	struct tc c[2];

	TEST_ASSERT(dev != NULL, "no device");
	for (unsigned int i = 0; i < DIM(from); i++)
		from[i] = (struct tseg){ in + i * PIECE % LEN, PIECE };
	lists.lists[0] = tsgl_new(from, DIM(from), 5);
	lists.lists[1] = tsgl_new(&to, 1, 255);
	TEST_ASSERT(tc_open(&c[0], dev, TC_COMPRESS, 0) == 0 &&
		    tc_open(&c[1], dev, TC_DECOMPRESS, 0) == 0, "open");
	TEST_ASSERT(submit(&c[0], &(struct treq){
			.type = TC_GZIP, .sgl = true, .src = lists.lists[0],
			.dst = lists.lists[1], .in = LEN, .out = ROOM, .tag = 0x12345678,
		}, &lists) == 0, "lists");
	TEST_ASSERT(submit(&c[1], &(struct treq){
			.type = TC_GZIP, .src = out, .dst = in, .in = lists.done[DW_PRODUCED],
			.out = LEN, .tag = 0x9abcdef0, .bits = TC_NEW, .window = 4,
		}, &flat) == 0, "flat");
	TEST_ASSERT(uacce_soft_ioctl(c[0].q, TC_PUT_Q, NULL) == 0, "put");
	TEST_ASSERT(tc_close(&c[0]) == 0 && tc_close(&c[1]) == 0, "close");
	uacce_soft_destroy(dev);
	TEST_ASSERT(trace_read(path, &t) == 0 && check_life(&t, c, &lists, &flat) == 0, "trace");
	trace_free(&t);
	free(lists.lists[0]);
	free(lists.lists[1]);
	return 0;
}

static int
test_trace(void)
{
	const char *path = trace_path();
	int ret;

	TEST_ASSERT(path != NULL, "no directory");
	ret = one_life(path);
	trace_remove();
	return ret;
}

/* Several queues and engine threads at once. */
#define NB_THREADS	3u
#define NB_REQUESTS	400u

static void *
client(void *opaque)
{
	struct uacce_soft *dev = opaque;
	uint8_t *to = malloc(ROOM);
	struct tc c;

	if (to == NULL || tc_open(&c, dev, TC_COMPRESS, 0) != 0)
		return dev;
	for (unsigned int i = 0; i < NB_REQUESTS; i++) {
		uint32_t sqe[TC_SQE_WORDS];

		tc_build(&(struct treq){
			.type = TC_ZLIB, .src = in, .dst = to, .in = 1 + i, .out = ROOM,
			.tag = i,
		}, sqe);
		if (tc_exec(&c, sqe) != 0)
			return dev;
	}
	free(to);
	return tc_close(&c) == 0 ? NULL : dev;
}

static uint32_t
word(const struct uacce_soft_trace_record *r, unsigned int dw)
{
	uint32_t w;

	memcpy(&w, r->data + 4 * (size_t)dw, sizeof(w));
	return w;
}

/* On each queue: fetched in order, each answered and completed before the next. */
static int
check_order(const struct trace *t)
{
	static const enum uacce_soft_trace_kind order[] = {
		UACCE_SOFT_TRACE_SQE, UACCE_SOFT_TRACE_DONE, UACCE_SOFT_TRACE_CQE,
	};
	unsigned int seen[4] = { 0 }, closed = 0;

	for (size_t i = 0; i < t->nb; i++) {
		const struct uacce_soft_trace_record *r = &t->r[i];
		unsigned int *n = &seen[r->queue & 3], at;

		closed += r->kind == UACCE_SOFT_TRACE_CLOSE;
		for (at = 0; at < DIM(order) && r->kind != order[at]; at++)
			;
		if (at == DIM(order))
			continue;
		TEST_ASSERT(at == *n % 3, "record %zu: kind %u", i, r->kind);
		if (at != 2)
			TEST_ASSERT(word(r, DW_26) == *n / 3 && word(r, DW_IN_LEN) == *n / 3 + 1,
				    "record %zu: another request", i);
		(*n)++;
	}
	TEST_ASSERT(closed == NB_THREADS, "%u queues closed", closed);
	TEST_ASSERT(seen[0] + seen[1] + seen[2] + seen[3] == 3 * NB_THREADS * NB_REQUESTS,
		    "records lost");
	return 0;
}

static int
test_threads(void)
{
	const char *path = trace_path();
	struct uacce_soft *dev = path != NULL ? device(path, 3, 2) : NULL;
	pthread_t threads[NB_THREADS];
	struct trace t;
	void *failed;

	TEST_ASSERT(dev != NULL, "no device");
	for (unsigned int i = 0; i < NB_THREADS; i++)
		TEST_ASSERT(pthread_create(&threads[i], NULL, client, dev) == 0, "thread");
	for (unsigned int i = 0; i < NB_THREADS; i++)
		TEST_ASSERT(pthread_join(threads[i], &failed) == 0 && failed == NULL, "client");
	uacce_soft_destroy(dev);
	TEST_ASSERT(trace_read(path, &t) == 0 && check_order(&t) == 0, "trace");
	trace_free(&t);
	trace_remove();
	return 0;
}

/* A device that gets as far as its trace, and no further. */
static int
refused(const char *path, int err)
{
	errno = 0;
	TEST_ASSERT(device(path, 3, 0) == NULL && errno == err, "%s: errno %d, not %d", path,
		    errno, err);
	return 0;
}

/* Leave a file of len bytes, of which the first are a whole trace's. */
static int
tear(const char *path, off_t len, uint8_t first)
{
	int fd = open(path, O_WRONLY);

	TEST_ASSERT(fd >= 0 && ftruncate(fd, len) == 0 && pwrite(fd, &first, 1, 0) == 1 &&
		    close(fd) == 0, "file");
	return 0;
}

static int
test_paths(void)
{
	const char *path = trace_path();
	char none[256];
	struct trace t;

	TEST_ASSERT(path != NULL, "no directory");
	snprintf(none, sizeof(none), "%s/none", path);
	TEST_ASSERT(refused(none, ENOENT) == 0 && refused("/", EISDIR) == 0 &&
		    refused("/dev/null", EINVAL) == 0, "no place for a file");
	for (unsigned int i = 1; i <= 2; i++) {
		/* devices that come later go on, and are told apart */
		struct uacce_soft *dev = device(path, 5, 0);
		struct tc c;

		TEST_ASSERT(dev != NULL && tc_open(&c, dev, TC_COMPRESS, 0) == 0 &&
			    tc_close(&c) == 0, "life %u", i);
		uacce_soft_destroy(dev);
		TEST_ASSERT(trace_read(path, &t) == 0, "trace");
		TEST_ASSERT(t.nb == 3 * i && trace_count(&t, UACCE_SOFT_TRACE_CLOSE) == i,
			    "not appended");
		TEST_ASSERT(t.r[t.nb - 1].device == t.r[0].device + i - 1 &&
			    t.r[t.nb - 1].api == 5, "whose?");
		trace_free(&t);
	}
	TEST_ASSERT(tear(path, 32 + 160 + 1, 'U') == 0 && refused(path, EINVAL) == 0, "torn");
	TEST_ASSERT(tear(path, 31, 'U') == 0 && refused(path, EINVAL) == 0, "torn head");
	TEST_ASSERT(tear(path, 32 + 160, 'V') == 0 && refused(path, EINVAL) == 0, "no trace");
	TEST_ASSERT(unlink(path) == 0 && mkfifo(path, 0600) == 0 && refused(path, EINVAL) == 0,
		    "FIFO");
	trace_remove();
	return 0;
}

/* The file cannot grow: requests are served nevertheless, the trace ends. */
static int
test_full(void)
{
	const struct rlimit limit = { 32 + 5 * 160 + 80, RLIM_INFINITY };
	const char *path = trace_path();
	struct uacce_soft *dev = path != NULL ? device(path, 2, 0) : NULL;
	struct rlimit was;
	struct stat st;
	struct tc c;

	TEST_ASSERT(dev != NULL && tc_open(&c, dev, TC_COMPRESS, 0) == 0, "open");
	TEST_ASSERT(getrlimit(RLIMIT_FSIZE, &was) == 0, "limit");
	signal(SIGXFSZ, SIG_IGN);
	TEST_ASSERT(setrlimit(RLIMIT_FSIZE, &limit) == 0, "limit");
	errno = EXDEV;
	for (unsigned int i = 0; i < 10; i++) {
		struct said s;

		TEST_ASSERT(submit(&c, &(struct treq){
			.api = 2, .type = TC_ZLIB, .src = in, .dst = out, .in = LEN,
			.out = ROOM, .tag = i }, &s) == 0, "request %u", i);
	}
	TEST_ASSERT(errno == EXDEV, "errno is %d", errno);
	TEST_ASSERT(tc_close(&c) == 0, "close");
	uacce_soft_destroy(dev);
	TEST_ASSERT(setrlimit(RLIMIT_FSIZE, &was) == 0, "limit");
	TEST_ASSERT(stat(path, &st) == 0 && st.st_size == (off_t)limit.rlim_cur, "%jd bytes",
		    (intmax_t)st.st_size);
	TEST_ASSERT(refused(path, EINVAL) == 0, "torn");
	trace_remove();
	return 0;
}

UACCE_TEST(soft_trace, test_trace)
UACCE_TEST_TSAN(soft_trace_threads, test_threads)
UACCE_TEST(soft_trace_paths, test_paths)
UACCE_TEST(soft_trace_full, test_full)
