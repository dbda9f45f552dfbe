/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/*
 * Mappings (datasheet 1.6).
 *
 * The client gets mappings of its own: of the doorbells one without access, of the rings
 * a second one of the soft device's pages. So it can unmap and protect them as it likes,
 * and they can be taken away while an engine works.
 */

#include <errno.h>
#include <stdarg.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "preload.h"
#include "preload_next.h"

static size_t
pages(size_t len)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	return (len + page - 1) / page * page;
}

static void *
raw_mmap(void *addr, size_t len, int prot, int flags, int fd, off_t off)
{
	return (void *)syscall(SYS_mmap, addr, len, prot, flags, fd, off);
}

/* nothing is there to be mapped: the kernel's own SIGBUS */
static void *removed = MAP_FAILED;

/* An old length of 0 makes a second mapping of shared pages. */
static void *
map_again(void *old, size_t len, int flags, void *addr)
{
	return (void *)syscall(SYS_mremap, old, 0, len, MREMAP_MAYMOVE | flags, addr);
}

static void *
fail_map(int err)
{
	errno = err;
	return MAP_FAILED;
}

static void *
map_mmio(void *addr, size_t len, int flags)
{
	return raw_mmap(addr, len, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE |
			(flags & (MAP_FIXED | MAP_FIXED_NOREPLACE)), -1, 0);
}

static void *
map_dus(struct pl_file *f, void *addr, size_t len, int prot, int flags)
{
	void *p;

	/* mremap() would unmap what is there */
	if ((flags & MAP_FIXED_NOREPLACE) == MAP_FIXED_NOREPLACE) {
		p = map_mmio(addr, len, flags);
		if (p == MAP_FAILED)
			return p;
		flags |= MAP_FIXED;
	}
	p = map_again(f->map[UACCE_REGION_DUS].dev, len, flags & MAP_FIXED ? MREMAP_FIXED : 0,
		      addr);
	if (p != MAP_FAILED && prot != (PROT_READ | PROT_WRITE))
		syscall(SYS_mprotect, p, len, prot);
	return p;
}

static int
map_check(struct pl_file *f, unsigned int region, size_t len, int prot)
{
	void *dev;

	if (f->zombie)
		return -ENXIO;
	/* what the parent mapped is mapped; what it did not is not for this process */
	if (f->foreign)
		return f->map[region].addr != NULL ? -EEXIST : -ENXIO;
	if (f->map[region].addr != NULL)
		return -EEXIST;
	if ((f->flags & O_ACCMODE) == O_WRONLY ||
	    ((f->flags & O_ACCMODE) == O_RDONLY && (prot & PROT_WRITE)))
		return -EACCES;
	if (region == UACCE_REGION_MMIO && f->dev->mmio_size != 0 && len > f->dev->mmio_size)
		return -EINVAL;
	return uacce_soft_map(f->q, region, len, &dev);
}

void *
pl_file_map(struct pl_file *f, void *addr, size_t len, int prot, int flags, off_t off)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	unsigned int region = (size_t)off / page;
	void *p;
	int rc;

	len = pages(len);
	if ((size_t)off % page != 0 || (size_t)off / page >= UACCE_REGION_NB || len == 0)
		return fail_map(EINVAL);
	rc = map_check(f, region, len, prot);
	if (rc != 0)
		return fail_map(-rc);
	p = region == UACCE_REGION_MMIO ? map_mmio(addr, len, flags) :
		map_dus(f, addr, len, prot, flags);
	if (p == MAP_FAILED) {
		rc = errno;
		uacce_soft_unmap(f->q, region, f->map[region].dev, len);
		return fail_map(rc);
	}
	madvise(p, len, MADV_DONTFORK);
	f->map[region].addr = p;
	f->map[region].len = len;
	atomic_fetch_add(&pl.nb_maps, 1);
	if (region == UACCE_REGION_MMIO) {
		pl_signal_arm();
		atomic_store(&f->win_dead, false);
		atomic_store(&f->win_len, len);
		/* release: the handler finds the rest of it */
		atomic_store_explicit(&f->win, (uintptr_t)p, memory_order_release);
	}
	return p;
}

void
pl_file_unmapped(struct pl_file *f, unsigned int region)
{
	if (region == UACCE_REGION_MMIO)
		atomic_store(&f->win, 0);
	if (!f->zombie)
		uacce_soft_unmap(f->q, region, f->map[region].dev, f->map[region].len);
	f->map[region].addr = NULL;
	atomic_fetch_sub(&pl.nb_maps, 1);
}

bool
pl_zap_start(void)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	int fd;

	if (removed != MAP_FAILED)
		return true;
	fd = memfd_create("removed", MFD_CLOEXEC);
	if (fd < 0)
		return false;
	removed = raw_mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	NEXT(close)(fd);
	return removed != MAP_FAILED;
}

void
pl_file_zap(struct pl_file *f)
{
	atomic_store_explicit(&f->win_dead, true, memory_order_release);
	for (unsigned int i = 0; i < UACCE_REGION_NB; i++) {
		if (f->map[i].addr == NULL)
			continue;
		map_again(removed, f->map[i].len, MREMAP_FIXED, f->map[i].addr);
		madvise(f->map[i].addr, f->map[i].len, MADV_DONTFORK);
	}
}

/* The next mapping that has a byte of the range, from *i on. */
static struct pl_file *
overlap(const void *addr, size_t len, unsigned int *i, unsigned int *region)
{
	const uint8_t *p = addr;

	for (; *i < atomic_load(&pl.files_end) * UACCE_REGION_NB; (*i)++) {
		struct pl_file *f = &pl.files[*i / UACCE_REGION_NB];
		const uint8_t *at = f->map[*i % UACCE_REGION_NB].addr;

		*region = *i % UACCE_REGION_NB;
		if (at != NULL && !f->foreign && at < p + len &&
		    p < at + f->map[*region].len)
			return f;
	}
	return NULL;
}

/* Without a lock: a range that is the caller's own does not come and go. */
static bool
is_ours(const void *addr, size_t len, bool mmio)
{
	unsigned int i = 0, region;
	struct pl_file *f;

	if (atomic_load_explicit(&pl.nb_maps, memory_order_relaxed) == 0)
		return false;
	while ((f = overlap(addr, len, &i, &region)) != NULL) {
		if (!mmio || (region == UACCE_REGION_MMIO && !atomic_load(&f->win_dead)))
			return true;
		i++;
	}
	return false;
}

/* The kernel has taken the range away, or put something else there. */
static void
forget(const void *addr, size_t len)
{
	unsigned int region;
	struct pl_file *f;

	for (unsigned int i = 0; (f = overlap(addr, len, &i, &region)) != NULL; i++) {
		pl_file_unmapped(f, region);
		pl_file_check(f);
	}
}

/* A mapping that is not of a queue, over one that may be. */
static void *
map_over(void *addr, size_t len, int prot, int flags, int fd, off_t off)
{
	sigset_t mask;
	void *p;

	pl_lock(&mask);
	p = raw_mmap(addr, len, prot, flags, fd, off);
	if (p != MAP_FAILED)
		forget(addr, pages(len));
	pl_unlock(&mask);
	return p;
}

/* ------------------------------------------------------------ what is interposed */

void *
mmap(void *addr, size_t len, int prot, int flags, int fd, off_t off)
{
	struct pl_file *f = NULL;
	int err = errno;
	void *p = NULL;
	sigset_t mask;

	if (fd >= 0 && pl_file_maybe(fd)) {
		pl_lock(&mask);
		f = pl_file_find(fd);
		if (f != NULL)
			p = pl_file_map(f, addr, len, prot, flags, off);
		pl_unlock(&mask);
		if (f != NULL && p != MAP_FAILED)
			errno = err;
	}
	if (f != NULL)
		return p;
	if ((flags & MAP_FIXED) && is_ours(addr, pages(len), false))
		return map_over(addr, len, prot, flags, fd, off);
	return raw_mmap(addr, len, prot, flags, fd, off);
}

void *
mmap64(void *addr, size_t len, int prot, int flags, int fd, off64_t off)
	__attribute__((alias("mmap")));

int
munmap(void *addr, size_t len)
{
	sigset_t mask;
	int rc;

	if (!is_ours(addr, pages(len), false))
		return (int)syscall(SYS_munmap, addr, len);
	pl_lock(&mask);
	rc = (int)syscall(SYS_munmap, addr, len);
	if (rc == 0)
		forget(addr, pages(len));
	pl_unlock(&mask);
	return rc;
}

void *
mremap(void *addr, size_t old_len, size_t new_len, int flags, ...)
{
	void *to = NULL;
	va_list ap;

	va_start(ap, flags);
	if (flags & MREMAP_FIXED)
		to = va_arg(ap, void *);
	va_end(ap);
	if (is_ours(addr, pages(old_len), false))
		return fail_map(EPERM);
	return (void *)syscall(SYS_mremap, addr, old_len, new_len, flags, to);
}

/* Doorbells stay without access, whatever the program would like. */
int
mprotect(void *addr, size_t len, int prot)
{
	if (is_ours(addr, pages(len), true))
		return 0;
	return (int)syscall(SYS_mprotect, addr, len, prot);
}
