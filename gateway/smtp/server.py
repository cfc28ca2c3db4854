# SPDX-License-Identifier: GPL-3.0-or-later
"""A listener at work: sockets that somebody else opened, and the sessions that come in on them."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Sequence

from gateway.smtp.dialogue import Dialogue
from gateway.smtp.networks import Networks
from gateway.smtp.proxied import ProxiedServer
from gateway.smtp.reception import Connection, Conversation, Entrance, Reception
from gateway.smtp.session import Session
from gateway.smtp.sessions import Sessions
from gateway.smtp.values import ListenerTls

_BACKLOG = 1024


class Server:
    """What `serve` gives.

    Attributes:
        reception: what its sessions have in common; `reception.counters` tells what happened.
    """

    def __init__(
        self, reception: Entrance, servers: Sequence[asyncio.Server | ProxiedServer], sessions: Sessions
    ) -> None:
        self.reception = reception
        self._servers = servers
        self._sessions = sessions

    @property
    def sessions(self) -> int:
        """How many clients are here."""
        return len(self._sessions)

    @property
    def addresses(self) -> tuple[tuple[str, int], ...]:
        """Where it listens."""
        return tuple(sock.getsockname()[:2] for server in self._servers for sock in server.sockets)

    async def drain(self, seconds: float) -> int:
        """Accept no more, let every mail that is under way come to its end, and close.

        Connections that wait in the sockets' queues stay there, for whoever else has the sockets.

        Args:
            seconds: after which sessions are cut.

        Returns:
            How many sessions had to be cut; zero when nothing was lost to anybody.
        """
        for server in self._servers:
            server.close()
        return await self._sessions.wind_up(seconds)


async def serve(reception: Reception, sockets: Sequence[socket.socket]) -> Server:
    """Begin to accept clients.

    Args:
        reception: the listener, and what its sessions need.
        sockets: bound stream sockets; they are taken over. A duplicate that another process has is not closed.

    Raises:
        ValueError: the listener wants TLS, and there is no certificate.
    """
    return await receive(reception, sockets, lambda connection: Dialogue(connection, reception))


async def receive(
    reception: Entrance, sockets: Sequence[socket.socket], begin: Callable[[Connection], Conversation]
) -> Server:
    """Begin to accept clients that are talked with in some way; see `serve`.

    Args:
        reception: the listener, and what its sessions need.
        sockets: bound stream sockets.
        begin: begins to talk with a client.
    """
    if reception.listener.tls is not ListenerTls.OFF and reception.tls is None:
        raise ValueError(f"listener {reception.listener.name} has TLS, but no certificate")
    loop = asyncio.get_running_loop()
    sessions = Sessions(reception)
    context = reception.tls.context if reception.tls and reception.listener.tls is ListenerTls.IMPLICIT else None
    patience = reception.limits.patience
    handshake = patience.handshake if context else None

    async def proxied(sock: socket.socket, address: str) -> None:
        await loop.connect_accepted_socket(
            lambda: Session(reception, sessions, begin, loop, address),
            sock,
            ssl=context,
            ssl_handshake_timeout=handshake,
        )

    servers: list[asyncio.Server | ProxiedServer] = []
    for sock in map(_without_delay, sockets):
        if reception.listener.balancers:
            sock.listen(_BACKLOG)
            sock.setblocking(False)  # noqa: FBT003 - the standard library's signature
            balancers = Networks(reception.listener.balancers)
            servers.append(ProxiedServer(sock, balancers, patience.proxy_header, proxied))
        else:
            servers.append(
                await loop.create_server(
                    lambda: Session(reception, sessions, begin, loop),
                    sock=sock,
                    backlog=_BACKLOG,
                    ssl=context,
                    ssl_handshake_timeout=handshake,
                )
            )
    return Server(reception, servers, sessions)


def _without_delay(sock: socket.socket) -> socket.socket:
    """The same socket, known to be TCP: only then asyncio sets TCP_NODELAY, at 40 ms a mail."""
    if sock.family not in (socket.AF_INET, socket.AF_INET6):
        return sock
    return socket.socket(sock.family, sock.type, socket.IPPROTO_TCP, fileno=sock.detach())
