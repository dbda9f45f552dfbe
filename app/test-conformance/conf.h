/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

#ifndef CONF_H
#define CONF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <rte_common.h>
#include <rte_compressdev.h>
#include <rte_mbuf.h>
#include <rte_version.h>

#define CONF_MAX_QPS	4u
#define CONF_MAX_SIZE	(1u << 20)
#define CONF_RING	256u	/* ops in flight per queue pair, unless an area says otherwise */
#define CONF_XFORMS	512u
#define CONF_STREAMS	16u
#define CONF_POOLS	3u

/* what came to the API when */
#define CONF_HAS_DICTIONARY	(RTE_VERSION >= RTE_VERSION_NUM(25, 11, 0, 0))
#define CONF_HAS_UDC		CONF_HAS_DICTIONARY

enum conf_result {
	CONF_PASS,
	CONF_FAIL,
	CONF_NOTE,	/* passed, with something to say */
	CONF_SKIP,	/* the driver does not offer this */
};

/* ------------------------------------------------------------- random numbers */

struct conf_rng {
	uint64_t state;
};

void conf_rng_seed(struct conf_rng *rng, uint64_t seed);
uint64_t conf_rng_next(struct conf_rng *rng);
/* 0 .. n - 1 */
uint32_t conf_rng_below(struct conf_rng *rng, uint32_t n);
/* 0 .. max, small ones far more often */
uint32_t conf_rng_log(struct conf_rng *rng, uint32_t max);
bool conf_rng_percent(struct conf_rng *rng, unsigned int percent);

/* ------------------------------------------------------------- the device */

struct conf_dev {
	uint8_t id;
	const char *name;
	struct rte_compressdev_info info;
	uint64_t deflate;	/* feature flags, 0 without the algorithm */
	uint64_t null;
	uint64_t lz4;
	bool has_deflate;
	bool compresses;	/* of DEFLATE: flags do not tell directions, xforms do */
	bool decompresses;
	bool has_null;
	bool has_lz4;
	struct rte_param_log2_range window;
	uint16_t nb_qps;
	uint32_t ring;
	bool lost;		/* ops are in flight that do not come back */
	bool lenient;
	unsigned int timeout_s;
	struct rte_mempool *ops;
	struct rte_mempool *mbufs[CONF_POOLS];	/* the last with all that 16 bits can say */
	struct rte_mempool *bare;	/* mbufs for external buffers */
	uint8_t *arena;			/* the memory of external buffers */
	size_t arena_used;
	unsigned int arena_live;
	struct rte_mbuf_ext_shared_info shinfo;
};

int conf_dev_open(struct conf_dev *dev, const char *driver);
/* (Re)configure with this many ops in flight; nothing to do if it is so already. */
int conf_dev_ring(struct conf_dev *dev, uint32_t ring);
/* After a loss: stop, take what comes, configure anew. */
int conf_dev_recover(struct conf_dev *dev);
void conf_dev_close(struct conf_dev *dev);

/* ------------------------------------------------------------- cases */

/* All that a case depends on; each area uses some. */
struct conf_params {
	int32_t seed;
	int32_t size;
	int32_t data;
	int32_t level;
	int32_t huff;
	int32_t win;
	int32_t flush;
	int32_t chksum;
	int32_t parts;
	int32_t dir;
	int32_t soff;
	int32_t stail;
	int32_t sseg;
	int32_t doff;
	int32_t dseg;
	int32_t empty;
	int32_t ext;
	int32_t slack;
	int32_t sweep;
	int32_t maker;
	int32_t zlevel;
	int32_t zstrat;
	int32_t zmem;
	int32_t zflush;
	int32_t kind;
	int32_t where;
	int32_t garbage;
	int32_t chunk;
	int32_t room;
	int32_t flushes;
	int32_t empties;
	int32_t streams;
	int32_t qps;
	int32_t rounds;
	int32_t damage;
	int32_t ring;
	int32_t ops;
	int32_t burst;
	int32_t threads;
	int32_t dict;
	int32_t flags;
};

struct conf_field {
	const char *name;
	size_t offset;
	int32_t simple;		/* what shrinking tends to; not printed */
	int32_t (*gen)(const struct conf_dev *dev, struct conf_rng *rng);
	const char *const *names;	/* of the values, from 0 on */
	bool fixed;		/* another value is another case: not shrunk, always printed */
};

#define CONF_FIELD(f, simple, gen) \
	{ #f, offsetof(struct conf_params, f), simple, gen, NULL, false }
#define CONF_NAMED(f, simple, gen, names) \
	{ #f, offsetof(struct conf_params, f), simple, gen, names, false }
#define CONF_FIXED(f, gen, names) \
	{ #f, offsetof(struct conf_params, f), 0, gen, names, true }
#define CONF_FIELDS_END { NULL, 0, 0, NULL, NULL, false }

struct conf_case;

struct conf_area {
	const char *name;
	const char *about;
	const struct conf_field *fields;
	bool (*offered)(const struct conf_dev *dev);
	/* make the combination one that the device and the area take */
	void (*limit)(const struct conf_dev *dev, struct conf_params *p);
	enum conf_result (*run)(struct conf_case *c);
	unsigned int weight;	/* one case of this area for so many of others */
};

extern const struct conf_area *const conf_areas[];

/* Ops came back: whoever watches may go on waiting. Any thread. */
void conf_watch_progress(void);

void conf_params_simple(const struct conf_area *area, struct conf_params *p);
/* limit() is yet to be asked */
void conf_params_gen(const struct conf_area *area, const struct conf_dev *dev,
		     struct conf_rng *rng, struct conf_params *p);
/* "area:key=value,..." */
void conf_params_print(const struct conf_area *area, const struct conf_params *p,
		       char *text, size_t size);
int conf_params_parse(const struct conf_area *area, const char *text,
		      struct conf_params *p);
/* "key=value,...": those of them that the area has. */
int conf_params_set(const struct conf_area *area, const char *text, struct conf_params *p);
void conf_area_list(const struct conf_dev *dev);

struct conf_op;

struct conf_case {
	struct conf_dev *dev;
	const struct conf_params *p;
	struct conf_rng rng;
	char why[600];
	const char *check;	/* which check it was: its format */
	const char *note;	/* ditto */
	struct conf_op *ops;	/* what is to be released */
	void **mem;
	unsigned int nb_mem;
	unsigned int max_mem;
	void *xforms[CONF_XFORMS];
	unsigned int nb_xforms;
	void *streams[CONF_STREAMS];
	unsigned int nb_streams;
	unsigned int inflight[CONF_MAX_QPS];
};

enum conf_result conf_case_run(const struct conf_area *area, struct conf_dev *dev,
			       const struct conf_params *p, struct conf_case *c);
/* Zeroed memory that lasts as long as the case. */
void *conf_mem(struct conf_case *c, size_t size);
/* Give the reason; always CONF_FAIL. */
__rte_format_printf(2, 3)
enum conf_result conf_fail(struct conf_case *c, const char *fmt, ...);
__rte_format_printf(2, 3)
enum conf_result conf_note(struct conf_case *c, const char *fmt, ...);

#define CONF_CHECK(c, cond, ...) \
	do { \
		if (!(cond)) \
			return conf_fail(c, __VA_ARGS__); \
	} while (0)

/* Pass on what is not a pass. */
#define CONF_TRY(expr) \
	do { \
		enum conf_result conf_r_ = (expr); \
		if (conf_r_ != CONF_PASS) \
			return conf_r_; \
	} while (0)

#endif
