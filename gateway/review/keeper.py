# SPDX-License-Identifier: GPL-3.0-or-later
"""The keeper: the loop that keeps the ledger's word.

It watches mailboxes with open holds, sweeps those whose ended holds still have their octets, releases what is due,
takes holds up their ladder, and purges. Several nodes may run one: a lease makes one of them active, another takes
over when it is gone. Should two believe to be active for a moment (one was frozen), nothing goes out twice: an attempt
writes itself into the ledger before it ends the message, and only one can (`gateway.hold.attempt`).

Nothing is kept between rounds but tasks that run. Every fault that passes is waited out, with a line in the log.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from gateway.ports import Ledger, Mailboxes, Unavailable
from gateway.review.climbing import Climbing
from gateway.review.releasing import Releasing
from gateway.review.reviewing import Reviewing
from gateway.review.rounds import DueRound, MailboxRound
from gateway.review.watching import Mailroom

_log = structlog.get_logger()

_LEASE = "keeper"


@dataclass(frozen=True, slots=True)
class Timing:
    """How often the keeper does what; seconds, where not said otherwise.

    Attributes:
        poll: between two questions to the ledger.
        sweep: between two looks at a mailbox in which nothing is open; and the longest between two at any.
        lease: for which a node is the active one; it prolongs that all the time.
        drain: that attempts have to finish when the keeper is told to stop.
        last_look: that a last look at the mailbox before a release may take.
        purge: between two purges.
        at_once: mailboxes that are swept at the same time, and releases that are under way.
        keep_messages: after the end of a hold, how long its octets are kept.
        keep_facts: likewise the facts.
    """

    poll: float = 0.5
    sweep: float = 60.0
    lease: float = 15.0
    drain: float = 20.0
    last_look: float = 5.0
    purge: float = 3600.0
    at_once: int = 8
    keep_messages: timedelta = timedelta(days=7)
    keep_facts: timedelta = timedelta(days=365)


class LostLease(Exception):  # noqa: N818 - a condition, named as such
    """Another node is the active one now, or the ledger could not be asked in time."""


@dataclass(frozen=True, slots=True)
class Crew:
    """Those who do the work.

    Attributes:
        reviewing: looks at a mailbox.
        releasing: makes attempts.
        climbing: takes holds up their ladder.
    """

    reviewing: Reviewing
    releasing: Releasing
    climbing: Climbing


class Keeper:
    """Runs until it is cancelled.

    Args:
        ledger: what is held.
        mailboxes: the IMAP server; None: nobody reviews, but releases and deadlines go on.
        crew: those who do the work.
        owner: name of this node, the same after a restart.
        now: gives the time, UTC.
        timing: how often what is done.
    """

    def __init__(
        self,
        ledger: Ledger,
        mailboxes: Mailboxes | None,
        crew: Crew,
        owner: str,
        now: Callable[[], datetime],
        timing: Timing,
    ) -> None:
        self._ledger = ledger
        self._owner = owner
        self._now = now
        self._timing = timing
        slots = asyncio.Semaphore(timing.at_once)
        room = None if mailboxes is None else Mailroom(mailboxes, crew.reviewing, slots, {}, {}, now)
        last_look = timing.last_look if crew.reviewing.grace else 0.0
        self._due = DueRound(
            ledger, room, crew.releasing, crew.climbing, now, last_look=last_look, at_once=timing.at_once
        )
        self._rooms = None if room is None else MailboxRound(ledger, room, self._due.wake, timing.sweep)

    def wake(self) -> None:
        """Something new may be in the ledger: look at once rather than at the next poll."""
        self._due.wake()
        if self._rooms is not None:
            self._rooms.wake()

    async def run(self) -> None:
        """Keep, while this node has the lease; wait for it, while another has. Ends by cancellation only."""
        try:
            while True:
                if await self._lease():
                    _log.info("keeper.active", owner=self._owner)
                    try:
                        await self._keep()
                    except* LostLease:
                        _log.warning("keeper.passive", owner=self._owner)
                await asyncio.sleep(self._timing.lease / 3)
        finally:
            await self._due.drain(self._timing.drain)
            await self._yield_lease()

    async def _keep(self) -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(self._prolong())
            group.create_task(self._due.run(self._timing.poll))
            group.create_task(self._purge())
            if self._rooms is not None:
                group.create_task(self._rooms.run(self._timing.poll))

    async def _lease(self) -> bool:
        try:
            until = self._now() + timedelta(seconds=self._timing.lease)
            return await self._ledger.lease(_LEASE, self._owner, until)
        except Unavailable as error:
            _log.warning("keeper.no_ledger", why=str(error))
            return False

    async def _prolong(self) -> None:
        """Prolong the lease; raise if that fails for as long as it lasts."""
        loop = asyncio.get_running_loop()
        good = loop.time()
        while True:
            await asyncio.sleep(self._timing.lease / 3)
            if await self._lease():
                good = loop.time()
            elif loop.time() - good > self._timing.lease * 2 / 3:
                raise LostLease

    async def _yield_lease(self) -> None:
        try:
            async with asyncio.timeout(2):
                await self._ledger.yield_lease(_LEASE, self._owner)
        except (Unavailable, TimeoutError):
            _log.info("keeper.lease_left", owner=self._owner)

    async def _purge(self) -> None:
        while True:
            now = self._now()
            try:
                purged = await self._ledger.purge(now, now - self._timing.keep_messages, now - self._timing.keep_facts)
                if purged:
                    _log.info("keeper.purged", holds=purged)
            except Unavailable as error:
                _log.warning("keeper.not_purged", why=str(error))
            await asyncio.sleep(self._timing.purge)
