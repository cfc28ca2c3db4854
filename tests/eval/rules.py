# SPDX-License-Identifier: GPL-3.0-or-later
"""How much the rules that ship find, and how much of it wrongly; on authors worked on, and on authors not seen.

Run as ``python -m tests.eval.rules``: writes the tables into `policies/README.md` between its marks, and the picture
`policies/figures.svg`. ``--sealed`` opens what is sealed, which is done once, and recorded in `split.toml`; without it
the unseen authors are those to choose on.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from gateway.judge.families import FAMILIES
from gateway.judge.training.opening import record
from gateway.judge.training.rows import Split, read_split
from gateway.policy.load import load
from gateway.policy.policies import Policies
from gateway.service.policy_files import shipped_folder, source_files
from gateway.verdict.verdict import Action
from tests.eval.rule_figures import (
    HOLDS,
    PROFILES,
    Judged,
    Rate,
    benign,
    found,
    gap,
    held,
    judged,
    near_misses,
    real_rows,
    rows_of,
)

ROOT = Path(__file__).parents[2]
CORPUS = ROOT / "policies" / "corpus"
REAL = ROOT.parent / "shared" / "corpus" / "real" / "labelled.jsonl"
PAGE = ROOT / "policies" / "README.md"
PICTURE = ROOT / "policies" / "figures.svg"
START, END = "<!-- figures: start -->", "<!-- figures: end -->"
Sides = dict[str, list[Judged]]
"""Rows by profile."""


_FIGURES: dict[str, Callable[[list[Judged]], Rate]] = {
    "faulty replies held": held,
    "faulty replies held or noted": found,
    "near misses held or noted": near_misses,
    "harmless replies held": lambda rows: benign(rows, *HOLDS),
    "harmless replies held or noted": lambda rows: benign(rows, *HOLDS, Action.NOTE),
}


def by_family(seen: list[Judged], unseen: list[Judged]) -> list[str]:
    """The table of what is found, family by family."""
    lines = ["| family | authors worked on | authors not seen | difference, points |", "| --- | --- | --- | --- |"]
    for family in (*FAMILIES, None):
        rates = found(seen, family), found(unseen, family)
        lines.append(f"| {family or '**any**'} | {rates[0]} | {rates[1]} | {gap(*rates)} |")
    return lines


def by_profile(seen: Sides, unseen: Sides, real: Sides) -> list[str]:
    """The table of what each profile holds and notes, rightly and wrongly."""
    lines = [
        "| profile | | authors worked on | authors not seen | real text: held | real text: noted |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for profile in PROFILES:
        for name, of in _FIGURES.items():
            lines.append(f"| {profile} | {name} | {of(seen[profile])} | {of(unseen[profile])} | | |")
        for drawn, name in ((None, "harmless, all"), ("any", "harmless, drawn without choosing")) if real else ():
            rows = real[profile]
            lines.append(
                f"| {profile} | {name} | | | {benign(rows, *HOLDS, drawn=drawn)} "
                f"| {benign(rows, Action.NOTE, drawn=drawn)} |"
            )
    return lines


def picture(seen: list[Judged], unseen: list[Judged], strict: list[Judged]) -> str:
    """Four bars a family: found with authors worked on, and not seen; held of these in starter, and in strict."""
    bars = []
    for number, family in enumerate(FAMILIES):
        top = 50 + 34 * number
        low, high = found(unseen, family).interval
        shares = found(seen, family), found(unseen, family), held(unseen, family), held(strict, family)
        bars.append(f'<text x="150" y="{top + 18}" text-anchor="end">{family}</text>')
        for line, (rate, colour) in enumerate(zip(shares, ("#9db8d2", "#2f5d8a", "#e3b98a", "#b5651d"), strict=True)):
            width = f"{400 * rate.share:.0f}"
            bars.append(f'<rect x="160" y="{top + 7 * line}" width="{width}" height="6" fill="{colour}"/>')
        bars.append(f'<path d="M{160 + 400 * low:.0f} {top + 10}H{160 + 400 * high:.0f}" stroke="#111" fill="none"/>')
    height = 64 + 34 * len(FAMILIES)
    grid = "".join(f"M{160 + 100 * quarter} 44V{height - 12}" for quarter in range(5))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="600" height="{height}" font-family="sans-serif" '
        f'font-size="12"><rect width="600" height="{height}" fill="#fff"/>'
        '<text x="160" y="18">faulty found: pale blue, authors worked on; dark blue, not seen (line: 95 %)</text>'
        '<text x="160" y="36">of authors not seen: held in starter (pale brown), in strict (dark brown)</text>'
        + "".join(bars)
        + f'<path d="{grid}" stroke="#ccc" fill="none"/></svg>\n'
    )


def report(policies: Policies, split: Split, *, sealed: bool) -> tuple[str, str]:
    """The tables in Markdown, and the picture."""
    train = CORPUS / "train"
    others = split.sealed if sealed else split.choose
    seen, unseen = judged(rows_of(train, split.work), policies), judged(rows_of(train, others), policies)
    real = judged(real_rows(REAL, split, sealed=sealed), policies) if REAL.exists() else {}
    lines = [
        f"Authors not seen: {', '.join(sorted(others))}. Policies {policies.digest}. Intervals are 95 %.",
        "",
        *by_family(seen["starter"], unseen["starter"]),
        "",
        *by_profile(seen, unseen, real),
    ]
    return "\n".join(lines), picture(seen["starter"], unseen["starter"], unseen["strict"])


def main(arguments: list[str]) -> None:
    """Write the figures."""
    sealed = "--sealed" in arguments
    if sealed:
        record(CORPUS / "split.toml", datetime.now(UTC), "figures of the rules that ship, once, for policies/README.md")
    policies = load(source_files(shipped_folder())).policies
    tables, drawn = report(policies, read_split(CORPUS / "split.toml"), sealed=sealed)
    page = PAGE.read_text(encoding="utf-8")
    before, _, rest = page.partition(START)
    PAGE.write_text(f"{before}{START}\n{tables}\n{END}{rest.partition(END)[2]}", encoding="utf-8")
    PICTURE.write_text(drawn, encoding="utf-8")
    print(tables)  # noqa: T201 - the figures are what this command is for


if __name__ == "__main__":
    main(sys.argv[1:])
