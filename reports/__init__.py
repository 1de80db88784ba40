# SPDX-License-Identifier: GPL-2.0-only
"""Plots and the HTML page of one run, made from its results.json alone."""
