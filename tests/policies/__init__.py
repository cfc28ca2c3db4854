# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests of the rules that ship: what they say, find and let pass."""
