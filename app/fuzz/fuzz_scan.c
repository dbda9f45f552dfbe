/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/*
 * What a class directory may hold, whoever filled it. Input:
 *
 *   u8 most devices, u8 most skips, u8 class path, u8 which name is asked for,
 *   and for each slot: u8 kind, u8 length, name, and for each of its attributes
 *   u8 kind and, for a text, u16 length, u8 length of what is repeated, and that
 */

#include <unistd.h>

#include <uacce.h>

#include "fuzz.h"
#include "fuzz_tree.h"

#define MAX_DEVS	(TREE_SLOTS + 1)

static const char * const algs[] = { "zlib", "deflate", NULL };

/* What one scan is asked. */
struct query {
	unsigned int max_devs;
	unsigned int max_skips;
	char class_path[512];
	struct uacce_match match;
};

static struct tree_slot slots[TREE_SLOTS];

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	tree_make();
	return 0;
}

static void
read_attr(struct fuzz_in *in, struct tree_attr *a)
{
	const uint8_t *text;
	size_t len;

	/* where the input ends, all is well */
	a->kind = (TREE_GOOD + fuzz_u8(in)) % TREE_KINDS;
	a->len = 0;
	if (a->kind != TREE_TEXT)
		return;
	a->len = fuzz_u16(in) % (sizeof(a->text) + 1);
	len = fuzz_u8(in);
	text = fuzz_bytes(in, &len);
	if (len == 0)
		a->len = 0;
	for (size_t i = 0; i < a->len; i++)
		a->text[i] = text[i % len];
}

/* A name that a directory can hold and no earlier slot has, or none. */
static void
read_name(struct fuzz_in *in, unsigned int slot)
{
	struct tree_slot *s = &slots[slot];
	size_t len = fuzz_u8(in);
	const uint8_t *text = fuzz_bytes(in, &len);

	memset(s->name, 0, sizeof(s->name));
	for (size_t i = 0; i < len; i++)
		s->name[i] = text[i] == '\0' || text[i] == '/' ? '_' : (char)text[i];
	if (len == 0 || strcmp(s->name, ".") == 0 || strcmp(s->name, "..") == 0)
		s->kind = TREE_NONE;
	for (unsigned int i = 0; i < slot; i++)
		if (slots[i].kind != TREE_NONE && strcmp(slots[i].name, s->name) == 0)
			s->kind = TREE_NONE;
}

static void
read_slots(struct fuzz_in *in)
{
	for (unsigned int i = 0; i < TREE_SLOTS; i++) {
		slots[i].kind = fuzz_u8(in) % TREE_KINDS;
		read_name(in, i);
		for (unsigned int a = 0; a < TREE_ATTRS; a++)
			read_attr(in, &slots[i].attrs[a]);
	}
	for (unsigned int i = 0; i < TREE_SLOTS; i++)
		tree_slot_hide(i, &slots[i]);
	for (unsigned int i = 0; i < TREE_SLOTS; i++)
		tree_slot_show(i, &slots[i]);
}

/* The class directory by a longer and longer path, or a path to none. */
static void
make_class_path(uint8_t how, struct query *q)
{
	int len = snprintf(q->class_path, sizeof(q->class_path), "%s/%s", tree_root(),
			   how == UINT8_MAX ? "missing" : "class");

	for (; how >= 0x80 && how != UINT8_MAX; how--)
		len += snprintf(q->class_path + len, sizeof(q->class_path) - len, "/.");
}

static void
read_query(struct fuzz_in *in, struct query *q, uint8_t *asked)
{
	q->max_devs = fuzz_u8(in) % (MAX_DEVS + 1);
	q->max_skips = fuzz_u8(in) % (TREE_SLOTS + 1);
	make_class_path(fuzz_u8(in), q);
	*asked = fuzz_u8(in);
	q->match = (struct uacce_match){
		.api_prefix = "hisi_qm_v", .api_min = 2, .algs = algs,
	};
}

static void
check_ended(const char *s, size_t size)
{
	FUZZ_CHECK(memchr(s, '\0', size) != NULL, "a string does not end");
}

#define CHECK_ENDED(s)	check_ended(s, sizeof(s))

static void
check_dev(const struct uacce_dev *d)
{
	size_t page = sysconf(_SC_PAGESIZE);

	CHECK_ENDED(d->name);
	CHECK_ENDED(d->node);
	CHECK_ENDED(d->sysfs);
	CHECK_ENDED(d->api);
	CHECK_ENDED(d->algs);
	for (const char *s = d->name; *s != '\0'; s++)
		FUZZ_CHECK(*s > ' ' && *s < 0x7f && *s != '/', "name '%s'", d->name);
	FUZZ_CHECK(d->name[0] != '\0' && d->name[0] != '.', "name '%s'", d->name);
	FUZZ_CHECK(strncmp(d->api, "hisi_qm_v", 9) == 0 && d->api_ver >= 2, "api %s", d->api);
	FUZZ_CHECK(uacce_dev_has_alg(d, algs[0]) || uacce_dev_has_alg(d, algs[1]),
		   "algorithms %s", d->algs);
	FUZZ_CHECK(d->algs[strlen(d->algs) - 1] == '\n', "algorithms %s", d->algs);
	FUZZ_CHECK((d->flags & UACCE_FLAG_SVA) != 0 && !d->isolated, "unfit");
	FUZZ_CHECK(d->available >= 0 && d->numa_node >= -1, "%d, %d", d->available,
		   d->numa_node);
	FUZZ_CHECK(d->mmio_size != 0 && d->mmio_size % page == 0 && d->mmio_size <= 1u << 30,
		   "%zu", d->mmio_size);
	FUZZ_CHECK(d->dus_size != 0 && d->dus_size % page == 0 && d->dus_size <= 1u << 30,
		   "%zu", d->dus_size);
}

static void
check_skip(const struct uacce_skip *s)
{
	CHECK_ENDED(s->name);
	CHECK_ENDED(s->reason);
	FUZZ_CHECK(s->name[0] != '\0' && s->reason[0] != '\0', "'%s': '%s'", s->name, s->reason);
}

static bool
is_good(const struct tree_slot *s)
{
	for (unsigned int a = 0; a < TREE_ATTRS; a++)
		if (s->attrs[a].kind != TREE_GOOD)
			return false;
	for (const char *c = s->name; *c != '\0'; c++)
		if (*c <= ' ' || *c >= 0x7f)
			return false;
	return s->kind == TREE_GOOD && s->name[0] != '.' && strlen(s->name) < UACCE_NAME_LEN;
}

/* Whatever is wrong with others, a device without fault is found. */
static void
check_found(const struct query *q, const struct uacce_dev *devs, unsigned int nb)
{
	for (unsigned int i = 0; i < TREE_SLOTS; i++) {
		unsigned int d = 0;

		if (!is_good(&slots[i]) || nb == q->max_devs ||
		    strlen(q->class_path) + 1 + strlen(slots[i].name) >= UACCE_PATH_LEN ||
		    (q->match.name != NULL && strcmp(q->match.name, slots[i].name) != 0))
			continue;
		while (d < nb && strcmp(devs[d].name, slots[i].name) != 0)
			d++;
		FUZZ_CHECK(d < nb, "%s is not found", slots[i].name);
	}
}

static unsigned int
nb_entries(void)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < TREE_SLOTS; i++)
		n += slots[i].kind != TREE_NONE && slots[i].name[0] != '.';
	return n;
}

/* The arrays are as long as the scanner is told and not a byte longer. */
static void
scan(const struct query *q, uint8_t how)
{
	struct uacce_dev *devs = malloc(q->max_devs * sizeof(*devs));
	struct uacce_skip *skips = malloc(q->max_skips * sizeof(*skips));
	unsigned int nb_skips = UINT32_MAX;
	int nb = uacce_scan(q->class_path, "/dev", &q->match, devs, q->max_devs, skips,
			    q->max_skips, &nb_skips);

	FUZZ_CHECK(nb >= 0 && (unsigned int)nb <= q->max_devs, "%d devices", nb);
	FUZZ_CHECK(nb_skips <= q->max_skips, "%u skips", nb_skips);
	if (how == UINT8_MAX)
		FUZZ_CHECK(nb == 0 && nb_skips == 0, "found in no directory");
	else if (q->max_skips == TREE_SLOTS)
		FUZZ_CHECK(nb + nb_skips == nb_entries(), "%d found, %u skipped of %u", nb,
			   nb_skips, nb_entries());
	for (int i = 0; i < nb; i++)
		check_dev(&devs[i]);
	for (int i = 1; i < nb; i++)
		FUZZ_CHECK(strverscmp(devs[i - 1].name, devs[i].name) < 0, "not sorted");
	for (unsigned int i = 0; i < nb_skips; i++)
		check_skip(&skips[i]);
	if (how != UINT8_MAX)
		check_found(q, devs, nb);
	free(devs);
	free(skips);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_in in = { .p = data, .left = size };
	struct query q;
	uint8_t asked, how = size > 2 ? data[2] : 0;

	read_query(&in, &q, &asked);
	read_slots(&in);
	if (asked < TREE_SLOTS && slots[asked].kind != TREE_NONE)
		q.match.name = slots[asked].name;
	scan(&q, how);
	return 0;
}
