# SPDX-License-Identifier: GPL-3.0-or-later
"""Turns at what is big: in each round of the loop one session deals with one piece of a big message.

Small mails need a dozen rounds each, so what they wait for is how long a round takes. Five sessions that send fifty
megabytes would each put a piece into every round; here they take turns, and lose nothing but idle rounds.
"""

from __future__ import annotations

import asyncio
from collections import deque


class Turns:
    """The turns of one worker."""

    def __init__(self) -> None:
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._taken = False

    async def take(self) -> None:
        """Wait for a later round, and until it is our turn in it."""
        loop = asyncio.get_running_loop()
        if not self._taken:
            self._taken = True
            loop.call_soon(self._pass_on)
            await asyncio.sleep(0)
            return
        turn = loop.create_future()
        self._waiting.append(turn)
        await turn

    def _pass_on(self) -> None:
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                asyncio.get_running_loop().call_soon(self._pass_on)
                return
        self._taken = False
