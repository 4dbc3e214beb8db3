// SPDX-License-Identifier: MIT OR Apache-2.0
#include <linux/a.h>

int harbour(void)
{
	int empty;

	return boats(3);
}
