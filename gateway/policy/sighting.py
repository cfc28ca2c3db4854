# SPDX-License-Identifier: GPL-3.0-or-later
"""What a rule saw in a reply, before the decision table says what it means."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.policy.policies import Approved, Ease, Escalation, Policy, Rule
from gateway.policy.text import Place


@dataclass(frozen=True, slots=True)
class Sighting:
    """One thing that a rule saw, with the conditions that held.

    Attributes:
        policy: whose rule it is.
        rule: the rule.
        place: where it stands.
        probability: of the learned judge; None for other checks.
        count: what a density counted; None for other checks.
        sent_before: how often it was sent before in the thread; None for other checks.
        dismissed: which antipattern or `unless` was met, in words; None if none was.
        escalations: steps whose conditions held, in order; their `also` is still open.
        eases: steps that held.
        exceptions: those that cover it, whatever their date.
        failing: whether the policy fails its own examples.
    """

    policy: Policy
    rule: Rule
    place: Place
    probability: float | None = None
    count: int | None = None
    sent_before: int | None = None
    dismissed: str | None = None
    escalations: tuple[Escalation, ...] = ()
    eases: tuple[Ease, ...] = ()
    exceptions: tuple[Approved, ...] = ()
    failing: bool = False
