# SPDX-License-Identifier: GPL-3.0-or-later
"""What a rule that fired says: a `Finding`, and the scales it is measured on."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum


class Mode(StrEnum):
    """The most that a rule can cause by itself."""

    SHADOW = "shadow"
    NOTE = "note"
    HOLD = "hold"


class Severity(StrEnum):
    """How much harm the fault does if it goes out."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"

    @property
    def points(self) -> int:
        """Points that a finding of this severity starts with."""
        return SeverityPoints[self.name].value


class SeverityPoints(IntEnum):
    """The design's points a severity."""

    LOW = 1
    MEDIUM = 2
    HIGH = 3
    CRITICAL = 6


class Part(StrEnum):
    """Where a finding stands."""

    BODY = "body"
    SUBJECT = "subject"


class To(StrEnum):
    """Who reviews a hold."""

    AGENT = "agent"
    LEAD = "lead"


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule's finding, after the decision table (`contracts/scan.schema.json`).

    Attributes:
        policy: id of the policy, for example ``blame/counterfactual``.
        rule: name of the rule within it.
        check: kind of check that found it.
        family: the judge's word for this kind of fault (`policies.md` 9); None where a policy has none.
        mode: what it causes, after escalation and ease.
        severity: after escalation.
        points: after escalation and ease, never below 0.
        counted: whether it counts towards the verdict.
        because: why it did not count, or why it was raised or eased; None if nothing happened to it.
        part: body or subject.
        sentence: index into `Reply.sentences`; None for a finding without a place, or in the subject.
        start: offset into `Reply.authored`; None without a place.
        end: likewise, behind its last character.
        excerpt: the words that it is about; empty for an absence.
        message: what is wrong, in one sentence for the agent.
        explanation: why it matters; may be empty.
        suggestion: a better wording; may be empty.
        to: who reviews it.
        probability: of the learned judge, 0 to 1; None for other checks.
    """

    policy: str
    rule: str
    check: str
    family: str | None
    mode: Mode
    severity: Severity
    points: float
    counted: bool
    because: str | None
    part: Part
    sentence: int | None
    start: int | None
    end: int | None
    excerpt: str
    message: str
    explanation: str = ""
    suggestion: str = ""
    to: To = To.AGENT
    probability: float | None = None
