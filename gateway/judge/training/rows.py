# SPDX-License-Identifier: GPL-3.0-or-later
"""The rows that the judge learns from, and the split that says which of them it may."""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

REAL_CHOSEN: Final = 0.2
"""Share of the rows of real text that are not sealed on which thresholds are set: never trained on."""


@dataclass(frozen=True, slots=True)
class Row:
    """One labelled reply.

    Attributes:
        id: unique within the corpus.
        author: name of the file it stands in; for real text, where it comes from.
        customer: the customer's message; None if it is unknown.
        reply: what the agent wrote.
        hold: whether a careful lead would want another look.
        labels: families of what is wrong.
        spans: exact substrings of the reply that show it.
        level: of the customer's message, 0 to 3; None if nobody labelled it.
        ours: whether the customer reports a failure of ours; None likewise.
        acts: what the reply does; None likewise.
        sure: how sure the reader was, 1 to 3.
        drawn: how a row of real text was picked; empty for rows written for us.
    """

    id: str
    author: str
    customer: str | None
    reply: str
    hold: bool
    labels: tuple[str, ...]
    spans: tuple[str, ...]
    level: int | None = None
    ours: bool | None = None
    acts: tuple[str, ...] | None = None
    sure: int = 3
    drawn: str = ""

    @property
    def real(self) -> bool:
        """Whether it was written to a customer, and not for us."""
        return bool(self.drawn)


@dataclass(frozen=True, slots=True)
class Split:
    """Which authors may be learned from, chosen on, and opened once (`policies/corpus/split.toml`)."""

    work: frozenset[str]
    choose: frozenset[str]
    sealed: frozenset[str]
    sealed_fraction: float


@dataclass(frozen=True, slots=True)
class RealText:
    """Rows of real text, cut within each source by the digest of their id: sealed, chosen on, learned from."""

    work: tuple[Row, ...]
    choose: tuple[Row, ...]
    sealed: tuple[Row, ...]


def read_split(path: Path) -> Split:
    """Read `split.toml`."""
    data = tomllib.loads(path.read_text("utf-8"))
    authors = data["authors"]
    return Split(
        work=frozenset(authors["work"]),
        choose=frozenset(authors["choose"]),
        sealed=frozenset(authors["sealed"]),
        sealed_fraction=float(data["real"]["sealed_fraction"]),
    )


def read_authors(folder: Path, authors: Iterable[str]) -> tuple[Row, ...]:
    """The rows of these authors, one file each. No other file is opened."""
    return tuple(row for author in sorted(authors) for row in read_rows(folder / f"{author}.jsonl"))


def read_rows(path: Path) -> tuple[Row, ...]:
    """The rows of one author's file."""
    lines = path.read_text("utf-8").splitlines()
    return tuple(_row(json.loads(line), path.stem) for line in lines if line.strip())


def read_real(path: Path, sealed_fraction: float) -> RealText:
    """Rows of real text. The sealed ones are cut off first and only carried along."""
    sources: dict[str, list[Row]] = defaultdict(list)
    for line in path.read_text("utf-8").splitlines():
        row = json.loads(line)
        sources[row["source"]].append(_row(row, row["source"]))
    work: list[Row] = []
    choose: list[Row] = []
    sealed: list[Row] = []
    for source in sorted(sources):
        rows = sorted(sources[source], key=lambda row: hashlib.sha256(row.id.encode()).hexdigest())
        shut = int(len(rows) * sealed_fraction)
        chosen = shut + int((len(rows) - shut) * REAL_CHOSEN)
        sealed += rows[:shut]
        choose += rows[shut:chosen]
        work += rows[chosen:]
    return RealText(tuple(work), tuple(choose), tuple(sealed))


def _row(row: Mapping[str, Any], author: str) -> Row:
    acts = row.get("acts")
    return Row(
        id=row["id"],
        author=author,
        customer=row.get("customer") or None,
        reply=row["reply"],
        hold=row.get("hold", bool(row.get("labels"))),
        labels=tuple(row.get("labels", ())),
        spans=tuple(row.get("spans", ())),
        level=row.get("level"),
        ours=row.get("ours"),
        acts=None if acts is None else tuple(acts),
        sure=row.get("sure", 3),
        drawn=row.get("drawn", ""),
    )
