# SPDX-License-Identifier: GPL-3.0-or-later
r"""Watching the folders that one login sees: by NOTIFY where the server offers it, by IDLE, and always by a sweep.

- **NOTIFY** (RFC 5465) tells of every folder on one connection.
- **IDLE** (RFC 2177) tells of one folder. That is the first one that was asked for: *Quarantine*, because whatever a
  reviewer does with a card begins there. A MOVE expunges it from there; a client that copies flags it \Deleted there.
- **The sweep** asks for the counters of all folders (in one command with LIST-STATUS, RFC 5819) and compares them with
  those before. It finds what the other two did not tell, and it shows that the connection is still alive.

Dovecot 2.3 watches the log of its mailbox list for NOTIFY, and goes on watching the old one when that log is rotated
(about every 300 changes): from then on it looks every 30 seconds only. It also does so where Linux gives it no more
inotify instances. A NOOP makes it look at once, so one is sent every now and then (the *pulse*), on few connections
often, on many less so; and NOTIFY is set anew with each sweep.

Whatever is told only says: look again. Who waits looks at the folders and decides by what it sees there.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

import structlog

from gateway.imap.connection import Refused
from gateway.imap.names import encode, quoted
from gateway.imap.places import Login, Place
from gateway.imap.pool import Pool, Session
from gateway.imap.responses import Pieces, parse, text_of
from gateway.imap.roots import broader, roots_of
from gateway.imap.standing import standing
from gateway.ports import Unavailable

_log = structlog.get_logger()

_EVENTS = "(MessageNew MessageExpunge FlagChange)"


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


class Watcher:
    """What watches the folders that one login sees, whatever number of mailboxes they belong to.

    Args:
        pool: where connections come from.
        login: whose folders.
        sweep: seconds between two sweeps.
        pulse: gives the seconds to the next NOOP, at the time.

    Attributes:
        subscriptions: those who wait.
        task: that watches.
    """

    def __init__(self, pool: Pool, login: Login, sweep: float, pulse: Callable[[], float]) -> None:
        self.subscriptions: list[Subscription] = []
        self.task: asyncio.Task[None]
        self._pool = pool
        self._login = login
        self._sweep = sweep
        self._pulse = pulse
        self._attention = asyncio.Event()
        self._last: dict[str, tuple[int, ...]] = {}

    def end(self) -> None:
        """Watch no more; whoever waits is told."""
        self.task.cancel()
        self.fail(Unavailable("no longer watched"))

    def add(self, subscription: Subscription) -> None:
        """Watch for one more."""
        self.subscriptions.append(subscription)
        self._attention.set()

    def discard(self, subscription: Subscription) -> None:
        """Watch for one less."""
        if subscription in self.subscriptions:
            self.subscriptions.remove(subscription)

    def fail(self, error: Unavailable) -> None:
        """Tell whoever waits that nothing is watched any more."""
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
                await self._look(session, self._roots(session))
            await self._rest(self._sweep)

    async def _by_notify(self, session: Session) -> None:
        """Watch by NOTIFY; come back only if the server does not want to."""
        while True:
            self._attention.clear()
            roots = await self._set_notify(session)
            if not roots:
                _log.warning("watch.no_notify", mailboxes=len(self.subscriptions))
                self._attention.set()
                return
            await self._look(session, roots)
            sweep = asyncio.get_running_loop().time() + self._sweep
            while not await self._rest(min(self._pulse(), sweep - asyncio.get_running_loop().time())):
                if asyncio.get_running_loop().time() >= sweep:
                    break
                for pieces in (await session.connection.expect("NOOP")).responses:
                    self._told(session, pieces)

    async def _set_notify(self, session: Session) -> tuple[str, ...]:
        """Have the server tell of all folders; the names that it took, none if it took none."""
        for roots in broader(self._roots(session), _delimiter(session, self.subscriptions)):
            names = " ".join(quoted(name) for name in roots)
            if roots and (await session.connection.command("NOTIFY", f"SET (subtree ({names}) {_EVENTS})")).ok:
                return roots
        return ()

    async def _by_idle(self, session: Session) -> None:
        """Watch by IDLE; come back only if the server does not want to."""
        while True:
            self._attention.clear()
            await self._look(session, self._roots(session))
            first = self.subscriptions[0]
            try:
                await session.connection.expect("EXAMINE", session.layout(first.place).argument(first.folders[0]))
                async with session.connection.idle():
                    await self._rest(self._sweep)
            except Refused:
                return

    async def _rest(self, seconds: float) -> bool:
        """Wait until something calls for attention, at most so long; whether something did."""
        try:
            async with asyncio.timeout(seconds):
                await self._attention.wait()
        except TimeoutError:
            return False
        return True

    def _told(self, session: Session, pieces: Pieces) -> None:
        """The server said something by itself; nothing at all if it closed the connection."""
        tokens = parse(pieces)
        kind = text_of(tokens[0]).upper() if tokens else ""
        if kind == "STATUS" and len(tokens) > 1:
            self._wake({text_of(tokens[1])}, session)
        elif len(tokens) > 1 and text_of(tokens[1]).upper() in ("EXISTS", "EXPUNGE", "FETCH"):
            for subscription in self.subscriptions:
                subscription.wake()
            self._attention.set()
        elif not tokens or b"NOTIFICATIONOVERFLOW" in pieces[0].upper():
            self._attention.set()

    def _wake(self, names: set[str], session: Session) -> None:
        for subscription in self.subscriptions:
            if not names.isdisjoint(_encoded(session, subscription)):
                subscription.wake()

    async def _look(self, session: Session, roots: Sequence[str]) -> None:
        """Ask how all folders stand; wake those who wait for one that stands differently than before."""
        names = {name for each in self.subscriptions for name in _encoded(session, each)}
        now = await standing(session.connection, names, roots, _delimiter(session, self.subscriptions))
        changed = {name for name in names if name not in self._last or self._last[name] != now.get(name, ())}
        self._last = {name: now.get(name, ()) for name in names}
        self._wake(changed, session)

    def _roots(self, session: Session) -> tuple[str, ...]:
        names = (name for each in self.subscriptions for name in _encoded(session, each))
        return roots_of(names, _delimiter(session, self.subscriptions))


def _encoded(session: Session, subscription: Subscription) -> tuple[str, ...]:
    layout = session.layout(subscription.place)
    return tuple(encode(layout.name(folder)) for folder in subscription.folders)


def _delimiter(session: Session, subscriptions: Sequence[Subscription]) -> str:
    """The delimiter where these lie: all at one login are in one namespace."""
    return session.layout(subscriptions[0].place).delimiter if subscriptions else ""
