# SPDX-License-Identifier: GPL-3.0-or-later
"""Forged and replayed cards, on a real Dovecot with a real keeper: who may move into a folder may also APPEND to it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gateway.hold.card import Cards
from gateway.hold.hold import Hold, HoldState
from gateway.hold.token import Role, Token
from gateway.imap.mailboxes import ImapMailbox
from gateway.policy.finding import To
from tests.hold.holds import SECRET, a_hold
from tests.imap.cards import QUARANTINE, RELEASE, message
from tests.imap.ways import agents, gateway
from tests.review.stage import Stage, keeping, stage, until
from tests.servers.dovecot import Dovecot, DovecotOptions, dovecot

pytestmark = pytest.mark.servers


@dataclass(frozen=True)
class Attack:
    """A hold whose card lies in Anna's mailbox, and what Anna's own client may do there."""

    on: Stage
    hold: Hold
    anna: ImapMailbox

    async def put(self, token: str) -> None:
        await self.anna.append(RELEASE, message(token, "Held: forged"), token)

    async def answered(self) -> None:
        """Wait until the forgery is out of the folder and Anna was told; nothing was decided and nothing sent."""

        async def clean() -> bool:
            return await self.anna.cards([RELEASE]) == ()

        await until(clean)
        assert (await self.on.now(self.hold)).state is HoldState.HELD
        assert self.on.upstream.copies == []
        assert len(await self.anna.cards([QUARANTINE])) == 1


def now() -> datetime:
    return datetime.now(UTC)


@asynccontextmanager
async def attacked(server: Dovecot, folder: Path, to: To = To.AGENT) -> AsyncIterator[Attack]:
    async with (
        gateway(server) as ours,
        agents(server) as clients,
        stage(folder, mailboxes=ours, clock=now, faces=Cards("Bedside <bedside@example.org>")) as on,
    ):
        lead = "lena" if to is To.LEAD else None
        hold = await on.held(a_hold(created=now(), to=to, lead_mailbox=lead))
        async with keeping(on.keeper()), clients.open("anna") as anna:

            async def shown() -> bool:
                return len(await anna.cards([QUARANTINE])) == 1

            await until(shown)
            yield Attack(on, hold, anna)


def signed(hold: Hold, role: Role, revision: int, mailbox: str, secret: bytes = SECRET) -> str:
    return Token(hold.id, role, revision).sign(secret, mailbox)


async def test_no_token_but_the_cards_own_decides_anything(server: Dovecot, tmp_path: Path) -> None:
    async with attacked(server, tmp_path) as attack:
        present = (await attack.on.now(attack.hold)).revision
        for forged in (
            signed(attack.hold, Role.AGENT, present, "anna", b"another secret of thirty-two octets"),
            signed(attack.hold, Role.AGENT, present, "ben"),  # replayed from another's mailbox
            signed(attack.hold, Role.AGENT, present - 1, "anna"),  # of an earlier face
            signed(attack.hold, Role.AGENT, present + 7, "anna"),
            signed(attack.hold, Role.NOTICE, present, "anna"),
            signed(attack.hold, Role.ANSWER, present, "anna"),
            signed(replace(attack.hold, id="nosuchhold"), Role.AGENT, present, "anna"),
        ):
            await attack.put(forged)
            await attack.answered()


async def test_what_the_lead_decides_an_agents_own_card_does_not_send(reachable: Path, tmp_path: Path) -> None:
    options = DovecotOptions(acl="Lead/* user=bedside lrwstipekxa\nLead/* owner lrwstie\n")
    with dovecot(reachable, users=("anna", "ben", "lena"), options=options) as server:
        async with attacked(server, tmp_path, To.LEAD) as attack:
            (card,) = await attack.anna.cards([QUARANTINE])
            await attack.anna.move(card, RELEASE)
            await attack.answered()
