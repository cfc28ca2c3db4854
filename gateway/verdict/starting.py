# SPDX-License-Identifier: GPL-3.0-or-later
"""Step 3 of the decision table (`gateway.verdict.table`): the mode that a finding starts from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from gateway.policy.finding import Mode
from gateway.policy.policies import Policy, id_matches
from gateway.policy.schema.files import Status
from gateway.policy.sighting import Sighting
from gateway.verdict.stance import Mute, Stance

RANK = {Mode.SHADOW: 0, Mode.NOTE: 1, Mode.HOLD: 2}


@dataclass(frozen=True, slots=True)
class Start:
    """The mode that a finding starts from, and why it is in shadow; None if it is not, or by its own policy's wish."""

    mode: Mode
    because: str | None = None


def start(sighting: Sighting, stance: Stance, today: date) -> Start:
    """Step 3: what silences a finding, else the milder of what the policy and the rule may cause under the profile."""
    silenced = _silenced(sighting, stance.mutes, today)
    if silenced is not None:
        return Start(Mode.SHADOW, silenced)
    policy, rule = sighting.policy, sighting.rule
    strict = stance.profile == "strict"
    own = dict(stance.modes).get(policy.id)
    of_policy = own or (policy.boldest if strict else policy.mode)
    of_rule = (rule.boldest if strict else rule.mode) or of_policy
    mode = min(of_policy, of_rule, key=RANK.__getitem__)
    return Start(mode, "shadow" if mode is Mode.SHADOW else None)


def _silenced(sighting: Sighting, mutes: Sequence[Mute], today: date) -> str | None:
    policy = sighting.policy
    targets = (policy.id, f"{policy.id}#{sighting.rule.name}")
    reasons = (
        *_unready(policy, today),
        *(["shadow: the policy fails its own examples"] if sighting.failing else []),
        *(
            f"muted: {mute.reason}"
            for mute in mutes
            if any(id_matches(target, mute.target) for target in targets) and today <= mute.until
        ),
        *(
            f"exception: {exception.reason}"
            for exception in sighting.exceptions
            if exception.expires is None or today < exception.expires
        ),
    )
    return reasons[0] if reasons else None


def _unready(policy: Policy, today: date) -> Iterator[str]:
    """Why the policy as a whole is in shadow."""
    if policy.status is Status.EXPERIMENTAL:
        yield "shadow: experimental"
    if policy.effective is not None and today < policy.effective:
        yield f"shadow: in force from {policy.effective}"
    if policy.expires is not None and today >= policy.expires:
        yield f"shadow: expired on {policy.expires}"
