# SPDX-License-Identifier: GPL-3.0-or-later
"""Killed -9 anywhere while mail comes, is reviewed and goes out: nothing is lost or altered, copies are accounted for.

Whole gateways run as their administrator runs them; workers, keepers, supervisors, whole nodes, the IMAP server, the
database and upstream are killed at moments drawn by chance around the four points of a message's way: hold, card,
decision, release. The oracle is what every client was told (`tests.killed.oracle`). The seed is printed; set
BEDSIDE_SEED to draw the same again.
"""

from __future__ import annotations

import asyncio
import os
import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.killed.nodes import PATIENCE
from tests.killed.oracle import check, report, settled
from tests.killed.site import Site, site
from tests.servers.folders import reachable_folder

pytestmark = [pytest.mark.servers, pytest.mark.timeout(7200)]
_MAILS_A_KILL = 3


@pytest.fixture
def folder() -> Iterator[Path]:
    with reachable_folder() as path:
        yield path


@pytest.fixture
def seed() -> int:
    return int(os.environ.get("BEDSIDE_SEED", random.randrange(1 << 30)))  # noqa: S311 - printed


async def killed(kills: int, folder: Path, seed: int, *, gateways: int, more: str = "") -> None:
    report(f"seed {seed}, {kills} kills, {gateways} gateways")
    async with site(folder, seed, gateways=gateways, more=more) as running:
        try:
            done = await _kill(running, kills)
            found = await settled(running, 2 * PATIENCE)
            report(check(running, found))
        except BaseException:
            _tell(running)
            raise
        for node in running.nodes:
            assert "Traceback" not in node.log, node.log[node.log.index("Traceback") :][:3000]
        report(", ".join(f"{role} at {stage} {count}" for (role, stage), count in sorted(done.items())))


async def _kill(running: Site, kills: int) -> Counter[tuple[str, str]]:
    """Kill, while clients send; in the end all of them were told 250, or pytest's own limit ends it."""
    done: Counter[tuple[str, str]] = Counter()
    stages, roles = running.stages.named(), running.roles()
    aims = [(role, stage) for role in roles for stage in stages]
    drawn: list[tuple[str, str]] = []
    async with asyncio.TaskGroup() as group:
        for number in range(kills):
            running.more(_MAILS_A_KILL, group)
            drawn = drawn or running.chance.sample(aims, len(aims))
            role, stage = drawn.pop()
            aimed = await stages[stage].next(3)
            await asyncio.sleep(running.chance.uniform(0.0, 0.12))  # somewhere behind that point
            await roles[role]()
            done[role, stage if aimed else "rest"] += 1
            if number % 20 == 19:
                report(f"{number + 1} kills, {len(running.mails)} mails")
    return done


def _tell(running: Site) -> None:
    for node in running.nodes:
        report(f"--- {node.folder.name}\n{node.log[-6000:]}")


async def test_twenty_kills_of_two_gateways_and_all_around_them(folder: Path, seed: int) -> None:
    await killed(20, folder, seed, gateways=2)


@pytest.mark.torture
async def test_three_hundred_kills_of_two_gateways_and_all_around_them(folder: Path, seed: int) -> None:
    await killed(300, folder, seed, gateways=2)


@pytest.mark.torture
@pytest.mark.parametrize("on_unknown", ["wait", "send_again"])
async def test_a_hundred_kills_of_one_gateway_on_sqlite(folder: Path, seed: int, on_unknown: str) -> None:
    await killed(100, folder, seed, gateways=1, more=f'on_unknown = "{on_unknown}"')
