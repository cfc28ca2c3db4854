# SPDX-License-Identifier: GPL-3.0-or-later
"""Servers that divide and prefix names otherwise, quota, and folders that went away."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.imap.connection import Refused
from gateway.imap.mailboxes import ImapMailboxes
from gateway.ports import Unavailable
from tests.imap.cards import FOLDERS, QUARANTINE, RELEASE, message
from tests.imap.ways import agents, gateway
from tests.servers.dovecot import Dovecot, DovecotOptions, dovecot

pytestmark = pytest.mark.servers

ACL_OF_ALL = "* user=bedside lrwstipekxa\n"


async def goes_round(mailboxes: ImapMailboxes, folders: tuple[str, ...], mailbox: str = "anna") -> None:
    """Make the folders, put a card into the first, watch, and move it into the last."""
    async with mailboxes.open(mailbox) as box:
        assert await box.ensure(folders) == list(folders)
        assert await box.ensure(folders) == []
        await box.append(folders[0], message("t.a1.x"), "t.a1.x")
        await box.append(folders[0], message("t.a1.x"), "t.a1.x")
        await anext(box.changes(folders))
        (card,) = await box.cards(folders)
        assert card.folder == folders[0]
        await box.move(card, folders[-1])
        (card,) = await box.cards(folders)
        assert card.folder == folders[-1]
        found = await box.find(folders[-1], "t.a1.x")
        assert found is not None
        await box.remove(found)
        assert await box.cards(folders) == ()


@pytest.mark.parametrize(("separator", "prefix"), [(".", ""), (".", "INBOX."), ("/", "INBOX/"), ("^", "")])
async def test_delimiter_and_prefix_of_the_server(reachable: Path, separator: str, prefix: str) -> None:
    options = DovecotOptions(separator=separator, prefix=prefix, acl=ACL_OF_ALL)
    with dovecot(reachable, options=options) as server:
        async with gateway(server) as mailboxes:
            await goes_round(mailboxes, FOLDERS)


async def test_a_name_with_the_servers_delimiter_is_refused_with_the_reason(reachable: Path) -> None:
    with dovecot(reachable, options=DovecotOptions(separator=".")) as server:
        async with gateway(server) as mailboxes, mailboxes.open("anna") as box:
            for attempt in (box.ensure(["St. Gallen"]), box.cards(["St. Gallen"]), anext(box.changes(["St. Gallen"]))):
                with pytest.raises(Unavailable, match="divide folder names"):
                    await attempt
            assert await box.ensure(FOLDERS)


async def test_a_quota_that_is_full_is_said_and_nothing_is_lost(reachable: Path) -> None:
    options = DovecotOptions(
        extra="protocol imap {\n  mail_plugins = acl imap_acl quota\n}\n"
        "plugin {\n  quota = count:User quota\n  quota_vsizes = yes\n"
        "  quota_rule = *:storage=4k\n  quota_grace = 0\n}\n"
    )
    with dovecot(reachable, options=options) as server:
        async with gateway(server) as mailboxes, mailboxes.open("anna") as box:
            await box.ensure(FOLDERS)
            await box.append(QUARANTINE, message("t.a1.x"), "t.a1.x")
            with pytest.raises(Refused) as refused:
                await box.append(QUARANTINE, message("t.a2.x") + b"x" * 5000, "t.a2.x")
            assert refused.value.code == "OVERQUOTA"
            (card,) = await box.cards(FOLDERS)
            await box.move(card, RELEASE)


async def test_a_folder_that_was_renamed_or_deleted_is_empty_and_made_again(server: Dovecot) -> None:
    async with gateway(server) as mailboxes, mailboxes.open("anna") as box:
        await box.ensure(FOLDERS)
        await box.append(QUARANTINE, message("t.a1.x"), "t.a1.x")
        server.doveadm("mailbox", "rename", "-u", "anna", QUARANTINE, "Elsewhere")
        assert await box.cards(FOLDERS) == ()
        assert set(await box.ensure(FOLDERS)) == set(FOLDERS)
        server.doveadm("mailbox", "delete", "-r", "-u", "anna", QUARANTINE)
        assert await box.cards(FOLDERS) == ()
        assert set(await box.ensure(FOLDERS)) == set(FOLDERS)


SHARED = """
namespace shared {
  type = public
  separator = /
  prefix = Teams/
  location = maildir:@root@/mail/teams:INDEXPVT=@root@/mail/%u/teams
  subscriptions = no
}
"""


async def test_two_logins_at_once_do_not_wait_for_each_other(server: Dovecot) -> None:
    async with agents(server) as clients, clients.open("anna") as annas, clients.open("ben") as bens:
        await annas.append("INBOX", message("t.a1.x"), "t.a1.x")
        assert await bens.cards(["INBOX"]) == ()
