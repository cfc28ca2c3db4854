# SPDX-License-Identifier: GPL-3.0-or-later
r"""Watching folders: by NOTIFY where the server offers it, by IDLE, and always by a sweep.

One login is one `_Watcher`, whatever number of mailboxes is seen through it. It has a connection of its own, on which
nothing else is done, as long as the limit on such connections allows; else it borrows one for each sweep.

- **NOTIFY** (RFC 5465) tells of every folder on one connection.
- **IDLE** (RFC 2177) tells of one folder. That is the first one that was asked for: *Quarantine*, because whatever a
  reviewer does with a card begins there. A MOVE expunges it from there; a client that copies flags it \Deleted there.
- **The sweep** asks for the STATUS of all folders (in one command with LIST-STATUS, RFC 5819) and compares it with the
  one before. It finds what the other two did not tell, and it shows that the connection is still alive.

Whatever is told only says: look again. Who waits looks at the folders and decides by what it sees there.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from gateway.imap.connection import Connection, Refused
from gateway.imap.names import encode, quoted
from gateway.imap.places import Login, Place
from gateway.imap.pool import Pool, Session
from gateway.imap.responses import Pieces, number, pairs, parse, text_of
from gateway.ports import Unavailable

# Names in one LIST; servers limit the length of a command line, usually to 64 KiB.
_NAMES = 100


class Subscription:
    """An endless asynchronous iterator: each item says that something may have changed in these folders.

    The first item comes as soon as the folders are being watched, for what may have happened before. A wait that is
    cancelled loses nothing.
    """

    def __init__(self, place: Place, folders: Sequence[str]) -> None:
        self.place = place
        self.folders = tuple(folders)
        self._event = asyncio.Event()
        self._error: Unavailable | None = None

    def __aiter__(self) -> Subscription:
        return self

    async def __anext__(self) -> None:
        """Wait for a change.

        Raises:
            Unavailable: the watch has ended, because the server is gone.
        """
        await self._event.wait()
        if self._error is not None:
            raise Unavailable(str(self._error)) from self._error
        self._event.clear()

    def wake(self) -> None:
        """Something may have changed."""
        self._event.set()

    def fail(self, error: Unavailable) -> None:
        """Nothing is watched any more."""
        self._error = error
        self._event.set()


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
        self._watchers: dict[tuple[str, str], _Watcher] = {}
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
            watcher = self._watchers[key] = _Watcher(self._pool, place.login, self._sweep)
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

    async def _run(self, key: tuple[str, str], watcher: _Watcher) -> None:
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


class _Watcher:
    """What watches the folders that one login sees."""

    def __init__(self, pool: Pool, login: Login, sweep: float) -> None:
        self.subscriptions: list[Subscription] = []
        self._pool = pool
        self._login = login
        self._sweep = sweep
        self._attention = asyncio.Event()
        self._last: dict[str, tuple[int, ...]] = {}
        self.task: asyncio.Task[None]

    def end(self) -> None:
        self.task.cancel()
        self.fail(Unavailable("no longer watched"))

    def add(self, subscription: Subscription) -> None:
        self.subscriptions.append(subscription)
        self._attention.set()

    def discard(self, subscription: Subscription) -> None:
        if subscription in self.subscriptions:
            self.subscriptions.remove(subscription)

    def fail(self, error: Unavailable) -> None:
        for subscription in self.subscriptions:
            subscription.fail(error)

    async def watch(self) -> None:
        """Watch on a connection of its own until it breaks."""
        session = await self._pool.connect(self._login)
        connection = session.connection
        try:
            connection.on_unasked(lambda pieces: self._told(session, pieces))
            if "NOTIFY" in connection.capabilities:
                await self._by_notify(session)
            if "IDLE" in connection.capabilities:
                await self._by_idle(session)
        finally:
            connection.leave()
        await self.sweep_only()

    async def sweep_only(self) -> None:
        """Look at the folders every now and then, on borrowed connections."""
        while True:
            self._attention.clear()
            async with self._pool.lend(self._login) as session:
                await self._look(session)
            await self._rest()

    async def _by_notify(self, session: Session) -> None:
        """Watch by NOTIFY; come back only if the server does not want to."""
        while True:
            if self._attention.is_set() or not self._last:
                self._attention.clear()
                names = " ".join(quoted(name) for name in _roots(session, self.subscriptions))
                events = "(MessageNew MessageExpunge FlagChange)"
                answer = await session.connection.command("NOTIFY", f"SET (subtree ({names}) {events})")
                if not answer.ok:
                    self._attention.set()
                    return
            await self._look(session)
            await self._rest()

    async def _by_idle(self, session: Session) -> None:
        """Watch by IDLE; come back only if the server does not want to."""
        while True:
            self._attention.clear()
            await self._look(session)
            first = self.subscriptions[0]
            try:
                await session.connection.expect("EXAMINE", session.layout(first.place).argument(first.folders[0]))
                async with session.connection.idle():
                    await self._rest()
            except Refused:
                return

    async def _rest(self) -> None:
        """Wait until something calls for attention, at most until the next sweep."""
        try:
            async with asyncio.timeout(self._sweep):
                await self._attention.wait()
        except TimeoutError:
            return

    def _told(self, session: Session, pieces: Pieces) -> None:
        """The server said something by itself; nothing at all if it closed the connection."""
        tokens = parse(pieces)
        kind = text_of(tokens[0]).upper() if tokens else ""
        if kind == "STATUS" and len(tokens) > 1:
            self._wake({text_of(tokens[1])}, session)
        elif len(tokens) > 1 and text_of(tokens[1]).upper() in ("EXISTS", "EXPUNGE", "FETCH"):
            self._wake_all()
            self._attention.set()
        elif not tokens or b"NOTIFICATIONOVERFLOW" in pieces[0].upper():
            self._attention.set()

    def _wake(self, names: set[str], session: Session) -> None:
        for subscription in self.subscriptions:
            if not names.isdisjoint(_encoded(session, subscription)):
                subscription.wake()

    def _wake_all(self) -> None:
        for subscription in self.subscriptions:
            subscription.wake()

    async def _look(self, session: Session) -> None:
        """Ask how all folders stand; wake those who wait for one that stands differently than before."""
        names = sorted({name for each in self.subscriptions for name in _encoded(session, each)})
        now: dict[str, tuple[int, ...]] = {}
        for first in range(0, len(names), _NAMES):
            now |= await _status(session.connection, names[first : first + _NAMES])
        changed = {name for name in names if name not in self._last or self._last[name] != now.get(name, ())}
        self._last = {name: now.get(name, ()) for name in names}
        self._wake(changed, session)


def _encoded(session: Session, subscription: Subscription) -> tuple[str, ...]:
    layout = session.layout(subscription.place)
    return tuple(encode(layout.name(folder)) for folder in subscription.folders)


def _roots(session: Session, subscriptions: Sequence[Subscription]) -> list[str]:
    """The folders below which all others lie: a command line has no room for all folders of hundreds of mailboxes."""
    roots = set()
    for subscription in subscriptions:
        layout = session.layout(subscription.place)
        folders = set(subscription.folders)
        roots |= {
            encode(layout.name(folder))
            for folder in folders
            if not any(folder.startswith(f"{other}/") for other in folders)
        }
    return sorted(roots)


async def _status(connection: Connection, names: Sequence[str]) -> dict[str, tuple[int, ...]]:
    """Counters of those of these folders that exist, by encoded name."""
    counters = ["MESSAGES", "UIDNEXT", "UIDVALIDITY"] + ["HIGHESTMODSEQ"] * ("CONDSTORE" in connection.capabilities)
    wanted = f"({' '.join(counters)})"
    if "LIST-STATUS" in connection.capabilities:
        patterns = " ".join(quoted(name) for name in names)
        answers = [await connection.expect("LIST", '""', f"({patterns})", f"RETURN (STATUS {wanted})")]
    else:
        answers = [await connection.command("STATUS", quoted(name), wanted) for name in names]
    found = {}
    for answer in answers:
        for tokens in answer.named("STATUS"):
            values = pairs(tokens[1]) if len(tokens) > 1 else {}
            found[text_of(tokens[0])] = tuple(number(values.get(counter)) for counter in counters)
    return found
