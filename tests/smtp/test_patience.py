# SPDX-License-Identifier: GPL-3.0-or-later
"""A Postfix that hangs up on whoever is silent for two seconds: neither uploads nor idle sessions lose a mail to it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from gateway.smtp.values import UpstreamAddress
from tests.servers.ports import free_port
from tests.servers.postfix import Postfix, postfix
from tests.smtp.client import WireClient, client, until
from tests.smtp.gateway import gateway

pytestmark = pytest.mark.servers


@pytest.fixture(scope="module")
def hasty() -> Iterator[tuple[int, Postfix]]:
    port = free_port()
    services = f"127.0.0.1:{port} inet n - n - - smtpd\n    -o smtpd_timeout=2s\n"
    discarding = {"default_transport": "discard", "relay_transport": "discard"}
    with postfix(services, (port,), settings=discarding) as server:
        yield port, server


def address(port: int, keep_awake: float) -> UpstreamAddress:
    return UpstreamAddress("127.0.0.1", port, "gateway.test", keep_awake=keep_awake)


async def upload(wire: WireClient, seconds: float) -> bytes:
    await wire.begin()
    for _ in range(int(seconds * 4)):
        await wire.send(b"a line of a slow upload\r\n")
        await asyncio.sleep(0.25)
    await wire.send(b".\r\n")
    return await wire.reply()


async def test_a_slow_upload_outlasts_upstreams_patience(hasty: tuple[int, Postfix]) -> None:
    async with gateway(address(hasty[0], 0.5)) as gate, client(gate.port) as wire:
        assert (await upload(wire, 3.5)).startswith(b"250 2.0.0 Ok: queued")


async def test_without_keeping_it_awake_upstream_would_have_gone(hasty: tuple[int, Postfix]) -> None:
    """What the test above would show if the gateway did nothing; and it is a reason to try again, not a loss."""
    async with gateway(address(hasty[0], 60)) as gate, client(gate.port) as wire:
        assert (await upload(wire, 3.5))[:4] in (b"451 ", b"421 ")


async def test_sessions_of_the_pool_that_postfix_dropped_cost_nobody_a_mail(hasty: tuple[int, Postfix]) -> None:
    port, server = hasty
    async with gateway(address(port, 60)) as gate:
        timeouts = server.log.count("timeout after")
        async with client(gate.port) as wire:
            assert (await upload(wire, 0)).startswith(b"250 ")
        await until(lambda: server.log.count("timeout after") > timeouts)
        async with client(gate.port) as wire:
            assert (await upload(wire, 0)).startswith(b"250 ")
