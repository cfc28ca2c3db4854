# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything that runs while kills go on: gateways, IMAP server, database, upstream, clients, agents."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.end_to_end.gateway import imap_settings
from tests.imap.ways import agents
from tests.killed.nodes import PATIENCE, Node, Upstream, settings
from tests.killed.people import AGENTS, Agent, Mail, mails, send
from tests.servers.dovecot import Dovecot, dovecot
from tests.servers.postgres import Postgres, postgres


class Stage:
    """A point of a message's way, which many messages pass."""

    def __init__(self) -> None:
        self._passed = asyncio.Event()

    def passed(self) -> None:
        """A message has come to it."""
        self._passed.set()

    async def next(self, seconds: float) -> bool:
        """Wait for the next message that comes to it. Whether one did in time."""
        self._passed.clear()
        try:
            async with asyncio.timeout(seconds):
                await self._passed.wait()
        except TimeoutError:
            return False
        return True


@dataclass
class Stages:
    """The points at which kills are aimed.

    Attributes:
        hold: a client has sent the end of its message.
        card: a card lies in the quarantine.
        decision: a card was moved.
        release: upstream is told DATA or the end of it.
    """

    hold: Stage = field(default_factory=Stage)
    card: Stage = field(default_factory=Stage)
    decision: Stage = field(default_factory=Stage)
    release: Stage = field(default_factory=Stage)

    def heard(self, verb: str) -> None:
        """Upstream was told something."""
        if verb in ("DATA", "."):
            self.release.passed()

    def named(self) -> dict[str, Stage]:
        """All of them, by name."""
        return {"hold": self.hold, "card": self.card, "decision": self.decision, "release": self.release}


@dataclass
class Site:
    """What runs.

    Attributes:
        chance: decides.
        stages: where messages are.
        nodes: the gateways.
        imap: the IMAP server.
        database: the PostgreSQL that nodes share; None with SQLite.
        upstream: the next hop.
        ledger: URL of the ledger.
        mails: all that clients have sent, or are sending.
    """

    chance: random.Random
    stages: Stages
    nodes: list[Node]
    imap: Dovecot
    database: Postgres | None
    upstream: Upstream
    ledger: str
    mails: list[Mail] = field(default_factory=list)
    _stopped: asyncio.Event = field(default_factory=asyncio.Event)

    def more(self, count: int, group: asyncio.TaskGroup) -> None:
        """Further clients begin to send, each until it is told 250."""
        fresh = mails(self.chance, count, len(self.mails))
        self.mails += fresh
        for mail in fresh:
            group.create_task(send(mail, lambda: self.chance.choice(self.nodes).port, self.stages.hold.passed))

    # --- kills -----------------------------------------------------------------------------------------------------

    def roles(self) -> dict[str, Callable[[], Awaitable[None]]]:
        """What can be killed, and how; each comes back by itself or is started again."""
        roles: dict[str, Callable[[], Awaitable[None]]] = {
            "worker": self._kill_worker,
            "keeper": self._kill_keeper,
            "supervisor": self._kill_supervisor,
            "node": self._kill_node,
            "imap": self._kill_imap,
            "upstream": self._kill_upstream,
        }
        return roles if self.database is None else {**roles, "database": self._kill_database}

    async def _kill_worker(self) -> None:
        node = self.chance.choice(self.nodes)
        node.kill(self.chance.choice(await _some(lambda: node.pids("worker"))))

    async def _kill_keeper(self) -> None:
        """The keeper of a node; where there are several, most likely the one that is active, for it logs more."""
        node = self.chance.choice(self.nodes)
        node.kill((await _some(lambda: node.pids("keeper")))[0])

    async def _kill_supervisor(self) -> None:
        node = self.chance.choice(self.nodes)
        node.kill_supervisor()
        await node.start()

    async def _kill_node(self) -> None:
        node = self.chance.choice(self.nodes)
        node.kill_all()
        await node.start()

    async def _kill_imap(self) -> None:
        self.imap.stop()
        await self._away()
        await asyncio.to_thread(self.imap.start)

    async def _kill_upstream(self) -> None:
        await self.upstream.kill()
        await self._away()
        await self.upstream.start()

    async def _kill_database(self) -> None:
        assert self.database is not None
        self.database.kill()
        await self._away()
        await asyncio.to_thread(self.database.start_again)

    async def _away(self) -> None:
        await asyncio.sleep(self.chance.uniform(0.0, 0.5))  # how long a server is away


async def _some(ask: Callable[[], list[int]]) -> list[int]:
    async with asyncio.timeout(PATIENCE):
        while not (found := ask()):  # noqa: ASYNC110 - another process's log
            await asyncio.sleep(0.05)  # a process that died lately is started after a pause
        return found


@asynccontextmanager
async def site(folder: Path, seed: int, *, gateways: int, more: str = "") -> AsyncIterator[Site]:
    """Run everything: with one gateway on SQLite, with several on PostgreSQL.

    Args:
        folder: an empty one that any user may enter.
        seed: what chance hangs on.
        gateways: how many.
        more: lines of the gateways' table [release].
    """
    stages = Stages()
    async with AsyncExitStack() as stack:
        imap = stack.enter_context(dovecot(folder / "dovecot", AGENTS))
        database: Postgres | None = None
        url = f"sqlite:///{folder}/ledger.db"
        if gateways > 1:
            (folder / "postgres").mkdir()
            database = stack.enter_context(postgres(folder / "postgres"))
            url = database.create("ledger")
        upstream = Upstream(folder / "taken", stages.heard, seed)
        await upstream.start()
        stack.push_async_callback(upstream.kill)
        nodes = [Node(folder / f"node{number}") for number in range(gateways)]
        for node in nodes:
            _prepare(node, upstream.port, url, imap, more)
        async with asyncio.TaskGroup() as group:
            for node in nodes:
                group.create_task(node.start())
                stack.callback(node.kill_all)
        mailboxes = await stack.enter_async_context(agents(imap))
        async with asyncio.TaskGroup() as group:
            working = [
                group.create_task(Agent(mailboxes, name, seed, stages.card.passed, stages.decision.passed).work())
                for name in AGENTS
            ]
            yield Site(random.Random(seed), stages, nodes, imap, database, upstream, url)  # noqa: S311 - repeatable
            for task in working:
                task.cancel()


def _prepare(node: Node, upstream: int, url: str, imap: Dovecot, more: str) -> None:
    node.folder.mkdir()
    ledger = f'[ledger]\nurl = "{url}"\nkey = {{ file = "{node.folder}/key" }}\n'
    node.prepare(lambda port: settings(port, upstream, ledger, imap_settings(imap), more))
