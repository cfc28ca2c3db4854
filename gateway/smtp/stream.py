# SPDX-License-Identifier: GPL-3.0-or-later
"""A stream from a client: asyncio's, as far as it goes.

A small mail is read as five or six lines, each of which comes alone; so `line` and `feed_data` are written for that
case. Octets can be put back, as the end of data needs it, and the stream can go on under TLS. Attributes of
`asyncio.StreamReader` are used that have no public name; Python 3.11 to 3.13 call them the same.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import SupportsIndex

# How much of a message is dealt with before others have their turn.
CHUNK = 128 << 10


class ClientGone(Exception):  # noqa: N818 - what happened
    """The client closed, was cut off, or kept silent for too long. There is nobody to tell."""


class LineTooLong(Exception):  # noqa: N818 - what happened
    """A line does not end where any line would have."""


class ClientStream(asyncio.StreamReader):
    """What came from a client and was not read yet."""

    _buffer: bytearray
    _eof: bool
    _exception: Exception | None
    _limit: int
    _loop: asyncio.AbstractEventLoop
    _paused: bool
    _transport: asyncio.Transport
    _waiter: asyncio.Future[None] | None

    def feed_data(self, data: Iterable[SupportsIndex]) -> None:
        """Take in what came; make the client wait if it is more than we keep."""
        self._buffer.extend(data)
        waiter = self._waiter
        if waiter is not None:
            self._waiter = None
            if not waiter.done():
                waiter.set_result(None)
        if len(self._buffer) > 2 * self._limit and not self._paused:
            self._paused = True
            self._transport.pause_reading()

    async def line(self) -> bytes:
        """The next line, without its LF.

        Raises:
            LineTooLong: it is longer than any line may be.
            ClientGone: there is none left.
        """
        buffer = self._buffer
        while (end := buffer.find(b"\n")) < 0:
            if len(buffer) > self._limit:
                raise LineTooLong
            await self._more()
        line = bytes(buffer[:end])
        del buffer[: end + 1]
        if self._paused and len(buffer) <= self._limit:
            self._resume()
        return line

    async def chunk(self) -> bytes:
        """What is there, at least one octet and at most `CHUNK`.

        Raises:
            ClientGone: there is none left.
        """
        buffer = self._buffer
        while not buffer:
            await self._more()
        if len(buffer) <= CHUNK:
            octets = bytes(buffer)
            buffer.clear()
        else:
            octets = bytes(buffer[:CHUNK])
            del buffer[:CHUNK]
        if self._paused and len(buffer) <= self._limit:
            self._resume()
        return octets

    def unread(self, octets: bytes) -> None:
        """Put octets back in front of what is still to be read."""
        self._buffer[:0] = octets

    def discard(self) -> None:
        """Throw away what came and was not read."""
        self._buffer.clear()

    def move_to(self, transport: asyncio.Transport) -> None:
        """Go on reading from another transport: the same connection, under TLS."""
        self._transport = transport

    def _resume(self) -> None:
        self._paused = False
        self._transport.resume_reading()

    async def _more(self) -> None:
        if self._eof or self._exception is not None:
            raise ClientGone
        if self._paused:
            self._resume()
        waiter = self._waiter = self._loop.create_future()
        try:
            await waiter
        except OSError:
            raise ClientGone from None
        finally:
            self._waiter = None
