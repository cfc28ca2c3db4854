# SPDX-License-Identifier: GPL-3.0-or-later
"""What the rules that ship say about labelled replies, counted: the figures behind `tests.eval.rules`."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from gateway.judge.training.rows import Split
from gateway.mail.read import from_text
from gateway.mail.state import customer_state
from gateway.policy.context import Context, Relation
from gateway.policy.evaluate import evaluate
from gateway.policy.policies import Policies
from gateway.verdict.stance import Stance
from gateway.verdict.table import decide
from gateway.verdict.verdict import Action

_DAY = date(2026, 11, 24)
PROFILES = ("starter", "strict")
HOLDS = (Action.HOLD, Action.HOLD_FOR_LEAD)


@dataclass(frozen=True, slots=True)
class Rate:
    """So many of so many."""

    hits: int
    of: int

    @property
    def share(self) -> float:
        """As a number from 0 to 1; 0 of nothing is 0."""
        return self.hits / self.of if self.of else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's interval, 95 %."""
        if not self.of:
            return (0.0, 1.0)
        z = 1.96
        centre = (self.share + z * z / (2 * self.of)) / (1 + z * z / self.of)
        half = z / (1 + z * z / self.of) * math.sqrt(self.share * (1 - self.share) / self.of + (z / (2 * self.of)) ** 2)
        return (max(0.0, centre - half), min(1.0, centre + half))

    def __str__(self) -> str:
        low, high = self.interval
        return f"{100 * self.share:.1f} % ({100 * low:.1f} to {100 * high:.1f}) of {self.of}"


def gap(seen: Rate, unseen: Rate) -> str:
    """The difference of two rates with its interval (Newcombe), in points."""
    (low_1, high_1), (low_2, high_2) = seen.interval, unseen.interval
    difference = seen.share - unseen.share
    below = math.hypot(seen.share - low_1, high_2 - unseen.share)
    above = math.hypot(high_1 - seen.share, unseen.share - low_2)
    return f"{100 * difference:+.0f} ({100 * (difference - below):+.0f} to {100 * (difference + above):+.0f})"


@dataclass(frozen=True, slots=True)
class Judged:
    """A labelled row and what was made of it.

    Attributes:
        row: as it stands in its file.
        action: the verdict.
        rules: rules whose findings counted, as ``id#rule``.
    """

    row: dict[str, Any]
    action: Action
    rules: tuple[str, ...]

    @property
    def flagged(self) -> bool:
        """Whether it is held or noted."""
        return self.action is not Action.PASS

    @property
    def near_miss(self) -> bool:
        """Whether it is harmless and was written to look otherwise."""
        return not self.row["hold"] and "near" in (self.row.get("notes") or "")


def rows_of(folder: Path, authors: Iterable[str]) -> Iterator[dict[str, Any]]:
    """Rows of these authors; no other file is opened."""
    for author in sorted(authors):
        for line in (folder / f"{author}.jsonl").read_text(encoding="utf-8").splitlines():
            yield json.loads(line)


def real_rows(path: Path, split: Split, *, sealed: bool) -> list[dict[str, Any]]:
    """Rows of real text on one side of the split (`split.toml`, [real])."""
    sources: dict[str, list[dict[str, Any]]] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        sources.setdefault(row["source"], []).append(row)
    chosen = []
    for source in sorted(sources):
        rows = sorted(sources[source], key=lambda row: hashlib.sha256(row["id"].encode()).hexdigest())
        cut = int(len(rows) * split.sealed_fraction)
        chosen += rows[:cut] if sealed else rows[cut:]
    return chosen


def judged(rows: Iterable[dict[str, Any]], policies: Policies) -> dict[str, list[Judged]]:
    """What the rules alone make of each row, by profile: seen once, decided for each."""
    by_profile: dict[str, list[Judged]] = {profile: [] for profile in PROFILES}
    for row in rows:
        customer = row.get("customer") or None
        reply = from_text(row["reply"], customer)
        sightings = evaluate(policies, reply, _context(row, customer))
        for profile, found in by_profile.items():
            verdict = decide(sightings, Stance(profile=profile), reply.confidence, policies.digest, _DAY)
            rules = tuple(f"{each.policy}#{each.rule}" for each in verdict.findings if each.counted)
            found.append(Judged(row, verdict.action, rules))
    return by_profile


def _context(row: dict[str, Any], customer: str | None) -> Context:
    state = customer_state(customer) if customer else None
    relation = row.get("relation")
    return Context(
        customer=customer,
        inbound_level=state.level if state else None,
        our_failure=state.our_failure if state else None,
        relation=None if relation is None else Relation.NEW if relation == "new" else Relation.KNOWN,
        repeat_contact=None if relation is None else relation == "repeat",
    )


def found(rows: Iterable[Judged], family: str | None = None) -> Rate:
    """Faulty rows that are flagged; of one family, those that show it."""
    faulty = [each for each in rows if each.row["hold"] and (family is None or family in each.row["labels"])]
    return Rate(sum(each.flagged for each in faulty), len(faulty))


def held(rows: Iterable[Judged], family: str | None = None) -> Rate:
    """Faulty rows that are held; of one family, those that show it."""
    faulty = [each for each in rows if each.row["hold"] and (family is None or family in each.row["labels"])]
    return Rate(sum(each.action in HOLDS for each in faulty), len(faulty))


def near_misses(rows: Iterable[Judged]) -> Rate:
    """Near misses that are flagged."""
    near = [each for each in rows if each.near_miss]
    return Rate(sum(each.flagged for each in near), len(near))


def benign(rows: Iterable[Judged], *actions: Action, drawn: str | None = None) -> Rate:
    """Harmless rows that come to one of these actions."""
    harmless = [each for each in rows if not each.row["hold"] and (drawn is None or each.row.get("drawn") == drawn)]
    return Rate(sum(each.action in actions for each in harmless), len(harmless))
