# SPDX-License-Identifier: GPL-3.0-or-later
"""The check `judged`: the learned judge's probability for a family of faults."""

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
class Judged:
    """Sees sentences, or for absences the reply as a whole, that the judge is sure enough about.

    Attributes:
        family: as the judge names it.
        at_least: probability from which it counts.
    """

    family: str
    at_least: float
    matchers: tuple[Matcher, ...] = ()

    def is_idle(self, case: Case) -> bool:
        """Without the judge."""
        return case.judgement is None

    def see(self, case: Case, possible: Sequence[Matcher]) -> Iterator[Seen]:  # noqa: ARG002 - has no patterns
        """Every such sentence as a whole, with its probability; nothing where there is no judgement."""
        if case.judgement is None:
            return
        for line, families in enumerate(case.judgement.sentences[: case.text.subject_line]):
            probability = families.get(self.family, 0.0)
            if probability >= self.at_least:
                yield Seen(Hit(line, 0, len(case.text.lines[line])), probability=probability)
        probability = case.judgement.whole.get(self.family, 0.0)
        if probability >= self.at_least:
            yield Seen(probability=probability)


def build(rule: RuleModel, language: str, family: str | None, key: Key, maker: Maker) -> Judged:  # noqa: ARG001
    """The check of a rule with `judged`; the family is the rule's, else the policy's."""
    asked = rule.judged
    named = asked.family if asked and asked.family else family
    if asked is None or named is None:
        maker.mistakes.append(((*key, "judged"), "name the family, here or in the policy"))
        return Judged("", 1.0)
    return Judged(named, asked.at_least)
