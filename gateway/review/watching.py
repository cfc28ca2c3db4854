# SPDX-License-Identifier: GPL-3.0-or-later
"""One task a mailbox: look, mend until nothing differs, wait for a change of the folders or the ledger, look again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

import structlog

from gateway.ports import Mailbox, Mailboxes, Unavailable
from gateway.review.reviewing import Reviewing

_log = structlog.get_logger()

_WAITS = (1.0, 2.0, 5.0, 10.0, 30.0, 60.0)

# Looks in a row, each of which found something to mend. Many cards to put take many looks; past this something is odd.
_MOST_LOOKS = 1000


@dataclass(frozen=True, slots=True)
class Mailroom:
    """Opens mailboxes and looks at them, one look at a time in each.

    Attributes:
        mailboxes: the IMAP server.
        reviewing: what to do there.
        slots: how many mailboxes are looked at at the same time.
        locks: one a mailbox.
        looked: when the last look that came to rest in a mailbox began.
        now: gives the time, UTC.
    """

    mailboxes: Mailboxes
    reviewing: Reviewing
    slots: asyncio.Semaphore
    locks: dict[str, asyncio.Lock]
    looked: dict[str, datetime]
    now: Callable[[], datetime]

    async def visit(self, mailbox: str) -> None:
        """Open a mailbox, look and mend until nothing differs, and leave.

        Raises:
            Unavailable: it could not be done now.
        """
        async with self.slots, self.mailboxes.open(mailbox) as box:
            await self.settle(box, mailbox)

    async def visit_since(self, mailbox: str, moment: datetime) -> None:
        """Visit a mailbox, unless a look that began after that moment has come to rest there.

        Raises:
            Unavailable: it could not be done now.
        """
        lock = self.locks.setdefault(mailbox, asyncio.Lock())
        while self.looked.get(mailbox, moment) <= moment:
            if not lock.locked():
                await self.visit(mailbox)
                return
            async with lock:  # somebody looks: see whether that was late enough
                pass

    async def settle(self, box: Mailbox, mailbox: str) -> tuple[str, ...]:
        """Look and mend until nothing differs; give the folders that were looked at.

        Raises:
            Unavailable: it could not be done now.
        """
        folders: tuple[str, ...] = ()
        async with self.locks.setdefault(mailbox, asyncio.Lock()):
            for _ in range(_MOST_LOOKS):
                began = self.now()
                needed = self.reviewing.folders(await self.reviewing.holds(mailbox), mailbox)
                if needed != folders:
                    folders = needed
                    await box.ensure(folders)
                if not await self.reviewing.look(box, mailbox):
                    self.looked[mailbox] = began
                    return folders
        _log.error("review.restless", looks=_MOST_LOOKS)
        return folders


class Watch:
    """Watches one mailbox until it is cancelled.

    Args:
        room: opens it.
        mailbox: which.
        decided: called after every look, because holds may now be due.
        sweep: longest time between two looks, in seconds.
    """

    def __init__(self, room: Mailroom, mailbox: str, decided: Callable[[], None], sweep: float) -> None:
        self._room = room
        self._mailbox = mailbox
        self._decided = decided
        self._sweep = sweep
        self._wake = asyncio.Event()
        self.trouble: str | None = None

    def wake(self) -> None:
        """The ledger has something new for this mailbox."""
        self._wake.set()

    async def run(self) -> None:
        """Watch; trouble is logged once, and tried again with longer and longer waits."""
        failures = 0
        while True:
            try:
                async with self._room.mailboxes.open(self._mailbox) as box:
                    await self._watch(box)
            except Unavailable as error:
                if self.trouble is None:
                    _log.warning("mailbox.unavailable", why=str(error))
                failures = failures + 1 if self.trouble else 1
                self.trouble = str(error)
                await asyncio.sleep(_WAITS[min(failures, len(_WAITS)) - 1])

    async def _watch(self, box: Mailbox) -> None:
        folders: tuple[str, ...] | None = None
        changes: AsyncIterator[None] | None = None
        while True:
            self._wake.clear()
            needed = await self._room.settle(box, self._mailbox)
            if self.trouble is not None:
                _log.info("mailbox.available")
                self.trouble = None
            self._decided()
            if changes is None or needed != folders:
                folders, changes = needed, box.changes(needed)
            await self._either(changes)

    async def _either(self, changes: AsyncIterator[None]) -> None:
        """Wait for a change of the folders, of the ledger, or for the sweep."""
        with suppress(TimeoutError):
            async with asyncio.timeout(self._sweep):
                await first_of(changes.__anext__, self._wake.wait)


async def first_of(*waits: Callable[[], Awaitable[object]]) -> None:
    """Wait until one of these is over, and cancel the others.

    Raises:
        Exception: what the first that failed raised.
    """
    loop = asyncio.get_running_loop()
    tasks = [loop.create_task(_as_coroutine(wait)) for wait in waits]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
    for task in done:
        task.result()


async def _as_coroutine(wait: Callable[[], Awaitable[object]]) -> None:
    await wait()
