/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/* The words that arm faults: what is understood, and that the rest changes nothing. */

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "test.h"
#include "test_soft_util.h"

static const char * const kinds[] = {
	"status", "ooo", "late", "lost", "dup", "badindex", "noise", "writeback", "early",
	"stop", "txstop", "busy", "reset",
};

static const char * const bad[] = {
	" ", "+", ":", "::", "x", "Status", "STATUS", "statu", "statuss", " status", "status ",
	"status\n", "status:", "status:x", "status:C", "status:any ", "status::", "status:a",
	"status:cd", "status:any:", "status:any::1", "status:any:x", "status:any:-1",
	"status:any: 1", "status:any: -1", "status:any:\t-1", "status:any:1 ", "status:any:1x",
	"status:any:0x", "status:any:08", "status:any:1.5", "status:any:1e3",
	"status:any:18446744073709551616", "status:any:0:-1", "status:any:0:",
	"status:any:0:0:0", "status:any:0:0:-1", "status:any:0:0:00", "status:any:0:0:1:",
	"status:any:0:0:1:4294967296", "status:any:0:0:1:-1", "status:any:0:0:1:0x100000000",
	"status:any:0:0:1:1:", "status:any:0:0:1:1:1", "status:1", "1", "any", "c:status",
	"status+", "+status", "status++late", "status+late+", "status,late", "status late",
	"status+x", "x+status", "status:any:0:1:1:1+late:any:0:1:0", "busy:busy", "reset:0",
};

static const char * const good[] = {
	"status:c", "status:d", "status:any", "status:any:0", "status:any:0:0",
	"status:any:0:0:1", "status:any:0:0:1:0", "status:any:0x10:010:0xff:0xffffffff",
	"status:any:18446744073709551615:18446744073709551615:18446744073709551615:0",
	"status+status", "status:c+late:d+lost+dup+badindex+noise+writeback+early+stop+txstop",
	"",
};

/*
 * What is armed: the status of the next request; 0x42 if nothing has changed since
 * arm_known().
 */
static unsigned int
probe(struct tc *c)
{
	static uint8_t buf[64];
	const struct treq r = {
		.type = TC_ZLIB, .src = buf, .in = 64, .dst = buf, .out = 64, .window = 4,
	};
	uint32_t sqe[TC_SQE_WORDS];

	return tc_do(c, &r, sqe) < 0 ? UINT32_MAX : sqe[DW_STATUS];
}

static int
arm_known(struct uacce_soft *dev)
{
	return uacce_soft_fault(dev, "status:any:0:0:1:0x42");
}

static int
body_table(struct uacce_soft *dev, struct tc *c)
{
	for (unsigned int i = 0; i < DIM(bad); i++) {
		TEST_ASSERT(arm_known(dev) == 0, "known");
		TEST_ASSERT(uacce_soft_fault(dev, bad[i]) == -EINVAL &&
			uacce_soft_fault_check(bad[i]) == -EINVAL, "'%s' is understood",
			bad[i]);
		TEST_ASSERT(probe(c) == 0x42, "'%s' changes something", bad[i]);
	}
	for (unsigned int i = 0; i < DIM(good); i++) {
		/* checking alone arms nothing */
		TEST_ASSERT(arm_known(dev) == 0 && uacce_soft_fault_check(good[i]) == 0 &&
			probe(c) == 0x42, "'%s' is not understood", good[i]);
		TEST_ASSERT(uacce_soft_fault(dev, good[i]) == 0, "'%s' is not understood",
			good[i]);
	}
	for (unsigned int i = 0; i < DIM(kinds); i++)
		TEST_ASSERT(uacce_soft_fault(dev, kinds[i]) == 0, "'%s'", kinds[i]);
	return 0;
}

/* Up to 16 faults, of up to 1023 characters in all. */
static int
body_sizes(struct uacce_soft *dev, struct tc *c)
{
	char spec[2048];

	for (unsigned int nb = 1; nb < 40; nb++) {
		int ret;

		strcpy(spec, "status:any:0:0:1:7");
		for (unsigned int i = 1; i < nb; i++)
			strcat(spec, "+lost:d");
		TEST_ASSERT(arm_known(dev) == 0, "known");
		ret = uacce_soft_fault(dev, spec);
		TEST_ASSERT(ret == (nb <= 16 ? 0 : -ENOSPC) &&
			uacce_soft_fault_check(spec) == ret, "%u faults: %d", nb, ret);
		TEST_ASSERT(probe(c) == (nb <= 16 ? 7 : 0x42), "%u faults", nb);
	}
	for (unsigned int len = 1020; len < 1028; len++) {
		memset(spec, '0', len);
		memcpy(spec, "status:any:", 11);
		spec[len] = '\0';
		TEST_ASSERT(arm_known(dev) == 0, "known");
		TEST_ASSERT(uacce_soft_fault(dev, spec) == (len < 1024 ? 0 : -EINVAL), "%u", len);
		TEST_ASSERT(probe(c) == (len < 1024 ? 1 : 0x42), "%u characters", len);
	}
	return 0;
}

/* The empty string disarms all; a good one replaces what was there. */
static int
body_replace(struct uacce_soft *dev, struct tc *c)
{
	TEST_ASSERT(arm_known(dev) == 0 && probe(c) == 0x42 && probe(c) == 0x42, "known");
	TEST_ASSERT(uacce_soft_fault(dev, "") == 0 && probe(c) == 0, "disarm");
	/* counts begin anew */
	for (int i = 0; i < 3; i++) {
		TEST_ASSERT(uacce_soft_fault(dev, "status:any:1:1:1:9") == 0, "arm");
		TEST_ASSERT(probe(c) == 0 && probe(c) == 9 && probe(c) == 0, "%d", i);
	}
	TEST_ASSERT(uacce_soft_fault(dev, "busy:any:0:0") == 0 && probe(c) == 0, "replaced");
	return 0;
}

/* Is it one or more faults, by the grammar of uacce_soft.h? */
static bool
number_ok(const char *s, size_t len, uint64_t min, uint64_t max)
{
	uint64_t n = 0;

	/* the alphabet below makes decimal digits only */
	if (len == 0 || len > 18 || (len > 1 && s[0] == '0'))
		return false;
	for (size_t i = 0; i < len; i++) {
		if (s[i] < '0' || s[i] > '9')
			return false;
		n = n * 10 + s[i] - '0';
	}
	return n >= min && n <= max;
}

static bool
field_ok(unsigned int nb, const char *s, size_t len)
{
	switch (nb) {
	case 0:
		return len == 3 && strncmp(s, "dup", 3) == 0;
	case 1:
		return (len == 1 && (*s == 'c' || *s == 'd')) ||
			(len == 3 && strncmp(s, "any", 3) == 0);
	case 2:
	case 3:
		return number_ok(s, len, 0, UINT64_MAX);
	case 4:
		return number_ok(s, len, 1, UINT64_MAX);
	case 5:
		return number_ok(s, len, 0, UINT32_MAX);
	default:
		return false;
	}
}

static bool
spec_ok(const char *s)
{
	unsigned int nb = 0;

	if (*s == '\0')
		return true;
	for (;;) {
		size_t len = strcspn(s, ":+");

		if (!field_ok(nb, s, len))
			return false;
		if (s[len] == '\0')
			return true;
		nb = s[len] == ':' ? nb + 1 : 0;
		s += len + 1;
	}
}

/* Random words of the language, shuffled: accepted if and only if they are good. */
static int
body_random(struct uacce_soft *dev, struct tc *c)
{
	static const char * const tokens[] = {
		"dup", ":", ":", ":", "+", "any", "c", "d", "1", "7", "2", "dup:any:", ":c:1:1:",
		" ", "-", "x",
	};
	unsigned int nb_good = 0;
	uint64_t seed = 5;

	TEST_ASSERT(arm_known(dev) == 0, "known");
	for (unsigned int i = 0; i < 200000; i++) {
		unsigned int n = 1 + tc_rand(&seed) % 9;
		char spec[256] = "";
		int ret;

		while (n-- != 0)
			strcat(spec, tokens[tc_rand(&seed) % DIM(tokens)]);
		ret = uacce_soft_fault(dev, spec);
		TEST_ASSERT(ret == (spec_ok(spec) ? 0 : -EINVAL) &&
			uacce_soft_fault_check(spec) == ret, "'%s': %d", spec, ret);
		if (ret == 0) {
			nb_good++;
			TEST_ASSERT(arm_known(dev) == 0, "known");
		} else if (i % 100 == 0) {
			TEST_ASSERT(probe(c) == 0x42, "'%s' changes something", spec);
		}
	}
	TEST_ASSERT(nb_good > 1000, "but %u good ones", nb_good);
	/* any bytes at all */
	for (unsigned int i = 0; i < 50000; i++) {
		uint8_t spec[64];

		tc_noise(spec, sizeof(spec), i);
		spec[tc_rand(&seed) % sizeof(spec)] = '\0';
		spec[sizeof(spec) - 1] = '\0';
		TEST_ASSERT(uacce_soft_fault(dev, (char *)spec) == (spec[0] == '\0' ? 0 : -EINVAL),
			"seed %u", i);
	}
	return 0;
}

static int
with_device(int (*func)(struct uacce_soft *dev, struct tc *c))
{
	const struct uacce_soft_conf conf = { .nb_queues = 1, .sq_depth = 8, .instant = true };
	struct uacce_soft *dev = uacce_soft_create(&conf);
	struct tc c;

	TEST_ASSERT(dev != NULL && tc_open(&c, dev, TC_COMPRESS, 0) == 0, "open");
	TEST_ASSERT(func(dev, &c) == 0, "failed");
	TEST_ASSERT(tc_close(&c) == 0, "close");
	uacce_soft_destroy(dev);
	return 0;
}

static int
test_table(void)
{
	return with_device(body_table) != 0 || with_device(body_sizes) != 0 ||
		with_device(body_replace) != 0 ? -1 : 0;
}

static int
test_random(void)
{
	return with_device(body_random);
}

UACCE_TEST(soft_fault_spec_table, test_table)
UACCE_TEST(soft_fault_spec_random, test_random)
