# SPDX-License-Identifier: GPL-3.0-or-later
"""Bedside: an empathy gateway for outgoing support mail."""

__version__ = "0.1.0.dev0"
