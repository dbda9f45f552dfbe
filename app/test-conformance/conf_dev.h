/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

#ifndef CONF_DEV_H
#define CONF_DEV_H

#include "conf.h"

#define CONF_ARENA	(12u << 20)

/* Data room of each pool of mbufs, rising. */
extern const uint16_t conf_pool_rooms[CONF_POOLS];

int conf_pools_create(struct conf_dev *dev);
/* Memory that a lost op may still write to is left alone. */
int conf_arena_renew(struct conf_dev *dev);

#endif
