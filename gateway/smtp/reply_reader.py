# SPDX-License-Identifier: GPL-3.0-or-later
"""From what a server sends to its replies, word for word (RFC 5321 4.2). No io."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from gateway.mail.server_reply import ServerReply

_LONGEST = 64 << 10
_MOST_LINES = 1000
_CODES = {b"%d" % code: code for code in range(200, 600)}


class NotAReply(Exception):  # noqa: N818 - what it is
    """What the server sends is none, or is without an end."""


class ReplyReader:
    """Cuts octets, which may come in any pieces, into replies."""

    def __init__(self) -> None:
        self._unread = b""
        self._lines: list[bytes] = []

    @property
    def is_within(self) -> bool:
        """Whether a part of a reply has come."""
        return bool(self._unread or self._lines)

    def alone(self, octets: bytes) -> ServerReply | None:
        """The reply that has one line and came alone, as most do, over and over; None if this is none such."""
        if self._unread or self._lines or octets.find(b"\n") != len(octets) - 1:
            return None
        return _of_one_line(octets)

    def feed(self, octets: bytes) -> Iterator[ServerReply]:
        """All replies that end within what came.

        Raises:
            NotAReply: see there; no more can be read.
        """
        octets = self._unread + octets
        start = 0
        while (end := octets.find(b"\n", start)) >= 0:
            line = octets[start:end].removesuffix(b"\r")
            start = end + 1
            code = _CODES.get(line[:3])
            if code is None or line[3:4] not in b" -":
                raise NotAReply
            self._lines.append(line[4:])
            if line[3:4] != b"-":
                lines, self._lines = tuple(self._lines), []
                yield ServerReply(code, lines)
        self._unread = octets[start:]
        if len(self._unread) > _LONGEST or len(self._lines) > _MOST_LINES:
            raise NotAReply


@lru_cache(maxsize=256)
def _of_one_line(octets: bytes) -> ServerReply | None:
    line = octets[:-1].removesuffix(b"\r")
    code = _CODES.get(line[:3])
    return ServerReply(code, (line[4:],)) if code is not None and line[3:4] in (b" ", b"") else None
