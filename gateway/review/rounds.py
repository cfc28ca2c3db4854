# SPDX-License-Identifier: GPL-3.0-or-later
"""The keeper's two rounds: one over what is due, one over the mailboxes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from gateway.hold.event import Event
from gateway.hold.hold import Actor, Hold, HoldState
from gateway.policy.finding import To
from gateway.ports import Ledger, Need, Unavailable
from gateway.review.climbing import Climbing
from gateway.review.clock import StepDetector
from gateway.review.releasing import Releasing
from gateway.review.watching import Mailroom, Watch

_log = structlog.get_logger()

# No attempt is ever put off for so long: where one is, the clock was set back.
_FARTHEST = timedelta(days=1)

# A mailbox in which nothing is open any more is watched for a while still: people take back what they just did.
_LINGER = 60.0


class DueRound:
    """Does what is due: releases, each in a task of its own, and rungs of the ladder.

    Args:
        ledger: what is held.
        room: for a last look before a release; None without mailboxes.
        releasing: makes attempts.
        climbing: takes holds up their ladder.
        now: gives the time, UTC.
        last_look: seconds that a last look may take; 0 for none, where there is no grace.
        at_once: attempts that may be under way.
    """

    def __init__(
        self,
        ledger: Ledger,
        room: Mailroom | None,
        releasing: Releasing,
        climbing: Climbing,
        now: Callable[[], datetime],
        *,
        last_look: float,
        at_once: int,
    ) -> None:
        self._ledger = ledger
        self._room = room
        self._releasing = releasing
        self._climbing = climbing
        self._now = now
        self._last_look = last_look
        self._slots = asyncio.Semaphore(at_once)
        self._wake = asyncio.Event()
        self._attempts: dict[str, asyncio.Task[None]] = {}
        self._steps = StepDetector()

    def wake(self) -> None:
        """Something may be due."""
        self._wake.set()

    async def run(self, poll: float) -> None:
        """Go round until cancelled; attempts that are under way then go on, see `drain`."""
        while True:
            self._wake.clear()
            try:
                await self._round()
            except Unavailable as error:
                _log.warning("keeper.no_ledger", why=str(error))
            with suppress(TimeoutError):
                async with asyncio.timeout(poll):
                    await self._wake.wait()

    async def drain(self, seconds: float) -> None:
        """Let attempts that are under way finish; those that do not in time are cut off, and may end unknown."""
        if not self._attempts:
            return
        _, unfinished = await asyncio.wait(self._attempts.values(), timeout=seconds)
        for task in unfinished:
            task.cancel()
        if unfinished:
            await asyncio.wait(unfinished)

    async def _round(self) -> None:
        for hold_id in [hold_id for hold_id, task in self._attempts.items() if task.done()]:
            self._attempts.pop(hold_id).result()
        now = self._now()
        steady = self._steps.steady(now, asyncio.get_running_loop().time())
        for hold in await self._ledger.due(now):
            if hold.state is HoldState.RELEASING:
                await self._due_release(hold, now)
            elif steady:
                await self._climbing.climb(hold)

    async def _due_release(self, hold: Hold, now: datetime) -> None:
        if hold.next_attempt is not None and hold.next_attempt > now + _FARTHEST:
            event = Event(hold.id, now, "clock set back", Actor.GATEWAY)
            await self._ledger.update(hold, replace(hold, next_attempt=now), event)
        elif hold.id not in self._attempts:
            # Not in a TaskGroup: it is to outlive the cancellation of this round. `drain` waits for it.
            self._attempts[hold.id] = asyncio.get_running_loop().create_task(self._attempt(hold))

    async def _attempt(self, hold: Hold) -> None:
        async with self._slots:
            try:
                await self._look(hold)
                await self._releasing.release(hold.id)
            except Unavailable as error:
                _log.warning("release.unavailable", hold=hold.id, why=str(error))
        self._wake.set()

    async def _look(self, hold: Hold) -> None:
        """A last look at the mailbox where it was decided, so that taking back counts where nothing woke us."""
        if self._room is None or hold.attempts or hold.decided_by not in (Actor.AGENT, Actor.LEAD):
            return
        if hold.release_at is None or not self._last_look:
            return
        role = To.LEAD if hold.decided_by is Actor.LEAD else To.AGENT
        for mailbox in [mailbox for mailbox, place in hold.places() if place is role]:
            with suppress(Unavailable, TimeoutError):
                async with asyncio.timeout(self._last_look):
                    await self._room.visit_since(mailbox, hold.release_at)


class MailboxRound:
    """Keeps a watch in every mailbox with open holds, and sweeps the others.

    Args:
        ledger: what is held.
        room: opens mailboxes.
        decided: called when holds may have become due.
        sweep: seconds between two looks at a mailbox that nothing calls attention to.
    """

    def __init__(self, ledger: Ledger, room: Mailroom, decided: Callable[[], None], sweep: float) -> None:
        self._ledger = ledger
        self._room = room
        self._decided = decided
        self._sweep = sweep
        self._wake = asyncio.Event()
        self._watches: dict[str, tuple[Watch, asyncio.Task[None]]] = {}
        self._visits: dict[str, asyncio.Task[None]] = {}
        self._stamps: dict[str, int] = {}
        self._seen: dict[str, float] = {}

    def wake(self) -> None:
        """Something may be new in the ledger."""
        self._wake.set()

    async def run(self, poll: float) -> None:
        """Go round until cancelled."""
        try:
            async with asyncio.TaskGroup() as group:
                while True:
                    self._wake.clear()
                    try:
                        self._round(await self._ledger.mailboxes(), group)
                    except Unavailable as error:
                        _log.warning("keeper.no_ledger", why=str(error))
                    with suppress(TimeoutError):
                        async with asyncio.timeout(poll):
                            await self._wake.wait()
        finally:
            self._watches.clear()
            self._visits.clear()
            self._stamps.clear()

    def _round(self, needs: Mapping[str, Need], group: asyncio.TaskGroup) -> None:
        now = asyncio.get_running_loop().time()
        for mailbox, need in needs.items():
            changed = self._stamps.get(mailbox) != need.stamp
            self._stamps[mailbox] = need.stamp
            if need.open or (changed and mailbox in self._watches):
                self._seen[mailbox] = now
            if need.open and mailbox not in self._watches:
                watch = Watch(self._room, mailbox, self._decided, self._sweep)
                self._watches[mailbox] = watch, group.create_task(watch.run())
            elif mailbox in self._watches and changed:
                self._watches[mailbox][0].wake()
            elif mailbox not in self._watches and (changed or now - self._seen.get(mailbox, 0.0) >= self._sweep):
                self._visit(mailbox, now, group)
        for mailbox in [m for m in self._watches if m not in needs or now - self._seen[m] > _LINGER]:
            self._watches.pop(mailbox)[1].cancel()
        for mailbox in [m for m in self._stamps if m not in needs]:
            del self._stamps[mailbox]

    def _visit(self, mailbox: str, now: float, group: asyncio.TaskGroup) -> None:
        visit = self._visits.get(mailbox)
        if visit is None or visit.done():
            self._seen[mailbox] = now
            self._visits[mailbox] = group.create_task(self._sweep_one(mailbox))

    async def _sweep_one(self, mailbox: str) -> None:
        try:
            await self._room.visit(mailbox)
        except Unavailable as error:
            _log.warning("mailbox.unavailable", why=str(error))
        self._decided()
