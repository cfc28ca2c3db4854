# SPDX-License-Identifier: GPL-3.0-or-later
"""The checks `phrases`, `sequence` and `regex`: words in a sentence. They differ in how their patterns are written."""

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
class Wording:
    """Finds the first of its patterns in each sentence.

    Attributes:
        matchers: any of these.
        echoes: content words that the sentence must share with the customer's; 0 if it does not matter.
    """

    matchers: tuple[Matcher, ...]
    echoes: int = 0

    def is_idle(self, case: Case) -> bool:  # noqa: ARG002 - what it needs is in every text
        """Never."""
        return False

    def see(self, case: Case, possible: Sequence[Matcher]) -> Iterator[Seen]:
        """One place a sentence: the leftmost, and of those the longest."""
        first: dict[int, Hit] = {}
        for matcher in possible:
            for hit in case.text.find(matcher):
                known = first.get(hit.line)
                if known is None or (hit.start, -hit.end) < (known.start, -known.end):
                    first[hit.line] = hit
        for line, hit in first.items():
            if not self.echoes or (case.echoes(line) or 0) >= self.echoes:
                yield Seen(hit)


def build(rule: RuleModel, language: str, family: str | None, key: Key, maker: Maker) -> Wording:  # noqa: ARG001
    """The check of a rule with `phrases`, `sequence` or `regex`."""
    return Wording(maker.patterns(rule, language, key), rule.echoes or 0)
