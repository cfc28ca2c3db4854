# SPDX-License-Identifier: GPL-3.0-or-later
"""`make bench`, the quarantine's part: holds, cards, decisions, a flood; writes gateway/review/BENCH.md.

python -m tests.bench.quarantine [FLOOD]

FLOOD is how many flagged mails come while the IMAP server is down, 5000 if not said. Everything is measured on real
parts: SQLite on a disk, Dovecot, a keeper as `bedside serve` builds it.
"""

from __future__ import annotations

import asyncio
import os
import platform
import resource
import statistics
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

from gateway.hold.card import Cards
from gateway.hold.desk import Desk
from gateway.hold.folders import Folders
from gateway.hold.hold import Hold, HoldState
from gateway.imap.mailboxes import ImapMailboxes
from gateway.ledger.store import SqlLedger, open_ledger
from gateway.ports import Unavailable
from gateway.review.keeper import Timing
from gateway.review.releasing import OnUnknown
from gateway.service.build_review import KeeperParts, keeper
from gateway.smtp.route import SubmissionRoute
from gateway.smtp.values import UpstreamAddress, UpstreamTls
from tests.hold.holds import CONTENT, SECRET, a_hold
from tests.imap.ways import agents, gateway
from tests.servers.dovecot import Dovecot, dovecot
from tests.servers.folders import reachable_folder
from tests.servers.recorder import recording

PAGE = Path(__file__).parents[2] / "gateway" / "review" / "BENCH.md"
F = Folders()
SESSIONS = {1: 100, 20: 600, 100: 1000}
CARDS, MAILBOXES, DECISIONS, FLOOD = 160, 8, 40, 5000


def now() -> datetime:
    return datetime.now(UTC)


def mail(number: int, size: int, mailbox: str) -> tuple[Hold, bytes]:
    """One of many different mails, and its hold."""
    content = CONTENT.replace(b"<one@", b"<n%d@" % number) + b"\r\n-- \r\n" + b"x" * 76 + b"\r\n"
    content += (b"y" * 76 + b"\r\n") * max(0, (size - len(content)) // 78)
    message_id = f"<n{number}@support.example.org>"
    hold = a_hold(id=f"h{number:06}", content=content, created=now(), mailbox=mailbox, message_id=message_id)
    return replace(hold, remind_at=None, escalate_at=None, deadline=None), content


async def holds_a_second(folder: Path, sessions: int, count: int) -> tuple[float, float]:
    """Holds of 20 kB that are committed, each with an fsync that it waits for; and milliseconds of CPU for each."""
    async with open_ledger(f"sqlite:///{folder}/holds{sessions}.db") as ledger:
        waiting = [mail(number, 20_000, "anna") for number in range(count)]

        async def session() -> None:
            while waiting:
                await ledger.hold(*waiting.pop())

        began, cpu = time.perf_counter(), time.process_time()
        async with asyncio.TaskGroup() as group:
            for _ in range(sessions):
                group.create_task(session())
        return count / (time.perf_counter() - began), (time.process_time() - cpu) / count * 1000


@asynccontextmanager
async def keeping(ledger: SqlLedger, mailboxes: ImapMailboxes, port: int) -> AsyncIterator[None]:
    """A keeper at work, with no grace and no sweep that would help it."""
    address = UpstreamAddress("127.0.0.1", port, "gateway.test", tls=UpstreamTls.OFF)
    parts = KeeperParts(
        ledger=ledger,
        mailboxes=mailboxes,
        route=SubmissionRoute(address, None, now),
        faces=Cards(sender="Bedside <bedside@gateway.test>"),
        ladders={},
        desk=Desk(grace=timedelta()),
        secret=SECRET,
        hostname="gateway.test",
        owner="bench",
        on_unknown=OnUnknown.WAIT,
        timing=Timing(sweep=600.0),
    )
    async with asyncio.TaskGroup() as group:
        task = group.create_task(keeper(parts).run())
        yield
        task.cancel()


async def shown(ledger: SqlLedger, count: int) -> None:
    """Wait until so many holds have their card."""
    while True:
        holds = await ledger.listed([HoldState.HELD], count)
        if len(holds) == count and all(hold.showings and hold.showings[0].standing for hold in holds):
            return
        await asyncio.sleep(max(0.25, count / 500))  # so seldom that reading them all does not disturb


async def cards_a_second(folder: Path, server: Dovecot) -> float:
    """Cards with their notices that come into mailboxes, several at a time."""
    async with open_ledger(f"sqlite:///{folder}/cards.db") as ledger:
        for number in range(CARDS):
            await ledger.hold(*mail(number, 2_000, server.users[number % MAILBOXES]))
        async with gateway(server) as mailboxes:
            began = time.perf_counter()
            async with keeping(ledger, mailboxes, 9):
                await shown(ledger, CARDS)
                return CARDS / (time.perf_counter() - began)


async def decisions(folder: Path, server: Dovecot) -> list[float]:
    """Seconds from the reply to an agent's MOVE until upstream has said 250."""
    anna = server.users[-1]
    async with open_ledger(f"sqlite:///{folder}/decisions.db") as ledger, recording() as upstream:
        for number in range(DECISIONS):
            await ledger.hold(*mail(number, 2_000, anna))
        took = []
        async with gateway(server) as mailboxes, keeping(ledger, mailboxes, upstream.port):
            await shown(ledger, DECISIONS)
            async with agents(server) as clients, clients.open(anna) as box:
                for number, card in enumerate(await box.cards([F.quarantine])):
                    await box.move(card, F.release)
                    began = time.perf_counter()
                    while len(upstream.mails) == number:  # noqa: ASYNC110 - a recorder sets no event
                        await asyncio.sleep(0.002)  # measured to this
                    took.append(time.perf_counter() - began)
        return took


@dataclass(frozen=True)
class Flood:
    """What a flood came to: seconds to hold and to show, octets of memory, what was out of order or lost."""

    count: int
    holding: float
    showing: float
    cpu: float
    memory: int
    unordered: int
    lost: int


async def flood(folder: Path, server: Dovecot, count: int) -> Flood:
    """Flagged mails come while the IMAP server is down; then it is up again."""
    users = server.users[:MAILBOXES]
    server.stop()
    async with open_ledger(f"sqlite:///{folder}/flood.db") as ledger, gateway(server) as mailboxes:
        began = time.perf_counter()
        async with keeping(ledger, mailboxes, 9):
            for start in range(0, count, 20):
                async with asyncio.TaskGroup() as group:
                    for number in range(start, min(start + 20, count)):
                        group.create_task(ledger.hold(*mail(number, 2_000, users[number % MAILBOXES])))
            held = time.perf_counter()
            cpu = time.process_time()
            server.start()
            await shown(ledger, count)
            up = time.perf_counter()
            cpu = time.process_time() - cpu
        ids = {user: await _ids(server, user) for user in users}
    unordered = sum(a > b for found in ids.values() for a, b in pairwise(found))
    lost = count - len({each for found in ids.values() for each in found})
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return Flood(count, held - began, up - held, cpu, memory, unordered, lost)


async def _ids(server: Dovecot, user: str) -> list[str]:
    """Holds of the cards in a mailbox's quarantine, in the order in which they lie there."""
    while True:
        try:
            async with agents(server) as clients, clients.open(user) as box:
                return [card.token.partition(".")[0] for card in await box.cards([F.quarantine])]
        except Unavailable:
            continue


async def main(count: int) -> None:
    """Measure all, and write the page."""
    with TemporaryDirectory(dir="/var/tmp") as name, reachable_folder() as reachable:
        folder = Path(name)
        rates = {n: await holds_a_second(folder, n, total) for n, total in SESSIONS.items()}
        users = [f"agent{number}" for number in range(MAILBOXES + 1)]
        with dovecot(reachable / "one", users) as server:
            cards = await cards_a_second(folder, server)
            took = sorted(await decisions(folder, server))
        with dovecot(reachable / "two", users) as server:
            flooded = await flood(folder, server, count)
    PAGE.write_text(_page(rates, cards, took, flooded), encoding="utf-8")
    sys.stdout.write(PAGE.read_text(encoding="utf-8"))


def _page(rates: dict[int, tuple[float, float]], cards: float, took: list[float], flooded: Flood) -> str:
    model = next(
        (
            line.split(": ")[1]
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        platform.machine(),
    )
    rows = "\n".join(f"| {n} | {rate:.0f} | {cpu:.2f} |" for n, (rate, cpu) in rates.items())
    percentile = statistics.quantiles(took, n=20)
    return f"""# Bench of the quarantine

Written by `python -m tests.bench.quarantine` (part of `make bench`) on {now():%d %B %Y}: {os.cpu_count()} cores of
{model}, Python {platform.python_version()}, load average {os.getloadavg()[1]:.1f} over the last five minutes. Wall
times are of a machine with that load; nothing but CPU times compares between machines.

## Holds, with fsync
SQLite (WAL, synchronous FULL, group commit), messages of 20 kB.

| sessions | holds per second | CPU ms per hold |
| --- | --- | --- |
{rows}

## Cards
{cards:.1f} cards per second, each with its notice, into {MAILBOXES} mailboxes of one Dovecot (Maildir), {CARDS} in all.

## From decision to delivery
Grace 0, no sweep to help, {len(took)} decisions in one mailbox by MOVE, until upstream took the message:
p50 {statistics.median(took) * 1000:.0f} ms, p95 {percentile[-1] * 1000:.0f} ms, longest {took[-1] * 1000:.0f} ms.

## A flood with IMAP down
{flooded.count} flagged mails of 2 kB for {MAILBOXES} mailboxes while the IMAP server is down: held in
{flooded.holding:.1f} s. Then it is up again: all cards and notices are there after {flooded.showing:.0f} s
({flooded.cpu:.0f} s of the keeper's CPU), highest memory of the process {flooded.memory / 1e6:.0f} MB;
{flooded.unordered} cards out of order, {flooded.lost} lost.
"""


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else FLOOD))
