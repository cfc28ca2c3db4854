# SPDX-License-Identifier: GPL-3.0-or-later
"""The ledger as a worker has it: opened as soon as it can be, and no worker waits for that.

A worker whose ledger cannot be opened still relays what passes; what it should hold is put off with 451.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from datetime import timedelta

import structlog

from gateway.hold.event import Event
from gateway.hold.hold import Hold
from gateway.ledger.engine import parse
from gateway.ledger.sealing import Seal
from gateway.ledger.store import SqlLedger, open_ledger
from gateway.policy.memory import Heard, Question, Recollection, Sent
from gateway.ports import Count, Unavailable
from gateway.service.settings_servers import LedgerSettings

_log = structlog.get_logger()
_PAUSE = 2.0


def prove(settings: LedgerSettings) -> None:
    """See whether these settings name a ledger, without opening it.

    Raises:
        LookupError: a secret is not where the settings say.
        ValueError: the URL names no ledger, or the encryption key is none.
    """
    parse(settings.url, settings.password.read() if settings.password else None)
    Seal([settings.encryption_key.read()] if settings.encryption_key else [])


def opening(settings: LedgerSettings) -> AbstractAsyncContextManager[SqlLedger]:
    """The ledger of the settings, to be opened.

    Raises:
        LookupError: a secret is not where the settings say.
    """
    return open_ledger(
        settings.url,
        password=settings.password.read() if settings.password else None,
        encryption_keys=[settings.encryption_key.read()] if settings.encryption_key else [],
        retry_window=timedelta(hours=settings.retry_window),
    )


class LedgerSoon:
    """A ledger that may not be open yet."""

    def __init__(self) -> None:
        self._ledger: SqlLedger | None = None
        self._opened = asyncio.Event()

    async def wait(self, seconds: float) -> None:
        """Wait until it is open, but no longer than so many seconds."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._opened.wait()

    async def hold(self, hold: Hold, content: bytes) -> Hold:
        """See `gateway.ports.Ledger.hold`."""
        return await self._open().hold(hold, content)

    async def open_from(self, sender: str) -> tuple[Hold, ...]:
        """See `gateway.ports.Ledger.open_from`."""
        return await self._open().open_from(sender)

    async def content(self, hold_id: str) -> bytes:
        """See `gateway.ports.Ledger.content`."""
        return await self._open().content(hold_id)

    async def update(self, before: Hold, after: Hold, event: Event | None = None) -> Hold | None:
        """See `gateway.ports.Ledger.update`."""
        return await self._open().update(before, after, event)

    async def keep_difference(self, hold_id: str, text: str) -> None:
        """See `gateway.ledger.store.SqlLedger.keep_difference`."""
        await self._open().keep_difference(hold_id, text)

    async def add_counts(self, amounts: Mapping[Count, int]) -> None:
        """Add to the counts by day.

        Raises:
            Unavailable: it is not open, or cannot be written to.
        """
        await self._open().add_counts(amounts)

    async def recall(self, question: Question) -> Recollection:
        """See `gateway.ports.Memory.recall`."""
        return await self._open().memory.recall(question)

    async def sent(self, *replies: Sent) -> None:
        """See `gateway.ports.Memory.sent`."""
        await self._open().memory.sent(*replies)

    async def heard(self, heard: Heard) -> None:
        """See `gateway.ports.Memory.heard`."""
        await self._open().memory.heard(heard)

    def _open(self) -> SqlLedger:
        if self._ledger is None:
            raise Unavailable("the ledger is not open yet")
        return self._ledger

    async def keep_open(self, settings: LedgerSettings, stop: asyncio.Event) -> None:
        """Open the ledger, however often that takes, and close it when `stop` is set."""
        while not stop.is_set():
            try:
                async with opening(settings) as ledger:
                    self._ledger = ledger
                    self._opened.set()
                    await stop.wait()
                    self._ledger = None
            except Unavailable:
                _log.warning("ledger.not_open", again_in=_PAUSE)
                try:
                    async with asyncio.timeout(_PAUSE):
                        await stop.wait()
                except TimeoutError:
                    continue


@asynccontextmanager
async def ledger_soon(settings: LedgerSettings) -> AsyncIterator[LedgerSoon]:
    """Give a ledger that is opened in the background, and closed in the end."""
    ledger, stop = LedgerSoon(), asyncio.Event()
    async with asyncio.TaskGroup() as group:
        group.create_task(ledger.keep_open(settings, stop))
        try:
            yield ledger
        finally:
            stop.set()
