// SPDX-License-Identifier: GPL-2.0-only
// Copyright(c) 2026 uacce_zip authors

/*
 * Stores to MMIO. SQ and CQ doorbells share an address: in memory that is looked at now
 * and then one would hide the other. So there is no memory: each store faults, is
 * decoded, passed on and skipped.
 */

#include <linux/ptrace.h>
#include <linux/sched/task_stack.h>
#include <linux/uaccess.h>
#include <linux/version.h>

#include "emu.h"

#define INSN_MAX	15
#define REX_W		8
#define REX_R		4

struct insn {
	u8 bytes[INSN_MAX];
	unsigned int nb;	/* that could be read */
	unsigned int len;
	unsigned int size;	/* of the operand */
	unsigned int reg;
	bool load;
	bool immediate;
};

/* uacce's with ours instead of some: filled when it is first seen, constant from then on */
static struct vm_operations_struct mmio_ops;
static const struct vm_operations_struct *uacce_ops;
static DEFINE_MUTEX(ops_lock);

static unsigned long *
reg_at(struct pt_regs *regs, unsigned int reg)
{
	unsigned long * const at[] = {
		&regs->ax, &regs->cx, &regs->dx, &regs->bx, &regs->sp, &regs->bp, &regs->si,
		&regs->di, &regs->r8, &regs->r9, &regs->r10, &regs->r11, &regs->r12,
		&regs->r13, &regs->r14, &regs->r15,
	};

	return at[reg & 15];
}

/* Bytes of the operand in memory, ModRM included; 0: it is a register. */
static unsigned int
operand_len(const u8 *modrm)
{
	unsigned int mod = modrm[0] >> 6, rm = modrm[0] & 7, len = 1;

	if (mod == 3)
		return 0;
	if (rm == 4)
		len++;
	if (mod == 1)
		return len + 1;
	if (mod == 2 || rm == 5 || (rm == 4 && (modrm[1] & 7) == 5))
		return len + 4;
	return len;
}

/* Is it a plain mov of 4 or 8 bytes? */
static bool
decode(struct insn *insn)
{
	unsigned int at = 0, operand, rex = 0;
	const u8 *b = insn->bytes;

	if ((b[0] & 0xf0) == 0x40)
		rex = b[at++];
	insn->size = rex & REX_W ? 8 : 4;
	insn->reg = ((b[at + 1] >> 3) & 7) | (rex & REX_R ? 8 : 0);
	insn->load = b[at] == 0x8b;
	insn->immediate = b[at] == 0xc7;
	if (b[at] != 0x89 && b[at] != 0x8b && (b[at] != 0xc7 || (insn->reg & 7) != 0))
		return false;
	operand = operand_len(b + at + 1);
	insn->len = at + 1 + operand + (insn->immediate ? 4 : 0);
	return operand != 0 && insn->len <= insn->nb;
}

static bool
fetch(const struct pt_regs *regs, struct insn *insn)
{
	unsigned long left;

	memset(insn, 0, sizeof(*insn));
	/* a fault is being handled already */
	pagefault_disable();
	left = __copy_from_user_inatomic(insn->bytes, (void __user *)regs->ip, INSN_MAX);
	pagefault_enable();
	insn->nb = INSN_MAX - left;
	return user_64bit_mode((struct pt_regs *)regs) && decode(insn);
}

static u64
stored_value(struct pt_regs *regs, const struct insn *insn)
{
	s32 immediate;
	u64 value;

	if (insn->immediate) {
		memcpy(&immediate, insn->bytes + insn->len - 4, sizeof(immediate));
		value = (s64)immediate;
	} else {
		value = *reg_at(regs, insn->reg);
	}
	return insn->size == 8 ? value : (u32)value;
}

static vm_fault_t
mmio_fault(struct vm_fault *vmf)
{
	struct uacce_queue *uq = vmf->vma->vm_private_data;
	struct pt_regs *regs = task_pt_regs(current);
	struct emu_queue *q = uq->priv;
	/* before the state: that of the next owner is seen only with the zombie */
	u32 life = smp_load_acquire(&q->life);
	struct insn insn;

	if (!(vmf->flags & FAULT_FLAG_USER) || READ_ONCE(uq->state) == UACCE_Q_ZOMBIE ||
	    !fetch(regs, &insn))
		return VM_FAULT_SIGBUS;
	if (insn.load) {
		*reg_at(regs, insn.reg) = 0;
	} else if (life & 1) {
		struct emu_event event = {
			.type = EMU_STORE, .queue = q->index, .life = life,
			/* the region is the first; what is left of it may begin anywhere */
			.offset = (vmf->pgoff << PAGE_SHIFT) + offset_in_page(vmf->real_address),
			.value = stored_value(regs, &insn), .size = insn.size,
		};

		/* no room: the instruction runs again, without the lock held meanwhile */
		if (!emu_push(&event))
			return VM_FAULT_NOPAGE;
	}
	regs->ip += insn.len;
	return VM_FAULT_NOPAGE;
}

/* A mapping may outlive the device; one that is unmapped or protected in part is several. */
static void
mmio_open(struct vm_area_struct *vma)
{
	if (uacce_ops->open)
		uacce_ops->open(vma);
	__module_get(THIS_MODULE);
}

static void
mmio_close(struct vm_area_struct *vma)
{
	uacce_ops->close(vma);
	module_put(THIS_MODULE);
}

int
emu_mmio_map(struct vm_area_struct *vma)
{
	BUILD_BUG_ON(UACCE_QFRT_MMIO != 0);
	mutex_lock(&ops_lock);
	if (!uacce_ops) {
		uacce_ops = vma->vm_ops;
		mmio_ops = *uacce_ops;
		mmio_ops.open = mmio_open;
		mmio_ops.close = mmio_close;
		mmio_ops.fault = mmio_fault;
	}
	mutex_unlock(&ops_lock);
	vma->vm_ops = &mmio_ops;
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 3, 0)
	vm_flags_set(vma, VM_IO);
#else
	vma->vm_flags |= VM_IO;
#endif
	vma->vm_page_prot = pgprot_noncached(vma->vm_page_prot);
	__module_get(THIS_MODULE);
	return 0;
}
