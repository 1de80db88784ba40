#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The Python side: figures and page.
# label: unit
# timeout: 300
set -eu
cd "$1"
exec /usr/bin/python3 -B -m unittest discover -s tests/reports -t .
