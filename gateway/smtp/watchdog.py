# SPDX-License-Identifier: GPL-3.0-or-later
"""One timer for all the waiting that a connection does.

A connection waits dozens of times in its life, each time with a limit. Setting and cancelling a timer each time would
be a good part of what a small mail costs; here the limit is a number, and a timer looks at it now and then, and when
it might be due.
"""

from __future__ import annotations

from asyncio import AbstractEventLoop, TimerHandle
from collections.abc import Callable

# A timer is never set further ahead, so that a limit that comes nearer seldom needs it set anew.
_LOOK_AGAIN = 30.0


class Watchdog:
    """Calls `bark` once when `expect` was not followed by `rest`, or another `expect`, in time."""

    __slots__ = ("_at", "_bark", "_due", "_handle", "_loop")

    def __init__(self, loop: AbstractEventLoop, bark: Callable[[], None]) -> None:
        self._loop = loop
        self._bark = bark
        self._due: float | None = None
        self._handle: TimerHandle | None = None
        self._at = 0.0

    def expect(self, seconds: float) -> None:
        """Bark unless something happens within so many seconds."""
        now = self._loop.time()
        self._due = now + seconds
        if self._handle is None or self._at > self._due:
            self._set(now, self._due)

    def rest(self) -> None:
        """Nothing is waited for."""
        self._due = None

    def stop(self) -> None:
        """Never bark again: the connection is gone."""
        self._due = None
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None

    def _set(self, now: float, due: float) -> None:
        if self._handle is not None:
            self._handle.cancel()
        self._at = min(due, now + _LOOK_AGAIN)
        self._handle = self._loop.call_at(self._at, self._look)

    def _look(self) -> None:
        self._handle = None
        if self._due is None:
            return
        now = self._loop.time()
        if now >= self._due:
            self._due = None
            self._bark()
        else:
            self._set(now, self._due)
