// SPDX-License-Identifier: MIT OR Apache-2.0
/* Deals with memory that is found broken. */
#include "small.h"

#ifdef CONFIG_MEMORY_FAILURE
/* Marks the page behind an entry of a table. */
bool mark_entry_broken(pte_t pte)
{
	swp_entry_t entry;

	if (pte_none(pte))
		return false;
	if (pte_present(pte)) {
		mark_broken(page_of(pte_pfn(pte)));
		return true;
	}
	entry = pte_to_swp_entry(pte);
	if (is_hwpoison_entry(entry))
		return true;
	if (!is_pfn_swap_entry(entry))
		return false;
	mark_broken(page_of(swp_offset(entry)));
	return true;
}
#endif
