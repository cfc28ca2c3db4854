# SPDX-License-Identifier: GPL-3.0-or-later
"""The SMTP path of the gateway inside the test's own loop, with a screener of the test's choice."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from gateway.mail.envelope import Envelope
from gateway.mail.server_reply import ServerReply
from gateway.ports import Message, Screener, Transaction
from gateway.smtp.census import Census
from gateway.smtp.pool import Pool
from gateway.smtp.reception import Reception
from gateway.smtp.server import Server, serve
from gateway.smtp.tls import ServerTls
from gateway.smtp.values import Limits, Listener, UpstreamAddress
from tests.servers.ports import listening_socket

HELD = ServerReply.of(250, "2.0.0 Held for review as ABCD")


@dataclass
class Passing:
    """Lets everything pass, and remembers what it saw."""

    seen: list[tuple[Envelope, bytes]] = field(default_factory=list)

    async def screen(self, envelope: Envelope, message: Message, transaction: Transaction) -> ServerReply:
        self.seen.append((envelope, b"".join(message.chunks())))
        return await transaction.deliver(message)


@dataclass
class Holding(Passing):
    """Holds everything."""

    async def screen(self, envelope: Envelope, message: Message, transaction: Transaction) -> ServerReply:
        self.seen.append((envelope, b"".join(message.chunks())))
        await transaction.abandon()
        return HELD


@dataclass
class Gateway:
    """A running gateway.

    Attributes:
        server: its listener.
        pool: its way to upstream.
    """

    server: Server
    pool: Pool

    @property
    def port(self) -> int:
        return self.server.addresses[0][1]


@asynccontextmanager
async def gateway(
    upstream: UpstreamAddress | int,
    screener: Screener | None = None,
    *,
    listener: Listener | None = None,
    limits: Limits | None = None,
    tls: ServerTls | None = None,
) -> AsyncIterator[Gateway]:
    """Run the gateway on a free port of loopback.

    Args:
        upstream: the next hop; a number is a port on 127.0.0.1.
        screener: None for one that passes everything.
        listener: None for one with the defaults.
        limits: None for the defaults.
        tls: our certificate.
    """
    address = UpstreamAddress("127.0.0.1", upstream, "gateway.test") if isinstance(upstream, int) else upstream
    limits = limits or Limits()
    pool = Pool(address)
    reception = Reception(
        listener or Listener("test", "gateway.test"), limits, pool, screener or Passing(), Census(limits), tls
    )
    server = await serve(reception, [listening_socket()])
    try:
        yield Gateway(server, pool)
    finally:
        await server.drain(5)
        await pool.close()
