# SPDX-License-Identifier: GPL-3.0-or-later
"""Dot-stuffing (RFC 5321 4.5.2): from the octets of a message to what follows DATA on the wire. No io."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

END = b".\r\n"


def stuffed(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The wire form of a message: every line that begins with a dot gets one more, and the end is marked.

    A message that does not end in CRLF (no such message comes in by DATA) gets one, for the end cannot be marked
    otherwise.

    Args:
        chunks: the octets of the message in order.
    """
    tail = b"\r\n"
    for chunk in chunks:
        if not chunk:
            continue
        joined = tail + chunk
        tail = joined[-2:]
        before = len(joined) - len(chunk)
        yield joined.replace(b"\r\n.", b"\r\n..")[before:] if b"\r\n." in joined else chunk
    yield END if tail == b"\r\n" else b"\r\n" + END


def with_last(pieces: Iterator[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Each piece, and whether it is the last one."""
    piece = next(pieces, None)
    while piece is not None:
        following = next(pieces, None)
        yield piece, following is None
        piece = following
