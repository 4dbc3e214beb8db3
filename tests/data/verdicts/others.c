// SPDX-License-Identifier: MIT OR Apache-2.0
/* Functions of another file: one that only this file can call, and others that every file can. */
#include "small.h"

static bool hidden_elsewhere(pte_t pte)
{
	return pte_present(pte);
}

bool defined_elsewhere(pte_t pte)
{
	return pte_present(pte);
}

bool defined_alike(pte_t pte)
{
	return pte_present(pte);
}

bool defined_apart(pte_t pte)
{
	return pte_present(pte);
}

bool used_here(pte_t pte)
{
	return hidden_elsewhere(pte);
}
