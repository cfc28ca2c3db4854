# SPDX-License-Identifier: GPL-3.0-or-later
"""One client's connection: aiosmtpd's protocol, with its middle replaced.

Kept of `aiosmtpd.smtp.SMTP` is the life of a connection on asyncio's streams. Replaced is

- `__init__`, which inspects the class anew for every connection, at half a millisecond each;
- `_handle_client`, which logs every line with its addresses, lets CR and NUL pass, and answers an error of ours with
  a permanent 500 that tells its text; the commands themselves are in `gateway.smtp.dialogue`;
- what the end of the client's octets does: here it is one more thing that is read, after all that came before it, and
  never cancels anything. A message that was complete is dealt with, whether or not the client is there to hear how;
- the timer, which would run on while upstream is asked;
- STARTTLS, which goes through the loop, so that uvloop's TLS is used where uvloop runs.

Private attributes of aiosmtpd are set here; its version is pinned for that.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from aiosmtpd.smtp import SMTP
from aiosmtpd.smtp import Session as PeerSession

from gateway.mail.server_reply import ServerReply
from gateway.smtp import replies
from gateway.smtp.budget import Budget
from gateway.smtp.dialogue import Dialogue
from gateway.smtp.paths import has_control
from gateway.smtp.reception import ClientGone, Reception
from gateway.smtp.sessions import Sessions
from gateway.smtp.stream import ClientStream
from gateway.smtp.values import ListenerTls
from gateway.smtp.watchdog import Watchdog

_log = structlog.get_logger()

# The stream pauses the client above twice this many octets.
_STREAM_LIMIT = 128 << 10
_CHUNK = 256 << 10


class Session(SMTP):
    """A client's session. Its task is `_handle_client`; nothing that the client does cancels it."""

    # Of asyncio's FlowControlMixin, which its type stubs leave out.
    _paused: bool
    _drain_helper: Callable[[], Awaitable[None]]

    def __init__(self, reception: Reception, sessions: Sessions, loop: asyncio.AbstractEventLoop) -> None:
        self._stream = ClientStream(limit=_STREAM_LIMIT, loop=loop)
        asyncio.StreamReaderProtocol.__init__(
            self,
            self._stream,
            client_connected_cb=self._cb_client_connected,
            loop=loop,
        )
        self.loop = loop
        self.session: PeerSession | None = None
        self.transport: Any = None
        self._original_transport = None
        self._handler_coroutine: asyncio.Task[None] | None = None
        self._reception = reception
        self._sessions = sessions
        self._watchdog = Watchdog(loop, self._time_out)
        self._dialogue: Dialogue | None = None
        self._farewell = replies.TIMED_OUT
        self._closing = False
        self._encrypted = reception.listener.tls is ListenerTls.IMPLICIT
        self._peer = ""
        self._budget = Budget(reception.limits, loop)

    # --- a dialogue's view ------------------------------------------------------------------------------------------

    @property
    def encrypted(self) -> bool:
        """Whether it is under TLS."""
        return self._encrypted

    @property
    def address(self) -> str:
        """The IP address at the other end; empty if there is none."""
        return self._peer

    async def push(self, octets: bytes) -> None:  # type: ignore[override] # octets with their CRLF, never text
        """Send octets to the client."""
        if self.transport is None or self._closing:
            return
        self.transport.write(octets)
        if self._paused:
            self._watchdog.expect(self._reception.limits.patience.block)
            try:
                await self._drain_helper()
            except OSError:
                raise ClientGone from None
            self._watchdog.rest()

    async def line(self, seconds: float) -> bytes:
        """The next line, without its LF.

        Raises:
            ClientGone: there will be none, or not in time, or one without an end.
        """
        self._watchdog.expect(seconds)
        try:
            octets = await self._stream.readuntil(b"\n")
        except asyncio.LimitOverrunError:
            await self.push(replies.LINE_TOO_LONG.wire)
            raise ClientGone from None
        except (asyncio.IncompleteReadError, OSError):
            raise ClientGone from None
        self._watchdog.rest()
        return octets[:-1]

    async def chunk(self, seconds: float) -> bytes:
        """Some octets, at least one.

        Raises:
            ClientGone: there will be none, or not in time.
        """
        self._watchdog.expect(seconds)
        try:
            octets = await self._stream.read(_CHUNK)
        except OSError:
            raise ClientGone from None
        self._watchdog.rest()
        if not octets:
            raise ClientGone
        return octets

    def unread(self, octets: bytes) -> None:
        """Put octets back in front of what is still to be read."""
        if octets:
            self._stream.unread(octets)

    # --- the server's view ------------------------------------------------------------------------------------------

    def wind_up(self) -> None:
        """The server stops: end as soon as no mail is under way, and with good grace if one may just be coming."""
        if self._dialogue is None or self._dialogue.in_transaction or not self._sessions.is_waiting(self):
            return
        self._farewell = replies.STOPPING
        if self._dialogue.served:
            self._time_out()
        else:
            self._watchdog.expect(self._reception.limits.patience.closing)

    def cut(self) -> None:
        """End at once, whatever is under way."""
        if self._handler_coroutine is not None:
            self._handler_coroutine.cancel()

    # --- the life of the connection ---------------------------------------------------------------------------------

    def _set_rset_state(self) -> None:
        """The dialogue keeps the state of a transaction."""

    def _reset_timeout(self, duration: float | None = None) -> None:
        """The watchdog keeps the time."""

    def connection_lost(self, error: Exception | None) -> None:
        """Let the task read to the end of what came, and find that it is the end."""
        self._watchdog.stop()
        self.transport = None
        asyncio.StreamReaderProtocol.connection_lost(self, error)

    def eof_received(self) -> bool:
        """A client may close its half and still listen; not under TLS, where there are no halves."""
        asyncio.StreamReaderProtocol.eof_received(self)
        return not self._encrypted

    def _time_out(self) -> None:
        """Say why, and close; and if the client does not even take that, cut the connection."""
        if self.transport is None:
            return
        if self._closing:
            self.transport.abort()
            return
        if not self.transport.get_write_buffer_size():
            self.transport.write(self._farewell.wire)
        self._close()

    def _close(self) -> None:
        self._closing = True
        if self.transport is not None:
            self.transport.close()
            self._watchdog.expect(self._reception.limits.patience.closing)

    async def _handle_client(self) -> None:
        peer = self.transport.get_extra_info("peername")
        self._peer = peer[0] if peer else ""
        self._sessions.arrive(self, self._peer)
        try:
            await self._converse()
        except ClientGone:
            pass
        finally:
            if self._dialogue is not None:
                self._dialogue.close()
            self._sessions.leave(self, self._peer)
            self._close()

    async def _converse(self) -> None:
        refusal = self._sessions.refusal(self._peer)
        if refusal is not None:
            await self.push(refusal.wire)
            return
        dialogue = self._dialogue = Dialogue(self, self._reception)
        await self.push(self._sessions.banner)
        while True:
            line = await self._command(dialogue)
            if (line[:4].upper(), line[4:].strip()) == (b"QUIT", b""):
                await self.push(replies.BYE.wire)
                return
            if (line[:8].upper(), line[8:].strip()) == (b"STARTTLS", b""):
                await self._start_tls(dialogue)
                continue
            reply = self._budget.objection(dialogue.junk) or await self._answer(line, dialogue)
            await self.push(reply.wire)
            if reply.code == 421:
                return
            if 500 <= reply.code <= 504:
                self._budget.errors += 1

    async def _command(self, dialogue: Dialogue) -> bytes:
        patience = self._reception.limits.patience
        if self._sessions.stopping and not dialogue.in_transaction:
            self._farewell = replies.STOPPING
            seconds = patience.closing
        else:
            seconds = patience.command
        self._sessions.waits(self)
        line = await self.line(seconds)
        self._sessions.works(self)
        return line

    async def _answer(self, line: bytes, dialogue: Dialogue) -> ServerReply:
        malformed = self._malformed(line)
        if malformed is not None:
            return malformed
        if self._sessions.stopping and dialogue.served and not dialogue.in_transaction:
            return replies.STOPPING
        try:
            return await dialogue.answer(line[:-1])
        except ClientGone:
            raise
        except Exception as error:  # noqa: BLE001 - the one place where an error of ours becomes a reply
            self._reception.counters.failures += 1
            _log.error("smtp.failure", error=type(error).__name__, exc_info=error)
            dialogue.give_up()
            return replies.FAILURE

    def _malformed(self, line: bytes) -> ServerReply | None:
        """What is wrong with a line before its meaning is looked at."""
        if len(line) > self._reception.limits.command_length:
            return replies.LINE_TOO_LONG
        if not line.endswith(b"\r"):
            return replies.BARE_NEWLINE
        return replies.BAD_CHARACTERS if has_control(line[:-1]) else None

    async def _start_tls(self, dialogue: Dialogue) -> None:
        """Go on under TLS. What a man in the middle put behind the command in the clear is thrown away (RFC 3207 5)."""
        tls = self._reception.tls
        if tls is None or self._reception.listener.tls is not ListenerTls.STARTTLS or self._encrypted:
            await self.push(replies.TLS_UNAVAILABLE.wire)
            return
        await self.push(replies.READY_FOR_TLS.wire)
        self._stream.discard()
        try:
            self.transport = await self.loop.start_tls(
                self.transport,
                self,
                tls.context,
                server_side=True,
                ssl_handshake_timeout=self._reception.limits.patience.handshake,
            )
        except OSError:
            raise ClientGone from None
        if self.transport is None:
            raise ClientGone
        self._stream.move_to(self.transport)
        self._over_ssl = self._encrypted = True
        dialogue.reset_by_tls()
