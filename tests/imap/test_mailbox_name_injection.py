# SPDX-License-Identifier: GPL-3.0-or-later
"""Names of folders and mailboxes that try to be something else: quotes, brackets, wildcards, other alphabets."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.imap.connection import Security, Server
from gateway.imap.mailboxes import ImapMailboxes
from gateway.imap.places import in_one_login
from gateway.ports import Unavailable
from tests.imap.cards import FOLDERS
from tests.imap.test_layouts import ACL_OF_ALL, goes_round
from tests.imap.ways import gateway
from tests.servers.dovecot import PASSWORD, Dovecot, DovecotOptions, dovecot

pytestmark = pytest.mark.servers

NAMES = [
    'Quarantine "of" Anna',
    "Back\\slash",
    "[Gmail]Held",
    "Per%cent and st*r",
    "(parentheses) {12}",
    "Quarantäne",
    "検疫 📮",
    "R&D -",
    "INBOX (\\Deleted)",
    "* OK done",
    "a* b",
    "NIL",
    " leading and trailing ",
]


@pytest.mark.parametrize("name", NAMES)
async def test_a_name_is_a_name_and_nothing_else(reachable: Path, name: str) -> None:
    with dovecot(reachable, options=DovecotOptions(acl=ACL_OF_ALL, mail_location="mdbox:@root@/mail/%u/m")) as server:
        async with gateway(server) as mailboxes:
            await goes_round(mailboxes, (name, f"{name}/{name}x"))
        listed = server.doveadm("-f", "tab", "mailbox", "list", "-8", "-u", "anna").splitlines()
        assert name in listed


async def test_a_mailbox_of_that_name_is_one_place_among_one_logins_folders(reachable: Path) -> None:
    options = DovecotOptions(acl=ACL_OF_ALL, mail_location="mdbox:@root@/mail/%u/m")
    with dovecot(reachable, users=("bedside",), options=options) as server:
        for name in ("o\"'Brien (%*) [x]", "Zoë&Æther"):
            async with in_bedside(server) as mailboxes:
                await goes_round(mailboxes, FOLDERS, name)
            listed = server.doveadm("-f", "tab", "mailbox", "list", "-8", "-u", "bedside").splitlines()
            assert f"Teams/{name}/{FOLDERS[-1]}" in listed


@pytest.mark.parametrize("name", ["..", "", "a/b", "a\\b", "a\r\nb LOGOUT", "a\0b"])
async def test_no_mailbox_leads_out_of_its_place(server: Dovecot, name: str) -> None:
    async with in_bedside(server) as mailboxes:
        with pytest.raises(Unavailable, match="no way into this mailbox"):
            async with mailboxes.open(name):
                pass


async def test_a_mailbox_with_the_servers_delimiter_leads_nowhere(reachable: Path) -> None:
    with dovecot(reachable, users=("bedside",), options=DovecotOptions(separator=".")) as server:
        async with in_bedside(server, "Teams.{mailbox}.") as mailboxes:
            with pytest.raises(Unavailable, match="to divide folder names"):
                async with mailboxes.open("ben.Lead"):
                    pass


def in_bedside(server: Dovecot, prefix: str = "Teams/{mailbox}/") -> ImapMailboxes:
    at = Server("127.0.0.1", server.port, Security.NONE, command_timeout=10)
    return ImapMailboxes(at, in_one_login("bedside", PASSWORD, prefix))
