# SPDX-License-Identifier: GPL-3.0-or-later
"""What a reviewer should see of a hold, and the steps to get there from what they see. No io."""

from __future__ import annotations

from collections.abc import Sequence

from gateway.hold.desk import Desk, Found
from gateway.hold.folders import Folders, Meaning
from gateway.hold.hold import Actor, Decision, Hold, HoldState
from gateway.hold.steps import NoteShown, PutCard, PutNotice, RemoveCard, RemoveNotice, Step
from gateway.policy.finding import To

_ACTORS = {To.AGENT: Actor.AGENT, To.LEAD: Actor.LEAD}


def card_steps(
    hold: Hold, role: To, present: Sequence[Found], stale: Sequence[Found], folders: Folders
) -> tuple[Step, ...]:
    """Steps until exactly the present card is in its place, unless its reviewer took it away for good.

    Args:
        hold: as the ledger has it; nothing is to be decided about it.
        role: whose cards these are.
        present: cards that show its present revision.
        stale: cards that show an older one. They go last, so that there always is one.
        folders: names.
    """
    shown = hold.showing(role).card
    steps: list[Step] = []
    if present:
        steps += [NoteShown(role)] if shown != hold.revision else []
        steps += [RemoveCard(f.card) for f in _surplus(hold, present)]
    elif shown < hold.revision:
        steps.append(PutCard(role, folders.name(home(hold, role), role)))
    return (*steps, *(RemoveCard(f.card) for f in stale))


def notice_steps(hold: Hold, role: To, desk: Desk) -> tuple[Step, ...]:
    """Steps until INBOX has the notice that is called for, or none.

    A notice that the ledger does not know of may stand there all the same, if we died after it was put.
    """
    showing = hold.showing(role)
    if hold.state is HoldState.NOTED or not (desk.notices or showing.standing):
        return ()
    wanted = hold.notices if hold.state is HoldState.HELD and desk.notices else 0
    first = showing.notice if showing.standing else showing.notice + 1
    outdated = tuple(RemoveNotice(role, number) for number in range(first, hold.notices + 1) if number != wanted)
    return (*outdated, PutNotice(role, wanted)) if showing.notice < wanted else outdated


def home(hold: Hold, role: To) -> Meaning:
    """The folder where a reviewer's card belongs in this state."""
    if hold.state is HoldState.HELD or (hold.state is HoldState.NOTED and hold.decision is None):
        return Meaning.QUARANTINE
    if hold.state is not HoldState.RELEASING:
        return Meaning.DONE
    if hold.decided_by is not _ACTORS[role]:
        return Meaning.QUARANTINE
    return Meaning.RELEASE_AS_FINE if hold.decision is Decision.RELEASE_AS_FINE else Meaning.RELEASE


def _surplus(hold: Hold, present: Sequence[Found]) -> tuple[Found, ...]:
    r"""Copies too many of the card of a hold that has ended: all but one, rather those in other folders or \Deleted."""
    if hold.open or len(present) < 2:
        return ()
    kept = min(present, key=lambda f: (f.card.deleted, f.meaning is not Meaning.DONE, f.card.uid))
    return tuple(f for f in present if f is not kept)
