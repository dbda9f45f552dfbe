/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

#ifndef FUZZ_SQE_H
#define FUZZ_SQE_H

/**
 * @file
 * The addresses of fuzzed descriptors. In one address space a device cannot defend
 * itself against a wild address, which is its client's mistake: whatever the input
 * says, addresses lead into memory of ours and lengths end there.
 */

#include <hisi_zip_hw.h>

#include "fuzz.h"
#include "fuzz_mem.h"

#define SRC_LEN		(64u << 10)
#define DST_LEN		(128u << 10)
#define NB_CTX		2
#define MAX_TRANSFER	(256u << 10)	/* lists may repeat themselves for ever */

/** Flags of a request, beside its SQE. */
#define REQ_WAIT	0x01	/**< more requests come before the doorbell */
#define REQ_CARRY	0x02	/**< stream words as the last request on its context left them */
#define REQ_GO_ON	0x04	/**< flat source where that one stopped */
#define REQ_PATCH	0x08	/**< somebody writes to the context before */
#define REQ_NOISE	0x10	/**< stores that are no doorbells of this queue */
#define REQ_TYPE	0x20	/**< SQE type as it is, not the one of the api version */

/** A stream context, as its client knows it. */
struct fuzz_stream {
	uint32_t words[5];	/**< dw15, dw28 to dw31 */
	size_t src_at;		/**< in the source arena */
};

struct fuzz_req {
	uint8_t flags;
	struct hisi_zip_sqe sqe;
	struct fuzz_stream *stream;	/**< NULL if it has none */
	bool sgl;
	bool ext;		/**< has a valid extension */
	unsigned int dst_from;	/**< its pieces of the destination arena */
	unsigned int dst_to;
};

static inline unsigned int
fuzz_req_type(const struct fuzz_req *r)
{
	return r->sqe.dw9 & HISI_ZIP_DW9_REQ_MASK;
}

extern struct fuzz_mem fuzz_src, fuzz_dst, fuzz_ctx;
extern struct fuzz_stream fuzz_streams[NB_CTX];

/** Once. */
void
fuzz_arenas_make(void);

/** Fill the lists and the source arena from what the input has for them. */
void
fuzz_arenas_fill(struct fuzz_in *in, uint8_t how);

/** Are the arenas whole? Then they are as new. */
void
fuzz_arenas_check(void);

/** Make a request's addresses and lengths lead into the arenas, and let it in there. */
void
fuzz_req_place(struct fuzz_req *req, bool device_ext);

/**
 * Copy up to len bytes of what a placed request's source or destination describes.
 *
 * @return
 *   Bytes copied: fewer than len if it describes less.
 */
size_t
fuzz_req_gather(const struct fuzz_req *req, bool dst, uint8_t *to, size_t len);

/** Is the answer to a placed request one that a device may give? */
void
fuzz_req_check(struct fuzz_req *req, const struct hisi_zip_sqe *done, bool compress,
	       bool alone);

#endif /* FUZZ_SQE_H */
