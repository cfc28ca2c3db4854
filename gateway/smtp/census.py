# SPDX-License-Identifier: GPL-3.0-or-later
"""How many sessions, of whom, and how many octets: what the caps are held against, over all workers.

Workers count on one board in shared memory. Each writes in its own row alone, so nothing needs a lock; a sum over the
rows may be a connection late, never wrong for long. A peer is counted in one of many places by its hash: two peers in
one place are, rarely, counted together.
"""

from __future__ import annotations

from functools import lru_cache
from zlib import crc32

from gateway.smtp.values import Limits

_PEERS = 8192
_SESSIONS = _PEERS
_MEMORY = _PEERS + 1
_ROW = _PEERS + 2


class Board:
    """The counts of all workers.

    Attributes:
        workers: how many there are.
    """

    def __init__(self, workers: int, memory: memoryview | None = None) -> None:
        """Lay the board out.

        Args:
            workers: how many count on it.
            memory: octets that all of them see (an anonymous `mmap` that was inherited), at least
                `octets(workers)`, zero at first; None for a board of this process alone.
        """
        self.workers = workers
        self._counts = (memoryview(bytearray(self.octets(workers))) if memory is None else memory).cast("B").cast("q")

    @staticmethod
    def octets(workers: int) -> int:
        """How much memory a board takes."""
        return workers * _ROW * 8

    def clear(self, worker: int) -> None:
        """Forget what a worker counted that is no more."""
        for place in range(worker * _ROW, (worker + 1) * _ROW):
            self._counts[place] = 0

    def row(self, worker: int) -> memoryview:
        """The counts of one worker, by place."""
        return self._counts[worker * _ROW : (worker + 1) * _ROW]

    def total(self, place: int) -> int:
        """The sum over all workers."""
        counts = self._counts
        if self.workers == 1:
            return counts[place]
        return sum(counts[row + place] for row in range(0, self.workers * _ROW, _ROW))


class Census:
    """What one worker counts, and the caps."""

    def __init__(self, limits: Limits, board: Board | None = None, worker: int = 0) -> None:
        """Count on a board.

        Args:
            limits: the caps.
            board: where; None for a board of one's own.
            worker: which row is ours, from 0.
        """
        self._limits = limits
        self._board = board if board is not None else Board(1)
        self._row = self._board.row(worker)

    @property
    def sessions(self) -> int:
        """Sessions of all workers."""
        return self._board.total(_SESSIONS)

    @property
    def memory_in_use(self) -> int:
        """Octets of messages in memory, of all workers."""
        return self._board.total(_MEMORY)

    @property
    def memory_is_short(self) -> bool:
        """Whether no more octets should be taken into memory."""
        return self.memory_in_use >= self._limits.memory

    def memory(self, octets: int) -> None:
        """Count octets that came into memory; negative ones that went."""
        if octets:
            self._row[_MEMORY] += octets

    def arrive(self, peer: str) -> None:
        """Count a session in."""
        self._row[_SESSIONS] += 1
        self._row[_place(peer)] += 1

    def leave(self, peer: str) -> None:
        """Count a session out."""
        self._row[_SESSIONS] -= 1
        self._row[_place(peer)] -= 1

    @property
    def is_crowded(self) -> bool:
        """Whether there are more sessions than there may be, all counted that arrived."""
        return self.sessions > self._limits.sessions

    def is_pushy(self, peer: str) -> bool:
        """Whether one peer has more sessions than one may have, all counted that arrived."""
        return self._board.total(_place(peer)) > self._limits.sessions_per_peer


@lru_cache(maxsize=4096)
def _place(peer: str) -> int:
    return crc32(peer.encode()) % _PEERS
