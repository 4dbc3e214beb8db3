// SPDX-License-Identifier: MIT OR Apache-2.0
/* The walker: finds the next entry that maps a page of the folio. */
#include <linux/rmap.h>
#include <linux/swapops.h>

#include "small.h"

/* Is this the page that the walk looks for? */
static bool check_pte(struct page_vma_mapped_walk *pvmw)
{
	pte_t pte = *pvmw->pte;
	swp_entry_t entry;

	if (pvmw->flags & PVMW_MIGRATION) {
		if (!is_swap_pte(pte))
			return false;
		entry = pte_to_swp_entry(pte);
		return is_migration_entry(entry) &&
		       swp_offset(entry) == pvmw->pfn;
	}

	if (pte_present(pte))
		return pte_pfn(pte) == pvmw->pfn;

	if (!is_swap_pte(pte))
		return false;

	/* Memory of a device is mapped by entries that are not present. */
	entry = pte_to_swp_entry(pte);
	if (!is_device_private_entry(entry) && !is_device_exclusive_entry(entry))
		return false;
	return swp_offset(entry) == pvmw->pfn;
}

bool page_vma_mapped_walk(struct page_vma_mapped_walk *pvmw)
{
	while (next_entry(pvmw)) {
		if (check_pte(pvmw))
			return true;
	}
	page_vma_mapped_walk_done(pvmw);
	return false;
}

void page_vma_mapped_walk_done(struct page_vma_mapped_walk *pvmw)
{
	if (pvmw->pte)
		leave_table(pvmw);
	pvmw->pte = NULL;
}
