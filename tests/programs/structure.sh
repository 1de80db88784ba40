#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0-only
# The table of wings (docs/architecture.md) holds: no file of bench/ includes what its place forbids.
# label: unit
# timeout: 60
. "$(dirname "$0")/common.bash"
/usr/bin/python3 -B -m unittest discover -s tests/structure -t .
