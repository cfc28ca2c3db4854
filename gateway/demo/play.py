# SPDX-License-Identifier: GPL-3.0-or-later
"""What happens on the demo's stage: an agent's client sends, and a reviewer moves cards, over SMTP and IMAP."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TypeVar

import aiosmtplib

from gateway.demo.mails import DemoMail
from gateway.demo.stage import AGENTS, Stage
from gateway.hold.hold import Hold, HoldState
from gateway.imap.connection import Security, Server
from gateway.imap.mailboxes import ImapMailbox, ImapMailboxes
from gateway.imap.places import by_own_login
from gateway.ports import SeenCard

_HELD = re.compile(r"Held for review as (\w+)")
_PATIENCE = 20.0

Shown = TypeVar("Shown")


class NotShown(Exception):  # noqa: N818 - what the demo has to say then
    """Something that the demo should show did not happen in time."""


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of a mail when it was sent.

    Attributes:
        mail: which.
        reply: final reply to its DATA.
        hold: the hold, if it was held.
        note: the note, if it went out with one.
    """

    mail: DemoMail
    reply: str
    hold: Hold | None
    note: Hold | None


async def send(stage: Stage, mail: DemoMail) -> Sent:
    """Send a mail to the gateway, as a mail client would."""
    async with aiosmtplib.SMTP(hostname="127.0.0.1", port=stage.smtp_port, start_tls=False) as client:
        _, reply = await client.sendmail(mail.sender, list(mail.recipients), mail.content)
    held = _HELD.search(reply)
    hold = await stage.ledger.find(held[1]) if held else None
    notes = await stage.ledger.listed([HoldState.NOTED], 100)
    return Sent(mail, reply, hold, next((note for note in notes if note.message_id == mail.message_id), None))


@asynccontextmanager
async def reviewer(stage: Stage) -> AsyncIterator[Reviewer]:
    """A reviewer with a mail client of their own."""
    server = Server("127.0.0.1", stage.imap_port, Security.NONE)
    async with ImapMailboxes(server, by_own_login(AGENTS.__getitem__)) as mailboxes:
        yield Reviewer(mailboxes)


class Reviewer:
    """Finds cards and moves them, logged in as the agent whose they are."""

    def __init__(self, mailboxes: ImapMailboxes) -> None:
        self._mailboxes = mailboxes

    async def find(self, hold: Hold, folder: str) -> SeenCard:
        """Wait until a hold's card lies in a folder.

        Raises:
            NotShown: it did not come.
        """
        async with self._mailboxes.open(hold.mailbox) as mailbox:
            return await until(lambda: _card(mailbox, hold, folder), f"a card of {hold.id} in {folder}")

    async def move(self, hold: Hold, source: str, target: str) -> None:
        """Move a hold's card from one folder to another, as a mail client does."""
        card = await self.find(hold, source)
        async with self._mailboxes.open(hold.mailbox) as mailbox:
            await mailbox.move(card, target)


async def _card(mailbox: ImapMailbox, hold: Hold, folder: str) -> SeenCard | None:
    cards = await mailbox.cards([folder])
    return next((card for card in cards if card.token.startswith(f"{hold.id}.")), None)


async def until(ask: Callable[[], Awaitable[Shown | None]], what: str) -> Shown:
    """Ask again and again until there is an answer.

    Raises:
        NotShown: there was none in time.
    """
    answer = await ask()
    try:
        async with asyncio.timeout(_PATIENCE):
            while answer is None:
                await asyncio.sleep(0.05)
                answer = await ask()
    except TimeoutError:
        raise NotShown(f"{what} did not come within {_PATIENCE:.0f} seconds") from None
    return answer
