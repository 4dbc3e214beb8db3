/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef SMALL_SWAP_H
#define SMALL_SWAP_H

/*
 * Types below MAX_SWAPFILES are swap files. Those from there on say that the
 * entry is something else, though it is written like a swap entry.
 */
#define MAX_SWAPFILES_SHIFT	5
#define MAX_SWAPFILES		24

#define SWP_DEVICE_WRITE	(MAX_SWAPFILES + 0)
#define SWP_DEVICE_READ		(MAX_SWAPFILES + 1)
#define SWP_DEVICE_EXCLUSIVE	(MAX_SWAPFILES + 2)
#define SWP_MIGRATION_READ	(MAX_SWAPFILES + 3)
#define SWP_MIGRATION_WRITE	(MAX_SWAPFILES + 4)
#define SWP_HWPOISON		(MAX_SWAPFILES + 5)
#define SWP_PTE_MARKER		(MAX_SWAPFILES + 6)

#endif
