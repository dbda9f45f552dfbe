/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

#ifndef UACCE_ZIP_COMPAT_H
#define UACCE_ZIP_COMPAT_H

/**
 * @file
 * Everything that differs between DPDK 22.11 and later versions.
 */

#include <assert.h>
#include <pthread.h>

#include <rte_comp.h>
#include <rte_compat.h>
#include <rte_lcore.h>
#include <rte_thread.h>
#include <rte_version.h>

/* 25.07 lists exported symbols in the sources instead of version.map */
#if RTE_VERSION >= RTE_VERSION_NUM(25, 7, 0, 0) && __has_include(<eal_export.h>)
#include <eal_export.h>
#endif
#ifndef RTE_EXPORT_EXPERIMENTAL_SYMBOL
#define RTE_EXPORT_EXPERIMENTAL_SYMBOL(symbol, version)
#endif

/*
 * Numbers of the API that not every version has. Where they are missing nothing is above
 * ZIP_ALGO_LAST and ZIP_CHKSUM_LAST.
 */
#define ZIP_ALGO_LZ4		4
#define ZIP_CHKSUM_XXH32	4
#define ZIP_CHKSUM_UDC		5

/* 23.03 adds LZ4 and xxHash-32. */
#if RTE_VERSION >= RTE_VERSION_NUM(23, 3, 0, 0)
static_assert((int)RTE_COMP_ALGO_LZ4 == ZIP_ALGO_LZ4 &&
	      (int)RTE_COMP_CHECKSUM_XXHASH32 == ZIP_CHKSUM_XXH32, "rte_comp.h");
#define ZIP_ALGO_LAST		RTE_COMP_ALGO_LZ4
#define ZIP_FF_XXH32		RTE_COMP_FF_XXHASH32_CHECKSUM
#define ZIP_FF_LZ4		(RTE_COMP_FF_LZ4_CONTENT_WITH_CHECKSUM | \
	RTE_COMP_FF_LZ4_CONTENT_SIZE | RTE_COMP_FF_LZ4_BLOCK_WITH_CHECKSUM | \
	RTE_COMP_FF_LZ4_BLOCK_INDEPENDENCE)
/** Frame flags the soft device has; there is no pointer to a dictionary to give an ID of. */
#define ZIP_LZ4_FLAGS		(RTE_COMP_LZ4_FLAG_CONTENT_CHECKSUM | \
	RTE_COMP_LZ4_FLAG_CONTENT_SIZE | RTE_COMP_LZ4_FLAG_BLOCK_CHECKSUM | \
	RTE_COMP_LZ4_FLAG_BLOCK_INDEPENDENCE)
#define zip_lz4_flags(xform)	((xform)->lz4.flags)
#else
#define ZIP_ALGO_LAST		RTE_COMP_ALGO_LZS
#define ZIP_FF_XXH32		0
#define ZIP_FF_LZ4		0
#define ZIP_LZ4_FLAGS		0
#define zip_lz4_flags(xform)	0
#endif

/* 25.11 adds dictionaries and the checksum of PDCP's uplink data compression. */
#if RTE_VERSION >= RTE_VERSION_NUM(25, 11, 0, 0)
static_assert((int)RTE_COMP_CHECKSUM_3GPP_PDCP_UDC == ZIP_CHKSUM_UDC, "rte_comp.h");
#define ZIP_CHKSUM_LAST		RTE_COMP_CHECKSUM_3GPP_PDCP_UDC
#define ZIP_STATUS_CHKSUM	RTE_COMP_OP_STATUS_CHECKSUM_VALIDATION_FAILED
#define zip_dict(params)	((params)->dictionary)
#define zip_dict_len(params)	((params)->dictionary_len)
#define zip_inflate_dict(xform)	zip_dict(&(xform)->inflate)
#define zip_inflate_dict_len(xform)	zip_dict_len(&(xform)->inflate)
#else
#if RTE_VERSION >= RTE_VERSION_NUM(23, 3, 0, 0)
#define ZIP_CHKSUM_LAST		RTE_COMP_CHECKSUM_XXHASH32
#else
#define ZIP_CHKSUM_LAST		RTE_COMP_CHECKSUM_CRC32_ADLER32
#endif
#define ZIP_STATUS_CHKSUM	RTE_COMP_OP_STATUS_ERROR
#define zip_dict(params)	NULL
#define zip_dict_len(params)	0
#define zip_inflate_dict(xform)	NULL
#define zip_inflate_dict_len(xform)	0
#endif

/* 23.07 renames control threads and changes what they run. */
#if RTE_VERSION >= RTE_VERSION_NUM(23, 7, 0, 0)
typedef rte_thread_t zip_thread_t;
#define ZIP_THREAD_FUNC(name, arg)	uint32_t name(void *arg)
#define ZIP_THREAD_RETURN		return 0
#define zip_ctrl_thread_create(t, name, func, arg) \
	rte_thread_create_control(t, name, func, arg)
#define zip_thread_join(t)		rte_thread_join(t, NULL)
#else
typedef pthread_t zip_thread_t;
#define ZIP_THREAD_FUNC(name, arg)	void *name(void *arg)
#define ZIP_THREAD_RETURN		return NULL
#define zip_ctrl_thread_create(t, name, func, arg) \
	rte_ctrl_thread_create(t, name, NULL, func, arg)
#define zip_thread_join(t)		pthread_join(t, NULL)
#endif

#endif /* UACCE_ZIP_COMPAT_H */
