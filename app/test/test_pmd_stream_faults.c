/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/*
 * An engine that fails in the middle of streams. Compression goes on without it if it
 * may, decompression says that it lost its place; every op comes back once, and what
 * comes next is well.
 */

#include <string.h>

#include <rte_cycles.h>

#include "test_log.h"
#include "test_pmd_stream.h"

#define LEN	20000u
#define ROOM	(4 * LEN)
#define ENGINE	"device=soft,soft_ext=off"
#define ALONE	ENGINE ",fallback=off"

static uint8_t data[LEN], packed[ROOM], out[ROOM];

/* Faults that lose a request without taking the poller's time. */
static const char * const losses[] = {
	"stop:any:%u:1", "status:any:%u:1:1:0xb", "status:any:%u:1:1:0x10",
	"badindex:any:%u:1:1:0", "writeback:any:%u:1:1:0xffffffff",
	"writeback:any:%u:1:1:4000000", "stop:any:%u:2:3", "status:any:%u:4:2:0xe",
	"txstop:any:%u:1",
};

static int
up(struct pmd_dev *dev, const char *device, const char *loss, unsigned int after)
{
	char spec[64], args[160];

	snprintf(spec, sizeof(spec), loss, after);
	snprintf(args, sizeof(args), "%s,soft_faults=%s", device, spec);
	TEST_ASSERT(pmd_open(dev, PMD_NAME, args, 1, PMD_QP_OPS) == 0, "%s", args);
	return 0;
}

static struct pmd_feed
feed(uint8_t *in, uint32_t len)
{
	return (struct pmd_feed){
		.in = in, .len = len, .max_in = 300 + pmd_rnd(3000), .out = out, .room = ROOM,
		.max_out = 300 + pmd_rnd(6000), .cut = pmd_rnd(PMD_CUT_BYTES), .final = true,
	};
}

/* Nothing is lost, and zlib reads one stream. */
static int
survives(const struct pmd_dev *dev, struct pmd_io *io)
{
	for (unsigned int i = 0; i < 3; i++) {
		struct pmd_feed f = feed(data, LEN);

		if (pmd_stream_pack(dev, io, &f) != 0)
			return -1;
	}
	return 0;
}

/* Ends in ERROR or not at all; @return 1 if it did, 0 if all was well, else -1. */
static int
fails(const struct pmd_dev *dev, struct pmd_io *io, bool compress)
{
	struct pmd_feed f = compress ? feed(data, LEN) :
		feed(packed, pmd_stream_ref(data, LEN, packed, ROOM));

	if (pmd_stream_feed(dev, io, &f) != 0)
		return -1;
	if (f.status == RTE_COMP_OP_STATUS_ERROR)
		return 1;
	TEST_ASSERT(f.status == RTE_COMP_OP_STATUS_SUCCESS, "status %u", f.status);
	TEST_ASSERT(compress || (f.produced == LEN && memcmp(out, data, LEN) == 0),
		    "success, but other data");
	return 0;
}

/* A queue that failed to open is not tried again at once. */
static int
eventually_well(const struct pmd_dev *dev, struct pmd_io *io, bool compress)
{
	uint64_t end = rte_rdtsc() + PMD_WAIT_S * rte_get_tsc_hz();
	int ret;

	do {
		ret = fails(dev, io, compress);
	} while (ret == 1 && rte_rdtsc() < end);
	TEST_ASSERT(ret == 0, "the stream is not usable again");
	return 0;
}

static int
lose_compression(const char *device, bool alone)
{
	unsigned int errors = 0;

	for (unsigned int i = 0; i < 4 * DIM(losses); i++) {
		struct pmd_dev dev;
		struct pmd_io io = { .xform = NULL };
		int ret = 0;

		pmd_fill(i % PMD_NB_KINDS, data, LEN);
		if (up(&dev, device, losses[i % DIM(losses)], pmd_rnd(8)) != 0)
			return -1;
		io.xform = pmd_stream_new(&dev, true, RTE_COMP_CHECKSUM_NONE);
		if (alone) {
			for (unsigned int k = 0; k < 2 && ret >= 0; k++) {
				ret = fails(&dev, &io, true);
				errors += ret == 1;
			}
			ret = ret < 0 ? ret : eventually_well(&dev, &io, true);
		} else {
			ret = survives(&dev, &io);
		}
		TEST_ASSERT(ret == 0, "%s, %s", device, losses[i % DIM(losses)]);
		TEST_ASSERT(rte_compressdev_stream_free(dev.id, io.xform) == 0, "free");
		TEST_ASSERT(pmd_close(&dev) == 0, "close");
	}
	TEST_ASSERT(errors >= (alone ? 2 * DIM(losses) : 0), "%u errors", errors);
	return 0;
}

/* The place in the stream is lost: ERROR; before the first answer it is not. */
static int
lose_decompression(const char *device, bool alone)
{
	unsigned int errors = 0;

	for (unsigned int i = 0; i < 4 * DIM(losses); i++) {
		unsigned int after = i / DIM(losses) == 0 ? 0 : 1 + pmd_rnd(6);
		struct pmd_dev dev;
		struct pmd_io io = { .xform = NULL };
		int ret;

		pmd_fill(PMD_TEXT, data, LEN);
		if (up(&dev, device, losses[i % DIM(losses)], after) != 0)
			return -1;
		io.xform = pmd_stream_new(&dev, false, RTE_COMP_CHECKSUM_NONE);
		ret = fails(&dev, &io, false);
		errors += ret == 1;
		TEST_ASSERT(ret >= 0, "%s, %s", device, losses[i % DIM(losses)]);
		/* a queue that takes no more work has answered the first request */
		TEST_ASSERT(ret == 0 || after != 0 || alone ||
			    strncmp(losses[i % DIM(losses)], "txstop", 6) == 0,
			    "lost before it began: %s", losses[i % DIM(losses)]);
		TEST_ASSERT(eventually_well(&dev, &io, false) == 0, "%s, %s", device,
			    losses[i % DIM(losses)]);
		TEST_ASSERT(rte_compressdev_stream_free(dev.id, io.xform) == 0, "free");
		TEST_ASSERT(pmd_close(&dev) == 0, "close");
	}
	TEST_ASSERT(errors >= 2 * DIM(losses), "%u errors", errors);
	return 0;
}

static int
run(int (*func)(const char *device, bool alone), uint64_t seed)
{
	static const struct {
		const char *args;
		bool alone;
	} devices[] = {
		{ ENGINE, false }, { ENGINE ",soft_threads=2", false }, { ALONE, true },
		{ ALONE ",soft_threads=2", true },
	};
	int ret = pmd_up();

	pmd_seed(seed);
	/* what is logged about each fault is much */
	if (ret == 0)
		ret = log_catch();
	for (unsigned int i = 0; i < DIM(devices) && ret == 0; i++)
		ret = func(devices[i].args, devices[i].alone);
	log_release();
	return pmd_down(ret);
}

static int
test_compress(void)
{
	return run(lose_compression, 8001);
}

static int
test_decompress(void)
{
	return run(lose_decompression, 8002);
}

UACCE_TEST(pmd_stream_faults_compress, test_compress)
UACCE_TEST(pmd_stream_faults_decompress, test_decompress)
