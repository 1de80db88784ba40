// SPDX-License-Identifier: GPL-2.0-only
/* A file for patches to change. */
#include "internal.h"

static int data_step_0(struct inode *inode)
{
	int value = data_get(inode, 0);

	if (value < 0)
		return value;
	return data_put(inode, value + 0);
}

static int data_step_1(struct inode *inode)
{
	int value = data_get(inode, 1);

	if (value < 0)
		return value;
	return data_put(inode, value + 7);
}

static int data_step_2(struct inode *inode)
{
	int value = data_get(inode, 2);

	if (value < 0)
		return value;
	return data_put(inode, value + 14);
}

static int data_step_3(struct inode *inode)
{
	int value = data_get(inode, 3);

	if (value < 0)
		return value;
	return data_put(inode, value + 21);
}

static int data_step_4(struct inode *inode)
{
	int value = data_get(inode, 4);

	if (value < 0)
		return value;
	return data_put(inode, value + 28);
}

