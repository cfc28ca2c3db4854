# SPDX-License-Identifier: GPL-3.0-or-later
"""The embedded IMAP server, seen through our own adapter."""

from __future__ import annotations

from gateway.demo.imap import embedded_imap
from gateway.imap.connection import Security, Server
from gateway.imap.mailboxes import ImapMailboxes
from gateway.imap.places import by_authorization, by_own_login
from tests.imap.cards import FOLDERS, QUARANTINE, RELEASE, message

USERS = {"anna": "hers", "bedside": "ours"}


async def test_the_gateway_and_an_agent_share_a_mailbox() -> None:
    async with embedded_imap(USERS, master="bedside") as port:
        server = Server("127.0.0.1", port, Security.NONE)
        ours = ImapMailboxes(server, by_authorization("bedside", "ours"))
        hers = ImapMailboxes(server, by_own_login(USERS.__getitem__))
        async with ours as gateway, hers as client, gateway.open("anna") as box, client.open("anna") as annas:
            assert await box.ensure(FOLDERS) == list(FOLDERS)
            await box.append(QUARANTINE, message("t.a1.x"), "t.a1.x")
            (card,) = await annas.cards([QUARANTINE])
            await annas.move(card, RELEASE)
            (moved,) = await box.cards(FOLDERS)
            assert (moved.folder, moved.token) == (RELEASE, "t.a1.x")


async def test_two_can_run_beside_each_other() -> None:
    async with embedded_imap(USERS) as one, embedded_imap(USERS) as other:
        assert one != other
