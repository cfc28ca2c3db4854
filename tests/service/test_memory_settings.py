# SPDX-License-Identifier: GPL-3.0-or-later
"""What the settings of memory and feed come to."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gateway.ledger.store import open_ledger
from gateway.policy.memory import Recollection
from gateway.service.build_memory import forget, keyring, remembering
from gateway.service.read_settings import BadSettings, read_settings
from gateway.service.settings import Settings
from gateway.service.settings_memory import MemorySettings
from tests.memory.letters import NOON, letter, mail, sent

SETTINGS = """
hostname = "gw.example.org"
listener = [{{name = "in", listen = "127.0.0.1:10025"}}]
upstream = {{server = "127.0.0.1:10026"}}
ledger = {{url = "sqlite:///{folder}/ledger.db", key = {{file = "{folder}/key"}}}}
unjudged = {{internal_domains = ["Larch.example"]}}
team = [{{name = "helpdesk", members = [{members}]}}]
{more}
"""


def settings(folder: Path, more: str = "", members: str = '"*@desk.example"') -> Settings:
    (folder / "key").write_text("k" * 40)
    (folder / "bedside.toml").write_text(SETTINGS.format(folder=folder, more=more, members=members))
    return read_settings(folder / "bedside.toml")


def test_colleagues_are_known_by_domain_and_by_membership(tmp_path: Path) -> None:
    own = keyring(settings(tmp_path)).own
    assert [own.has(each) for each in ("a@larch.example", "A@DESK.example", "a@customer.example")] == [
        True,
        True,
        False,
    ]


def test_a_team_of_everybody_makes_no_customer_a_colleague(tmp_path: Path) -> None:
    own = keyring(settings(tmp_path, members='"*", "*@*", "root"')).own
    assert [own.has(each) for each in ("a@customer.example", "root", "a@larch.example")] == [False, True, True]


def test_a_feed_without_a_memory_is_a_mistake_that_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadSettings, match=r"memory\.use is false"):
        settings(tmp_path, 'feed = {listen = "127.0.0.1:10024"}\nmemory = {use = false}')
    assert settings(tmp_path, "memory = {use = false}").feed is None


def test_nothing_is_remembered_unless_it_is_asked_for_or_a_feed_needs_it(tmp_path: Path) -> None:
    feed = 'feed = {listen = "127.0.0.1:10024"}\n'
    ways = ("", "memory = {use = true}", feed, feed + "memory = {keep = 9}")
    assert [settings(tmp_path, way).memory.use for way in ways] == [False, True, True, True]


async def test_switched_off_nothing_is_asked_and_what_was_kept_is_forgotten(tmp_path: Path) -> None:
    off = await asyncio.to_thread(settings, tmp_path, "memory = {use = false}")
    async with open_ledger(f"sqlite:///{tmp_path}/ledger.db") as ledger:
        assert remembering(off, ledger.memory, None) is None
        reply = letter(mail("r1", "Hello there."))
        await ledger.memory.sent(sent(reply))
        await forget(off.memory, ledger.memory)
        again = letter(mail("r2", "Hello there.", references=("r1",)))
        assert await ledger.memory.recall(again.question) == Recollection()


async def test_it_forgets_what_is_past_its_time_and_nothing_else(tmp_path: Path) -> None:
    async with open_ledger(f"sqlite:///{tmp_path}/ledger.db") as ledger:
        now = datetime.now(UTC)
        old, young = (
            letter(mail("r1", "An old answer.")),
            letter(mail("r2", "A new answer.", subject="Quite other thing")),
        )
        for each, days in ((old, 40), (young, 1)):
            await ledger.memory.sent(
                sent(each, minutes=int((now - timedelta(days=days) - NOON) / timedelta(minutes=1)))
            )
        asked = letter(mail("r3", "An old answer.\n\nA new answer.", subject="Third thing"))
        before = await ledger.memory.recall(asked.question)
        assert await forget(MemorySettings(use=True, keep=30), ledger.memory) > 0
        after = await ledger.memory.recall(asked.question)
    assert (len(before.by_sender), len(after.by_sender)) == (2, 1)
    assert after.relations == before.relations, "which are kept for a year"
