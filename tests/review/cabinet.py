# SPDX-License-Identifier: GPL-3.0-or-later
"""Mailboxes in memory (`gateway.ports.Mailboxes`), with the hands of a reviewer: fast, and able to fail on demand.

The same cases run against real Dovecot in tests that are marked `servers`.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

from gateway.ports import SeenCard, Unavailable


@dataclass(frozen=True)
class Lying:
    uid: int
    content: bytes
    token: str
    deleted: bool = False


class Changes:
    """Waits for the owner to `tell`; a wait may be cancelled."""

    def __init__(self, changed: asyncio.Condition) -> None:
        self._changed = changed

    def __aiter__(self) -> Changes:
        return self

    async def __anext__(self) -> None:
        async with self._changed:
            await self._changed.wait()


class Box:
    """One mailbox, seen by the gateway and by its owner."""

    def __init__(self, cabinet: Cabinet) -> None:
        self._cabinet = cabinet
        self._uid = 0
        self.folders: defaultdict[str, list[Lying]] = defaultdict(list)
        self.changed = asyncio.Condition()

    # --- the gateway's side --------------------------------------------------------------------------------------

    async def ensure(self, folders: Sequence[str]) -> None:
        self._cabinet.check()
        for folder in folders:
            self.folders.setdefault(folder, [])

    async def cards(self, folders: Sequence[str]) -> tuple[SeenCard, ...]:
        self._cabinet.check()
        return tuple(SeenCard(f, m.uid, m.token, m.deleted) for f in folders for m in self.folders.get(f, ()))

    async def append(self, folder: str, content: bytes, token: str, flags: Sequence[str] = ()) -> None:  # noqa: ARG002 - the port's
        self._cabinet.check(writing=True)
        if all(lying.token != token for lying in self.folders[folder]):
            self.put(folder, content, token)
        self._cabinet.done()

    async def move(self, card: SeenCard, folder: str) -> None:
        self._cabinet.check(writing=True)
        self._take(card.folder, card.uid, folder)

    async def remove(self, card: SeenCard) -> None:
        self._cabinet.check(writing=True)
        self.folders[card.folder] = [m for m in self.folders[card.folder] if m.uid != card.uid]

    async def find(self, folder: str, token: str) -> SeenCard | None:
        self._cabinet.check()
        return next(
            (SeenCard(folder, m.uid, m.token, m.deleted) for m in self.folders[folder] if m.token == token), None
        )

    async def content(self, card: SeenCard, limit: int) -> bytes:
        self._cabinet.check()
        return next((m.content for m in self.folders[card.folder] if m.uid == card.uid), b"")[:limit]

    def changes(self, folders: Sequence[str]) -> Changes:  # noqa: ARG002 - the port's
        return Changes(self.changed)

    # --- its owner's side ----------------------------------------------------------------------------------------

    def put(self, folder: str, content: bytes, token: str = "") -> None:
        self._uid += 1
        self.folders[folder].append(Lying(self._uid, content, token))

    def only(self, folder: str) -> Lying:
        (lying,) = self.folders[folder]
        return lying

    def drag(self, source: str, target: str) -> None:
        """Thunderbird: UID MOVE."""
        self._take(source, self.only(source).uid, target)

    def copy(self, source: str, target: str) -> None:
        lying = self.only(source)
        self.put(target, lying.content, lying.token)

    def mutt(self, source: str, target: str) -> None:
        r"""Mutt: UID COPY and \Deleted; see `expunge`."""
        self.copy(source, target)
        self.folders[source] = [replace(m, deleted=True) for m in self.folders[source]]

    def expunge(self, folder: str) -> None:
        self.folders[folder] = [m for m in self.folders[folder] if not m.deleted]

    def empty(self, folder: str) -> None:
        self.folders[folder].clear()

    async def tell(self) -> None:
        """What IDLE would have told."""
        async with self.changed:
            self.changed.notify_all()

    def _take(self, source: str, uid: int, target: str) -> None:
        for lying in [m for m in self.folders[source] if m.uid == uid]:
            self.folders[source].remove(lying)
            self.put(target, lying.content, lying.token)


class Cabinet:
    """The server.

    Attributes:
        down: nothing works.
        full: nothing can be appended.
        refused: how often that was said.
        lose: so many of the next APPENDs happen, and are then not answered.
    """

    def __init__(self) -> None:
        self.boxes: defaultdict[str, Box] = defaultdict(lambda: Box(self))
        self.down = False
        self.full = False
        self.lose = 0
        self.opened = 0
        self.refused = 0

    @asynccontextmanager
    async def open(self, mailbox: str) -> AsyncIterator[Box]:
        self.check()
        self.opened += 1
        yield self.boxes[mailbox]

    def check(self, *, writing: bool = False) -> None:
        if self.down or (self.full and writing):
            self.refused += 1
            raise Unavailable("the server is down" if self.down else "quota exceeded")

    def done(self) -> None:
        if self.lose:
            self.lose -= 1
            raise Unavailable("the connection broke")
