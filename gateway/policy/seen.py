# SPDX-License-Identifier: GPL-3.0-or-later
"""Something that a check saw."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.policy.text import Hit


@dataclass(frozen=True, slots=True)
class Seen:
    """Something that a check saw.

    Attributes:
        hit: where; None for something about the reply as a whole.
        probability: of the learned judge.
        count: how many were counted.
        sent_before: how often it was sent before in this thread.
    """

    hit: Hit | None = None
    probability: float | None = None
    count: int | None = None
    sent_before: int | None = None
