# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the tables of gateway/mail/README.md: splits, the customer's state, speed.

Run as ``python -m tests.eval.reading [NAME ...]`` with the names of tables; without one it writes all. The sealed
authors are not asked: their figures were taken once and stand.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from pathlib import Path

from tests.bench import reading as bench
from tests.eval import splits, state

README = Path(__file__).parents[2] / "gateway" / "mail" / "README.md"


TABLES: dict[str, Callable[[], str]] = {
    "splits": splits.table,
    "state-work": lambda: state.table("work"),
    "state-choose": lambda: state.table("choose"),
    "distress": lambda: f"Level 3 is given to {state.distress()}.",
    "speed": bench.table,
}


def write(names: Iterable[str]) -> None:
    """Put fresh tables between the markers."""
    text = README.read_text()
    for name in names:
        before, opening, rest = text.partition(f"<!-- {name} -->\n")
        _, closing, after = rest.partition(f"<!-- /{name} -->")
        text = f"{before}{opening}{TABLES[name]()}\n{closing}{after}"
    README.write_text(text)


if __name__ == "__main__":
    write(sys.argv[1:] or TABLES)
