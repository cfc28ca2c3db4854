# SPDX-License-Identifier: GPL-3.0-or-later
"""The ladder of a hold that nobody decides about: reminder, the lead, the end."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from gateway.hold.hold import End
from gateway.hold.hours import OpeningHours
from gateway.policy.finding import To


@dataclass(frozen=True, slots=True)
class Rungs:
    """The moments of one hold, UTC; None where a rung is left out.

    Attributes:
        remind: when the reviewer is reminded.
        escalate: when it shows to the lead as well.
        end: when it ends by itself.
        at_end: how.
    """

    remind: datetime | None
    escalate: datetime | None
    end: datetime | None
    at_end: End


@dataclass(frozen=True, slots=True)
class Ladder:
    """How long a team has, in its own business hours.

    Attributes:
        hours: when the team works.
        remind_after: business time after which the reviewer is reminded.
        lead_after: business time after which it shows to the lead.
        end_after: business time after which it ends by itself.
        end: how an agent's hold ends.
        lead_end: how a lead's hold ends.
    """

    hours: OpeningHours = field(default_factory=OpeningHours)
    remind_after: timedelta = timedelta(hours=2)
    lead_after: timedelta = timedelta(hours=4)
    end_after: timedelta = timedelta(hours=8)
    end: End = End.RELEASE
    lead_end: End = End.RETURN

    def rungs(self, to: To, since: datetime) -> Rungs:
        """The moments of a hold that waits for this reviewer since then."""
        at_end = self.lead_end if to is To.LEAD else self.end
        return Rungs(
            remind=self.hours.after(since, self.remind_after),
            escalate=None if to is To.LEAD else self.hours.after(since, self.lead_after),
            end=None if at_end is End.KEEP else self.hours.after(since, self.end_after),
            at_end=at_end,
        )
