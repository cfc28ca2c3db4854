# SPDX-License-Identifier: GPL-3.0-or-later
"""Watching folders of a real Dovecot by NOTIFY, by IDLE, and by the sweep alone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from gateway.imap.mailboxes import ImapMailbox
from gateway.ports import Unavailable
from tests.imap.cards import FOLDERS, QUARANTINE, RELEASE, message
from tests.imap.ways import agents, gateway
from tests.servers.dovecot import Dovecot, DovecotOptions, dovecot

pytestmark = pytest.mark.servers

WITHOUT_NOTIFY = "IMAP4rev1 IDLE UIDPLUS MOVE NAMESPACE LIST-EXTENDED LIST-STATUS CONDSTORE"
WITHOUT_ANY = "IMAP4rev1 UIDPLUS"


def without(capabilities: str) -> DovecotOptions:
    return DovecotOptions(extra=f"protocol imap {{\n  imap_capability = {capabilities}\n}}\n")


async def woken(changes: AsyncIterator[None], seconds: float = 5) -> None:
    async with asyncio.timeout(seconds):
        await anext(changes)


async def quiet(changes: AsyncIterator[None]) -> None:
    """Take what is there already, until nothing comes for a moment."""
    try:
        while True:
            await woken(changes, 0.7)
    except TimeoutError:
        return


async def a_card(box: ImapMailbox) -> None:
    await box.ensure(FOLDERS)
    await box.append(QUARANTINE, message("t.a1.x"), "t.a1.x")


@pytest.mark.parametrize(
    ("capabilities", "sweep", "watchers"),
    [("", 3600, 1), (WITHOUT_NOTIFY, 3600, 1), (WITHOUT_ANY, 0.2, 1), ("", 0.2, 0)],
    ids=["notify", "idle", "sweep on a connection of its own", "sweep on borrowed connections"],
)
async def test_a_moved_card_wakes(reachable: Path, capabilities: str, sweep: float, watchers: int) -> None:
    options = without(capabilities) if capabilities else None
    with dovecot(reachable, options=options) as server:
        ours = gateway(server, sweep=sweep, watchers=watchers)
        async with ours as mailboxes, mailboxes.open("anna") as box, agents(server) as clients:
            await a_card(box)
            changes = box.changes(FOLDERS)
            await woken(changes)
            await quiet(changes)
            async with clients.open("anna") as annas:
                await annas.move((await annas.cards([QUARANTINE]))[0], RELEASE)
            await woken(changes)
            assert [card.folder for card in await box.cards(FOLDERS)] == [RELEASE]


async def test_mail_elsewhere_wakes_nobody(server: Dovecot) -> None:
    async with gateway(server) as mailboxes, mailboxes.open("anna") as box, agents(server) as clients:
        await box.ensure(FOLDERS)
        changes = box.changes(FOLDERS)
        await quiet(changes)
        async with clients.open("anna") as annas:
            await annas.append("INBOX", message("t.n1.x"), "t.n1.x")
        with pytest.raises(TimeoutError):
            await woken(changes, 1)


async def test_a_wait_that_is_cancelled_loses_nothing(server: Dovecot) -> None:
    async with gateway(server) as mailboxes, mailboxes.open("anna") as box:
        await a_card(box)
        await quiet(box.changes(FOLDERS))
        with pytest.raises(TimeoutError):
            await woken(box.changes(FOLDERS), 0.05)
        await box.move((await box.cards([QUARANTINE]))[0], RELEASE)
        await woken(box.changes(FOLDERS))


async def until_it_ends(changes: AsyncIterator[None]) -> None:
    """What had been told before is still heard."""
    for _ in range(3):
        await woken(changes)


async def test_the_watch_ends_loudly_with_its_server_and_a_new_one_can_begin(server: Dovecot) -> None:
    async with gateway(server) as mailboxes:
        async with mailboxes.open("anna") as box:
            await box.ensure(FOLDERS)
            await quiet(box.changes(FOLDERS))
            server.stop()
            with pytest.raises(Unavailable):
                await until_it_ends(box.changes(FOLDERS))
        with pytest.raises(Unavailable):
            async with mailboxes.open("anna"):
                pass
        server.start()
        async with mailboxes.open("anna") as box:
            await woken(box.changes(FOLDERS))


async def test_what_is_no_longer_watched_has_no_connection(server: Dovecot) -> None:
    async with gateway(server) as mailboxes, agents(server) as clients, clients.open("ben"):
        async with mailboxes.open("anna") as box:
            await box.ensure(FOLDERS)
            await woken(box.changes(FOLDERS))
            assert "anna" in server.doveadm("who")
        await server.logged("Logged out")


async def test_a_folder_that_is_not_there_yet_is_watched_as_well(server: Dovecot) -> None:
    async with gateway(server) as mailboxes, mailboxes.open("anna") as box:
        changes = box.changes(FOLDERS)
        await quiet(changes)
        await a_card(box)
        await woken(changes)
