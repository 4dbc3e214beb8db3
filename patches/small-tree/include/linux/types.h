/* SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef SMALL_TYPES_H
#define SMALL_TYPES_H

#define true 1
#define false 0
#define NULL ((void *)0)

typedef _Bool bool;

/* An entry as it stands in a table. */
typedef struct { unsigned long raw; } pte_t;
typedef struct { unsigned long raw; } pmd_t;

/* An entry that is not present, unpacked. */
typedef struct { unsigned long val; } swp_entry_t;

struct page;
struct folio;
struct vm_area_struct;

#endif
