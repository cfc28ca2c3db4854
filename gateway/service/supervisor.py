# SPDX-License-Identifier: GPL-3.0-or-later
"""The supervisor: it holds the sockets and the compiled policies, and sees to it that the other processes run.

It is a plain, single-threaded process without an event loop, because it forks: what it holds (sockets, compiled
policies) its workers share by copy-on-write, at no cost and under one digest.

A reload compiles the policies here, once, starts workers that have them, and only then asks the old ones to drain.
Old and new accept on the same sockets meanwhile, so no connection is refused and no transaction is dropped. If the
new policies are no good, the old ones stay in force, since the loader keeps the last good version of each file.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import socket
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from multiprocessing.connection import wait
from multiprocessing.context import ForkProcess
from types import FrameType
from typing import Generic, Self, TypeVar

import structlog

_log = structlog.get_logger()
_fork = multiprocessing.get_context("fork")

_FIRST_PAUSE = 0.2
_LONGEST_PAUSE = 30.0
_STEADY = 5.0
"""Seconds after which a process that died is taken to have been well, so that its successor starts at once."""

_OBEYED = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)

Shared = TypeVar("Shared")


@dataclass(slots=True)
class _Place:
    """A place that a process should fill: who fills it, and how often that has gone wrong lately."""

    name: str
    run: Callable[[], None]
    process: ForkProcess | None = None
    started: float = 0.0
    pause: float = 0.0

    def due(self, now: float) -> bool:
        return self.process is None and now >= self.started + self.pause

    def start(self, now: float) -> None:
        self.process = _fork.Process(target=_child, args=(self.run,), name=f"bedside-{self.name}")
        self.started = now
        # Blocked until the child has handlers of its own, so that none is lost between fork and then.
        signal.pthread_sigmask(signal.SIG_BLOCK, _OBEYED)
        self.process.start()
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _OBEYED)
        _log.info("process.started", role=self.name, pid=self.process.pid)

    def ended(self, now: float) -> None:
        assert self.process is not None  # noqa: S101 - only called for a process that was waited for
        _log.error("process.died", role=self.name, pid=self.process.pid, status=self.process.exitcode)
        lived = now - self.started
        self.pause = 0.0 if lived > _STEADY else min(max(_FIRST_PAUSE, self.pause * 2), _LONGEST_PAUSE)
        self.started, self.process = now, None


@dataclass(slots=True)
class Supervisor(Generic[Shared]):
    """Runs workers and keeper until it is told to stop.

    Attributes:
        load: compiles what workers share; called with what is in force, at a reload.
        worker: body of a worker process, with its number from 0; returns when SIGTERM has been obeyed.
        keeper: body of the keeper process; likewise.
        workers: how many workers.
        drain: seconds that a process has to finish after SIGTERM before it is killed.
        lasting: bodies of further processes by name, which a reload leaves alone.
    """

    load: Callable[[Shared | None], Shared]
    worker: Callable[[Shared, int], None]
    keeper: Callable[[Shared], None]
    workers: int
    drain: float
    lasting: Mapping[str, Callable[[], None]] = field(default_factory=dict)
    _lasting: list[_Place] = field(default_factory=list)
    _draining: list[tuple[ForkProcess, float]] = field(default_factory=list)
    _places: list[_Place] = field(default_factory=list)
    _signals: list[int] = field(default_factory=list)

    def run(self) -> None:
        """Start everything, keep it running, and return when SIGTERM or SIGINT has been obeyed."""
        with _Wakeup(self._signals.append) as wakeup:
            shared = self.load(None)
            self._lasting = [_Place(name, run) for name, run in self.lasting.items()]
            self._places = self._fill(shared)
            while not self._stopping():
                self._tend()
                self._sleep(wakeup)
                while signal.SIGHUP in self._signals:
                    self._signals.remove(signal.SIGHUP)
                    shared = self._reload(shared)
            _log.info("stopping")
            self._retire([*self._places, *self._lasting])
            self._places = self._lasting = []
            while self._draining:
                self._sleep(wakeup)
                self._reap()

    def _fill(self, shared: Shared) -> list[_Place]:
        places = [_Place(f"worker-{n}", partial(self.worker, shared, n)) for n in range(self.workers)]
        return [*places, _Place("keeper", partial(self.keeper, shared))]

    def _stopping(self) -> bool:
        return signal.SIGTERM in self._signals or signal.SIGINT in self._signals

    def _reload(self, shared: Shared) -> Shared:
        """Start successors first, then let those in place finish what they have begun."""
        fresh = self.load(shared)
        successors = self._fill(fresh)
        now = time.monotonic()
        for place in successors[:-1]:
            place.start(now)
        self._retire(self._places)
        # The keeper works alone: two would wake for the same cards. The tending loop starts it when the old one ended.
        self._places = successors
        return fresh

    def _retire(self, places: list[_Place]) -> None:
        deadline = time.monotonic() + self.drain
        for place in places:
            if place.process is not None:
                place.process.terminate()
                self._draining.append((place.process, deadline))

    def _tend(self) -> None:
        now = time.monotonic()
        self._reap()
        for place in (*self._lasting, *self._places):
            if place.process is not None and not place.process.is_alive():
                place.process.join()
                place.ended(now)
            if place.due(now) and not (place.name == "keeper" and self._keeper_draining()):
                place.start(now)

    def _keeper_draining(self) -> bool:
        return any(process.name == "bedside-keeper" for process, _ in self._draining)

    def _reap(self) -> None:
        now = time.monotonic()
        for process, deadline in list(self._draining):
            if not process.is_alive():
                process.join()
                self._draining.remove((process, deadline))
            elif now > deadline:
                _log.warning("process.killed", role=process.name, pid=process.pid, after=self.drain)
                process.kill()

    def _sleep(self, wakeup: _Wakeup) -> None:
        """Until a signal comes, a process ends, or something is due."""
        now = time.monotonic()
        places = (*self._lasting, *self._places)
        running = [place.process for place in places if place.process is not None]
        sentinels = [process.sentinel for process in (*running, *(process for process, _ in self._draining))]
        due = [place.started + place.pause for place in places if place.process is None]
        due += [deadline for _, deadline in self._draining]
        wait([wakeup.reader, *sentinels], timeout=max(0.01, min(due) - now) if due else None)
        wakeup.clear()


class _Wakeup:
    """Turns signals into something that can be waited for together with processes (signal.set_wakeup_fd)."""

    def __init__(self, note: Callable[[int], None]) -> None:
        self.reader, self._writer = socket.socketpair()
        self.reader.settimeout(0)
        self._writer.settimeout(0)
        self._note = note
        self._before: dict[int, object] = {}

    def __enter__(self) -> Self:
        signal.set_wakeup_fd(self._writer.fileno(), warn_on_full_buffer=False)
        for number in _OBEYED:
            self._before[number] = signal.signal(number, self._handle)
        return self

    def __exit__(self, *_: object) -> None:
        signal.set_wakeup_fd(-1)
        for number, handler in self._before.items():
            signal.signal(number, handler)  # type: ignore[arg-type]  # what signal.signal gave, it takes
        self.reader.close()
        self._writer.close()

    def _handle(self, number: int, _: FrameType | None) -> None:
        self._note(number)

    def clear(self) -> None:
        """Empty the pipe; what came through it has been noted already."""
        try:
            while self.reader.recv(1024):
                pass
        except BlockingIOError:
            pass


def _child(run: Callable[[], None]) -> None:
    """In the new process: forget the supervisor's handlers, then run."""
    signal.set_wakeup_fd(-1)
    for number in _OBEYED:
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # ^C reaches the whole group; the supervisor passes it on as SIGTERM
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _OBEYED)
    os.umask(0o077)
    # What was inherited lives as long as we do. Unfrozen, each full collection walks through the compiled policies:
    # it stops the loop for tens of milliseconds, and unshares their pages.
    gc.freeze()
    run()
