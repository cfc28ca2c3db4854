# SPDX-License-Identifier: GPL-3.0-or-later
"""`ImapMailboxes`: the reviewers' mailboxes on an IMAP server (`gateway.ports.Mailboxes`).

A mailbox here is no connection: each call borrows one from the pool for as long as it works. Nothing is remembered of
a folder between calls; a UID is only used while the folder's UIDVALIDITY is the one it was seen under.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from gateway.imap import in_folder
from gateway.imap.arguments import Literal
from gateway.imap.connection import Connection, Server
from gateway.imap.names import Layout
from gateway.imap.places import Locate, Place
from gateway.imap.pool import Pool
from gateway.imap.responses import pairs
from gateway.imap.watch import Watching
from gateway.imap.watcher import Subscription
from gateway.ports import SeenCard, Unavailable


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of the server Bedside takes.

    Attributes:
        connections: connections that work at the same time; more wait their turn.
        keep: seconds for which an unused connection is kept for the next piece of work.
        watchers: logins that are watched by a connection of their own; further ones are looked at every `sweep`
            seconds. Linux allows a Dovecot 128 inotify instances unless told otherwise.
        sweep: seconds between two looks at all watched folders, however they are watched.
    """

    connections: int = 8
    keep: float = 30.0
    watchers: int = 100
    sweep: float = 30.0


class ImapMailboxes:
    """The IMAP server, as many mailboxes; an asynchronous context manager that owns all connections.

    Args:
        server: where it is.
        locate: how to get to a mailbox (`gateway.imap.places`).
        limits: how much of it to take.
    """

    def __init__(self, server: Server, locate: Locate, limits: Limits | None = None) -> None:
        limits = limits or Limits()
        self._locate = locate
        self._pool = Pool(server, limits.connections, limits.keep)
        self._watching = Watching(self._pool, limits.watchers, limits.sweep)
        self._open = AsyncExitStack()

    async def __aenter__(self) -> Self:
        await self._open.__aenter__()
        self._open.push_async_callback(self._pool.close)
        await self._open.enter_async_context(self._watching.running())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self._open.__aexit__(kind, error, traceback)

    @asynccontextmanager
    async def open(self, mailbox: str) -> AsyncIterator[ImapMailbox]:
        """See `gateway.ports.Mailboxes.open`."""
        try:
            # Reading a password or token takes a file, or a program that fetches one.
            place = await asyncio.to_thread(self._locate, mailbox)
            async with self._pool.lend(place.login) as session:
                session.layout(place)
        except (LookupError, OSError, ValueError) as error:
            raise Unavailable(f"no way into this mailbox: {error}") from error
        opened = ImapMailbox(place, self._pool, self._watching)
        try:
            yield opened
        finally:
            opened.close()


class ImapMailbox:
    """One reviewer's mailbox (`gateway.ports.Mailbox`)."""

    def __init__(self, place: Place, pool: Pool, watching: Watching) -> None:
        self._place = place
        self._pool = pool
        self._watching = watching
        self._subscription: Subscription | None = None

    def close(self) -> None:
        """No longer watch it."""
        if self._subscription is not None:
            self._watching.unsubscribe(self._subscription)
            self._subscription = None

    @asynccontextmanager
    async def _work(self) -> AsyncIterator[tuple[Connection, Layout]]:
        try:
            async with self._pool.lend(self._place.login) as session:
                yield session.connection, session.layout(self._place)
        except ValueError as error:  # a folder name that this server cannot have, a token that is none
            raise Unavailable(str(error)) from error

    async def ensure(self, folders: Sequence[str]) -> Sequence[str]:
        """See `gateway.ports.Mailbox.ensure`."""
        async with self._work() as (connection, layout):
            return [folder for folder in folders if await in_folder.ensure(connection, layout, folder)]

    async def cards(self, folders: Sequence[str]) -> tuple[SeenCard, ...]:
        """See `gateway.ports.Mailbox.cards`."""
        seen: list[SeenCard] = []
        async with self._work() as (connection, layout):
            for folder in folders:
                seen += await in_folder.cards(connection, layout, folder)
        return tuple(seen)

    async def append(self, folder: str, content: bytes, token: str, flags: Sequence[str] = ()) -> None:
        """See `gateway.ports.Mailbox.append`."""
        async with self._work() as (connection, layout):
            # The APPEND of an attempt that timed out may have been carried out all the same, even twice.
            present = await in_folder.find(connection, layout, folder, token)
            if not present:
                argument = layout.argument(folder)
                await connection.expect("APPEND", argument, f"({' '.join(flags)})", Literal(content))
            elif len(present) > 1:
                await connection.expect("SELECT", layout.argument(folder))
                for extra in present[1:]:
                    await in_folder.expunge(connection, extra.uid)

    async def move(self, card: SeenCard, folder: str) -> None:
        """See `gateway.ports.Mailbox.move`."""
        async with self._work() as (connection, layout):
            await in_folder.select(connection, layout, card)
            target = layout.argument(folder)
            if "MOVE" in connection.capabilities:
                await connection.expect("UID MOVE", str(card.uid), target)
            else:
                await connection.expect("UID COPY", str(card.uid), target)
                await in_folder.expunge(connection, card.uid)

    async def remove(self, card: SeenCard) -> None:
        """See `gateway.ports.Mailbox.remove`."""
        async with self._work() as (connection, layout):
            await in_folder.select(connection, layout, card)
            await in_folder.expunge(connection, card.uid)

    async def find(self, folder: str, token: str) -> SeenCard | None:
        """See `gateway.ports.Mailbox.find`."""
        async with self._work() as (connection, layout):
            found = await in_folder.find(connection, layout, folder, token)
            return found[0] if found else None

    async def content(self, card: SeenCard, limit: int) -> bytes:
        """See `gateway.ports.Mailbox.content`."""
        async with self._work() as (connection, layout):
            await in_folder.select(connection, layout, card)
            answer = await connection.expect("UID FETCH", str(card.uid), f"(UID BODY.PEEK[]<0.{limit}>)")
            found = [pairs(tokens[1]).get("BODY") for tokens in answer.named("FETCH") if len(tokens) > 1]
            return next((octets for octets in found if isinstance(octets, bytes)), b"")

    def changes(self, folders: Sequence[str]) -> Subscription:
        """See `gateway.ports.Mailbox.changes`; asked again for the same folders, the same watch goes on."""
        if self._subscription is None or self._subscription.folders != tuple(folders):
            self.close()
            self._subscription = self._watching.subscribe(self._place, folders)
        return self._subscription
