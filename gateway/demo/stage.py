# SPDX-License-Identifier: GPL-3.0-or-later
"""The demo's stage: a gateway with everything around it, in one process and one temporary folder.

The gateway is the real one: the same worker and keeper that `bedside serve` runs, with settings as an administrator
would write them.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from gateway.demo.imap import embedded_imap
from gateway.demo.next_hop import NextHop, next_hop
from gateway.ledger.store import SqlLedger
from gateway.service.build_ledger import opening
from gateway.service.keeper import keep
from gateway.service.policy_files import policies_of
from gateway.service.settings import Settings
from gateway.service.sockets import Address, listen
from gateway.service.worker import Seat, work
from gateway.smtp.census import Board

AGENTS = {"anna": "anna", "ben": "ben"}
"""Login names and passwords of the demo's two agents."""
_GATE = "bedside"
_GRACE = 5.0


@dataclass(frozen=True, slots=True)
class Stage:
    """A gateway at work.

    Attributes:
        smtp_port: where mail goes in.
        imap_port: where agents review.
        next_hop: where mail comes out.
        ledger: a look into what is held.
        settings: what the gateway runs with.
    """

    smtp_port: int
    imap_port: int
    next_hop: NextHop
    ledger: SqlLedger
    settings: Settings

    @property
    def grace(self) -> float:
        """Seconds in which a release can be taken back."""
        return self.settings.release.grace


@asynccontextmanager
async def stage(folder: Path) -> AsyncIterator[Stage]:
    """Run everything while the block runs.

    Args:
        folder: an empty folder for ledger and secrets.
    """
    async with AsyncExitStack() as stack:
        hop = await stack.enter_async_context(next_hop())
        users = {**AGENTS, _GATE: _GATE}
        imap_port = await stack.enter_async_context(embedded_imap(users, master=_GATE))
        sock = stack.enter_context(listen(Address("127.0.0.1", 0)))
        smtp_port = sock.getsockname()[1]
        settings = _settings(folder, smtp_port, hop.port, imap_port)
        ledger = await stack.enter_async_context(opening(settings.ledger))
        stop = asyncio.Event()
        group = await stack.enter_async_context(asyncio.TaskGroup())
        group.create_task(work(settings, policies_of(None, None), Seat(0, Board(1), [sock], [None]), stop))
        keeping = group.create_task(keep(settings))
        try:
            yield Stage(smtp_port, imap_port, hop, ledger, settings)
        finally:
            stop.set()
            keeping.cancel()


def _settings(folder: Path, smtp_port: int, upstream_port: int, imap_port: int) -> Settings:
    for name in ("ledger-key", "imap-password"):
        (folder / name).write_text(_GATE * 6 if name == "ledger-key" else _GATE, encoding="utf-8")
    return Settings.model_validate(
        {
            "observe": False,
            "hostname": "gateway.larch.example",
            "drain": 5,
            "listener": [{"name": "demo", "listen": f"127.0.0.1:{smtp_port}", "sender_is_login": True}],
            "upstream": {"server": f"127.0.0.1:{upstream_port}", "tls": "none"},
            "release": {"tls": "none", "grace": _GRACE},
            "ledger": {"url": f"sqlite:///{folder}/ledger.db", "key": {"file": str(folder / "ledger-key")}},
            "imap": {
                "server": f"127.0.0.1:{imap_port}",
                "tls": "none",
                "login": _GATE,
                "password": {"file": str(folder / "imap-password")},
                "master": "authzid",
                "sweep": 2,
            },
            "team": [
                {
                    "name": "helpdesk",
                    "members": [f"{name}@larch.example" for name in AGENTS],
                    "mailbox": "{local}",
                }
            ],
        }
    )
