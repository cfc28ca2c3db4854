# SPDX-License-Identifier: GPL-3.0-or-later
"""Folders for servers that run as somebody else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers.folders import reachable_folder


@pytest.fixture
def open_folder() -> Iterator[Path]:
    with reachable_folder() as folder:
        yield folder
