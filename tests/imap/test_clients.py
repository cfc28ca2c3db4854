# SPDX-License-Identifier: GPL-3.0-or-later
"""Cards moved by real mail clients, each in its own way; the adapter finds them again by their token."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from gateway.hold.card import Cards
from gateway.imap.mailboxes import ImapMailbox
from gateway.policy.finding import To
from gateway.ports import SeenCard
from tests.hold.held_mail import BLAME, NOW, finding, hold, message
from tests.imap.cards import FOLDERS, QUARANTINE, RELEASE
from tests.imap.ways import gateway
from tests.servers.dovecot import PASSWORD, Dovecot
from tests.servers.mbsync import Mbsync
from tests.servers.neomutt import neomutt
from tests.servers.thunderbird import thunderbird

pytestmark = [pytest.mark.servers, pytest.mark.timeout(120)]

TOKEN = "kx7m2p.a1.abcdefghijklmnopqrstuvwx"
SUBJECT = "Held: Re: Where is my parcel?"


async def put(box: ImapMailbox) -> None:
    mail = message()
    card = Cards("Bedside <bedside@example.org>").card(hold(mail, finding(mail, BLAME)), To.AGENT, mail, TOKEN, NOW)
    await box.ensure(FOLDERS)
    await box.append(QUARANTINE, card, TOKEN)


async def until(box: ImapMailbox, arrived: Callable[[tuple[SeenCard, ...]], bool]) -> tuple[SeenCard, ...]:
    """Look at every change until the cards are as they should be, as the keeper does."""
    async with asyncio.timeout(20):
        while True:
            cards = await box.cards(FOLDERS)
            if arrived(cards):
                return cards
            await anext(box.changes(FOLDERS))


def released(cards: tuple[SeenCard, ...]) -> bool:
    """One card, in Release; a copy left behind is flagged as deleted or gone."""
    return [card.folder for card in cards if not card.deleted] == [RELEASE]


@pytest.mark.parametrize("program", ["neomutt", "mutt"])
async def test_mutt_shows_a_card_and_copies_it_then_flags_it(server: Dovecot, program: str) -> None:
    async with gateway(server) as mailboxes, mailboxes.open("anna") as box:
        await put(box)
        await anext(box.changes(FOLDERS))
        with neomutt(server, "anna", QUARANTINE, program) as client:
            await asyncio.to_thread(client.wait_for, "parcel")
            client.keys("Enter")
            screen = await asyncio.to_thread(client.wait_for, "HELD FOR A SECOND LOOK")
            assert BLAME in screen
            assert "~" * len(BLAME) in screen
            if "WHAT TO DO" not in screen:
                client.keys("Space")
            await asyncio.to_thread(client.wait_for, f"{RELEASE}: it goes out just as you wrote it.")
            client.keys("q")
            await asyncio.to_thread(client.wait_for, "parcel")
            await asyncio.to_thread(client.move_to, RELEASE)
            cards = await until(box, lambda cards: released(cards) and len(cards) == 1)
        assert [card.token for card in cards] == [TOKEN]


async def test_mbsync_appends_a_card_again(server: Dovecot, tmp_path: Path) -> None:
    async with gateway(server) as mailboxes, mailboxes.open("anna") as box:
        await put(box)
        client = Mbsync(tmp_path, server, "anna")
        await asyncio.to_thread(client.sync)
        client.move(QUARANTINE, RELEASE)
        await asyncio.to_thread(client.sync)
        (card,) = await until(box, lambda cards: released(cards) and len(cards) == 1)
        assert card.token == TOKEN
        await box.move(card, QUARANTINE)
        await asyncio.to_thread(client.sync)
        assert len(client.files(QUARANTINE)) == 1
        assert client.files(RELEASE) == []


async def test_curl_moves_a_card(server: Dovecot) -> None:
    async with gateway(server) as mailboxes, mailboxes.open("anna") as box:
        await put(box)
        await anext(box.changes(FOLDERS))
        url, user = f"imap://127.0.0.1:{server.port}/{QUARANTINE}", f"anna:{PASSWORD}"
        command = ["curl", "-s", url, "-u", user, "-X", f'UID MOVE 1 "{RELEASE}"']
        await asyncio.to_thread(subprocess.run, command, check=True, capture_output=True, timeout=20)
        (card,) = await until(box, released)
        assert card.token == TOKEN


async def test_thunderbird_moves_a_card_there_and_back(server: Dovecot, tmp_path: Path) -> None:
    async with gateway(server) as mailboxes, mailboxes.open("anna") as box:
        await put(box)
        await anext(box.changes(FOLDERS))
        with thunderbird(tmp_path, server, "anna") as client:
            assert await asyncio.to_thread(client.messages, QUARANTINE) == [SUBJECT]
            await asyncio.to_thread(client.move, QUARANTINE, RELEASE)
            (card,) = await until(box, released)
            assert card.token == TOKEN
            assert await asyncio.to_thread(client.messages, RELEASE) == [SUBJECT]
            await asyncio.to_thread(client.move, RELEASE, QUARANTINE)
            (card,) = await until(box, lambda cards: [card.folder for card in cards] == [QUARANTINE])
