# SPDX-License-Identifier: GPL-3.0-or-later
"""A message from the ledger, as the release route takes it."""

from __future__ import annotations

from collections.abc import Iterator

_PIECE = 262_144


class Octets:
    """See `gateway.ports.Message`.

    Args:
        content: all of it.
    """

    def __init__(self, content: bytes) -> None:
        self._content = content

    @property
    def size(self) -> int:
        """Length in octets."""
        return len(self._content)

    def prefix(self, limit: int) -> bytes:
        """The first octets."""
        return self._content[:limit]

    def chunks(self) -> Iterator[bytes]:
        """All octets, in order."""
        for start in range(0, len(self._content), _PIECE):
            yield self._content[start : start + _PIECE]
