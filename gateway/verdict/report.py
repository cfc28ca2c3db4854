# SPDX-License-Identifier: GPL-3.0-or-later
"""A verdict as one object of JSON, as `contracts/scan.schema.json` describes it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from gateway.mail.reply import Reply
from gateway.policy.context import Context
from gateway.policy.finding import Finding, Mode
from gateway.verdict.verdict import Verdict


def as_object(identifier: str, reply: Reply, context: Context, verdict: Verdict) -> dict[str, Any]:
    """What would happen to one reply, and why."""
    return {
        "id": identifier,
        "action": verdict.action.value,
        "points": verdict.points,
        "profile": verdict.profile,
        "policies": verdict.policies,
        "inbound_level": context.inbound_level,
        "facts": {
            "our_failure": context.our_failure,
            "relation": None if context.relation is None else context.relation.value,
            "repeat_contact": context.repeat_contact,
            "split_confidence": reply.confidence,
            "language": reply.language,
        },
        "authored": reply.authored,
        "findings": [_finding(finding) for finding in verdict.findings],
    }


def without_shadow(verdict: Verdict) -> Verdict:
    """The verdict without those findings that could not have mattered."""
    return replace(verdict, findings=tuple(each for each in verdict.findings if each.mode is not Mode.SHADOW))


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "policy": finding.policy,
        "rule": finding.rule,
        "check": finding.check,
        "family": finding.family,
        "mode": finding.mode.value,
        "severity": finding.severity.value,
        "points": finding.points,
        "probability": finding.probability,
        "counted": finding.counted,
        "because": finding.because,
        "part": finding.part.value,
        "sentence": finding.sentence,
        "start": finding.start,
        "end": finding.end,
        "excerpt": finding.excerpt,
        "message": finding.message,
    }
