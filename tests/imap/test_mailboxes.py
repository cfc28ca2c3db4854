# SPDX-License-Identifier: GPL-3.0-or-later
"""The adapter against a real Dovecot."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from gateway.imap.connection import Refused
from gateway.ports import Mailboxes, Unavailable
from tests.imap.cards import DISCARD, FOLDERS, QUARANTINE, RELEASE, message, other_message
from tests.imap.ways import agents, gateway
from tests.servers.dovecot import Dovecot, DovecotOptions, dovecot

pytestmark = pytest.mark.servers


def is_a_port(mailboxes: Mailboxes) -> Mailboxes:
    """What the type checker has to say about the adapter and its port."""
    return mailboxes


async def test_folders_are_made_and_subscribed_once(server: Dovecot) -> None:
    async with gateway(server) as mailboxes, is_a_port(mailboxes).open("anna") as box:
        assert await box.ensure(FOLDERS) == list(FOLDERS)
        assert await box.ensure(FOLDERS) == []
    assert set(FOLDERS) <= set(server.doveadm("mailbox", "list", "-s", "-u", "anna").splitlines())


async def test_a_card_is_put_seen_moved_and_removed(server: Dovecot) -> None:
    async with gateway(server) as mailboxes, mailboxes.open("anna") as box:
        await box.ensure(FOLDERS)
        await box.append(QUARANTINE, message("t.a1.x"), "t.a1.x", ("\\Flagged",))
        (card,) = await box.cards(FOLDERS)
        assert (card.folder, card.token, card.deleted) == (QUARANTINE, "t.a1.x", False)
        await box.move(card, RELEASE)
        (card,) = await box.cards(FOLDERS)
        assert card.folder == RELEASE
        await box.remove(card)
        assert await box.cards(FOLDERS) == ()


async def test_a_card_is_put_once_however_often_it_is_tried(server: Dovecot) -> None:
    async with gateway(server) as mailboxes, mailboxes.open("anna") as box:
        await box.ensure([QUARANTINE])
        for _ in range(3):
            await box.append(QUARANTINE, message("t.a1.x"), "t.a1.x")
        assert len(await box.cards([QUARANTINE])) == 1


async def test_a_second_copy_from_an_append_that_timed_out_goes_away_with_the_next_try(server: Dovecot) -> None:
    async with gateway(server) as mailboxes, agents(server) as clients, mailboxes.open("anna") as box:
        await box.ensure(FOLDERS)
        for folder in (QUARANTINE, RELEASE):
            await box.append(folder, message("t.a1.x"), "t.a1.x")
        async with clients.open("anna") as annas:
            await annas.move((await annas.cards([RELEASE]))[0], QUARANTINE)
        assert len(await box.cards([QUARANTINE])) == 2
        await box.append(QUARANTINE, message("t.a1.x"), "t.a1.x")
        assert len(await box.cards([QUARANTINE])) == 1


async def test_a_notice_is_found_among_other_mail_and_nothing_else_is_touched(server: Dovecot) -> None:
    async with agents(server) as clients, clients.open("anna") as annas:
        for number in range(3):
            await annas.append("INBOX", other_message(str(number)), f"other{number}")
    async with gateway(server) as mailboxes, mailboxes.open("anna") as box:
        await box.append("INBOX", message("t.n1.x"), "t.n1.x")
        notice = await box.find("INBOX", "t.n1.x")
        assert notice is not None
        await box.remove(notice)
        assert await box.find("INBOX", "t.n1.x") is None
        assert [card.token for card in await box.cards(["INBOX"])] == ["", "", ""]


async def test_a_folder_that_is_missing_counts_as_empty(server: Dovecot) -> None:
    async with gateway(server) as mailboxes, mailboxes.open("anna") as box:
        assert await box.cards(FOLDERS) == ()
        assert await box.find("Quarantine", "t.a1.x") is None


async def test_removing_one_message_leaves_others_that_are_flagged_deleted(server: Dovecot) -> None:
    async with gateway(server) as mailboxes, mailboxes.open("anna") as box:
        await box.ensure([QUARANTINE])
        for token in ("t.a1.x", "t.a2.x"):
            await box.append(QUARANTINE, message(token), token, ("\\Deleted",))
        first, _second = await box.cards([QUARANTINE])
        await box.remove(first)
        (left,) = await box.cards([QUARANTINE])
        assert (left.token, left.deleted) == ("t.a2.x", True)


async def test_a_server_without_uidplus_and_move_serves_as_well(reachable: Path) -> None:
    poor = DovecotOptions(extra="protocol imap {\n  imap_capability = IMAP4rev1 IDLE\n}\n")
    with dovecot(reachable, options=poor) as server:
        async with gateway(server) as mailboxes, mailboxes.open("anna") as box:
            await box.ensure(FOLDERS)
            for token in ("t.a1.x", "t.a2.x", "t.a3.x"):
                await box.append(QUARANTINE, message(token), token, ("\\Deleted",) if token == "t.a2.x" else ())
            cards = {card.token: card for card in await box.cards([QUARANTINE])}
            await box.move(cards["t.a1.x"], RELEASE)
            await box.remove(cards["t.a3.x"])
            seen = {(card.folder, card.token, card.deleted) for card in await box.cards(FOLDERS)}
            assert seen == {(QUARANTINE, "t.a2.x", True), (RELEASE, "t.a1.x", False)}


async def test_a_uid_of_a_folder_that_was_made_anew_is_not_used(server: Dovecot) -> None:
    async with gateway(server) as mailboxes, mailboxes.open("anna") as box:
        await box.ensure(FOLDERS)
        await box.append(QUARANTINE, message("t.a1.x"), "t.a1.x")
        (card,) = await box.cards([QUARANTINE])
        server.doveadm("mailbox", "update", "-u", "anna", "--uid-validity", str(card.validity + 1), QUARANTINE)
        with pytest.raises(Unavailable, match="made anew"):
            await box.move(card, RELEASE)
        (card,) = await box.cards([QUARANTINE])
        await box.move(card, DISCARD)


async def test_nobody_else_can_use_the_master_login(server: Dovecot) -> None:
    async with agents(server) as clients:
        async with clients.open("anna"):
            pass
        with pytest.raises(Unavailable):
            async with clients.open("nobody at all"):
                pass


async def test_what_the_gateway_may_not_do_is_refused_and_the_connection_is_used_again(server: Dovecot) -> None:
    async with gateway(server) as mailboxes, mailboxes.open("anna") as box:
        with pytest.raises(Refused) as refused:
            await box.append("Sent", message("t.a1.x"), "t.a1.x")
        assert refused.value.code in ("NOPERM", "TRYCREATE")
        await box.ensure([QUARANTINE])
        assert server.log.count("Login: user=<anna>") == 1


async def test_thousands_of_cards_are_seen(server: Dovecot) -> None:
    async with gateway(server) as mailboxes, mailboxes.open("anna") as box:
        await box.ensure(FOLDERS)
    folder = server.root / "mail" / "anna" / "Maildir" / ".Quarantine" / "cur"
    for number in range(3000):
        path = folder / f"1.{number:06d}.test:2,"
        path.write_bytes(message(f"t.a{number}.x").replace(b"\r\n", b"\n"))
        path.chmod(0o666)
    async with gateway(server) as mailboxes, mailboxes.open("anna") as box:
        assert len({card.token for card in await box.cards(FOLDERS)}) == 3000
        found = await box.find(QUARANTINE, "t.a1500.x")
        assert found is not None


async def test_pieces_of_work_at_the_same_time_do_not_mix(server: Dovecot) -> None:
    async with gateway(server) as mailboxes, mailboxes.open("anna") as box, mailboxes.open("ben") as bens:
        await box.ensure(FOLDERS)
        await bens.ensure(FOLDERS)
        async with asyncio.TaskGroup() as tasks:
            for number in range(20):
                token = f"t.a{number}.x"
                tasks.create_task((box if number % 2 else bens).append(QUARANTINE, message(token), token))
        assert {card.token for card in await box.cards(FOLDERS)} == {f"t.a{n}.x" for n in range(1, 20, 2)}
        assert {card.token for card in await bens.cards(FOLDERS)} == {f"t.a{n}.x" for n in range(0, 20, 2)}
