/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

#include <zlib.h>

#include "conf_ref.h"

int
conf_inflate(const uint8_t *in, size_t len, uint8_t *out, size_t room, int win,
	     size_t *consumed, size_t *produced)
{
	z_stream z = {
		.next_in = (z_const Bytef *)(uintptr_t)in, .avail_in = len,
		.next_out = out, .avail_out = room,
	};
	int ret = inflateInit2(&z, -win);

	if (ret != Z_OK)
		rte_panic("inflateInit2(%d): %d\n", -win, ret);
	ret = inflate(&z, Z_SYNC_FLUSH);
	*consumed = z.total_in;
	*produced = z.total_out;
	inflateEnd(&z);
	return ret == Z_OK ? Z_BUF_ERROR : ret;
}

void
conf_expect_params(const struct conf_params *p, struct conf_expect *e)
{
	e->win = p->win;
	e->final = p->flush == RTE_COMP_FLUSH_FINAL;
	e->blocks = CONF_BLOCK_STORED | CONF_BLOCK_FIXED | CONF_BLOCK_DYNAMIC;
	if (p->level == RTE_COMP_LEVEL_NONE)
		e->blocks = CONF_BLOCK_STORED;
	else if (p->huff == RTE_COMP_HUFFMAN_FIXED)
		e->blocks = CONF_BLOCK_STORED | CONF_BLOCK_FIXED;
}

static enum conf_result
check_walk(struct conf_case *c, const uint8_t *out, size_t len, const struct conf_expect *e,
	   uint8_t *back)
{
	struct conf_walk w;

	memcpy(back, e->dict == NULL ? back : e->dict, e->dict_len);
	conf_walk(out, len, back + e->dict_len, e->len, e->dict_len, &w);
	if (e->final)
		CONF_CHECK(c, w.end == CONF_WALK_FINAL, "FINAL output of %zu bytes: %s at bit %zu",
			   len, conf_walk_name(w.end), w.bits);
	else
		CONF_CHECK(c, w.end == CONF_WALK_OPEN && w.bits == len * 8,
			   "FULL output of %zu bytes, which has to end at a byte's end without a "
			   "final block: %s at bit %zu", len, conf_walk_name(w.end), w.bits);
	CONF_CHECK(c, (w.bits + 7) / 8 == len, "output of %zu bytes ends after %zu", len,
		   (w.bits + 7) / 8);
	CONF_CHECK(c, w.out_len == e->len, "output holds %zu bytes, not %zu", w.out_len, e->len);
	CONF_CHECK(c, memcmp(back + e->dict_len, e->data, e->len) == 0,
		   "output does not hold the input");
	CONF_CHECK(c, w.max_dist <= 1u << e->win, "a distance of %u in a window of %u",
		   w.max_dist, 1u << e->win);
	CONF_CHECK(c, (w.blocks & ~e->blocks) == 0,
		   "blocks of types %s%s%s, of which not all were asked for",
		   w.blocks & CONF_BLOCK_STORED ? "stored " : "",
		   w.blocks & CONF_BLOCK_FIXED ? "fixed " : "",
		   w.blocks & CONF_BLOCK_DYNAMIC ? "dynamic " : "");
	return CONF_PASS;
}

/* zlib has its own opinion; what is not final has to go on. */
static enum conf_result
check_zlib(struct conf_case *c, const uint8_t *out, size_t len, const struct conf_expect *e,
	   uint8_t *back)
{
	static const uint8_t empty_final[] = { 3, 0 };
	uint8_t *in = conf_mem(c, len + sizeof(empty_final));
	z_stream z = { .next_in = in, .avail_in = len, .next_out = back, .avail_out = e->len + 1 };
	bool same;
	int ret;

	memcpy(in, out, len);
	if (!e->final) {
		memcpy(in + len, empty_final, sizeof(empty_final));
		z.avail_in += sizeof(empty_final);
	}
	if (inflateInit2(&z, -(int)e->win) != Z_OK)
		rte_panic("inflateInit2(%u)\n", e->win);
	if (e->dict_len != 0 && inflateSetDictionary(&z, e->dict, e->dict_len) != Z_OK)
		rte_panic("inflateSetDictionary\n");
	ret = inflate(&z, Z_FINISH);
	same = z.total_out == e->len && memcmp(back, e->data, e->len) == 0;
	inflateEnd(&z);
	CONF_CHECK(c, ret == Z_STREAM_END && z.avail_in == 0 && same,
		   "zlib (window %u): %d with %u of %zu bytes left, %s", e->win, ret, z.avail_in,
		   len, same ? "same data" : "other data");
	return CONF_PASS;
}

enum conf_result
conf_deflated(struct conf_case *c, const uint8_t *out, size_t len, const struct conf_expect *e)
{
	uint8_t *back = conf_mem(c, e->dict_len + e->len + 1);

	CONF_TRY(check_walk(c, out, len, e, back));
	return check_zlib(c, out, len, e, back);
}
