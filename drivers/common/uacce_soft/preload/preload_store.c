/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 uacce_zip authors
 */

/*
 * The store that faulted on a doorbell page: its value and its length as an
 * instruction. The address is known from the fault, so nothing of the addressing is
 * computed. Called in a signal handler: touches the context and the code only.
 */

#include <string.h>
#include <ucontext.h>

#include "preload.h"

#if defined(__x86_64__)

struct insn {
	const uint8_t *p;	/* next byte */
	ucontext_t *uc;
	bool opsize;		/* 0x66 */
	uint8_t rep;		/* 0xf2 or 0xf3 */
	uint8_t rex;
	uint8_t modrm;
};

#define REX_W	0x08
#define REX_R	0x04

static greg_t *
gpr(struct insn *in)
{
	static const uint8_t map[16] = {
		REG_RAX, REG_RCX, REG_RDX, REG_RBX, REG_RSP, REG_RBP, REG_RSI, REG_RDI,
		REG_R8, REG_R9, REG_R10, REG_R11, REG_R12, REG_R13, REG_R14, REG_R15,
	};
	unsigned int n = ((in->modrm >> 3) & 7) | (in->rex & REX_R ? 8 : 0);

	return &in->uc->uc_mcontext.gregs[map[n]];
}

/* Half of a vector register. */
static uint64_t
xmm(struct insn *in, unsigned int half)
{
	unsigned int n = ((in->modrm >> 3) & 7) | (in->rex & REX_R ? 8 : 0);
	uint64_t v;

	memcpy(&v, &in->uc->uc_mcontext.fpregs->_xmm[n].element[2 * half], sizeof(v));
	return v;
}

/* ModRM and what it brings; false if no memory is addressed. */
static bool
modrm(struct insn *in)
{
	uint8_t mod, rm, sib;

	in->modrm = *in->p++;
	mod = in->modrm >> 6;
	rm = in->modrm & 7;
	if (mod == 3)
		return false;
	if (rm == 4) {
		sib = *in->p++;
		if (mod == 0 && (sib & 7) == 5)
			in->p += 4;
	} else if (mod == 0 && rm == 5) {
		in->p += 4;
	}
	in->p += mod == 1 ? 1 : mod == 2 ? 4 : 0;
	return true;
}

static unsigned int
width(const struct insn *in)
{
	return in->rex & REX_W ? 8 : in->opsize ? 2 : 4;
}

static int
cut(uint64_t *value, unsigned int bytes)
{
	if (bytes < sizeof(*value))
		*value &= (1ull << (8 * bytes)) - 1;
	return (int)bytes;
}

static int
immediate(struct insn *in, unsigned int bytes, uint64_t *value)
{
	unsigned int len = bytes == 8 ? 4 : bytes;
	int32_t v = 0;

	memcpy(&v, in->p, len);
	in->p += len;
	/* sign-extended to 64 bits; cut to what is stored */
	*value = (uint64_t)(int64_t)v;
	return cut(value, bytes);
}

/* A load gives 0; 32 bits clear the upper ones too. */
static void
load(struct insn *in, unsigned int bytes)
{
	greg_t *reg = gpr(in);

	*reg = bytes >= 4 ? 0 : *reg & ~(greg_t)0xffff;
}

static int
one_byte(struct insn *in, uint8_t op, uint64_t *value)
{
	if (op != 0x87 && op != 0x89 && op != 0x8b && op != 0xc7)
		return -1;
	if (!modrm(in))
		return -1;
	if (op == 0xc7)
		return (in->modrm & 0x38) == 0 ? immediate(in, width(in), value) : -1;
	*value = (uint64_t)*gpr(in);
	if (op != 0x89)
		load(in, width(in));
	return op == 0x8b ? 0 : cut(value, width(in));
}

/* After 0f, or what a VEX prefix stands for. */
static int
two_byte(struct insn *in, uint8_t op, uint64_t *value)
{
	if (!modrm(in))
		return -1;
	switch (op) {
	case 0xc3: /* movnti */
		*value = (uint64_t)*gpr(in);
		return cut(value, width(in));
	case 0x11: /* movsd, movss */
		*value = xmm(in, 0);
		return in->rep == 0xf2 ? 8 : in->rep == 0xf3 ? cut(value, 4) : -1;
	case 0x13: /* movlps, movlpd */
	case 0x17: /* movhps, movhpd */
		*value = xmm(in, op == 0x17);
		return in->rep == 0 ? 8 : -1;
	case 0x7e: /* movd, movq */
		*value = xmm(in, 0);
		return in->opsize && in->rep == 0 ? cut(value, in->rex & REX_W ? 8 : 4) : -1;
	case 0xd6: /* movq */
		*value = xmm(in, 0);
		return in->opsize && in->rep == 0 ? 8 : -1;
	default:
		return -1;
	}
}

/* R is inverted in VEX, W as in REX, pp stands for a prefix. */
static int
vex(struct insn *in, uint8_t op, uint64_t *value)
{
	uint8_t b = *in->p++;

	in->rex = b & 0x80 ? 0 : REX_R;
	if (op == 0xc4) {
		if ((b & 0x1f) != 1)
			return -1;
		b = *in->p++;
		in->rex |= b & 0x80 ? REX_W : 0;
	}
	in->opsize = (b & 3) == 1;
	in->rep = (b & 3) == 2 ? 0xf3 : (b & 3) == 3 ? 0xf2 : 0;
	op = *in->p++;
	/* movnti has no such form */
	return op == 0xc3 ? -1 : two_byte(in, op, value);
}

static int
decode(struct insn *in, uint64_t *value)
{
	uint8_t op;

	/* as many prefixes as may be; segments do not matter */
	for (int i = 0; i < 14; i++) {
		op = *in->p++;
		if (op == 0x66)
			in->opsize = true;
		else if (op == 0xf2 || op == 0xf3)
			in->rep = op;
		else if (op != 0x2e && op != 0x36 && op != 0x3e && op != 0x26 &&
			 op != 0x64 && op != 0x65 && op != 0xf0)
			break;
	}
	if (op == 0xc5 || op == 0xc4)
		return vex(in, op, value);
	if ((op & 0xf0) == 0x40) {
		in->rex = op;
		op = *in->p++;
	}
	if (op != 0x0f)
		return one_byte(in, op, value);
	op = *in->p++;
	if (op != 0x38)
		return two_byte(in, op, value);
	/* movdiri */
	if (*in->p++ != 0xf9 || !modrm(in))
		return -1;
	*value = (uint64_t)*gpr(in);
	return cut(value, in->rex & REX_W ? 8 : 4);
}

int
pl_store_decode(void *context, uint64_t *value)
{
	ucontext_t *uc = context;
	struct insn in = { .uc = uc };
	int n;

	in.p = (const uint8_t *)uc->uc_mcontext.gregs[REG_RIP];
	n = decode(&in, value);
	if (n >= 0)
		uc->uc_mcontext.gregs[REG_RIP] = (greg_t)in.p;
	return n;
}

#elif defined(__aarch64__)

#define FORM(insn, mask, bits)	(((insn) & (mask)) == (bits))

static uint64_t *
reg(ucontext_t *uc, unsigned int n)
{
	return n == 31 ? (uint64_t *)&uc->uc_mcontext.sp :
		(uint64_t *)&uc->uc_mcontext.regs[n];
}

/* All forms of one width: size is bits 31:30. */
static bool
is_store(uint32_t insn, uint32_t size)
{
	return FORM(insn, 0xffc00000, size | 0x39000000) ||	/* unsigned offset */
		FORM(insn, 0xffe00c00, size | 0x38000000) ||	/* unscaled */
		FORM(insn, 0xffe00c00, size | 0x38200800) ||	/* register offset */
		FORM(insn, 0xffe00400, size | 0x38000400) ||	/* pre- and post-index */
		FORM(insn, 0xfffffc00, size | 0x089ffc00);	/* release */
}

static bool
is_load(uint32_t insn, uint32_t size)
{
	return FORM(insn, 0xffc00000, size | 0x39400000) ||
		FORM(insn, 0xffe00c00, size | 0x38400000) ||
		FORM(insn, 0xffe00c00, size | 0x38600800) ||
		FORM(insn, 0xfffffc00, size | 0x08dffc00);
}

int
pl_store_decode(void *context, uint64_t *value)
{
	ucontext_t *uc = context;
	uint32_t insn;
	unsigned int rt;
	int n = -1;

	memcpy(&insn, (const void *)uc->uc_mcontext.pc, sizeof(insn));
	rt = insn & 31;
	if (is_load(insn, 0xc0000000) || is_load(insn, 0x80000000)) {
		if (rt != 31)
			*reg(uc, rt) = 0;
		n = 0;
	} else if (is_store(insn, 0xc0000000) || is_store(insn, 0x80000000)) {
		n = insn & 0x40000000 ? 8 : 4;
		*value = rt == 31 ? 0 : *reg(uc, rt);
		if (n == 4)
			*value &= UINT32_MAX;
		/* pre- and post-index: the base moves by a signed 9-bit offset */
		if (FORM(insn, 0x3fe00400, 0x38000400))
			*reg(uc, (insn >> 5) & 31) +=
				(uint64_t)((int64_t)((uint64_t)insn << 43) >> 55);
	}
	if (n >= 0)
		uc->uc_mcontext.pc += sizeof(insn);
	return n;
}

#else
#error "which instruction stores?"
#endif
