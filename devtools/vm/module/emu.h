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
#define EMU_MAX_TOTAL	4096	/* of all devices: room for their events is kept */
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
	struct mutex lock;	/* of uq, mm and life; held while the client's memory is accessed */
	struct uacce_queue *uq;	/* NULL: nobody's */
	struct mm_struct *mm;
	u32 life;		/* odd: started */
	u32 stopping;		/* life whose stop the server has not acknowledged; 0: none */
	unsigned long stop_by;	/* jiffies; from then on the server must not wait */
	u16 poll_head;
	u16 poll_phase;
};

struct emu_dev {
	struct uacce_device *uacce;
	struct emu_queue *queues;
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
void emu_set_tx_stop(struct emu_queue *q, u32 value);
void emu_set_rx_stop(struct emu_queue *q, u32 value);
/*
 * End its life, if it has been started: what was asked for is done first, as the real
 * driver drains; then nothing reaches the client's memory any more.
 */
void emu_quiesce(struct emu_queue *q);

int emu_ctl_init(void);
void emu_ctl_exit(void);
bool emu_served(void);
/* False: too many events wait to be read. Without a server nothing does. */
bool emu_push(const struct emu_event *event);
/* Tell of the end of the present life, and wait until the server has seen it. */
void emu_stop_served(struct emu_queue *q);

int emu_mmio_map(struct vm_area_struct *vma);

#endif /* EMU_H */
