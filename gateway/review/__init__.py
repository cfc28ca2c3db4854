# SPDX-License-Identifier: GPL-3.0-or-later
"""One hold on its way: card, notice, decision, release, ends."""
