# SPDX-License-Identifier: GPL-3.0-or-later
"""A team's stance towards the policies: how strictly it wants to be judged."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from gateway.policy.finding import Mode


@dataclass(frozen=True, slots=True)
class Mute:
    """A rule or policy silenced by the lead, for a reason and until a date.

    Attributes:
        target: policy id; policy id, a hash sign and a rule name; or a family, ``blame/*``.
        reason: why.
        until: last day on which it holds.
        senders: address patterns; empty means all.
        recipients: likewise.
    """

    target: str
    reason: str
    until: date
    senders: tuple[str, ...] = ()
    recipients: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Stance:
    """How a team is judged (the decision table, steps 3 and *verdict*).

    Attributes:
        profile: ``starter`` (each policy's own mode) or ``strict`` (what each declares as its boldest).
        hold_at: points of counted findings of at least two policies from which a message is held.
        modes: the team's own mode for a policy id; goes before the profile.
        mutes: silenced rules.
        has_reviewer: whether somebody is there to review; if not, at most a note.
        min_confidence: confidence of the split below which the action is at most a note.
    """

    profile: str = "starter"
    hold_at: float = 4.0
    modes: tuple[tuple[str, Mode], ...] = ()
    mutes: tuple[Mute, ...] = ()
    has_reviewer: bool = True
    min_confidence: float = 0.5
