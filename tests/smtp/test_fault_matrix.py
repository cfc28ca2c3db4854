# SPDX-License-Identifier: GPL-3.0-or-later
"""Every fault that smtp-sink can make, at every command: what the client sees, and what is delivered.

The table is the specification. A row: what smtp-sink does, at which command; the codes that the client sees for EHLO,
MAIL, RCPT, the message (its 354 is always ours); and what became of the message: ``copies`` that smtp-sink took with
250, and whether its final reply was lost, which is the only case that may lead to a second copy (RFC 1047).
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import pytest

from gateway.mail.server_reply import ServerReply
from gateway.smtp.values import UpstreamAddress, UpstreamPatience
from tests.servers.sink import smtp_sink
from tests.smtp.client import connected
from tests.smtp.gateway import gateway

pytestmark = pytest.mark.servers

SOFT, HARD, BYE, CUT = "-r", "-f", "-Q", "-q"


@dataclass(frozen=True)
class Row:
    """One fault, and what follows. Codes are of EHLO, MAIL, RCPT, message; 0 is: the connection was closed before."""

    fault: str
    command: str
    codes: tuple[int, int, int, int]
    in_doubt: bool = False


TABLE = (
    Row(SOFT, "CONNECT", (421, 0, 0, 0)),
    Row(HARD, "CONNECT", (500, 503, 503, 0)),
    Row(BYE, "CONNECT", (421, 0, 0, 0)),
    Row(CUT, "CONNECT", (421, 0, 0, 0)),
    Row(SOFT, "EHLO", (421, 0, 0, 0)),
    Row(HARD, "EHLO", (250, 250, 250, 250)),  # then it is greeted by HELO
    Row(HARD, "EHLO,HELO", (500, 503, 503, 0)),
    Row(BYE, "EHLO", (421, 0, 0, 0)),
    Row(CUT, "EHLO", (421, 0, 0, 0)),
    Row(SOFT, "MAIL", (250, 450, 503, 0)),
    Row(HARD, "MAIL", (250, 500, 503, 0)),
    Row(BYE, "MAIL", (250, 421, 0, 0)),
    Row(CUT, "MAIL", (250, 451, 503, 0)),
    Row(SOFT, "RCPT", (250, 250, 450, 0)),
    Row(HARD, "RCPT", (250, 250, 500, 0)),
    Row(BYE, "RCPT", (250, 250, 421, 0)),
    Row(CUT, "RCPT", (250, 250, 451, 0)),
    Row(SOFT, "DATA", (250, 250, 250, 450)),
    Row(HARD, "DATA", (250, 250, 250, 500)),
    Row(BYE, "DATA", (250, 250, 250, 421)),
    Row(CUT, "DATA", (250, 250, 250, 451)),
    Row(SOFT, ".", (250, 250, 250, 450)),
    Row(HARD, ".", (250, 250, 250, 500)),
    Row(BYE, ".", (250, 250, 250, 421)),
    Row(CUT, ".", (250, 250, 250, 451), in_doubt=True),
    *(Row(fault, command, (250, 250, 250, 250)) for fault in (SOFT, HARD, BYE, CUT) for command in ("RSET", "QUIT")),
)
COMMANDS = (b"EHLO client.test", b"MAIL FROM:<a@example.org>", b"RCPT TO:<b@example.net>")


async def submit(port: int, message: bytes = b"Subject: x\r\n\r\ntext\r\n") -> tuple[int, ...]:
    """Send one mail as a careful client does; give the codes."""
    codes = []
    async with connected(port) as wire:
        assert (await wire.reply()).startswith(b"220")
        for command in COMMANDS:
            reply = await wire.ask(command)
            codes.append(int(reply[:3] or 0))
        if codes[-1] == 250 and (await wire.ask(b"DATA")).startswith(b"354"):
            reply = await wire.ask(message + b".")
            codes.append(int(reply[:3] or 0))
            assert (await wire.ask(b"QUIT"))[:3] in (b"221", b"")
    return (*codes, *(0 for _ in range(4 - len(codes))))


@pytest.mark.parametrize("row", TABLE, ids=lambda row: f"{row.fault} {row.command}")
async def test_what_the_client_sees_and_what_is_delivered(row: Row) -> None:
    with smtp_sink((row.fault, row.command)) as sink:
        async with gateway(sink.port) as gate:
            codes = await submit(gate.port)
            counters = gate.server.reception.counters
            assert codes == row.codes
            assert counters.failures == 0
            assert counters.in_doubt == row.in_doubt
        took = len(sink.mails())
    answered_250 = codes[-1] == 250
    # smtp-sink writes a mail down before it answers, also where it then refuses it.
    assert took == (answered_250 or row.command == ".")


async def test_a_second_copy_comes_only_of_a_final_reply_that_was_lost() -> None:
    """Send again whenever the client is told to: copies <= attempts whose final reply was lost, or one."""
    with smtp_sink(("-q", ".")) as sink:
        async with gateway(sink.port) as gate:
            for _ in range(3):
                assert (await submit(gate.port))[-1] == 451
            assert len(sink.mails()) <= gate.server.reception.counters.in_doubt == 3


async def test_a_reply_is_relayed_word_for_word_whatever_the_fault() -> None:
    with smtp_sink(("-r", "RCPT", "-b", "450 4.9.9 Caf\xe9 is closed")) as sink:
        async with gateway(sink.port) as gate, connected(gate.port) as wire:
            await wire.reply()
            for command in COMMANDS[:2]:
                await wire.ask(command)
            reply = await wire.ask(COMMANDS[2])
            assert reply == "450 4.9.9 Caf\xe9 is closed\r\n".encode()


@pytest.mark.parametrize("command", ["CONNECT", "EHLO", "MAIL", "RCPT", "DATA", "."])
async def test_an_upstream_that_takes_its_time_is_waited_for(command: str) -> None:
    with smtp_sink(("-W", f"{command}:1")) as sink:
        async with gateway(sink.port) as gate:
            assert await submit(gate.port) == (250, 250, 250, 250)
        assert len(sink.mails()) == 1


@pytest.mark.parametrize(
    ("command", "codes"),
    [
        ("CONNECT", (421, 0, 0, 0)),
        ("MAIL", (250, 451, 503, 0)),
        ("RCPT", (250, 250, 451, 0)),
        (".", (250, 250, 250, 451)),
    ],
)
async def test_an_upstream_that_never_answers_is_given_up(command: str, codes: tuple[int, ...]) -> None:
    patience = UpstreamPatience(connect=0.5, reply=0.5, block=0.5, final=0.5)
    with smtp_sink(("-W", f"{command}:30")) as sink:
        address = UpstreamAddress("127.0.0.1", sink.port, "gateway.test", patience=patience)
        async with gateway(address) as gate:
            assert await submit(gate.port) == codes
            assert gate.server.reception.counters.in_doubt == (command == ".")


async def test_an_upstream_that_reads_slowly_gets_it_all() -> None:
    message = b"Subject: big\r\n\r\n" + (b"x" * 70 + b"\r\n") * 60_000
    with smtp_sink(("-H", "1", "-T", "2048")) as sink:
        async with gateway(sink.port) as gate:
            assert (await submit(gate.port, message))[-1] == 250
        [mail] = sink.mails()
    assert len(mail.content) + mail.content.count(b"\n") >= len(message) - 2


async def test_an_upstream_that_answers_in_the_middle_of_a_message_is_heard() -> None:
    message = b"Subject: big\r\n\r\n" + (b"x" * 70 + b"\r\n") * 60_000
    with smtp_sink(("-A", "0")) as sink:
        async with gateway(sink.port) as gate:
            assert (await submit(gate.port, message))[-1] == 550
            assert gate.server.reception.counters.in_doubt == 0


async def test_no_upstream_at_all_is_a_reason_to_try_again() -> None:
    with smtp_sink() as sink:
        port = sink.port
    async with gateway(port) as gate:
        async with connected(gate.port) as wire:
            await wire.reply()
            assert await wire.ask(b"EHLO c") == (
                b"421 4.4.1 The next mail server cannot be reached; please try again\r\n"
            )
            assert await wire.rest() == b""
        with smtp_sink(port=port) as again:
            assert (await submit(gate.port))[-1] == 250
            assert len(again.mails()) == 1


async def test_what_a_pipelining_client_sent_after_a_loss_is_not_a_permanent_failure() -> None:
    with smtp_sink(("-q", "RCPT")) as sink:
        async with gateway(sink.port) as gate, connected(gate.port) as wire:
            await wire.reply()
            await wire.ask(COMMANDS[0])
            await wire.send(b"\r\n".join((COMMANDS[1], COMMANDS[2], b"RCPT TO:<c@example.net>", b"DATA", b"")))
            lost = ServerReply.of(451, "4.4.2 Connection to the next mail server was lost; please try again").wire
            assert [await wire.reply() for _ in range(4)] == [b"250 2.1.0 Ok\r\n", lost, lost, lost]
            assert (await wire.ask(b"RSET")).startswith(b"250 ")
            assert (await wire.ask(b"RCPT TO:<c@example.net>")).startswith(b"503 ")
        await asyncio.sleep(0)
