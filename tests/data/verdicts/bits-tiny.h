/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* What one architecture does with a mark. */
#include <linux/types.h>

static inline pte_t entry_marked(pte_t pte)
{
	return pte_mkclean(pte);
}
