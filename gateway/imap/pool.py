# SPDX-License-Identifier: GPL-3.0-or-later
"""Working connections, lent for one piece of work, kept a short while for the next, and never too many.

A connection that watches (`gateway.imap.watch`) is opened here too, but belongs to its watcher until it ends.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from gateway.imap.arguments import Literal
from gateway.imap.connection import Connection, Refused, Server
from gateway.imap.names import INBOX, Layout, decode, quoted
from gateway.imap.places import Login, Mechanism, Place
from gateway.imap.responses import Token, text_of
from gateway.ports import Unavailable


@dataclass(frozen=True, slots=True)
class Session:
    """A connection that is logged in.

    Attributes:
        connection: to give commands on.
        namespaces: prefix (not encoded) and delimiter of each namespace, the login's own first.
    """

    connection: Connection
    namespaces: tuple[tuple[str, str], ...]

    def layout(self, place: Place) -> Layout:
        """How folders of a mailbox at this place are called here.

        Raises:
            ValueError: the mailbox's name has the server's delimiter, so that it would lead elsewhere.
        """
        prefix, delimiter = self.namespaces[0]
        if place.prefix is not None:
            prefix = place.prefix
            fitting = [space for space in self.namespaces if space[0] and prefix.startswith(space[0])]
            delimiter = max(fitting, key=lambda space: len(space[0]), default=self.namespaces[0])[1]
        if delimiter and delimiter in place.name:
            raise ValueError(f"the server uses {delimiter!r} to divide folder names, so no mailbox there can have it")
        return Layout(delimiter, prefix, place.inbox or INBOX)


class Pool:
    """Connections to one server by login.

    Args:
        server: where.
        connections: how many may work at the same time (more wait), and how many may wait for work.
        keep: seconds for which an unused one is kept.
    """

    def __init__(self, server: Server, connections: int, keep: float) -> None:
        self._server = server
        self._free = asyncio.Semaphore(connections)
        self._most_spares = connections
        self._keep = keep
        self._opened: set[Connection] = set()
        self._spares: dict[Session, tuple[Login, asyncio.TimerHandle]] = {}

    @asynccontextmanager
    async def lend(self, login: Login) -> AsyncIterator[Session]:
        """A session of this login for the time of the block.

        Raises:
            Unavailable: the server is not there, or does not let us in.
        """
        async with self._free:
            session = self._take(login) or await self.connect(login)
            try:
                yield session
            except Refused:
                self._give_back(login, session)  # an answer like any other
                raise
            except BaseException:
                session.connection.drop()
                raise
            else:
                self._give_back(login, session)

    async def connect(self, login: Login) -> Session:
        """A new session, which its caller must end.

        Raises:
            Unavailable: see `lend`.
        """
        connection = await Connection.open(self._server)
        self._opened = {each for each in self._opened if not each.gone} | {connection}
        try:
            await log_in(connection, login)
            return Session(connection, await _namespaces(connection))
        except BaseException:
            connection.drop()
            raise

    async def close(self) -> None:
        """End all connections, and wait until their sockets are closed."""
        for session in tuple(self._spares):
            self._leave(session)
        for connection in self._opened:
            connection.drop()
            await connection.closed()

    def _take(self, login: Login) -> Session | None:
        for session, (owner, reaper) in tuple(self._spares.items()):
            if _same(owner, login):
                reaper.cancel()
                del self._spares[session]
                if session.connection.alive:
                    return session
        return None

    def _give_back(self, login: Login, session: Session) -> None:
        if len(self._spares) >= self._most_spares:
            self._leave(next(iter(self._spares)))
        reaper = asyncio.get_running_loop().call_later(self._keep, self._leave, session)
        self._spares[session] = (login, reaper)

    def _leave(self, session: Session) -> None:
        self._spares.pop(session)[1].cancel()
        session.connection.leave()


def _same(one: Login, other: Login) -> bool:
    return (one.user, one.authorize) == (other.user, other.authorize)


async def log_in(connection: Connection, login: Login) -> None:
    """Log in, and ask what the server offers now.

    Raises:
        Unavailable: the server does not let us in.
    """
    offered = connection.capabilities
    if login.mechanism is Mechanism.XOAUTH2:
        token = f"user={login.user}\1auth=Bearer {login.secret}\1\1"
        await connection.authenticate("XOAUTH2", token.encode())
    elif login.authorize or ("AUTH=PLAIN" in offered and login.mechanism is Mechanism.PLAIN):
        response = f"{login.authorize}\0{login.user}\0{login.secret}"
        await connection.authenticate("PLAIN", response.encode())
    elif "LOGINDISABLED" in offered:
        raise Unavailable("the IMAP server allows no login without TLS")
    else:
        await connection.expect("LOGIN", _string(login.user), _string(login.secret))
    await connection.ask_capabilities()


def _string(text: str) -> str | Literal:
    try:
        return quoted(text)
    except ValueError:
        return Literal(text.encode())


async def _namespaces(connection: Connection) -> tuple[tuple[str, str], ...]:
    """Prefixes and delimiters, the personal one first: by NAMESPACE (RFC 2342), else by LIST (RFC 3501 6.3.8)."""
    if "NAMESPACE" in connection.capabilities:
        (answer,) = tuple((await connection.expect("NAMESPACE")).named("NAMESPACE")) or ([],)
        spaces = [space for kind in answer if isinstance(kind, list) for space in kind if isinstance(space, list)]
        found = tuple((decode(text_of(space[0])), _delimiter(space[1])) for space in spaces if len(space) > 1)
    else:
        listed = (await connection.expect("LIST", '""', '""')).named("LIST")
        found = tuple(("", _delimiter(tokens[1])) for tokens in listed if len(tokens) > 1)
    return found or (("", "/"),)


def _delimiter(said: Token) -> str:
    return "" if said == "NIL" else text_of(said)
