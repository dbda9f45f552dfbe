/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

#ifndef PRELOAD_H
#define PRELOAD_H

/**
 * @file
 * Inside libuacce_soft_preload.so: see doc/preload.md.
 */

#include <alloca.h>
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/types.h>

#include <uacce_abi.h>
#include <uacce_soft.h>

#define PL_MAX_DEVS	16
#define PL_MAX_FILES	4096	/* open queues of a process, closed ones not counted */
#define PL_TEXT_LEN	4096	/* of an attribute: a page, as sysfs has it */
#define PL_INTERFACE	"hisi_zip"
/* a PCI domain that no machine has: "ZS" */
#define PL_DOMAIN	"5a53"

/** The attributes that can change while the device is there. */
enum pl_fresh {
	PL_FRESH_AVAILABLE,
	PL_FRESH_ISOLATE,
	PL_FRESH_NB
};

struct pl_dev {
	unsigned int id;		/* the N of hisi_zip-N */
	char name[32];
	struct uacce_soft_conf conf;
	char algorithms[256];		/* empty: the soft device's */
	size_t mmio_size;		/* 0: the soft device's */
	struct uacce_soft *soft;	/* NULL until a queue is opened */
	bool gone;			/* unplugged */
	bool impossible;		/* what it is to be cannot be made */
	unsigned int isolated;
	uint64_t unplug_after;		/* doorbells, 0: never */
	atomic_ullong doorbells;
	ino_t fresh[PL_FRESH_NB];	/* which files of the tree these are */
};

/** One open file description of a node. */
struct pl_file {
	bool used;
	bool zombie;		/* its device is gone */
	bool foreign;		/* opened by a parent of this process */
	bool closed;		/* no descriptor is left, mappings are */
	struct pl_dev *dev;
	struct uacce_soft_queue *q;
	int peer;		/* other end of the descriptor: sees its last close */
	ino_t ino;		/* of the descriptor: tells it from others */
	int flags;		/* of open() */
	uint16_t sq_depth;
	uint16_t cq_depth;
	struct {
		void *dev;	/* where the soft device has it */
		_Atomic(uint8_t *) addr;	/* where the client has it, or NULL */
		size_t len;
	} map[UACCE_REGION_NB];

	/* what the kernel's poll() keeps (datasheet 1.7) */
	uint32_t poll_head;
	uint32_t poll_phase;
	atomic_uint arm;	/* PL_ARMED and the CQE to come */

	/* for the handler, which takes no lock */
	_Atomic uintptr_t win;	/* the client's MMIO, 0: none */
	_Atomic size_t win_len;
	atomic_bool win_dead;	/* the device is gone: let it fault again */
};

#define PL_ARMED	(1u << 31)

struct pl_state {
	pthread_mutex_t lock;		/* guards what is no atomic; signals are blocked */
	struct pl_dev devs[PL_MAX_DEVS];
	unsigned int nb_devs;
	char tree[PATH_MAX];		/* where it is */
	size_t tree_len;		/* 0: not built */
	dev_t tree_dev;
	struct pl_file files[PL_MAX_FILES];
	atomic_uint files_end;		/* none is in use from here on */
	atomic_uint nb_files;
	atomic_uint nb_maps;
	int wake_fd;			/* of the service thread, -1: it does not run */
	const char *control;
	cpu_set_t cpus;			/* what the process may use */
	pid_t pid;
	bool ended;			/* nothing is built any more */
};

extern struct pl_state pl;

/** Before anything else is done; constructors of other libraries may come first. */
void
pl_start(void);

/** As the kernel has it: the C library would leave out two that are its own. */
void
pl_set_mask(const sigset_t *set, sigset_t *old);

/** Take the lock with all signals blocked: a handler may ring or call us. */
void
pl_lock(sigset_t *old);

void
pl_unlock(const sigset_t *old);

void __attribute__((format(printf, 1, 2)))
pl_message(const char *fmt, ...);

/** errno = err, -1 */
int
pl_fail(int err);

/* preload_conf.c */

/** Fill in devices from the environment. */
void
pl_conf_read(void);

/* preload_tree.c; with the lock held unless said otherwise */

bool
pl_tree_build(void);

/** Only the process that built it removes it. */
void
pl_tree_remove(void);

/** Class entry and node of a device come or go. */
int
pl_tree_show(struct pl_dev *d, bool show);

/* preload_path.c; the lock is not held */

/** False for most paths. */
bool
pl_path_maybe(const char *path);

/*
 * What pl_path() is to write to: small stacks have no room for it, and most paths do not
 * need it.
 */
#define PL_PATH_ROOM(path)	(pl_path_maybe(path) ? alloca(PATH_MAX) : NULL)

/**
 * Is a path one of ours?
 *
 * @param real
 *   PL_PATH_ROOM() of the path: where it is in the tree.
 * @param node
 *   Set to the device if the path is its node, else to NULL.
 */
bool
pl_path(int dirfd, const char *path, char *real, struct pl_dev **node);

/** Cut the tree off the front of a path that may be in it. @return the new length. */
size_t
pl_path_back(char *path, size_t len);

/* preload_file.c; these take the lock */

int
pl_node_open(struct pl_dev *d, int flags);

int
pl_file_ioctl(struct pl_file *f, unsigned long cmd, void *arg);

/** False for what is surely no queue; takes no lock. */
bool
pl_file_maybe(int fd);

/** With the lock held. */
struct pl_file *
pl_file_find(int fd);

void
pl_file_close(struct pl_file *f);

/** All descriptors are closed, or one is: release what nobody can reach any more. */
void
pl_file_check(struct pl_file *f);

/**
 * The same for all of them: closes by dup2, exec, exit and other processes are noticed
 * by the service thread, but have been done when those calls return.
 *
 * @return
 *   How many were released.
 */
unsigned int
pl_files_check(void);

/** What an ioctl's argument points to, 0 for those that the kernel does not know. */
size_t
pl_ioctl_len(unsigned long cmd);

/** Copy from or to the program's memory. @return 0 or -EFAULT. */
int
pl_copy_user(void *mine, void *user, size_t len, bool in);

/** Move a descriptor where it changes no number that the program gets, if that can be. */
int
pl_fd_high(int fd);

/** The counterpart of pl_dev.soft in this process; NULL with errno set. */
struct uacce_soft *
pl_dev_soft(struct pl_dev *d);

/* preload_map.c; with the lock held */

void *
pl_file_map(struct pl_file *f, void *addr, size_t len, int prot, int flags, off_t off);

/** Nothing is mapped any more. */
void
pl_file_unmapped(struct pl_file *f, unsigned int region);

/** Have what pl_file_zap() needs: later there may be no descriptor for it. */
bool
pl_zap_start(void);

/** Accesses to what a client mapped raise SIGBUS from now on. */
void
pl_file_zap(struct pl_file *f);

/* preload_poll.c */

void
pl_poll_start(struct pl_file *f);

/** Called by the handler. */
void
pl_poll_doorbell(struct pl_file *f, uint64_t value);

/* preload_service.c; with the lock held */

int
pl_service_start(void);

/** At the exit. */
void
pl_service_end(void);

void
pl_service_forget(void);

void
pl_service_wake(void);

int
pl_unplug(struct pl_dev *d);

/** An ioctl() of a queue that this process has from its parent. */
int
pl_foreign_ioctl(int fd, unsigned long cmd, void *arg);

/* preload_signal.c */

/** Have doorbells from now on. */
void
pl_signal_arm(void);

/* preload_mask.c */

/* in a set as the kernel has it, of 64 bits */
#define PL_SIG_BIT(sig)	(1ull << ((sig) - 1))
/*
 * Blocked in place of SIGSEGV, which doorbells need, while a handler of it runs: so
 * whatever keeps, restores or forgets a mask does so with this, too. The C library lets
 * no program block it, and uses it for pthread_cancel().
 */
#define PL_STANDS_FOR_SEGV	32

/** A set without SIGSEGV; mine if that is another one. */
const sigset_t *
pl_mask(const sigset_t *set, sigset_t *mine);

/* preload_store.c */

/**
 * Decode the access that faulted and move the context beyond it; what it loads is 0.
 *
 * @return
 *   Bytes stored, 0 for a load; -1 if it is not understood.
 */
int
pl_store_decode(void *context, uint64_t *value);

#endif /* PRELOAD_H */
