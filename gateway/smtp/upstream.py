# SPDX-License-Identifier: GPL-3.0-or-later
"""One connection to an SMTP server, spoken by hand so that every octet and every reply is kept as it is.

Replies come back word for word, in the order of the commands; commands may be sent ahead of their replies. Nothing
here knows what a mail transaction is. Whatever ends the connection (the server, the network, our patience, a reply
that is none) ends it for all who wait: they get `UpstreamLost`.
"""

from __future__ import annotations

import asyncio
import select
import ssl
from collections import deque
from collections.abc import Awaitable, Callable, Iterator
from typing import cast

from gateway.mail.server_reply import ServerReply
from gateway.smtp.features import Features
from gateway.smtp.reply_reader import NotAReply, ReplyReader
from gateway.smtp.turns import Turns
from gateway.smtp.values import UpstreamPatience
from gateway.smtp.watchdog import Watchdog
from gateway.smtp.wire import with_last

LOST = ServerReply.of(451, "4.4.2 Connection to the next mail server was lost; please try again")
_A_LOT = 64 << 10
_MOST_ROUNDS = 4
"""Rounds of the loop after which all that had come is read."""

# A reply that is on its way; None in its place when the connection ended first.
Awaited = asyncio.Future[ServerReply | None]


class UpstreamLost(Exception):  # noqa: N818 - what happened, as the session's code reads it
    """The connection to upstream cannot be had, or is gone.

    Attributes:
        reply: what a client should be told.
        in_doubt: whether a whole message had been sent, so that upstream may have accepted it (RFC 1047).
    """

    def __init__(self, reply: ServerReply = LOST, *, in_doubt: bool = False) -> None:
        super().__init__(reply.text)
        self.reply = reply
        self.in_doubt = in_doubt


class Withheld(Exception):  # noqa: N818 - what happened
    """A message was not ended, because whoever sends it thought better of it."""


class UpstreamSession(asyncio.Protocol):
    """A connection to upstream.

    Attributes:
        features: what its EHLO offered; set by `gateway.smtp.connect`.
        secure: whether no one else can listen in: verified TLS, or loopback.
        rested: whether it has lain in a pool, where it may have died unnoticed.
        junk: RSETs and NOOPs since the last delivery.
        soiled: whether it answered anything with an error; servers keep count of those.
        banner: the server's greeting.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, patience: UpstreamPatience, turns: Turns) -> None:
        self.features = Features()
        self.secure = False
        self.rested = False
        self.junk = 0
        self.soiled = False
        self._loop = loop
        self._patience = patience
        self._turns = turns
        self._watchdog = Watchdog(loop, self.abort)
        self._transport: asyncio.Transport | None = None
        self._reader = ReplyReader()
        self._awaited: deque[Awaited] = deque()
        self._writable: asyncio.Future[None] | None = None
        self._alive = True
        self._early: ServerReply | None = None
        self.banner = self.expect()

    @property
    def alive(self) -> bool:
        """Whether the connection can still be used."""
        return self._alive and self._early is None

    # --- what the owner does ----------------------------------------------------------------------------------------

    def send(self, line: bytes) -> Awaited:
        """Send a command, given without its CRLF, ahead of its reply; `reply` waits for that."""
        awaited = self.expect()
        if self._transport is not None and not awaited.done():
            self._transport.write(line + b"\r\n")
        return awaited

    def expect(self) -> Awaited:
        """Stand in line for the server's next reply that nobody waits for yet."""
        awaited: Awaited = self._loop.create_future()
        if self._alive and self._early is None:
            self._awaited.append(awaited)
        else:
            awaited.set_result(self._early)
            self._alive, self._early = False, None
        return awaited

    async def reply(self, awaited: Awaited, seconds: float | None = None) -> ServerReply:
        """Wait for a reply.

        Args:
            awaited: from `send` or `expect`.
            seconds: how long; None for the usual patience.

        Raises:
            UpstreamLost: it did not come.
        """
        self._watchdog.expect(self._patience.reply if seconds is None else seconds)
        reply = await awaited
        self._watchdog.rest()
        if reply is None:
            raise UpstreamLost
        return reply

    async def command(self, line: bytes) -> ServerReply:
        """Send one command and wait for its reply.

        Raises:
            UpstreamLost: the reply did not come.
        """
        return await self.reply(self.send(line))

    async def data(self, wire: Iterator[bytes], before_end: Callable[[], Awaitable[bool]] | None = None) -> ServerReply:
        """Send a message after the server's 354, and give its final reply.

        A server that answers before the end has heard enough: the rest is not sent, and the connection is given up.

        Args:
            wire: the octets to send, dot-stuffed, with the end of data.
            before_end: asked before the last piece, the one with the end of data; None to go on without asking.

        Raises:
            UpstreamLost: the final reply did not come.
            Withheld: `before_end` said no; the connection is given up, and the message was never ended.
        """
        final = self.expect()
        for piece, last in with_last(wire):
            if final.done():
                break
            if last and before_end is not None:
                if not await before_end():
                    self.abort()
                    raise Withheld
                if final.done():  # lost, or answered, while we asked: the message was never ended
                    break
            await self._push(piece)
        else:
            try:
                return await self.reply(final, self._patience.final)
            except UpstreamLost:
                raise UpstreamLost(in_doubt=True) from None
        reply = await self.reply(final)
        self.abort()
        return reply

    async def _push(self, piece: bytes) -> None:
        """Send a piece of a message, and wait until the server, or others here, let us go on."""
        if self._transport is None:
            return
        self._transport.write(piece)
        if self._writable is not None:
            self._watchdog.expect(self._patience.block)
            await self._writable
        elif len(piece) >= _A_LOT:
            await self._turns.take()
        if len(piece) >= _A_LOT:
            await self._hear()

    async def _hear(self) -> None:
        """Let the loop read what has come before we write on.

        A server that answers before the end may close at once; what it said is then still to be read, and would be lost
        with the connection if our next write were the first to find that out.
        """
        for _ in range(_MOST_ROUNDS):
            if self._transport is None or not _readable(self._transport):
                return
            await asyncio.sleep(0)

    async def start_tls(self, context: ssl.SSLContext, host: str, seconds: float) -> None:
        """Go on under TLS (RFC 3207).

        Args:
            context: what is believed.
            host: whose certificate it must be, if the context verifies.
            seconds: how long the handshake may take.

        Raises:
            OSError: also as `ssl.SSLError`; there is no TLS, and the connection is gone.
            UpstreamLost: the connection ended, or there was more than a reply before TLS began (an injection).
        """
        if self._transport is None or self._reader.is_within or self._awaited or self._early:
            self.abort()
            raise UpstreamLost
        upgraded = await self._loop.start_tls(
            self._transport, self, context, server_hostname=host, ssl_handshake_timeout=seconds
        )
        if upgraded is None or not self._alive:
            raise UpstreamLost
        self._transport = upgraded

    def quit(self) -> None:
        """Say goodbye and close, without waiting for the answer."""
        if self._transport is not None:
            self._transport.write(b"QUIT\r\n")
            self._transport.close()
        self._end()

    def abort(self) -> None:
        """Close at once."""
        if self._transport is not None:
            self._transport.abort()
        self._end()

    # --- what the loop calls ----------------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        self._transport = cast("asyncio.Transport", transport)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - the reason changes nothing
        """Tell all who wait."""
        self._end()

    def eof_received(self) -> bool:
        """A server that has closed its half has nothing more to say to us."""
        return False

    def pause_writing(self) -> None:
        """Remember that the server reads slowly."""
        self._writable = self._loop.create_future()

    def resume_writing(self) -> None:
        """Let `data` go on."""
        if self._writable is not None and not self._writable.done():
            self._writable.set_result(None)
        self._writable = None

    def data_received(self, data: bytes) -> None:
        """Give replies to those who wait for them."""
        reply = self._reader.alone(data)
        if reply is not None:
            self._answered(reply)
            return
        try:
            for reply in self._reader.feed(data):
                self._answered(reply)
        except NotAReply:
            self.abort()

    def _answered(self, reply: ServerReply) -> None:
        if reply.code >= 400:
            self.soiled = True
        if not self._awaited:
            # Nobody asked: the server says goodbye (421) to an idle session, or cannot wait for the end of a message.
            # Whoever comes next hears it, and then there is no more to be said.
            self._early = self._early or reply
            return
        awaited = self._awaited.popleft()
        if not awaited.done():
            awaited.set_result(reply)

    def _end(self) -> None:
        self._alive = False
        self._transport = None
        self._watchdog.stop()
        self.resume_writing()
        while self._awaited:
            awaited = self._awaited.popleft()
            if not awaited.done():
                awaited.set_result(None)


def _readable(transport: asyncio.Transport) -> bool:
    """Whether octets have come that the loop has not read yet."""
    poll = select.poll()
    poll.register(transport.get_extra_info("socket").fileno(), select.POLLIN)
    return bool(poll.poll(0))
