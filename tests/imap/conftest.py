# SPDX-License-Identifier: GPL-3.0-or-later
"""A Dovecot for each test that wants one, and the gateway's and an agent's way into it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers.dovecot import Dovecot, dovecot
from tests.servers.folders import reachable_folder


@pytest.fixture
def reachable() -> Iterator[Path]:
    with reachable_folder() as folder:
        yield folder


@pytest.fixture
def server(reachable: Path) -> Iterator[Dovecot]:
    with dovecot(reachable) as running:
        yield running
