# SPDX-License-Identifier: GPL-3.0-or-later
"""How long to wait before a release that upstream put off is tried again (RFC 5321 4.5.4.1)."""

from __future__ import annotations

from datetime import timedelta

_WAITS = (
    timedelta(minutes=1),
    timedelta(minutes=2),
    timedelta(minutes=5),
    timedelta(minutes=10),
    timedelta(minutes=20),
    timedelta(minutes=30),
)


def wait_after(attempts: int) -> timedelta:
    """The wait after this many attempts that were put off: a minute at first, half an hour in the end."""
    return _WAITS[min(max(attempts, 1), len(_WAITS)) - 1]
