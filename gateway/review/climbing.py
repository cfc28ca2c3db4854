# SPDX-License-Identifier: GPL-3.0-or-later
"""Holds that nobody decides about: reminder, the lead, the end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import structlog

from gateway.hold import states
from gateway.hold.desk import Desk
from gateway.hold.event import Event
from gateway.hold.hold import Actor, Decision, End, Hold, HoldState
from gateway.hold.states import Move
from gateway.ports import Ledger
from gateway.review.returning import Returning

_log = structlog.get_logger()


class Climbing:
    """Takes holds up their ladder.

    Args:
        ledger: where they are.
        desk: grace, and how long a release is tried.
        returning: sends them back.
        now: gives the time, UTC.
    """

    def __init__(self, ledger: Ledger, desk: Desk, returning: Returning, now: Callable[[], datetime]) -> None:
        self._ledger = ledger
        self._desk = desk
        self._returning = returning
        self._now = now

    async def climb(self, hold: Hold) -> None:
        """Take a hold one rung up, if a rung is due.

        Raises:
            Unavailable: the ledger is away.
        """
        now = self._now()
        if hold.state is not HoldState.HELD:
            return
        if _passed(hold.next_attempt or hold.deadline, now):
            await self._end(hold, now)
        elif _passed(hold.escalate_at, now):
            await self._step(hold, states.escalate(hold, now), "to the lead" if hold.lead_mailbox else "no lead")
        elif _passed(hold.remind_at, now):
            await self._step(hold, states.remind(hold), "reminder")

    async def _end(self, hold: Hold, now: datetime) -> None:
        match hold.at_end:
            case End.RETURN:
                await self._returning.give_back(hold, Actor.DEADLINE)
            case End.RELEASE if states.may(hold, Move.RELEASE):
                released = states.release(
                    hold,
                    Decision.RELEASE,
                    Actor.DEADLINE,
                    now,
                    grace=self._desk.grace,
                    retry_for=self._desk.retry_for,
                )
                await self._step(hold, released, "release")
            case _:
                await self._step(hold, replace(hold, deadline=None, next_attempt=None), "no end")

    async def _step(self, hold: Hold, after: Hold, what: str) -> None:
        event = Event(hold.id, self._now(), what, Actor.DEADLINE)
        if await self._ledger.update(hold, after, event) is not None:
            _log.info("deadline", hold=hold.id, what=what)


def _passed(moment: datetime | None, now: datetime) -> bool:
    return moment is not None and moment <= now
