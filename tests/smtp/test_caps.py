# SPDX-License-Identifier: GPL-3.0-or-later
"""Past a cap there is an answer, at once and in clear words; and slow or hostile clients are left."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from ipaddress import ip_network

import pytest

from gateway.smtp.census import Board, Census
from gateway.smtp.values import Limits, Listener, Patience
from tests.servers.recorder import Recorder, recording
from tests.smtp.client import client, connected, until
from tests.smtp.gateway import gateway

STRANGERS = Listener("test", "gateway.test", networks=(ip_network("192.0.2.0/24"),))
QUICK = Patience(command=0.15, block=0.15, message=0.3, closing=0.1)


async def test_one_session_too_many_is_told_so_and_room_is_made_by_leaving() -> None:
    async with recording() as recorder, gateway(recorder.port, limits=Limits(sessions=2)) as gate:
        async with client(gate.port), client(gate.port) as second:
            async with connected(gate.port) as third:
                assert await third.rest() == b"421 4.3.2 Too many connections; please try again later\r\n"
            await second.ask(b"QUIT")
            await until(lambda: gate.server.sessions == 1)
            async with client(gate.port):
                pass
        assert gate.server.reception.counters.turned_away == 1


async def test_one_peer_has_its_share_and_our_own_networks_may_have_it_all() -> None:
    limits = Limits(sessions_per_peer=1)
    for listener, greeting in ((STRANGERS, b"421 4.7.0 "), (None, b"220 ")):
        async with (
            recording() as recorder,
            gateway(recorder.port, listener=listener, limits=limits) as gate,
            client(gate.port),
            connected(gate.port) as second,
        ):
            assert (await second.reply()).startswith(greeting)


def test_caps_hold_over_all_workers_and_a_dead_worker_counts_no_more() -> None:
    board = Board(3, memoryview(bytearray(Board.octets(3))))
    first, second = (Census(Limits(sessions=2, sessions_per_peer=2, memory=100), board, worker) for worker in (0, 1))
    first.arrive("192.0.2.1")
    second.arrive("192.0.2.1")
    assert not first.is_crowded
    first.arrive("192.0.2.1")
    assert second.is_crowded
    assert second.is_pushy("192.0.2.1")
    assert not second.is_pushy("192.0.2.2")
    first.memory(100)
    assert second.memory_is_short
    board.clear(0)
    assert second.sessions == 1
    assert not second.memory_is_short


async def test_short_memory_is_452_before_the_message() -> None:
    async with (
        recording() as recorder,
        gateway(recorder.port, limits=Limits(memory=0)) as gate,
        client(gate.port) as wire,
    ):
        await wire.ask(b"EHLO c")
        await wire.ask(b"MAIL FROM:<a@example.org>")
        await wire.ask(b"RCPT TO:<b@example.net>")
        assert (await wire.ask(b"DATA")).startswith(b"452 4.3.1 ")


async def test_a_message_that_is_too_big_is_552_as_soon_as_that_is_known() -> None:
    async with (
        recording(Recorder(ehlo=(b"r", b"SIZE 0"))) as recorder,
        gateway(recorder.port, limits=Limits(message_size=1000)) as gate,
        client(gate.port) as wire,
    ):
        assert b"SIZE 1000" in await wire.ask(b"EHLO c")
        assert (await wire.ask(b"MAIL FROM:<a@example.org> SIZE=1001")).startswith(b"552 5.3.4 ")
        await wire.begin()
        await wire.send(b"x" * 1001 + b"\r\n.\r\n")
        assert (await wire.reply()).startswith(b"552 5.3.4 ")
        assert (await wire.ask(b"NOOP")).startswith(b"250 ")
        assert recorder.mails == []


async def test_nobody_listens_for_ever_to_a_message_that_is_too_big() -> None:
    async with (
        recording() as recorder,
        gateway(recorder.port, limits=Limits(message_size=1000)) as gate,
        client(gate.port) as wire,
    ):
        await wire.begin()
        with contextlib.suppress(ConnectionError):
            for _ in range(200):
                await wire.send(b"x" * 70 + b"\r\n")
                await asyncio.sleep(0)
        await until(lambda: gate.server.sessions == 0)


@pytest.mark.parametrize(
    ("limits", "command", "times", "answer"),
    [
        (Limits(commands_per_minute=20), b"RSET", 25, b"421 4.7.0 Too many commands a minute"),
        (Limits(junk=20), b"NOOP", 25, b"421 4.7.0 Too many commands without a mail"),
        (Limits(errors=20), b"WHAT", 25, b"421 4.7.0 Too many errors"),
        (Limits(recipients=5), b"RCPT TO:<b@example.net>", 10, b"452 4.5.3 Too many recipients"),
    ],
)
async def test_too_much_of_anything_has_its_answer(limits: Limits, command: bytes, times: int, answer: bytes) -> None:
    async with recording() as recorder, gateway(recorder.port, limits=limits) as gate, client(gate.port) as wire:
        await wire.ask(b"EHLO c")
        await wire.ask(b"MAIL FROM:<a@example.org>")
        replies = [await wire.ask(command) for _ in range(times)]
        assert any(reply.startswith(answer) for reply in replies)
        assert (replies[-1] == b"") == answer.startswith(b"421")


@pytest.mark.parametrize("until_then", [b"", b"EH", b"EHLO c\r\n", b"EHLO c\r\nMAIL FROM:<a@example.org>\r\n"])
async def test_a_silent_client_is_told_and_left(until_then: bytes) -> None:
    async with (
        recording() as recorder,
        gateway(recorder.port, limits=Limits(patience=QUICK)) as gate,
        client(gate.port) as wire,
    ):
        await wire.send(until_then)
        assert (await wire.rest()).endswith(b"421 4.4.2 Waited too long; closing connection\r\n")


@pytest.mark.parametrize("pause", [0.01, 10.0])
async def test_a_client_that_trickles_a_message_or_stops_in_it_is_told_and_left(pause: float) -> None:
    async with recording() as recorder, gateway(recorder.port, limits=Limits(patience=QUICK)) as gate:
        async with client(gate.port) as wire, asyncio.TaskGroup() as group:
            await wire.begin()

            async def trickle() -> None:
                while True:
                    await wire.send(b"x")
                    await asyncio.sleep(pause)

            trickling = group.create_task(trickle())
            assert await wire.reply() == b"421 4.4.2 Waited too long; closing connection\r\n"
            trickling.cancel()
        await until(lambda: b"RSET" in recorder.commands)


async def test_a_client_that_never_reads_its_replies_is_cut() -> None:
    limits = Limits(patience=Patience(block=0.2, closing=0.1), junk=10**9, commands_per_minute=10**9)
    async with recording() as recorder, gateway(recorder.port, limits=limits) as gate:
        with socket.socket() as deaf:
            # A small window, and nobody who reads: soon the gateway has nowhere to write to.
            deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            deaf.connect(("127.0.0.1", gate.port))
            deaf.settimeout(0)
            await until(lambda: gate.server.sessions == 1)
            with contextlib.suppress(OSError):
                while gate.server.sessions:
                    with contextlib.suppress(BlockingIOError):
                        deaf.send(b"EHLO c\r\n" * 1000)
                    await asyncio.sleep(0.01)
            await until(lambda: gate.server.sessions == 0)


@pytest.mark.parametrize("length", [12_288, 12_289, 200_000, 600_000])
async def test_a_line_that_is_too_long_is_no_command(length: int) -> None:
    async with recording() as recorder, gateway(recorder.port) as gate, client(gate.port) as wire:
        reply = await wire.ask(b"NOOP " + b"x" * (length - 6))
        if length == 12_288:
            assert reply.startswith(b"250 ")
        else:
            assert reply.startswith(b"500 5.5.6 ")
        if length < 200_000:
            assert (await wire.ask(b"NOOP")).startswith(b"250 ")
