/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

#ifndef UACCE_H
#define UACCE_H

/**
 * @file
 * uacce devices and queues: discovery in sysfs and the life of one queue.
 *
 * Knows the kernel ABI (datasheet section 1) and nothing of rings or
 * compression. A queue is reached through struct uacce_queue_ops, which has two
 * implementations: the kernel's character device and the soft device.
 *
 * All functions are control path: none may be called from a burst. They keep no
 * global state; calls on different queues may run in parallel, calls on one
 * queue may not.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <rte_log.h>

#include "uacce_abi.h"

#define UACCE_NAME_LEN		64	/**< class entry name, with its NUL */
#define UACCE_PATH_LEN		256	/**< any path built here, with its NUL */
#define UACCE_API_LEN		64	/**< `api` attribute (datasheet 8.1) */
#define UACCE_ALGS_LEN		384	/**< `algorithms` attribute (datasheet 8.1) */
#define UACCE_REASON_LEN	160	/**< why a device was skipped */

/** What sysfs says of one device (datasheet 1.2). */
struct uacce_dev {
	char name[UACCE_NAME_LEN];	/**< class entry, e.g. "hisi_zip-0" */
	char node[UACCE_PATH_LEN];	/**< path of its character device */
	char sysfs[UACCE_PATH_LEN];	/**< path of its class entry */
	char api[UACCE_API_LEN];	/**< e.g. "hisi_qm_v3" */
	char algs[UACCE_ALGS_LEN];	/**< names, each ended by a newline */
	unsigned int api_ver;		/**< number at the end of api */
	uint32_t flags;			/**< UACCE_FLAG_* */
	int available;			/**< free queues when scanned */
	int numa_node;			/**< -1: unknown */
	size_t mmio_size;		/**< bytes */
	size_t dus_size;		/**< bytes */
	unsigned int sq_depth;		/**< soft queues: entries asked for, 0 if any */
	bool has_isolate;		/**< kernel has the isolate attributes */
	bool isolated;			/**< device must not be used */
	unsigned int isolate_strategy;	/**< errors per hour that isolate; 0 never */
};

/** A class entry that uacce_scan() passed over. */
struct uacce_skip {
	char name[UACCE_NAME_LEN];
	char reason[UACCE_REASON_LEN];	/**< sentence fragment for the user */
};

/** What a driver wants; a device fits if every member does. */
struct uacce_match {
	const char *api_prefix;		/**< e.g. "hisi_qm_v" */
	unsigned int api_min;		/**< lowest version number taken */
	const char * const *algs;	/**< NULL-ended; one of them suffices */
	const char *name;		/**< only this entry; NULL for any */
};

/**
 * Find the devices that fit.
 *
 * One unreadable or unfit device never hides another: it is passed over and
 * named with its reason.
 *
 * @param class_path
 *   Class directory, usually UACCE_CLASS_PATH.
 * @param dev_path
 *   Directory of the device nodes, usually UACCE_DEV_PATH.
 * @param match
 *   What to look for.
 * @param devs
 *   Filled with at most max_devs devices, sorted by name (numbers by value).
 * @param skips
 *   Filled with at most max_skips devices passed over; may be NULL.
 * @param nb_skips
 *   Number of entries filled in skips; may be NULL if skips is.
 * @return
 *   Number of devices that fit (at most max_devs), 0 if none or if there is no
 *   class directory at all, negative errno if the directory cannot be read.
 */
int
uacce_scan(const char *class_path, const char *dev_path,
	   const struct uacce_match *match,
	   struct uacce_dev *devs, unsigned int max_devs,
	   struct uacce_skip *skips, unsigned int max_skips,
	   unsigned int *nb_skips);

/**
 * Read one device again (free queues, isolation).
 *
 * @return
 *   0, or negative errno with the reason in `reason` (may be NULL).
 */
int
uacce_dev_read(const char *class_path, const char *dev_path, const char *name,
	       struct uacce_dev *dev, struct uacce_skip *reason);

/** Is alg one whole line of the device's algorithms? */
bool
uacce_dev_has_alg(const struct uacce_dev *dev, const char *alg);

/** Where a queue stands (datasheet 1.5). */
enum uacce_queue_state {
	UACCE_QUEUE_CLOSED = 0,
	UACCE_QUEUE_INIT,
	UACCE_QUEUE_STARTED,
	UACCE_QUEUE_PUT,	/**< stopped for good: only close is left */
};

struct uacce_queue;

/**
 * How to reach a queue. Each call returns 0 or negative errno; none logs.
 */
struct uacce_queue_ops {
	const char *name;	/**< "kernel" or "soft" */
	int (*open)(struct uacce_queue *q);
	int (*ioctl)(struct uacce_queue *q, unsigned long cmd, void *arg);
	/** Map len bytes of a region; *addr is set on success. */
	int (*map)(struct uacce_queue *q, enum uacce_region region, size_t len,
		   void **addr);
	int (*unmap)(struct uacce_queue *q, enum uacce_region region,
		     void *addr, size_t len);
	int (*close)(struct uacce_queue *q);
	/**
	 * Deliver a doorbell of a device whose MMIO is not memory. NULL: the
	 * value is stored to the mapped MMIO region.
	 * ctx is struct uacce_queue::ctx. Called from the data path.
	 */
	void (*mmio_write)(void *ctx, uint32_t offset, uint64_t value);
};

/** One queue. Members are read-only for users of this layer. */
struct uacce_queue {
	const struct uacce_queue_ops *ops;
	const struct uacce_dev *dev;	/**< must outlive the queue */
	void *backend;			/**< given to uacce_queue_open() */
	void *ctx;			/**< soft: its queue; kernel: NULL */
	void *guard;			/**< kernel: what uacce_guard.h knows of it */
	int fd;				/**< kernel: descriptor; soft: -1 */
	bool quiet;			/**< set by the user: failures are logged as DEBUG */
	enum uacce_queue_state state;
	void *region[UACCE_REGION_NB];	/**< NULL while not mapped */
	size_t region_len[UACCE_REGION_NB];
};

/** At which level to log what fails with a queue. */
static inline uint32_t
uacce_queue_log_level(const struct uacce_queue *q)
{
	return q->quiet ? RTE_LOG_DEBUG : RTE_LOG_ERR;
}

/** Queues of character devices (datasheet 1.4 to 1.6); backend is unused. */
extern const struct uacce_queue_ops uacce_kernel_ops;

/** Queues of a soft device; backend is its struct uacce_soft. */
extern const struct uacce_queue_ops uacce_soft_ops;

struct uacce_soft;

/**
 * Describe a soft device as uacce_scan() describes a device of the kernel.
 *
 * @param sq_depth
 *   Depth of the queues opened with this description, 0 for the device's own.
 * @return
 *   0, or negative errno.
 */
int
uacce_soft_describe(struct uacce_soft *soft, const char *name,
		    unsigned int sq_depth, struct uacce_dev *dev);

/**
 * Open a queue of a device. On failure *q is as uacce_queue_close() leaves it
 * and a message that says what to do was logged.
 *
 * @param q
 *   Zeroed, or closed by uacce_queue_close().
 * @param backend
 *   What ops needs beside the device.
 * @return
 *   0, or negative errno (-EBUSY: all queues in use, -EPERM: device is
 *   resetting, -EACCES: node not accessible, datasheet 1.4).
 */
int
uacce_queue_open(struct uacce_queue *q, const struct uacce_dev *dev,
		 const struct uacce_queue_ops *ops, void *backend);

/**
 * Device-specific ioctl on an open queue.
 *
 * @return
 *   0, or negative errno (-ENXIO: the device is gone, datasheet 1.5).
 */
int
uacce_queue_ioctl(struct uacce_queue *q, unsigned long cmd, void *arg);

/**
 * Map both regions with the exact sizes of sysfs (datasheet 1.6).
 *
 * @return
 *   0, or negative errno with nothing left mapped.
 */
int
uacce_queue_map(struct uacce_queue *q);

/** Start an open queue. Never twice on one open (datasheet 1.5, restart trap). */
int
uacce_queue_start(struct uacce_queue *q);

/** Stop a queue; the device no longer touches memory when this returns 0. */
int
uacce_queue_put(struct uacce_queue *q);

/**
 * Undo whatever was done: put if started, unmap, close. Accepts a queue in any
 * state, zeroed and already closed ones included.
 */
void
uacce_queue_close(struct uacce_queue *q);

/**
 * What a failure to open a queue means and what to do about it.
 *
 * @param err
 *   Positive errno.
 * @return
 *   Text that lives for ever, never NULL.
 */
const char *
uacce_open_hint(int err);

/**
 * Is this the address of a fault in a region of a device that is gone? Then there is
 * memory now whose bits are all set, and the access can be done again.
 *
 * From opening the first queue of a character device to closing the last this is called
 * by a handler of SIGBUS, which leaves other faults to the handler before it. Safe in
 * signal handlers, in any thread.
 */
bool
uacce_sigbus(const void *addr);

#endif /* UACCE_H */
