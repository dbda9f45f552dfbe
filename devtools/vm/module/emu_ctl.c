// SPDX-License-Identifier: GPL-2.0-only
// Copyright(c) 2026 uacce_zip authors

/*
 * /dev/uacce_emu: events for the server, its view of the rings, and its way to the
 * memory of clients.
 */

#include <linux/highmem.h>
#include <linux/miscdevice.h>
#include <linux/poll.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/uaccess.h>
#include <linux/version.h>
#include <linux/vmalloc.h>

#include "emu.h"

#define EVENTS		16384
/* so many are kept for starts and stops, which cannot be tried again */
#define EVENTS_KEPT	2048
#define STOP_SECONDS	10

static DEFINE_KFIFO(events, struct emu_event, EVENTS);
static DEFINE_SPINLOCK(events_lock);
static DECLARE_WAIT_QUEUE_HEAD(readable);
static DECLARE_WAIT_QUEUE_HEAD(stopped);
static DEFINE_MUTEX(open_lock);
static pid_t server;	/* 0: none */

bool
emu_served(void)
{
	return READ_ONCE(server) != 0;
}

bool
emu_push(const struct emu_event *event)
{
	unsigned int kept = event->type == EMU_STORE ? EVENTS_KEPT : 0;
	unsigned long flags;
	bool done;

	spin_lock_irqsave(&events_lock, flags);
	done = kfifo_avail(&events) > kept && kfifo_put(&events, *event);
	spin_unlock_irqrestore(&events_lock, flags);
	wake_up_interruptible(&readable);
	return done;
}

void
emu_wait_stopped(struct emu_queue *q)
{
	/* the last reference of a client that ended may be the server's own */
	if (current->tgid == READ_ONCE(server))
		return;
	if (!wait_event_timeout(stopped, READ_ONCE(q->acked) || !emu_served(),
				STOP_SECONDS * HZ))
		pr_warn("uacce_emu: queue %u was stopped with work left\n", q->index);
}

static long
get_page_of(struct mm_struct *mm, unsigned long addr, bool write, struct page **page)
{
	unsigned int flags = write ? FOLL_WRITE : 0;

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 5, 0)
	return get_user_pages_remote(mm, addr, 1, flags, page, NULL);
#else
	return get_user_pages_remote(mm, addr, 1, flags, page, NULL, NULL);
#endif
}

static int
copy_in_page(struct mm_struct *mm, const struct emu_copy *c, size_t done, size_t n)
{
	unsigned long addr = c->client + done;
	void __user *mine = (void __user *)(c->server + done);
	struct page *page;
	size_t left;
	u8 *at;
	long nb;

	mmap_read_lock(mm);
	nb = get_page_of(mm, addr, c->to_client, &page);
	mmap_read_unlock(mm);
	if (nb != 1)
		return -EFAULT;
	at = (u8 *)kmap_local_page(page) + offset_in_page(addr);
	left = c->to_client ? copy_from_user(at, mine, n) : copy_to_user(mine, at, n);
	kunmap_local(at);
	if (c->to_client)
		set_page_dirty_lock(page);
	put_page(page);
	return left ? -EFAULT : 0;
}

static int
copy_pages(struct mm_struct *mm, const struct emu_copy *c)
{
	size_t done = 0, n;
	int ret = 0;

	for (; done < c->len && ret == 0; done += n) {
		n = min_t(size_t, c->len - done, PAGE_SIZE - offset_in_page(c->client + done));
		if (fatal_signal_pending(current))
			return -EINTR;
		ret = copy_in_page(mm, c, done, n);
		cond_resched();
	}
	return ret;
}

static long
ctl_copy(void __user *arg)
{
	struct emu_queue *q;
	struct emu_copy c;
	struct mm_struct *mm = NULL;
	int ret = -ESTALE;

	if (copy_from_user(&c, arg, sizeof(c)))
		return -EFAULT;
	q = emu_queue_at(c.queue);
	if (!q || c.len > EMU_COPY_MAX)
		return -EINVAL;
	if (c.client + c.len < c.client || c.client + c.len > TASK_SIZE_MAX)
		return -EFAULT;
	mutex_lock(&q->lock);
	if (q->life == c.life && q->mm && mmget_not_zero(q->mm)) {
		mm = q->mm;
		ret = copy_pages(mm, &c);
	}
	mutex_unlock(&q->lock);
	if (mm)
		mmput(mm);
	return ret;
}

static long
ctl_info(void __user *arg)
{
	struct emu_info info = {
		.devices = emu_devices, .queues = emu_queues, .api = emu_api,
		.depth = emu_depth, .dus_size = emu_dus_size(),
	};

	return copy_to_user(arg, &info, sizeof(info)) ? -EFAULT : 0;
}

static long
ctl_wake(struct emu_queue *q)
{
	mutex_lock(&q->lock);
	if (q->uq)
		wake_up_interruptible(&q->uq->wait);
	mutex_unlock(&q->lock);
	return 0;
}

static long
ctl_stopped(struct emu_queue *q)
{
	WRITE_ONCE(q->acked, true);
	wake_up(&stopped);
	return 0;
}

static long
ctl_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct emu_queue *q = emu_queue_at(arg);

	switch (cmd) {
	case EMU_INFO:
		return ctl_info((void __user *)arg);
	case EMU_COPY:
		return ctl_copy((void __user *)arg);
	case EMU_STOPPED:
		return q ? ctl_stopped(q) : -EINVAL;
	case EMU_WAKE:
		return q ? ctl_wake(q) : -EINVAL;
	default:
		return -ENOTTY;
	}
}

static ssize_t
ctl_read(struct file *file, char __user *buf, size_t len, loff_t *pos)
{
	unsigned int copied;
	int ret = wait_event_interruptible(readable, !kfifo_is_empty(&events));

	/* one reader needs no lock */
	if (ret == 0)
		ret = kfifo_to_user(&events, buf, len, &copied);
	return ret ? ret : copied;
}

static int
ctl_mmap(struct file *file, struct vm_area_struct *vma)
{
	unsigned long pages = emu_dus_size() >> PAGE_SHIFT;
	struct emu_queue *q = emu_queue_at(vma->vm_pgoff / pages);

	if (!q || vma->vm_pgoff % pages != 0 || vma->vm_end - vma->vm_start != emu_dus_size())
		return -EINVAL;
	return remap_vmalloc_range(vma, q->dus, 0);
}

static int
ctl_open(struct inode *inode, struct file *file)
{
	int ret = -EBUSY;

	mutex_lock(&open_lock);
	if (!server) {
		kfifo_reset(&events);
		WRITE_ONCE(server, current->tgid);
		ret = 0;
	}
	mutex_unlock(&open_lock);
	return ret;
}

static int
ctl_release(struct inode *inode, struct file *file)
{
	WRITE_ONCE(server, 0);
	wake_up(&stopped);
	return 0;
}

static const struct file_operations ctl_fops = {
	.owner = THIS_MODULE,
	.open = ctl_open,
	.release = ctl_release,
	.read = ctl_read,
	.mmap = ctl_mmap,
	.unlocked_ioctl = ctl_ioctl,
};

static struct miscdevice ctl = {
	.minor = MISC_DYNAMIC_MINOR, .name = "uacce_emu", .fops = &ctl_fops, .mode = 0600,
};

int
emu_ctl_init(void)
{
	return misc_register(&ctl);
}

void
emu_ctl_exit(void)
{
	misc_deregister(&ctl);
}
