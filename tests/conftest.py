# SPDX-License-Identifier: GPL-3.0-or-later
"""What many tests share and what takes a moment to make."""

from __future__ import annotations

import pytest

from gateway.policy.load import Loaded
from gateway.policy.policies import Policies
from gateway.service.policy_files import load_files, shipped_folder, source_files


@pytest.fixture(scope="session")
def shipped_loaded() -> Loaded:
    """The rules that ship, compiled once a run, with what is wrong with them."""
    return load_files(source_files(shipped_folder()))


@pytest.fixture(scope="session")
def shipped(shipped_loaded: Loaded) -> Policies:
    """The rules that ship."""
    return shipped_loaded.policies
