# SPDX-License-Identifier: GPL-3.0-or-later
"""One hold's way: shown, decided, released. `gateway.review.keeper.Keeper` runs it; README.md says who does what."""
