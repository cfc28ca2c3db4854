# SPDX-License-Identifier: GPL-3.0-or-later
"""Folders that servers of other users can enter: pytest's are closed to them, and Unix sockets need short paths."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def reachable_folder() -> Iterator[Path]:
    """An empty folder that any user may enter; removed afterwards."""
    path = Path(tempfile.mkdtemp(prefix="bedside-"))
    path.chmod(0o755)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)
