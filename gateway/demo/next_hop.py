# SPDX-License-Identifier: GPL-3.0-or-later
"""The demo's next hop: a plain SMTP server that keeps what it gets, as somebody else's would."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiosmtpd.smtp import SMTP, Envelope, Session


@dataclass(frozen=True, slots=True)
class Kept:
    """One message as it arrived: reverse-path, forward-paths, exact octets."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes


@dataclass
class NextHop:
    """What has arrived so far, and where it listens.

    It has no slots: aiosmtpd looks at every member of its handler, which on Python 3.11.2 raises for a class with some.
    """

    port: int = 0
    kept: list[Kept] = field(default_factory=list)

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        """Keep a message (aiosmtpd's hook)."""
        content = envelope.original_content or b""
        self.kept.append(Kept(envelope.mail_from or "", tuple(envelope.rcpt_tos), content))
        return f"250 2.0.0 Ok: queued as {len(self.kept):04d}"


@asynccontextmanager
async def next_hop() -> AsyncIterator[NextHop]:
    """Run the next hop on a free port of 127.0.0.1."""
    hop = NextHop()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(hop, hostname="mail.larch.example", enable_SMTPUTF8=True, loop=loop), "127.0.0.1", 0
    )
    hop.port = server.sockets[0].getsockname()[1]
    try:
        yield hop
    finally:
        server.close()
        await server.wait_closed()
