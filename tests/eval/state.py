# SPDX-License-Identifier: GPL-3.0-or-later
"""How well the customer's state is told: precision and recall by level, on one side of the split of authors.

Run as ``python -m tests.eval.state [work|choose|sealed]``. The sealed side is for the figures that are reported, once;
whoever uses it writes so into ``policies/corpus/split.toml``.
"""

from __future__ import annotations

import json
import sys
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

from gateway.mail.state import customer_state

_ROOT = Path(__file__).parents[2]
_CORPUS = _ROOT.parent / "shared" / "corpus"


def messages(side: str) -> dict[str, tuple[int, bool]]:
    """Different customer messages of the authors on one side, with their level and whether the failure is ours."""
    split = tomllib.loads((_ROOT / "policies" / "corpus" / "split.toml").read_text())
    found: dict[str, tuple[int, bool]] = {}
    for author in split["authors"][side]:
        own = _ROOT / "policies" / "corpus" / "train" / f"{author}.jsonl"
        file = own if own.exists() else _CORPUS / "train" / own.name
        for line in file.read_text().splitlines():
            row = json.loads(line)
            if row["customer"]:
                found.setdefault(row["customer"], (row["level"], row["ours"]))
    return found


def table(side: str) -> str:
    """Precision and recall by level, for "at least" 2 and 3, and for our failure, in Markdown."""
    levels: Counter[tuple[int, int]] = Counter()
    ours: Counter[tuple[int, int]] = Counter()
    known = messages(side)
    for text, (level, failure) in known.items():
        state = customer_state(text)
        levels[level, -1 if state.level is None else state.level] += 1
        ours[int(failure), int(bool(state.our_failure))] += 1
    return "\n".join(
        (
            "| | messages | precision | recall |",
            "| --- | --- | --- | --- |",
            *(_row(f"level {level}", levels, {level}) for level in range(4)),
            _row("level 2 or 3", levels, {2, 3}),
            _row("our failure", ours, {1}),
        )
    )


def _row(name: str, counts: Mapping[tuple[int, int], int], wanted: Iterable[int]) -> str:
    values = set(wanted)
    hit = sum(number for (true, said), number in counts.items() if true in values and said in values)
    true = sum(number for (level, _), number in counts.items() if level in values)
    said = sum(number for (_, level), number in counts.items() if level in values)
    return f"| {name} | {true} | {hit / max(said, 1):.1%} | {hit / max(true, 1):.1%} |"


def distress() -> str:
    """A check from elsewhere: short comments labelled by emotion; how many distressed and calm ones get level 3."""
    counts: Counter[tuple[str, bool]] = Counter()
    for line in (_CORPUS / "real" / "distress_goemotions.jsonl").read_text().splitlines():
        row = json.loads(line)
        label = str(row.get("label", row.get("distress")))
        counts[label, customer_state(row["text"]).level == 3] += 1
    labels = sorted({label for label, _ in counts})
    return "; ".join(
        f"{label}: {counts[label, True]} of {counts[label, True] + counts[label, False]}" for label in labels
    )


if __name__ == "__main__":
    print(table(sys.argv[1] if len(sys.argv) > 1 else "work"))  # noqa: T201 - a table for a person
    print(distress())  # noqa: T201
