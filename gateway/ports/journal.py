# SPDX-License-Identifier: GPL-3.0-or-later
"""Counts by day of what was done with messages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Protocol

from gateway.verdict.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Count:
    """What is counted.

    Attributes:
        day: on which it happened.
        team: whose message it was; empty where that is not known.
        kind: ``carried_out``, ``unjudged``, ``failed``, ``feed``, or how a rule fired: ``hold``, ``note``, ``shadow``,
            ``not_counted``.
        name: what was done, the cause, or policy id, hash sign and rule.
    """

    day: date
    team: str
    kind: str
    name: str


class Journal(Protocol):
    """Counts of what was done with messages, by day; never waits, never raises.

    It is what `bedside policy stats` and the metrics are made of. It knows rules and teams, and no person.
    """

    def judged(self, team: str, verdict: Verdict, carried_out: str) -> None:
        """A message of a team was judged; `carried_out` is what was done: passed, observed, noted, held, nudged ..."""
        ...

    def unjudged(self, cause: str) -> None:
        """A message passed without being judged."""
        ...

    def heard(self, what: str) -> None:
        """The inbound feed has shown a message; `what` became of it: remembered, or why not."""
        ...

    def failed(self, cause: str, where: str) -> None:
        """A message could not be judged: what went wrong, and in which rule or part."""
        ...
