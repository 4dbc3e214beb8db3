/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * Functions of our own that tell kinds apart. "cell:" says what must come out for an entry: kind, how, and the line of
 * "here(kind)" where there is one; kinds that are not named are handled by default.
 */
#include <linux/swapops.h>

/* cell: pte
 * none name, present name, migration name, device_private name, device_exclusive default
 */
int chain(pte_t pte)
{
	swp_entry_t entry;

	if (pte_none(pte)) /* here(none) */
		return 0;
	if (pte_present(pte)) /* here(present) */
		return 1;
	entry = pte_to_swp_entry(pte);
	if (is_migration_entry(entry)) /* here(migration) */
		return 2;
	else if (is_device_private_entry(entry)) /* here(device_private) */
		return 3;
	return 4;
}

/* What a guard lets pass is told apart behind it: there, what is not named is what is left.
 * cell: entry
 * none not-reached, present not-reached, migration name
 */
int page_of(swp_entry_t entry)
{
	if (!is_pfn_swap_entry(entry))
		return 0;
	count();
	if (is_migration_entry(entry)) /* here(migration) */
		return wait_for_it();
	return 1;
}

/* What the outer question lets in, the inner one turns away.
 * cell: entry
 * none not-reached, present not-reached, migration name, hwpoison name
 */
int turned_away(swp_entry_t entry)
{
	if (is_pfn_swap_entry(entry)) {
		if (is_migration_entry(entry)) /* here(migration) */
			return 1;
		else if (unlikely(is_hwpoison_entry(entry))) /* here(hwpoison) */
			return 2;
		else
			return 3;
	}
	return 0;
}

/* One after the other: the group is taken before the question that follows for all.
 * cell: entry
 * none not-reached, present not-reached, migration name, device_private group, device_exclusive group, hwpoison group, marker name
 */
int in_turn(swp_entry_t entry)
{
	int n = 0;

	if (is_pfn_swap_entry(entry)) /* here(device_private) here(device_exclusive) here(hwpoison) */
		n++;
	if (is_migration_entry(entry)) /* here(migration) */
		n += 2;
	if (is_pte_marker_entry(entry)) /* here(marker) */
		n += 4;
	return n;
}

/* cell: entry, pte
 * none name, present name, swap default, migration name, device_private name, device_exclusive name, hwpoison name
 */
int by_type(pte_t *ptep)
{
	pte_t pte = ptep_get(ptep);
	swp_entry_t entry;

	if (pte_none(pte)) /* here(none) */
		goto out;
	if (likely(pte_present(pte))) /* here(present) */
		goto out;
	entry = pte_to_swp_entry(pte);
	switch (swp_type(entry)) {
	case SWP_MIGRATION_READ: /* here(migration) */
	case SWP_MIGRATION_WRITE: /* also(migration) */
		wait_for_it();
		break;
	case SWP_DEVICE_READ: /* here(device_private) */
	case SWP_DEVICE_WRITE: /* also(device_private) */
	case SWP_DEVICE_EXCLUSIVE: /* here(device_exclusive) */
		break;
	case SWP_HWPOISON: /* here(hwpoison) */
		return -1;
	default:
		break;
	}
out:
	return 0;
}

static bool mine(pte_t pte)
{
	return is_swap_pte(pte) && is_device_exclusive_entry(pte_to_swp_entry(pte));
}

/* A question that this file alone knows, and an answer that is kept.
 * cell: pte
 * present name, device_exclusive name
 */
int own_question(pte_t pte)
{
	bool there = pte_present(pte);

	if (there) /* here(present) */
		return 1;
	while (mine(pte)) /* here(device_exclusive) */
		pte = next(pte);
	return 0;
}

/* Two entries: each has its own row.
 * cell: from
 * none name, present default, swap group, migration group, device_private group, device_exclusive group, hwpoison group, marker group
 * cell: to
 * none default, present name, swap group, migration group, device_private group, device_exclusive group, hwpoison group, marker group
 */
int two_entries(pte_t from, pte_t to)
{
	if (pte_none(from) || is_swap_pte(to)) /* here(none) */
		return 1;
	if (is_swap_pte(from) || pte_present(to)) /* here(present) */
		return 2;
	return 0;
}

/* One question is no telling apart. */
int one_question(pte_t pte)
{
	if (pte_present(pte))
		return 1;
	return 0;
}

/* What only a debug check looks at is handled by nobody. */
int checked(swp_entry_t entry)
{
	VM_BUG_ON(!is_migration_entry(entry));
	if (is_hwpoison_entry(entry))
		return 1;
	return 0;
}
