# SPDX-License-Identifier: GPL-3.0-or-later
"""`bedside demo`: the whole road on embedded parts."""
