# SPDX-License-Identifier: GPL-3.0-or-later
"""XCLIENT and XFORWARD from neighbours whose word counts, passed on; AUTH line by line; no login shared."""

from __future__ import annotations

import asyncio
import base64
from ipaddress import ip_network

import pytest

from gateway.smtp.values import Announce, Listener, UpstreamAddress
from tests.servers.recorder import EHLO, Recorder, recording
from tests.smtp.client import client, until
from tests.smtp.gateway import Passing, gateway

HERE = (ip_network("127.0.0.0/8"),)
TRUSTING = Listener("test", "gateway.test", networks=(ip_network("192.0.2.0/24"),), trusted=HERE)
MAIL = b"Subject: x\r\n\r\nx\r\n.\r\n"
XFORWARD = b"XFORWARD NAME ADDR PROTO HELO SOURCE PORT IDENT"
XCLIENT = b"XCLIENT NAME ADDR PROTO HELO LOGIN PORT"


async def test_xclient_makes_the_client_who_it_is_said_to_be_here_and_upstream() -> None:
    screener = Passing()
    recorder = Recorder(ehlo=(*EHLO, XCLIENT))
    async with (
        recording(recorder),
        gateway(recorder.port, screener, listener=TRUSTING) as gate,
        client(gate.port) as wire,
    ):
        assert b"XCLIENT NAME ADDR PORT PROTO HELO LOGIN" in await wire.ask(b"EHLO c")
        reply = await wire.ask(b"XCLIENT ADDR=192.0.2.7 NAME=pc.example.org LOGIN=anna+40example.org")
        assert reply.startswith(b"220 ")
        assert (await wire.ask(b"MAIL FROM:<a@example.org>")).startswith(b"503 ")  # EHLO again
        await wire.begin()
        await wire.send(MAIL)
        assert (await wire.reply()).startswith(b"250 ")
    seen = screener.seen[0][0].client
    assert (seen.address, seen.name, seen.login) == ("192.0.2.7", "pc.example.org", "anna@example.org")
    told = [command for command in recorder.commands if command.startswith(b"XCLIENT")]
    assert told == [b"XCLIENT ADDR=192.0.2.7 NAME=pc.example.org LOGIN=anna@example.org"]
    assert recorder.commands.index(told[0]) < recorder.commands.index(b"MAIL FROM:<a@example.org>")


async def test_a_session_that_knows_its_client_is_lent_to_nobody_else() -> None:
    recorder = Recorder(ehlo=(*EHLO, XCLIENT))
    async with recording(recorder), gateway(recorder.port, listener=TRUSTING) as gate:
        for login in (b"anna", b"ben"):
            async with client(gate.port) as wire:
                await wire.ask(b"EHLO c")
                await wire.ask(b"XCLIENT ADDR=192.0.2.7 LOGIN=" + login)
                await wire.begin()
                await wire.send(MAIL)
                assert (await wire.reply()).startswith(b"250 ")
        told = [command for command in recorder.commands if command.startswith(b"XCLIENT")]
        assert told == [b"XCLIENT ADDR=192.0.2.7 LOGIN=anna", b"XCLIENT ADDR=192.0.2.7 LOGIN=ben"]
        assert recorder.connections == 3  # one to ask what is offered, one for each


async def test_xclient_takes_rights_away_too() -> None:
    listener = Listener("test", "gateway.test", networks=HERE, trusted=HERE)
    async with recording() as recorder, gateway(recorder.port, listener=listener) as gate, client(gate.port) as wire:
        await wire.ask(b"EHLO c")
        await wire.ask(b"XCLIENT ADDR=203.0.113.1")
        await wire.ask(b"EHLO c")
        assert (await wire.ask(b"MAIL FROM:<a@example.org>")).startswith((b"554 5.7.1 ", b"530 5.7.0 "))


@pytest.mark.parametrize("command", [b"XCLIENT", b"XCLIENT X=1", b"XFORWARD", b"XFORWARD LOGIN=a"])
async def test_attributes_that_make_no_sense_are_refused(command: bytes) -> None:
    async with recording() as recorder, gateway(recorder.port, listener=TRUSTING) as gate, client(gate.port) as wire:
        await wire.ask(b"EHLO c")
        assert (await wire.ask(command)).startswith(b"501 5.5.4 ")


async def test_xforward_goes_before_mail_and_is_forgotten_after_it() -> None:
    listener = Listener("test", "gateway.test", trusted=HERE)
    screener = Passing()
    recorder = Recorder(ehlo=(*EHLO, XFORWARD))
    async with (
        recording(recorder),
        gateway(recorder.port, screener, listener=listener) as gate,
        client(gate.port) as wire,
    ):
        await wire.ask(b"EHLO c")
        assert (await wire.ask(b"XFORWARD NAME=pc ADDR=192.0.2.7 HELO=laptop")).startswith(b"250 ")
        assert (await wire.ask(b"XFORWARD SOURCE=LOCAL")).startswith(b"250 ")
        assert (await wire.ask(b"MAIL FROM:<a@example.org>")).startswith(b"250 ")
        assert (await wire.ask(b"XFORWARD NAME=evil")).startswith(b"503 ")
        assert (await wire.ask(b"XCLIENT NAME=evil")).startswith(b"503 ")
        await wire.ask(b"RCPT TO:<b@example.net>")
        await wire.ask(b"DATA")
        await wire.send(MAIL)
        assert (await wire.reply()).startswith(b"250 ")
        await wire.ask(b"MAIL FROM:<second@example.org>")
    seen = screener.seen[0][0].client
    assert (seen.address, seen.name, seen.helo, seen.login) == ("192.0.2.7", "pc", "laptop", None)
    told = [command for command in recorder.commands if command.startswith(b"XFORWARD")]
    assert told == [b"XFORWARD NAME=pc ADDR=192.0.2.7 HELO=laptop SOURCE=LOCAL"]


async def test_our_own_client_is_announced_where_the_setting_says_so() -> None:
    for announce, offered, expected in (
        (Announce.XFORWARD, XFORWARD, b"XFORWARD NAME=[UNAVAILABLE] ADDR=127.0.0.1 HELO=c PROTO=ESMTP SOURCE=REMOTE"),
        (Announce.XCLIENT, XCLIENT, b"XCLIENT ADDR=127.0.0.1 NAME=[UNAVAILABLE]"),
    ):
        recorder = Recorder(ehlo=(*EHLO, offered))
        async with recording(recorder):
            address = UpstreamAddress("127.0.0.1", recorder.port, "gateway.test", announce=announce)
            async with gateway(address) as gate, client(gate.port) as wire:
                await wire.ask(b"EHLO c")
                await wire.ask(b"MAIL FROM:<a@example.org>")
        assert expected in recorder.commands


@pytest.mark.parametrize("size", [10, 9000])
@pytest.mark.parametrize("initial", [True, False])
async def test_tokens_of_any_length_are_relayed_line_by_line(size: int, initial: bool) -> None:  # noqa: FBT001 - a parameter
    token = base64.b64encode(b"user=anna@example.org\x01auth=Bearer " + b"t" * size + b"\x01\x01")
    recorder = Recorder(
        ehlo=(*EHLO, b"AUTH XOAUTH2 OAUTHBEARER"),
        replies={
            b"AUTH XOAUTH2": [b"334 \r\n"],
            token: [b"235 2.7.0 welcome\r\n"],
            b"AUTH": [b"235 2.7.0 welcome\r\n"],
        },
    )
    screener = Passing()
    async with recording(recorder), gateway(recorder.port, screener) as gate, client(gate.port) as wire:
        assert b"AUTH XOAUTH2 OAUTHBEARER" in await wire.ask(b"EHLO c")
        if initial:
            assert await wire.ask(b"auth xoauth2 " + token) == b"235 2.7.0 welcome\r\n"
            assert b"auth xoauth2 " + token in recorder.commands
        else:
            assert await wire.ask(b"AUTH XOAUTH2") == b"334 \r\n"
            assert await wire.ask(token) == b"235 2.7.0 welcome\r\n"
        await wire.begin()
        await wire.send(MAIL)
        assert (await wire.reply()).startswith(b"250 ")
    assert screener.seen[0][0].client.login == "anna@example.org"


async def test_a_session_with_a_login_is_never_shared() -> None:
    """Every mail leaves on the connection on which its own client logged in, and no other mail does."""
    recorder = Recorder(ehlo=(*EHLO, b"AUTH PLAIN"), replies={b"AUTH": [b"235 2.7.0 welcome\r\n"]}, delay=0.005)

    async def one(port: int, number: int) -> None:
        login = b"user%d" % number
        async with client(port) as wire:
            await wire.ask(b"EHLO c")
            if number % 2:
                await wire.ask(b"AUTH PLAIN " + base64.b64encode(b"\0" + login + b"\0secret"))
            for _ in range(2):
                await wire.begin(login + b"@example.org")
                await wire.send(MAIL)
                assert (await wire.reply()).startswith(b"250 ")
            await wire.ask(b"QUIT")

    async with recording(recorder), gateway(recorder.port) as gate:
        async with asyncio.TaskGroup() as group:
            for number in range(12):
                group.create_task(one(gate.port, number))
        await until(lambda: gate.server.sessions == 0)
    assert len(recorder.mails) == 24
    for dialogue in recorder.dialogues:
        logins = {base64.b64decode(c.split()[-1]).split(b"\0")[1] for c in dialogue if c.startswith(b"AUTH")}
        senders = {c[11:].partition(b"@")[0] for c in dialogue if c.startswith(b"MAIL")}
        assert len(logins) <= 1
        if logins:
            assert senders == logins


async def test_upstream_that_drops_a_session_with_a_login_ends_the_clients_session() -> None:
    recorder = Recorder(ehlo=(*EHLO, b"AUTH PLAIN"), replies={b"AUTH": [b"235 2.7.0 welcome\r\n"]})
    async with recording(recorder), gateway(recorder.port) as gate, client(gate.port) as wire:
        await wire.ask(b"EHLO c")
        await wire.ask(b"AUTH PLAIN " + base64.b64encode(b"\0anna\0secret"))
        recorder.disconnect()
        assert (await wire.ask(b"MAIL FROM:<a@example.org>")).startswith(b"421 4.4.2 ")
        assert await wire.rest() == b""
