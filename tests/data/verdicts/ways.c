// SPDX-License-Identifier: MIT OR Apache-2.0
/*
 * Ways in which a guard only looks like one, or the cursor, its flags or the entry go where they are not followed.
 * The comment above a function says what must come out; "first" marks the line of the wrong use.
 */
#include "small.h"

void note(unsigned long what);
void fill(bool *want);

struct bundle {
	struct page_vma_mapped_walk pvmw;
};

/* verdict: unprepared device_private device_exclusive */
static void counted_down(struct folio *folio, struct vm_area_struct *vma, int nr)
{
	DEFINE_FOLIO_VMA_WALK(pvmw, folio, vma, 0, 0);

	while (page_vma_mapped_walk(&pvmw)) {
		while (nr--)
			note(1);
		note(pte_pfn(*pvmw.pte)); /* first */
	}
}

/* verdict: unprepared device_private device_exclusive */
static void all_but_the_first(struct folio *folio, struct vm_area_struct *vma)
{
	DEFINE_FOLIO_VMA_WALK(pvmw, folio, vma, 0, 0);
	int seen = 0;

	while (page_vma_mapped_walk(&pvmw)) {
		if (seen++)
			continue;
		note(pte_pfn(*pvmw.pte)); /* first */
	}
}

/* verdict: unprepared device_private device_exclusive */
static void filled_by_another(struct folio *folio, struct vm_area_struct *vma)
{
	DEFINE_FOLIO_VMA_WALK(pvmw, folio, vma, 0, 0);
	bool want = false;

	fill(&want);
	while (page_vma_mapped_walk(&pvmw)) {
		if (want)
			note(pte_pfn(*pvmw.pte)); /* first */
	}
}

/* verdict: unprepared device_private device_exclusive */
static void first_of_the_place(struct folio *folio, struct vm_area_struct *vma)
{
	DEFINE_FOLIO_VMA_WALK(pvmw, folio, vma, 0, 0);

	while (page_vma_mapped_walk(&pvmw))
		note(pte_pfn(pvmw.pte[0])); /* first */
}

/* verdict: unknown */
static void chosen_pointer(struct folio *folio, struct vm_area_struct *vma, bool want)
{
	DEFINE_FOLIO_VMA_WALK(pvmw, folio, vma, 0, 0);

	while (page_vma_mapped_walk(&pvmw)) {
		pte_t *ptep = want ? pvmw.pte : NULL;

		if (ptep)
			note(pte_pfn(*ptep));
	}
}

/* verdict: unknown */
static void pointer_to_the_pointer(struct folio *folio, struct vm_area_struct *vma)
{
	DEFINE_FOLIO_VMA_WALK(pvmw, folio, vma, 0, 0);
	pte_t **place = &pvmw.pte;

	while (page_vma_mapped_walk(&pvmw))
		note(pte_pfn(**place));
}

/* verdict: unknown */
static void kept_for_the_next_turn(struct folio *folio, struct vm_area_struct *vma)
{
	DEFINE_FOLIO_VMA_WALK(pvmw, folio, vma, 0, 0);
	bool again = false;
	pte_t old;

	while (page_vma_mapped_walk(&pvmw)) {
		if (again)
			note(pte_pfn(old));
		old = *pvmw.pte;
		again = true;
	}
}

/* verdict: unknown */
static pte_t entry_returned(struct folio *folio, struct vm_area_struct *vma)
{
	DEFINE_FOLIO_VMA_WALK(pvmw, folio, vma, 0, 0);
	pte_t pte;

	while (page_vma_mapped_walk(&pvmw))
		pte = *pvmw.pte;
	return pte;
}

/* verdict: unknown */
static void guarded_before_the_next_walk(struct folio *folio, struct vm_area_struct *vma)
{
	DEFINE_FOLIO_VMA_WALK(pvmw, folio, vma, 0, 0);

	if (!page_vma_mapped_walk(&pvmw))
		return;
	if (!pte_present(*pvmw.pte))
		return;
	if (page_vma_mapped_walk(&pvmw))
		note(pte_pfn(*pvmw.pte));
}

/* verdict: unknown */
static void flags_one_or_the_other(struct folio *folio, struct vm_area_struct *vma, bool moving)
{
	DEFINE_FOLIO_VMA_WALK(pvmw, folio, vma, 0, moving ? PVMW_MIGRATION : PVMW_SYNC);

	while (page_vma_mapped_walk(&pvmw))
		note(pte_pfn(*pvmw.pte));
}

/* verdict: unknown */
static void cursor_in_a_bundle(struct bundle *bundle)
{
	while (page_vma_mapped_walk(&bundle->pvmw))
		note(pte_pfn(*bundle->pvmw.pte));
}

/* verdict: unknown */
static bool answer_handed_on(struct page_vma_mapped_walk *pvmw)
{
	return page_vma_mapped_walk(pvmw);
}

static int refuse(pte_t pte)
{
	if (!pte_present(pte))
		return -EINVAL;
	return 0;
}

/* verdict: prepared */
static void refused_by_an_error(struct folio *folio, struct vm_area_struct *vma)
{
	DEFINE_FOLIO_VMA_WALK(pvmw, folio, vma, 0, 0);

	while (page_vma_mapped_walk(&pvmw)) {
		int err = refuse(*pvmw.pte);

		if (err < 0)
			continue;
		note(pte_pfn(*pvmw.pte));
	}
}

/* verdict: prepared */
static void guarded_through_a_second_name(struct folio *folio, struct vm_area_struct *vma)
{
	DEFINE_FOLIO_VMA_WALK(pvmw, folio, vma, 0, 0);
	int nr = 0;

	while (page_vma_mapped_walk(&pvmw)) {
		pte_t *ptep = pvmw.pte;

		nr++;
		if (!pte_present(*ptep))
			continue;
		note(pte_pfn(*ptep));
	}
}
