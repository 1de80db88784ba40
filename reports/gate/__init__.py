# SPDX-License-Identifier: GPL-2.0-only
"""The page of a gate: drawn from gate.json alone (docs/gate.md has the format)."""
