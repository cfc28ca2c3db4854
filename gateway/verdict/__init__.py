# SPDX-License-Identifier: GPL-3.0-or-later
"""From what the rules saw to a verdict: the decision table. No io."""
