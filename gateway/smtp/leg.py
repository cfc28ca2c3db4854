# SPDX-License-Identifier: GPL-3.0-or-later
"""What one client's session has of upstream.

Without AUTH it borrows a warm session for each mail transaction. With AUTH it has a session of its own from then on,
which nobody else ever uses: whoever speaks on it speaks with that client's rights.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from gateway.mail.server_reply import ServerReply
from gateway.smtp.features import Features
from gateway.smtp.pool import Pool
from gateway.smtp.upstream import UpstreamLost, UpstreamSession


class Leg:
    """A client's way to upstream."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._own: UpstreamSession | None = None
        self._borrowed: UpstreamSession | None = None

    @property
    def is_own(self) -> bool:
        """Whether the session belongs to this client alone."""
        return self._own is not None

    @property
    def is_lost(self) -> bool:
        """Whether a session of the client's own is gone: what it knew of the client is gone with it."""
        return self._own is not None and not self._own.alive

    @property
    def in_transaction(self) -> bool:
        """Whether MAIL was accepted and the transaction is still open."""
        return self._borrowed is not None

    @property
    def secure(self) -> bool:
        """Whether passwords may go this way."""
        return self._own.secure if self._own is not None else self._pool.secure

    async def features(self) -> Features:
        """What upstream offers.

        Raises:
            UpstreamLost: it cannot be asked.
        """
        return self._own.features if self._own is not None else await self._pool.features()

    async def claim(self, introduction: Sequence[bytes] = ()) -> UpstreamSession:
        """A session of the client's own, from now on.

        Args:
            introduction: what tells upstream who the client is.

        Raises:
            UpstreamLost: there is none to be had.
        """
        if self._own is None:
            session = await self._pool.fresh()
            try:
                await self._pool.connector.introduce(session, introduction)
            except BaseException:
                session.abort()
                raise
            self._own = session
        return self._own

    async def mail(self, lines: Sequence[bytes]) -> ServerReply:
        """Begin a transaction.

        Args:
            lines: MAIL, and what has to be said before it.

        Raises:
            UpstreamLost: upstream is not there.
        """
        session, reply = await self._first(lambda session: _in_turn(session, lines))
        if reply.positive:
            self._borrowed = session
        elif self._own is None:
            self._pool.give_back(session)
        return reply

    async def ask(self, line: bytes) -> ServerReply:
        """Send a command that no transaction is needed for (NOOP, VRFY, HELP, RSET).

        Raises:
            UpstreamLost: upstream is not there.
        """
        if self._borrowed is not None:
            self._borrowed.junk += 1
            return await self._borrowed.command(line)
        session, reply = await self._first(lambda session: session.command(line))
        session.junk += 1
        if self._own is None:
            self._pool.give_back(session)
        return reply

    async def command(self, line: bytes) -> ServerReply:
        """Send a command of the open transaction.

        Raises:
            UpstreamLost: upstream is gone.
        """
        return await self.open_session.command(line)

    @property
    def open_session(self) -> UpstreamSession:
        """The session with the open transaction.

        Raises:
            UpstreamLost: there is no such session.
        """
        if self._borrowed is None:
            raise UpstreamLost
        return self._borrowed

    async def reset(self) -> ServerReply:
        """Take the open transaction back.

        Raises:
            UpstreamLost: upstream is gone, and the transaction with it.
        """
        session = self.open_session
        session.junk += 1
        try:
            return await session.command(b"RSET")
        finally:
            self.ended()

    def keep_awake(self) -> None:
        """Let upstream know that somebody is still there, while the client uploads."""
        if self._borrowed is not None:
            self._borrowed.junk += 1
            self._borrowed.send(b"NOOP")

    def ended(self) -> None:
        """The open transaction is over, and upstream knows."""
        session, self._borrowed = self._borrowed, None
        if session is not None and self._own is None:
            self._pool.give_back(session)

    def drop(self) -> None:
        """The open transaction is over, and upstream has to be told. Nobody waits for that."""
        session, self._borrowed = self._borrowed, None
        if session is not None and self._own is None:
            self._pool.reset(session)
        elif session is not None:
            session.send(b"RSET")

    def close(self) -> None:
        """The client is gone, or has become somebody else."""
        self.drop()
        if self._own is not None:
            self._own.quit()
            self._own = None

    async def _first(
        self, say: Callable[[UpstreamSession], Awaitable[ServerReply]]
    ) -> tuple[UpstreamSession, ServerReply]:
        """Say something on a session that may have died at rest: then it is said again on another.

        Nothing of the client's was on that session, so nothing can be done twice. A fresh session has the last word.
        """
        while True:
            session = self._own or await self._pool.borrow()
            last = self._own is not None or not session.rested
            try:
                reply = await say(session)
            except UpstreamLost:
                if last:
                    raise
                continue
            if reply.code == 421 and not last:
                session.abort()
                continue
            return session, reply


async def _in_turn(session: UpstreamSession, lines: Sequence[bytes]) -> ServerReply:
    """Send lines ahead of their replies; give the reply to the last."""
    if len(lines) == 1:
        return await session.command(lines[0])
    awaited = [session.send(line) for line in lines]
    for earlier in awaited[:-1]:
        await session.reply(earlier)
    return await session.reply(awaited[-1])
