# SPDX-License-Identifier: GPL-3.0-or-later
"""Which messages a client was nudged about, so that the same one sent again passes, once.

Kept in the memory of one worker: a client that comes back to another worker, or after a restart, is nudged once more.
That costs a click; a store shared by workers would cost every nudge a transaction.
"""

from __future__ import annotations

from collections import OrderedDict


class Nudges:
    """Remembers nudged messages by a digest of their text and recipients.

    Args:
        after: seconds before which the same message again is a client's automatic retry, and no decision.
        within: seconds after which it is a new message.
        most: how many are remembered.
    """

    def __init__(self, *, after: float = 3.0, within: float = 3600.0, most: int = 10_000) -> None:
        self._after = after
        self._within = within
        self._most = most
        self._nudged: OrderedDict[bytes, float] = OrderedDict()

    def passes(self, digest: bytes, now: float) -> bool:
        """Whether this message was nudged and is sent again on purpose; it is then forgotten. Else it is remembered.

        Args:
            digest: of authored text and recipients.
            now: seconds of a clock that never goes back.
        """
        first = self._nudged.get(digest)
        if first is not None and now - first < self._after:
            return False
        if first is not None and now - first <= self._within:
            del self._nudged[digest]
            return True
        self._nudged[digest] = now
        self._nudged.move_to_end(digest)
        while len(self._nudged) > self._most:
            self._nudged.popitem(last=False)
        return False
