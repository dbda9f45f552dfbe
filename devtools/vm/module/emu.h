/* SPDX-License-Identifier: GPL-2.0-only
 * Copyright(c) 2026 uacce_zip authors
 */

#ifndef EMU_H
#define EMU_H

#include <linux/kfifo.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/sched.h>
#include <linux/uacce.h>
#include <linux/wait.h>

#include "emu_abi.h"

#define EMU_MAX_DEVICES	16
#define EMU_MAX_QUEUES	1023	/* doorbells name them in 10 bits */
#define EMU_SQE_SIZE	128
#define EMU_CQE_SIZE	16
#define EMU_TX_STOP	4	/* bytes before the end of the DUS */
#define EMU_RX_STOP	8

struct emu_queue {
	struct emu_dev *dev;
	u32 index;		/* over all devices */
	u16 id;
	u16 qc_type;
	u8 *dus;
	struct uacce_queue *uq;	/* NULL: free */
	struct mutex lock;	/* held while the client's memory is accessed */
	struct mm_struct *mm;
	u32 life;
	bool acked;		/* the server has seen the stop */
	u16 poll_head;
	u16 poll_phase;
};

struct emu_dev {
	struct uacce_device *uacce;
	struct emu_queue *queues;
	unsigned int in_use;
	unsigned int next;
	bool resetting;
	bool isolated;
	u32 threshold;
};

extern unsigned int emu_devices, emu_queues, emu_api, emu_depth;
extern struct emu_dev emu_dev[EMU_MAX_DEVICES];
extern const struct uacce_ops emu_ops;

size_t emu_dus_size(void);
size_t emu_mmio_size(void);

/* The queue of that number over all devices, or NULL. */
struct emu_queue *emu_queue_at(u32 index);
void emu_stop_words(struct emu_queue *q, u32 tx, u32 rx);

int emu_ctl_init(void);
void emu_ctl_exit(void);
bool emu_served(void);
/* False: too many events wait to be read. */
bool emu_push(const struct emu_event *event);
/* Until the server has seen the stop. */
void emu_wait_stopped(struct emu_queue *q);

int emu_mmio_map(struct vm_area_struct *vma);

#endif /* EMU_H */
