/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * Walkers of our own, each the body of one tree. "row:" says what must come out, in this order: flags, level, kinds.
 * What stands before the first walker belongs to all of them.
 */
#include <linux/rmap.h>
#include <linux/swapops.h>

/* Is the entry a page's, or a device's? */
static bool suits(struct page_vma_mapped_walk *walk)
{
	pte_t pte = *walk->pte;
	swp_entry_t entry;

	if (walk->flags & PVMW_MIGRATION)
		return is_swap_pte(pte) && is_migration_entry(pte_to_swp_entry(pte));
	if (pte_present(pte))
		return true;
	if (pte_none(pte))
		return false;
	entry = pte_to_swp_entry(pte);
	return is_device_private_entry(entry);
}

static bool nothing(struct page_vma_mapped_walk *walk)
{
	leave_table(walk);
	return false;
}

/* walker: one question
 * row: none pte present device_private
 * row: PVMW_MIGRATION pte migration
 */
bool page_vma_mapped_walk(struct page_vma_mapped_walk *walk)
{
	while (next_entry(walk))
		if (suits(walk))
			return true;
	return nothing(walk);
}

/* walker: the answer is kept in a local
 * row: none pte present device_private
 * row: PVMW_MIGRATION pte migration
 */
bool page_vma_mapped_walk(struct page_vma_mapped_walk *walk)
{
	bool found = false;

	while (next_entry(walk)) {
		found = suits(walk);
		if (found)
			return found;
	}
	return false;
}

/* walker: one way back asks nothing
 * row: none pte unknown
 * row: none pte present device_private
 * row: PVMW_MIGRATION pte unknown
 * row: PVMW_MIGRATION pte migration
 */
bool page_vma_mapped_walk(struct page_vma_mapped_walk *walk)
{
	if (walk->address == 4096 && next_entry(walk))
		return true;
	while (next_entry(walk))
		if (suits(walk))
			return true;
	return false;
}

/* walker: the cursor moves on after the question
 * row: none pte unknown
 * row: PVMW_MIGRATION pte unknown
 */
bool page_vma_mapped_walk(struct page_vma_mapped_walk *walk)
{
	while (next_entry(walk)) {
		if (!suits(walk))
			continue;
		walk->pte++;
		return true;
	}
	return false;
}

/* walker: huge entries and those of hugetlb come back elsewhere
 * row: none hugetlb present
 * row: none pte present device_private
 * row: none pmd present
 * row: PVMW_MIGRATION hugetlb migration
 * row: PVMW_MIGRATION pte migration
 */
bool page_vma_mapped_walk(struct page_vma_mapped_walk *walk)
{
	pmd_t huge;

	if (is_vm_hugetlb_page(walk->vma)) {
		if (walk->pte)
			return nothing(walk);
		walk->pte = only_entry(walk->vma);
		if (!walk->pte)
			return false;
		spin_lock(lock_of(walk->vma));
		if (suits(walk))
			return true;
		return nothing(walk);
	}
	if (walk->pte)
		goto next;
	walk->pmd = table_of(walk->vma, walk->address);
	spin_lock(lock_of(walk->vma));
	huge = *walk->pmd;
	if (pmd_present(huge) && is_leaf(huge)) {
		if (walk->flags & PVMW_MIGRATION)
			return nothing(walk);
		return true;
	}
	spin_unlock(lock_of(walk->vma));
next:
	while (next_entry(walk))
		if (suits(walk))
			return true;
	return false;
}

/* walker: an entry of the level above comes back whatever it is
 * row: none pte present device_private
 * row: none pmd unknown
 * row: PVMW_MIGRATION pte migration
 * row: PVMW_MIGRATION pmd unknown
 */
bool page_vma_mapped_walk(struct page_vma_mapped_walk *walk)
{
	if (!walk->pte) {
		walk->pmd = table_of(walk->vma, walk->address);
		if (is_leaf(*walk->pmd))
			return true;
	}
	while (next_entry(walk))
		if (suits(walk))
			return true;
	return false;
}

/* walker: what is read without the lock proves nothing
 * row: none pte unknown
 */
bool page_vma_mapped_walk(struct page_vma_mapped_walk *walk)
{
	while (next_entry(walk)) {
		if (!pte_present(*walk->pte))
			continue;
		spin_lock(lock_of(walk->vma));
		return true;
	}
	return false;
}

/* walker: what is read behind the lock does
 * row: none pte present
 */
bool page_vma_mapped_walk(struct page_vma_mapped_walk *walk)
{
	while (next_entry(walk)) {
		spin_lock(lock_of(walk->vma));
		if (pte_present(*walk->pte))
			return true;
		spin_unlock(lock_of(walk->vma));
	}
	return false;
}

/* walker: a part that the grammar does not hold
 * row: none pte unknown
 * row: none pmd unknown
 * row: PVMW_MIGRATION pte unknown
 * row: PVMW_MIGRATION pmd unknown
 */
bool page_vma_mapped_walk(struct page_vma_mapped_walk *walk)
{
	while (next_entry(walk))
		if (suits(walk) UNLESS (walk->address))
			return true;
	return false;
}
