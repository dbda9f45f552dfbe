/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

#include <errno.h>

#include <rte_errno.h>

#include "conf_op.h"

void
conf_xform_compress(const struct conf_params *p, struct rte_comp_xform *x)
{
	memset(x, 0, sizeof(*x));
	x->type = RTE_COMP_COMPRESS;
	x->compress.algo = RTE_COMP_ALGO_DEFLATE;
	x->compress.deflate.huffman = p->huff;
	x->compress.level = p->level;
	x->compress.window_size = p->win;
	x->compress.chksum = p->chksum;
}

void
conf_xform_decompress(const struct conf_params *p, struct rte_comp_xform *x)
{
	memset(x, 0, sizeof(*x));
	x->type = RTE_COMP_DECOMPRESS;
	x->decompress.algo = RTE_COMP_ALGO_DEFLATE;
	x->decompress.window_size = p->win;
	x->decompress.chksum = p->chksum;
}

int
conf_xform_try(struct conf_case *c, const struct rte_comp_xform *x, void **handle)
{
	int ret;

	*handle = NULL;
	if (c->nb_xforms == CONF_XFORMS)
		return -E2BIG;
	ret = rte_compressdev_private_xform_create(c->dev->id, x, handle);
	if (ret == 0)
		c->xforms[c->nb_xforms++] = *handle;
	return ret;
}

enum conf_result
conf_xform(struct conf_case *c, const struct rte_comp_xform *x, void **handle)
{
	int ret = conf_xform_try(c, x, handle);

	CONF_CHECK(c, ret == 0, "private_xform_create for what is advertised: %d (%s)", ret,
		   rte_strerror(-ret));
	CONF_CHECK(c, *handle != NULL, "private_xform_create gave a NULL handle");
	return CONF_PASS;
}

enum conf_result
conf_stream(struct conf_case *c, const struct rte_comp_xform *x, void **handle)
{
	int ret;

	*handle = NULL;
	CONF_CHECK(c, c->nb_streams < CONF_STREAMS, "the suite is out of streams");
	ret = rte_compressdev_stream_create(c->dev->id, x, handle);
	CONF_CHECK(c, ret == 0, "stream_create for what is advertised: %d (%s)", ret,
		   rte_strerror(-ret));
	CONF_CHECK(c, *handle != NULL, "stream_create gave a NULL handle");
	c->streams[c->nb_streams++] = *handle;
	return CONF_PASS;
}
