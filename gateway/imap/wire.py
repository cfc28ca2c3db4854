# SPDX-License-Identifier: GPL-3.0-or-later
"""The octets of an IMAP connection: the only module that knows aioimaplib.

aioimaplib 2.0.3 divides what comes in into lines and literals and matches tags; that much is used. Its client class is
not: two commands at a time mix up their literals, 1,000 lines in one packet exhaust the stack, a closed connection
leaves its command waiting, names go out unquoted, and what the server says between commands is thrown away. It has no
types; private parts of it are overridden here, so its version is pinned.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import Callable

from aioimaplib import aioimaplib

from gateway.imap.responses import Answer, Pieces

# It logs whatever comes in, cards and all, at DEBUG and some of it at INFO; message text has no place in a log.
logging.getLogger("aioimaplib").setLevel(logging.WARNING)

# More than this in one answer is no answer of a mailbox that cards are kept in.
_MOST_OCTETS = 64 * 1024 * 1024


class Exchange(aioimaplib.Command):  # type: ignore[misc] # aioimaplib has no types
    """A command in flight.

    Attributes:
        later: what is still to be sent when the server asks for it.
        responses: the untagged responses so far, in pieces.
        continued: set as soon as the server has asked for more, or answered.
    """

    def __init__(self, name: str, tag: str, later: list[bytes]) -> None:
        super().__init__(name, tag)
        self.later = later
        self.responses: list[list[bytes]] = []
        self.continued = asyncio.Event()
        self._text = ""

    def append_to_resp(self, line: bytes, result: str = "Pending") -> None:
        """Take the next piece: of the tagged response if it has a result, else of the untagged one that is coming."""
        if result != "Pending":
            self._resp_result, self._text = result, line.decode("utf-8", "replace")
            self.continued.set()
        elif self.responses:
            self.responses[-1].append(bytes(line))

    def fail(self, error: Exception) -> None:
        """Let whoever waits for it have this error."""
        self._exception = error
        self.continued.set()
        self._event.set()

    @property
    def running(self) -> bool:
        """Whether the server has not answered yet."""
        return not self._event.is_set()

    async def done(self) -> Answer:
        """Wait for the answer.

        Raises:
            OSError: the connection is lost.
        """
        await self.wait()
        return Answer(self._resp_result, self._text, tuple(tuple(pieces) for pieces in self.responses))


class _Unasked(aioimaplib.Command):  # type: ignore[misc] # aioimaplib has no types
    """A response that belongs to no command, until its last piece is there."""

    def __init__(self, tell: Callable[[Pieces], None], line: bytes) -> None:
        super().__init__("UNASKED", "*")
        self._tell = tell
        self._pieces: list[bytes] = []
        self.append_to_resp(line)

    def append_to_resp(self, line: bytes, result: str = "Pending") -> None:  # noqa: ARG002 - the library's signature
        self._pieces.append(bytes(line))
        if len(self._pieces) % 2 and not aioimaplib.literal_data_re.match(line):
            self._tell(tuple(self._pieces))


class Wire(aioimaplib.IMAP4ClientProtocol):  # type: ignore[misc] # aioimaplib has no types
    """aioimaplib's reader of lines and literals, one exchange at a time, with its faults put right.

    Attributes:
        greeting: the server's first line.
        unasked: called with what the server says outside of an exchange or during IDLE; with () when the connection
            is lost.
        lost: why nothing can be sent any more; None while it can.
        gone: set when the socket is closed, which is a little later.
    """

    transport: asyncio.Transport | None
    pending_sync_command: Exchange | None

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(loop)
        self.greeting: asyncio.Future[str] = loop.create_future()
        self.unasked: Callable[[Pieces], None] = lambda _pieces: None
        self.lost: Exception | None = None
        self.gone = asyncio.Event()
        self._received = 0

    async def connect(self, host: str, port: int, context: ssl.SSLContext | None) -> None:
        """Connect.

        Raises:
            OSError: nobody is there, or the certificate is not to be trusted.
        """
        await self.loop.create_connection(lambda: self, host, port, ssl=context)

    async def start_tls(self, context: ssl.SSLContext, host: str) -> None:
        """STARTTLS and the handshake (RFC 9051 6.2.1).

        Raises:
            OSError: no TLS came about, or something was injected before it; the connection is lost.
        """
        # What comes in the clear behind the OK was put there by somebody else.
        self.unasked = lambda _pieces: self.abort(ConnectionError("injected before TLS"))
        answer = await self.begin("STARTTLS", [b"STARTTLS\r\n"]).done()
        if not answer.ok or self.incomplete_line:
            self.abort(ConnectionError(f"STARTTLS: {answer.text}"))
        if self.lost is not None:
            raise self.lost
        self.transport = await self.loop.start_tls(self.transport, self, context, server_hostname=host)
        self.unasked = lambda _pieces: None

    def begin(self, name: str, segments: list[bytes]) -> Exchange:
        """Send a command; wait for the exchange to be done before the next one.

        Args:
            name: of the command.
            segments: what to send, without the tag; each after the first one when the server asks for it.

        Raises:
            OSError: the connection is lost.
        """
        if self.lost is not None:
            raise self.lost
        tag = self.new_tag()
        exchange = Exchange(name, tag, segments[1:])
        self._received = 0
        self.pending_sync_command = exchange
        self.write(tag.encode() + b" " + segments[0])
        return exchange

    def write(self, octets: bytes) -> None:
        """Send octets as they are; none if the connection is lost."""
        if self.lost is None and self.transport is not None:
            self.transport.write(octets)

    def leave(self) -> None:
        """Close with LOGOUT, not waiting for its answer."""
        if self.lost is None and self.transport is not None:
            self.write(self.new_tag().encode() + b" LOGOUT\r\n")
            self.lost = ConnectionAbortedError("closed here")
            self.transport.close()

    def abort(self, error: Exception) -> None:
        """Close at once and fail whatever waits."""
        if self.transport is not None:
            self.transport.abort()
        if self.lost is not None:
            return
        self.lost = error
        if not self.greeting.done():
            self.greeting.set_exception(error)
            self.greeting.exception()  # it may be that nobody waits for it any more
        if self.pending_sync_command is not None:
            self.pending_sync_command.fail(error)
        self.unasked(())

    def data_received(self, d: bytes) -> None:
        """Take octets from the transport, and give them on line by line: the library calls itself for every line."""
        self._received += len(d)
        if self._received > _MOST_OCTETS:
            self.abort(ConnectionError("an answer of more than 64 MiB"))
        start = 0
        while start < len(d) and self.lost is None:
            end = d.find(b"\r\n", start) + 2
            end = len(d) if end == 1 else end
            try:
                super().data_received(d[start:end])
            except (aioimaplib.Error, ValueError) as error:
                self.abort(ConnectionError(f"not IMAP: {error}"))
            start = end

    def connection_lost(self, exc: Exception | None) -> None:
        """The transport is closed."""
        self.gone.set()
        self.abort(exc or ConnectionResetError("the server closed the connection"))

    def _handle_line(self, line: bytes, current_cmd: aioimaplib.Command | None) -> aioimaplib.Command | None:
        if self.greeting.done():
            return super()._handle_line(line, current_cmd)
        self.state = aioimaplib.NONAUTH
        self.greeting.set_result(line.decode("utf-8", "replace"))
        return None

    def _untagged_response(self, line: bytes) -> aioimaplib.Command:
        text = line.removeprefix(b"* ")
        exchange = self.pending_sync_command
        if exchange is None:
            return _Unasked(self.unasked, text)
        exchange.responses.append([text])
        if exchange.name == "IDLE":
            self.unasked((text,))
        return exchange

    def _continuation(self, line: bytes) -> None:  # noqa: ARG002 - the library's signature
        exchange = self.pending_sync_command
        if exchange is None:
            return
        if exchange.later:
            self.write(exchange.later.pop(0))
        elif exchange.name == "AUTHENTICATE":
            self.write(b"\r\n")  # the mechanism has failed and explains why; NO follows this empty answer
        exchange.continued.set()
