#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# README.md, docs/*.md and kernel-patches/README.md: short sentences and lines, the field's words, links that lead somewhere, commands that exist (tests/prose/rules.py).
# label: unit
# timeout: 60
. "$(dirname "$0")/common.bash"
DIOBENCH=$diobench /usr/bin/python3 -B -m unittest discover -s tests/prose -t .
