# SPDX-License-Identifier: GPL-3.0-or-later
"""What a program can see of the corpus: that every row keeps the rules of its datasheet, and repeats no other."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from gateway.judge.families import ABSENCES, FAMILIES
from gateway.judge.training.rows import Split
from gateway.judge.training.targets import ACTS

_KEYS: Final = frozenset(
    ("id", "customer", "reply", "relation", "level", "ours", "hold", "labels", "spans", "acts", "notes")
)
_ANSWERS: Final = frozenset(("acknowledgement", "apology", "relating"))


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong with a line of the corpus."""

    file: str
    line: int
    what: str

    def __str__(self) -> str:
        """One line for a person; it quotes nothing, since authors may be sealed."""
        return f"{self.file}:{self.line}: {self.what}"


def faults(folder: Path, split: Split) -> Iterator[Fault]:
    """All faults of all files, and files whose author stands on no side of the split, or on several."""
    seen: set[str] = set()
    replies: dict[tuple[str, str], str] = {}
    for path in sorted(folder.glob("*.jsonl")):
        sides = [path.stem in side for side in (split.work, split.choose, split.sealed)].count(True)
        if sides != 1:
            yield Fault(path.name, 0, f"the author stands on {sides} sides of the split")
        for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
            try:
                row = json.loads(line)
            except ValueError:
                yield Fault(path.name, number, "not JSON")
                continue
            for what in _of_row(row):
                yield Fault(path.name, number, what)
            if row.get("id") in seen:
                yield Fault(path.name, number, "its id is there twice")
            seen.add(str(row.get("id")))
            same = (str(row.get("customer")), " ".join(str(row.get("reply")).split()))
            if replies.setdefault(same, path.name) != path.name:
                yield Fault(path.name, number, "another author has the same row")


def _of_row(row: dict[str, Any]) -> Iterator[str]:
    if set(row) != _KEYS:
        yield f"keys missing or unknown: {', '.join(sorted(set(row) ^ _KEYS))}"
        return
    if row["relation"] not in ("new", "known", "repeat") or row["level"] not in range(4):
        yield "relation or level is not one of those there are"
    if set(row["labels"]) - set(FAMILIES) or set(row["acts"]) - set(ACTS):
        yield "a label or act that is unknown"
    if row["hold"] != bool(row["labels"]):
        yield "hold and labels disagree"
    yield from _of_spans(row)
    if "no-next-step" in row["labels"] and "next_step" in row["acts"]:
        yield "has a next step and has none"
    if "no-acknowledgement" in row["labels"] and set(row["acts"]) & _ANSWERS:
        yield "takes notice and takes none"


def _of_spans(row: dict[str, Any]) -> Iterator[str]:
    if any(span not in row["reply"] for span in row["spans"]):
        yield "a span is not in the reply"
    if set(row["labels"]) - set(ABSENCES) and not row["spans"]:
        yield "a fault of tone without its words"
    if row["spans"] and not row["hold"]:
        yield "spans in a reply that is fine"
