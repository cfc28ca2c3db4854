# SPDX-License-Identifier: GPL-3.0-or-later
"""A client that sends exactly the octets it is told, and reads replies one by one."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import struct
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

PATIENCE = 10.0


class WireClient:
    """A connection to an SMTP server."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def reply(self) -> bytes:
        """The next reply, all its lines; empty if the server has closed."""
        octets = b""
        async with asyncio.timeout(PATIENCE):
            while True:
                try:
                    line = await self._reader.readline()
                except OSError:
                    return b""
                octets += line
                if not line or line[3:4] != b"-":
                    return octets

    async def send(self, octets: bytes) -> None:
        """Send octets as they are."""
        self._writer.write(octets)
        # A server may have closed for a good reason, which `reply` then gives.
        with contextlib.suppress(ConnectionError):
            async with asyncio.timeout(PATIENCE):
                await self._writer.drain()

    async def ask(self, line: bytes) -> bytes:
        """Send a command; give its reply."""
        await self.send(line + b"\r\n")
        return await self.reply()

    async def rest(self) -> bytes:
        """Everything up to the end, which the server has to make."""
        try:
            async with asyncio.timeout(PATIENCE):
                return await self._reader.read()
        except ConnectionError:
            return b""

    def shut(self) -> None:
        """Send no more, but listen."""
        self._writer.write_eof()

    async def start_tls(self, context: ssl.SSLContext) -> None:
        """Go on under TLS."""
        async with asyncio.timeout(PATIENCE):
            await self._writer.start_tls(context, server_hostname="localhost")

    def reset(self) -> None:
        """Drop the connection as a crash would: RST, not FIN."""
        sock = self._writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._writer.transport.abort()

    async def begin(self, sender: bytes = b"a@example.org", recipient: bytes = b"b@example.net") -> None:
        """Everything up to 354."""
        for line, code in (
            (b"EHLO client.test", b"250"),
            (b"MAIL FROM:<" + sender + b">", b"250"),
            (b"RCPT TO:<" + recipient + b">", b"250"),
            (b"DATA", b"354"),
        ):
            reply = await self.ask(line)
            assert reply.startswith(code), (line, reply)


@asynccontextmanager
async def client(
    port: int, context: ssl.SSLContext | None = None, host: str = "127.0.0.1"
) -> AsyncIterator[WireClient]:
    """Connect, and read the greeting, which must be a good one."""
    async with connected(port, context, host) as wire:
        banner = await wire.reply()
        assert banner.startswith(b"220 "), banner
        yield wire


@asynccontextmanager
async def connected(
    port: int, context: ssl.SSLContext | None = None, host: str = "127.0.0.1", first: bytes = b""
) -> AsyncIterator[WireClient]:
    """Connect.

    Args:
        port: where to.
        context: None for no TLS from the start.
        host: where to.
        first: octets to send before all, before TLS too.
    """
    sock = socket.create_connection((host, port), timeout=PATIENCE)
    sock.sendall(first)
    sock.settimeout(0)
    reader, writer = await asyncio.open_connection(
        sock=sock, ssl=context, server_hostname="localhost" if context else None, limit=1 << 20
    )
    try:
        yield WireClient(reader, writer)
    finally:
        writer.transport.abort()


async def until(condition: Callable[[], bool], seconds: float = 5) -> None:
    """Wait for something that the other side of a socket brings about."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - nobody there could set an event
            await asyncio.sleep(0.003)
