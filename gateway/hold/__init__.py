# SPDX-License-Identifier: GPL-3.0-or-later
"""A hold: its key, its states, its card, and what the folders say about it. No io."""
