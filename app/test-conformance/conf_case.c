/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

#include <stdarg.h>
#include <stdio.h>

#include "conf_op.h"

void *
conf_mem(struct conf_case *c, size_t size)
{
	if (c->nb_mem == c->max_mem) {
		c->max_mem = c->max_mem * 2 + 64;
		c->mem = realloc(c->mem, c->max_mem * sizeof(*c->mem));
	}
	if (c->mem == NULL || (c->mem[c->nb_mem] = calloc(1, size + 1)) == NULL)
		rte_panic("no memory\n");
	return c->mem[c->nb_mem++];
}

enum conf_result
conf_fail(struct conf_case *c, const char *fmt, ...)
{
	va_list ap;

	/* the first is the cause */
	if (c->check != NULL)
		return CONF_FAIL;
	va_start(ap, fmt);
	vsnprintf(c->why, sizeof(c->why), fmt, ap);
	va_end(ap);
	c->check = fmt;
	return CONF_FAIL;
}

enum conf_result
conf_note(struct conf_case *c, const char *fmt, ...)
{
	va_list ap;

	if (c->note != NULL)
		return CONF_NOTE;
	va_start(ap, fmt);
	vsnprintf(c->why, sizeof(c->why), fmt, ap);
	va_end(ap);
	c->note = fmt;
	return CONF_NOTE;
}

/* Give all back, but what a lost device may still write to. */
static void
case_release(struct conf_case *c)
{
	while (c->ops != NULL && !c->dev->lost)
		conf_op_free(c->ops);
	for (unsigned int i = 0; i < c->nb_xforms && !c->dev->lost; i++)
		rte_compressdev_private_xform_free(c->dev->id, c->xforms[i]);
	for (unsigned int i = 0; i < c->nb_streams && !c->dev->lost; i++)
		rte_compressdev_stream_free(c->dev->id, c->streams[i]);
	for (unsigned int i = 0; i < c->nb_mem && !c->dev->lost; i++)
		free(c->mem[i]);
	free(c->mem);
}

/* An early return may leave ops in flight; nothing is free until they are back. */
static void
case_drain(struct conf_case *c)
{
	struct conf_op *done[32];
	struct conf_clock clock;
	unsigned int n;

	conf_clock_start(c->dev, &clock);
	for (uint16_t qp = 0; qp < CONF_MAX_QPS; qp++) {
		while (c->inflight[qp] != 0 && !c->dev->lost) {
			if (conf_qp_poll(c, qp, done, RTE_DIM(done), &n) != CONF_PASS && n == 0)
				c->dev->lost = true;
			else if (conf_clock_over(&clock))
				conf_lost(c, "after the case");
		}
	}
}

enum conf_result
conf_case_run(const struct conf_area *area, struct conf_dev *dev,
	      const struct conf_params *p, struct conf_case *c)
{
	enum conf_result ret;

	memset(c, 0, sizeof(*c));
	c->dev = dev;
	c->p = p;
	conf_rng_seed(&c->rng, ((uint64_t)(uint32_t)p->seed << 32) ^ 0x636f6e66);
	if (conf_dev_ring(dev, p->ring == 0 ? CONF_RING : (uint32_t)p->ring) != 0)
		ret = conf_fail(c, "the device cannot be set up for %d ops in flight", p->ring);
	else
		ret = area->run(c);
	case_drain(c);
	if (c->dev->lost)
		ret = CONF_FAIL;
	case_release(c);
	return ret;
}
