# SPDX-License-Identifier: GPL-3.0-or-later
"""The check `absent`: none of these acts is in the reply."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from gateway.policy.case import Case
from gateway.policy.maker import Key, Maker
from gateway.policy.matcher import Matcher
from gateway.policy.schema.rules import RuleModel
from gateway.policy.seen import Seen


@dataclass(frozen=True, slots=True, eq=False)
class Absent:
    """Sees a reply in which nothing does any of these acts; a reply without a word says nothing at all.

    Attributes:
        acts: names.
    """

    acts: tuple[str, ...]
    matchers: tuple[Matcher, ...] = ()

    def is_idle(self, case: Case) -> bool:
        """Where nothing is said."""
        return not case.reply.authored

    def see(self, case: Case, possible: Sequence[Matcher]) -> Iterator[Seen]:  # noqa: ARG002 - asks for acts only
        """One thing about the reply as a whole, or nothing."""
        if case.reply.authored.strip() and not any(case.has_act(act) for act in self.acts):
            yield Seen()


def build(rule: RuleModel, language: str, family: str | None, key: Key, maker: Maker) -> Absent:  # noqa: ARG001
    """The check of a rule with `absent`."""
    return Absent(tuple(maker.act(act, (*key, "absent")) for act in rule.absent or ()))
