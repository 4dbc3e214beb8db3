// SPDX-License-Identifier: MIT OR Apache-2.0
/*
 * Ways in which a use hides behind a name that means something else than it seems: another folio, an inner block, a
 * macro, an arm. The comment above a function says what must come out; "first" marks the line of the wrong use.
 */
#include "small.h"

#define MARKED_FLAGS PVMW_MIGRATION
#define ENTRY_PFN pte_pfn(*pvmw.pte)
#define LARGEST 12

void note(unsigned long what);
pte_t made_elsewhere(void);

static bool page_vma_mapped_walk_is_young(struct page_vma_mapped_walk *pvmw)
{
	return pte_young(*pvmw->pte); /* first in named_after_the_walker */
}

/* verdict: unprepared device_private */
static void another_folio(struct folio *folio, struct vm_area_struct *vma, struct folio *other)
{
	DEFINE_FOLIO_VMA_WALK(pvmw, folio, vma, 0, 0);

	while (page_vma_mapped_walk(&pvmw)) {
		pte_t pte = *pvmw.pte;

		if (folio_is_device_private(other))
			continue;
		if (is_swap_pte(pte) && is_device_exclusive_entry(pte_to_swp_entry(pte)))
			continue;
		note(pte_pfn(pte)); /* first */
	}
}

/* verdict: prepared */
static void the_same_folio(struct folio *folio, struct vm_area_struct *vma)
{
	DEFINE_FOLIO_VMA_WALK(pvmw, folio, vma, 0, 0);
	struct folio *same = folio;

	while (page_vma_mapped_walk(&pvmw)) {
		pte_t pte = *pvmw.pte;

		if (folio_is_device_private(same))
			continue;
		if (is_swap_pte(pte) && is_device_exclusive_entry(pte_to_swp_entry(pte)))
			continue;
		note(pte_pfn(pte));
	}
}

/* verdict: unprepared device_private device_exclusive */
static void named_after_the_walker(struct folio *folio, struct vm_area_struct *vma)
{
	DEFINE_FOLIO_VMA_WALK(pvmw, folio, vma, 0, 0);

	while (page_vma_mapped_walk(&pvmw)) {
		if (page_vma_mapped_walk_is_young(&pvmw))
			break;
	}
}

/* verdict: unknown */
static void flags_of_a_macro(struct folio *folio, struct vm_area_struct *vma)
{
	DEFINE_FOLIO_VMA_WALK(pvmw, folio, vma, 0, MARKED_FLAGS);

	while (page_vma_mapped_walk(&pvmw)) {
		pte_t pte = *pvmw.pte;

		if (is_swap_pte(pte) && is_device_private_entry(pte_to_swp_entry(pte)))
			continue;
		if (is_swap_pte(pte) && is_device_exclusive_entry(pte_to_swp_entry(pte)))
			continue;
		note(pte_pfn(pte));
	}
}

/* verdict: unprepared device_private device_exclusive */
static void guard_and_use_in_two_arms(struct folio *folio, struct vm_area_struct *vma)
{
	DEFINE_FOLIO_VMA_WALK(pvmw, folio, vma, 0, 0);

	while (page_vma_mapped_walk(&pvmw)) {
		pte_t pte = *pvmw.pte;

#ifdef CONFIG_DEVICE_PRIVATE
		if (!pte_present(pte)) {
			continue;
		} else
#endif
		{
			note(1);
		}
#ifdef CONFIG_IDLE_PAGE_TRACKING
		note(pte_young(pte)); /* first */
#endif
	}
}

/* verdict: unknown */
static void shadowed_entry(struct folio *folio, struct vm_area_struct *vma)
{
	DEFINE_FOLIO_VMA_WALK(pvmw, folio, vma, 0, 0);

	while (page_vma_mapped_walk(&pvmw)) {
		pte_t pte = *pvmw.pte;

		{
			pte_t pte = made_elsewhere();

			note(pte_val(pte));
		}
		note(pte_pfn(pte));
	}
}

/* verdict: unprepared device_private device_exclusive */
static void shadowed_flag(struct folio *folio, struct vm_area_struct *vma)
{
	DEFINE_FOLIO_VMA_WALK(pvmw, folio, vma, 0, 0);

	while (page_vma_mapped_walk(&pvmw)) {
		pte_t pte = *pvmw.pte;
		int go = 1;

		if (!pte_present(pte)) {
			int go = 0;

			note(go);
		}
		if (go)
			note(pte_pfn(pte)); /* first */
	}
}

/* verdict: unprepared device_private device_exclusive */
static void read_from_a_user(struct folio *folio, struct vm_area_struct *vma, int *from)
{
	DEFINE_FOLIO_VMA_WALK(pvmw, folio, vma, 0, 0);
	int nr = 0;

	if (get_user(nr, from))
		return;
	while (page_vma_mapped_walk(&pvmw)) {
		if (nr)
			note(pte_pfn(*pvmw.pte)); /* first */
	}
}

/* verdict: unknown */
static void behind_an_object(struct folio *folio, struct vm_area_struct *vma)
{
	DEFINE_FOLIO_VMA_WALK(pvmw, folio, vma, 0, 0);

	while (page_vma_mapped_walk(&pvmw)) {
		if (pte_none(*pvmw.pte))
			continue;
		note(ENTRY_PFN);
	}
}

/* verdict: prepared */
static void beside_a_plain_object(struct folio *folio, struct vm_area_struct *vma)
{
	DEFINE_FOLIO_VMA_WALK(pvmw, folio, vma, 0, 0);

	while (page_vma_mapped_walk(&pvmw)) {
		if (pte_present(*pvmw.pte))
			note(pte_pfn(*pvmw.pte) + LARGEST);
	}
}

/* verdict: unprepared device_private device_exclusive */
static void behind_an_attribute(struct folio *folio, struct vm_area_struct *vma)
{
	DEFINE_FOLIO_VMA_WALK(pvmw, folio, vma, 0, 0);

	while (page_vma_mapped_walk(&pvmw)) {
		pte_t pte = *pvmw.pte;

		if (pte_none(pte))
			[[likely]] note(1);
		else
			[[unlikely]] note(pte_pfn(pte)); /* first */
	}
}

/* verdict: prepared */
static void no_way_back(struct folio *folio, struct vm_area_struct *vma)
{
	DEFINE_FOLIO_VMA_WALK(pvmw, folio, vma, 0, 0);

	while (page_vma_mapped_walk(&pvmw)) {
		pte_t pte = *pvmw.pte;

		if (pte_none(pte))
			BUG();
		BUG_ON(!pte_present(pte));
		note(pte_pfn(pte));
	}
}
