/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fuzz.h"
#include "fuzz_tree.h"

static const char * const attr_names[TREE_ATTRS] = {
	"api", "algorithms", "flags", "available_instances", "region_mmio_size",
	"region_dus_size", "isolate", "isolate_strategy", "device/numa_node",
};

/* in pages of 4 KiB, as a pagesize of 64 KiB divides them too */
static const char * const attr_good[TREE_ATTRS] = {
	"hisi_qm_v3\n", "zlib\ngzip\ndeflate\n", "1\n", "62\n", "65536\n", "262144\n",
	"0\n", "7\n", "1\n",
};

static char root[128];
static int root_fd;
static struct tree_slot now[TREE_SLOTS];

const char *
tree_root(void)
{
	return root;
}

static int
remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	return remove(path);
}

static void
tree_remove(void)
{
	nftw(root, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

void
tree_make(void)
{
	const char *tmp = getenv("TMPDIR");
	char path[32];

	if (tmp == NULL)
		tmp = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
	snprintf(root, sizeof(root), "%.96s/uacce-fuzz-XXXXXX", tmp);
	if (mkdtemp(root) == NULL) {
		perror(root);
		exit(EXIT_FAILURE);
	}
	atexit(tree_remove);
	root_fd = open(root, O_DIRECTORY | O_RDONLY | O_CLOEXEC);
	mkdirat(root_fd, "class", 0755);
	mkdirat(root_fd, "dev", 0755);
	for (unsigned int i = 0; i < TREE_SLOTS; i++) {
		snprintf(path, sizeof(path), "dev/%u", i);
		mkdirat(root_fd, path, 0755);
		snprintf(path, sizeof(path), "dev/%u/device", i);
		mkdirat(root_fd, path, 0755);
	}
}

static void
path_remove(const char *path, enum tree_kind kind)
{
	if (kind != TREE_NONE)
		FUZZ_CHECK(unlinkat(root_fd, path, kind == TREE_DIR ? AT_REMOVEDIR : 0) == 0,
			   "%s: %s", path, strerror(errno));
}

static int
file_make(const char *path, const void *text, size_t len)
{
	int fd = openat(root_fd, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	ssize_t n;

	if (fd < 0)
		return -1;
	n = write(fd, text, len);
	close(fd);
	return n == (ssize_t)len ? 0 : -1;
}

/* `good` is for links to devices and `text` for files. */
static void
path_make(const char *path, enum tree_kind kind, const char *good,
	  const void *text, size_t len)
{
	const char *name = strrchr(path, '/') + 1;
	int ret = 0;

	switch (kind) {
	case TREE_GOOD:
		ret = good != NULL ? symlinkat(good, root_fd, path) :
			file_make(path, text, len);
		break;
	case TREE_TEXT:
		ret = file_make(path, text, len);
		break;
	case TREE_DIR:
		ret = mkdirat(root_fd, path, 0755);
		break;
	case TREE_DANGLING:
		ret = symlinkat("nowhere", root_fd, path);
		break;
	case TREE_LOOP:
		ret = symlinkat(name, root_fd, path);
		break;
	case TREE_FIFO:
		ret = mkfifoat(root_fd, path, 0644);
		break;
	default:
		break;
	}
	FUZZ_CHECK(ret == 0, "%s: %s", path, strerror(errno));
}

static void
attr_set(unsigned int slot, unsigned int a, const struct tree_attr *want)
{
	struct tree_attr *have = &now[slot].attrs[a];
	const void *text = want->text;
	size_t len = want->len;
	char path[64];

	if (want->kind == have->kind && len == have->len && memcmp(text, have->text, len) == 0)
		return;
	snprintf(path, sizeof(path), "dev/%u/%s", slot, attr_names[a]);
	if (want->kind != TREE_TEXT || have->kind != TREE_TEXT)
		path_remove(path, have->kind);
	if (want->kind == TREE_GOOD) {
		text = attr_good[a];
		len = strlen(text);
	}
	path_make(path, want->kind, NULL, text, len);
	*have = *want;
}

static bool
same_entry(const struct tree_slot *a, const struct tree_slot *b)
{
	return a->kind == b->kind && strcmp(a->name, b->name) == 0;
}

void
tree_slot_hide(unsigned int slot, const struct tree_slot *want)
{
	char path[TREE_NAME_LEN + 16];

	if (same_entry(&now[slot], want))
		return;
	snprintf(path, sizeof(path), "class/%s", now[slot].name);
	path_remove(path, now[slot].kind);
	now[slot].kind = TREE_NONE;
}

void
tree_slot_show(unsigned int slot, const struct tree_slot *want)
{
	char path[TREE_NAME_LEN + 16], device[16];

	if (!same_entry(&now[slot], want)) {
		snprintf(path, sizeof(path), "class/%s", want->name);
		snprintf(device, sizeof(device), "../dev/%u", slot);
		path_make(path, want->kind, device, "", 0);
		now[slot].kind = want->kind;
		snprintf(now[slot].name, sizeof(now[slot].name), "%s", want->name);
	}
	for (unsigned int a = 0; a < TREE_ATTRS; a++)
		attr_set(slot, a, &want->attrs[a]);
}
