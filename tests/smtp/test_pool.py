# SPDX-License-Identifier: GPL-3.0-or-later
"""Warm sessions with upstream: reused, retired, never shared where they must not be, and no mail lost to a dead one."""

from __future__ import annotations

import asyncio

import pytest

from gateway.smtp.values import UpstreamAddress
from tests.servers.recorder import Recorder, recording
from tests.smtp.client import WireClient, client, until
from tests.smtp.gateway import Holding, gateway

MESSAGE = b"Subject: x\r\n\r\ntext\r\n.\r\n"


async def send_one(port: int, sender: bytes = b"a@example.org") -> bytes:
    async with client(port) as wire:
        await wire.begin(sender)
        await wire.send(MESSAGE)
        reply = await wire.reply()
        await wire.ask(b"QUIT")
        return reply


async def test_one_session_carries_the_mails_of_many_clients() -> None:
    async with recording() as recorder, gateway(recorder.port) as gate:
        for number in range(20):
            assert (await send_one(gate.port, b"a%d@example.org" % number)).startswith(b"250 ")
        assert recorder.connections == 1
        assert [mail.mail for mail in recorder.mails] == [b"MAIL FROM:<a%d@example.org>" % n for n in range(20)]
        assert b"RSET" not in recorder.commands


async def test_clients_at_the_same_time_have_a_session_each() -> None:
    async with recording(Recorder(delay=0.01)) as recorder, gateway(recorder.port) as gate:
        async with asyncio.TaskGroup() as group:
            for _ in range(10):
                group.create_task(send_one(gate.port))
        assert len(recorder.mails) == 10
        assert 1 < recorder.connections <= 10


@pytest.mark.parametrize("how", ["silently", "with 421"])
async def test_a_session_that_upstream_dropped_at_rest_costs_nobody_a_mail(how: str) -> None:
    recorder = Recorder()
    if how == "with 421":
        # Only the second MAIL of the first connection is answered so.
        recorder.replies = {b"MAIL": [b"250 Ok\r\n", b"421 4.4.2 idle for too long\r\n", b"250 Ok\r\n"]}
    async with recording(recorder), gateway(recorder.port) as gate:
        assert (await send_one(gate.port)).startswith(b"250 ")
        if how == "silently":
            recorder.disconnect()
        assert (await send_one(gate.port)).startswith(b"250 ")
        assert len(recorder.mails) == 2
        assert recorder.connections == 2


async def test_a_goodbye_to_an_idle_session_of_the_pool_is_heeded() -> None:
    async with recording() as recorder, gateway(recorder.port) as gate:
        await send_one(gate.port)
        for writer in recorder._writers:
            writer.write(b"421 4.4.2 idle\r\n")
        assert (await send_one(gate.port)).startswith(b"250 ")
        assert recorder.connections == 2


async def test_a_fresh_session_that_says_421_has_the_last_word() -> None:
    recorder = Recorder(replies={b"MAIL": [b"421 4.3.2 full\r\n"]})
    async with recording(recorder), gateway(recorder.port) as gate, client(gate.port) as wire:
        await wire.ask(b"EHLO c")
        assert await wire.ask(b"MAIL FROM:<a@example.org>") == b"421 4.3.2 full\r\n"
        assert await wire.rest() == b""


async def test_a_session_is_retired_before_its_resets_count_as_errors() -> None:
    async with recording() as recorder, gateway(_address(recorder, junk=5), Holding()) as gate:
        for _ in range(12):
            assert b"Held" in await send_one(gate.port)
        await until(lambda: recorder.commands.count(b"RSET") == 12)
        assert recorder.connections == 3
        assert recorder.commands.count(b"QUIT") == 2


async def test_a_delivery_clears_the_count_of_resets() -> None:
    async with recording() as recorder, gateway(_address(recorder, junk=5)) as gate:
        for _ in range(4):
            async with client(gate.port) as wire:
                for _ in range(3):
                    await wire.ask(b"EHLO c")
                    await wire.ask(b"NOOP")
            assert (await send_one(gate.port)).startswith(b"250 ")
        assert recorder.connections == 1


async def test_a_session_on_which_anything_was_refused_is_not_lent_again() -> None:
    recorder = Recorder(replies={b"RCPT TO:<nobody@example.net>": [b"550 5.1.1 unknown\r\n"]})
    async with recording(recorder), gateway(recorder.port) as gate:
        async with client(gate.port) as wire:
            await wire.ask(b"EHLO c")
            await wire.ask(b"MAIL FROM:<a@example.org>")
            assert await wire.ask(b"RCPT TO:<nobody@example.net>") == b"550 5.1.1 unknown\r\n"
            assert (await wire.ask(b"RCPT TO:<b@example.net>")).startswith(b"250 ")
            await wire.ask(b"DATA")
            await wire.send(MESSAGE)
            assert (await wire.reply()).startswith(b"250 ")
        await send_one(gate.port)
        assert recorder.connections == 2


async def test_idle_sessions_are_closed_after_their_time() -> None:
    async with recording() as recorder, gateway(_address(recorder, pool_idle=0.05)) as gate:
        await send_one(gate.port)
        await until(lambda: b"QUIT" in recorder.commands)
        await send_one(gate.port)
        assert recorder.connections == 2


async def test_a_client_that_hangs_up_leaves_no_transaction_behind() -> None:
    async with recording() as recorder, gateway(recorder.port) as gate:
        async with client(gate.port) as wire:
            await wire.begin()
            await wire.send(b"half a mess")
        await until(lambda: b"RSET" in recorder.commands)
        await send_one(gate.port)
        assert [mail.wire for mail in recorder.mails] == [MESSAGE[:-3]]
        assert recorder.connections == 1


async def test_upstream_stays_awake_while_a_client_takes_its_time() -> None:
    async with recording() as recorder, gateway(_address(recorder, keep_awake=0.03)) as gate:
        async with client(gate.port) as wire:
            await wire.begin()
            await wire.send(b"Subject: slow\r\n")
            await until(lambda: recorder.commands.count(b"NOOP") >= 3)
            await wire.send(b"\r\ntext\r\n.\r\n")
            assert (await wire.reply()).startswith(b"250 ")
        assert recorder.mails[0].content == b"Subject: slow\r\n\r\ntext\r\n"


async def test_what_upstream_offers_is_asked_once_and_not_by_strangers_at_rest() -> None:
    async with recording() as recorder, gateway(recorder.port) as gate:
        clients: list[WireClient] = []
        async with client(gate.port) as one, client(gate.port) as two, client(gate.port) as three:
            clients += [one, two, three]
            for wire in clients:
                assert b"250-DSN\r\n" in await wire.ask(b"EHLO c")
        assert recorder.commands == [b"EHLO gateway.test"]


def _address(recorder: Recorder, **settings: float) -> UpstreamAddress:
    return UpstreamAddress("127.0.0.1", recorder.port, "gateway.test", **settings)  # type: ignore[arg-type]
