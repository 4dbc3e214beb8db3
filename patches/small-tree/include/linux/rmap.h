/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef SMALL_RMAP_H
#define SMALL_RMAP_H

#include <linux/types.h>

/* Wait for a table that is being changed. */
#define PVMW_SYNC	(1 << 0)
/* Find what is on its way to another place. */
#define PVMW_MIGRATION	(1 << 1)

/* Where a walk stands. */
struct page_vma_mapped_walk {
	unsigned long pfn;
	struct vm_area_struct *vma;
	unsigned long address;
	pmd_t *pmd;
	pte_t *pte;
	unsigned int flags;
};

#define DEFINE_FOLIO_VMA_WALK(walk_, folio_, vma_, address_, flags_)	\
	struct page_vma_mapped_walk walk_ = {				\
		.pfn = folio_pfn(folio_),				\
		.vma = vma_,						\
		.address = address_,					\
		.flags = flags_,					\
	}

unsigned long folio_pfn(struct folio *folio);
bool page_vma_mapped_walk(struct page_vma_mapped_walk *pvmw);
void page_vma_mapped_walk_done(struct page_vma_mapped_walk *pvmw);

#endif
