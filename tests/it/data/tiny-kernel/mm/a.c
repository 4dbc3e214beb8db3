// SPDX-License-Identifier: MIT OR Apache-2.0
#include <linux/a.h>

int boats(int wind)
{
	return wind + 1;
}
