/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

#ifndef TEST_SOFT_UTIL_H
#define TEST_SOFT_UTIL_H

/**
 * @file
 * A client of the soft device, written from the datasheet alone: it includes
 * neither the driver's encoder nor the layout headers that driver and model
 * share, so that a mistake there cannot hide itself.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <uacce_soft.h>

/* Arguments of the two ioctls, from the datasheet (1.5) and not from the driver. */
struct qp_ctx {
	uint16_t id;
	uint16_t qc_type;
};

struct qp_info {
	uint32_t sqe_size;
	uint16_t sq_depth;
	uint16_t cq_depth;
	uint64_t reserved;
};

#define DIM(a)		(sizeof(a) / sizeof((a)[0]))

/* ioctls (datasheet 1.5) */
#define TC_START_Q	0x5700ul
#define TC_PUT_Q	0x5701ul
#define TC_SET_QP_CTX	0xc004480aul
#define TC_SET_QP_INFO	0xc010480bul

/* regions (1.6) */
#define TC_MMIO		0
#define TC_DUS		1

/* doorbell (2.5) */
#define TC_DB_OFFSET	0x1000u
#define TC_DB_SQ	0ull
#define TC_DB_CQ	1ull

/* queue types (2.2) */
#define TC_COMPRESS	0
#define TC_DECOMPRESS	1

/* request types (3.3) */
#define TC_DEFLATE	1u
#define TC_ZLIB		2u
#define TC_GZIP		3u

/* dw7 (3.2) */
#define TC_FINISH	(1u << 25)
#define TC_STATEFUL	(1u << 26)
#define TC_NEW		(1u << 27)

/* status (3.9) */
#define TC_OK		0x00
#define TC_NEG_COMP	0x0d
#define TC_NO_SPACE	0x0e
#define TC_CHECK	0x10
#define TC_BAD		0x0b	/* "one other" of section 12 */

#define TC_MAX_LEN	(8u << 20)	/* 3.8 */
#define TC_SQE_WORDS	32

/* words of an SQE (3.1) */
enum {
	DW_CONSUMED = 0, DW_PRODUCED = 1, DW_COMP_LEN = 2, DW_STATUS = 3,
	DW_IN_LEN = 4, DW_7 = 7, DW_8 = 8, DW_9 = 9, DW_10 = 10, DW_11 = 11,
	DW_12 = 12, DW_13 = 13, DW_OUT_LEN = 14, DW_CTX0 = 15, DW_SRC = 18,
	DW_DST = 20, DW_CTX = 22, DW_26 = 26, DW_27 = 27, DW_CTX1 = 28,
	DW_CTX2 = 29, DW_ISIZE = 30, DW_CHECKSUM = 31,
};

/** One open, mapped and started queue. */
struct tc {
	struct uacce_soft_queue *q;
	uint16_t id;
	uint16_t sq_depth;
	uint16_t cq_depth;
	uint8_t *dus;
	size_t dus_len;
	void *mmio;
	size_t mmio_len;
	uint32_t tail;		/* next SQE to write */
	uint32_t head;		/* next CQE to read */
	unsigned int phase;
};

/** Length of the DUS region (datasheet 1.3), computed here. */
size_t
tc_dus_len(unsigned int sq_depth, unsigned int cq_depth);

/** Number an attribute shows; -1 if it shows none. */
long
tc_attr(struct uacce_soft *dev, const char *name);

/**
 * Bring a queue up; depth 0 for the device's.
 *
 * @return
 *   0, or negative errno with everything undone.
 */
int
tc_open(struct tc *c, struct uacce_soft *dev, unsigned int dir, unsigned int depth);

/** Unmap and close; 0, or negative errno. */
int
tc_close(struct tc *c);

/** SQE `slot` in the ring. */
uint32_t *
tc_sqe(const struct tc *c, uint32_t slot);

/** CQE `index` in the ring: four words. */
uint32_t *
tc_cqe(const struct tc *c, uint32_t index);

/** Stop words (datasheet 2.3). */
uint32_t
tc_tx_stop(const struct tc *c);

uint32_t
tc_rx_stop(const struct tc *c);

/** Write an SQE to the tail without telling the device. */
void
tc_put(struct tc *c, const uint32_t *sqe);

/** Any doorbell. */
void
tc_doorbell(struct tc *c, uint64_t cmd, uint32_t index);

/** Tell the device of the SQ's tail. */
void
tc_ring(struct tc *c);

/** Tell the device of the CQ's head. */
void
tc_ack(struct tc *c);

/** Take a CQE if there is one: its sq_head, else -1. */
int
tc_poll(struct tc *c);

/** Let a device without engine threads work and take a CQE; -1 after seconds. */
int
tc_wait(struct tc *c);

/** Counter of a mistake. */
uint64_t
tc_mistakes(const struct tc *c, enum uacce_soft_mistake mistake);

/** Sum of all counters of mistakes. */
uint64_t
tc_all_mistakes(const struct tc *c);

/**
 * Submit one SQE, wait, copy what the device made of it back, acknowledge.
 *
 * @return
 *   0, or -1 (after saying why) if no completion or another's came.
 */
int
tc_exec(struct tc *c, uint32_t *sqe);

/** What a request is, for tc_build(). */
struct treq {
	unsigned int api;	/**< 2 for SQEs of type 0, else type 3 */
	unsigned int type;	/**< TC_DEFLATE, TC_ZLIB, TC_GZIP */
	uint32_t bits;		/**< TC_FINISH and so on */
	unsigned int window;	/**< code of dw9 */
	bool sgl;		/**< src and dst are lists */
	const void *src;
	void *dst;
	uint32_t in;
	uint32_t out;
	uint32_t skip_in;
	uint32_t skip_out;
	uint64_t tag;
};

/** Fill all 32 words of an SQE. */
void
tc_build(const struct treq *r, uint32_t *sqe);

/** tc_build() and tc_exec(); returns the status byte, -1 if there is none. */
int
tc_do(struct tc *c, const struct treq *r, uint32_t *sqe);

/** One entry of a scatter-gather list. */
struct tseg {
	const void *addr;
	uint32_t len;
};

/** Bytes from one list to the next in what tsgl_new() returns. */
size_t
tsgl_stride(unsigned int per_list);

/**
 * Chain of lists of at most per_list entries each, as section 4 has them; every
 * word a device must not rely on is rubbish. To be freed by free().
 */
void *
tsgl_new(const struct tseg *segs, unsigned int nb, unsigned int per_list);

/** Memory between two pages that must not be touched. */
struct tguard {
	uint8_t *map;
	size_t map_len;
	uint8_t *p;
	size_t len;
};

/** Ends where the page behind it begins if at_end, else starts after one. */
int
tguard_new(struct tguard *g, size_t len, bool at_end);

/** From now on it is an error to write there. */
void
tguard_read_only(struct tguard *g);

/** Are the bytes around p[0..len) as they were at first? */
bool
tguard_intact(const struct tguard *g);

void
tguard_free(struct tguard *g);

/** Text that compresses, or noise that does not; the same for each seed. */
void
tc_text(uint8_t *p, size_t len, uint32_t seed);

void
tc_noise(uint8_t *p, size_t len, uint32_t seed);

/** Pseudo-random numbers. */
uint32_t
tc_rand(uint64_t *state);

/** Bytes of header and trailer of a request type (datasheet 3.6). */
size_t
tc_header(unsigned int type);

size_t
tc_trailer(unsigned int type);

/**
 * zlib's idea of what a compressing request gives: stream without header, with
 * trailer. @return its length, 0 if it does not fit.
 */
size_t
tref_deflate(unsigned int type, int level, const void *src, size_t len,
	     uint8_t *dst, size_t room);

/**
 * Have zlib take a stream without header, with trailer, and compare.
 *
 * @param step
 *   Bytes of output per call, which is what bounds distances; 0: all.
 * @param window_bits
 *   of the history.
 * @return
 *   0 if it is whole and gives src.
 */
int
tref_check(unsigned int type, const uint8_t *stream, size_t len, size_t step,
	   int window_bits, const void *src, size_t src_len);

/** CPU time of the process and time gone by, in seconds. */
double
tc_cpu_time(void);

double
tc_time(void);

#endif /* TEST_SOFT_UTIL_H */
