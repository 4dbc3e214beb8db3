// SPDX-License-Identifier: MIT OR Apache-2.0
/* Says whether, and where, a folio is mapped. */
#include "small.h"

/* Looks at no entry: only at whether there is one. */
bool folio_is_mapped_in(struct folio *folio, struct vm_area_struct *vma)
{
	struct page_vma_mapped_walk pvmw = {
		.pfn = folio_pfn(folio),
		.vma = vma,
		.address = 0,
		.flags = PVMW_SYNC,
	};

	if (!page_vma_mapped_walk(&pvmw))
		return false;
	page_vma_mapped_walk_done(&pvmw);
	return true;
}

/* Finds an entry that was left behind by a move. */
bool find_left_behind(struct page_vma_mapped_walk *pvmw)
{
	pvmw->flags |= PVMW_MIGRATION;
	while (page_vma_mapped_walk(pvmw)) {
		swp_entry_t entry = pte_to_swp_entry(*pvmw->pte);

		if (is_writable_migration_entry(entry)) {
			page_vma_mapped_walk_done(pvmw);
			return true;
		}
	}
	return false;
}
