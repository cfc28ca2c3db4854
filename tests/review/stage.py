# SPDX-License-Identifier: GPL-3.0-or-later
"""A whole reviewing stage: real SQLite ledger, a clock that a test sets; mailboxes and route in memory, or real."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from gateway.hold.desk import Desk
from gateway.hold.hold import Hold, HoldState
from gateway.ledger.store import SqlLedger, open_ledger
from gateway.ports import Mailboxes, Route
from gateway.review.climbing import Climbing
from gateway.review.faces import Faces
from gateway.review.keeper import Crew, Keeper, Timing
from gateway.review.mending import Office
from gateway.review.releasing import OnUnknown, Releasing, Sending
from gateway.review.returning import Returning
from gateway.review.reviewing import Reviewing
from tests.hold.holds import CONTENT, SECRET, Clock, a_hold
from tests.review.cabinet import Box, Cabinet
from tests.review.plain_faces import PlainFaces
from tests.review.upstream import Upstream


@dataclass
class Stage:
    ledger: SqlLedger
    desk: Desk = field(default_factory=lambda: Desk(grace=timedelta()))
    cabinet: Cabinet = field(default_factory=Cabinet)
    upstream: Upstream = field(default_factory=Upstream)
    clock: Clock = field(default_factory=Clock)
    mailboxes: Mailboxes | None = None
    route: Route | None = None
    faces: Faces = field(default_factory=PlainFaces)

    @property
    def anna(self) -> Box:
        return self.cabinet.boxes["anna"]

    @property
    def lead(self) -> Box:
        return self.cabinet.boxes["lena"]

    def keeper(
        self, owner: str = "one", timing: Timing | None = None, on_unknown: OnUnknown = OnUnknown.WAIT
    ) -> Keeper:
        route = self.route or self.upstream
        returning = Returning(self.ledger, route, "gateway.example.org", self.clock)
        crew = Crew(
            Reviewing(self.ledger, self.faces, Office(self.desk, SECRET), self.clock),
            Releasing(self.ledger, route, self.clock, Sending(owner, on_unknown=on_unknown)),
            Climbing(self.ledger, self.desk, returning, self.clock),
        )
        timing = timing or Timing(poll=0.02, sweep=0.1, lease=5.0)
        return Keeper(self.ledger, self.mailboxes or self.cabinet, crew, owner, self.clock, timing)

    async def held(self, hold: Hold | None = None, content: bytes = CONTENT) -> Hold:
        return await self.ledger.hold(hold or a_hold(), content)

    async def now(self, hold: Hold) -> Hold:
        found = await self.ledger.find(hold.id)
        assert found is not None
        return found

    async def ledger_state(self, hold: Hold, state: HoldState) -> bool:
        return (await self.now(hold)).state is state

    async def whats(self, hold: Hold, *whats: str) -> bool:
        return tuple(event.what for event in await self.ledger.history(hold.id)) == whats

    async def happened(self, hold: Hold, what: str) -> bool:
        return any(event.what == what for event in await self.ledger.history(hold.id))

    def subjects(self, box: Box, folder: str) -> list[str]:
        return [m.content.split(b"Subject: ")[1].split(b"\r\n")[0].decode() for m in box.folders[folder]]


@asynccontextmanager
async def stage(folder: Path, **other: object) -> AsyncIterator[Stage]:
    async with open_ledger(f"sqlite:///{folder}/ledger.db") as ledger:
        yield Stage(ledger, **other)  # type: ignore[arg-type]  # fields of Stage by name


@asynccontextmanager
async def keeping(keeper: Keeper) -> AsyncIterator[None]:
    """The time in which a keeper runs."""
    async with asyncio.TaskGroup() as group:
        task = group.create_task(keeper.run())
        try:
            yield
        finally:
            task.cancel()


async def until(condition: Callable[[], object], seconds: float = 30.0) -> None:
    """Wait for a condition; it may be a coroutine function."""
    async with asyncio.timeout(seconds):
        while True:
            met = condition()
            if asyncio.iscoroutine(met):
                met = await met
            if met:
                return
            await asyncio.sleep(0.005)
