# SPDX-License-Identifier: GPL-3.0-or-later
"""A TCP relay that injects faults in front of a real server: cut, delay, swallow, or answer NO to a command."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field


@dataclass
class Faults:
    """What goes wrong; may be changed at any time.

    Attributes:
        down: whether new connections are closed at once, and the old ones with them.
        cut_every: every so many connections is cut after `cut_after` octets of the server's; 0 for none.
        cut_after: see there.
        delay: seconds by which everything that the server says is late.
        silent_after: commands (a regular expression) whose answers are swallowed, though the server carries them out.
        refuse: IMAP commands (likewise) that are answered NO, without asking the server.
        code: response code of that NO.
        connections: how many there were.
    """

    down: bool = False
    cut_every: int = 0
    cut_after: int = 0
    delay: float = 0.0
    silent_after: str = ""
    refuse: str = ""
    code: str = "SERVERBUG"
    connections: int = 0
    writers: set[asyncio.StreamWriter] = field(default_factory=set, repr=False)

    def cut(self) -> None:
        """Cut all connections that there are."""
        for writer in tuple(self.writers):
            writer.transport.abort()


@asynccontextmanager
async def relay(port: int, faults: Faults) -> AsyncIterator[int]:
    """Relay to a port on loopback while the block runs.

    Yields:
        The port to connect to.
    """
    sessions: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        sessions.add(task)
        faults.writers.add(writer)
        try:
            await _serve(port, faults, reader, writer)
        except OSError:
            return
        finally:
            faults.writers.discard(writer)
            writer.transport.abort()
            sessions.discard(task)

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield int(server.sockets[0].getsockname()[1])
    finally:
        server.close()
        faults.cut()
        for task in tuple(sessions):
            task.cancel()
        if sessions:
            await asyncio.wait(tuple(sessions))


class _Session:
    """One connection on its way through."""

    def __init__(self, faults: Faults, client: asyncio.StreamWriter, server: asyncio.StreamWriter) -> None:
        self._faults = faults
        self._client = client
        self._server = server
        self._silent = False
        faults.connections += 1
        cut = faults.cut_every and faults.connections % faults.cut_every == 0
        self._left = faults.cut_after if cut else None

    async def up(self, reader: asyncio.StreamReader) -> None:
        """Client to server, line by line."""
        while line := await reader.readline():
            tag, _, command = line.partition(b" ")
            if self._faults.refuse and re.match(self._faults.refuse.encode(), command, re.IGNORECASE):
                self._client.write(tag + f" NO [{self._faults.code}] Not now.\r\n".encode())
                continue
            if self._faults.silent_after and re.match(self._faults.silent_after.encode(), command, re.IGNORECASE):
                self._silent = True
            self._server.write(line)
            await self._server.drain()

    async def down(self, reader: asyncio.StreamReader) -> None:
        """Server to client, as it comes."""
        while octets := await reader.read(65_536):
            if self._faults.delay:
                await asyncio.sleep(self._faults.delay)
            if self._silent and not octets.startswith(b"+"):
                continue
            if self._left is not None:
                octets, self._left = octets[: self._left], self._left - len(octets)
            self._client.write(octets)
            await self._client.drain()
            if self._left is not None and self._left <= 0:
                return


async def _serve(port: int, faults: Faults, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    if faults.down:
        return
    there, server = await asyncio.open_connection("127.0.0.1", port)
    session = _Session(faults, writer, server)
    loop = asyncio.get_running_loop()
    ways = [loop.create_task(session.up(reader)), loop.create_task(session.down(there))]
    try:
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for way in ways:
            way.cancel()
        await asyncio.wait(ways)
        for way in ways:
            if not way.cancelled():
                way.exception()  # whichever end broke off, both are closed now
        server.transport.abort()
