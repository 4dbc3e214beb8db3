// SPDX-License-Identifier: MIT OR Apache-2.0
/*
 * Callers that hand the entry to functions of headers, look at its bits themselves, or put it where it is not followed.
 * The comment above a function says what must come out; "first" marks the line of the wrong use.
 */
#include "small.h"
#include <linux/bits.h>

void note(unsigned long what);
pte_t other_entry(void);

static void fetch(pte_t *from, pte_t *to)
{
	*to = *from;
}

static void put_away(struct box *box, pte_t *place)
{
	box->place = place;
}

/* verdict: unprepared device_private device_exclusive */
static void a_header_asks(struct folio *folio, struct vm_area_struct *vma)
{
	DEFINE_FOLIO_VMA_WALK(pvmw, folio, vma, 0, 0);

	while (page_vma_mapped_walk(&pvmw)) {
		pte_t pte = *pvmw.pte;

		note(entry_is_busy(pte));
	}
}

/* verdict: prepared */
static void a_header_asks_behind_a_guard(struct folio *folio, struct vm_area_struct *vma)
{
	DEFINE_FOLIO_VMA_WALK(pvmw, folio, vma, 0, 0);

	while (page_vma_mapped_walk(&pvmw)) {
		pte_t pte = *pvmw.pte;

		if (entry_is_right_here(pte) && entry_is_busy(pte))
			note(entry_block(pte));
	}
}

/* verdict: unprepared device_private device_exclusive */
static void a_macro_asks(struct folio *folio, struct vm_area_struct *vma)
{
	DEFINE_FOLIO_VMA_WALK(pvmw, folio, vma, 0, 0);

	while (page_vma_mapped_walk(&pvmw)) {
		pte_t pte = *pvmw.pte;

		if (entry_is_quiet(pte))
			note(1);
	}
}

/* verdict: unprepared device_private device_exclusive */
static void a_header_changes(struct folio *folio, struct vm_area_struct *vma)
{
	DEFINE_FOLIO_VMA_WALK(pvmw, folio, vma, 0, 0);

	while (page_vma_mapped_walk(&pvmw))
		*pvmw.pte = entry_washed(*pvmw.pte);
}

/* verdict: unknown */
static void architectures_differ(struct folio *folio, struct vm_area_struct *vma)
{
	DEFINE_FOLIO_VMA_WALK(pvmw, folio, vma, 0, 0);

	while (page_vma_mapped_walk(&pvmw))
		*pvmw.pte = entry_marked(*pvmw.pte);
}

/* verdict: unknown */
static void bits_that_no_table_tells_of(struct folio *folio, struct vm_area_struct *vma)
{
	DEFINE_FOLIO_VMA_WALK(pvmw, folio, vma, 0, 0);

	while (page_vma_mapped_walk(&pvmw))
		note(entry_block(*pvmw.pte));
}

/* verdict: unknown */
static void bits_of_its_own(struct folio *folio, struct vm_area_struct *vma)
{
	DEFINE_FOLIO_VMA_WALK(pvmw, folio, vma, 0, 0);

	while (page_vma_mapped_walk(&pvmw)) {
		pte_t pte = *pvmw.pte;

		note(pte.raw >> 12);
	}
}

/* verdict: unknown */
static void bits_set(struct folio *folio, struct vm_area_struct *vma)
{
	DEFINE_FOLIO_VMA_WALK(pvmw, folio, vma, 0, 0);

	while (page_vma_mapped_walk(&pvmw)) {
		pte_t pte = *pvmw.pte;

		pte.raw |= 2;
		*pvmw.pte = pte;
	}
}

/* verdict: prepared */
static void bits_behind_a_guard(struct folio *folio, struct vm_area_struct *vma)
{
	DEFINE_FOLIO_VMA_WALK(pvmw, folio, vma, 0, 0);

	while (page_vma_mapped_walk(&pvmw)) {
		pte_t pte = *pvmw.pte;

		if (!pte_present(pte))
			continue;
		note(pte.raw >> 12);
	}
}

/* verdict: prepared */
static void bits_compared(struct folio *folio, struct vm_area_struct *vma)
{
	DEFINE_FOLIO_VMA_WALK(pvmw, folio, vma, 0, 0);
	pte_t last = other_entry();

	while (page_vma_mapped_walk(&pvmw)) {
		pte_t pte = *pvmw.pte;

		if (!pte.raw || pte.raw != last.raw)
			note(1);
	}
}

/* verdict: unknown */
static void fetched_by_a_helper(struct folio *folio, struct vm_area_struct *vma)
{
	DEFINE_FOLIO_VMA_WALK(pvmw, folio, vma, 0, 0);
	pte_t pte;

	while (page_vma_mapped_walk(&pvmw)) {
		fetch(pvmw.pte, &pte);
		note(pte_pfn(pte));
	}
}

/* verdict: unknown */
static void put_into_an_array(struct folio *folio, struct vm_area_struct *vma)
{
	DEFINE_FOLIO_VMA_WALK(pvmw, folio, vma, 0, 0);
	pte_t own[2];

	while (page_vma_mapped_walk(&pvmw)) {
		own[0] = *pvmw.pte;
		note(pte_pfn(own[0]));
	}
}

/* verdict: unknown */
static void put_into_a_box(struct folio *folio, struct vm_area_struct *vma)
{
	DEFINE_FOLIO_VMA_WALK(pvmw, folio, vma, 0, 0);

	while (page_vma_mapped_walk(&pvmw)) {
		struct box box = { .inner = *pvmw.pte };

		note(pte_pfn(box.inner));
	}
}

/* verdict: unknown */
static void put_away_by_a_helper(struct folio *folio, struct vm_area_struct *vma)
{
	DEFINE_FOLIO_VMA_WALK(pvmw, folio, vma, 0, 0);
	struct box box;

	while (page_vma_mapped_walk(&pvmw)) {
		put_away(&box, pvmw.pte);
		note(pte_pfn(*box.place));
	}
}

/* verdict: prepared */
static void another_entry_is_no_matter(struct folio *folio, struct vm_area_struct *vma)
{
	DEFINE_FOLIO_VMA_WALK(pvmw, folio, vma, 0, 0);

	while (page_vma_mapped_walk(&pvmw)) {
		swp_entry_t entry = pte_to_swp_entry(other_entry());

		if (is_migration_entry(entry))
			note(pfn_swap_entry_to_page(entry));
		if (pte_present(*pvmw.pte))
			note(pte_pfn(*pvmw.pte));
	}
}
