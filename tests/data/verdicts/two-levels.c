// SPDX-License-Identifier: MIT OR Apache-2.0
/* A walker that finds huge entries as well: then it leaves the cursor's pte NULL. */
#include "small.h"
#include <linux/huge.h>

static bool check_pte(struct page_vma_mapped_walk *pvmw)
{
	pte_t pte = *pvmw->pte;

	if (pvmw->flags & PVMW_MIGRATION)
		return is_swap_pte(pte) && is_migration_entry(pte_to_swp_entry(pte));
	return pte_present(pte) ||
	       (is_swap_pte(pte) && is_device_exclusive_entry(pte_to_swp_entry(pte)));
}

bool page_vma_mapped_walk(struct page_vma_mapped_walk *pvmw)
{
	pmd_t pmd;

	if (pvmw->pmd && !pvmw->pte)
		return false;
	if (pvmw->pte)
		goto next;
again:
	pvmw->pmd = find_pmd(pvmw->vma, pvmw->address);
	pmd = pmdp_get_lockless(pvmw->pmd);
	if (pmd_is_moving(pmd)) {
		if (!(pvmw->flags & PVMW_MIGRATION))
			return false;
		return true;
	}
	if (pmd_is_device(pmd) || pmd_maps_huge(pmd)) {
		if (pvmw->flags & PVMW_MIGRATION)
			return false;
		if (pmd_none(pmd) || (!pmd_present(pmd) && !pmd_is_device(pmd)))
			return false;
		return true;
	}
	if (!pmd_present(pmd))
		return false;
	pvmw->pte = find_pte(pvmw->pmd, pvmw->address);
	if (!pvmw->pte)
		goto again;
check:
	if (check_pte(pvmw))
		return true;
next:
	if (last_page(pvmw)) {
		pvmw->pte = NULL;
		goto again;
	}
	pvmw->pte++;
	goto check;
}
