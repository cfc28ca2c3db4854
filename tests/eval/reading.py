# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the tables of gateway/mail/README.md: splits, the customer's state, speed.

Run as ``python -m tests.eval.reading``. The sealed authors are not asked: their figures were taken once and stand.
"""

from __future__ import annotations

from pathlib import Path

from tests.bench import reading as bench
from tests.eval import splits, state

README = Path(__file__).parents[2] / "gateway" / "mail" / "README.md"


def write() -> None:
    """Put fresh tables between the markers."""
    text = README.read_text()
    tables = {
        "splits": splits.table(),
        "state-work": state.table("work"),
        "state-choose": state.table("choose"),
        "distress": f"Level 3 is given to {state.distress()}.",
        "speed": bench.table(),
    }
    for name, table in tables.items():
        before, opening, rest = text.partition(f"<!-- {name} -->\n")
        _, closing, after = rest.partition(f"<!-- /{name} -->")
        text = f"{before}{opening}{table}\n{closing}{after}"
    README.write_text(text)


if __name__ == "__main__":
    write()
