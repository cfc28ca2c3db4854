# SPDX-License-Identifier: GPL-3.0-or-later
"""The inbound feed's listener on the wire: LMTP as RFC 2033 has it, and no copy refused for what it is."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from ipaddress import ip_network

import pytest

from gateway.mail.envelope import Envelope
from gateway.ports import Message, Unavailable
from gateway.smtp.census import Census
from gateway.smtp.lmtp import FeedReception, serve_feed
from gateway.smtp.server import Server
from gateway.smtp.values import LOOPBACK, Limits, Listener, Network
from tests.servers.ports import listening_socket
from tests.smtp.client import WireClient, client

COPY = b"From: cem@customer.example\r\nSubject: It is gone\r\n\r\nAll of it.\r\n"


@dataclass
class Notes:
    """An ear that writes down what it hears; `away` and `broken` are what goes wrong."""

    heard: list[tuple[Envelope, bytes]] = field(default_factory=list)
    passed: list[str] = field(default_factory=list)
    away: bool = False
    broken: bool = False

    async def hear(self, envelope: Envelope, message: Message) -> None:
        if self.away:
            raise Unavailable("no ledger")
        if self.broken:
            raise RuntimeError("a fault of our own")
        self.heard.append((envelope, b"".join(message.chunks())))

    def passed_over(self, why: str) -> None:
        self.passed.append(why)


@asynccontextmanager
async def feed(
    ear: Notes, *, networks: tuple[Network, ...] = LOOPBACK, limits: Limits | None = None
) -> AsyncIterator[Server]:
    limits = limits or Limits()
    reception = FeedReception(Listener("feed", "gateway.test", networks), limits, ear, Census(limits))
    server = await serve_feed(reception, [listening_socket()])
    try:
        yield server
    finally:
        await server.drain(5)


def port(server: Server) -> int:
    return server.addresses[0][1]


async def begin(wire: WireClient, recipients: int = 1, sender: bytes = b"cem@customer.example") -> None:
    """Everything up to 354."""
    assert (await wire.ask(b"LHLO mail.test")).startswith(b"250-gateway.test\r\n")
    assert (await wire.ask(b"MAIL FROM:<" + sender + b"> BODY=8BITMIME SIZE=99999999999")).startswith(b"250 ")
    for number in range(recipients):
        assert (await wire.ask(b"RCPT TO:<feed%d@gateway.test>" % number)).startswith(b"250 ")
    assert (await wire.ask(b"DATA")).startswith(b"354 ")


async def test_each_recipient_is_answered_after_the_copy_is_kept() -> None:
    ear = Notes()
    async with feed(ear) as server, client(port(server)) as wire:
        await begin(wire, recipients=3)
        await wire.send(COPY + b"..dotted\r\n.\r\n")
        assert [await wire.reply() for _ in range(3)] == [b"250 2.0.0 Taken\r\n"] * 3
        assert (await wire.ask(b"NOOP")) == b"250 2.0.0 Ok\r\n"
        assert (await wire.ask(b"QUIT")).startswith(b"221 ")
    [(envelope, content)] = ear.heard
    assert content == COPY + b".dotted\r\n"
    assert envelope.sender.address == "cem@customer.example"
    assert len(envelope.recipients) == 3
    assert envelope.client.listener == "feed"


async def test_a_greeting_says_lmtp_and_who_says_ehlo_is_told() -> None:
    async with feed(Notes()) as server, client(port(server)) as wire:
        for hello in (b"EHLO mail.test", b"HELO mail.test"):
            assert (await wire.ask(hello)) == b"500 5.5.1 This is LMTP: say LHLO\r\n"
        offered = await wire.ask(b"LHLO mail.test")
        assert b"SIZE" not in offered, "a server that knows a size bounces what is longer"
        assert b"250-PIPELINING\r\n" in offered


async def test_while_nothing_can_be_kept_every_recipient_is_put_off_and_the_session_goes_on() -> None:
    ear = Notes(away=True)
    async with feed(ear) as server, client(port(server)) as wire:
        await begin(wire, recipients=2)
        await wire.send(COPY + b".\r\n")
        assert [(await wire.reply())[:10] for _ in range(2)] == [b"451 4.3.0 "] * 2
        ear.away = False
        await begin(wire, recipients=1)
        await wire.send(COPY + b".\r\n")
        assert (await wire.reply()) == b"250 2.0.0 Taken\r\n"


async def test_a_fault_of_our_own_is_as_many_replies_as_there_are_recipients() -> None:
    ear = Notes(broken=True)
    async with feed(ear) as server, client(port(server)) as wire:
        await begin(wire, recipients=3)
        await wire.send(COPY + b".\r\n")
        assert [(await wire.reply())[:4] for _ in range(3)] == [b"451 "] * 3
        assert (await wire.ask(b"RSET")).startswith(b"250 ")


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"x" * 5000, "too_big"),
        (COPY + b"a\n.\nb\r\n", "malformed"),
        (b"Received: by a\r\n" * 60 + COPY, "loop"),
    ],
)
async def test_what_no_server_should_send_is_taken_and_counted(content: bytes, why: str) -> None:
    ear = Notes()
    async with feed(ear, limits=Limits(message_size=4000)) as server, client(port(server)) as wire:
        await begin(wire)
        await wire.send(content + b"\r\n.\r\n")
        assert (await wire.reply()) == b"250 2.0.0 Taken\r\n"
    assert (ear.heard, ear.passed) == ([], [why])


async def test_an_endless_copy_takes_no_memory() -> None:
    ear = Notes()
    limits = Limits(message_size=100_000)
    async with feed(ear, limits=limits) as server, client(port(server)) as wire:
        await begin(wire)
        for _ in range(100):
            await wire.send(b"y" * 100_000)
        assert server.reception.census.memory_in_use == 0
        await wire.send(b"\r\n.\r\n")
        assert (await wire.reply()) == b"250 2.0.0 Taken\r\n"
    assert ear.passed == ["too_big"]


async def test_bare_newlines_in_a_copy_are_no_matter() -> None:
    ear = Notes()
    async with feed(ear) as server, client(port(server)) as wire:
        await begin(wire)
        await wire.send(COPY + b"bare\nnewline\r\n.\r\n")
        assert (await wire.reply()) == b"250 2.0.0 Taken\r\n"
    assert len(ear.heard) == 1


async def test_strangers_deliver_nothing() -> None:
    ear = Notes()
    async with feed(ear, networks=(ip_network("192.0.2.0/24"),)) as server, client(port(server)) as wire:
        assert (await wire.ask(b"LHLO mail.test")).startswith(b"250-")
        assert (await wire.ask(b"MAIL FROM:<a@x.example>")).startswith(b"554 5.7.1 ")
        assert (await wire.ask(b"RCPT TO:<b@x.example>")).startswith(b"503 ")
    assert ear.heard == []


async def test_the_null_sender_and_a_pipelining_server_are_understood() -> None:
    ear = Notes()
    async with feed(ear) as server, client(port(server)) as wire:
        await wire.send(
            b"LHLO mail.test\r\nMAIL FROM:<>\r\nRCPT TO:<a@x>\r\nRCPT TO:<b@x>\r\nDATA\r\n" + COPY + b".\r\n"
            b"MAIL FROM:<c@x.example>\r\nRSET\r\nQUIT\r\n"
        )
        codes = [(await wire.reply())[:3] for _ in range(10)]
    assert codes == [b"250", b"250", b"250", b"250", b"354", b"250", b"250", b"250", b"250", b"221"]
    assert ear.heard[0][0].sender.address == ""


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ((b"MAIL FROM:<a@x>",), b"503"),
        ((b"LHLO",), b"501"),
        ((b"LHLO x", b"RCPT TO:<a@x>"), b"503"),
        ((b"LHLO x", b"DATA"), b"503"),
        ((b"LHLO x", b"MAIL FROM:<a@x>", b"DATA"), b"503"),
        ((b"LHLO x", b"MAIL FROM:<a@x>", b"MAIL FROM:<a@x>"), b"503"),
        ((b"LHLO x", b"MAIL nonsense"), b"501"),
        ((b"LHLO x", b"MAIL FROM:<a@x>", b"RCPT nonsense"), b"501"),
        ((b"LHLO x", b"MAIL FROM:<a@x>", b"RCPT TO:<a@x>", b"DATA now"), b"501"),
        ((b"AUTH PLAIN",), b"500"),
        ((b"STARTTLS",), b"502"),
        ((b"VRFY a",), b"252"),
        ((b"RSET x",), b"501"),
    ],
)
async def test_commands_out_of_order_and_out_of_shape(lines: tuple[bytes, ...], code: bytes) -> None:
    async with feed(Notes()) as server, client(port(server)) as wire:
        replies = [await wire.ask(line) for line in lines]
    assert replies[-1][:3] == code


async def test_too_many_recipients_are_put_off() -> None:
    async with feed(Notes(), limits=Limits(recipients=1)) as server, client(port(server)) as wire:
        await wire.ask(b"LHLO x")
        await wire.ask(b"MAIL FROM:<a@x>")
        assert (await wire.ask(b"RCPT TO:<a@x>")).startswith(b"250 ")
        assert (await wire.ask(b"RCPT TO:<b@x>")).startswith(b"452 ")


async def test_a_server_that_goes_away_in_the_middle_has_told_nothing() -> None:
    ear = Notes()
    async with feed(ear) as server, client(port(server)) as wire:
        await begin(wire)
        await wire.send(COPY)
    assert (ear.heard, ear.passed) == ([], [])
