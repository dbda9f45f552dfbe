/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

#ifndef CLIENT_H
#define CLIENT_H

/**
 * @file
 * A small client of a ZIP engine behind uacce, by the kernel's ABI alone.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <hisi_qm_hw.h>
#include <hisi_zip_hw.h>
#include <uacce_abi.h>

#define DEV		"hisi_zip-0"
#define CLASS_DEV	UACCE_CLASS_PATH "/" DEV
#define NODE		UACCE_DEV_PATH "/" DEV

#define DATA_LEN	8192

/** In the environment: the case that the library has been told about. */
#define MARK		"UACCE_PRELOAD_TEST"

/** Bounds loops that wait for something that does come. */
#define WAIT_MS		20000

struct client {
	int fd;
	unsigned int api;
	uint8_t *dus;
	uint8_t *mmio;
	size_t dus_len;
	size_t mmio_len;
	struct hisi_qm_qp_ctx ctx;
	struct hisi_qm_qp_info info;
	unsigned int tail;
	unsigned int head;
	unsigned int phase;
};

#define CHECK(cond) do { \
	if (!(cond)) { \
		printf("%s:%d: %s\n", __FILE__, __LINE__, #cond); \
		exit(1); \
	} \
} while (0)

/** A call fails with this errno. */
#define CHECK_FAILS(call, err) do { \
	errno = 0; \
	long rc_ = (long)(call); \
	if (rc_ != -1 || errno != (err)) { \
		printf("%s:%d: %s: %ld, errno %d, not %d\n", __FILE__, __LINE__, #call, \
		       rc_, errno, (err)); \
		exit(1); \
	} \
} while (0)

/** A number or text that an attribute of the device has; text ends without newline. */
long
attr_number(const char *name);

char *
attr_text(const char *name, char *buf, size_t len);

/** Open the node and map both regions. */
void
client_open(struct client *c, enum hisi_qm_qc_type type);

void
client_start(struct client *c);

void
client_close(struct client *c);

/** The word of a doorbell. */
uint64_t
client_doorbell(const struct client *c, uint64_t cmd, unsigned int index, unsigned int prio);

void
client_ring(struct client *c, uint64_t cmd, unsigned int index, unsigned int prio);

/** Put a request into the ring; returns its slot. */
unsigned int
client_put(struct client *c, const void *src, uint32_t len, void *dst, uint32_t room,
	   uint32_t tag);

/** One CQE, if there is one: its slot, else -1. */
int
client_get(struct client *c);

/** Wait for one. */
int
client_wait(struct client *c);

struct hisi_zip_sqe *
client_sqe(const struct client *c, unsigned int slot);

/** Put a request, ring, wait, acknowledge. */
void
client_op(struct client *c);

/** Compress a block and have zlib decompress it; the other way round. */
void
client_check_data(struct client *c, unsigned int seed);

void
client_sleep_ms(unsigned int ms);

/** Fork; the child runs fn() and exits with what it returns. */
int
in_child(int (*fn)(struct client *c), struct client *c);

/* of the library that is preloaded */
extern int (*pl_fault)(unsigned int dev, const char *spec);
extern int (*pl_unplug)(unsigned int dev);
extern int (*pl_plug)(unsigned int dev);
extern int (*pl_stop_words)(unsigned int dev, uint32_t tx, uint32_t rx);
extern int (*pl_isolate)(unsigned int dev, unsigned int isolated);

/** Doorbells that were none mistake; fails if there was one. */
uint64_t
client_doorbells(const struct client *c);

uint64_t
client_mistakes(const struct client *c);

/** Devices that early.c has found. */
extern int early_entries;

void test_scan(void);
void test_paths(void);
void test_attributes(void);
void test_ioctl(void);
void test_mmap(void);
void test_open(void);
void test_put(void);
void test_put_ends(void);
void test_fault(void);
void test_data(void);
void test_children(void);
void test_threads(void);
void test_stores(void);
void test_narrow(void);
void test_compare(void);
void test_handler(void);
void test_handler_stack(void);
void test_handler_mask(void);
void test_handler_default(void);
void test_handler_engine(void);
void test_handler_ring(void);
void test_handler_jump(void);
void test_masks(void);
void test_sighold(void);
void test_fork(void);
void test_fork_ioctl(void);
void test_release(void);
void test_release_busy(void);
void test_unplug(void);
void test_unplug_after(void);
void test_unplug_busy(void);
void test_unplug_quiet(void);
void test_unplug_full(void);
void test_impossible(void);
void test_control(void);
void test_control_name(void);
void test_control_full(void);
void test_children_control(void);
void test_stop(void);
void test_poll(void);
void test_poll_armed(void);
void test_poll_errors(void);
void test_early(void);
void test_other_user(void);
void test_umask(void);
void test_close_all(void);
void test_small_stack(void);
void test_fresh(void);
void test_files(void);
void test_map_over(void);
void test_mmio_size(void);
void test_trace(void);

#endif /* CLIENT_H */
