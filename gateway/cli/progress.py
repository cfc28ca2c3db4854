# SPDX-License-Identifier: GPL-3.0-or-later
"""A progress bar on standard error while a person looks on, for commands that judge many mails."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeVar

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.progress import ProgressColumn as Column

_T = TypeVar("_T")


def watched(found: Iterable[_T], total: int | None) -> Iterator[_T]:
    """The same, with a bar: how many of how many, per cent and time left where the total is known."""
    console = Console(stderr=True)
    columns: tuple[Column, ...] = (SpinnerColumn(), TextColumn("{task.completed:.0f} judged"), TimeElapsedColumn())
    if total is not None:
        columns = (BarColumn(), TaskProgressColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("", total=total)
        for each in found:
            yield each
            progress.advance(task)
