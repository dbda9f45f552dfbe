/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

#ifndef TEST_UACCE_TREE_H
#define TEST_UACCE_TREE_H

/**
 * @file
 * A fake class tree, linked as the driver core links the real one:
 *
 *   ROOT/class/NAME -> ../devices/NAME/uacce/NAME
 *   ROOT/devices/NAME/uacce/NAME/{api,flags,...}
 *   ROOT/devices/NAME/uacce/NAME/device -> ROOT/devices/NAME
 *   ROOT/devices/NAME/numa_node
 */

#include <stddef.h>

#include <uacce.h>

/** Path of the tree's class directory; of the tree itself. */
const char *
tree_class(void);
const char *
tree_root(void);

/** Make an empty tree under TMPDIR; remove it and all it holds. */
int
tree_make(void);
void
tree_remove(void);

/** Add a healthy zip device; remove one. */
int
tree_dev_make(const char *dev);
int
tree_dev_remove(const char *dev);

/** Path of an attribute, valid until the next call. */
const char *
tree_attr(const char *dev, const char *attr);

/** Replace the content of an attribute; remove an attribute; copy one. */
int
tree_attr_write(const char *dev, const char *attr, const void *data, size_t len);
int
tree_attr_set(const char *dev, const char *attr, const char *text);
int
tree_attr_remove(const char *dev, const char *attr);
int
tree_attr_copy(const char *dev, const char *from, const char *attr);

#define TREE_NB_DEVS	64
#define TREE_NB_SKIPS	64

/** What the last tree_scan() found and passed over. */
extern struct uacce_dev tree_devs[TREE_NB_DEVS];
extern struct uacce_skip tree_skips[TREE_NB_SKIPS];
extern unsigned int tree_nb_skips;

/** Any device of api v2 or later with a ZIP algorithm. */
extern const struct uacce_match tree_any;

/** Scan the tree into poisoned memory; returns what uacce_scan() does. */
int
tree_scan(const struct uacce_match *match);

/** Why a device was passed over. */
const char *
tree_reason(const char *dev);

#endif /* TEST_UACCE_TREE_H */
