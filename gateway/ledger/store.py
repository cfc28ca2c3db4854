# SPDX-License-Identifier: GPL-3.0-or-later
"""The ledger on a SQL database (`gateway.ports.Ledger`): `open_ledger` gives one, ready for use.

Writes go through one thread with group commit, reads through two threads of their own; the event loop never waits for a
disk. Two workers on one host each have their own, SQLite makes them take turns.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy import URL, Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from gateway.hold.event import Event
from gateway.hold.hold import Hold, HoldState
from gateway.ledger import counts, reads, writes
from gateway.ledger.engine import make_private, parse, reading_engine, writing_engine
from gateway.ledger.memory import SqlMemory
from gateway.ledger.migrate import migrate
from gateway.ledger.sealing import Seal
from gateway.ledger.writer import Writer
from gateway.ports import Count, Need, Unavailable

_T = TypeVar("_T")
_P = ParamSpec("_P")

_READERS = 2
_MOST_DUE = 200
_MOST_PURGED = 100


def _now() -> datetime:
    return datetime.now(UTC)


@asynccontextmanager
async def open_ledger(
    url: str,
    *,
    password: str | None = None,
    encryption_keys: Sequence[str] = (),
    retry_window: timedelta = timedelta(hours=1),
) -> AsyncIterator[SqlLedger]:
    """Open a ledger, make its tables if need be, and close it in the end.

    Args:
        url: ``sqlite:////path`` or ``postgresql://user@host/name``.
        password: for PostgreSQL, where the URL has none.
        encryption_keys: Fernet keys; the first seals, all open. None: nothing is encrypted.
        retry_window: how long after its end a hold is still found by a client that sends its message again.

    Raises:
        gateway.ledger.engine.BadUrl: it names no ledger.
        gateway.ledger.migrate.TooNew: it was made by a later version.
        ValueError: an encryption key is none.
        Unavailable: the database cannot be used now.
    """
    seal = Seal(encryption_keys)
    parsed = parse(url, password)
    writing, reading = writing_engine(parsed), reading_engine(parsed)
    try:
        await asyncio.to_thread(_prepare, parsed, writing)
        with ThreadPoolExecutor(_READERS, "ledger-reader") as readers:
            writer = Writer(writing)
            try:
                yield SqlLedger(writer, reading, readers, seal, retry_window)
            finally:
                await writer.close()
    finally:
        writing.dispose()
        reading.dispose()


def _prepare(url: URL, engine: Engine) -> None:
    try:
        make_private(url)
        migrate(engine)
    except (OSError, SQLAlchemyError) as error:
        raise Unavailable(f"the ledger cannot be opened: {error}") from error


class SqlLedger:
    """See `gateway.ports.Ledger`; below those methods, what the commands for administrators ask.

    Attributes:
        memory: the context memory, in the same database.
    """

    def __init__(
        self, writer: Writer, reading: Engine, readers: ThreadPoolExecutor, seal: Seal, retry_window: timedelta
    ) -> None:
        self._writer = writer
        self._reading = reading
        self._readers = readers
        self._seal = seal
        self._retry_window = retry_window
        self.memory = SqlMemory(self._read, writer.write, _now)

    async def hold(self, hold: Hold, content: bytes) -> Hold:
        """See `gateway.ports.Ledger.hold`."""
        return await self._writer.write(
            lambda c: writes.add(c, self._seal, hold, content, retry_window=self._retry_window)
        )

    async def content(self, hold_id: str, part: int = 0) -> bytes:
        """See `gateway.ports.Ledger.content`."""
        return await self._read(reads.octets, self._seal, hold_id, part)

    async def find(self, hold_id: str) -> Hold | None:
        """See `gateway.ports.Ledger.find`."""
        return await self._read(reads.find, self._seal, hold_id)

    async def in_mailbox(self, mailbox: str) -> tuple[Hold, ...]:
        """See `gateway.ports.Ledger.in_mailbox`."""
        return await self._read(reads.in_mailbox, self._seal, mailbox)

    async def mailboxes(self) -> Mapping[str, Need]:
        """See `gateway.ports.Ledger.mailboxes`."""
        return await self._read(reads.needs)

    async def due(self, now: datetime) -> tuple[Hold, ...]:
        """See `gateway.ports.Ledger.due`; at most 200 at a time."""
        return await self._read(lambda c: reads.due(c, self._seal, now, most=_MOST_DUE))

    async def claim(self, hold_id: str, owner: str, until: datetime) -> Hold | None:
        """See `gateway.ports.Ledger.claim`."""
        taken = await self._writer.write(lambda c: writes.claim(c, hold_id, owner, _now(), until))
        return await self.find(hold_id) if taken else None

    async def update(self, before: Hold, after: Hold, event: Event | None = None) -> Hold | None:
        """See `gateway.ports.Ledger.update`."""
        return await self._writer.write(lambda c: writes.change(c, self._seal, before, after, event))

    async def history(self, hold_id: str) -> tuple[Event, ...]:
        """See `gateway.ports.Ledger.history`."""
        return await self._read(reads.history_of, hold_id)

    async def lease(self, name: str, owner: str, until: datetime) -> bool:
        """See `gateway.ports.Ledger.lease`."""
        return await self._writer.write(lambda c: writes.lease(c, name, owner, _now(), until))

    async def yield_lease(self, name: str, owner: str) -> None:
        """See `gateway.ports.Ledger.yield_lease`."""
        await self._writer.write(lambda c: writes.yield_lease(c, name, owner))

    async def open_from(self, sender: str) -> tuple[Hold, ...]:
        """See `gateway.ports.Ledger.open_from`."""
        return await self._read(reads.open_from, self._seal, sender)

    async def purge(self, now: datetime, messages_before: datetime, facts_before: datetime) -> int:
        """Take away the octets of holds that ended before a moment, and the facts of those before another."""
        purged = 0
        while some := await self._writer.write(
            lambda c: writes.purge(c, self._seal, now, messages_before, most=_MOST_PURGED)
        ):
            purged += some
        while await self._writer.write(lambda c: writes.drop_facts(c, facts_before, most=_MOST_PURGED)):
            pass
        return purged

    async def keep_difference(self, hold_id: str, text: str) -> None:
        """Keep how a superseded hold differs from its better version; it is purged with the octets."""
        await self._writer.write(lambda c: writes.keep_difference(c, self._seal, hold_id, text))

    async def difference(self, hold_id: str) -> str | None:
        """How a superseded hold differs from its better version; None if that is not kept."""
        return await self._read(reads.difference, self._seal, hold_id)

    async def add_counts(self, amounts: Mapping[Count, int]) -> None:
        """Add to the counts by day."""
        await self._writer.write(lambda c: counts.add(c, amounts))

    async def counts_since(self, day: date) -> Mapping[Count, int]:
        """All counts from a day on."""
        return await self._read(counts.since, day)

    async def damaged(self) -> tuple[str, ...]:
        """What cannot be read or is not what was held, a line each; reads everything."""
        return await self._read(reads.damaged, self._seal)

    async def listed(self, states: Iterable[HoldState], most: int) -> tuple[Hold, ...]:
        """Holds in these states, the newest first, at most so many."""
        wanted = tuple(states)
        return await self._read(lambda c: reads.listed(c, self._seal, wanted, most=most))

    async def _read(self, ask: Callable[Concatenate[Connection, _P], _T], *args: _P.args, **kwargs: _P.kwargs) -> _T:
        def run() -> _T:
            try:
                with self._reading.connect() as connection:
                    return ask(connection, *args, **kwargs)
            except SQLAlchemyError as error:
                raise Unavailable(f"the ledger cannot be read: {error}") from error

        return await asyncio.get_running_loop().run_in_executor(self._readers, run)
