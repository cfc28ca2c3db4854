# SPDX-License-Identifier: GPL-3.0-or-later
"""All sessions of a listener in this worker: who is here, whether one more may come, and how to end."""

from __future__ import annotations

import asyncio
from typing import Protocol

from gateway.mail.server_reply import ServerReply
from gateway.smtp import replies
from gateway.smtp.reception import Entrance


class Winding(Protocol):
    """A session, as far as it is asked to end."""

    def wind_up(self) -> None:
        """End soon."""
        ...

    def cut(self) -> None:
        """End now."""
        ...


class Sessions:
    """The sessions of a listener.

    Attributes:
        banner: how a client is greeted.
        stopping: whether sessions are asked to end.
    """

    def __init__(self, reception: Entrance) -> None:
        self.banner = ServerReply.of(220, f"{reception.listener.hostname} {reception.protocol} Bedside").wire
        self.stopping = False
        self._reception = reception
        self._here: set[Winding] = set()
        self._empty = asyncio.Event()
        self._empty.set()

    def __len__(self) -> int:
        return len(self._here)

    def arrive(self, session: Winding, peer: str) -> None:
        """A client has connected."""
        self._here.add(session)
        self._empty.clear()
        self._reception.census.arrive(peer)
        self._reception.counters.sessions += 1

    def leave(self, session: Winding, peer: str) -> None:
        """A client's session is over."""
        self._here.discard(session)
        self._reception.census.leave(peer)
        if not self._here:
            self._empty.set()

    def refusal(self, peer: str) -> ServerReply | None:
        """Why a client that has arrived is one too many, or None. The listener's networks may take all there is."""
        census = self._reception.census
        reply = None
        if census.is_crowded:
            reply = replies.CROWDED
        elif census.is_pushy(peer) and peer not in self._reception.networks:
            reply = replies.PUSHY
        if reply is not None:
            self._reception.counters.turned_away += 1
        return reply

    async def wind_up(self, seconds: float) -> int:
        """Ask all sessions to end, and wait for it; cut those that do not.

        Returns:
            How many had to be cut.
        """
        self.stopping = True
        for session in tuple(self._here):
            session.wind_up()
        try:
            async with asyncio.timeout(seconds):
                await self._empty.wait()
        except TimeoutError:
            pass
        left = tuple(self._here)
        for session in left:
            session.cut()
        await self._empty.wait()
        return len(left)
