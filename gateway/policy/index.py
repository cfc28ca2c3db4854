# SPDX-License-Identifier: GPL-3.0-or-later
"""The index: from the tokens of a text to the rules whose wording may be in it.

Each pattern stands under the tokens of its rarest group. A text that has none of them never meets the pattern, so ten
thousand phrases that are not there cost one lookup a token of the text. Whether a pattern really matches is its
matcher's word alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from gateway.policy.matcher import Matcher
from gateway.policy.wording.anchors import open_ended

if TYPE_CHECKING:
    from gateway.policy.policies import Policy, Rule
    from gateway.policy.text import JudgedText


@dataclass(frozen=True, slots=True, eq=False)
class Index:
    """See the module.

    Attributes:
        rules: every rule with its policy, in order; the numbers below count in it.
        by_token: patterns that a token may lead to, each with the number of its rule.
        always: patterns that no token leads to.
        whole: rules that look at more than wording, and are asked each time.
    """

    rules: tuple[tuple[Policy, Rule], ...] = ()
    by_token: Mapping[bytes, tuple[tuple[int, Matcher], ...]] = field(default_factory=dict)
    always: tuple[tuple[int, Matcher], ...] = ()
    whole: tuple[int, ...] = ()

    def possible(self, text: JudgedText) -> dict[int, list[Matcher]]:
        """For each rule that may find something: its patterns that may match."""
        found: dict[int, list[Matcher]] = {number: [] for number in self.whole}
        for number, matcher in self.always:
            if text.lines_with(matcher.groups):
                found.setdefault(number, []).append(matcher)
        asked: set[Matcher] = set()
        for token in text.token_lines.keys() & self.by_token.keys():
            for number, matcher in self.by_token[token]:
                if matcher not in asked:
                    asked.add(matcher)
                    if text.lines_with(matcher.groups):
                        found.setdefault(number, []).append(matcher)
        return found


def build(policies: Iterable[Policy]) -> Index:
    """The index of these policies."""
    rules = tuple((policy, rule) for policy in policies for rule in policy.rules)
    by_token: dict[bytes, list[tuple[int, Matcher]]] = defaultdict(list)
    always: list[tuple[int, Matcher]] = []
    whole: list[int] = []
    for number, (_, rule) in enumerate(rules):
        if not rule.check.matchers:
            whole.append(number)
        for matcher in rule.check.matchers:
            if not matcher.groups or open_ended(matcher.groups[0]):
                always.append((number, matcher))
                continue
            for token in matcher.groups[0]:
                by_token[token].append((number, matcher))
    frozen = {token: tuple(entries) for token, entries in by_token.items()}
    return Index(rules, frozen, tuple(always), tuple(whole))
