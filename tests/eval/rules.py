# SPDX-License-Identifier: GPL-3.0-or-later
"""How much the rules that ship find, and how much of it wrongly; on authors worked on, and on authors not seen.

Run as ``python -m tests.eval.rules``: writes the tables into `policies/README.md` between its marks, and the picture
`policies/figures.svg`. ``--sealed`` opens what is sealed, which is done once, and recorded in `split.toml`; without it
the unseen authors are those to choose on.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

from gateway.judge.families import FAMILIES
from gateway.judge.training.opening import record
from gateway.judge.training.rows import Split, read_split
from gateway.policy.load import load
from gateway.policy.policies import Policies
from gateway.service.policy_files import shipped_folder, source_files
from gateway.verdict.verdict import Action
from tests.eval.rule_figures import Judged, benign, found, gap, judged, near_misses, real_rows, rows_of

ROOT = Path(__file__).parents[2]
CORPUS = ROOT / "policies" / "corpus"
REAL = ROOT.parent / "shared" / "corpus" / "real" / "labelled.jsonl"
PAGE = ROOT / "policies" / "README.md"
PICTURE = ROOT / "policies" / "figures.svg"
START, END = "<!-- figures: start -->", "<!-- figures: end -->"
HOLDS = (Action.HOLD, Action.HOLD_FOR_LEAD)


def by_family(seen: list[Judged], unseen: list[Judged]) -> list[str]:
    """The table of what is found, family by family."""
    lines = ["| family | authors worked on | authors not seen | difference, points |", "| --- | --- | --- | --- |"]
    for family in (*FAMILIES, None):
        rates = found(seen, family), found(unseen, family)
        lines.append(f"| {family or '**any**'} | {rates[0]} | {rates[1]} | {gap(*rates)} |")
    return lines


def wrongly(profile: str, seen: list[Judged], unseen: list[Judged], real: list[Judged]) -> list[str]:
    """Rows of the table of what is flagged wrongly, for one profile."""
    both = (*HOLDS, Action.NOTE)
    lines = [
        f"| {profile} | near misses flagged | {near_misses(seen)} | {near_misses(unseen)} |",
        f"| {profile} | harmless replies held | {benign(seen, *HOLDS)} | {benign(unseen, *HOLDS)} |",
        f"| {profile} | harmless replies held or noted | {benign(seen, *both)} | {benign(unseen, *both)} |",
    ]
    if real:
        for drawn, name in ((None, "all"), ("any", "drawn without choosing")):
            held, noted = benign(real, *HOLDS, drawn=drawn), benign(real, Action.NOTE, drawn=drawn)
            lines.append(f"| {profile} | real harmless replies, {name}: held; noted | {held} | {noted} |")
    return lines


def picture(seen: list[Judged], unseen: list[Judged]) -> str:
    """Two bars a family, with the interval of the second, as SVG."""
    bars = []
    for number, family in enumerate(FAMILIES):
        top = 30 + 26 * number
        one, two = found(seen, family), found(unseen, family)
        low, high = two.interval
        bars.append(
            f'<text x="150" y="{top + 13}" text-anchor="end">{family}</text>'
            f'<rect x="160" y="{top}" width="{400 * one.share:.0f}" height="8" fill="#9db8d2"/>'
            f'<rect x="160" y="{top + 9}" width="{400 * two.share:.0f}" height="8" fill="#2f5d8a"/>'
            f'<path d="M{160 + 400 * low:.0f} {top + 13}H{160 + 400 * high:.0f}" stroke="#111" fill="none"/>'
        )
    height = 44 + 26 * len(FAMILIES)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="600" height="{height}" font-family="sans-serif" '
        f'font-size="12"><rect width="600" height="{height}" fill="#fff"/>'
        '<text x="160" y="18">faulty replies found: pale, authors worked on; dark, not seen (line: 95 %)</text>'
        + "".join(bars)
        + '<path d="M160 26V368M260 26V368M360 26V368M460 26V368M560 26V368" stroke="#ccc" fill="none"/>'
        + "</svg>\n"
    )


def report(policies: Policies, split: Split, *, sealed: bool) -> tuple[str, str]:
    """The tables in Markdown, and the picture."""
    train = CORPUS / "train"
    others = split.sealed if sealed else split.choose
    work, unseen = list(rows_of(train, split.work)), list(rows_of(train, others))
    real = real_rows(REAL, split, sealed=sealed) if REAL.exists() else []
    lines = [f"Authors not seen: {', '.join(sorted(others))}. Policies {policies.digest}. Intervals are 95 %.", ""]
    seen_rows, unseen_rows = judged(work, policies, "starter"), judged(unseen, policies, "starter")
    lines += [*by_family(seen_rows, unseen_rows), "", "| profile | | worked on (real: held) | not seen (real: noted) |"]
    lines.append("| --- | --- | --- | --- |")
    lines += wrongly("starter", seen_rows, unseen_rows, judged(real, policies, "starter"))
    lines += wrongly(
        "strict", judged(work, policies, "strict"), judged(unseen, policies, "strict"), judged(real, policies, "strict")
    )
    return "\n".join(lines), picture(seen_rows, unseen_rows)


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
