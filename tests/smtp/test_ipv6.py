# SPDX-License-Identifier: GPL-3.0-or-later
"""Over IPv6 on both legs, with the address as XFORWARD and Received write it."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from gateway.smtp.census import Census
from gateway.smtp.pool import Pool
from gateway.smtp.reception import Reception
from gateway.smtp.server import Server, serve
from gateway.smtp.values import Announce, Limits, Listener, Trace, UpstreamAddress
from tests.servers.ports import listening_socket
from tests.servers.recorder import Recorder
from tests.smtp.client import client
from tests.smtp.gateway import Passing


@asynccontextmanager
async def recording_on_ipv6(recorder: Recorder) -> AsyncIterator[int]:
    """Run a recorder on a free port of ::1, and give that."""
    server = await asyncio.start_server(recorder.serve, sock=listening_socket(socket.AF_INET6), limit=1 << 20)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        recorder.disconnect()


@asynccontextmanager
async def gateway_on_ipv6(listener: Listener, upstream: UpstreamAddress, screener: Passing) -> AsyncIterator[Server]:
    """Run a gateway on a free port of ::1."""
    pool, limits = Pool(upstream), Limits()
    reception = Reception(listener, limits, pool, screener, Census(limits))
    server = await serve(reception, [listening_socket(socket.AF_INET6)])
    try:
        yield server
    finally:
        await server.drain(5)
        await pool.close()


async def test_a_mail_goes_in_and_out_over_ipv6() -> None:
    recorder, screener = Recorder(), Passing()
    listener = Listener("six", "gateway.test", trace=Trace(received_by="gateway.test"))
    async with recording_on_ipv6(recorder) as port:
        upstream = UpstreamAddress("::1", port, "gateway.test", announce=Announce.XFORWARD)
        async with (
            gateway_on_ipv6(listener, upstream, screener) as server,
            client(server.addresses[0][1], host="::1") as wire,
        ):
            await wire.begin()
            await wire.send(b"Subject: six\r\n\r\nover six\r\n.\r\n")
            assert (await wire.reply()).startswith(b"250 ")
    assert screener.seen[0][0].client.address == "::1"
    (mail,) = recorder.mails
    assert mail.wire.startswith(b"Received: from client.test (unknown [IPv6:::1])\r\n")
    assert mail.wire.endswith(b"\r\nSubject: six\r\n\r\nover six\r\n")


async def test_a_stranger_on_ipv6_is_a_stranger() -> None:
    recorder = Recorder()
    async with recording_on_ipv6(recorder) as port:
        upstream = UpstreamAddress("::1", port, "gateway.test")
        nobody = Listener("six", "gateway.test", networks=())
        async with (
            gateway_on_ipv6(nobody, upstream, Passing()) as server,
            client(server.addresses[0][1], host="::1") as wire,
        ):
            await wire.ask(b"EHLO c")
            assert (await wire.ask(b"MAIL FROM:<a@example.org>"))[:3] in (b"530", b"554")
    assert not recorder.mails
