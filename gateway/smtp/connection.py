# SPDX-License-Identifier: GPL-3.0-or-later
"""A client's connection: octets in and out, with limits on how long we wait.

This began as `aiosmtpd.smtp.SMTP` with its middle taken out, and nothing of it is left. That class looks through its
members for every connection, reads through asyncio's stream of lines, lets the end of the client's octets and a timer
cancel what is being done with a message, and waits at each write: half of what a small mail costs, and several ways to
lose one. Of aiosmtpd the reader of PROXY headers serves, see `gateway.smtp.proxied`.

What the end of the client's octets does here: it is one more thing that is read, after all that came before it, and
never cancels anything. A message that was complete is dealt with, whether or not the client is there to hear how.
"""

from __future__ import annotations

import asyncio
import ssl
from typing import cast

from gateway.mail.server_reply import ServerReply
from gateway.smtp import replies
from gateway.smtp.stream import ClientGone, ClientStream, LineTooLong
from gateway.smtp.values import Patience
from gateway.smtp.watchdog import Watchdog


class ClientConnection(asyncio.Protocol):
    """Octets to and from a client.

    Attributes:
        transport: to the client; None before it came and after it went.
        farewell: what a client is told that is waited for in vain.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, patience: Patience) -> None:
        self.transport: asyncio.Transport | None = None
        self.farewell: ServerReply = replies.TIMED_OUT
        self._loop = loop
        self._patience = patience
        self._stream = ClientStream(loop)
        self._watchdog = Watchdog(loop, self.hang_up)
        self._writable: asyncio.Future[None] | None = None
        self._closing = False
        self._encrypted = False

    # --- what a dialogue does ---------------------------------------------------------------------------------------

    @property
    def encrypted(self) -> bool:
        """Whether it is under TLS."""
        return self._encrypted

    @property
    def is_gone(self) -> bool:
        """Whether it is known that nobody is at its other end any more."""
        return self.transport is None

    async def push(self, octets: bytes) -> None:
        """Send octets to the client.

        Raises:
            ClientGone: it does not take them, or was hung up on.
        """
        self.write(octets)
        if self._writable is not None:
            await self._taken()

    def write(self, octets: bytes) -> None:
        """Send octets to the client, and do not wait until it takes them.

        Raises:
            ClientGone: it was hung up on.
        """
        if self._closing:
            raise ClientGone
        if self.transport is not None:
            self.transport.write(octets)

    async def _taken(self) -> None:
        if self._writable is not None:
            self._watchdog.expect(self._patience.block)
            await self._writable
            self._watchdog.rest()
            if self._closing:
                raise ClientGone

    async def line(self, seconds: float) -> bytes:
        """The next line, without its LF.

        Raises:
            ClientGone: there will be none, or not in time, or one without an end.
        """
        stream = self._stream
        try:
            line = stream.line()
            if line is None:
                self._watchdog.expect(seconds)
                while line is None:
                    await stream.more()
                    line = stream.line()
                self._watchdog.rest()
        except LineTooLong:
            await self.push(replies.LINE_TOO_LONG.wire)
            raise ClientGone from None
        return line

    async def chunk(self, seconds: float) -> bytes:
        """Some octets, at least one.

        Raises:
            ClientGone: there will be none, or not in time.
        """
        octets = self._stream.chunk()
        if not octets:
            self._watchdog.expect(seconds)
            while not octets:
                await self._stream.more()
                octets = self._stream.chunk()
            self._watchdog.rest()
        return octets

    def unread(self, octets: bytes) -> None:
        """Put octets back in front of what is still to be read."""
        if octets:
            self._stream.unread(octets)

    # --- what a session does ----------------------------------------------------------------------------------------

    async def start_tls(self, context: ssl.SSLContext) -> None:
        """Go on under TLS. What somebody put behind the command in the clear is thrown away (RFC 3207 5).

        Raises:
            ClientGone: there was no handshake, and the connection is of no more use.
        """
        if self.transport is None:
            raise ClientGone
        self._stream.discard()
        try:
            transport = await self._loop.start_tls(
                self.transport, self, context, server_side=True, ssl_handshake_timeout=self._patience.handshake
            )
        except OSError:
            raise ClientGone from None
        if transport is None or self.transport is None:
            raise ClientGone
        self.transport = transport
        self._stream.come_from(transport)
        self._encrypted = True

    def expect_within(self, seconds: float) -> None:
        """Hang up unless the client does what is waited for within so many seconds from now."""
        self._watchdog.expect(seconds)

    def hang_up(self) -> None:
        """Tell the client why, and close; and if it does not even take that, cut the connection."""
        if self.transport is None:
            return
        if self._closing:
            self.transport.abort()
            return
        if not self.transport.get_write_buffer_size():
            self.transport.write(self.farewell.wire)
        self.close()

    def close(self) -> None:
        """Close once the client has taken what was sent, within the time for closing."""
        self._closing = True
        if self.transport is not None:
            if self.transport.get_write_buffer_size():
                self._watchdog.expect(self._patience.closing)
            self.transport.close()

    # --- what the loop calls ----------------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        self.transport = cast("asyncio.Transport", transport)
        self._stream.come_from(self.transport)

    def data_received(self, data: bytes) -> None:
        """Keep what came."""
        self._stream.feed(data)

    def eof_received(self) -> bool:
        """A client may close its half and still listen; not under TLS, where there are no halves."""
        self._stream.end()
        return not self._encrypted

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - the reason changes nothing
        """Let the task read to the end of what came, and find that it is the end."""
        self._watchdog.stop()
        self.transport = None
        self._stream.end()
        self.resume_writing()

    def pause_writing(self) -> None:
        """Remember that the client reads slowly."""
        self._writable = self._loop.create_future()

    def resume_writing(self) -> None:
        """Let `push` go on."""
        writable, self._writable = self._writable, None
        if writable is not None and not writable.done():
            writable.set_result(None)
