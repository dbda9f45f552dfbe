/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

#ifndef TEST_UACCE_FAKE_H
#define TEST_UACCE_FAKE_H

/**
 * @file
 * A fake kernel behind one device node (datasheet 1.4 to 1.6).
 *
 * The linker's --wrap leads the program's open, ioctl, mmap, munmap and close
 * here; what is not about the fake's node, its descriptors or its mappings goes
 * on to the real call.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Custom ioctls as the kernel lays them out (datasheet 1.5). */
#define FAKE_SET_QP_CTX		0xc004480aul
#define FAKE_SET_QP_INFO	0xc010480bul

struct fake_qp_ctx {
	uint16_t id;
	uint16_t qc_type;
};

struct fake_qp_info {
	uint32_t sqe_size;
	uint16_t sq_depth;
	uint16_t cq_depth;
	uint64_t reserved;
};

#define FAKE_TRACE_LEN	256

struct fake_kernel {
	const char *node;	/**< NULL: not there, all calls are the real ones */
	size_t dus_size;
	size_t mmio_limit;
	unsigned int nb_queues;	/**< open fails with EBUSY beyond */
	bool put_kills;		/**< PUT_Q ends the queue, as before 6.19 */
	bool put_once;		/**< and a second one succeeds, as in 5.7 */

	unsigned int fail_step;	/**< first call that fails, from 1; 0: none */
	unsigned int fail_nb;	/**< calls that fail from there */
	int fail_errno;

	unsigned int step;	/**< calls so far */
	/**
	 * One letter a call, '!' after one that failed: Open, Close, set
	 * conteXt, get Info, Start, Put, map Mmio, map Dus, unmap m, d;
	 * ? for any other.
	 */
	char trace[FAKE_TRACE_LEN];
	int open_flags;		/**< of the last open */
	unsigned int nb_open;	/**< descriptors open now */
	unsigned int nb_mapped;	/**< regions mapped now */
	const char *violation;	/**< what no client may do; NULL: nothing */
};

extern struct fake_kernel fake;

/** A fresh kernel of 64 queues and new PUT_Q; node must stay valid. */
void
fake_set_up(const char *node, size_t mmio_limit, size_t dus_size);

/** Remove the device: all its queues are dead from now on, their regions raise SIGBUS. */
void
fake_remove_device(void);

/** Where queue i has its rings mapped; NULL if it has not. */
void *
fake_dus(unsigned int i);

/** Release all that was left open or mapped, and let all calls pass. */
void
fake_tear_down(void);

#endif /* TEST_UACCE_FAKE_H */
