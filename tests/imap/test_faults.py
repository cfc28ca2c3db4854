# SPDX-License-Identifier: GPL-3.0-or-later
"""A Dovecot that is down, slow, cut off, or answers NO: nothing hangs, nothing is put twice, all goes on afterwards."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from gateway.imap.connection import Refused, Security, Server
from gateway.imap.mailboxes import ImapMailbox, ImapMailboxes, Limits
from gateway.imap.places import by_master
from gateway.ports import Unavailable
from tests.imap.cards import FOLDERS, QUARANTINE, RELEASE, message
from tests.servers.dovecot import MASTER, MASTER_PASSWORD, Dovecot
from tests.servers.relay import Faults, relay

pytestmark = pytest.mark.servers

TOKENS = [f"t.a{number}.x" for number in range(12)]


@asynccontextmanager
async def through(server: Dovecot, faults: Faults) -> AsyncIterator[ImapMailboxes]:
    """The gateway's way in, through the faults."""
    async with relay(server.port, faults) as port:
        at = Server("127.0.0.1", port, Security.NONE, command_timeout=1.0, connect_timeout=1.0)
        async with ImapMailboxes(at, by_master(MASTER, MASTER_PASSWORD), Limits(connections=3, sweep=60)) as mailboxes:
            yield mailboxes


async def put_all(mailboxes: ImapMailboxes) -> int:
    """Put cards as the keeper does: whatever fails is tried again from a new look. How often it failed."""
    failures = 0
    async with asyncio.timeout(30):
        for token in TOKENS:
            while True:
                try:
                    async with mailboxes.open("anna") as box:
                        await box.append(QUARANTINE, message(token), token)
                    break
                except Unavailable:
                    failures += 1
    return failures


async def until_it_ends(changes: AsyncIterator[None]) -> None:
    async with asyncio.timeout(5):
        async for _ in changes:
            continue


async def tokens(box: ImapMailbox) -> list[str]:
    return sorted(card.token for card in await box.cards(FOLDERS))


@pytest.mark.parametrize("cut_after", [0, 60, 700, 900, 1500])
async def test_every_second_connection_is_cut_and_no_card_is_put_twice(server: Dovecot, cut_after: int) -> None:
    faults = Faults()
    async with through(server, faults) as mailboxes:
        async with mailboxes.open("anna") as box:
            await box.ensure(FOLDERS)
        faults.cut_every, faults.cut_after = 2, cut_after
        faults.cut()
        await put_all(mailboxes)
        faults.cut_every = 0
        async with mailboxes.open("anna") as box:
            assert await tokens(box) == sorted(TOKENS)


async def test_an_append_whose_answer_is_lost_is_not_done_again(server: Dovecot) -> None:
    faults = Faults()
    async with through(server, faults) as mailboxes:
        async with mailboxes.open("anna") as box:
            await box.ensure(FOLDERS)
            faults.silent_after = "APPEND"
            with pytest.raises(Unavailable):
                await box.append(QUARANTINE, message("t.a1.x"), "t.a1.x")
        faults.silent_after = ""
        async with mailboxes.open("anna") as box:
            assert await tokens(box) == ["t.a1.x"]
            await box.append(QUARANTINE, message("t.a1.x"), "t.a1.x")
            assert await tokens(box) == ["t.a1.x"]


async def test_a_server_that_is_too_slow_is_given_up_in_time(server: Dovecot) -> None:
    faults = Faults()
    async with through(server, faults) as mailboxes, mailboxes.open("anna") as box:
        await box.ensure(FOLDERS)
        faults.delay = 3
        async with asyncio.timeout(2.5):
            with pytest.raises(Unavailable):
                await box.cards(FOLDERS)


async def test_a_server_that_is_frozen_is_given_up_in_time(server: Dovecot) -> None:
    async with through(server, Faults()) as mailboxes, mailboxes.open("anna") as box:
        await box.ensure(FOLDERS)
        server.freeze()
        try:
            async with asyncio.timeout(5):
                with pytest.raises(Unavailable):
                    await box.cards(FOLDERS)
        finally:
            server.thaw()


async def test_no_is_unavailable_and_costs_no_connection(server: Dovecot) -> None:
    faults = Faults()
    async with through(server, faults) as mailboxes, mailboxes.open("anna") as box:
        await box.ensure(FOLDERS)
        faults.refuse, faults.code = "APPEND", "OVERQUOTA"
        for _ in range(3):
            with pytest.raises(Refused) as refused:
                await box.append(QUARANTINE, message("t.a1.x"), "t.a1.x")
            assert refused.value.code == "OVERQUOTA"
        faults.refuse = ""
        await box.append(QUARANTINE, message("t.a1.x"), "t.a1.x")
        assert faults.connections == 1


@pytest.mark.parametrize("refused", ["LIST", "EXAMINE", "FETCH", "UID SEARCH", "SELECT", "UID MOVE", "CREATE"])
async def test_no_to_any_command_harms_nothing(server: Dovecot, refused: str) -> None:
    faults = Faults()
    async with through(server, faults) as mailboxes, mailboxes.open("anna") as box:
        await box.ensure(FOLDERS)
        await box.append(QUARANTINE, message("t.a1.x"), "t.a1.x")
        (card,) = await box.cards([QUARANTINE])
        faults.refuse = refused
        for attempt in (
            lambda: box.ensure(["Quarantine/Another"]),
            lambda: box.cards(FOLDERS),
            lambda: box.append(QUARANTINE, message("t.a1.x"), "t.a1.x"),
            lambda: box.move(card, RELEASE),
        ):
            try:
                await attempt()
            except Unavailable:
                continue
        faults.refuse = ""
        assert await tokens(box) == ["t.a1.x"]


async def test_a_watch_ends_when_its_connection_is_cut(server: Dovecot) -> None:
    faults = Faults()
    async with through(server, faults) as mailboxes, mailboxes.open("anna") as box:
        await box.ensure(FOLDERS)
        changes = box.changes(FOLDERS)
        await anext(changes)
        faults.down = True
        faults.cut()
        with pytest.raises(Unavailable):
            await until_it_ends(changes)


async def test_cancelling_a_command_leaves_no_answer_for_the_next_one(server: Dovecot) -> None:
    faults = Faults()
    async with through(server, faults) as mailboxes, mailboxes.open("anna") as box:
        await box.ensure(FOLDERS)
        await box.append(QUARANTINE, message("t.a1.x"), "t.a1.x")
        faults.delay = 0.3
        for _ in range(3):
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.1):
                    await box.cards(FOLDERS)
        faults.delay = 0
        assert await tokens(box) == ["t.a1.x"]
