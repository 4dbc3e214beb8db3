// SPDX-License-Identifier: MIT OR Apache-2.0
/* The same names once more: one function says the same in other words, the other says another thing. */
#include "small.h"

bool defined_alike(pte_t pte)
{
	if (!pte_present(pte))
		return false;
	return true;
}

bool defined_apart(pte_t pte)
{
	return !pte_none(pte);
}
