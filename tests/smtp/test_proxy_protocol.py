# SPDX-License-Identifier: GPL-3.0-or-later
"""PROXY headers of load balancers: believed from those alone, required of them, and read before TLS."""

from __future__ import annotations

import socket
import struct
from ipaddress import ip_network

import pytest
import trustme

from gateway.smtp.tls import ServerTls
from gateway.smtp.values import Limits, Listener, ListenerTls, Patience
from tests.servers.recorder import recording
from tests.smtp.certificates import certificate, client_context
from tests.smtp.client import client, connected, until
from tests.smtp.gateway import Passing, gateway

HERE = (ip_network("127.0.0.0/8"),)
BALANCED = Listener(
    "test", "gateway.test", networks=(ip_network("192.0.2.0/24"), ip_network("2001:db8::/32")), balancers=HERE
)
SIGNATURE = b"\r\n\r\n\x00\r\nQUIT\n"
V2 = (
    SIGNATURE
    + b"\x21\x11"
    + struct.pack("!H", 15)
    + bytes([192, 0, 2, 7, 10, 0, 0, 1])
    + struct.pack("!HH", 4000, 25)
    + b"\x04\x00\x00"
)
V2_LOCAL = SIGNATURE + b"\x20\x00\x00\x00"
V1 = b"PROXY TCP4 192.0.2.7 10.0.0.1 4000 25\r\n"
V1_IPV6 = b"PROXY TCP6 2001:db8::7 2001:db8::1 4000 25\r\n"


@pytest.mark.parametrize(("header", "address"), [(V1, "192.0.2.7"), (V2, "192.0.2.7"), (V1_IPV6, "2001:db8::7")])
@pytest.mark.parametrize("cut", [1, 1000])
async def test_the_client_is_who_the_balancer_says(header: bytes, address: str, cut: int) -> None:
    screener = Passing()
    async with recording() as recorder, gateway(recorder.port, screener, listener=BALANCED) as gate:
        async with connected(gate.port) as wire:
            octets = header + b"EHLO c\r\n"
            for at in range(0, len(octets), cut):
                await wire.send(octets[at : at + cut])
            assert (await wire.reply()).startswith(b"220 ")
            await wire.reply()
            await wire.begin()
            await wire.send(b"x\r\n.\r\n")
            assert (await wire.reply()).startswith(b"250 ")
        assert screener.seen[0][0].client.address == address


async def test_a_client_behind_the_balancer_is_held_to_its_own_rights() -> None:
    async with recording() as recorder, gateway(recorder.port, listener=BALANCED) as gate, connected(gate.port) as wire:
        await wire.send(b"PROXY TCP4 203.0.113.1 10.0.0.1 4000 25\r\nEHLO c\r\n")
        await wire.reply()
        assert b"XCLIENT" not in await wire.reply()
        assert (await wire.ask(b"MAIL FROM:<a@example.org>")).startswith(b"554 5.7.1 ")
        assert not any(command.startswith(b"MAIL") for command in recorder.commands)


@pytest.mark.parametrize(
    "nonsense",
    [
        b"EHLO c\r\n",
        b"PROXY\r\n",
        b"PROXY TCP4 192.0.2.7\r\n",
        b"PROXY " + b"x" * 200,
        SIGNATURE + b"\x31\x11\x00\x00",
        b"GET / HTTP/1.1\r\n",
    ],
)
async def test_a_balancer_that_sends_no_header_is_cut_off(nonsense: bytes) -> None:
    async with recording() as recorder, gateway(recorder.port, listener=BALANCED) as gate, connected(gate.port) as wire:
        await wire.send(nonsense)
        assert await wire.rest() == b""
        assert recorder.connections == 0


async def test_a_balancer_that_says_nothing_is_not_waited_for() -> None:
    limits = Limits(patience=Patience(proxy_header=0.05))
    async with (
        recording() as recorder,
        gateway(recorder.port, listener=BALANCED, limits=limits) as gate,
        connected(gate.port) as wire,
    ):
        assert await wire.rest() == b""


@pytest.mark.parametrize("header", [V2_LOCAL, b"PROXY UNKNOWN\r\n"])
async def test_a_health_check_is_the_balancers_own(header: bytes) -> None:
    async with recording() as recorder, gateway(recorder.port, listener=BALANCED) as gate, connected(gate.port) as wire:
        await wire.send(header)
        assert (await wire.reply()).startswith(b"220 ")
        assert (await wire.ask(b"NOOP")).startswith(b"250 ")


async def test_a_header_of_anybody_else_is_no_command() -> None:
    elsewhere = Listener("test", "gateway.test", balancers=(ip_network("198.51.100.0/24"),))
    for listener in (elsewhere, Listener("test", "gateway.test")):
        async with (
            recording() as recorder,
            gateway(recorder.port, listener=listener) as gate,
            client(gate.port) as wire,
        ):
            assert (await wire.ask(V1.rstrip())).startswith(b"500 ")


async def test_the_header_stands_before_implicit_tls() -> None:
    authority = trustme.CA()
    listener = Listener("test", "gateway.test", networks=HERE, balancers=HERE, tls=ListenerTls.IMPLICIT)
    screener = Passing()
    with certificate(authority) as files:
        async with (
            recording() as recorder,
            gateway(recorder.port, screener, listener=listener, tls=ServerTls(files)) as gate,
        ):
            async with connected(
                gate.port, client_context(authority), first=b"PROXY TCP4 127.0.0.9 10.0.0.1 4000 465\r\n"
            ) as wire:
                await wire.reply()
                await wire.begin()
                await wire.send(b"x\r\n.\r\n")
                assert (await wire.reply()).startswith(b"250 ")
            assert screener.seen[0][0].client.address == "127.0.0.9"
            assert screener.seen[0][0].client.tls


async def test_draining_closes_the_door_of_a_balanced_listener_too() -> None:
    async with recording() as recorder, gateway(recorder.port, listener=BALANCED) as gate:
        port = gate.port
        await gate.server.drain(1)
        await until(lambda: _refused(port))


def _refused(port: int) -> bool:
    with socket.socket() as sock:
        return sock.connect_ex(("127.0.0.1", port)) != 0
