// SPDX-License-Identifier: MIT OR Apache-2.0
/* Looks at one address, and leaves what it found in the cursor. */
#include "small.h"
#include "tables.h"

struct folio *folio_walk_start(struct folio_walk *fw, struct vm_area_struct *vma,
			       unsigned long addr, unsigned int flags)
{
	struct folio *folio;
	pte_t *ptep, pte;
	spinlock_t *ptl;

	ptep = pte_offset_map_lock(vma_mm(vma), table_of(vma, addr), addr, &ptl);
	if (!ptep)
		return NULL;
	pte = ptep_get(ptep);
	fw->level = FW_LEVEL_PTE;
	fw->ptep = ptep;
	fw->pte = pte;
	if (pte_present(pte)) {
		folio = folio_of(pte_pfn(pte));
		goto found;
	} else if (!pte_none(pte)) {
		if ((flags & FW_MIGRATION) && is_migration_entry(pte_to_swp_entry(pte))) {
			folio = folio_on_its_way(pte);
			goto found;
		}
	}
	pte_unmap_unlock(ptep, ptl);
	return NULL;
found:
	fw->ptl = ptl;
	return folio;
}
