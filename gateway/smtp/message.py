# SPDX-License-Identifier: GPL-3.0-or-later
"""The octets of a message as submitted: in memory while it is small, in an unlinked file when it is not."""

from __future__ import annotations

import os
from collections.abc import Iterator
from tempfile import TemporaryFile
from typing import BinaryIO

from gateway.ports import Message
from gateway.smtp.wire import END, stuffed

# Small enough that sending one piece keeps no other session waiting.
_PIECE = 64 << 10


class MemoryMessage:
    """A message in memory.

    Attributes:
        content: its octets.
    """

    __slots__ = ("_dotted", "content")

    def __init__(self, content: bytes, *, dotted: bool = True) -> None:
        """Keep the octets.

        Args:
            content: the message.
            dotted: whether a line may begin with a dot. Who knows better saves looking for them again.
        """
        self.content = content
        self._dotted = dotted

    @property
    def size(self) -> int:
        """Length in octets."""
        return len(self.content)

    def prefix(self, limit: int) -> bytes:
        """The first `limit` octets, or all there are."""
        return self.content if limit >= len(self.content) else self.content[:limit]

    def chunks(self) -> Iterator[bytes]:
        """All octets, in order, in pieces of at most 64 KiB."""
        if len(self.content) <= _PIECE:
            return iter((self.content,))
        return (self.content[start : start + _PIECE] for start in range(0, len(self.content), _PIECE))

    def wire(self) -> Iterator[bytes]:
        """What follows DATA."""
        if self._dotted:
            return stuffed(self.chunks())
        # A small one goes out in one write; a big one is not copied for that.
        return iter((self.content + END,) if len(self.content) < _PIECE else (self.content, END))

    def close(self) -> None:
        """Nothing to free."""


class SpooledMessage:
    """A message in a file that has no name, so that nothing of it stays behind however we end."""

    __slots__ = ("_file", "size")

    def __init__(self, folder: str | None) -> None:
        """Create the file, empty.

        Args:
            folder: where; None for the system's folder for temporary files.

        Raises:
            OSError: it cannot be created there.
        """
        self._file: BinaryIO = TemporaryFile(dir=folder, buffering=0)  # noqa: SIM115 - `close` ends it
        self.size = 0

    def append(self, piece: bytes) -> None:
        """Write octets to the end.

        Raises:
            OSError: the disk is full, or broken.
        """
        view = memoryview(piece)
        while view:
            written = self._file.write(view)
            view = view[written:]
        self.size += len(piece)

    def prefix(self, limit: int) -> bytes:
        """The first `limit` octets, or all there are."""
        return b"".join(self._pieces(min(limit, self.size)))

    def chunks(self) -> Iterator[bytes]:
        """All octets, in order, in pieces of at most 64 KiB."""
        return self._pieces(self.size)

    def wire(self) -> Iterator[bytes]:
        """What follows DATA."""
        return stuffed(self.chunks())

    def close(self) -> None:
        """Free the file."""
        self._file.close()

    def _pieces(self, end: int) -> Iterator[bytes]:
        at = 0
        while at < end:
            piece = os.pread(self._file.fileno(), min(_PIECE, end - at), at)
            if not piece:
                raise OSError("a spooled message is shorter than it was")
            yield piece
            at += len(piece)


def wire_of(message: Message) -> Iterator[bytes]:
    """What follows DATA, for any message."""
    if isinstance(message, MemoryMessage | SpooledMessage):
        return message.wire()
    return stuffed(message.chunks())
