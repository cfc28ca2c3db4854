# SPDX-License-Identifier: GPL-3.0-or-later
"""The check `density`: too much of something in one reply."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from gateway.policy.case import Case
from gateway.policy.maker import Key, Maker
from gateway.policy.matcher import Matcher
from gateway.policy.schema.rules import RuleModel
from gateway.policy.seen import Seen
from gateway.policy.text import Hit


@dataclass(frozen=True, slots=True, eq=False)
class Density:
    """Counts places that do not overlap.

    Attributes:
        acts: each place where one of these is done counts.
        counted: each place of one of these patterns counts.
        at_least: how many there must be.
        per_words: and at least one in so many words; None if the length does not matter.
    """

    acts: tuple[str, ...]
    counted: tuple[Matcher, ...]
    at_least: int
    per_words: int | None
    matchers: tuple[Matcher, ...] = ()

    def is_idle(self, case: Case) -> bool:  # noqa: ARG002 - what it needs is in every text
        """Never."""
        return False

    def see(self, case: Case, possible: Sequence[Matcher]) -> Iterator[Seen]:  # noqa: ARG002 - may count acts alone
        """One thing about the reply as a whole, or nothing."""
        hits = [hit for act in self.acts for hit in case.act_places(act)]
        hits += [hit for matcher in self.counted for hit in case.text.occurrences(matcher)]
        count = _disjoint(hits)
        if count >= self.at_least and (self.per_words is None or count * self.per_words >= case.text.words):
            yield Seen(count=count)


def _disjoint(hits: list[Hit]) -> int:
    """How many there are if those that overlap count once."""
    count, line, reach = 0, -1, -1
    for hit in sorted(hits, key=lambda hit: (hit.line, hit.start)):
        if hit.line != line or hit.start >= reach:
            count, reach = count + 1, hit.end
        line, reach = hit.line, max(reach, hit.end)
    return count


def build(rule: RuleModel, language: str, family: str | None, key: Key, maker: Maker) -> Density:  # noqa: ARG001
    """The check of a rule with `density`."""
    asked = rule.density
    if asked is None:
        raise AssertionError("a rule with density")
    key = (*key, "density")
    counted = maker.words(asked.words, language, (*key, "words"))
    counted += maker.phrases(asked.phrases, language, (*key, "phrases"))
    acts = tuple(maker.act(act, (*key, "act")) for act in asked.act)
    return Density(acts, counted, asked.at_least, asked.per_words)
