/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

#ifndef UACCE_ZIP_ARGS_H
#define UACCE_ZIP_ARGS_H

/**
 * @file
 * Devargs.
 */

#include <stdbool.h>
#include <stdint.h>

#include <uacce.h>
#include <uacce_soft.h>

#define ZIP_MAX_ENGINES		16
#define ZIP_MAX_PATH		UACCE_PATH_LEN
#define ZIP_TIMEOUT_MS		5000	/**< default of the devarg */
#define ZIP_TIMEOUT_MAX_MS	3600000

/** Where requests may be executed. */
enum zip_where {
	ZIP_DEVICE_AUTO = 0,
	ZIP_DEVICE_SOFT,
	ZIP_DEVICE_HW,
};

/** Parsed devargs. */
struct uacce_zip_args {
	enum zip_where device;
	unsigned int nb_names;			/**< devices asked for by name */
	char names[ZIP_MAX_ENGINES][UACCE_NAME_LEN];
	unsigned int max_qps;			/**< 0: as many as there are */
	bool fallback;
	uint32_t verify;			/**< one compression in so many; 0: none */
	unsigned int timeout_ms;		/**< engines that complete nothing; 0: none */
	char class_path[ZIP_MAX_PATH];
	char dev_path[ZIP_MAX_PATH];
	unsigned int soft_depth;		/**< 0: what the queue pair needs */
	bool soft_ext;				/**< off: pose as silicon */
	struct uacce_soft_conf soft;
	char soft_faults[1024];
	char soft_trace[ZIP_MAX_PATH];
	int socket_id;
};

/**
 * Parse; what is wrong is logged.
 *
 * @return
 *   0, or -EINVAL.
 */
int
uacce_zip_args_parse(const char *text, struct uacce_zip_args *args);

#endif /* UACCE_ZIP_ARGS_H */
