# SPDX-License-Identifier: GPL-3.0-or-later
"""The seam: the few Protocols that the use cases need of the adapters.

Who implements what: `gateway.smtp` the `Transaction`, the `Route` and spooled `Message`s, and calls a `Screener`;
`gateway.ledger` the `Ledger` and the `Memory`; `gateway.imap` the `Mailboxes`; `gateway.judge` the `Judge`.
An adapter that cannot do its part now raises `Unavailable`; what the other side should do then is the use case's call.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from gateway.hold.event import Event as Event  # noqa: PLC0414 - re-exported: adapters speak of it
from gateway.hold.hold import Delivery, Hold
from gateway.hold.seen import SeenCard as SeenCard  # noqa: PLC0414 - likewise
from gateway.mail.envelope import Envelope
from gateway.mail.server_reply import ServerReply
from gateway.policy.judgement import Judgement as Judgement  # noqa: PLC0414 - re-exported: adapters speak of it
from gateway.verdict.verdict import Verdict


class Unavailable(Exception):  # noqa: N818 - a condition that passes, named as such
    """A part that is needed cannot serve at this moment: try again later. Its text is for the log alone."""


# --- SMTP -----------------------------------------------------------------------------------------------------------


class Message(Protocol):
    """The octets of a message as submitted, in memory or spooled to disk; never changed."""

    @property
    def size(self) -> int:
        """Length in octets."""
        ...

    def prefix(self, limit: int) -> bytes:
        """The first `limit` octets, or all there are."""
        ...

    def chunks(self) -> Iterator[bytes]:
        """All octets, in order, in pieces of at most 256 KiB."""
        ...


class Transaction(Protocol):
    """A mail transaction open at upstream: MAIL and at least one RCPT were accepted there."""

    async def deliver(self, message: Message) -> ServerReply:
        """Send DATA and the message; give upstream's own final reply.

        Trouble on the way gives the reply that the client should see (451 4.4.1, 451 4.4.2); it never raises but for
        cancellation. Call at most one of `deliver` and `abandon`, once.
        """
        ...

    async def abandon(self) -> None:
        """Take the transaction back (RSET), because the message is held or refused here. Never raises."""
        ...


class Screener(Protocol):
    """What a listener asks when a message is complete."""

    async def screen(self, envelope: Envelope, message: Message, transaction: Transaction) -> ServerReply:
        """Judge the message, then deliver or abandon the transaction; give the final reply to the client's DATA."""
        ...


class Route(Protocol):
    """A way of our own to send what was released."""

    async def carries(self, extensions: frozenset[str], size: int) -> str | None:
        """Why the route cannot carry such a message unchanged, in words for an administrator; None if it can.

        Raises:
            Unavailable: the route could not be asked.
        """
        ...

    async def send(
        self,
        envelope: Envelope,
        message: Message,
        deliveries: Sequence[Delivery],
        before_end: Callable[[Sequence[Delivery]], Awaitable[bool]],
    ) -> tuple[Delivery, ...]:
        """Try to deliver to each recipient of `deliveries` that is pending; give all of them as they then stand.

        Only upstream's 250 to DATA makes a recipient delivered. A 4yz or no connection leaves it pending, a 5yz makes
        it refused, a final reply that was lost makes it unknown. Never raises but for cancellation.

        Args:
            envelope: what to send it with; only those of its recipients that are pending in `deliveries` get it.
            message: the exact octets.
            deliveries: the recipients, in the order of the envelope.
            before_end: asked once, after all octets of the message and before the line that ends it (RFC 5321 4.1.1.4),
                with the deliveries that hang on its reply: from there on, a broken connection may mean that it was
                delivered (RFC 1047). If it says False, or raises, the connection is dropped without ending the
                message, and those deliveries stay pending.
        """
        ...


# --- the ledger -----------------------------------------------------------------------------------------------------


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


@dataclass(frozen=True, slots=True)
class Count:
    """What is counted.

    Attributes:
        day: on which it happened.
        team: whose message it was; empty where that is not known.
        kind: ``carried_out``, ``unjudged``, ``failed``, or how a rule fired: ``hold``, ``note``, ``shadow``,
            ``not_counted``.
        name: what was done, the cause, or policy id, hash sign and rule.
    """

    day: date
    team: str
    kind: str
    name: str


class Journal(Protocol):
    """Counts of what was done with messages, by day; never waits, never raises.

    It is what `bedside policy stats` and the metrics are made of. It knows rules and teams, and no person.
    """

    def judged(self, team: str, verdict: Verdict, carried_out: str) -> None:
        """A message of a team was judged; `carried_out` is what was done: passed, observed, noted, held, nudged ..."""
        ...

    def unjudged(self, cause: str) -> None:
        """A message passed without being judged."""
        ...

    def failed(self, cause: str, where: str) -> None:
        """A message could not be judged: what went wrong, and in which rule or part."""
        ...


# --- IMAP -----------------------------------------------------------------------------------------------------------


class Mailbox(Protocol):
    """One reviewer's mailbox, opened. Every method may raise `Unavailable`; the mailbox is then of no more use."""

    async def ensure(self, folders: Sequence[str]) -> Sequence[str] | None:
        """Create and subscribe the folders that are missing; give those that were, or None if that is not known."""
        ...

    async def cards(self, folders: Sequence[str]) -> tuple[SeenCard, ...]:
        """All messages in these folders with their tokens; a folder that is missing counts as empty."""
        ...

    async def append(self, folder: str, content: bytes, token: str, flags: Sequence[str] = ()) -> None:
        """Put a card or notice there, once: if one with this token is there already, it stays the only one."""
        ...

    async def move(self, card: SeenCard, folder: str) -> None:
        """Move a card."""
        ...

    async def remove(self, card: SeenCard) -> None:
        """Delete and expunge one message, and no other."""
        ...

    async def find(self, folder: str, token: str) -> SeenCard | None:
        """The message with this token in a folder that may hold a great deal of other mail (INBOX)."""
        ...

    def changes(self, folders: Sequence[str]) -> AsyncIterator[None]:
        """Wakes whenever something may have changed in these folders, by NOTIFY, IDLE or not at all.

        The wait for the next item may be cancelled; the mailbox is then of use for other commands again.
        """
        ...


class Mailboxes(Protocol):
    """The IMAP server, as many mailboxes."""

    def open(self, mailbox: str) -> AbstractAsyncContextManager[Mailbox]:
        """Log in to a mailbox.

        Raises:
            Unavailable: the server is not there, or does not let us in.
        """
        ...


# --- the judge ------------------------------------------------------------------------------------------------------


class Judge(Protocol):
    """The learned judge, wherever it runs."""

    async def judge(self, customer: str | None, authored: str, spans: Sequence[tuple[int, int]]) -> Judgement:
        """Probabilities for the sentences at `spans` in `authored`.

        Raises:
            Unavailable: no answer within its deadline.
        """
        ...
