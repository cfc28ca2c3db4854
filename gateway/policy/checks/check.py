# SPDX-License-Identifier: GPL-3.0-or-later
"""What a kind of check has to offer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from gateway.policy.case import Case
from gateway.policy.matcher import Matcher
from gateway.policy.seen import Seen


class Check(Protocol):
    """One kind of check, made from what a rule says."""

    @property
    def matchers(self) -> tuple[Matcher, ...]:
        """Patterns without one of which the check sees nothing; empty if it is to be asked each time."""
        ...

    def is_idle(self, case: Case) -> bool:
        """Whether it sees nothing for sure, told at no cost: what it would need is not there."""
        ...

    def see(self, case: Case, possible: Sequence[Matcher]) -> Iterator[Seen]:
        """Everything it sees, at most one a sentence, sentences in any order.

        `possible` are those of `matchers` that the text may contain.
        """
        ...
