# SPDX-License-Identifier: GPL-3.0-or-later
"""What a replay says: counts, the mails that change, and an HTML page with pictures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from importlib import resources

from jinja2 import Environment, StrictUndefined

from gateway.policy.finding import Finding, Mode
from gateway.verdict.verdict import Action, Verdict

_LISTED = 200


@dataclass(frozen=True, slots=True)
class Change:
    """One mail with its verdict before and after an edit."""

    id: str
    day: date | None
    team: str
    subject: str
    before: Verdict
    after: Verdict

    @property
    def differs(self) -> bool:
        """Whether the edit changes what happens to it."""
        return self.before.action is not self.after.action

    @property
    def why(self) -> Finding | None:
        """The gravest finding on the side that has one."""
        found = self.after.findings or self.before.findings
        counted = [finding for finding in found if finding.counted]
        return max(counted, key=lambda finding: (finding.mode is Mode.HOLD, finding.points), default=None)


@dataclass(slots=True)
class Tally:
    """All mails of a replay."""

    changes: list[Change] = field(default_factory=list)
    unjudged: Counter[str] = field(default_factory=Counter)

    def add(self, change: Change) -> None:
        """Take one more in."""
        self.changes.append(change)

    def actions(self, side: str) -> Counter[Action]:
        """How many of each action, `before` or `after`."""
        return Counter(getattr(change, side).action for change in self.changes)

    def differing(self) -> list[Change]:
        """The mails that the edit changes, the graver first."""
        order = list(Action)
        return sorted((each for each in self.changes if each.differs), key=lambda each: -order.index(each.after.action))

    def per_rule(self) -> list[tuple[str, int, int]]:
        """Counted findings by policy and rule: before, after; the most frequent first."""
        before, after = (
            Counter(_rules(getattr(change, side) for change in self.changes)) for side in ("before", "after")
        )
        rows = [(rule, before[rule], after[rule]) for rule in before.keys() | after.keys()]
        return sorted(rows, key=lambda row: (-max(row[1], row[2]), row[0]))

    def held_per_rule(self) -> list[tuple[str, int]]:
        """Mails held after the edit in which a finding of the rule counted; the most frequent first."""
        held = Counter(
            rule for change in self.changes if change.after.action.holds for rule in set(_rules([change.after]))
        )
        return sorted(held.items(), key=lambda item: (-item[1], item[0]))

    def held_by(self, key: str) -> list[tuple[str, int]]:
        """Mails held after the edit, by day or team."""
        held = Counter(str(getattr(change, key) or "no date") for change in self.changes if change.after.action.holds)
        return sorted(held.items())


def _rules(verdicts: Iterable[Verdict]) -> Iterator[str]:
    for verdict in verdicts:
        for finding in verdict.findings:
            if finding.counted:
                yield f"{finding.policy}#{finding.rule}"


def _counts(actions: Counter[Action]) -> str:
    held = actions[Action.HOLD] + actions[Action.HOLD_FOR_LEAD]
    return f"{held} held, {actions[Action.NOTE]} noted, {actions[Action.PASS]} passed"


def _unjudged(causes: Counter[str]) -> str:
    """How many were not judged, and why."""
    parts = ", ".join(f"{amount} {cause.replace('_', ' ')}" for cause, amount in causes.most_common())
    return f"{causes.total()} not judged" + (f" ({parts})" if parts else "")


def text(tally: Tally) -> str:
    """The outcome for a terminal."""
    lines = [f"{len(tally.changes)} mails judged, {_unjudged(tally.unjudged)}."]
    lines += [f"  before: {_counts(tally.actions('before'))}", f"  after:  {_counts(tally.actions('after'))}"]
    lines += [f"  {rule}: {before} -> {after}" for rule, before, after in tally.per_rule() if before != after]
    differing = tally.differing()
    lines.append(f"{len(differing)} mails change{':' if differing else '.'}")
    for change in differing[:_LISTED]:
        why = change.why
        words = "" if why is None else f"  {why.policy}#{why.rule} “{' '.join(why.excerpt.split())}”"
        lines.append(f"  {change.id}: {change.before.action.value} -> {change.after.action.value}{words}")
    if len(differing) > _LISTED:
        lines.append(f"  and {len(differing) - _LISTED} more; see --html")
    return "".join(character for character in "\n".join(lines) if character == "\n" or character.isprintable())


def html(tally: Tally, tried: str, against: str) -> str:
    """The outcome as one page that needs nothing else."""
    source = resources.files("gateway.cli").joinpath("replay.html").read_text("utf-8")
    page = Environment(autoescape=True, undefined=StrictUndefined).from_string(source)
    return page.render(
        tally=tally,
        tried=tried,
        against=against,
        before=_counts(tally.actions("before")),
        after=_counts(tally.actions("after")),
        rules=tally.per_rule(),
        unjudged=_unjudged(tally.unjudged),
        charts=[
            ("Held per rule", tally.held_per_rule()),
            ("Held per day", tally.held_by("day")),
            ("Held per team", tally.held_by("team")),
        ],
        differing=tally.differing(),
    )
