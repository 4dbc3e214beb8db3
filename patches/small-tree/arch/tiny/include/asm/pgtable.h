/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef TINY_PGTABLE_H
#define TINY_PGTABLE_H

#include <linux/types.h>

#define TINY_PRESENT	0x1UL
#define TINY_DIRTY	0x2UL
#define TINY_YOUNG	0x4UL
#define TINY_WRITE	0x8UL

/* Entries that are not present keep what they are above these bits. */
#define TINY_SOFT_SHIFT	4
#define TINY_PFN_SHIFT	12

static inline int pte_present(pte_t pte)
{
	return pte.raw & TINY_PRESENT;
}

static inline int pte_none(pte_t pte)
{
	return !pte.raw;
}

static inline int pte_dirty(pte_t pte)
{
	return pte.raw & TINY_DIRTY;
}

static inline int pte_young(pte_t pte)
{
	return pte.raw & TINY_YOUNG;
}

static inline unsigned long pte_pfn(pte_t pte)
{
	return pte.raw >> TINY_PFN_SHIFT;
}

static inline pte_t pte_mkclean(pte_t pte)
{
	pte.raw &= ~TINY_DIRTY;
	return pte;
}

static inline int pmd_present(pmd_t pmd)
{
	return pmd.raw & TINY_PRESENT;
}

static inline int pmd_none(pmd_t pmd)
{
	return !pmd.raw;
}

#endif
