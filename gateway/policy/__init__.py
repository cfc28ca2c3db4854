# SPDX-License-Identifier: GPL-3.0-or-later
"""Policies: what a rule looks for, how its file is read, and what it saw in a reply. No io."""
