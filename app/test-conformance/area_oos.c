/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

#include "areas.h"
#include "conf_op.h"

#define MAX_SWEEP	300u	/* rooms tried for one input */
#define MAX_PIECES	4096u

static const char *const dir_names[] = { "compress", "decompress", NULL };

static int32_t
gen_missing(const struct conf_dev *dev, struct conf_rng *rng)
{
	return conf_rng_percent(rng, 50) ? conf_rng_below(rng, 8) : conf_rng_log(rng, 4000);
}

static const struct conf_field fields[] = {
	CONF_DATA_FIELDS(conf_gen_medium),
	CONF_NAMED(dir, 0, conf_gen_bool, dir_names),
	CONF_FIELD(sweep, 0, conf_gen_bool),
	CONF_FIELD(slack, 0, gen_missing),
	CONF_FIELD(level, 1, conf_gen_level),
	CONF_NAMED(huff, RTE_COMP_HUFFMAN_DEFAULT, conf_gen_huff, conf_huff_names),
	CONF_MAKER_FIELDS,
	CONF_NAMED(flush, RTE_COMP_FLUSH_FINAL, conf_gen_flush, conf_flush_names),
	CONF_SHAPE_FIELDS,
	CONF_FIELDS_END,
};

static void
limit(const struct conf_dev *dev, struct conf_params *p)
{
	conf_limit_deflate(dev, p);
	conf_limit_dir(dev, p);
	conf_limit_maker(dev, p);
	if (p->maker == CONF_MAKE_SYNTH || p->sweep)
		conf_clamp(&p->size, 0, p->sweep ? 250 : 20000);
}

struct job {
	struct conf_case *c;
	struct conf_op_spec spec;
	const uint8_t *plain;	/* what the output holds, or is */
	uint32_t plain_len;
	uint32_t needed;
};

static enum conf_result
check_compressed(struct job *j, const uint8_t *out, uint32_t len)
{
	struct conf_expect e = { .data = j->plain, .len = j->plain_len };

	conf_expect_params(j->c->p, &e);
	return conf_deflated(j->c, out, len, &e);
}

static enum conf_result
check_output(struct job *j, const uint8_t *out, uint32_t len)
{
	if (j->c->p->dir == 0)
		return check_compressed(j, out, len);
	CONF_CHECK(j->c, len == j->plain_len && memcmp(out, j->plain, len) == 0,
		   "room %u of %u: SUCCESS with %u bytes of output that are not the data",
		   j->spec.room, j->needed, len);
	return CONF_PASS;
}

/* What came before, and this op's part of it. */
struct pieces {
	uint8_t *out;
	uint32_t cap;
	uint32_t len;
	uint32_t pos;
	uint32_t more;		/* room beyond the first op's */
};

/* Take what the op gives; *end once that is all. */
static enum conf_result
take_piece(struct job *j, struct pieces *p, const struct conf_op *o, bool *end)
{
	const struct rte_comp_op *op = o->op;

	*end = op->status == RTE_COMP_OP_STATUS_SUCCESS;
	if (op->status == RTE_COMP_OP_STATUS_OUT_OF_SPACE_TERMINATED) {
		/* nothing to be saved this time: the same again with more room */
		CONF_CHECK(j->c, op->consumed == 0,
			   "OUT_OF_SPACE_TERMINATED, but consumed %u", op->consumed);
		p->more = p->more * 2 + 16;
		return CONF_PASS;
	}
	CONF_CHECK(j->c, *end || op->status == RTE_COMP_OP_STATUS_OUT_OF_SPACE_RECOVERABLE,
		   "an op after OUT_OF_SPACE_RECOVERABLE: status %s", conf_status(op->status));
	CONF_CHECK(j->c, op->produced <= p->cap - p->len, "recovered output does not end");
	conf_buf_read(&o->dst, o->doff, p->out + p->len, op->produced);
	p->len += op->produced;
	p->pos += op->consumed;
	return CONF_PASS;
}

/*
 * Room again and again, as an application would: what all gave, one after the other,
 * has to be what one op would have given.
 */
static enum conf_result
recover(struct job *j, struct conf_op *o)
{
	struct pieces p = { .cap = j->needed * 2 + 70000 };
	struct conf_op_spec spec = j->spec;
	bool end;

	p.out = conf_mem(j->c, p.cap);
	for (unsigned int i = 0; i < MAX_PIECES; i++) {
		CONF_TRY(take_piece(j, &p, o, &end));
		conf_op_free(o);
		if (end)
			return check_output(j, p.out, p.len);
		spec.src = j->spec.src + p.pos;
		spec.len = j->spec.len - p.pos;
		spec.room = j->spec.room + p.more + i / 4 + 1;
		o = conf_op_new(j->c, &spec);
		if (o == NULL)
			return CONF_FAIL;
		CONF_TRY(conf_op_run(o));
		CONF_CHECK(j->c, o->state == CONF_OP_DONE,
			   "the op after OUT_OF_SPACE_RECOVERABLE was refused");
	}
	return conf_fail(j->c, "%u ops, each with more room, and still OUT_OF_SPACE",
			 MAX_PIECES);
}

static enum conf_result
with_room(struct job *j, uint32_t room)
{
	struct conf_case *c = j->c;
	struct conf_op *o;

	j->spec.room = room;
	o = conf_op_new(c, &j->spec);
	if (o == NULL)
		return CONF_FAIL;
	CONF_TRY(conf_op_run(o));
	if (o->state == CONF_OP_REFUSED) {
		CONF_CHECK(c, room == 0, "room %u of %u: refused with status %s", room, j->needed,
			   conf_status(o->op->status));
		conf_op_free(o);
		return CONF_PASS;
	}
	switch (o->op->status) {
	case RTE_COMP_OP_STATUS_SUCCESS:
		CONF_CHECK(c, o->op->consumed == j->spec.len,
			   "room %u of %u: SUCCESS, but consumed %u of %u bytes", room,
			   j->needed, o->op->consumed, j->spec.len);
		CONF_TRY(check_output(j, conf_op_output(o), o->op->produced));
		break;
	case RTE_COMP_OP_STATUS_OUT_OF_SPACE_RECOVERABLE:
		return recover(j, o);
	case RTE_COMP_OP_STATUS_OUT_OF_SPACE_TERMINATED:
		CONF_CHECK(c, c->p->dir == 0 || room < j->needed,
			   "room %u of %u: OUT_OF_SPACE_TERMINATED", room, j->needed);
		CONF_CHECK(c, o->op->consumed == 0,
			   "room %u of %u: OUT_OF_SPACE_TERMINATED, but consumed %u", room,
			   j->needed, o->op->consumed);
		CONF_CHECK(c, o->op->produced <= room,
			   "room %u of %u: OUT_OF_SPACE_TERMINATED, but produced %u", room,
			   j->needed, o->op->produced);
		break;
	default:
		CONF_CHECK(c, room == 0, "room %u of %u: status %s", room, j->needed,
			   conf_status(o->op->status));
	}
	conf_op_free(o);
	return CONF_PASS;
}

/* With room to spare: what the output needs. */
static enum conf_result
measure(struct job *j)
{
	struct conf_op *o;

	j->spec.room = conf_room(j->spec.len);
	o = conf_op_new(j->c, &j->spec);
	if (o == NULL)
		return CONF_FAIL;
	CONF_TRY(conf_op_must(o, "with ample room"));
	j->needed = o->op->produced;
	conf_op_free(o);
	return CONF_PASS;
}

static enum conf_result
prepare(struct job *j)
{
	struct conf_case *c = j->c;
	struct rte_comp_xform x;
	struct conf_made m;

	j->spec.flush = c->p->flush;
	if (c->p->dir == 0) {
		conf_xform_compress(c->p, &x);
		j->plain = j->spec.src = conf_data(c);
		j->plain_len = j->spec.len = c->p->size;
		CONF_TRY(conf_xform(c, &x, &j->spec.handle));
		return measure(j);
	}
	conf_xform_decompress(c->p, &x);
	CONF_TRY(conf_make(c, &m));
	j->spec.src = m.in;
	j->spec.len = m.len;
	j->plain = m.out;
	j->plain_len = j->needed = m.out_len;
	return conf_xform(c, &x, &j->spec.handle);
}

static enum conf_result
run(struct conf_case *c)
{
	struct job j = { .c = c };
	uint32_t most;

	CONF_TRY(prepare(&j));
	most = j.needed + 2;
	if (!c->p->sweep)
		return with_room(&j, most - RTE_MIN((uint32_t)c->p->slack, most));
	for (uint32_t i = 0; i <= RTE_MIN(most, MAX_SWEEP); i++)
		CONF_TRY(with_room(&j, most - i));
	return CONF_PASS;
}

const struct conf_area conf_area_oos = {
	"oos", "room for output from none to more than enough",
	fields, conf_offers_deflate, limit, run, 2,
};
