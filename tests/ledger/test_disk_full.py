# SPDX-License-Identifier: GPL-3.0-or-later
"""A disk that is full: nothing is called safe that is not, what is there stays, and it goes on when there is room."""

from __future__ import annotations

import asyncio
import resource
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from gateway.ledger.store import open_ledger
from gateway.ports import Unavailable
from tests.hold.holds import CONTENT, many_holds

_ROOM = 600_000


async def fill(url: str) -> None:
    """Hold mail until the ledger says that it cannot, then make room and hold one more; print what was safe."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (_ROOM, resource.RLIM_INFINITY))
    async with open_ledger(url) as ledger:
        holds = many_holds(41)
        last = holds.pop()
        for hold, content in holds:
            padded = content + b"x" * 40_000
            try:
                await ledger.hold(replace(hold, size=len(padded)), padded)
            except Unavailable:
                break
            sys.stdout.write(f"{hold.id}\n")
        else:
            raise AssertionError("the disk was never full")
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        await ledger.hold(*last)
        sys.stdout.write(f"{last[0].id}\n")


async def test_what_was_told_is_there_and_nothing_else(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/ledger.db"
    ran = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-c", f"import asyncio; from {__name__} import fill; asyncio.run(fill({url!r}))"],
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    assert ran.returncode == 0, ran.stderr
    told = set(ran.stdout.split())
    assert len(told) > 1
    async with open_ledger(url) as ledger:
        assert {hold.id for hold in await ledger.in_mailbox("anna")} == told
        for hold_id in told:
            assert (await ledger.content(hold_id)).startswith(CONTENT[:20])
