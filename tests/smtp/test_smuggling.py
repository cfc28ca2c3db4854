# SPDX-License-Identifier: GPL-3.0-or-later
"""SMTP smuggling: a second mail hidden in the first, behind what only some servers take for the end of the data.

Whoever stands between two servers that disagree on where a mail ends can be made to send mail in another's name. The
next hop here takes every line end that any server was ever seen to take; nothing may reach it that it would cut in two.
"""

from __future__ import annotations

import pytest

from gateway.smtp.values import BareNewlines, Listener
from tests.servers.recorder import Recorder, recording
from tests.smtp.client import client
from tests.smtp.gateway import Passing, gateway

# What stands where CRLF.CRLF should.
VARIANTS = {
    "LF.LF": b"\n.\n",
    "LF.CRLF": b"\n.\r\n",
    "LF.CR": b"\n.\r",
    "CR.CR": b"\r.\r",
    "CR.LF": b"\r.\n",
    "CR.CRLF": b"\r.\r\n",
    "CRLF.LF": b"\r\n.\n",
    "CRLF.CR": b"\r\n.\r",
    "CRLF NUL.CRLF": b"\r\n\x00.\r\n",
    "CRLF.NUL CRLF": b"\r\n.\x00\r\n",
}
LAX = (b"\r\n.\r\n", *VARIANTS.values())
EVIL = b"MAIL FROM:<ceo@example.org>\r\nRCPT TO:<victim@example.net>\r\nDATA\r\nSubject: smuggled\r\n\r\nPay.\r\n"


@pytest.mark.parametrize("mode", list(BareNewlines))
@pytest.mark.parametrize("variant", list(VARIANTS))
async def test_a_mail_hidden_behind_a_disputed_end_reaches_nobody(variant: str, mode: BareNewlines) -> None:
    screener = Passing()
    listener = Listener("test", "gateway.test", bare_newlines=mode)
    async with (
        recording(Recorder(ends=LAX)) as recorder,
        gateway(recorder.port, screener, listener=listener) as gate,
        client(gate.port) as wire,
    ):
        await wire.begin()
        await wire.send(b"Subject: first\r\n\r\nHello" + VARIANTS[variant] + EVIL + b".\r\n")
        assert (await wire.reply()).startswith(b"550 5.5.2 ")
        assert (await wire.ask(b"NOOP")).startswith(b"250 ")
        assert recorder.mails == []
        assert not any(b"ceo@" in command for command in recorder.commands)
        assert screener.seen == []


@pytest.mark.parametrize("cut", range(1, 8))
async def test_a_disputed_end_is_found_wherever_the_network_cuts_it(cut: int) -> None:
    listener = Listener("test", "gateway.test", bare_newlines=BareNewlines.PASS)
    async with (
        recording(Recorder(ends=LAX)) as recorder,
        gateway(recorder.port, listener=listener) as gate,
        client(gate.port) as wire,
    ):
        await wire.begin()
        hidden = b"Hello\n\x00.\x00\r\n" + EVIL
        await wire.send(hidden[: 4 + cut])
        assert (await wire_idle(gate.port)).startswith(b"250")  # by now the first part was read
        await wire.send(hidden[4 + cut :] + b".\r\n")
        assert (await wire.reply()).startswith(b"550 5.5.2 ")
        assert recorder.mails == []


async def wire_idle(port: int) -> bytes:
    """One turn of the gateway's loop, as seen from outside."""
    async with client(port) as other:
        return await other.ask(b"NOOP")


async def test_bare_newlines_alone_pass_where_the_listener_says_so() -> None:
    listener = Listener("test", "gateway.test", bare_newlines=BareNewlines.PASS)
    message = b"Subject: old\nX-Unix: yes\r\n\r\nmac\rline\nunix\r\r\n\n\r\n"
    async with (
        recording() as recorder,
        gateway(recorder.port, listener=listener) as gate,
        client(gate.port) as wire,
    ):
        await wire.begin()
        await wire.send(message + b".\r\n")
        assert (await wire.reply()).startswith(b"250 ")
        assert recorder.mails[0].content == message


@pytest.mark.parametrize("message", [b"a\nb\r\n", b"a\rb\r\n", b"a\r\r\n", b"\n\r\n"])
async def test_bare_newlines_are_refused_by_default(message: bytes) -> None:
    async with recording() as recorder, gateway(recorder.port) as gate, client(gate.port) as wire:
        await wire.begin()
        await wire.send(message + b".\r\n")
        assert await wire.reply() == b"550 5.5.2 Message has CR or LF outside CRLF (RFC 5321 2.3.8)\r\n"
        assert recorder.mails == []


@pytest.mark.parametrize(
    "command",
    [
        b"MAIL FROM:<a@example.org>\rRCPT TO:<victim@example.net>",
        b"MAIL FROM:<a@example.org>\x00",
        b"MAIL FROM:<a\x0b@example.org>",
        b"MAIL FROM:<a@example.org> BODY=8BITMIME\x7f",
        b"NOOP \rMAIL FROM:<ceo@example.org>",
        b"VRFY a\rDATA",
    ],
)
async def test_a_command_with_a_control_character_goes_nowhere(command: bytes) -> None:
    async with recording() as recorder, gateway(recorder.port) as gate, client(gate.port) as wire:
        await wire.ask(b"EHLO client.test")
        assert (await wire.ask(command)).startswith(b"500 5.5.2 ")
        assert not any(command[:4] == said[:4] for said in recorder.commands)


async def test_a_command_that_ends_in_a_bare_lf_is_no_command() -> None:
    async with recording() as recorder, gateway(recorder.port) as gate, client(gate.port) as wire:
        await wire.send(b"EHLO client.test\n")
        assert (await wire.reply()).startswith(b"500 5.5.2 ")
        await wire.ask(b"EHLO client.test")
        await wire.send(b"MAIL FROM:<a@example.org>\nRCPT TO:<b@example.net>\n")
        assert (await wire.reply()).startswith(b"500 5.5.2 ")
        assert (await wire.reply()).startswith(b"500 5.5.2 ")
        assert recorder.commands == [b"EHLO gateway.test"]
