/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef SMALL_TABLES_H
#define SMALL_TABLES_H

struct mm_walk;

struct mm_walk_ops {
	int (*pte_entry)(pte_t *pte, unsigned long addr, unsigned long next,
			 struct mm_walk *walk);
};

/* How far a look at one address got. */
enum folio_walk_level {
	FW_LEVEL_PTE,
	FW_LEVEL_PMD,
};

/* Also what is on its way to another place. */
#define FW_MIGRATION	(1 << 0)

struct folio_walk {
	enum folio_walk_level level;
	pte_t *ptep;
	pte_t pte;
	spinlock_t *ptl;
};

pte_t *pte_offset_map_lock(struct mm_struct *mm, pmd_t *pmd, unsigned long addr,
			   spinlock_t **ptlp);
pte_t *pte_offset_map(pmd_t *pmd, unsigned long addr);
struct folio *folio_walk_start(struct folio_walk *fw, struct vm_area_struct *vma,
			       unsigned long addr, unsigned int flags);

#endif
