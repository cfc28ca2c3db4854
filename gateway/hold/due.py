# SPDX-License-Identifier: GPL-3.0-or-later
"""When something has to be done about a hold by itself."""

from __future__ import annotations

from datetime import datetime

from gateway.hold.hold import Hold, HoldState


def due_at(hold: Hold) -> datetime | None:
    """The next moment at which a hold needs somebody without anyone having moved its card; None if there is none.

    Held: reminder, lead, end, or the next attempt to return it. Releasing: the next attempt.
    """
    match hold.state:
        case HoldState.HELD:
            moments = (hold.remind_at, hold.escalate_at, hold.next_attempt or hold.deadline)
            return min((moment for moment in moments if moment is not None), default=None)
        case HoldState.RELEASING:
            return hold.next_attempt
        case _:
            return None
