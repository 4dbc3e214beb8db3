// SPDX-License-Identifier: MIT OR Apache-2.0
/*
 * Callers of the walker in many shapes. The comment above a function says what must come out;
 * "first" marks the line of the wrong use that the finding must name. Without PVMW_MIGRATION the
 * walker hands out present, device-private and device-exclusive entries.
 */
#include "small.h"

#define WALK DEFINE_FOLIO_VMA_WALK(pvmw, folio, vma, 0, 0)

/* verdict: prepared */
static void guard_with_continue(struct folio *folio, struct vm_area_struct *vma)
{
	DEFINE_FOLIO_VMA_WALK(pvmw, folio, vma, 0, 0);

	while (page_vma_mapped_walk(&pvmw)) {
		pte_t pte = *pvmw.pte;

		if (!pte_present(pte))
			continue;
		note(pte_pfn(pte));
	}
}

/* verdict: unprepared device_private device_exclusive */
static void no_guard(struct folio *folio, struct vm_area_struct *vma)
{
	DEFINE_FOLIO_VMA_WALK(pvmw, folio, vma, 0, 0);

	while (page_vma_mapped_walk(&pvmw))
		note(pte_pfn(*pvmw.pte)); /* first */
}

/* verdict: unprepared device_private device_exclusive */
static void guard_too_late(struct folio *folio, struct vm_area_struct *vma)
{
	DEFINE_FOLIO_VMA_WALK(pvmw, folio, vma, 0, 0);

	while (page_vma_mapped_walk(&pvmw)) {
		pte_t pte = ptep_get(pvmw.pte);

		note(pte_pfn(pte)); /* first */
		if (!pte_present(pte))
			continue;
	}
}

/* verdict: unprepared device_exclusive */
static void half_a_guard(struct folio *folio, struct vm_area_struct *vma)
{
	DEFINE_FOLIO_VMA_WALK(pvmw, folio, vma, 0, 0);

	while (page_vma_mapped_walk(&pvmw)) {
		pte_t pte = ptep_get(pvmw.pte);

		if (is_swap_pte(pte) && is_device_private_entry(pte_to_swp_entry(pte)))
			continue;
		note(pte_pfn(pte)); /* first */
	}
}

/* verdict: unprepared device_private device_exclusive */
static void guard_turned_round(struct folio *folio, struct vm_area_struct *vma)
{
	DEFINE_FOLIO_VMA_WALK(pvmw, folio, vma, 0, 0);

	while (page_vma_mapped_walk(&pvmw)) {
		pte_t pte = ptep_get(pvmw.pte);

		if (pte_present(pte))
			continue;
		note(pte_pfn(pte)); /* first */
	}
}

/* verdict: unprepared device_private device_exclusive */
static void guard_for_debugging_only(struct folio *folio, struct vm_area_struct *vma)
{
	DEFINE_FOLIO_VMA_WALK(pvmw, folio, vma, 0, 0);

	while (page_vma_mapped_walk(&pvmw)) {
		pte_t pte = ptep_get(pvmw.pte);

		VM_BUG_ON(!pte_present(pte));
		VM_WARN_ON_ONCE(!pte_present(pte));
		note(pte_pfn(pte)); /* first */
	}
}

/* verdict: prepared */
static void guard_that_warns(struct folio *folio, struct vm_area_struct *vma)
{
	DEFINE_FOLIO_VMA_WALK(pvmw, folio, vma, 0, 0);

	while (page_vma_mapped_walk(&pvmw)) {
		pte_t pte = ptep_get(pvmw.pte);

		if (WARN_ON_ONCE(!pte_present(pte)))
			break;
		note(pte_pfn(pte));
	}
}

/* verdict: prepared */
static bool guard_by_short_circuit(struct folio *folio, struct vm_area_struct *vma)
{
	DEFINE_FOLIO_VMA_WALK(pvmw, folio, vma, 0, 0);
	bool young = false;

	while (page_vma_mapped_walk(&pvmw)) {
		pte_t pte = ptep_get(pvmw.pte);

		young |= likely(pte_present(pte)) && pte_young(pte);
		young |= !pte_present(pte) || pte_dirty(pte) ? true : false;
	}
	return young;
}

/* verdict: unprepared device_private device_exclusive */
static bool short_circuit_the_wrong_way(struct folio *folio, struct vm_area_struct *vma)
{
	DEFINE_FOLIO_VMA_WALK(pvmw, folio, vma, 0, 0);
	bool young = false;

	while (page_vma_mapped_walk(&pvmw)) {
		pte_t pte = ptep_get(pvmw.pte);

		young = pte_present(pte) || pte_young(pte); /* first */
	}
	return young;
}

/* verdict: prepared */
static void guard_kept_in_a_flag(struct folio *folio, struct vm_area_struct *vma)
{
	DEFINE_FOLIO_VMA_WALK(pvmw, folio, vma, 0, 0);

	while (page_vma_mapped_walk(&pvmw)) {
		pte_t pte = ptep_get(pvmw.pte);
		bool here = pte_present(pte);

		other_work(folio);
		if (here)
			note(pte_pfn(pte));
	}
}

/* verdict: unprepared device_private device_exclusive */
static void flag_of_an_earlier_entry(struct folio *folio, struct vm_area_struct *vma)
{
	DEFINE_FOLIO_VMA_WALK(pvmw, folio, vma, 0, 0);
	bool seen = false;

	while (page_vma_mapped_walk(&pvmw)) {
		pte_t pte = ptep_get(pvmw.pte);

		if (seen)
			note(pte_pfn(pte)); /* first */
		if (pte_present(pte))
			seen = true;
	}
}

/* verdict: prepared */
static int guard_with_goto(struct folio *folio, struct vm_area_struct *vma)
{
	struct page_vma_mapped_walk pvmw = {
		.pfn = folio_pfn(folio),
		.vma = vma,
	};
	pte_t pte;

	if (!page_vma_mapped_walk(&pvmw))
		return 0;
	pte = ptep_get(pvmw.pte);
	if (unlikely(!pte_present(pte)))
		goto out;
	ptep_clear_flush(vma, pvmw.address, pvmw.pte);
out:
	page_vma_mapped_walk_done(&pvmw);
	return 1;
}

/* verdict: unprepared device_private device_exclusive */
static int goto_past_the_guard(struct folio *folio, struct vm_area_struct *vma, int fast)
{
	DEFINE_FOLIO_VMA_WALK(pvmw, folio, vma, 0, 0);
	pte_t pte;

	if (!page_vma_mapped_walk(&pvmw))
		return 0;
	pte = ptep_get(pvmw.pte);
	if (fast)
		goto clear;
	if (!pte_present(pte))
		goto out;
clear:
	ptep_clear_flush(vma, pvmw.address, pvmw.pte); /* first */
out:
	page_vma_mapped_walk_done(&pvmw);
	return 1;
}

static void clear_if_here(pte_t *ptep, struct vm_area_struct *vma)
{
	pte_t pte = ptep_get(ptep);

	if (pte_present(pte))
		ptep_clear_flush(vma, 0, ptep);
}

static void clear_at_once(pte_t *ptep, struct vm_area_struct *vma)
{
	ptep_clear_flush(vma, 0, ptep); /* first in unguarded_helper */
}

/* verdict: prepared */
static void guard_in_a_helper(struct folio *folio, struct vm_area_struct *vma)
{
	DEFINE_FOLIO_VMA_WALK(pvmw, folio, vma, 0, 0);

	while (page_vma_mapped_walk(&pvmw))
		if (pvmw.pte)
			clear_if_here(pvmw.pte, vma);
}

/* verdict: unprepared device_private device_exclusive */
static void unguarded_helper(struct folio *folio, struct vm_area_struct *vma)
{
	DEFINE_FOLIO_VMA_WALK(pvmw, folio, vma, 0, 0);

	while (page_vma_mapped_walk(&pvmw))
		clear_at_once(pvmw.pte, vma);
}

static bool worth_a_look(pte_t pte)
{
	if (!pte_present(pte))
		return false;
	return pte_young(pte);
}

/* verdict: prepared */
static void guard_answered_by_a_helper(struct folio *folio, struct vm_area_struct *vma)
{
	DEFINE_FOLIO_VMA_WALK(pvmw, folio, vma, 0, 0);

	while (page_vma_mapped_walk(&pvmw)) {
		pte_t pte = ptep_get(pvmw.pte);

		if (worth_a_look(pte))
			note(pte_pfn(pte));
	}
}

/* verdict: prepared */
static void through_a_local_pointer(struct folio *folio, struct vm_area_struct *vma)
{
	DEFINE_FOLIO_VMA_WALK(pvmw, folio, vma, 0, 0);

	while (page_vma_mapped_walk(&pvmw)) {
		pte_t *ptep = pvmw.pte, pte;

		pte = *ptep;
		if (!pte_present(pte))
			continue;
		ptep_clear_flush(vma, 0, ptep);
	}
}

/* verdict: prepared */
static void both_kinds_of_entry(struct folio *folio, struct vm_area_struct *vma)
{
	DEFINE_FOLIO_VMA_WALK(pvmw, folio, vma, 0, 0);
	unsigned long pfn;

	while (page_vma_mapped_walk(&pvmw)) {
		pte_t pte = ptep_get(pvmw.pte);

		if (pte_present(pte)) {
			pfn = pte_pfn(pte);
		} else {
			swp_entry_t entry = pte_to_swp_entry(pte);

			pfn = swp_offset_pfn(entry);
		}
		note(pfn);
	}
}

/* verdict: unprepared present */
static void swap_side_without_a_guard(struct folio *folio, struct vm_area_struct *vma)
{
	DEFINE_FOLIO_VMA_WALK(pvmw, folio, vma, 0, 0);

	while (page_vma_mapped_walk(&pvmw)) {
		swp_entry_t entry = pte_to_swp_entry(*pvmw.pte); /* first */

		note(is_device_private_entry(entry));
	}
}

/* verdict: prepared */
static void by_the_walk_s_flags(struct folio *folio, struct vm_area_struct *vma)
{
	DEFINE_FOLIO_VMA_WALK(pvmw, folio, vma, 0, PVMW_SYNC | PVMW_MIGRATION);

	while (page_vma_mapped_walk(&pvmw))
		note(swp_offset_pfn(pte_to_swp_entry(*pvmw.pte)));
}

/* verdict: unprepared present */
static void by_flags_that_may_be_clear(struct folio *folio, struct vm_area_struct *vma, int move)
{
	DEFINE_FOLIO_VMA_WALK(pvmw, folio, vma, 0, 0);

	if (move)
		pvmw.flags |= PVMW_MIGRATION;
	while (page_vma_mapped_walk(&pvmw))
		note(swp_offset_pfn(pte_to_swp_entry(*pvmw.pte))); /* first */
}

/* verdict: unprepared device_private device_exclusive */
static void guard_in_one_configuration(struct folio *folio, struct vm_area_struct *vma)
{
	DEFINE_FOLIO_VMA_WALK(pvmw, folio, vma, 0, 0);

	while (page_vma_mapped_walk(&pvmw)) {
		pte_t pte = ptep_get(pvmw.pte);

#ifdef CONFIG_DEVICE_PRIVATE
		if (!pte_present(pte))
			continue;
#endif
		note(pte_pfn(pte)); /* first */
	}
}

/* verdict: prepared */
static void an_else_cut_by_endif(struct folio *folio, struct vm_area_struct *vma)
{
	DEFINE_FOLIO_VMA_WALK(pvmw, folio, vma, 0, 0);

	while (page_vma_mapped_walk(&pvmw)) {
		pte_t pte = ptep_get(pvmw.pte);

		if (!pte_present(pte))
			continue;
#ifdef CONFIG_HUGETLB_PAGE
		if (folio_is_huge(folio)) {
			other_work(folio);
		} else
#endif
		{
			note(pte_pfn(pte));
		}
	}
}

/* verdict: prepared */
static void a_switch_over_the_type(struct folio *folio, struct vm_area_struct *vma)
{
	DEFINE_FOLIO_VMA_WALK(pvmw, folio, vma, 0, 0);

	while (page_vma_mapped_walk(&pvmw)) {
		pte_t pte = ptep_get(pvmw.pte);
		int sort = pte_present(pte) ? 1 : 0;

		switch (sort) {
		case 1:
			note(pte_pfn(pte));
			break;
		default:
			break;
		}
	}
}

/* verdict: unprepared device_private device_exclusive */
static void a_switch_that_falls_through(struct folio *folio, struct vm_area_struct *vma)
{
	DEFINE_FOLIO_VMA_WALK(pvmw, folio, vma, 0, 0);

	while (page_vma_mapped_walk(&pvmw)) {
		pte_t pte = ptep_get(pvmw.pte);
		int sort = pte_present(pte) ? 1 : 0;

		switch (sort) {
		case 0:
			other_work(folio);
		case 1:
			note(pte_pfn(pte)); /* first */
			break;
		}
	}
}

/* verdict: unknown */
static void goes_where_it_is_not_followed(struct folio *folio, struct vm_area_struct *vma)
{
	DEFINE_FOLIO_VMA_WALK(pvmw, folio, vma, 0, 0);

	while (page_vma_mapped_walk(&pvmw))
		nobody_knows(pvmw.pte);
}

/* verdict: unknown */
static void goes_through_a_pointer(struct folio *folio, struct vm_area_struct *vma, struct ops *ops)
{
	DEFINE_FOLIO_VMA_WALK(pvmw, folio, vma, 0, 0);

	while (page_vma_mapped_walk(&pvmw))
		ops->look(*pvmw.pte);
}

/* verdict: unknown */
static void perhaps_the_next_entry(struct folio *folio, struct vm_area_struct *vma, int next)
{
	DEFINE_FOLIO_VMA_WALK(pvmw, folio, vma, 0, 0);

	while (page_vma_mapped_walk(&pvmw)) {
		pte_t *ptep = pvmw.pte;

		if (!pte_present(*ptep))
			continue;
		note(pte_pfn(*(ptep + next)));
	}
}

/* verdict: not-applicable */
static bool only_whether_it_is_mapped(struct folio *folio, struct vm_area_struct *vma)
{
	DEFINE_FOLIO_VMA_WALK(pvmw, folio, vma, 0, PVMW_SYNC);

	return page_vma_mapped_walk(&pvmw);
}

/* verdict: prepared */
static void in_do_while_and_comma(struct folio *folio, struct vm_area_struct *vma)
{
	DEFINE_FOLIO_VMA_WALK(pvmw, folio, vma, 0, 0);
	pte_t pte;

	while (page_vma_mapped_walk(&pvmw)) {
		do {
			if (pte = *pvmw.pte, !pte_present(pte))
				break;
			note(pte_pfn(pte));
		} while (0);
	}
}

/* verdict: unprepared device_private device_exclusive */
static void after_the_slot_was_read_again(struct folio *folio, struct vm_area_struct *vma)
{
	DEFINE_FOLIO_VMA_WALK(pvmw, folio, vma, 0, 0);
	pte_t pte;

	while (page_vma_mapped_walk(&pvmw)) {
		pte = made_up_by_somebody();
		if (!pte_present(pte))
			continue;
		ptep_clear_flush(vma, 0, pvmw.pte); /* first */
	}
}

/* verdict: unknown */
static void guard_of_another_file_s_static(struct folio *folio, struct vm_area_struct *vma)
{
	DEFINE_FOLIO_VMA_WALK(pvmw, folio, vma, 0, 0);

	while (page_vma_mapped_walk(&pvmw)) {
		pte_t pte = ptep_get(pvmw.pte);

		if (hidden_elsewhere(pte))
			note(pte_pfn(pte));
	}
}

/* verdict: prepared */
static void guard_of_another_file(struct folio *folio, struct vm_area_struct *vma)
{
	DEFINE_FOLIO_VMA_WALK(pvmw, folio, vma, 0, 0);

	while (page_vma_mapped_walk(&pvmw)) {
		pte_t pte = ptep_get(pvmw.pte);

		if (defined_elsewhere(pte))
			note(pte_pfn(pte));
	}
}

/* verdict: prepared */
static void guards_that_agree(struct folio *folio, struct vm_area_struct *vma)
{
	DEFINE_FOLIO_VMA_WALK(pvmw, folio, vma, 0, 0);

	while (page_vma_mapped_walk(&pvmw)) {
		pte_t pte = ptep_get(pvmw.pte);

		if (defined_alike(pte))
			note(pte_pfn(pte));
	}
}

/* verdict: unknown */
static void guards_that_disagree(struct folio *folio, struct vm_area_struct *vma)
{
	DEFINE_FOLIO_VMA_WALK(pvmw, folio, vma, 0, 0);

	while (page_vma_mapped_walk(&pvmw)) {
		pte_t pte = ptep_get(pvmw.pte);

		if (defined_apart(pte))
			note(pte_pfn(pte));
	}
}

/* verdict: unknown */
static void guard_that_nobody_knows(struct folio *folio, struct vm_area_struct *vma)
{
	DEFINE_FOLIO_VMA_WALK(pvmw, folio, vma, 0, 0);

	while (page_vma_mapped_walk(&pvmw)) {
		pte_t pte = ptep_get(pvmw.pte);
		bool fine = nobody_knows(pte);

		if (!folio || !fine)
			continue;
		note(pte_pfn(pte));
	}
}

/* verdict: unknown */
static void guard_behind_a_pointer(struct folio *folio, struct vm_area_struct *vma, struct ops *ops)
{
	DEFINE_FOLIO_VMA_WALK(pvmw, folio, vma, 0, 0);

	while (page_vma_mapped_walk(&pvmw)) {
		if (ops->fits(*pvmw.pte) == 0)
			continue;
		note(pte_pfn(*pvmw.pte));
	}
}

/* verdict: unprepared device_private device_exclusive */
static void wrong_whatever_it_says(struct folio *folio, struct vm_area_struct *vma, int fast)
{
	DEFINE_FOLIO_VMA_WALK(pvmw, folio, vma, 0, 0);

	while (page_vma_mapped_walk(&pvmw)) {
		pte_t pte = ptep_get(pvmw.pte);

		if (!fast && !nobody_knows(pte))
			continue;
		note(pte_pfn(pte)); /* first */
	}
}

/* verdict: unprepared device_private device_exclusive */
static void wrong_on_both_sides(struct folio *folio, struct vm_area_struct *vma)
{
	DEFINE_FOLIO_VMA_WALK(pvmw, folio, vma, 0, 0);

	while (page_vma_mapped_walk(&pvmw)) {
		pte_t pte = ptep_get(pvmw.pte);

		if (nobody_knows(pte))
			note(pte_pfn(pte)); /* first */
		else
			note(pte_young(pte));
	}
}
