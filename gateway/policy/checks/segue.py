# SPDX-License-Identifier: GPL-3.0-or-later
"""The check `segue`: an act that turns, in the same or the next sentence, into what another policy finds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from gateway.policy.case import Case
from gateway.policy.maker import Key, Maker
from gateway.policy.matcher import Matcher
from gateway.policy.policies import id_matches
from gateway.policy.schema.rules import RuleModel
from gateway.policy.seen import Seen


@dataclass(frozen=True, slots=True, eq=False)
class Segue:
    """Sees what others found, if one of the acts comes close before it. Runs after all other checks.

    Attributes:
        acts: names.
        into: policy ids, or families as in ``blame/*``.
        sentences: how far behind the act, 0 for the same sentence.
    """

    acts: tuple[str, ...]
    into: tuple[str, ...]
    sentences: int
    matchers: tuple[Matcher, ...] = ()

    def is_idle(self, case: Case) -> bool:
        """Where nothing else was found."""
        return not case.found

    def see(self, case: Case, possible: Sequence[Matcher]) -> Iterator[Seen]:  # noqa: ARG002 - has no patterns
        """The places of those findings, one a sentence."""
        seen: set[int] = set()
        for policy, found in case.found:
            hit = found.hit
            if hit is None or hit.line in seen or not any(id_matches(policy, pattern) for pattern in self.into):
                continue
            near = range(max(0, hit.line - self.sentences), hit.line + 1)
            if any(not case.act_lines(act).isdisjoint(near) for act in self.acts):
                seen.add(hit.line)
                yield Seen(hit)


def build(rule: RuleModel, language: str, family: str | None, key: Key, maker: Maker) -> Segue:  # noqa: ARG001
    """The check of a rule with `segue`."""
    asked = rule.segue
    if asked is None:
        raise AssertionError("a rule with segue")
    acts = tuple(maker.act(act, (*key, "segue", "act")) for act in asked.act)
    return Segue(acts, asked.into, asked.sentences)
