# SPDX-License-Identifier: GPL-3.0-or-later
"""No 250 before the message is safe; nothing lost or doubled by a client that goes away, at any octet."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

import pytest

from gateway.mail.envelope import Envelope
from gateway.mail.server_reply import ServerReply
from gateway.ports import Message, Transaction
from gateway.smtp.session import Session
from gateway.smtp.values import Limits, Patience
from tests.servers.recorder import Recorder, recording
from tests.smtp.client import client, connected, until
from tests.smtp.gateway import HELD, gateway

HEAD = b"EHLO c\r\nMAIL FROM:<a@example.org>\r\nRCPT TO:<b@example.net>\r\nDATA\r\n"
BODY = b"Subject: x\r\n\r\n..dots\r\ntext\r\n.\r\n"
WHOLE = HEAD + BODY


@dataclass
class Pausing:
    """Waits before it lets pass, until the test says so."""

    go: asyncio.Event = field(default_factory=asyncio.Event)
    began: asyncio.Event = field(default_factory=asyncio.Event)
    reply: ServerReply | None = None

    async def screen(self, _envelope: Envelope, message: Message, transaction: Transaction) -> ServerReply:
        self.began.set()
        await self.go.wait()
        if self.reply is not None:
            await transaction.abandon()
            return self.reply
        return await transaction.deliver(message)


@dataclass
class Broken:
    """Raises."""

    async def screen(self, _envelope: Envelope, _message: Message, _transaction: Transaction) -> ServerReply:
        raise ValueError("a secret that no client may see")


@pytest.mark.parametrize("way", ["closes", "resets"])
async def test_a_client_that_goes_away_at_any_octet_loses_and_doubles_nothing(way: str) -> None:
    """Cut the dialogue at every octet: one copy if the last dot had come, none before."""
    async with recording() as recorder, gateway(recorder.port) as gate:
        for cut in range(1, len(WHOLE) + 1):
            recorder.mails.clear()
            async with client(gate.port) as wire:
                await wire.send(WHOLE[:cut])
                if way == "closes":
                    wire.shut()
                    await wire.rest()
                else:
                    wire.reset()
            await until(lambda: gate.server.sessions == 0)
            complete = cut == len(WHOLE)
            if way == "resets" and complete:
                assert len(recorder.mails) <= 1  # a reset may overtake the last octets
            else:
                assert len(recorder.mails) == complete
        assert gate.server.reception.counters.failures == 0
        assert recorder.connections < 10


async def test_a_client_that_hangs_up_after_the_last_dot_has_sent_its_mail() -> None:
    screener = Pausing()
    async with recording() as recorder, gateway(recorder.port, screener) as gate:
        async with client(gate.port) as wire:
            await wire.begin()
            await wire.send(BODY)
            await screener.began.wait()
            wire.reset()
        [session] = gate.server._sessions._here
        assert isinstance(session, Session)
        await until(lambda: session.is_gone)
        assert recorder.mails == []
        screener.go.set()
        await until(lambda: len(recorder.mails) == 1)
        await until(lambda: gate.server.sessions == 0)
        assert gate.server.reception.counters.unheard == 1


async def test_a_time_out_of_the_client_does_not_run_while_its_message_is_dealt_with() -> None:
    screener = Pausing()
    limits = Limits(patience=Patience(command=0.1, block=0.1, message=0.1))
    async with recording() as recorder, gateway(recorder.port, screener, limits=limits) as gate:
        async with client(gate.port) as wire:
            await wire.begin()
            await wire.send(BODY)
            await screener.began.wait()
            await asyncio.sleep(0.3)
            screener.go.set()
            assert (await wire.reply()).startswith(b"250 ")
            assert await wire.reply() == b"421 4.4.2 Waited too long; closing connection\r\n"
        assert len(recorder.mails) == 1


async def test_no_250_before_upstreams() -> None:
    recorder = Recorder(delay=0.1)
    async with recording(recorder), gateway(recorder.port) as gate, client(gate.port) as wire:
        await wire.begin()
        await wire.send(BODY)
        reply = await wire.reply()
        assert len(recorder.mails) == 1
        assert reply == b"250 2.0.0 Ok: recorded\r\n"


async def test_no_250_before_the_screener_has_held_the_message() -> None:
    screener = Pausing(reply=HELD)
    async with recording() as recorder, gateway(recorder.port, screener) as gate, client(gate.port) as wire:
        await wire.begin()
        await wire.send(BODY)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await wire.reply()
        screener.go.set()
        assert await wire.reply() == HELD.wire
        await until(lambda: b"RSET" in recorder.commands)
        assert recorder.mails == []


@pytest.mark.parametrize(
    "reply",
    [
        ServerReply.of(
            550, "5.7.1 Not like this", "5.7.1 «Calm down.» Say instead: I see", "5.7.1 Send again to insist"
        ),
        ServerReply.of(451, "4.3.0 Later"),
        ServerReply(550, (b"5.7.1 Caf\xe9",)),
    ],
)
async def test_what_the_screener_says_is_what_the_client_hears(reply: ServerReply) -> None:
    screener = Pausing(reply=reply)
    screener.go.set()
    async with recording() as recorder, gateway(recorder.port, screener) as gate, client(gate.port) as wire:
        await wire.begin()
        await wire.send(BODY)
        assert await wire.reply() == reply.wire
        assert (await wire.ask(b"NOOP")).startswith(b"250 ")


async def test_an_error_of_ours_is_451_and_tells_nothing() -> None:
    async with recording() as recorder, gateway(recorder.port, Broken()) as gate, client(gate.port) as wire:
        await wire.begin()
        await wire.send(BODY)
        assert await wire.reply() == b"451 4.3.0 Something went wrong here; please try again\r\n"
        assert gate.server.reception.counters.failures == 1
        await until(lambda: b"RSET" in recorder.commands)
        await wire.begin()
        assert recorder.mails == []


async def test_upstream_that_goes_away_while_a_client_uploads_is_a_reason_to_try_again() -> None:
    async with recording() as recorder, gateway(recorder.port) as gate, client(gate.port) as wire:
        await wire.begin()
        recorder.disconnect()
        await wire.send(BODY)
        assert (await wire.reply()).startswith(b"451 4.4.2 ")
        await wire.begin()
        await wire.send(BODY)
        assert (await wire.reply()).startswith(b"250 ")


async def test_draining_waits_for_a_mail_that_is_being_dealt_with() -> None:
    screener = Pausing()
    async with recording() as recorder, gateway(recorder.port, screener) as gate, client(gate.port) as wire:
        await wire.begin()
        await wire.send(BODY)
        await screener.began.wait()
        async with asyncio.TaskGroup() as group:
            draining = group.create_task(gate.server.drain(10))
            await until(lambda: not gate.server.addresses)  # draining has begun
            screener.go.set()
            assert (await wire.reply()).startswith(b"250 ")
            assert (await wire.ask(b"MAIL FROM:<a@example.org>")).startswith(b"421 4.3.2 ")
        assert draining.result() == 0
        assert len(recorder.mails) == 1


async def test_draining_accepts_nobody_and_sends_away_who_has_been_served() -> None:
    async with recording() as recorder, gateway(recorder.port) as gate, client(gate.port) as served:
        port = gate.port
        await served.begin()
        await served.send(BODY)
        await served.reply()
        assert await gate.server.drain(10) == 0
        assert await served.rest() == b"421 4.3.2 Service is restarting; please try again\r\n"
        with pytest.raises(ConnectionRefusedError):
            async with connected(port):
                pass


async def test_draining_lets_a_transaction_that_has_begun_and_a_client_that_has_just_come_send_their_mail() -> None:
    async with (
        recording() as recorder,
        gateway(recorder.port) as gate,
        client(gate.port) as half,
        client(gate.port) as fresh,
        asyncio.TaskGroup() as group,
    ):
        await half.ask(b"EHLO c")
        await half.ask(b"MAIL FROM:<a@example.org>")
        draining = group.create_task(gate.server.drain(10))
        await until(lambda: not gate.server.addresses)  # draining has begun
        assert (await half.ask(b"RCPT TO:<b@example.net>")).startswith(b"250 ")
        assert (await half.ask(b"DATA")).startswith(b"354 ")
        await fresh.begin()
        for wire in (half, fresh):
            await wire.send(BODY)
            assert (await wire.reply()).startswith(b"250 ")
            assert (await wire.ask(b"QUIT")).startswith(b"221 ")
        assert await draining == 0
        assert len(recorder.mails) == 2


async def test_draining_ends_after_its_time_whatever_hangs() -> None:
    screener = Pausing()
    async with recording() as recorder, gateway(recorder.port, screener) as gate, client(gate.port) as wire:
        await wire.begin()
        await wire.send(BODY)
        await screener.began.wait()
        assert await gate.server.drain(0.1) == 1
        assert await wire.rest() == b""
        assert recorder.mails == []
