// SPDX-License-Identifier: GPL-2.0-only
// Copyright(c) 2026 uacce_zip authors

/*
 * /dev/uacce_emu: events for the server, its view of the rings, and its way to the
 * memory of clients.
 */

#include <linux/delay.h>
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
#define STOP_SECONDS	10
/* of waiting for a client's mm once its queue is to stop */
#define STOP_GRACE	(HZ / 2)

static DEFINE_KFIFO(events, struct emu_event, EVENTS);
static DEFINE_SPINLOCK(events_lock);	/* of writers, served, and what is stopping */
static DECLARE_WAIT_QUEUE_HEAD(readable);
static DECLARE_WAIT_QUEUE_HEAD(stopped);
static bool served;

bool
emu_served(void)
{
	return READ_ONCE(served);
}

bool
emu_push(const struct emu_event *event)
{
	/*
	 * Starts and stops cannot be tried again. No more than one of each waits for a
	 * queue, as no life begins before the end of the one before is acknowledged.
	 */
	unsigned int kept = event->type == EMU_STORE ? 2 * emu_devices * emu_queues : 0;
	bool done;

	BUILD_BUG_ON(2 * EMU_MAX_TOTAL >= EVENTS);
	spin_lock(&events_lock);
	done = !served || (kfifo_avail(&events) > kept && kfifo_put(&events, *event));
	spin_unlock(&events_lock);
	wake_up_interruptible(&readable);
	return done;
}

void
emu_stop_served(struct emu_queue *q)
{
	struct emu_event event = { .type = EMU_STOP, .queue = q->index, .life = q->life };

	spin_lock(&events_lock);
	/* who did not see the start need not see the stop: a server that ends frees all */
	if (served && kfifo_put(&events, event)) {
		WRITE_ONCE(q->stop_by, jiffies + STOP_GRACE);
		WRITE_ONCE(q->stopping, q->life);
	}
	spin_unlock(&events_lock);
	wake_up_interruptible(&readable);
	if (!wait_event_timeout(stopped, !READ_ONCE(q->stopping), STOP_SECONDS * HZ))
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

/*
 * Who has it for writing may wait for a mutex of uacce that is held by who waits for the
 * server to see the stop of this queue: so the server does not wait for long.
 */
static bool
lock_client(struct emu_queue *q, struct mm_struct *mm)
{
	while (!mmap_read_trylock(mm)) {
		if (fatal_signal_pending(current) ||
		    (READ_ONCE(q->stopping) && time_after(jiffies, READ_ONCE(q->stop_by))))
			return false;
		usleep_range(20, 100);
	}
	return true;
}

static int
copy_in_page(struct emu_queue *q, struct mm_struct *mm, const struct emu_copy *c, size_t done,
	     size_t n)
{
	unsigned long addr = c->client + done;
	void __user *mine = (void __user *)(c->server + done);
	struct page *page;
	size_t left;
	u8 *at;
	long nb;

	if (!lock_client(q, mm))
		return -EFAULT;
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
copy_pages(struct emu_queue *q, struct mm_struct *mm, const struct emu_copy *c)
{
	size_t done = 0, n;
	int ret = 0;

	for (; done < c->len && ret == 0; done += n) {
		n = min_t(size_t, c->len - done, PAGE_SIZE - offset_in_page(c->client + done));
		if (fatal_signal_pending(current))
			return -EINTR;
		ret = copy_in_page(q, mm, c, done, n);
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
		ret = copy_pages(q, mm, &c);
	}
	mutex_unlock(&q->lock);
	/*
	 * It may be the last reference of a client that was killed. Its queues are released
	 * with it, which may wait for the server: not here, in the server.
	 */
	if (mm)
		mmput_async(mm);
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

/* Is it that life's time? Then poll() may have to know of something. */
static long
ctl_alive(struct emu_queue *q, u32 life, bool wake)
{
	int ret = -ESTALE;

	mutex_lock(&q->lock);
	/* started, so that uacce has set up what is waited on */
	if (q->life == life && (life & 1) != 0 && q->uq) {
		if (wake)
			wake_up_interruptible(&q->uq->wait);
		ret = 0;
	}
	mutex_unlock(&q->lock);
	return ret;
}

static long
ctl_stopped(struct emu_queue *q, u32 life)
{
	spin_lock(&events_lock);
	if (q->stopping == life)
		WRITE_ONCE(q->stopping, 0);
	spin_unlock(&events_lock);
	wake_up(&stopped);
	return 0;
}

static long
ctl_life(unsigned int cmd, void __user *arg)
{
	struct emu_life l;
	struct emu_queue *q;

	if (copy_from_user(&l, arg, sizeof(l)))
		return -EFAULT;
	q = emu_queue_at(l.queue);
	if (!q)
		return -EINVAL;
	if (cmd == EMU_STOPPED)
		return ctl_stopped(q, l.life);
	return ctl_alive(q, l.life, cmd == EMU_WAKE);
}

static long
ctl_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	switch (cmd) {
	case EMU_INFO:
		return ctl_info((void __user *)arg);
	case EMU_COPY:
		return ctl_copy((void __user *)arg);
	case EMU_STOPPED:
	case EMU_WAKE:
	case EMU_ALIVE:
		return ctl_life(cmd, (void __user *)arg);
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

	/* clients may have outlived another server, and still ring */
	spin_lock(&events_lock);
	if (!served) {
		kfifo_reset(&events);
		WRITE_ONCE(served, true);
		ret = 0;
	}
	spin_unlock(&events_lock);
	return ret;
}

static int
ctl_release(struct inode *inode, struct file *file)
{
	u32 i;

	/* nor has it the rings any more, which keep the file open */
	spin_lock(&events_lock);
	WRITE_ONCE(served, false);
	for (i = 0; i < emu_devices * emu_queues; i++)
		WRITE_ONCE(emu_queue_at(i)->stopping, 0);
	spin_unlock(&events_lock);
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
