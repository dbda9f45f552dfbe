/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

#include <sys/mman.h>
#include <unistd.h>

#include <sanitizer/asan_interface.h>

#include "fuzz.h"
#include "fuzz_mem.h"

#define REACH	4096	/* of a library's stray store */

void
fuzz_mem_make(struct fuzz_mem *m, const char *name, size_t len, uint8_t fill)
{
	size_t page = sysconf(_SC_PAGESIZE);
	size_t room = (len + page - 1) / page * page;
	uint8_t *map = mmap(NULL, room + 2 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS,
			    -1, 0);

	if (map == MAP_FAILED ||
	    mprotect(map + page, room, PROT_READ | PROT_WRITE) != 0)
		exit(EXIT_FAILURE);
	*m = (struct fuzz_mem){
		.name = name, .p = map + page, .len = len, .fill = fill,
		.before = malloc(len), .set_from = len,
	};
	if (m->before == NULL)
		exit(EXIT_FAILURE);
	memset(m->p, fill, len);
	memset(m->before, fill, len);
}

void
fuzz_mem_set(struct fuzz_mem *m, size_t at, const void *data, size_t len)
{
	memcpy(m->p + at, data, len);
	memcpy(m->before + at, data, len);
	if (m->set_from > at)
		m->set_from = at;
	if (m->set_to < at + len)
		m->set_to = at + len;
}

void
fuzz_mem_reset(struct fuzz_mem *m)
{
	if (m->set_from >= m->set_to)
		return;
	memset(m->p + m->set_from, m->fill, m->set_to - m->set_from);
	memset(m->before + m->set_from, m->fill, m->set_to - m->set_from);
	m->set_from = m->len;
	m->set_to = 0;
}

void
fuzz_mem_allow(struct fuzz_mem *m, size_t at, size_t len, bool write)
{
	FUZZ_CHECK(at <= m->len && len <= m->len - at, "the fuzzer's mistake: %s", m->name);
	/* what there is no room to remember is in the last */
	if (m->nb == FUZZ_MAX_PIECES) {
		at = 0;
		len = m->len;
		write = true;
		m->nb--;
	}
	m->pieces[m->nb].at = at;
	m->pieces[m->nb].len = len;
	m->pieces[m->nb].write = write;
	m->nb++;
	if (m->top < at + len)
		m->top = at + len;
}

void
fuzz_mem_lock(struct fuzz_mem *m)
{
	ASAN_POISON_MEMORY_REGION(m->p, m->len);
	for (unsigned int i = 0; i < m->nb; i++)
		ASAN_UNPOISON_MEMORY_REGION(m->p + m->pieces[i].at, m->pieces[i].len);
}

void
fuzz_mem_unlock(struct fuzz_mem *m)
{
	ASAN_UNPOISON_MEMORY_REGION(m->p, m->len);
}

void
fuzz_mem_check(struct fuzz_mem *m)
{
	/* far from all pieces it would take more time than it is worth */
	size_t len = m->len - m->top < REACH ? m->len : m->top + REACH;

	for (unsigned int i = 0; i < m->nb; i++)
		if (m->pieces[i].write)
			memcpy(m->p + m->pieces[i].at, m->before + m->pieces[i].at,
			       m->pieces[i].len);
	for (size_t i = 0; memcmp(m->p, m->before, len) != 0; i++)
		FUZZ_CHECK(m->p[i] == m->before[i], "%s: byte %zu of %zu was 0x%02x",
			   m->name, i, m->len, m->before[i]);
	m->nb = 0;
	m->top = 0;
}
