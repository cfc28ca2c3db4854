# SPDX-License-Identifier: GPL-3.0-or-later
"""Counts by day: what was done with messages, what passed unjudged and why, which rule fired how.

A `Tally` is a `Journal` that never waits: it counts in memory, and whoever has a store takes the counts away from time
to time. It knows teams and rules, and nobody's name: nothing can be made of it that ranks people.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import date

from gateway.policy.finding import Finding, Mode
from gateway.ports import Count
from gateway.verdict.verdict import Verdict


class Tally:
    """A `gateway.ports.Journal` in memory.

    Args:
        today: gives the date.
    """

    def __init__(self, today: Callable[[], date]) -> None:
        self._today = today
        self._counts: Counter[Count] = Counter()

    def judged(self, team: str, verdict: Verdict, carried_out: str) -> None:
        """See `gateway.ports.Journal`."""
        day = self._today()
        self._counts[Count(day, team, "carried_out", carried_out)] += 1
        for finding in verdict.findings:
            self._counts[Count(day, team, _how(finding), f"{finding.policy}#{finding.rule}")] += 1

    def unjudged(self, cause: str) -> None:
        """See `gateway.ports.Journal`."""
        self._counts[Count(self._today(), "", "unjudged", cause)] += 1

    def heard(self, what: str) -> None:
        """See `gateway.ports.Journal`."""
        self._counts[Count(self._today(), "", "feed", what)] += 1

    def failed(self, cause: str, where: str) -> None:
        """See `gateway.ports.Journal`."""
        self._counts[Count(self._today(), "", "failed", f"{cause}: {where}")] += 1

    def take(self) -> Mapping[Count, int]:
        """All counts since the last call; they are the caller's now."""
        taken, self._counts = self._counts, Counter()
        return taken

    def give_back(self, counts: Mapping[Count, int]) -> None:
        """Count what was taken and could not be kept."""
        self._counts.update(counts)


def _how(finding: Finding) -> str:
    if finding.mode is Mode.SHADOW:
        return "shadow"
    return finding.mode if finding.counted else "not_counted"
