# SPDX-License-Identifier: GPL-3.0-or-later
"""Counts by day add up over processes."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from gateway.ledger.store import open_ledger
from gateway.ports import Count

OLD = Count(date(2026, 11, 1), "helpdesk", "hold", "blame/label#r")
NEW = Count(date(2026, 11, 24), "helpdesk", "hold", "blame/label#r")


async def test_counts_of_two_processes_add_up(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/ledger.db"
    async with open_ledger(url) as one, open_ledger(url) as other:
        await one.add_counts({OLD: 1, NEW: 2})
        await other.add_counts({NEW: 3})
        assert await one.counts_since(date(2026, 11, 24)) == {NEW: 5}
        assert await one.counts_since(date(2026, 11, 1)) == {OLD: 1, NEW: 5}
