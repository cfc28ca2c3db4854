# SPDX-License-Identifier: GPL-3.0-or-later
"""What came from a client and was not read yet: a buffer that makes the client wait when it is full.

A small mail is read as five or six lines, each of which comes alone, and each wait costs more than the octets do. So
one coroutine waits, that of the connection, and everything here returns at once. Octets can be put back, as the end of
data needs it, and the stream can go on under TLS.
"""

from __future__ import annotations

import asyncio

# How much of a message is dealt with before others have their turn.
CHUNK = 128 << 10
# A client is made to wait above twice so many octets, and may go on below.
_ENOUGH = 128 << 10


class ClientGone(Exception):  # noqa: N818 - what happened
    """The client closed, was cut off, or kept silent for too long. There is nobody to tell."""


class LineTooLong(Exception):  # noqa: N818 - what happened
    """A line does not end where any line would have."""


class ClientStream:
    """Octets from a client."""

    __slots__ = ("_at", "_buffer", "_ended", "_loop", "_paused", "_transport", "_waiter")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        # What is read next stands at `_at`. Most often all that came is read at once, and nothing is ever copied.
        self._buffer = b""
        self._at = 0
        self._ended = False
        self._loop = loop
        self._paused = False
        self._transport: asyncio.Transport | None = None
        self._waiter: asyncio.Future[None] | None = None

    # --- what comes in ----------------------------------------------------------------------------------------------

    def feed(self, octets: bytes) -> None:
        """Take in what came; make the client wait if it is more than we keep."""
        if self._buffer:
            octets = self._buffer[self._at :] + octets
            self._at = 0
        self._buffer = octets
        waiter = self._waiter
        if waiter is not None:
            self._waiter = None
            if not waiter.done():
                waiter.set_result(None)
        if len(octets) > 2 * _ENOUGH and not self._paused and self._transport is not None:
            self._paused = True
            self._transport.pause_reading()

    def end(self) -> None:
        """Nothing more will come."""
        self._ended = True
        waiter, self._waiter = self._waiter, None
        if waiter is not None and not waiter.done():
            waiter.set_result(None)

    def come_from(self, transport: asyncio.Transport) -> None:
        """Say where the octets come from: at first, and when the same connection goes on under TLS."""
        self._transport = transport

    # --- what goes out ----------------------------------------------------------------------------------------------

    def line(self) -> bytes | None:
        """The next line, without its LF; None while there is no whole one.

        Raises:
            LineTooLong: it is longer than any line may be.
        """
        buffer = self._buffer
        at = self._at
        end = buffer.find(b"\n", at)
        if end < 0:
            if len(buffer) - at > _ENOUGH:
                raise LineTooLong
            return None
        self._go_to(end + 1)
        return buffer[at:end]

    def chunk(self) -> bytes:
        """What is there, at most `CHUNK` octets; none while there is nothing."""
        at = self._at
        octets = self._buffer[at : at + CHUNK]
        self._go_to(at + CHUNK)
        return octets

    def more(self) -> asyncio.Future[None]:
        """To be awaited before asking again, after there was nothing.

        Raises:
            ClientGone: nothing will come.
        """
        if self._ended:
            raise ClientGone
        waiter = self._waiter = self._loop.create_future()
        return waiter

    def unread(self, octets: bytes) -> None:
        """Put octets back in front of what is still to be read."""
        self._buffer = octets + self._buffer[self._at :]
        self._at = 0

    def discard(self) -> None:
        """Throw away what came and was not read."""
        self._go_to(len(self._buffer))

    def _go_to(self, at: int) -> None:
        """What stands before is read."""
        if at >= len(self._buffer):
            self._buffer = b""
            at = 0
        self._at = at
        if self._paused and len(self._buffer) - at <= _ENOUGH and self._transport is not None:
            self._paused = False
            self._transport.resume_reading()
