# SPDX-License-Identifier: GPL-3.0-or-later
"""Warm sessions with one upstream, lent for one mail transaction at a time.

Only sessions that never authenticated and that every client may use alike are lent; a session that knows who its
client is belongs to that client alone (see `gateway.smtp.leg`). The one used last is lent first, so that only as many
stay warm as are needed.
"""

from __future__ import annotations

import asyncio
from collections import deque

from gateway.smtp.connect import Connector
from gateway.smtp.features import Features
from gateway.smtp.turns import Turns
from gateway.smtp.upstream import UpstreamLost, UpstreamSession
from gateway.smtp.values import UpstreamAddress

# How long what upstream offered last is believed without a session at hand, in seconds.
_FEATURES_LAST = 300.0


class Pool:
    """The sessions of one worker with one upstream.

    Attributes:
        address: the upstream.
        connector: opens sessions that are not lent from here.
        turns: taken by whoever deals with a big message, on either leg.
    """

    def __init__(self, address: UpstreamAddress) -> None:
        self.address = address
        self.turns = Turns()
        self.connector = Connector(address, self.turns)
        self._idle: deque[tuple[UpstreamSession, float]] = deque()
        self._returning: set[asyncio.Task[None]] = set()
        self._sweep: asyncio.TimerHandle | None = None
        self._features: Features | None = None
        self._secure = False
        self._learned = 0.0

    @property
    def secure(self) -> bool:
        """Whether the leg to upstream, as it was last seen, may carry passwords."""
        return self._secure

    async def features(self) -> Features:
        """What upstream offers.

        Raises:
            UpstreamLost: it cannot be asked.
        """
        now = asyncio.get_running_loop().time()
        if self._features is not None and (self._warm() or now - self._learned < _FEATURES_LAST):
            return self._features
        session = await self.fresh()
        self.give_back(session)
        return session.features

    async def borrow(self) -> UpstreamSession:
        """A session that is ready for MAIL; give it back, or end it.

        Raises:
            UpstreamLost: there is none to be had.
        """
        if self._warm():
            return self._idle.pop()[0]
        return await self.fresh()

    async def fresh(self) -> UpstreamSession:
        """A session that nobody has used.

        Raises:
            UpstreamLost: there is none to be had.
        """
        try:
            session = await self.connector.open()
        except UpstreamLost:
            self._learned = float("-inf")
            raise
        self._features = session.features
        self._secure = session.secure
        self._learned = asyncio.get_running_loop().time()
        return session

    def give_back(self, session: UpstreamSession) -> None:
        """Take a session that stands between two transactions; keep it if it is worth it."""
        spent = session.soiled or session.junk >= self.address.junk or len(self._idle) >= self.address.pool_size
        if spent or not session.alive:
            session.quit()
            return
        session.rested = True
        loop = asyncio.get_running_loop()
        self._idle.append((session, loop.time()))
        if self._sweep is None:
            self._sweep = loop.call_later(self.address.pool_idle, self._close_idle)

    def reset(self, session: UpstreamSession) -> None:
        """Take a session that stands inside a transaction: it is reset first, and nobody waits for that."""
        if not session.alive:
            session.quit()
            return
        task = asyncio.get_running_loop().create_task(self._reset(session))
        self._returning.add(task)
        task.add_done_callback(self._returning.discard)

    async def close(self) -> None:
        """End all sessions at rest."""
        if self._sweep is not None:
            self._sweep.cancel()
            self._sweep = None
        while self._returning:
            await asyncio.wait(self._returning)
        while self._idle:
            self._idle.popleft()[0].quit()

    async def _reset(self, session: UpstreamSession) -> None:
        session.junk += 1
        try:
            await session.command(b"RSET")
        except UpstreamLost:
            return
        self.give_back(session)

    def _warm(self) -> bool:
        """Drop what died at rest from the end that is lent from; say whether one is left."""
        while self._idle and not self._idle[-1][0].alive:
            self._idle.pop()[0].quit()
        return bool(self._idle)

    def _close_idle(self) -> None:
        loop = asyncio.get_running_loop()
        self._sweep = None
        before = loop.time() - self.address.pool_idle
        while self._idle and (self._idle[0][1] <= before or not self._idle[0][0].alive):
            self._idle.popleft()[0].quit()
        if self._idle:
            self._sweep = loop.call_at(self._idle[0][1] + self.address.pool_idle, self._close_idle)
