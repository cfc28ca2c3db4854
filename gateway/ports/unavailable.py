# SPDX-License-Identifier: GPL-3.0-or-later
"""What every adapter says that cannot do its part now."""

from __future__ import annotations


class Unavailable(Exception):  # noqa: N818 - a condition that passes, named as such
    """A part that is needed cannot serve at this moment: try again later. Its text is for the log alone."""
