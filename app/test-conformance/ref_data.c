/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

#include "conf_ref.h"

#define WORDS		64u
#define WORD_MAX	12u

const char *const conf_data_names[] = {
	"zeros", "text", "random", "repeats", "far", "sparse", "skewed", NULL,
};

static void
fill_text(uint8_t *buf, size_t len, struct conf_rng *rng)
{
	char words[WORDS][WORD_MAX];
	uint8_t lens[WORDS];
	size_t pos = 0;

	for (unsigned int w = 0; w < WORDS; w++) {
		lens[w] = 2 + conf_rng_below(rng, WORD_MAX - 2);
		for (unsigned int i = 0; i < lens[w]; i++)
			words[w][i] = 'a' + conf_rng_below(rng, 26);
		words[w][lens[w] - 1] = w % 9 == 0 ? '\n' : ' ';
	}
	while (pos < len) {
		uint32_t w = conf_rng_log(rng, WORDS - 1);

		for (unsigned int i = 0; i < lens[w] && pos < len; i++)
			buf[pos++] = words[w][i];
	}
}

static void
fill_random(uint8_t *buf, size_t len, struct conf_rng *rng)
{
	for (size_t pos = 0; pos < len; pos++)
		buf[pos] = (uint8_t)(conf_rng_next(rng) >> 40);
}

/* Long runs of a short period, each followed by noise. */
static void
fill_repeats(uint8_t *buf, size_t len, struct conf_rng *rng)
{
	size_t pos = 0;

	while (pos < len) {
		size_t period = 1 + conf_rng_log(rng, 300);
		size_t run = conf_rng_log(rng, 3000);

		for (size_t i = 0; i < period && pos < len; i++)
			buf[pos++] = (uint8_t)conf_rng_next(rng);
		for (size_t i = 0; i < run && pos < len; i++, pos++)
			buf[pos] = buf[pos - period];
	}
}

/* Noise with copies of three to five bytes, from anywhere before. */
static void
fill_sparse(uint8_t *buf, size_t len, struct conf_rng *rng)
{
	size_t pos = 0;

	while (pos < len) {
		size_t n = 3 + conf_rng_below(rng, 3);
		bool copy = pos > 8 && conf_rng_percent(rng, 20);
		size_t dist = copy ? 1 + conf_rng_below(rng, RTE_MIN(pos, 40000u)) : 0;

		for (size_t i = 0; i < n && pos < len; i++, pos++)
			buf[pos] = copy ? buf[pos - dist] : (uint8_t)conf_rng_next(rng);
	}
}

static void
fill_skewed(uint8_t *buf, size_t len, struct conf_rng *rng)
{
	for (size_t pos = 0; pos < len; pos++)
		buf[pos] = (uint8_t)__builtin_ctzll(conf_rng_next(rng) | 1ull << 20) * 37;
}

void
conf_data_fill(uint8_t *buf, size_t len, enum conf_data kind, uint32_t seed, unsigned int win)
{
	struct conf_rng rng;
	size_t period;

	conf_rng_seed(&rng, seed + ((uint64_t)kind << 32));
	switch (kind) {
	case CONF_TEXT:
		fill_text(buf, len, &rng);
		break;
	case CONF_RANDOM:
		fill_random(buf, len, &rng);
		break;
	case CONF_REPEATS:
		fill_repeats(buf, len, &rng);
		break;
	case CONF_FAR:
		/* one nearer than the window, exactly at it, one beyond */
		period = (1u << win) - 1 + seed % 3;
		fill_random(buf, RTE_MIN(len, period), &rng);
		for (size_t pos = period; pos < len; pos++)
			buf[pos] = buf[pos - period];
		break;
	case CONF_SPARSE:
		fill_sparse(buf, len, &rng);
		break;
	case CONF_SKEWED:
		fill_skewed(buf, len, &rng);
		break;
	case CONF_ZEROS:
	default:
		memset(buf, 0, len);
		break;
	}
}

uint8_t *
conf_data(struct conf_case *c)
{
	uint8_t *buf = conf_mem(c, c->p->size);

	conf_data_fill(buf, c->p->size, c->p->data, c->p->seed, c->p->win == 0 ? 8 : c->p->win);
	return buf;
}
