# SPDX-License-Identifier: GPL-3.0-or-later
"""The context memory in the ledger's database (`gateway.ports.Memory`)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Protocol, TypeVar

from sqlalchemy import Connection

from gateway.ledger import memory_reads, memory_writes
from gateway.policy.memory import Heard, Question, Recollection, Sent

_T = TypeVar("_T")


class _Run(Protocol):
    """Runs a function of a connection, in a transaction of its own."""

    def __call__(self, run: Callable[[Connection], _T], /) -> Awaitable[_T]: ...


class SqlMemory:
    """See `gateway.ports.Memory`; below those methods, what keeper and doctor ask.

    Args:
        read: runs a function that only reads.
        write: runs one that writes, and commits it.
        now: gives the time, UTC.
    """

    def __init__(self, read: _Run, write: _Run, now: Callable[[], datetime]) -> None:
        self._read = read
        self._write = write
        self._now = now

    async def recall(self, question: Question) -> Recollection:
        """See `gateway.ports.Memory.recall`."""
        return await self._read(lambda c: memory_reads.recall(c, question))

    async def sent(self, *replies: Sent) -> None:
        """See `gateway.ports.Memory.sent`."""
        await self._write(lambda c: memory_writes.add_sent(c, replies))

    async def heard(self, heard: Heard) -> None:
        """See `gateway.ports.Memory.heard`."""
        await self._write(lambda c: memory_writes.add_heard(c, heard, self._now()))

    async def forget(self, threads_before: datetime, relations_before: datetime) -> int:
        """Forget threads without a message since a moment, and relations since another; how many names went."""
        return await self._write(lambda c: memory_writes.forget(c, threads_before, relations_before))

    async def forget_all(self) -> None:
        """Forget everything: memory was switched off."""
        await self._write(memory_writes.forget_all)

    async def last_heard(self) -> datetime | None:
        """When the feed last kept something."""
        return await self._read(lambda c: memory_reads.mark(c, "heard"))
