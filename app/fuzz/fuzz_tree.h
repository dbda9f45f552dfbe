/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

#ifndef FUZZ_TREE_H
#define FUZZ_TREE_H

/**
 * @file
 * A class tree that is made to look as asked for, touching only what differs:
 *
 *   ROOT/class/NAME -> ../dev/SLOT
 *   ROOT/dev/SLOT/{api,flags,...,device/numa_node}
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TREE_SLOTS	4
#define TREE_ATTRS	9
#define TREE_NAME_LEN	256	/* with its NUL: the longest that a directory takes */
#define TREE_TEXT_LEN	1024

/** What lies where an entry or attribute is looked for. */
enum tree_kind {
	TREE_NONE = 0,
	TREE_GOOD,	/**< entry: link to a device; attribute: what a zip engine has */
	TREE_TEXT,	/**< file of these bytes */
	TREE_DIR,
	TREE_DANGLING,	/**< link to nothing */
	TREE_LOOP,	/**< link to itself */
	TREE_FIFO,
	TREE_KINDS
};

struct tree_attr {
	enum tree_kind kind;
	size_t len;
	uint8_t text[TREE_TEXT_LEN];
};

struct tree_slot {
	enum tree_kind kind;
	char name[TREE_NAME_LEN];
	struct tree_attr attrs[TREE_ATTRS];
};

/** Make the empty tree; it is removed at the exit. */
void
tree_make(void);

/** Give a slot its looks. Two passes over all slots: names may change hands. */
void
tree_slot_hide(unsigned int slot, const struct tree_slot *want);
void
tree_slot_show(unsigned int slot, const struct tree_slot *want);

const char *
tree_root(void);

#endif /* FUZZ_TREE_H */
