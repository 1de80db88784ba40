// SPDX-License-Identifier: GPL-2.0-only
/* A file for patches to change. */
#include "internal.h"

static int super_step_0(struct inode *inode)
{
	int value = super_get(inode, 0);

	if (value < 0)
		return value;
	return super_put(inode, value + 0);
}

static int super_step_1(struct inode *inode)
{
	int value = super_get(inode, 1);

	if (value < 0)
		return value;
	return super_put(inode, value + 7);
}

static int super_step_2(struct inode *inode)
{
	int value = super_get(inode, 2);

	if (value < 0)
		return value;
	return super_put(inode, value + 14);
}

static int super_step_3(struct inode *inode)
{
	int value = super_get(inode, 3);

	if (value < 0)
		return value;
	return super_put(inode, value + 21);
}

