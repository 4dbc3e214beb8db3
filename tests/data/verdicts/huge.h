/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef SMALL_HUGE_H
#define SMALL_HUGE_H

#include <linux/swapops.h>

static inline swp_entry_t pmd_to_swp_entry(pmd_t pmd)
{
	swp_entry_t entry = { .val = pmd.raw >> TINY_SOFT_SHIFT };

	return entry;
}

static inline bool is_swap_pmd(pmd_t pmd)
{
	return !pmd_none(pmd) && !pmd_present(pmd);
}

static inline bool pmd_is_moving(pmd_t pmd)
{
	return is_swap_pmd(pmd) && is_migration_entry(pmd_to_swp_entry(pmd));
}

static inline bool pmd_is_device(pmd_t pmd)
{
	return is_swap_pmd(pmd) && is_device_private_entry(pmd_to_swp_entry(pmd));
}

#endif
