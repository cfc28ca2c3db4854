# SPDX-License-Identifier: GPL-3.0-or-later
"""The check `mismatch`: cheer in answer to bad news."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from gateway.policy.case import Case
from gateway.policy.maker import Key, Maker
from gateway.policy.matcher import Matcher
from gateway.policy.schema.parts import Comparison
from gateway.policy.schema.rules import At, RuleModel
from gateway.policy.seen import Seen
from gateway.policy.text import Hit

_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True, eq=False)
class Mismatch:
    """Sees wording that does not fit what the customer wrote.

    Attributes:
        matchers: the cheer.
        level: of the customer's state; unknown means that nothing is seen.
        at: where it must stand.
        after: acts that make it harmless if one of them comes before.
    """

    matchers: tuple[Matcher, ...]
    level: Comparison
    at: At
    after: tuple[str, ...]

    def is_idle(self, case: Case) -> bool:
        """Where the customer's state is another, or is not known."""
        return case.context.inbound_level is None or not self.level.holds(case.context.inbound_level)

    def see(self, case: Case, possible: Sequence[Matcher]) -> Iterator[Seen]:
        """Each sentence with such wording, at its place."""
        acknowledged = min((line for act in self.after for line in case.act_lines(act)), default=None)
        seen: set[int] = set()
        for matcher in possible:
            for hit in case.text.find(matcher):
                harmless = acknowledged is not None and acknowledged < hit.line
                if hit.line not in seen and not harmless and self._stands(case, hit):
                    seen.add(hit.line)
                    yield Seen(hit)

    def _stands(self, case: Case, hit: Hit) -> bool:
        if hit.line == case.text.subject_line:
            return False
        if self.at is At.OPENING:
            own = case.text.own_lines
            return hit.line <= own[0] if own else True
        if self.at is At.ALONE:
            line = case.text.lines[hit.line]
            return len(_WORD.findall(line[: hit.start] + " " + line[hit.end :])) <= 1
        return True


def build(rule: RuleModel, language: str, family: str | None, key: Key, maker: Maker) -> Mismatch:  # noqa: ARG001
    """The check of a rule with `mismatch`."""
    asked = rule.mismatch
    if asked is None:
        raise AssertionError("a rule with mismatch")
    key = (*key, "mismatch")
    matchers = maker.words(asked.words, language, (*key, "words"))
    matchers += maker.phrases(asked.phrases, language, (*key, "phrases"))
    after = tuple(maker.act(act, (*key, "after")) for act in asked.after)
    return Mismatch(matchers, asked.inbound_level, asked.at, after)
