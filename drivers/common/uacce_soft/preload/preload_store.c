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

/* So many bytes of code, sign-extended; cut to what is stored. */
static int
immediate(struct insn *in, unsigned int len, unsigned int bytes, uint64_t *value)
{
	uint64_t v = 0;

	memcpy(&v, in->p, len);
	in->p += len;
	*value = (uint64_t)((int64_t)(v << (64 - 8 * len)) >> (64 - 8 * len));
	return cut(value, bytes);
}

/* Where bytes are: four registers have a second one if there is no REX. */
static uint8_t *
byte_reg(struct insn *in)
{
	struct insn low = *in;
	bool second = in->rex == 0 && (in->modrm & 0x20);

	if (second)
		low.modrm &= ~0x20;
	return (uint8_t *)gpr(&low) + second;
}

/* A load gives 0; 32 bits clear the upper ones too. */
static int
load(struct insn *in, unsigned int bytes)
{
	greg_t *reg = gpr(in);

	if (bytes == 1)
		*byte_reg(in) = 0;
	else
		*reg = bytes >= 4 ? 0 : *reg & ~(greg_t)0xffff;
	return 0;
}

/* Of a comparison: a - b. */
static int
set_flags(struct insn *in, uint64_t a, uint64_t b, unsigned int bytes)
{
	enum { CF = 1 << 0, PF = 1 << 2, AF = 1 << 4, ZF = 1 << 6, SF = 1 << 7, OF = 1 << 11 };
	greg_t *flags = &in->uc->uc_mcontext.gregs[REG_EFL];
	uint64_t r = a - b, sign = 1ull << (8 * bytes - 1);

	cut(&r, bytes);
	*flags &= ~(greg_t)(CF | PF | AF | ZF | SF | OF);
	*flags |= (a < b ? CF : 0) | (__builtin_parity(r & 0xff) ? 0 : PF) |
		((a ^ b ^ r) & 0x10 ? AF : 0) | (r == 0 ? ZF : 0) | (r & sign ? SF : 0) |
		((a ^ b) & (a ^ r) & sign ? OF : 0);
	return 0;
}

static int
compare(struct insn *in, uint8_t op)
{
	unsigned int bytes = op & 1 ? width(in) : 1;
	uint64_t v = bytes == 1 ? *byte_reg(in) : (uint64_t)*gpr(in);

	cut(&v, bytes);
	switch (op) {
	case 0x38: /* cmp */
	case 0x39:
		return set_flags(in, 0, v, bytes);
	case 0x3a:
	case 0x3b:
		return set_flags(in, v, 0, bytes);
	case 0x84: /* test */
	case 0x85:
		return set_flags(in, 0, 0, bytes);
	}
	/* with an immediate: 7 is cmp, 0 is test */
	immediate(in, op == 0x83 ? 1 : bytes == 8 ? 4 : bytes, bytes, &v);
	if (op >= 0xf6)
		v = 0;
	return (in->modrm & 0x38) == (op >= 0xf6 ? 0 : 0x38) ? set_flags(in, 0, v, bytes) : -1;
}

static int
one_byte(struct insn *in, uint8_t op, uint64_t *value)
{
	unsigned int bytes = op & 1 ? width(in) : 1;

	if (!modrm(in))
		return -1;
	*value = bytes == 1 ? *byte_reg(in) : (uint64_t)*gpr(in);
	switch (op) {
	case 0x86: /* xchg */
	case 0x87:
		load(in, bytes);
		/* fallthrough */
	case 0x88: /* mov */
	case 0x89:
		return cut(value, bytes);
	case 0x63: /* movsxd */
	case 0x8a: /* mov */
	case 0x8b:
		return load(in, bytes);
	case 0xc6:
	case 0xc7:
		return (in->modrm & 0x38) == 0 ?
			immediate(in, bytes == 8 ? 4 : bytes, bytes, value) : -1;
	case 0x38: case 0x39: case 0x3a: case 0x3b:
	case 0x80: case 0x81: case 0x83: case 0x84: case 0x85:
	case 0xf6: case 0xf7:
		return compare(in, op);
	default:
		return -1;
	}
}

/* After 0f, or what a VEX prefix stands for. */
static int
two_byte(struct insn *in, uint8_t op, uint64_t *value)
{
	if (!modrm(in))
		return -1;
	switch (op) {
	case 0xb6: /* movzx */
	case 0xb7:
	case 0xbe: /* movsx */
	case 0xbf:
		return load(in, width(in));
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
	/* those of general registers have no such form */
	return (op & 0xf0) == 0xb0 || op == 0xc3 ? -1 : two_byte(in, op, value);
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
