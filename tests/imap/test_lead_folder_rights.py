# SPDX-License-Identifier: GPL-3.0-or-later
"""An agent without rights on the lead's folders, in a mailbox that both share: the server's ACL is what stops them."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.imap.connection import Security, Server
from gateway.imap.mailboxes import ImapMailboxes
from gateway.imap.places import in_one_login
from gateway.ports import Unavailable
from tests.imap.cards import DONE, FOLDERS, QUARANTINE, message
from tests.imap.test_layouts import SHARED
from tests.servers.dovecot import PASSWORD, DovecotOptions, dovecot

pytestmark = pytest.mark.servers

SHARED_ACL = """
Teams/Support user=anna lrwstie
Teams/Support/* user=anna lrwstie
Teams/Support/Lead* -user=anna lrwstie
Teams/Support/Lead* user=lea lrwstie
* user=bedside lrwstipekxa
"""


async def test_a_folder_a_team_in_one_shared_mailbox_and_leads_folders_under_an_acl(
    reachable: Path,
) -> None:
    options = DovecotOptions(extra=SHARED, acl=SHARED_ACL)
    leads = ("Lead", "Lead/Quarantine", "Lead/Quarantine/Release")
    with dovecot(reachable, users=("anna", "lea", "bedside"), options=options) as server:
        at = Server("127.0.0.1", server.port, Security.NONE, command_timeout=10)
        ours = ImapMailboxes(at, in_one_login("bedside", PASSWORD, "Teams/{mailbox}/"))
        theirs = ImapMailboxes(at, lambda user: in_one_login(user, PASSWORD, "Teams/Support/")(user))
        async with ours as mailboxes, theirs as clients, mailboxes.open("Support") as box:
            await box.ensure((*FOLDERS, *leads))
            await box.append(leads[1], message("t.l1.x"), "t.l1.x")
            await box.append(QUARANTINE, message("t.a1.x"), "t.a1.x")
            changes = box.changes((*FOLDERS, *leads))
            await anext(changes)
            async with clients.open("anna") as annas, clients.open("lea") as leas:
                assert [card.token for card in await annas.cards((*FOLDERS, *leads))] == ["t.a1.x"]
                with pytest.raises(Unavailable):
                    await annas.append(leads[2], message("t.x1.x"), "t.x1.x")
                await annas.move((await annas.cards([QUARANTINE]))[0], DONE)
                await leas.move((await leas.cards([leads[1]]))[0], leads[2])
            await anext(changes)
            seen = {(card.folder, card.token) for card in await box.cards((*FOLDERS, *leads))}
            assert seen == {(DONE, "t.a1.x"), (leads[2], "t.l1.x")}
