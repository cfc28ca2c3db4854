# SPDX-License-Identifier: GPL-3.0-or-later
"""A stream from a client that octets can be put back into, as the end of data needs it, and that can change to TLS."""

from __future__ import annotations

import asyncio


class ClientStream(asyncio.StreamReader):
    """asyncio's reader with three more verbs. They touch what Python 3.11 to 3.13 call the same."""

    _buffer: bytearray
    _transport: asyncio.Transport

    def unread(self, octets: bytes) -> None:
        """Put octets back in front of what is still to be read."""
        self._buffer[:0] = octets

    def discard(self) -> None:
        """Throw away what came and was not read."""
        self._buffer.clear()

    def move_to(self, transport: asyncio.Transport) -> None:
        """Go on reading from another transport: the same connection, under TLS."""
        self._transport = transport
