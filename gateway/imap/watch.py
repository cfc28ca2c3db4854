# SPDX-License-Identifier: GPL-3.0-or-later
"""Who watches what: one `gateway.imap.watcher.Watcher` a login, with a connection of its own as long as there are some.

A login whose watcher gets none is swept on borrowed connections.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from gateway.imap.places import Place
from gateway.imap.pool import Pool
from gateway.imap.watcher import Subscription, Watcher
from gateway.ports import Unavailable

# NOOPs a second that all watchers together may send, and the shortest time between two on one connection.
_PULSES = 40
_SHORTEST = 0.4


class Watching:
    """All watchers of one server.

    Args:
        pool: where connections come from.
        watchers: how many connections may do nothing but watch.
        sweep: seconds between two sweeps.
    """

    def __init__(self, pool: Pool, watchers: int, sweep: float) -> None:
        self._pool = pool
        self._slots = watchers
        self._sweep = sweep
        self._watchers: dict[tuple[str, str], Watcher] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._open = False

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """The time in which there are watchers; at its end they are ended."""
        self._open = True
        try:
            yield
        finally:
            self._open = False
            for watcher in self._watchers.values():
                watcher.end()
            if self._tasks:
                await asyncio.wait(self._tasks)

    def subscribe(self, place: Place, folders: Sequence[str]) -> Subscription:
        """Begin to watch these folders.

        Raises:
            Unavailable: watching has ended.
        """
        if not self._open:
            raise Unavailable("the mailboxes are closed")
        subscription = Subscription(place, folders)
        key = (place.login.user, place.login.authorize)
        watcher = self._watchers.get(key)
        if watcher is None:
            watcher = self._watchers[key] = Watcher(self._pool, place.login, self._sweep, self._pulse)
            # Kept, and awaited when watching ends. A TaskGroup would wrap whatever the user of all this raises.
            watcher.task = asyncio.get_running_loop().create_task(self._run(key, watcher))
            self._tasks.add(watcher.task)
            watcher.task.add_done_callback(self._tasks.discard)
        watcher.add(subscription)
        return subscription

    def unsubscribe(self, subscription: Subscription) -> None:
        """No longer watch them."""
        key = (subscription.place.login.user, subscription.place.login.authorize)
        if watcher := self._watchers.get(key):
            watcher.discard(subscription)
            if not watcher.subscriptions:
                watcher.end()
                del self._watchers[key]

    def _pulse(self) -> float:
        return max(_SHORTEST, len(self._watchers) / _PULSES)

    async def _run(self, key: tuple[str, str], watcher: Watcher) -> None:
        own = self._slots > 0
        self._slots -= own
        try:
            await (watcher.watch() if own else watcher.sweep_only())
        except Unavailable as error:
            watcher.fail(error)
        except ValueError as error:  # a folder name that this server cannot have
            watcher.fail(Unavailable(str(error)))
        finally:
            self._slots += own
            if self._watchers.get(key) is watcher:
                del self._watchers[key]
