# SPDX-License-Identifier: GPL-3.0-or-later
"""The index: from a text to the rules whose wording may be in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from gateway.policy.lines import Form
from gateway.policy.matcher import Matcher
from gateway.policy.sieve import Sieves, Use

if TYPE_CHECKING:
    from gateway.policy.policies import Policy, Rule
    from gateway.policy.text import JudgedText


@dataclass(frozen=True, slots=True, eq=False)
class Index:
    """See the module.

    Attributes:
        rules: every rule with its policy, in order; the numbers below count in it.
        sieves: of all patterns.
        begun_by: the rules that a pattern may lead to.
        always: patterns that no sieve holds, each with the number of its rule.
        whole: rules that look at more than wording, and are asked each time.
        segues: rules that look at what the others found.
    """

    rules: tuple[tuple[Policy, Rule], ...] = ()
    sieves: Sieves = field(default_factory=Sieves)
    begun_by: Mapping[Matcher, tuple[int, ...]] = field(default_factory=dict)
    always: tuple[tuple[int, Matcher], ...] = ()
    whole: tuple[int, ...] = ()
    segues: tuple[int, ...] = ()

    def possible(self, text: JudgedText, language: str | None) -> dict[int, list[Matcher]]:
        """For each rule that may find something in a text of this language: its patterns that may match."""
        found: dict[int, list[Matcher]] = {number: [] for number in self.whole}
        for number, matcher in self.always:
            found.setdefault(number, []).append(matcher)
        for sieve in self.sieves.all:
            if sieve.use is Use.ALWAYS and not _speaks_another(sieve.form, language):
                for matcher in text.sifted(sieve).settled():
                    for number in self.begun_by[matcher]:
                        found.setdefault(number, []).append(matcher)
        return found


def _speaks_another(form: Form, language: str | None) -> bool:
    """Whether a sieve of this form has no rule for a text that is known to be in this language."""
    return (form is Form.ENGLISH and language not in ("en", None)) or (form is Form.OTHER and language == "en")


def build(policies: Iterable[Policy], sieves: Sieves) -> Index:
    """The index of these policies."""
    rules = tuple((policy, rule) for policy in policies for rule in policy.rules)
    begun_by: dict[Matcher, list[int]] = {}
    always: list[tuple[int, Matcher]] = []
    for number, (_, rule) in enumerate(rules):
        for matcher in dict.fromkeys(rule.check.matchers):
            if matcher in sieves.of:
                begun_by.setdefault(matcher, []).append(number)
            else:
                always.append((number, matcher))
    segues = tuple(number for number, (_, rule) in enumerate(rules) if rule.kind == "segue")
    whole = tuple(number for number, (_, rule) in enumerate(rules) if not rule.check.matchers and rule.kind != "segue")
    frozen = {matcher: tuple(numbers) for matcher, numbers in begun_by.items()}
    return Index(rules, sieves, frozen, tuple(always), whole, segues)
