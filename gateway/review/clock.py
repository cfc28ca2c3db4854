# SPDX-License-Identifier: GPL-3.0-or-later
"""A clock that was set must not end a thousand deadlines at once."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog

_log = structlog.get_logger()

_STEP = timedelta(seconds=60)
_REST = 600.0


class StepDetector:
    """Compares the wall clock with one that only runs forward; when the first was set, it is not trusted for a while.

    Releases go on meanwhile, for somebody decided them; what waits is what happens by itself.
    """

    def __init__(self) -> None:
        self._base: tuple[datetime, float] | None = None
        self._rests_until: float = 0.0

    def steady(self, wall: datetime, running: float) -> bool:
        """Whether the wall clock can be trusted.

        Args:
            wall: what it shows.
            running: seconds of the clock that only runs forward.
        """
        if self._base is not None:
            since, began = self._base
            drift = (wall - since) - timedelta(seconds=running - began)
            if abs(drift) > _STEP:
                _log.warning("clock.stepped", seconds=round(drift.total_seconds()))
                self._rests_until = running + _REST
        self._base = wall, running
        return running >= self._rests_until
