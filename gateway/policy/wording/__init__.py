# SPDX-License-Identifier: GPL-3.0-or-later
"""Wording: from the phrases that a team lead writes to patterns over folded text. No io."""
