# SPDX-License-Identifier: GPL-3.0-or-later
"""Those who use the gateway while it is killed: clients that send until they are told 250, and agents who decide."""

from __future__ import annotations

import asyncio
import hashlib
import random
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from gateway.hold.folders import Folders
from gateway.imap.mailboxes import ImapMailboxes
from gateway.ports import Mailbox, SeenCard, Unavailable

F = Folders()
AGENTS = ("anna", "ben", "cleo")
FLAGGED = "Dear customer,\r\n\r\nYou should have read the manual. It has a page on this.\r\n"
CLEAN = "Dear customer,\r\n\r\nHere is the page of the manual, and I am sorry for the wait.\r\n"


@dataclass
class Mail:
    """A message, and what its client was told.

    Attributes:
        sender: reverse-path.
        recipients: forward-paths.
        content: its octets.
        told: what was said after it in the end; empty until then.
        lost: attempts whose end was sent and whose final reply did not come, or was not 250.
    """

    sender: str
    recipients: tuple[str, ...]
    content: bytes
    flagged: bool
    told: str = ""
    lost: int = 0

    @property
    def digest(self) -> str:
        """SHA-256 of its octets."""
        return hashlib.sha256(self.content).hexdigest()


def mails(chance: random.Random, count: int, first: int) -> list[Mail]:
    """Different mails, most of which are held."""
    made = []
    for number in range(first, first + count):
        flagged = chance.random() < 0.75
        agent = chance.choice(AGENTS)
        recipients = tuple(f"c{number}-{n}@customer.example" for n in range(chance.choice((1, 1, 1, 3))))
        head = (
            f"From: {agent}@larch.example\r\nTo: {', '.join(recipients)}\r\nSubject: Re: order {number}\r\n"
            f"Date: Mon, 23 Nov 2026 09:00:00 +0000\r\nMessage-ID: <n{number}@larch.example>\r\n\r\n"
        )
        padding = f"{number}\r\n" * chance.choice((0, 10, 400, 20_000))
        body = (FLAGGED if flagged else CLEAN) + "\r\n-- \r\n" + padding + ".\r\n"
        made.append(Mail(f"{agent}@larch.example", recipients, (head + body).encode(), flagged))
    return made


async def send(mail: Mail, ports: Callable[[], int], ended: Callable[[], None]) -> None:
    """Send a mail until its client is told 250."""
    while not mail.told:
        with suppress(OSError, asyncio.IncompleteReadError, TimeoutError):
            async with asyncio.timeout(120):
                await _try(mail, ports(), ended)
        if not mail.told:
            await asyncio.sleep(0.2)  # the wait of a client that tries again


async def _try(mail: Mail, port: int, ended: Callable[[], None]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        if not (await _reply(reader)).startswith("220"):
            return
        lines = ["EHLO client.larch.example", f"MAIL FROM:<{mail.sender}>"]
        lines += [*(f"RCPT TO:<{recipient}>" for recipient in mail.recipients), "DATA"]
        for line in lines:
            writer.write(line.encode() + b"\r\n")
            if (await _reply(reader))[0] not in "23":
                return
        mail.lost += 1
        writer.write((b"\r\n" + mail.content).replace(b"\r\n.", b"\r\n..")[2:] + b".\r\n")
        await writer.drain()
        ended()
        reply = await _reply(reader)
        if reply.startswith("250"):
            mail.lost -= 1
            mail.told = reply
    finally:
        writer.close()


async def _reply(reader: asyncio.StreamReader) -> str:
    while True:
        line = await reader.readuntil(b"\n")
        if line[3:4] != b"-":
            return line.decode("latin-1").strip()


@dataclass
class Agent:
    """Decides about each card of a mailbox, always the same way for the same hold.

    Attributes:
        mailboxes: the IMAP server.
        name: whose mailbox.
        seed: what decisions hang on.
        seen: called when a card has come.
        decided: called when one was moved.
    """

    mailboxes: ImapMailboxes
    name: str
    seed: int
    seen: Callable[[], None]
    decided: Callable[[], None]
    minds: list[str] = field(default_factory=list)

    async def work(self) -> None:
        """Look for cards again and again."""
        while True:
            with suppress(Unavailable):
                async with self.mailboxes.open(self.name) as box:
                    await self._look(box)
            await asyncio.sleep(0.1)  # a person looks again after a while

    async def _look(self, box: Mailbox) -> None:
        for card in await box.cards([F.quarantine]):
            self.seen()
            target = self._target(card)
            await box.move(card, target)
            self.decided()
        # Some change their mind, perhaps too late.
        for card in await box.cards([F.release]):
            hold = card.token.partition(".")[0]
            if self._chance(hold, "mind") < 0.1 and hold not in self.minds:
                self.minds.append(hold)
                await box.move(card, F.discard)

    def _target(self, card: SeenCard) -> str:
        hold = card.token.partition(".")[0]
        if hold in self.minds:
            return F.discard
        drawn = self._chance(hold, "decision")
        targets: Sequence[tuple[float, str]] = ((0.15, F.discard), (0.3, F.release_as_fine), (1.0, F.release))
        return next(folder for below, folder in targets if drawn < below)

    def _chance(self, hold: str, what: str) -> float:
        return random.Random(f"{self.seed} {hold} {what}").random()  # noqa: S311 - repeatable
