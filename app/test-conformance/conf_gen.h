/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/* Values of parameters at random, and what the device makes of combinations. */

#ifndef CONF_GEN_H
#define CONF_GEN_H

#include "conf.h"
#include "conf_ref.h"

typedef int32_t conf_gen(const struct conf_dev *dev, struct conf_rng *rng);

conf_gen conf_gen_seed;
conf_gen conf_gen_size;		/* 0 to 1 MiB, mostly small, edges often */
conf_gen conf_gen_small;	/* up to some 300 */
conf_gen conf_gen_qps;	/* queue pairs in use */
conf_gen conf_gen_medium;	/* up to 64 KiB */
conf_gen conf_gen_data;
conf_gen conf_gen_level;
conf_gen conf_gen_huff;
conf_gen conf_gen_window;
conf_gen conf_gen_flush;	/* FULL or FINAL */
conf_gen conf_gen_chksum;	/* those offered, NONE too */
conf_gen conf_gen_bool;
conf_gen conf_gen_offset;
conf_gen conf_gen_seg;
conf_gen conf_gen_slack;
conf_gen conf_gen_maker;
conf_gen conf_gen_zlevel;
conf_gen conf_gen_zstrat;
conf_gen conf_gen_zmem;
conf_gen conf_gen_zflush;
conf_gen conf_gen_garbage;
conf_gen conf_gen_where;	/* up to a million */
conf_gen conf_gen_piece;	/* 1 to 64 KiB */

extern const char *const conf_flush_names[];
extern const char *const conf_huff_names[];
extern const char *const conf_chksum_names[];
extern const char *const conf_maker_names[];
extern const char *const conf_zflush_names[];

#define CONF_DATA_FIELDS(gen_size) \
	CONF_FIELD(size, 0, gen_size), \
	CONF_NAMED(data, CONF_ZEROS, conf_gen_data, conf_data_names), \
	CONF_FIELD(seed, 0, conf_gen_seed)

#define CONF_SHAPE_FIELDS \
	CONF_FIELD(ext, 0, conf_gen_bool), \
	CONF_FIELD(empty, 0, conf_gen_bool), \
	CONF_FIELD(sseg, 0, conf_gen_seg), \
	CONF_FIELD(dseg, 0, conf_gen_seg), \
	CONF_FIELD(soff, 0, conf_gen_offset), \
	CONF_FIELD(stail, 0, conf_gen_offset), \
	CONF_FIELD(doff, 0, conf_gen_offset)

#define CONF_DEFLATE_FIELDS \
	CONF_FIELD(level, 1, conf_gen_level), \
	CONF_NAMED(huff, RTE_COMP_HUFFMAN_DEFAULT, conf_gen_huff, conf_huff_names), \
	CONF_FIELD(win, 15, conf_gen_window)

#define CONF_MAKER_FIELDS \
	CONF_FIELD(win, 15, conf_gen_window), \
	CONF_NAMED(maker, CONF_MAKE_ZLIB, conf_gen_maker, conf_maker_names), \
	CONF_FIELD(zlevel, 6, conf_gen_zlevel), \
	CONF_FIELD(zstrat, 0, conf_gen_zstrat), \
	CONF_FIELD(zmem, 8, conf_gen_zmem), \
	CONF_NAMED(zflush, 0, conf_gen_zflush, conf_zflush_names)

#define CONF_CHKSUM_FIELD \
	CONF_NAMED(chksum, RTE_COMP_CHECKSUM_NONE, conf_gen_chksum, conf_chksum_names)

/* Sizes and values back into what the device takes; `grows`: output beyond input. */
void conf_limit_shape(const struct conf_dev *dev, struct conf_params *p, bool grows);
void conf_limit_deflate(const struct conf_dev *dev, struct conf_params *p);
void conf_limit_maker(const struct conf_dev *dev, struct conf_params *p);
/* Chains in every combination: buffers may be as long as they like. */
bool conf_chains(const struct conf_dev *dev);
#define CONF_MAX_LINEAR	60000	/* what goes into one segment, with an offset */
/* A value back into a range. */
void conf_clamp(int32_t *v, int32_t min, int32_t max);

bool conf_offers_deflate(const struct conf_dev *dev);	/* in some direction */
bool conf_offers_compress(const struct conf_dev *dev);
bool conf_offers_decompress(const struct conf_dev *dev);
/* dir: 0 is compression */
void conf_limit_dir(const struct conf_dev *dev, struct conf_params *p);

#endif
