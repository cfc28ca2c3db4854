# SPDX-License-Identifier: GPL-3.0-or-later
"""Holds a process to a part of a core, so that what it can do is measured and not what else runs on the machine."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_ROOT = Path("/sys/fs/cgroup")
_PERIOD = 20_000
"""Microseconds; a short one, so that a process that has had its part does not sleep for long."""


@contextmanager
def held_to(part: float, pid: int) -> Iterator[bool]:
    """Hold a process to so much of a core while the block runs; give False where this host does not let us.

    Each process has a control group of its own, in the hierarchy of version 2 or, where that has no cpu, version 1.
    """
    unified = _ROOT / "cgroup.controllers"
    first = not (unified.exists() and "cpu" in unified.read_text().split())
    folder = (_ROOT / "cpu" if first else _ROOT) / f"bedside-bench-{os.getpid()}-{pid}"
    quota = int(part * _PERIOD)
    try:
        folder.mkdir()
    except OSError:
        yield False
        return
    try:
        if first:
            (folder / "cpu.cfs_period_us").write_text(str(_PERIOD))
            (folder / "cpu.cfs_quota_us").write_text(str(quota))
        else:
            (folder / "cpu.max").write_text(f"{quota} {_PERIOD}")
        (folder / "cgroup.procs").write_text(str(pid))
        yield True
    finally:
        (folder.parent / "cgroup.procs").write_text(str(pid))
        folder.rmdir()
