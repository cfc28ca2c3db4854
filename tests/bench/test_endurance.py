# SPDX-License-Identifier: GPL-3.0-or-later
"""Memory stays flat over a hundred thousand messages, and at a hundred sessions it stays small."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bench import measuring, systems
from tests.bench.mails import write

pytestmark = [pytest.mark.servers, pytest.mark.torture]


def test_a_hundred_thousand_messages_leave_nothing_behind(tmp_path: Path) -> None:
    files = write(tmp_path)
    with systems.sink() as sink, systems.gateway("nothing", sink.port, tmp_path / "report") as gateway:
        measuring.load(gateway, files["2 kB"], 20, 10_000)
        before = gateway.memory()
        for _ in range(9):
            measuring.load(gateway, files["2 kB"], 20, 10_000)
        assert gateway.memory() - before < 4_000_000


def test_a_hundred_sessions_of_20_kb_take_less_than_40_mb(tmp_path: Path) -> None:
    files = write(tmp_path)
    with systems.sink() as sink, systems.gateway("nothing", sink.port, tmp_path / "report") as gateway:
        idle = gateway.memory()
        measuring.load(gateway, files["20 kB"], 100, 3_000)
        assert gateway.memory() - idle < 40_000_000
        assert measuring.idle_session(gateway, 500) < 40_000
