// SPDX-License-Identifier: MIT OR Apache-2.0
int sails(int wind)
{
	return wind * 2;
}
