# SPDX-License-Identifier: GPL-3.0-or-later
"""What the use cases need of the ledger: a place that keeps holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from gateway.hold.event import Event
from gateway.hold.hold import Hold


@dataclass(frozen=True, slots=True)
class Need:
    """Why a mailbox needs looking after.

    Attributes:
        open: holds in it that wait for a decision or a delivery; without any, it need not be watched, only swept.
        stamp: changes whenever one of its holds does.
    """

    open: int
    stamp: int


class Ledger(Protocol):
    """What holds are kept in. Each method is one durable transaction."""

    async def hold(self, hold: Hold, content: bytes) -> Hold:
        """Commit a new hold; or give the one with the same key that is open, or ended within the retry window.

        Raises:
            Unavailable: nothing was committed, or it is not known whether it was (a retry then finds its own hold).
        """
        ...

    async def content(self, hold_id: str, part: int = 0) -> bytes:
        """The exact octets of a hold, of one of the transactions that it came in (`Hold.parts`).

        Raises:
            LookupError: there is no such hold, or its octets are purged.
            Unavailable: the ledger cannot be asked now.
        """
        ...

    async def find(self, hold_id: str) -> Hold | None:
        """The hold with this id."""
        ...

    async def in_mailbox(self, mailbox: str) -> tuple[Hold, ...]:
        """All holds whose cards belong in this mailbox: open ones, and ended ones that still have their octets."""
        ...

    async def mailboxes(self) -> Mapping[str, Need]:
        """Mailboxes that need looking after."""
        ...

    async def due(self, now: datetime) -> tuple[Hold, ...]:
        """Holds to act on now: releases whose grace and back-off are over, deadlines and reminders that have passed."""
        ...

    async def claim(self, hold_id: str, owner: str, until: datetime) -> Hold | None:
        """Take a lease on a hold for one node; None if another has one that runs."""
        ...

    async def update(self, before: Hold, after: Hold, event: Event | None = None) -> Hold | None:
        """Replace a hold by its next value, with an entry in its history; None if it was changed in between.

        Gives the hold as it now stands in the ledger: `after` with the next version.
        """
        ...

    async def lease(self, name: str, owner: str, until: datetime) -> bool:
        """Take or prolong a lease on something that one node at a time may do, such as watching a mailbox."""
        ...

    async def yield_lease(self, name: str, owner: str) -> None:
        """Give a lease up before its time, if this owner has it."""
        ...

    async def purge(self, now: datetime, messages_before: datetime, facts_before: datetime) -> int:
        """Take away the octets of holds that ended before a moment, and the facts of those before another."""
        ...

    async def open_from(self, sender: str) -> tuple[Hold, ...]:
        """Held messages with this reverse-path that nobody has decided about yet."""
        ...

    async def history(self, hold_id: str) -> tuple[Event, ...]:
        """All entries, oldest first."""
        ...
