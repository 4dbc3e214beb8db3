// SPDX-License-Identifier: MIT OR Apache-2.0
/*
 * Functions that come to entries without the walker. The comment above a function says what must come out; "first" marks
 * the line of the wrong use. A mapped table holds entries of every kind.
 */
#include "small.h"
#include "tables.h"

/* verdict: prepared */
static void loop_with_a_guard(struct mm_struct *mm, pmd_t *pmd, unsigned long addr, unsigned long end)
{
	spinlock_t *ptl;
	pte_t *start, *pte;

	start = pte = pte_offset_map_lock(mm, pmd, addr, &ptl);
	if (!pte)
		return;
	for (; addr != end; pte++, addr += 4096) {
		pte_t ptent = ptep_get(pte);

		if (!pte_present(ptent))
			continue;
		note(pte_pfn(ptent));
	}
	pte_unmap_unlock(start, ptl);
}

/* verdict: unprepared none swap device_private device_exclusive migration hwpoison marker */
static void first_entry_guarded_alone(struct mm_struct *mm, pmd_t *pmd, unsigned long addr, unsigned long end)
{
	spinlock_t *ptl;
	pte_t *pte = pte_offset_map_lock(mm, pmd, addr, &ptl);

	if (!pte)
		return;
	if (pte_present(ptep_get(pte))) {
		do {
			pte++;
			note(pte_pfn(ptep_get(pte))); /* first */
		} while (addr++ != end);
	}
	pte_unmap_unlock(pte, ptl);
}

/* verdict: unprepared none swap device_private device_exclusive migration hwpoison marker */
static void index_without_a_guard(struct mm_struct *mm, pmd_t *pmd, unsigned long addr, int end)
{
	spinlock_t *ptl;
	pte_t *pte;
	int i;

	pte = pte_offset_map_lock(mm, pmd, addr, &ptl);
	for (i = 0; i < end; i++)
		note(pte_pfn(ptep_get(pte + i))); /* first */
	pte_unmap_unlock(pte, ptl);
}

/* verdict: prepared */
static void index_with_a_guard(struct mm_struct *mm, pmd_t *pmd, unsigned long addr, int end)
{
	spinlock_t *ptl;
	pte_t *pte;
	int i;

	pte = pte_offset_map_lock(mm, pmd, addr, &ptl);
	for (i = 0; i < end; i++) {
		pte_t ptent = ptep_get(pte + i);

		if (pte_present(ptent))
			note(pte_pfn(ptep_get(pte + i)));
	}
	pte_unmap_unlock(pte, ptl);
}

/* verdict: unprepared swap device_private device_exclusive migration hwpoison marker */
static void none_is_not_all(struct mm_struct *mm, pmd_t *pmd, unsigned long addr)
{
	spinlock_t *ptl;
	pte_t *pte = pte_offset_map_lock(mm, pmd, addr, &ptl);

	if (!pte_none(*pte))
		note(pte_pfn(*pte)); /* first */
	pte_unmap_unlock(pte, ptl);
}

/* verdict: unknown */
static void the_same_as_another(struct mm_struct *mm, pmd_t *pmd, unsigned long addr, pte_t orig)
{
	spinlock_t *ptl;
	pte_t *pte = pte_offset_map_lock(mm, pmd, addr, &ptl);

	if (pte_same(ptep_get(pte), orig))
		note(pte_pfn(ptep_get(pte)));
	pte_unmap_unlock(pte, ptl);
}

/* verdict: unknown */
static void read_twice_without_the_lock(pmd_t *pmd, unsigned long addr)
{
	pte_t *pte = pte_offset_map(pmd, addr);

	if (pte_present(ptep_get(pte)))
		note(pte_pfn(ptep_get(pte)));
	pte_unmap(pte);
}

/* verdict: prepared */
static void read_once_without_the_lock(pmd_t *pmd, unsigned long addr)
{
	pte_t *pte = pte_offset_map(pmd, addr);
	pte_t ptent = ptep_get(pte);

	if (pte_present(ptent))
		note(pte_pfn(ptent));
	pte_unmap(pte);
}

/* verdict: unknown */
static pte_t *handed_back(struct mm_struct *mm, pmd_t *pmd, unsigned long addr, spinlock_t **ptl)
{
	return pte_offset_map_lock(mm, pmd, addr, ptl);
}

/* verdict: not-applicable */
static void nothing_looked_at(pmd_t *pmd, unsigned long addr)
{
	pte_t *pte = pte_offset_map(pmd, addr);

	if (pte)
		note(1);
	pte_unmap(pte);
}

/* verdict: unprepared none swap device_private device_exclusive migration hwpoison marker */
static int call_me_with_any(pte_t *pte, unsigned long addr, unsigned long next, struct mm_walk *walk)
{
	note(pte_pfn(ptep_get(pte))); /* first */
	return 0;
}

/* verdict: prepared */
static int call_me_with_care(pte_t *pte, unsigned long addr, unsigned long next, struct mm_walk *walk)
{
	pte_t ptent = ptep_get(pte);

	if (pte_present(ptent))
		note(pte_pfn(ptent));
	return 0;
}

static const struct mm_walk_ops careless_ops = {
	.pte_entry = call_me_with_any,
};

static const struct mm_walk_ops careful_ops = {
	.pte_entry = &call_me_with_care,
};

/* verdict: prepared */
static void present_alone(struct vm_area_struct *vma, unsigned long addr)
{
	struct folio_walk fw;
	struct folio *folio = folio_walk_start(&fw, vma, addr, 0);

	if (folio)
		note(pte_pfn(fw.pte));
}

/* verdict: unprepared migration */
static void on_its_way_too(struct vm_area_struct *vma, unsigned long addr)
{
	struct folio_walk fw;
	struct folio *folio = folio_walk_start(&fw, vma, addr, FW_MIGRATION);

	if (folio)
		note(pte_pfn(fw.pte)); /* first */
}

/* verdict: not-applicable */
static void only_whether(struct vm_area_struct *vma, unsigned long addr)
{
	struct folio_walk fw;

	if (folio_walk_start(&fw, vma, addr, 0))
		note(1);
}

struct keep {
	pte_t *ptep;
};

static void keep_it(struct keep *keep, pte_t *pte)
{
	keep->ptep = pte;
}

/* verdict: unknown */
static void kept_by_a_helper(pmd_t *pmd, unsigned long addr)
{
	struct keep keep;
	spinlock_t *ptl;
	pte_t *pte = pte_offset_map_lock(NULL, pmd, addr, &ptl);

	keep_it(&keep, pte);
	if (pte_young(ptep_get(keep.ptep)))
		note(1);
	pte_unmap_unlock(pte, ptl);
}

struct fault {
	pte_t seen;
};

/* verdict: unknown */
static void same_as_one_seen_before(struct fault *fault, pmd_t *pmd, unsigned long addr)
{
	spinlock_t *ptl;
	pte_t *pte = pte_offset_map_lock(NULL, pmd, addr, &ptl);

	if (pte_same(ptep_get(pte), fault->seen))
		note(pte_young(fault->seen));
	pte_unmap_unlock(pte, ptl);
}

static void dump_bits(unsigned long bits)
{
	pte_t pte = __pte(bits);

	if (pte_young(pte)) /* first in bits_handed_on */
		note(1);
}

/* verdict: unprepared none swap device_private device_exclusive migration hwpoison marker */
static void bits_handed_on(pmd_t *pmd, unsigned long addr)
{
	spinlock_t *ptl;
	pte_t *pte = pte_offset_map_lock(NULL, pmd, addr, &ptl);

	dump_bits(pte_val(*pte));
	pte_unmap_unlock(pte, ptl);
}
