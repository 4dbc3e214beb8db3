// SPDX-License-Identifier: MIT OR Apache-2.0
/* Counts how a folio's pages are used. Every entry is asked what it is first. */
#include "small.h"

static bool census_one(struct folio *folio, struct vm_area_struct *vma,
		       unsigned long address, struct tally *tally)
{
	DEFINE_FOLIO_VMA_WALK(pvmw, folio, vma, address, 0);

	while (page_vma_mapped_walk(&pvmw)) {
		pte_t pte = *pvmw.pte;

		if (!pte_present(pte)) {
			tally->device++;
			continue;
		}
		if (pte_young(pte))
			tally->young++;
		if (pte_dirty(pte))
			tally->dirty++;
	}
	return true;
}

unsigned long census(struct folio *folio, struct vm_area_struct *vma)
{
	struct tally tally = { 0 };

	census_one(folio, vma, 0, &tally);
	return tally.young + tally.dirty;
}

/* Counts entries that are on their way, in a table that is at hand. */
unsigned long census_moving(pte_t *table, unsigned long count)
{
	unsigned long moving = 0;
	unsigned long i;

	for (i = 0; i < count; i++) {
		if (pte_none(table[i]) || pte_present(table[i]))
			continue;
		if (entry_is_moving(table[i]))
			moving++;
	}
	return moving;
}
