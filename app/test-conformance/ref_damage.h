/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/* Streams that are damaged, and what may become of them. */

#ifndef REF_DAMAGE_H
#define REF_DAMAGE_H

#include "conf_ref.h"

enum conf_damage_kind {
	CONF_DAMAGE_CUT,
	CONF_DAMAGE_FLIP,
	CONF_DAMAGE_RANDOM,
	CONF_DAMAGE_WRONG,
	CONF_DAMAGE_NB,
};

#define CONF_WRONG_NB	11

struct conf_damaged {
	uint8_t *in;
	uint32_t len;
	uint8_t *out;		/* zlib's output of it */
	uint32_t out_len;
	uint32_t room;		/* that zlib had */
	uint32_t end;		/* what zlib consumed */
	int zlib;
	struct conf_walk walk;
};

/* By kind, where, damage and flags of the case's parameters. */
enum conf_result conf_damage(struct conf_case *c, struct conf_damaged *d);
/* The driver refused it: was it for a reason? */
enum conf_result conf_damage_refused(struct conf_case *c, const struct conf_damaged *d,
				     const char *status);
/* The driver took it for a whole stream that holds this. */
enum conf_result conf_damage_accepted(struct conf_case *c, const struct conf_damaged *d,
				      const uint8_t *out, uint32_t len);

#endif
