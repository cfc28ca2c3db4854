# SPDX-License-Identifier: GPL-3.0-or-later
"""Clients that come through a load balancer, which says who they are in a PROXY header.

Both versions of HAProxy's proxy-protocol.txt are understood, by aiosmtpd's reader. The header stands before everything
else, before TLS too, so it is read off the bare socket, not an octet more than itself; only then the connection becomes
a session. Balancers must send one. Nobody else may: from others it would be a claim to be anybody, and it meets a
server that waits for EHLO.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable

import structlog
from aiosmtpd.proxy_protocol import AF, V2_CMD, get_proxy

from gateway.smtp.networks import Networks

_log = structlog.get_logger()

# The longest line of v1 (proxy-protocol.txt 2.1).
_LONGEST = 107


class ProxiedServer:
    """Accepts on one socket, as `asyncio.Server` does, and reads PROXY headers.

    Attributes:
        sockets: the one socket, while it accepts.
    """

    def __init__(
        self,
        sock: socket.socket,
        balancers: Networks,
        patience: float,
        accepted: Callable[[socket.socket, str], Awaitable[object]],
    ) -> None:
        """Begin to accept.

        Args:
            sock: a listening socket, taken over.
            balancers: who sends a header.
            patience: seconds for the header.
            accepted: makes a connection a session; told the client's address, empty for the peer's own.
        """
        self.sockets: tuple[socket.socket, ...] = (sock,)
        self._sock = sock
        self._balancers = balancers
        self._patience = patience
        self._accepted = accepted
        self._loop = asyncio.get_running_loop()
        self._arriving: set[asyncio.Task[None]] = set()
        self._accepting = self._loop.create_task(self._accept())

    def close(self) -> None:
        """Accept no more; connections that wait in the queue stay there."""
        if self.sockets:
            self.sockets = ()
            self._accepting.cancel()
            self._accepting.add_done_callback(lambda _: self._sock.close())

    async def _accept(self) -> None:
        while True:
            try:
                sock, _ = await self._loop.sock_accept(self._sock)
            except OSError as error:
                # Out of file descriptors, for instance. Those who have one will give it back.
                _log.warning("smtp.accept_failed", error=type(error).__name__)
                await asyncio.sleep(0.1)
                continue
            task = self._loop.create_task(self._arrive(sock))
            self._arriving.add(task)
            task.add_done_callback(self._arriving.discard)

    async def _arrive(self, sock: socket.socket) -> None:
        sock.setblocking(False)  # noqa: FBT003 - the standard library's signature
        try:
            peer = sock.getpeername()[0]
            address = await self._header(sock, peer) if peer in self._balancers else ""
        except OSError:
            address = None
        if address is None:
            sock.close()
            return
        try:
            await self._accepted(sock, address)
        except OSError:
            sock.close()

    async def _header(self, sock: socket.socket, peer: str) -> str | None:
        """The client's address as a balancer tells it; None if it tells none, or nonsense."""
        try:
            async with asyncio.timeout(self._patience):
                data = await get_proxy(_Header(self._loop, sock))
        except (TimeoutError, asyncio.IncompleteReadError):
            return None
        if not data.valid:
            _log.warning("smtp.bad_proxy_header", balancer=peer)
            return None
        if data.command == V2_CMD.LOCAL or data.family not in (AF.INET, AF.INET6):
            # The balancer speaks for itself, a health check; or does not know, and says so.
            return ""
        return str(data.src_addr)


class _Header:
    """Reads off a socket no more than is asked for."""

    def __init__(self, loop: asyncio.AbstractEventLoop, sock: socket.socket) -> None:
        self._loop = loop
        self._sock = sock

    async def read(self, n: int = -1) -> bytes:
        return await self._loop.sock_recv(self._sock, n)

    async def readexactly(self, n: int) -> bytes:
        octets = b""
        while len(octets) < n:
            more = await self.read(n - len(octets))
            if not more:
                raise asyncio.IncompleteReadError(octets, n)
            octets += more
        return octets

    async def readuntil(self, separator: bytes = b"\n") -> bytes:
        octets = b""
        while not octets.endswith(separator) and len(octets) < _LONGEST:
            octets += await self.readexactly(1)
        return octets
