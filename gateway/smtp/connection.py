# SPDX-License-Identifier: GPL-3.0-or-later
"""A client's connection: aiosmtpd's protocol, with its middle taken out.

Kept of `aiosmtpd.smtp.SMTP` is the life of a connection on asyncio's streams. Replaced is

- `__init__`, which inspects the class anew for every connection, at half a millisecond each;
- what the end of the client's octets does: here it is one more thing that is read, after all that came before it, and
  never cancels anything. A message that was complete is dealt with, whether or not the client is there to hear how;
- the timer, which would run on while upstream is asked;
- `push`, which waits each time, and knows only text;
- STARTTLS, which goes through the loop, so that uvloop's TLS is used where uvloop runs;
- the commands, and the loop that reads them: see `gateway.smtp.session` and `gateway.smtp.dialogue`.

Private attributes of aiosmtpd are set here; its version is pinned for that.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from typing import Any

from aiosmtpd.smtp import SMTP
from aiosmtpd.smtp import Session as PeerSession

from gateway.mail.server_reply import ServerReply
from gateway.smtp import replies
from gateway.smtp.stream import ClientGone, ClientStream, LineTooLong
from gateway.smtp.values import Patience
from gateway.smtp.watchdog import Watchdog

# The stream pauses the client above twice this many octets.
_STREAM_LIMIT = 128 << 10


class ClientConnection(SMTP):
    """Octets to and from a client, with limits on how long we wait.

    Attributes:
        farewell: what a client is told that is waited for in vain.
    """

    # Of asyncio's FlowControlMixin, which its type stubs leave out.
    _paused: bool
    _drain_helper: Callable[[], Awaitable[None]]

    def __init__(self, loop: asyncio.AbstractEventLoop, patience: Patience) -> None:
        self._stream = ClientStream(limit=_STREAM_LIMIT, loop=loop)
        asyncio.StreamReaderProtocol.__init__(self, self._stream, loop=loop)
        self.loop = loop
        self.session: PeerSession | None = None
        self.transport: Any = None
        self.farewell: ServerReply = replies.TIMED_OUT
        self._original_transport = None
        self._handler_coroutine: asyncio.Task[None] | None = None
        self._patience = patience
        self._watchdog = Watchdog(loop, self.hang_up)
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

    async def push(self, octets: bytes) -> None:  # type: ignore[override] # octets with their CRLF, never text
        """Send octets to the client.

        Raises:
            ClientGone: it does not take them, or was hung up on.
        """
        if self._closing:
            raise ClientGone
        if self.transport is None:
            return
        self.transport.write(octets)
        if self._paused:
            self._watchdog.expect(self._patience.block)
            try:
                await self._drain_helper()
            except OSError:
                raise ClientGone from None
            self._watchdog.rest()
            if self._closing:
                raise ClientGone

    async def line(self, seconds: float) -> bytes:
        """The next line, without its LF.

        Raises:
            ClientGone: there will be none, or not in time, or one without an end.
        """
        self._watchdog.expect(seconds)
        try:
            octets = await self._stream.line()
        except LineTooLong:
            await self.push(replies.LINE_TOO_LONG.wire)
            raise ClientGone from None
        self._watchdog.rest()
        return octets

    async def chunk(self, seconds: float) -> bytes:
        """Some octets, at least one.

        Raises:
            ClientGone: there will be none, or not in time.
        """
        self._watchdog.expect(seconds)
        octets = await self._stream.chunk()
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
            transport = await self.loop.start_tls(
                self.transport, self, context, server_side=True, ssl_handshake_timeout=self._patience.handshake
            )
        except OSError:
            raise ClientGone from None
        if transport is None or self.transport is None:
            raise ClientGone
        self.transport = transport
        self._stream.move_to(transport)
        self._over_ssl = self._encrypted = True

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

    # --- what the loop, and aiosmtpd, call --------------------------------------------------------------------------

    def data_received(self, data: bytes) -> None:
        """Keep what came."""
        self._stream.feed_data(data)

    def connection_lost(self, error: Exception | None) -> None:
        """Let the task read to the end of what came, and find that it is the end."""
        self._watchdog.stop()
        self.transport = None
        asyncio.StreamReaderProtocol.connection_lost(self, error)

    def eof_received(self) -> bool:
        """A client may close its half and still listen; not under TLS, where there are no halves."""
        asyncio.StreamReaderProtocol.eof_received(self)
        return not self._encrypted

    def _set_rset_state(self) -> None:
        """The dialogue keeps the state of a transaction."""

    def _reset_timeout(self, duration: float | None = None) -> None:
        """The watchdog keeps the time."""
