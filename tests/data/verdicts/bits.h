/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef SMALL_BITS_H
#define SMALL_BITS_H

#include <linux/types.h>
#include <asm/pgtable.h>

struct box {
	pte_t inner;
	pte_t *place;
};

/* What looks harmless in its caller asks for a bit of present entries. */
static inline bool entry_is_busy(pte_t pte)
{
	return pte_dirty(pte) || pte_young(pte);
}

#define entry_is_quiet(pte) (!pte_dirty(pte))

static inline pte_t entry_washed(pte_t pte)
{
	return pte_mkclean(pte);
}

/* One of several entries of one block, which no table tells of. */
static inline unsigned long entry_block(pte_t pte)
{
	return pte.raw & 0xf0UL;
}

static inline bool entry_is_right_here(pte_t pte)
{
	return pte_present(pte);
}

#endif
