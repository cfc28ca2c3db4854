# SPDX-License-Identifier: GPL-3.0-or-later
"""`bedside doctor` says whether the inbound feed has been hearing anything."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gateway.cli.doctor import _feed
from gateway.cli.doctor_checks import Level, feed
from gateway.ledger.store import open_ledger
from gateway.ports import Count
from gateway.service.read_settings import read_settings
from tests.memory.letters import CUSTOMER, heard, mail

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
SETTINGS = """
hostname = "gw.example.org"
listener = [{{name = "in", listen = "127.0.0.1:10025"}}]
upstream = {{server = "127.0.0.1:10026"}}
ledger = {{url = "sqlite:///{folder}/ledger.db", key = {{file = "{folder}/key"}}}}
{feed}
"""


def test_a_feed_that_hears_nothing_is_named_with_the_way_out() -> None:
    (never,) = feed(None, NOW, {})
    assert (never.level, "heard nothing yet" in never.said, "recipient_bcc_maps" in never.way_out) == (
        Level.WARN,
        True,
        True,
    )
    (machines,) = feed(None, NOW, {"bulk": 7})
    assert "kept nothing yet; in the last 7 days: bulk 7" in machines.said
    (quiet,) = feed(NOW - timedelta(days=5), NOW, {"remembered": 3})
    assert quiet.level is Level.WARN


def test_a_feed_that_hears_is_well_over_a_long_week_end() -> None:
    (found,) = feed(NOW - timedelta(days=3), NOW, {"remembered": 3, "bulk": 1})
    assert found.level is Level.GOOD
    assert found.said.endswith("in the last 7 days: bulk 1, remembered 3")


@pytest.mark.parametrize("listens", [False, True])
async def test_it_asks_the_ledger_of_the_settings(tmp_path: Path, listens: bool) -> None:  # noqa: FBT001 - a case
    (tmp_path / "key").write_text("k" * 40)
    config = tmp_path / "bedside.toml"
    config.write_text(SETTINGS.format(folder=tmp_path, feed='feed = {listen = "127.0.0.1:10024"}' if listens else ""))
    async with open_ledger(f"sqlite:///{tmp_path}/ledger.db") as ledger:
        await ledger.memory.heard(heard(mail("m1", "Gone.", from_=CUSTOMER)))
        await ledger.add_counts({Count(datetime.now(UTC).date(), "", "feed", "remembered"): 1})
    (found,) = await _feed(await asyncio.to_thread(read_settings, config))
    assert found.level is Level.GOOD
    assert ("remembered 1" in found.said) is listens
    assert ("there is no [feed]" in found.said) is not listens
