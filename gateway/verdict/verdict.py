# SPDX-License-Identifier: GPL-3.0-or-later
"""The `Verdict`: an action and the findings behind it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from gateway.policy.finding import Finding


class Action(StrEnum):
    """What is to happen to a message. How a hold is carried out is the listener's business."""

    PASS = "pass"  # noqa: S105 - an action, not a password
    NOTE = "note"
    HOLD = "hold"
    HOLD_FOR_LEAD = "hold_for_lead"

    @property
    def holds(self) -> bool:
        """Whether the message is kept back."""
        return self in (Action.HOLD, Action.HOLD_FOR_LEAD)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the policies say about a reply.

    Attributes:
        action: what is to happen.
        points: sum over the counted findings that are not in shadow.
        findings: all of them, counted or not, in the order of the text; absences last.
        profile: the profile they were judged under (starter or strict).
        policies: digest of the policies in force.
        capped: why the action is milder than the findings ask for; None if it is not.
    """

    action: Action
    points: float
    findings: tuple[Finding, ...]
    profile: str
    policies: str
    capped: str | None = None
