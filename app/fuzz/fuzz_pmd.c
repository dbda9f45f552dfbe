/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

#include <sanitizer/lsan_interface.h>
#include <zlib.h>

#include <rte_debug.h>
#include <rte_errno.h>
#include <rte_mbuf.h>

#include "fuzz_pmd.h"

#define NB_MBUFS	1023
#define GAP		16	/* bytes between pieces */
#define MAX_POLLS	1000000u

static const char * const vdevs[FUZZ_NB_DEVS] = {
	"uacce_zip0,device=soft",
	"uacce_zip1,device=soft,soft_ext=off",
	"uacce_zip2,device=soft,soft_ext=off,fallback=off",
	"uacce_zip3,device=soft,soft_ext=off,soft_api=2",
};

struct fuzz_mem fuzz_src, fuzz_dst;
struct fuzz_dev fuzz_devs[FUZZ_NB_DEVS];
static struct rte_mempool *mbufs;
static struct rte_comp_op *the_op;
static struct rte_mbuf_ext_shared_info shared;

/* Pointers in the memory of EAL and of codecs are not seen: all would leak. */
int
__lsan_is_turned_off(void)
{
	return 1;
}

static void
nothing_to_free(void *addr, void *opaque)
{
	RTE_SET_USED(addr);
	RTE_SET_USED(opaque);
}

void
fuzz_xform(enum rte_comp_checksum_type chksum, struct rte_comp_xform *xform)
{
	*xform = (struct rte_comp_xform){
		.type = RTE_COMP_DECOMPRESS,
		.decompress = {
			.algo = RTE_COMP_ALGO_DEFLATE, .window_size = 15, .chksum = chksum,
			.hash_algo = RTE_COMP_HASH_ALGO_NONE,
		},
	};
}

static void
dev_init(struct fuzz_dev *dev, uint8_t id)
{
	struct rte_compressdev_config conf = {
		.socket_id = rte_socket_id(), .nb_queue_pairs = 1, .max_nb_streams = 1,
	};
	struct rte_comp_xform xform;

	dev->id = id;
	dev->flags = rte_compressdev_capability_get(id, RTE_COMP_ALGO_DEFLATE)->comp_feature_flags;
	if (rte_compressdev_configure(id, &conf) != 0 ||
	    rte_compressdev_queue_pair_setup(id, 0, 16, conf.socket_id) != 0 ||
	    rte_compressdev_start(id) != 0)
		rte_panic("device %u does not start\n", id);
	for (unsigned int c = 0; c < DIM(dev->xforms); c++) {
		fuzz_xform(c, &xform);
		if (rte_compressdev_private_xform_create(id, &xform, &dev->xforms[c]) != 0)
			dev->xforms[c] = NULL;
	}
}

void
fuzz_pmd_init(void)
{
	struct rte_mempool *ops;

	fuzz_eal_init(vdevs, DIM(vdevs));
	fuzz_mem_make(&fuzz_src, "source", FUZZ_SRC_LEN, 0x5c);
	fuzz_mem_make(&fuzz_dst, "destination", FUZZ_DST_LEN + NB_MBUFS * GAP, 0x5c);
	mbufs = rte_pktmbuf_pool_create("mbufs", NB_MBUFS, 0, 0, 0, rte_socket_id());
	ops = rte_comp_op_pool_create("ops", 1, 0, 0, rte_socket_id());
	if (mbufs == NULL || ops == NULL || rte_compressdev_count() != FUZZ_NB_DEVS)
		rte_panic("%s\n", rte_strerror(rte_errno));
	the_op = rte_comp_op_alloc(ops);
	shared.free_cb = nothing_to_free;
	rte_mbuf_ext_refcnt_set(&shared, 1);
	for (uint8_t i = 0; i < FUZZ_NB_DEVS; i++)
		dev_init(&fuzz_devs[i], i);
}

struct rte_comp_op *
fuzz_op(void)
{
	return the_op;
}

/*
 * A buffer of lead bytes that nobody may touch and at most len bytes, as many as one
 * can hold. @return how many.
 */
static uint32_t
piece(struct fuzz_chain *c, size_t at, uint32_t lead, const uint8_t *data, uint32_t len)
{
	struct rte_mbuf *m = rte_pktmbuf_alloc(mbufs);

	FUZZ_CHECK(m != NULL, "the fuzzer's mistake: no mbuf");
	len = RTE_MIN(len, UINT16_MAX - lead);
	rte_mbuf_ext_refcnt_update(&shared, 1);
	rte_pktmbuf_attach_extbuf(m, c->mem->p + at, 0, lead + len, &shared);
	m->data_len = lead + len;
	m->pkt_len = m->data_len;
	if (data != NULL && len != 0)
		fuzz_mem_set(c->mem, at + lead, data, len);
	fuzz_mem_allow(c->mem, at + lead, len, data == NULL);
	if (c->m == NULL)
		c->m = m;
	else
		FUZZ_CHECK(rte_pktmbuf_chain(c->m, m) == 0, "the fuzzer's mistake: chain");
	return len;
}

struct fuzz_chain
fuzz_chain_make(struct fuzz_mem *mem, const struct fuzz_cuts *cuts, const uint8_t *data,
		uint32_t len)
{
	struct fuzz_chain c = { .mem = mem, .skip = cuts->skip, .len = len };
	uint32_t done = 0, lead = cuts->skip, n;
	size_t at = 0;

	/* the offset ends in a buffer or just behind one */
	if (lead != 0 && lead % 2 == 0) {
		piece(&c, 0, lead, NULL, 0);
		at = lead + GAP;
		lead = 0;
	}
	for (unsigned int i = 0; i == 0 || done < len; i++) {
		n = len - done;
		/* so many pieces as there are cuts, and a few for what is left */
		if (i < 4 * cuts->nb)
			n = RTE_MIN(n, (uint32_t)cuts->len[i % cuts->nb]);
		n = piece(&c, at, lead, data != NULL ? data + done : NULL, n);
		at += lead + n + GAP;
		done += n;
		lead = 0;
	}
	return c;
}

void
fuzz_chain_read(const struct fuzz_chain *c, uint8_t *to, uint32_t len)
{
	const uint8_t *p = rte_pktmbuf_read(c->m, c->skip, len, to);

	FUZZ_CHECK(p != NULL, "%u bytes of %u", len, c->len);
	if (p != to && len != 0)
		memcpy(to, p, len);
}

static void
check_result(const struct rte_comp_op *op, const struct fuzz_chain *src,
	     const struct fuzz_chain *dst)
{
	FUZZ_CHECK(op->status != RTE_COMP_OP_STATUS_NOT_PROCESSED, "not processed");
	FUZZ_CHECK(op->consumed <= src->len && op->produced <= dst->len,
		   "%u of %u in, %u of %u out", op->consumed, src->len, op->produced,
		   dst->len);
	if (op->status != RTE_COMP_OP_STATUS_SUCCESS &&
	    op->status != RTE_COMP_OP_STATUS_OUT_OF_SPACE_RECOVERABLE)
		FUZZ_CHECK(op->consumed == 0 && op->produced == 0,
			   "status %u, but %u consumed and %u produced", op->status,
			   op->consumed, op->produced);
}

bool
fuzz_op_run(const struct fuzz_dev *dev, struct rte_comp_op *op,
	    const struct fuzz_chain *src, const struct fuzz_chain *dst)
{
	struct rte_comp_op *back[2] = { NULL, NULL };
	unsigned int polls = 0;
	uint16_t n = 0;

	op->m_src = src->m;
	op->src.offset = src->skip;
	op->src.length = src->len;
	op->m_dst = dst->m;
	op->dst.offset = dst->skip;
	op->input_chksum = 0;
	fuzz_mem_lock(&fuzz_src);
	fuzz_mem_lock(&fuzz_dst);
	if (rte_compressdev_enqueue_burst(dev->id, 0, &op, 1) == 1) {
		while (n == 0 && polls++ < MAX_POLLS)
			n = rte_compressdev_dequeue_burst(dev->id, 0, back, 2);
		FUZZ_CHECK(n == 1 && back[0] == op, "%u ops came back", n);
		FUZZ_CHECK(rte_compressdev_dequeue_burst(dev->id, 0, back, 2) == 0, "twice");
		check_result(op, src, dst);
	}
	fuzz_mem_unlock(&fuzz_src);
	fuzz_mem_unlock(&fuzz_dst);
	return n != 0;
}

const struct fuzz_ref *
fuzz_reference(const uint8_t *data, size_t len)
{
	static struct fuzz_ref ref;
	static z_stream z;
	int ret = z.state == NULL ? inflateInit2(&z, -15) : inflateReset(&z);

	FUZZ_CHECK(ret == Z_OK, "%d", ret);
	z.next_in = (uint8_t *)(uintptr_t)data;
	z.avail_in = len;
	z.next_out = ref.out;
	z.avail_out = sizeof(ref.out);
	ret = inflate(&z, Z_SYNC_FLUSH);
	ref.in = len - z.avail_in;
	ref.len = sizeof(ref.out) - z.avail_out;
	if (ret == Z_STREAM_END)
		ref.what = REF_END;
	else if (ret == Z_DATA_ERROR)
		ref.what = REF_BAD;
	else
		ref.what = z.avail_out == 0 ? REF_BIG : REF_MORE;
	return &ref;
}

uint64_t
fuzz_chksum(enum rte_comp_checksum_type type, const uint8_t *data, uint32_t len)
{
	uint64_t crc = crc32(0, data, len), adler = adler32(1, data, len);

	switch (type) {
	case RTE_COMP_CHECKSUM_CRC32:
		return crc;
	case RTE_COMP_CHECKSUM_ADLER32:
		return adler;
	case RTE_COMP_CHECKSUM_CRC32_ADLER32:
		return adler << 32 | crc;
	default:
		return 0;
	}
}
