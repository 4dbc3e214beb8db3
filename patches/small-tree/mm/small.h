/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef MM_SMALL_H
#define MM_SMALL_H

#include <linux/rmap.h>
#include <linux/swapops.h>

/* What one pass over a folio's mappings found. */
struct tally {
	unsigned long young;
	unsigned long dirty;
	unsigned long moving;
	unsigned long device;
};

bool next_entry(struct page_vma_mapped_walk *pvmw);
void leave_table(struct page_vma_mapped_walk *pvmw);
struct page *page_of(unsigned long pfn);
void mark_broken(struct page *page);

#define entry_is_moving(pte)	is_migration_entry(pte_to_swp_entry(pte))

#endif
