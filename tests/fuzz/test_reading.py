# SPDX-License-Identifier: GPL-3.0-or-later
"""The reader against a fuzzer that sees which lines it reaches, for a bounded time."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.torture

_SECONDS = 300


@pytest.mark.timeout(_SECONDS + 240)
def test_nothing_that_a_fuzzer_makes_up_raises_or_hangs(tmp_path: Path) -> None:
    options = (f"-max_total_time={_SECONDS}", "-max_len=20000", "-timeout=30", "-rss_limit_mb=2048")
    folder = tmp_path / "seeds"
    folder.mkdir()
    command = [sys.executable, "-m", "tests.fuzz.reading", str(folder), *options, f"-artifact_prefix={tmp_path}/"]
    ended = subprocess.run(command, check=False, capture_output=True, text=True, cwd=Path(__file__).parents[2])
    assert ended.returncode == 0, ended.stderr[-4000:]
