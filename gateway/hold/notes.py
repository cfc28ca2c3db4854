# SPDX-License-Identifier: GPL-3.0-or-later
"""Cards "for next time" are few: past a set number a day, the last one of them collects all that follow. No io.

Nobody reads a remark on every mail. So an agent gets at most a set number of such cards in a day of their team's zone;
the last of them says in short what the further ones would have said, and is shown anew with each.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, tzinfo

from gateway.hold.hold import Aside, Hold, HoldState
from gateway.hold.states import touch
from gateway.policy.finding import Mode, To


@dataclass(frozen=True, slots=True)
class Collected:
    """What becomes of the notes in a mailbox.

    Attributes:
        hidden: ids of those that get no card of their own.
        changes: collecting notes, as they are and as they are to be.
    """

    hidden: frozenset[str]
    changes: tuple[tuple[Hold, Hold], ...]


def collect(holds: Sequence[Hold], most: int, zone: Callable[[str], tzinfo]) -> Collected:
    """See which notes of one mailbox are shown, and which are told of on another's card.

    Args:
        holds: all that shows in the mailbox.
        most: cards a day.
        zone: of a team.
    """
    days: defaultdict[date, list[Hold]] = defaultdict(list)
    for hold in sorted(holds, key=lambda hold: (hold.created, hold.id)):
        if hold.state is HoldState.NOTED:
            days[hold.created.astimezone(zone(hold.team)).date()].append(hold)
    hidden: set[str] = set()
    changes = []
    for notes in days.values():
        collector = notes[most - 1] if len(notes) > most else None
        # One that was shown already stays as it is: the number may have been set since.
        further = [note for note in notes[most:] if not note.showing(To.AGENT).card]
        hidden.update(note.id for note in further)
        told = {aside.hold for aside in collector.also} if collector is not None else set()
        fresh = tuple(_aside(note) for note in further if note.id not in told)
        if collector is not None and fresh:
            changes.append((collector, touch(replace(collector, also=(*collector.also, *fresh)))))
    return Collected(frozenset(hidden), tuple(changes))


def _aside(note: Hold) -> Aside:
    found = [finding for finding in note.verdict.findings if finding.counted and finding.mode is not Mode.SHADOW]
    top = max(found, key=lambda finding: finding.points, default=None)
    return Aside(note.id, note.subject, top.excerpt if top else "", top.message if top else "")
