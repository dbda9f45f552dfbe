/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/* All the instructions that a compiler may make of a doorbell. */

#include <string.h>

#include "client.h"

#if defined(__x86_64__)

typedef void (*store_t)(uint8_t *at, uint64_t v);

#define STORE(name, text, ...) \
static void \
name(uint8_t *at, uint64_t v) \
{ \
	asm volatile(text : : "r"(at), "r"(v) : "memory", ##__VA_ARGS__); \
}

STORE(plain, "mov %1, (%0)")
STORE(disp8, "mov %1, 0x10(%0)")
STORE(disp8_low, "lea -0x10(%0), %%rbx; mov %1, 0x10(%%rbx)", "rbx")
STORE(disp32, "lea -0x1000(%0), %%rdx; mov %1, 0x1000(%%rdx)", "rdx")
STORE(sib, "xor %%ecx, %%ecx; mov %1, (%0,%%rcx,8)", "rcx")
STORE(sib_high, "mov $2, %%r9d; lea -0x18(%0), %%r12; mov %1, %%r15; "
	"mov %%r15, 8(%%r12,%%r9,8)", "r9", "r12", "r15")
STORE(sib_alone, "mov %0, %%r11; mov %1, (,%%r11,1)", "r11")
STORE(base_r13, "mov %0, %%r13; mov %1, %%r8; mov %%r8, (%%r13)", "r13", "r8")
STORE(base_r12, "mov %0, %%r12; mov %1, (%%r12)", "r12")
STORE(from_rsi, "mov %0, %%rdi; mov %1, %%rsi; mov %%rsi, (%%rdi)", "rsi", "rdi")
STORE(movnti, "movnti %1, (%0)")
STORE(movq_reg, "movq %1, %%xmm1; movq %%xmm1, (%0)", "xmm1")
STORE(movq_high, "movq %1, %%xmm12; movq %%xmm12, 0(%0)", "xmm12")
STORE(movlps, "movq %1, %%xmm2; movlps %%xmm2, (%0)", "xmm2")
STORE(movlpd, "movq %1, %%xmm9; movlpd %%xmm9, (%0)", "xmm9")
STORE(movhps, "movq %1, %%xmm2; pslldq $8, %%xmm2; movhps %%xmm2, (%0)", "xmm2")
STORE(movsd, "movq %1, %%xmm5; movsd %%xmm5, (%0)", "xmm5")
STORE(xchg, "mov %1, %%r10; xchg %%r10, (%0); test %%r10, %%r10; jz 1f; ud2; 1:", "r10")
STORE(vmovq, "movq %1, %%xmm1; vmovq %%xmm1, (%0)", "xmm1")
STORE(vmovq_high, "movq %1, %%xmm14; mov %0, %%r9; vmovq %%xmm14, (%%r9)", "xmm14", "r9")
STORE(vmovlps, "movq %1, %%xmm4; vmovlps %%xmm4, (%0)", "xmm4")

/* is used with the address in rax, as it is encoded */
static void
movq_7e_rax(uint8_t *at, uint64_t v)
{
	asm volatile("movq %1, %%xmm3; .byte 0x66, 0x48, 0x0f, 0x7e, 0x18"
		     : : "a"(at), "r"(v) : "memory", "xmm3");
}

static void
disp8_at(uint8_t *at, uint64_t v)
{
	disp8(at - 0x10, v);
}

static const struct {
	const char *name;
	store_t fn;
	bool avx;
} stores[] = {
	{ "plain", plain, false }, { "disp8", disp8_at, false },
	{ "disp8_low", disp8_low, false }, { "disp32", disp32, false },
	{ "sib", sib, false }, { "sib_high", sib_high, false },
	{ "sib_alone", sib_alone, false }, { "base_r13", base_r13, false },
	{ "base_r12", base_r12, false }, { "from_rsi", from_rsi, false },
	{ "movnti", movnti, false }, { "movq_reg", movq_reg, false },
	{ "movq_high", movq_high, false }, { "movq_7e", movq_7e_rax, false },
	{ "movlps", movlps, false }, { "movlpd", movlpd, false },
	{ "movhps", movhps, false }, { "movsd", movsd, false }, { "xchg", xchg, false },
	{ "vmovq", vmovq, true }, { "vmovq_high", vmovq_high, true },
	{ "vmovlps", vmovlps, true },
};

#define NB_STORES	(sizeof(stores) / sizeof(stores[0]))

/* The wrong value would not execute this request, or be a mistake. */
static void
op_by(struct client *c, store_t fn)
{
	static uint8_t src[64], dst[256];
	unsigned int slot = client_put(c, src, sizeof(src), dst, sizeof(dst), 1);

	fn(c->mmio + HISI_QM_DB_OFFSET, client_doorbell(c, HISI_QM_DB_CMD_SQ, c->tail, 0));
	CHECK((unsigned int)client_wait(c) == slot);
	fn(c->mmio + HISI_QM_DB_OFFSET, client_doorbell(c, HISI_QM_DB_CMD_CQ, c->head, 0));
}

static void
immediate(uint8_t *at, uint64_t v)
{
	CHECK(v == 0);
	asm volatile("movq $0, (%0)" : : "r"(at) : "memory");
}

void
test_stores(void)
{
	struct client c;
	uint64_t n = 0;

	client_open(&c, HISI_QM_QC_COMPRESS);
	client_start(&c);
	for (unsigned int i = 0; i < 3 * NB_STORES; i++) {
		if (stores[i % NB_STORES].avx && !__builtin_cpu_supports("avx"))
			continue;
		op_by(&c, stores[i % NB_STORES].fn);
		n += 2;
		if (client_doorbells(&c) != n)
			printf("%s: not seen\n", stores[i % NB_STORES].name);
		CHECK(client_doorbells(&c) == n);
	}
	/* queue 0 and index 0: the whole word is 0 */
	CHECK(c.ctx.id == 0);
	while (c.tail != c.info.sq_depth - 1u)
		client_op(&c);
	n = client_doorbells(&c);
	client_put(&c, &n, sizeof(n), NULL, 0, 1);
	immediate(c.mmio + HISI_QM_DB_OFFSET, 0);
	client_wait(&c);
	CHECK(client_doorbells(&c) == n + 1);
	client_close(&c);
}

#define CHECK_LOAD(text, want) do { \
	uint64_t v_ = UINT64_MAX; \
	asm volatile(text : "+a"(v_) : "b"(at) : "memory"); \
	CHECK(v_ == (want)); \
} while (0)

static void
check_loads(uint8_t *at)
{
	CHECK_LOAD("movzbl (%1), %%eax", 0);
	CHECK_LOAD("movzbw (%1), %%ax", UINT64_MAX - 0xffff);
	CHECK_LOAD("movzwl (%1), %%eax", 0);
	CHECK_LOAD("movsbl (%1), %%eax", 0);
	CHECK_LOAD("movswq (%1), %%rax", 0);
	CHECK_LOAD("movslq (%1), %%rax", 0);
	CHECK_LOAD("movb (%1), %%al", UINT64_MAX - 0xff);
	CHECK_LOAD("movb (%1), %%ah", UINT64_MAX - 0xff00);
	CHECK_LOAD("movw (%1), %%ax", UINT64_MAX - 0xffff);
}

/* What is no 64-bit store is no doorbell, and a load gives 0. */
void
test_narrow(void)
{
	struct client c;
	uint8_t *at;
	uint64_t v = 1;
	uint32_t w = 0xffffffff;

	client_open(&c, HISI_QM_QC_COMPRESS);
	client_start(&c);
	at = c.mmio + HISI_QM_DB_OFFSET;
	*(volatile uint32_t *)at = c.ctx.id;
	CHECK(client_mistakes(&c) == 1);
	asm volatile("movl $7, (%0)" : : "r"(at) : "memory");
	asm volatile("movw $7, (%0)" : : "r"(at) : "memory");
	asm volatile("movw %%ax, (%0)" : : "r"(at) : "memory");
	CHECK(client_mistakes(&c) == 4);
	*(volatile uint64_t *)(c.mmio + 0x340) = 1;
	CHECK(client_mistakes(&c) == 5);
	asm volatile("movb $7, 1(%0)" : : "r"(at) : "memory");
	asm volatile("movb %%dh, (%0)" : : "a"(at) : "memory");
	asm volatile("movb %%r9b, 0x200(%0)" : : "r"(at) : "memory");
	CHECK(client_mistakes(&c) == 8);
	asm volatile("mov (%1), %0" : "+r"(v) : "r"(at));
	asm volatile("mov 0x100(%1), %0" : "+r"(w) : "r"(at));
	CHECK(v == 0 && w == 0 && client_mistakes(&c) == 8);
	check_loads(at);
	CHECK(client_mistakes(&c) == 8);
	client_op(&c);
	client_close(&c);
}

/* The flags that a comparison leaves, of memory that holds 0. */
#define FLAGS(text, at, v) ({ \
	uint64_t flags_; \
	asm volatile(text "; pushfq; pop %0" \
		     : "=&r"(flags_) : "r"(at), "r"((uint64_t)(v)) : "memory", "cc"); \
	flags_ & 0x8d5; \
})
#define CHECK_FLAGS(text, v)	CHECK(FLAGS(text, at, v) == FLAGS(text, zero, v))

static void
check_flags(uint8_t *at, uint8_t *zero, uint64_t v)
{
	CHECK_FLAGS("cmpq %2, (%1)", v);
	CHECK_FLAGS("cmpl %k2, (%1)", v);
	CHECK_FLAGS("cmpw %w2, (%1)", v);
	CHECK_FLAGS("cmpb %b2, (%1)", v);
	CHECK_FLAGS("cmpq (%1), %2", v);
	CHECK_FLAGS("cmpl (%1), %k2", v);
	CHECK_FLAGS("cmpw (%1), %w2", v);
	CHECK_FLAGS("cmpb (%1), %b2", v);
	CHECK_FLAGS("testq %2, (%1)", v);
	CHECK_FLAGS("testb %b2, (%1)", v);
}

/* As `while (*doorbell != 0)` and its kin are compiled. */
void
test_compare(void)
{
	static const uint64_t values[] = { 0, 1, 0x0f, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0x8000,
		0x7fffffff, 0x80000000, 0xffffffff, INT64_MAX, 1ull << 63, UINT64_MAX };
	uint64_t nothing = 0;
	uint8_t *at, *zero = (uint8_t *)&nothing;
	struct client c;

	client_open(&c, HISI_QM_QC_COMPRESS);
	client_start(&c);
	at = c.mmio + HISI_QM_DB_OFFSET;
	for (unsigned int i = 0; i < sizeof(values) / sizeof(values[0]); i++)
		check_flags(at, zero, values[i]);
	CHECK_FLAGS("cmpq $0, (%1)", 0);
	CHECK_FLAGS("cmpl $0, (%1)", 0);
	CHECK_FLAGS("cmpl $0x12345678, 0(%1)", 0);
	CHECK_FLAGS("cmpq $-0x12345678, (%1)", 0);
	CHECK_FLAGS("cmpw $0x1234, (%1)", 0);
	CHECK_FLAGS("cmpl $-1, (%1)", 0);
	CHECK_FLAGS("cmpb $-3, (%1)", 0);
	CHECK_FLAGS("testb $1, (%1)", 0);
	CHECK_FLAGS("testl $0x12345678, (%1)", 0);
	CHECK(client_mistakes(&c) == 0);
	client_op(&c);
	client_close(&c);
}

#else

void
test_stores(void)
{
	struct client c;

	client_open(&c, HISI_QM_QC_COMPRESS);
	client_start(&c);
	for (int i = 0; i < 100; i++)
		client_op(&c);
	CHECK(client_doorbells(&c) == 200);
	client_close(&c);
}

void
test_narrow(void)
{
	struct client c;

	client_open(&c, HISI_QM_QC_COMPRESS);
	client_start(&c);
	*(volatile uint32_t *)(c.mmio + HISI_QM_DB_OFFSET) = c.ctx.id;
	CHECK(client_mistakes(&c) == 1);
	CHECK(*(volatile uint64_t *)(c.mmio + HISI_QM_DB_OFFSET) == 0);
	client_op(&c);
	client_close(&c);
}

void
test_compare(void)
{
	/* these load before they compare */
	test_narrow();
}

#endif
