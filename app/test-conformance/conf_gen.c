/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

#include "conf_gen.h"

#define MAX_SEG		65535u
#define MAX_OFFSET	200000u
/* what a linear buffer may hold so that its compressed form fits another one */
#define MAX_LINEAR	50000

const char *const conf_flush_names[] = { "none", "sync", "full", "final", NULL };
const char *const conf_huff_names[] = { "default", "fixed", "dynamic", NULL };
const char *const conf_chksum_names[] = {
	"none", "crc32", "adler32", "both", "xxh32", "udc", NULL,
};
const char *const conf_maker_names[] = { "zlib", "synth", NULL };
const char *const conf_zflush_names[] = {
	"none", "partial", "sync", "full", "block", "mixed", NULL,
};

/* splitmix64 */
void
conf_rng_seed(struct conf_rng *rng, uint64_t seed)
{
	rng->state = seed;
}

uint64_t
conf_rng_next(struct conf_rng *rng)
{
	uint64_t z = rng->state += 0x9e3779b97f4a7c15ull;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
	return z ^ (z >> 31);
}

uint32_t
conf_rng_below(struct conf_rng *rng, uint32_t n)
{
	return n == 0 ? 0 : (uint32_t)((conf_rng_next(rng) >> 32) * n >> 32);
}

uint32_t
conf_rng_log(struct conf_rng *rng, uint32_t max)
{
	unsigned int bits = max == 0 ? 0 : 32 - __builtin_clz(max);
	uint32_t mask = (uint32_t)((1ull << conf_rng_below(rng, bits + 1)) - 1);

	return RTE_MIN((uint32_t)conf_rng_next(rng) & mask, max);
}

bool
conf_rng_percent(struct conf_rng *rng, unsigned int percent)
{
	return conf_rng_below(rng, 100) < percent;
}

int32_t
conf_gen_seed(const struct conf_dev *dev, struct conf_rng *rng)
{
	return conf_rng_below(rng, 100000);
}

/* About a power of two: where tables, segments and blocks end. */
static int32_t
near_power(struct conf_rng *rng, unsigned int min_log, unsigned int max_log)
{
	int32_t n = 1 << (min_log + conf_rng_below(rng, max_log - min_log + 1));

	return n - 1 + conf_rng_below(rng, 3);
}

int32_t
conf_gen_size(const struct conf_dev *dev, struct conf_rng *rng)
{
	uint32_t kind = conf_rng_below(rng, 1000);

	if (kind < 300)
		return conf_rng_below(rng, 17);
	if (kind < 650)
		return conf_rng_log(rng, 4095);
	if (kind < 850)
		return near_power(rng, 0, 12);
	if (kind < 975)
		return conf_rng_below(rng, 2049);
	if (kind < 985)
		return near_power(rng, 13, 17);
	if (kind < 993)
		return MAX_SEG - 3 + conf_rng_below(rng, 7);
	if (kind < 999)
		return conf_rng_log(rng, 262143);
	return CONF_MAX_SIZE - conf_rng_log(rng, CONF_MAX_SIZE);
}

int32_t
conf_gen_small(const struct conf_dev *dev, struct conf_rng *rng)
{
	return conf_rng_percent(rng, 50) ? conf_rng_below(rng, 20) : conf_rng_below(rng, 300);
}

int32_t
conf_gen_qps(const struct conf_dev *dev, struct conf_rng *rng)
{
	return 1 + conf_rng_below(rng, dev->nb_qps);
}

int32_t
conf_gen_medium(const struct conf_dev *dev, struct conf_rng *rng)
{
	return RTE_MIN(conf_gen_size(dev, rng), 65536);
}

int32_t
conf_gen_data(const struct conf_dev *dev, struct conf_rng *rng)
{
	return conf_rng_below(rng, CONF_DATA_NB);
}

int32_t
conf_gen_level(const struct conf_dev *dev, struct conf_rng *rng)
{
	return RTE_COMP_LEVEL_PMD_DEFAULT + conf_rng_below(rng, RTE_COMP_LEVEL_MAX + 2);
}

int32_t
conf_gen_huff(const struct conf_dev *dev, struct conf_rng *rng)
{
	return conf_rng_below(rng, 3);
}

int32_t
conf_gen_window(const struct conf_dev *dev, struct conf_rng *rng)
{
	uint8_t step = RTE_MAX(dev->window.increment, 1);
	uint8_t steps = (dev->window.max - dev->window.min) / step;

	if (conf_rng_percent(rng, 30))
		return dev->window.max;
	return dev->window.min + step * conf_rng_below(rng, steps + 1);
}

int32_t
conf_gen_flush(const struct conf_dev *dev, struct conf_rng *rng)
{
	return conf_rng_percent(rng, 50) ? RTE_COMP_FLUSH_FULL : RTE_COMP_FLUSH_FINAL;
}

int32_t
conf_gen_chksum(const struct conf_dev *dev, struct conf_rng *rng)
{
	int32_t offered[8];
	uint32_t n = 0;

	offered[n++] = RTE_COMP_CHECKSUM_NONE;
	if (dev->deflate & RTE_COMP_FF_CRC32_CHECKSUM)
		offered[n++] = RTE_COMP_CHECKSUM_CRC32;
	if (dev->deflate & RTE_COMP_FF_ADLER32_CHECKSUM)
		offered[n++] = RTE_COMP_CHECKSUM_ADLER32;
	if (dev->deflate & RTE_COMP_FF_CRC32_ADLER32_CHECKSUM)
		offered[n++] = RTE_COMP_CHECKSUM_CRC32_ADLER32;
#ifdef RTE_COMP_FF_XXHASH32_CHECKSUM
	if (dev->deflate & RTE_COMP_FF_XXHASH32_CHECKSUM)
		offered[n++] = RTE_COMP_CHECKSUM_XXHASH32;
#endif
	return offered[conf_rng_below(rng, n)];
}

int32_t
conf_gen_bool(const struct conf_dev *dev, struct conf_rng *rng)
{
	return conf_rng_percent(rng, 25);
}

int32_t
conf_gen_offset(const struct conf_dev *dev, struct conf_rng *rng)
{
	if (conf_rng_percent(rng, 60))
		return 0;
	return conf_rng_log(rng, conf_rng_percent(rng, 3) ? 70000 : 512);
}

int32_t
conf_gen_seg(const struct conf_dev *dev, struct conf_rng *rng)
{
	if (conf_rng_percent(rng, 50))
		return 0;
	if (conf_rng_percent(rng, 20))
		return 1;
	return 1 + conf_rng_log(rng, MAX_SEG - 1);
}

int32_t
conf_gen_slack(const struct conf_dev *dev, struct conf_rng *rng)
{
	return conf_rng_percent(rng, 50) ? 0 : conf_rng_log(rng, 2000);
}

int32_t
conf_gen_maker(const struct conf_dev *dev, struct conf_rng *rng)
{
	return conf_rng_below(rng, CONF_MAKER_NB);
}

int32_t
conf_gen_zlevel(const struct conf_dev *dev, struct conf_rng *rng)
{
	return conf_rng_below(rng, 10);
}

int32_t
conf_gen_zstrat(const struct conf_dev *dev, struct conf_rng *rng)
{
	return conf_rng_below(rng, 5);
}

int32_t
conf_gen_zmem(const struct conf_dev *dev, struct conf_rng *rng)
{
	return 1 + conf_rng_below(rng, 9);
}

int32_t
conf_gen_zflush(const struct conf_dev *dev, struct conf_rng *rng)
{
	return conf_rng_percent(rng, 40) ? 0 : conf_rng_below(rng, 6);
}

int32_t
conf_gen_garbage(const struct conf_dev *dev, struct conf_rng *rng)
{
	return 1 + conf_rng_log(rng, 300);
}

int32_t
conf_gen_where(const struct conf_dev *dev, struct conf_rng *rng)
{
	return conf_rng_below(rng, 1000000);
}

int32_t
conf_gen_piece(const struct conf_dev *dev, struct conf_rng *rng)
{
	return 1 + conf_rng_log(rng, MAX_SEG);
}

void
conf_clamp(int32_t *v, int32_t min, int32_t max)
{
	*v = RTE_MAX(min, RTE_MIN(*v, max));
}

bool
conf_offers_deflate(const struct conf_dev *dev)
{
	return dev->compresses || dev->decompresses;
}

bool
conf_offers_compress(const struct conf_dev *dev)
{
	return dev->compresses;
}

bool
conf_offers_decompress(const struct conf_dev *dev)
{
	return dev->decompresses;
}

void
conf_limit_dir(const struct conf_dev *dev, struct conf_params *p)
{
	if (!dev->compresses)
		p->dir = 1;
	if (!dev->decompresses)
		p->dir = 0;
}

static uint64_t
flags(const struct conf_dev *dev)
{
	return dev->has_deflate ? dev->deflate : dev->null | dev->lz4;
}

/* Which of the two buffers may be chained depends on both. */
static void
limit_chains(uint64_t ff, struct conf_params *p)
{
	bool both = ff & RTE_COMP_FF_OOP_SGL_IN_SGL_OUT;
	bool in = ff & RTE_COMP_FF_OOP_SGL_IN_LB_OUT;
	bool out = ff & RTE_COMP_FF_OOP_LB_IN_SGL_OUT;

	if (p->sseg != 0 && p->dseg != 0 && !both)
		*(in ? &p->dseg : &p->sseg) = 0;
	if (p->sseg != 0 && p->dseg == 0 && !in)
		*(both ? &p->dseg : &p->sseg) = both ? p->sseg : 0;
	if (p->sseg == 0 && p->dseg != 0 && !out)
		*(both ? &p->sseg : &p->dseg) = both ? p->dseg : 0;
}

/* Long buffers are chains in any case; those need every combination. */
bool
conf_chains(const struct conf_dev *dev)
{
	const uint64_t all = RTE_COMP_FF_OOP_SGL_IN_SGL_OUT | RTE_COMP_FF_OOP_SGL_IN_LB_OUT |
		RTE_COMP_FF_OOP_LB_IN_SGL_OUT;

	return (flags(dev) & all) == all;
}

void
conf_limit_shape(const struct conf_dev *dev, struct conf_params *p, bool grows)
{
	conf_clamp(&p->size, 0, CONF_MAX_SIZE);
	conf_clamp(&p->sseg, 0, MAX_SEG);
	conf_clamp(&p->dseg, 0, MAX_SEG);
	conf_clamp(&p->soff, 0, MAX_OFFSET);
	conf_clamp(&p->stail, 0, MAX_OFFSET);
	conf_clamp(&p->doff, 0, MAX_OFFSET);
	limit_chains(flags(dev), p);
	if (!conf_chains(dev)) {
		/* too short for a chain, which would be another combination */
		if (p->size < 2)
			p->sseg = p->dseg = 0;
		conf_clamp(&p->size, 0, MAX_LINEAR);
		conf_clamp(&p->soff, 0, 1000);
		conf_clamp(&p->stail, 0, 1000);
		conf_clamp(&p->doff, 0, 1000);
	}
	if (grows && !conf_chains(dev))
		conf_clamp(&p->size, 0, MAX_LINEAR - 10000);
}

void
conf_limit_deflate(const struct conf_dev *dev, struct conf_params *p)
{
	conf_limit_shape(dev, p, true);
	conf_clamp(&p->win, dev->window.min, dev->window.max);
	conf_clamp(&p->level, RTE_COMP_LEVEL_PMD_DEFAULT, RTE_COMP_LEVEL_MAX);
	if (p->level == RTE_COMP_LEVEL_NONE &&
	    !(dev->deflate & RTE_COMP_FF_NONCOMPRESSED_BLOCKS))
		p->level = RTE_COMP_LEVEL_MIN;
	if (p->huff == RTE_COMP_HUFFMAN_FIXED &&
	    !(dev->deflate & RTE_COMP_FF_HUFFMAN_FIXED))
		p->huff = RTE_COMP_HUFFMAN_DEFAULT;
	if (p->huff == RTE_COMP_HUFFMAN_DYNAMIC &&
	    !(dev->deflate & RTE_COMP_FF_HUFFMAN_DYNAMIC))
		p->huff = RTE_COMP_HUFFMAN_DEFAULT;
	/* no far match fits into data shorter than the window */
	while (p->data == CONF_FAR && p->win > dev->window.min && p->size <= 1 << p->win)
		p->win -= RTE_MAX(dev->window.increment, 1);
	conf_clamp(&p->win, dev->window.min, dev->window.max);
}

void
conf_limit_maker(const struct conf_dev *dev, struct conf_params *p)
{
	conf_limit_shape(dev, p, false);
	conf_clamp(&p->win, dev->window.min, dev->window.max);
	conf_clamp(&p->zlevel, 0, 9);
	conf_clamp(&p->zstrat, 0, 4);
	conf_clamp(&p->zmem, 1, 9);
	conf_clamp(&p->zflush, 0, 5);
	conf_clamp(&p->maker, 0, CONF_MAKER_NB - 1);
	conf_clamp(&p->data, 0, CONF_DATA_NB - 1);
}
