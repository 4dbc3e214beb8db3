/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef SMALL_MAKERS_H
#define SMALL_MAKERS_H

#include <linux/swapops.h>

static inline swp_entry_t packed(unsigned int type, unsigned long offset)
{
	swp_entry_t entry;

	entry.val = ((unsigned long)type << SWP_TYPE_SHIFT) | offset;
	return entry;
}

#ifdef CONFIG_MIGRATION
static inline swp_entry_t leave_note(unsigned long pfn, bool write)
{
	return packed(write ? SWP_MIGRATION_WRITE : SWP_MIGRATION_READ, pfn);
}
#else
static inline swp_entry_t leave_note(unsigned long pfn, bool write)
{
	return packed(0, 0);
}
#endif

static inline swp_entry_t poison(unsigned long pfn)
{
	return packed(SWP_HWPOISON, pfn);
}

static inline pte_t soft_to_pte(swp_entry_t entry)
{
	pte_t pte = { .raw = entry.val << TINY_SOFT_SHIFT };

	return pte;
}

/* Nothing where the entry is a page's. */
static inline swp_entry_t soft_part(pte_t pte)
{
	if (pte_present(pte) || pte_none(pte))
		return (swp_entry_t) { 0 };
	return pte_to_swp_entry(pte);
}

#define to_pte(entry) soft_to_pte(entry)

#endif
