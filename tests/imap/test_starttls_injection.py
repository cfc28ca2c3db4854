# SPDX-License-Identifier: GPL-3.0-or-later
"""Attack: somebody on the line speaks before TLS does (CVE-2011-0411, CVE-2021-33515, RFC 9051 11.1)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from gateway.imap.connection import Connection, Security, Server
from gateway.ports import Unavailable

CAPABILITY = b"* CAPABILITY IMAP4rev1 STARTTLS\r\n"


@asynccontextmanager
async def attacker(greeting: bytes, behind_ok: bytes) -> AsyncIterator[tuple[int, list[bytes]]]:
    """A listener that greets, offers STARTTLS, and sends something behind its OK. Gives the port and what it heard."""
    heard: list[bytes] = []
    sessions: list[asyncio.Task[None]] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        sessions.append(task)
        writer.write(greeting)
        while line := await reader.readline():
            heard.append(line)
            tag, _, command = line.partition(b" ")
            if command == b"CAPABILITY\r\n":
                writer.write(CAPABILITY + tag + b" OK\r\n")
            elif command == b"STARTTLS\r\n":
                writer.write(tag + b" OK go\r\n" + behind_ok)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1], heard
    finally:
        server.close()
        await asyncio.wait(sessions, timeout=5)  # each ends when its client is gone


async def connect(port: int) -> None:
    connection = await Connection.open(Server("127.0.0.1", port, Security.STARTTLS, connect_timeout=1))
    connection.drop()
    await connection.closed()


@pytest.mark.parametrize(
    "injected", [b"* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n", b"A1 OK done\r\n", b"* OK half a li", b"\x16\x03junk\r\n"]
)
async def test_what_comes_in_the_clear_behind_ok_ends_the_connection(injected: bytes) -> None:
    async with attacker(b"* OK hi\r\n", injected) as (port, heard):
        with pytest.raises(Unavailable):
            await connect(port)
        assert not [line for line in heard if b"LOGIN" in line or b"AUTHENTICATE" in line]


@pytest.mark.parametrize("greeting", [b"* PREAUTH welcome\r\n", b"* BYE no\r\n", b"HTTP/1.1 400 Bad\r\n"])
async def test_only_a_plain_ok_is_a_greeting(greeting: bytes) -> None:
    async with attacker(greeting, b"") as (port, heard):
        with pytest.raises(Unavailable, match="greets"):
            await connect(port)
        assert heard == []


@pytest.mark.parametrize("flood", [b"x" * 200_000, b"* OK " + b"y" * 70_000_000])
async def test_a_line_without_end_is_given_up(flood: bytes) -> None:
    async with attacker(b"* OK hi\r\n", flood) as (port, _heard):
        with pytest.raises(Unavailable):
            await connect(port)
