# SPDX-License-Identifier: GPL-3.0-or-later
"""Brings a worker's counts to the ledger from time to time, and once more at the end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog

from gateway.ports import Unavailable
from gateway.screening.tally import Tally
from gateway.service.build_ledger import LedgerSoon

_log = structlog.get_logger()
_SECONDS = 5.0


@asynccontextmanager
async def flushing(tally: Tally, ledger: LedgerSoon) -> AsyncIterator[None]:
    """Flush while the block runs, and when it ends. Counts that cannot be kept now are kept for the next time."""
    stop = asyncio.Event()

    async def run() -> None:
        while not stop.is_set():
            try:
                async with asyncio.timeout(_SECONDS):
                    await stop.wait()
            except TimeoutError:
                pass
            await _flush(tally, ledger)

    async with asyncio.TaskGroup() as group:
        group.create_task(run())
        try:
            yield
        finally:
            stop.set()


async def _flush(tally: Tally, ledger: LedgerSoon) -> None:
    counts = tally.take()
    if not counts:
        return
    try:
        await ledger.add_counts(counts)
    except Unavailable:
        tally.give_back(counts)
        _log.warning("counts.not_kept", counts=len(counts))
