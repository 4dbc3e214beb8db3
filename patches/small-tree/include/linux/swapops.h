/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef SMALL_SWAPOPS_H
#define SMALL_SWAPOPS_H

#include <linux/swap.h>
#include <linux/types.h>
#include <asm/pgtable.h>

#define SWP_TYPE_SHIFT	(64 - MAX_SWAPFILES_SHIFT)

static inline unsigned int swp_type(swp_entry_t entry)
{
	return entry.val >> SWP_TYPE_SHIFT;
}

static inline unsigned long swp_offset(swp_entry_t entry)
{
	return entry.val & ~(~0UL << SWP_TYPE_SHIFT);
}

static inline swp_entry_t pte_to_swp_entry(pte_t pte)
{
	swp_entry_t entry = { .val = pte.raw >> TINY_SOFT_SHIFT };

	return entry;
}

static inline bool is_swap_pte(pte_t pte)
{
	return !pte_none(pte) && !pte_present(pte);
}

static inline bool is_device_private_entry(swp_entry_t entry)
{
	switch (swp_type(entry)) {
	case SWP_DEVICE_READ:
	case SWP_DEVICE_WRITE:
		return true;
	default:
		return false;
	}
}

static inline bool is_device_exclusive_entry(swp_entry_t entry)
{
	return swp_type(entry) == SWP_DEVICE_EXCLUSIVE;
}

#ifdef CONFIG_MIGRATION
static inline bool is_writable_migration_entry(swp_entry_t entry)
{
	return swp_type(entry) == SWP_MIGRATION_WRITE;
}

static inline bool is_migration_entry(swp_entry_t entry)
{
	return is_writable_migration_entry(entry) ||
	       swp_type(entry) == SWP_MIGRATION_READ;
}
#else
static inline bool is_writable_migration_entry(swp_entry_t entry)
{
	return false;
}

static inline bool is_migration_entry(swp_entry_t entry)
{
	return false;
}
#endif

#ifdef CONFIG_MEMORY_FAILURE
static inline bool is_hwpoison_entry(swp_entry_t entry)
{
	return swp_type(entry) == SWP_HWPOISON;
}
#else
static inline bool is_hwpoison_entry(swp_entry_t entry)
{
	return false;
}
#endif

static inline bool is_pte_marker_entry(swp_entry_t entry)
{
	return swp_type(entry) == SWP_PTE_MARKER;
}

/* Entries whose offset is the number of a page. */
static inline bool is_pfn_swap_entry(swp_entry_t entry)
{
	return is_migration_entry(entry) || is_hwpoison_entry(entry) ||
	       is_device_private_entry(entry) ||
	       is_device_exclusive_entry(entry);
}

#endif
