/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

#ifndef AREAS_H
#define AREAS_H

#include "conf_gen.h"

extern const struct conf_area conf_area_compress;
extern const struct conf_area conf_area_decompress;
extern const struct conf_area conf_area_trailing;
extern const struct conf_area conf_area_null;
extern const struct conf_area conf_area_checksum;
extern const struct conf_area conf_area_oos;
extern const struct conf_area conf_area_corrupt;
extern const struct conf_area conf_area_stateful_compress;
extern const struct conf_area conf_area_stateful_decompress;
extern const struct conf_area conf_area_stateful_busy;
extern const struct conf_area conf_area_burst;
extern const struct conf_area conf_area_threads;
extern const struct conf_area conf_area_dictionary;
extern const struct conf_area conf_area_lz4;
extern const struct conf_area conf_area_udc;
extern const struct conf_area conf_area_invalid;

#endif
