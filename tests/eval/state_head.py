# SPDX-License-Identifier: GPL-3.0-or-later
"""The customer's state by rules and by the judge's head, and what each does to the verdict.

Run as ``python -m tests.eval.state_head [FOLDER]``, on the authors to choose on and on the real text set aside for it,
where it is there. Figures only.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

from gateway.judge.local import SHIPPED, open_model
from gateway.judge.training.evaluate import judge_all
from gateway.judge.training.measure import Share
from gateway.judge.training.rows import Row, read_authors, read_real, read_split
from gateway.mail.read import from_text
from gateway.mail.state import customer_state
from gateway.policy.context import Context
from gateway.policy.judgement import Judgement
from gateway.policy.load import load
from gateway.policy.policies import Policies
from gateway.service.policy_files import shipped_folder, source_files
from gateway.verdict.judge import judge
from gateway.verdict.stance import Stance
from gateway.verdict.verdict import Action, Verdict

ROOT = Path(__file__).parents[2]
CORPUS = ROOT / "policies" / "corpus"
REAL = ROOT.parent / "shared" / "corpus" / "real" / "labelled.jsonl"
_DAY = date(2026, 11, 24)

State = tuple[int | None, bool | None]
"""Level and *ours*; None for what is unknown."""
Teller = Callable[[Row, Judgement], State]


def by_rules(row: Row, _judgement: Judgement) -> State:
    """As `gateway.mail.state` tells it."""
    state = customer_state(row.customer or "")
    return state.level, state.our_failure


def by_head(row: Row, judgement: Judgement) -> State:
    """As the judge tells it: what is most probable; by rules where it says nothing."""
    if judgement.level is None or judgement.our_failure is None:
        return by_rules(row, judgement)
    harmed = judgement.level[2] + judgement.level[3] >= 0.5
    level = max((2, 3) if harmed else (0, 1), key=judgement.level.__getitem__)
    return level, judgement.our_failure >= 0.5


def told(rows: Sequence[tuple[Row, Judgement]], teller: Teller) -> list[str]:
    """Precision and recall of *level 2 or 3* and of *ours*, as cells of a table."""
    known = [(row, teller(row, judgement)) for row, judgement in rows if row.customer and row.level is not None]
    harmed = [((row.level or 0) >= 2, (state[0] or 0) >= 2) for row, state in known]
    ours = [(bool(row.ours), bool(state[1])) for row, state in known]
    return [cell for pairs in (harmed, ours) for cell in _cells(pairs)]


def _cells(pairs: Sequence[tuple[bool, bool]]) -> tuple[str, str]:
    both = sum(true and said for true, said in pairs)
    return str(Share(both, sum(said for _, said in pairs))), str(Share(both, sum(true for true, _ in pairs)))


def verdicts(rows: Sequence[tuple[Row, Judgement]], teller: Teller, policies: Policies) -> list[Verdict]:
    """The verdict on each row, in the profile *starter*, where the state is told so."""
    found = []
    for row, judgement in rows:
        level, ours = teller(row, judgement) if row.customer else (None, None)
        context = Context(customer=row.customer, inbound_level=level, our_failure=ours)
        found.append(judge(policies, from_text(row.reply, row.customer), context, Stance(), _DAY, judgement))
    return found


def effect(rows: Sequence[tuple[Row, Judgement]], found: Sequence[Verdict]) -> list[str]:
    """Cells: absences found; good ones an omission rule flags; good ones noted or held, held; bad ones too."""
    good = [verdict for (row, _), verdict in zip(rows, found, strict=True) if not row.hold]
    bad = [verdict for (row, _), verdict in zip(rows, found, strict=True) if row.hold]
    lacking = [
        verdict
        for (row, _), verdict in zip(rows, found, strict=True)
        if {"no-acknowledgement", "no-next-step"} & set(row.labels)
    ]
    return [
        _share(lacking, _omitted),
        _share(good, _omitted),
        _share(good, _flagged),
        _share(good, lambda verdict: verdict.action.holds),
        _share(bad, _flagged),
        _share(bad, lambda verdict: verdict.action.holds),
    ]


def _share(verdicts: Sequence[Verdict], which: Callable[[Verdict], bool]) -> str:
    return str(Share(sum(map(which, verdicts)), len(verdicts)))


def _flagged(verdict: Verdict) -> bool:
    return verdict.action is not Action.PASS


def _omitted(verdict: Verdict) -> bool:
    return any(each.counted and each.policy.startswith("omission/") for each in verdict.findings)


def table(folder: Path) -> str:
    """Everything, in Markdown."""
    split = read_split(CORPUS / "split.toml")
    model = open_model(folder, threads=2)
    policies = load(source_files(shipped_folder())).policies
    sides = {"authors to choose on": read_authors(CORPUS / "train", split.choose)}
    if REAL.exists():
        sides["real text"] = read_real(REAL, split.sealed_fraction).choose
    lines = []
    tellers: dict[str, Teller] = {"rules": by_rules, "the head": by_head}
    for side, rows in sides.items():
        pairs = list(zip(rows, judge_all(model, rows), strict=True))
        if any(row.level is not None for row in rows):
            lines += [
                "| state by | level 2 or 3: precision | recall | ours: precision | recall |",
                "| - | - | - | - | - |",
            ]
            lines += [f"| {name}, {side} | {' | '.join(told(pairs, teller))} |" for name, teller in tellers.items()]
        lines += [
            "",
            "| state by | lacking: so found | good: an omission | noted or held | held | bad: noted or held | held |",
            "| - | - | - | - | - | - | - |",
        ]
        for name, teller in tellers.items():
            cells = " | ".join(effect(pairs, verdicts(pairs, teller, policies)))
            lines.append(f"| {name}, {side} | {cells} |")
        lines.append("")
    return "\n".join(lines)


if __name__ == "__main__":
    print(table(Path(sys.argv[1]) if len(sys.argv) > 1 else SHIPPED))  # noqa: T201 - a table for a person
