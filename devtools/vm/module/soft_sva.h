/* SPDX-License-Identifier: GPL-2.0-only
 * Copyright(c) 2026 uacce_zip authors
 */

#ifndef SOFT_SVA_H
#define SOFT_SVA_H

/*
 * Included ahead of Debian's uacce.c: shared virtual addresses without an IOMMU. What
 * the device does with an address is uacce_emu's business, so binding only counts.
 */

#include <linux/iommu.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>

struct soft_sva {
	u32 pasid;
};

static inline struct iommu_sva *
soft_sva_bind(void)
{
	static atomic_t last;
	struct soft_sva *sva = kzalloc(sizeof(*sva), GFP_KERNEL);

	if (!sva)
		return ERR_PTR(-ENOMEM);
	sva->pasid = atomic_inc_return(&last) & 0xfffff;
	return (struct iommu_sva *)sva;
}

/* the number of arguments differs between kernels */
#define iommu_sva_bind_device(...)		soft_sva_bind()
#define iommu_sva_get_pasid(handle)		(((struct soft_sva *)(handle))->pasid)
#define iommu_sva_unbind_device(handle)		kfree(handle)
#define iommu_dev_enable_feature(dev, feature)	0
#define iommu_dev_disable_feature(dev, feature)	((void)0)

#endif /* SOFT_SVA_H */
