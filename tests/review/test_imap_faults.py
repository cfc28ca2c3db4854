# SPDX-License-Identifier: GPL-3.0-or-later
"""The IMAP server fails while a hold is shown, decided and sent: what was decided happens once, and the cards follow.

A keeper on a real Dovecot, through a relay that makes the fault. In the end there is one card, in Done, no notice, and
one copy at the customer.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from gateway.hold.card import Cards
from gateway.hold.card_seal import FETCHED
from gateway.hold.folders import Folders
from gateway.hold.hold import HoldState
from gateway.imap.connection import Refused, Security, Server
from gateway.imap.mailboxes import ImapMailboxes, Limits
from gateway.imap.places import by_master
from gateway.policy.finding import To
from gateway.ports import Mailbox, SeenCard
from gateway.review.keeper import Timing
from tests.hold.holds import CONTENT, a_hold
from tests.imap.ways import agents
from tests.review.stage import Stage, keeping, stage, until
from tests.servers.dovecot import MASTER, MASTER_PASSWORD, Dovecot, dovecot
from tests.servers.folders import reachable_folder
from tests.servers.relay import Faults, relay

pytestmark = pytest.mark.servers
F = Folders()
COMMANDS = [
    "APPEND",
    "CREATE",
    "SELECT|EXAMINE",
    "UID FETCH|FETCH",
    "UID SEARCH|SEARCH",
    "UID MOVE",
    "AUTHENTICATE|LOGIN",
]


@pytest.fixture(scope="module")
def server() -> Iterator[Dovecot]:
    users = [f"anna{number}" for number in range(20)]
    with reachable_folder() as folder, dovecot(folder / "dovecot", users) as running:
        yield running


@pytest.fixture
def mailbox(request: pytest.FixtureRequest) -> str:
    """A mailbox that no other test of this module has."""
    return f"anna{request.node.session.items.index(request.node) % 20}"


@asynccontextmanager
async def through(folder: Path, server: Dovecot, faults: Faults) -> AsyncIterator[Stage]:
    """A stage whose mailboxes are behind the faults."""
    async with relay(server.port, faults) as port:
        at = Server("127.0.0.1", port, Security.NONE, command_timeout=3.0, connect_timeout=3.0)
        way = by_master(MASTER, MASTER_PASSWORD)
        async with ImapMailboxes(at, way, Limits(connections=4, sweep=0.5)) as mailboxes, stage(folder) as on:
            on.mailboxes = mailboxes
            on.faces = Cards(sender="Bedside <bedside@gateway.example.org>")
            yield on


async def lying(box: Mailbox, *folders: str) -> tuple[SeenCard, ...]:
    """Cards that an agent sees; none while somebody makes the folder at this very moment."""
    try:
        return tuple(card for card in await box.cards(folders) if not card.deleted)
    except Refused:
        return ()


async def reviewed(on: Stage, server: Dovecot, mailbox: str) -> None:
    """Show a hold, release it by a card, and see that all is well in the end."""
    await on.held(a_hold(mailbox=mailbox))
    async with agents(server) as clients, clients.open(mailbox) as box:
        await until(lambda: lying(box, F.quarantine), 30)
        (card,) = await lying(box, F.quarantine)
        await box.move(card, F.release)
    await reviewed_to_the_end(on, server, mailbox)


async def reviewed_to_the_end(on: Stage, server: Dovecot, mailbox: str) -> None:
    async with agents(server) as clients, clients.open(mailbox) as box:
        await until(lambda: on.ledger_state(a_hold(), HoldState.DELIVERED), 30)
        await until(lambda: settled(box), 30)
    assert len(on.upstream.copies) == 1


async def settled(box: Mailbox) -> bool:
    return [card.folder for card in await lying(box, *F.of(To.AGENT), F.inbox) if card.token] == [F.done]


def quick() -> Timing:
    return Timing(poll=0.05, sweep=0.5, lease=5.0)


async def test_an_edited_card_is_told_from_one_that_dovecot_has_stored(
    tmp_path: Path, server: Dovecot, mailbox: str
) -> None:
    async with through(tmp_path, server, Faults()) as on, keeping(on.keeper(timing=quick())):
        hold = await on.held(a_hold(mailbox=mailbox))
        async with agents(server) as clients, clients.open(mailbox) as box:
            await until(lambda: lying(box, F.quarantine))
            (card,) = await lying(box, F.quarantine)
            stored = await box.content(card, FETCHED)
            await box.remove(card)
            await box.append(F.release, stored.replace(b"read the manual", b"had a better one"), card.token)
            await until(lambda: on.happened(hold, "contradiction"))
            await until(lambda: lying(box, F.quarantine))
            await box.move((await lying(box, F.quarantine))[0], F.release)
        await until(lambda: on.ledger_state(hold, HoldState.DELIVERED))
    assert [copy.content for copy in on.upstream.copies] == [CONTENT]


async def test_slow(tmp_path: Path, server: Dovecot, mailbox: str) -> None:
    async with through(tmp_path, server, Faults(delay=0.1)) as on, keeping(on.keeper(timing=quick())):
        await reviewed(on, server, mailbox)


@pytest.mark.parametrize("after", [25_000, 60_000])
async def test_every_connection_is_dropped_after_a_while(
    tmp_path: Path, server: Dovecot, mailbox: str, after: int
) -> None:
    faults = Faults(cut_every=1, cut_after=after)
    async with through(tmp_path, server, faults) as on, keeping(on.keeper(timing=quick())):
        await reviewed(on, server, mailbox)
        await until(lambda: faults.connections > 1)


@pytest.mark.parametrize("refuse", COMMANDS)
async def test_no_is_answered_for_a_while(tmp_path: Path, server: Dovecot, mailbox: str, refuse: str) -> None:
    """Answered NO at the time of the card; and again at the time of the decision."""
    faults = Faults(refuse=refuse, code="UNAVAILABLE")
    async with through(tmp_path, server, faults) as on, keeping(on.keeper(timing=quick())):
        await on.held(a_hold(mailbox=mailbox))
        await until(lambda: faults.connections, 30)
        faults.refuse = ""
        async with agents(server) as clients, clients.open(mailbox) as box:
            await until(lambda: lying(box, F.quarantine), 30)
            faults.refuse = refuse
            await box.move((await lying(box, F.quarantine))[0], F.release)
            seen = faults.connections
            faults.cut()
            await until(lambda: faults.connections > seen, 30)
            faults.refuse = ""
        await reviewed_to_the_end(on, server, mailbox)


async def test_down_for_the_whole_hold(tmp_path: Path, server: Dovecot, mailbox: str) -> None:
    """Nobody sees a card, the deadline releases it, and when the server is back the card says so in Done."""
    faults = Faults(down=True)
    async with through(tmp_path, server, faults) as on:
        keeper = on.keeper(timing=quick())
        async with keeping(keeper):
            hold = await on.held(a_hold(mailbox=mailbox))
            await until(lambda: faults.connections or on.ledger_state(hold, HoldState.HELD))
            keeper._due._steps._base = None  # the test's clock jumps; `test_clock` is about clocks that do
            on.clock.forward(hours=8)
            await until(lambda: on.ledger_state(hold, HoldState.DELIVERED))
            faults.down = False
            async with agents(server) as clients, clients.open(mailbox) as box:
                await until(lambda: settled(box), 30)
        assert len(on.upstream.copies) == 1
