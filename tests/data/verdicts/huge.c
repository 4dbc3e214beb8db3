// SPDX-License-Identifier: MIT OR Apache-2.0
/* Callers that look at huge entries; the comment says what must come out for those: verdict, or "nothing". */
#include "small.h"
#include <linux/huge.h>

/* huge: unprepared device_private */
static void young_of_both(struct folio *folio, struct vm_area_struct *vma)
{
	DEFINE_FOLIO_VMA_WALK(pvmw, folio, vma, 0, 0);

	while (page_vma_mapped_walk(&pvmw)) {
		if (pvmw.pte) {
			if (pte_present(ptep_get(pvmw.pte)))
				note(ptep_test_and_clear_young(vma, pvmw.address, pvmw.pte));
		} else {
			note(pmdp_test_and_clear_young(vma, pvmw.address, pvmw.pmd));
		}
	}
}

/* huge: prepared */
static void young_with_both_guards(struct folio *folio, struct vm_area_struct *vma)
{
	DEFINE_FOLIO_VMA_WALK(pvmw, folio, vma, 0, 0);

	while (page_vma_mapped_walk(&pvmw)) {
		if (pvmw.pte) {
			if (!pte_present(ptep_get(pvmw.pte)))
				continue;
			note(ptep_test_and_clear_young(vma, pvmw.address, pvmw.pte));
		} else {
			pmd_t pmd = pmdp_get(pvmw.pmd);

			if (!pmd_present(pmd))
				continue;
			note(pmdp_test_and_clear_young(vma, pvmw.address, pvmw.pmd));
		}
	}
}

/* huge: prepared */
static void only_what_moves(struct folio *folio, struct vm_area_struct *vma)
{
	DEFINE_FOLIO_VMA_WALK(pvmw, folio, vma, 0, PVMW_MIGRATION);

	while (page_vma_mapped_walk(&pvmw)) {
		if (!pvmw.pte)
			note(swp_offset_pfn(pmd_to_swp_entry(*pvmw.pmd)));
	}
}

/* huge: nothing */
static void small_pages_alone(struct folio *folio, struct vm_area_struct *vma)
{
	DEFINE_FOLIO_VMA_WALK(pvmw, folio, vma, 0, 0);

	while (page_vma_mapped_walk(&pvmw)) {
		pte_t pte = ptep_get(pvmw.pte);

		if (pte_present(pte))
			note(pte_pfn(pte));
	}
}
