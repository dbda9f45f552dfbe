/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/*
 * Bringing rings up and down: each call of the set-up fails in turn or returns what
 * the driver cannot use, and nothing may be left behind.
 */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_malloc.h>

#include "test.h"
#include "test_log.h"
#include "test_qm_util.h"

#define DIM(a)	(sizeof(a) / sizeof((a)[0]))

static struct hisi_qm_queue q;	/* aligned for cache lines */

/* A torn-down queue: as it was before, and to be torn down again. */
static int
check_down(const struct stub *s, size_t heap)
{
	for (int i = 0; i < 2; i++) {
		TEST_ASSERT(q.slots == NULL && q.uq.state == UACCE_QUEUE_CLOSED, "queue");
		TEST_ASSERT(s->dus == NULL && s->mmio == NULL, "still mapped");
		TEST_ASSERT(tq_heap() == heap, "memory is left");
		TEST_ASSERT(hisi_qm_nb_used(&q) == 0 && hisi_qm_nb_new_cqes(&q) == 0, "in use");
		hisi_qm_halt(&q);
		hisi_qm_teardown(&q);
	}
	return 0;
}

static int
fails(struct stub *s, int want, const char *trace)
{
	size_t heap = tq_heap();
	int ret;

	memset(&q, 0, sizeof(q));
	log_forget();
	ret = stub_setup(s, &q);
	TEST_ASSERT(ret == want, "%d, not %d", ret, want);
	TEST_ASSERT(strcmp(s->trace, trace) == 0, "%s, not %s", s->trace, trace);
	TEST_ASSERT(log_lines() >= 1 && log_has("stub-0"), "not explained: %s", log_text());
	return check_down(s, heap);
}

/* Each call in turn, with several errors. */
static int
body_calls(void)
{
	static const struct {
		char step;
		const char *trace;
	} steps[] = {
		{ 'O', "O" },
		{ 'C', "OCc" },
		{ 'I', "OCIc" },
		{ 'M', "OCIMc" },
		{ 'D', "OCIMDmc" },
		/* a start that failed may have reached the hardware: no PUT_Q helps */
		{ 'S', "OCIMDSdmc" },
	};
	static const int errs[] = { EBUSY, EPERM, ENXIO, EINVAL, ENOMEM, EIO, ETIMEDOUT };
	struct stub s;

	for (unsigned int i = 0; i < DIM(steps); i++)
		for (unsigned int e = 0; e < DIM(errs); e++) {
			stub_init(&s, 64, 64);
			s.fail = steps[i].step;
			s.fail_errno = errs[e];
			TEST_ASSERT(fails(&s, -errs[e], steps[i].trace) == 0, "step %c",
				s.fail);
		}
	return 0;
}

/* What the device says of itself does not fit. */
static int
body_unfit(void)
{
	static const struct {
		uint32_t sqe;
		uint16_t sq, cq;
		size_t dus, mmio;	/* 0: as it should be */
	} unfit[] = {
		{ 64, 64, 64, 0, 0 }, { 0, 64, 64, 0, 0 }, { 127, 64, 64, 0, 0 },
		{ 256, 64, 64, 0, 0 }, { UINT32_MAX, 64, 64, 0, 0 },
		{ 128, 0, 0, 0, 0 }, { 128, 0, 64, 0, 0 }, { 128, 1, 64, 0, 0 },
		{ 128, 2, 2, 0, 0 }, { 128, 3, 64, 0, 0 },
		{ 128, 64, 63, 0, 0 }, { 128, 64, 0, 0, 0 }, { 128, UINT16_MAX, 1024, 0, 0 },
		{ 128, 64, 64, 64 * 144 + 7, 0 }, { 128, 64, 64, 4096, 0 }, { 128, 64, 64, 1, 0 },
		{ 128, 64, 64, 65537, 0 }, { 128, 64, 64, 65538, 0 }, { 128, 64, 64, 65539, 0 },
		{ 128, 64, 64, 0, 4096 }, { 128, 64, 64, 0, 0x1007 }, { 128, 64, 64, 0, 1 },
	};
	struct stub s;

	for (unsigned int i = 0; i < DIM(unfit); i++) {
		stub_init(&s, 64, 64);
		s.sqe_size = unfit[i].sqe;
		s.sq_depth = unfit[i].sq;
		s.cq_depth = unfit[i].cq;
		if (unfit[i].dus != 0)
			s.dev.dus_size = unfit[i].dus;
		if (unfit[i].mmio != 0)
			s.dev.mmio_size = unfit[i].mmio;
		TEST_ASSERT(fails(&s, -ENOTSUP, "OCIc") == 0, "case %u", i);
	}
	/* what fits to the byte is taken */
	stub_init(&s, 64, 64);
	s.dev.dus_size = 64 * 144 + 8;
	s.dev.mmio_size = 0x1008;
	TEST_ASSERT(stub_setup(&s, &q) == 0, "exact sizes");
	hisi_qm_teardown(&q);
	return 0;
}

/* A device that resets shows it in the stop words (2.8). */
static int
body_stopped(void)
{
	struct stub s;

	for (unsigned int i = 1; i < 4; i++) {
		stub_init(&s, 64, 64);
		s.stop[0] = i & 1;
		s.stop[1] = i >> 1;
		TEST_ASSERT(fails(&s, -EIO, "OCIMDdmc") == 0, "words %u %u", s.stop[0],
			s.stop[1]);
	}
	stub_init(&s, 64, 64);
	s.stop[0] = 0x80000000;
	TEST_ASSERT(fails(&s, -EIO, "OCIMDdmc") == 0, "any value but 0");
	return 0;
}

/* No memory for the slots. */
static int
body_no_memory(void)
{
	void *blocks[512];
	unsigned int nb = 0;
	struct stub s;

	for (size_t len = 64 << 20; len >= 64; len /= 2)
		while (nb < DIM(blocks)) {
			blocks[nb] = rte_malloc(NULL, len, 64);
			if (blocks[nb] == NULL)
				break;
			nb++;
		}
	stub_init(&s, 32768, 32768);
	TEST_ASSERT(fails(&s, -ENOMEM, "OCIMDmc") == 0 ||
		strcmp(s.trace, "OCIMDdmc") == 0, "no memory");
	while (nb != 0)
		rte_free(blocks[--nb]);
	return 0;
}

/* A set-up that succeeds: what it found, and what it wrote. */
static int
check_up(const struct stub *s)
{
	size_t rings = (size_t)s->sq_depth * 128 + (size_t)s->cq_depth * 16;

	TEST_ASSERT(strcmp(s->trace, STUB_STEPS) == 0, "%s", s->trace);
	TEST_ASSERT(s->qc_type == HISI_QM_QC_DECOMPRESS && q.id == s->id, "context");
	TEST_ASSERT(q.sqe_size == 128 && q.sq_depth == s->sq_depth &&
		q.cq_depth == s->cq_depth, "depths");
	TEST_ASSERT(q.ack_batch >= 1 && q.ack_batch <= HISI_QM_ACK_BATCH &&
		q.ack_batch < s->sq_depth && hisi_qm_capacity(&q) >= 1 &&
		hisi_qm_capacity(&q) < s->sq_depth, "batch %u", q.ack_batch);
	/* the previous owner's requests and completions are gone */
	for (size_t i = 0; i < rings; i++)
		TEST_ASSERT(s->dus[i] == 0, "byte %zu", i);
	TEST_ASSERT(!hisi_qm_tx_stopped(&q) && !hisi_qm_rx_stopped(&q), "stop words");
	TEST_ASSERT(hisi_qm_has_room(&q) && hisi_qm_nb_used(&q) == 0 &&
		hisi_qm_nb_new_cqes(&q) == 0, "not empty");
	TEST_ASSERT(s->nb_sq == 0 && s->nb_cq == 0, "doorbells");
	TEST_ASSERT(hisi_qm_sqe(&q, 0) == s->dus &&
		hisi_qm_sqe(&q, s->sq_depth - 1) == s->dus + 128 * (s->sq_depth - 1), "SQEs");
	return 0;
}

static int
body_up(void)
{
	static const uint16_t depths[][2] = {
		{ 4, 4 }, { 5, 5 }, { 7, 100 }, { 64, 64 }, { 1000, 1024 }, { 1024, 1024 },
		{ 32768, 32768 }, { 4096, UINT16_MAX },
	};
	char dump[4096];
	struct stub s;
	FILE *f;

	for (unsigned int i = 0; i < 2 * DIM(depths); i++) {
		size_t heap = tq_heap();

		stub_init(&s, depths[i / 2][0], depths[i / 2][1]);
		s.id = i * 63;
		memset(&q, 0, sizeof(q));
		TEST_ASSERT(stub_setup(&s, &q) == 0 && check_up(&s) == 0, "depth %u",
			s.sq_depth);
		/* a lost stop word is seen at once, each by its own function */
		((uint32_t *)(s.dus + s.dev.dus_size))[-1] = 1;
		TEST_ASSERT(hisi_qm_tx_stopped(&q) && !hisi_qm_rx_stopped(&q), "TX");
		((uint32_t *)(s.dus + s.dev.dus_size))[-2] = 1;
		TEST_ASSERT(hisi_qm_rx_stopped(&q), "RX");
		f = fmemopen(dump, sizeof(dump), "w");
		hisi_qm_dump(&q, f);
		fclose(f);
		TEST_ASSERT(strstr(dump, "stub-0") != NULL, "%s", dump);
		if (i % 2 != 0) {
			hisi_qm_halt(&q);
			hisi_qm_halt(&q);
			TEST_ASSERT(strcmp(s.trace, STUB_STEPS "P") == 0 && s.dus != NULL,
				"halt: %s", s.trace);
		}
		hisi_qm_teardown(&q);
		TEST_ASSERT(strcmp(s.trace, STUB_STEPS "Pdmc") == 0, "%s", s.trace);
		TEST_ASSERT(check_down(&s, heap) == 0, "teardown");
	}
	return 0;
}

/* Failures on the way down are logged; the queue counts as closed all the same. */
static int
body_down(void)
{
	static const char steps[] = "Pmdc";
	struct stub s;

	for (unsigned int i = 0; i < 4; i++) {
		size_t heap = tq_heap();

		stub_init(&s, 64, 64);
		memset(&q, 0, sizeof(q));
		TEST_ASSERT(stub_setup(&s, &q) == 0, "set-up");
		s.fail = steps[i];
		s.fail_errno = EIO;
		log_forget();
		hisi_qm_halt(&q);
		hisi_qm_teardown(&q);
		TEST_ASSERT(log_lines() >= 1, "%c fails silently", s.fail);
		TEST_ASSERT(check_down(&s, heap) == 0, "step %c", s.fail);
	}
	return 0;
}

static int
test_setup(void)
{
	static int (*const bodies[])(void) = {
		body_calls, body_unfit, body_stopped, body_no_memory, body_up, body_down,
	};
	int ret = 0;

	TEST_ASSERT(tq_eal() == 0 && log_catch() == 0, "EAL");
	for (unsigned int i = 0; i < DIM(bodies) && ret == 0; i++) {
		ret = bodies[i]();
		if (ret != 0)
			printf("body %u, log: %s\n", i, log_text());
	}
	log_release();
	return ret;
}

UACCE_TEST(qm_setup, test_setup)
