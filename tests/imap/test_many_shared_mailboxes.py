# SPDX-License-Identifier: GPL-3.0-or-later
"""One login that watches hundreds of shared mailboxes, and goes on hearing of them when Dovecot's own logs rotate."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest

from gateway.imap.arguments import Literal
from gateway.imap.connection import Connection, Security, Server
from gateway.imap.mailboxes import ImapMailbox, ImapMailboxes, Limits
from gateway.imap.places import Login, in_one_login
from gateway.imap.pool import log_in
from tests.imap.cards import QUARANTINE, RELEASE, message
from tests.imap.test_layouts import ACL_OF_ALL, SHARED
from tests.imap.test_watch import quiet, woken
from tests.imap.ways import LONG
from tests.servers.dovecot import PASSWORD, Dovecot, DovecotOptions, dovecot

pytestmark = pytest.mark.servers

# More than the 100 names that Dovecot takes in one NOTIFY.
MANY = 105
TWO = (QUARANTINE, RELEASE)
OPTIONS = DovecotOptions(extra=SHARED, acl=ACL_OF_ALL)
# Far less than the 30 seconds after which Dovecot looks by itself where nothing tells it.
SOON = 8.0


def team(number: int) -> str:
    return f"t{number}"


def lay_out(server: Dovecot, count: int) -> None:
    """Make the folders on disk, as CREATE would: hundreds of commands take their time."""
    teams = server.root / "mail" / "teams"
    owner = (server.root / "mail").stat()
    for name in ["", *(f".{team(number)}.{folder.replace('/', '.')}" for number in range(count) for folder in TWO)]:
        for part in ("cur", "new", "tmp"):
            (teams / name / part).mkdir(parents=True)
    if os.getuid() == 0:
        for path in (teams, *teams.rglob("*")):
            shutil.chown(path, owner.st_uid, owner.st_gid)


@asynccontextmanager
async def speaking(server: Dovecot) -> AsyncIterator[Connection]:
    connection = await Connection.open(Server("127.0.0.1", server.port, Security.NONE))
    try:
        await log_in(connection, Login("bedside", PASSWORD))
        yield connection
    finally:
        connection.drop()
        await connection.closed()


@asynccontextmanager
async def watched(server: Dovecot, count: int) -> AsyncIterator[list[ImapMailbox]]:
    """So many shared mailboxes, all of them watched, with nothing left to tell."""
    ours = ImapMailboxes(
        Server("127.0.0.1", server.port, Security.NONE, command_timeout=20),
        in_one_login("bedside", PASSWORD, "Teams/{mailbox}/"),
        Limits(sweep=LONG),
    )
    async with ours as mailboxes, AsyncExitStack() as open_:
        boxes = [await open_.enter_async_context(mailboxes.open(team(number))) for number in range(count)]
        for box in boxes:
            box.changes(TWO)
        for box in boxes:
            await woken(box.changes(TWO), 20)
        yield boxes


async def test_more_mailboxes_than_a_notify_takes_names_all_wake(reachable: Path) -> None:
    with dovecot(reachable, users=("bedside",), options=OPTIONS) as server:
        lay_out(server, MANY)
        async with watched(server, MANY) as boxes:
            await quiet(boxes[7].changes(TWO))
            for number in (0, 42, MANY - 1):
                await quiet(boxes[number].changes(TWO))
                await boxes[number].append(RELEASE, message("t.a1.x"), "t.a1.x")
                await woken(boxes[number].changes(TWO), SOON)
            with pytest.raises(TimeoutError):
                await woken(boxes[7].changes(TWO), 0.7)


async def test_a_wake_comes_though_the_servers_log_was_rotated_away_under_its_watch(
    reachable: Path,
) -> None:
    with dovecot(reachable, users=("bedside",), options=OPTIONS) as server:
        lay_out(server, 2)
        async with watched(server, 2) as (busy, calm), speaking(server) as other:
            log = server.root / "mail" / "teams" / "dovecot.list.index.log"
            before = log.stat().st_ino
            async with asyncio.timeout(30):
                while log.stat().st_ino == before:
                    await other.expect("APPEND", f'"Teams/t0/{QUARANTINE}"', Literal(message("t.a1.x")))
            await quiet(busy.changes(TWO))
            await quiet(calm.changes(TWO))
            await calm.append(RELEASE, message("t.a2.x"), "t.a2.x")
            await woken(calm.changes(TWO), SOON)
