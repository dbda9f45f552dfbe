/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

#ifndef PROBE_H
#define PROBE_H

/*
 * The smallest client of a ZIP queue: what it does is in front of one's eyes, for what
 * is asked is how the kernel answers.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <hisi_qm_hw.h>
#include <hisi_zip_hw.h>
#include <uacce_abi.h>

#define PROBE_NODE	"/dev/hisi_zip-0"
#define PROBE_CLASS	"/sys/class/uacce/hisi_zip-0/"

struct client {
	int fd;
	uint8_t *dus;
	uint8_t *mmio;
	struct hisi_qm_qp_info info;
	uint16_t id;
	uint32_t tail;
	uint32_t head;
	uint32_t phase;
};

/** Sizes and api version of the device. @return 0, or -1: no such attribute. */
long
probe_attr(const char *name);

/** @return 0, or the errno of open(). */
int
client_open(struct client *c);

/** Open, map and start a compressing queue; ends the process if it cannot. */
void
client_start(struct client *c);

void
client_close(struct client *c);

/** mmap() as a client does. @return 0 or errno; *addr is set on success. */
int
client_map(const struct client *c, unsigned int region, size_t len, uint8_t **addr);

/** One request of gzip compression, and its doorbell. */
void
client_submit(struct client *c, const void *src, uint32_t in, void *dst, uint32_t out);

/** The same as all of a stream, whose context is of HISI_ZIP_CTX_LEN bytes. */
void
client_submit_stream(struct client *c, const uint8_t *ctx, const void *src, uint32_t in,
		     void *dst, uint32_t out);

/** @return status of the oldest request; -1: no completion within seconds. */
int
client_wait(struct client *c, unsigned int seconds);

/** Submit and wait. */
int
client_request(struct client *c, const void *src, uint32_t in, void *dst, uint32_t out);

void
client_cq_doorbell(const struct client *c, bool arm);

/** Report one answer as a case of the job. */
void
probe_case(const char *name, bool passed);

/** The answers of the kernel about a device that stays, and of one that goes. */
void
probe_calls(void);
void
probe_memory(void);
void
probe_fork(void);
void
probe_control(void);
void
probe_unbind(void);

/** MMIO that was unmapped in part; the first waits for its end. */
void
probe_part(void);
bool
probe_rest_rings(void);

/** Requests in flight, and a thread that maps all the time. */
void
probe_churn(unsigned int nb);

/** Rings while other processes map. @return exit status. */
int
probe_ring(unsigned int seconds);

/** A client that writes what no client should. */
void
probe_noise(unsigned int seed);

#endif /* PROBE_H */
