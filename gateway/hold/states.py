# SPDX-License-Identifier: GPL-3.0-or-later
"""What may become of a hold: one table of states and moves, and a function for each move.

Every function takes a hold and gives the next value of it, or raises `NotPossible`. None of them knows a clock: the
moment is an argument. The ledger accepts a new value only if the hold has not changed in between, so two who move the
same hold at once cannot both succeed.

A move that changes what the card has to say raises `revision`; cards of an older revision decide nothing. What becomes
of an attempt to release is in `gateway.hold.attempt`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from gateway.hold.hold import Actor, Decision, Delivery, Hold, HoldState, Outcome, Part, Showing
from gateway.hold.ladder import Rungs


class Move(StrEnum):
    """What can be done to a hold."""

    RELEASE = "release"
    TAKE_BACK = "take back"
    DISCARD = "discard"
    SUPERSEDE = "supersede"
    RETURN = "return"
    BRING_BACK = "bring back"
    SETTLE = "settle"
    JOIN = "join"


_HELD, _RELEASING = HoldState.HELD, HoldState.RELEASING

# From a state, by a move, to one of these states.
TABLE: Mapping[HoldState, Mapping[Move, frozenset[HoldState]]] = MappingProxyType(
    {
        HoldState.HELD: {
            Move.RELEASE: frozenset({_RELEASING}),
            Move.DISCARD: frozenset({HoldState.DISCARDED}),
            Move.SUPERSEDE: frozenset({HoldState.SUPERSEDED}),
            Move.RETURN: frozenset({HoldState.RETURNED}),
            Move.JOIN: frozenset({_HELD}),
            # The reply of an attempt that was under way when the release was taken back.
            Move.SETTLE: frozenset({_HELD, HoldState.DELIVERED}),
        },
        HoldState.RELEASING: {
            Move.TAKE_BACK: frozenset({_HELD}),
            Move.SETTLE: frozenset({_RELEASING, _HELD, HoldState.DELIVERED}),
        },
        HoldState.DISCARDED: {
            Move.BRING_BACK: frozenset({_HELD}),
            Move.SETTLE: frozenset({HoldState.DISCARDED}),
        },
        HoldState.SUPERSEDED: {
            Move.BRING_BACK: frozenset({_HELD}),
            Move.SETTLE: frozenset({HoldState.SUPERSEDED}),
        },
        HoldState.RETURNED: {Move.SETTLE: frozenset({HoldState.RETURNED})},
        HoldState.DELIVERED: {},
        HoldState.NOTED: {},
    }
)


class NotPossible(Exception):  # noqa: N818 - a condition, named as such
    """A hold in this state cannot make this move."""


def may(hold: Hold, move: Move) -> bool:
    """Whether a hold can make a move now."""
    if move not in TABLE[hold.state]:
        return False
    match move:
        case Move.RELEASE:
            return any(d.outcome in (Outcome.PENDING, Outcome.REFUSED) for d in hold.deliveries)
        case Move.TAKE_BACK:
            return bool(hold.pending)
        case Move.BRING_BACK:
            return not hold.purged
        case _:
            return True


def release(hold: Hold, decision: Decision, by: Actor, at: datetime, *, grace: timedelta, retry_for: timedelta) -> Hold:
    """It is to go out after the grace: to all recipients that are pending, and again to those that were refused."""
    check(hold, Move.RELEASE)
    return replace(
        hold,
        state=HoldState.RELEASING,
        decision=decision,
        decided_by=by,
        release_at=at + grace,
        next_attempt=at + grace,
        given_up_at=at + grace + retry_for,
        attempts=0,
        deliveries=tuple(
            replace(d, outcome=Outcome.PENDING) if d.outcome is Outcome.REFUSED else d for d in hold.deliveries
        ),
    )


def take_back(hold: Hold, at: datetime, rungs: Rungs) -> Hold:
    """A release is taken back before it was carried out, or while upstream puts it off.

    Its deadlines go on; only where the last has passed (it was the deadline that released it) they begin anew.
    """
    check(hold, Move.TAKE_BACK)
    over = hold.deadline is not None and hold.deadline <= at
    return climb(undecided(hold), rungs) if over else undecided(hold)


def discard(hold: Hold, by: Actor, at: datetime) -> Hold:
    """Somebody decided that it does not go out."""
    check(hold, Move.DISCARD)
    return end(replace(hold, decision=Decision.DISCARD, decided_by=by), HoldState.DISCARDED, at)


def supersede(hold: Hold, at: datetime) -> Hold:
    """A better version of it was sent."""
    check(hold, Move.SUPERSEDE)
    return end(replace(hold, decided_by=Actor.GATEWAY), HoldState.SUPERSEDED, at)


def give_back(hold: Hold, by: Actor, at: datetime) -> Hold:
    """It was returned to its sender."""
    check(hold, Move.RETURN)
    return end(replace(hold, decided_by=by), HoldState.RETURNED, at)


def bring_back(hold: Hold, rungs: Rungs) -> Hold:
    """A discarded or superseded hold is wanted after all, with fresh deadlines."""
    check(hold, Move.BRING_BACK)
    return replace(climb(undecided(hold), rungs), ended=None, revision=hold.revision + 1)


def join(hold: Hold, part: Part) -> Hold:
    """Another transaction of the same mailing joins an open hold."""
    check(hold, Move.JOIN)
    number = len(hold.parts)
    return replace(
        hold,
        more=(*hold.more, part),
        deliveries=(*hold.deliveries, *(Delivery(path, part=number) for path in part.envelope.recipients)),
        revision=hold.revision + 1,
    )


def remind(hold: Hold) -> Hold:
    """The reviewer is reminded, by a fresh notice."""
    return replace(hold, remind_at=None, notices=hold.notices + 1)


def escalate(hold: Hold, at: datetime) -> Hold:
    """It shows to the lead as well, if the team has one."""
    return replace(hold, escalate_at=None, escalated=at if hold.lead_mailbox else None)


def shown(hold: Hold, showing: Showing) -> Hold:
    """A card or notice was put into, or taken from, a reviewer's folders."""
    return replace(hold, showings=(*(s for s in hold.showings if s.role is not showing.role), showing))


def touch(hold: Hold) -> Hold:
    """The card has to be shown anew where it belongs; all that lie about now decide nothing."""
    return replace(hold, revision=hold.revision + 1)


def undecided(hold: Hold) -> Hold:
    """Held, as if nobody had decided."""
    return replace(
        hold,
        state=_HELD,
        decision=None,
        decided_by=None,
        release_at=None,
        next_attempt=None,
        given_up_at=None,
    )


def climb(hold: Hold, rungs: Rungs) -> Hold:
    """With other deadlines; it shows to the lead once and for all."""
    return replace(
        hold,
        remind_at=rungs.remind,
        escalate_at=None if hold.escalated else rungs.escalate,
        deadline=rungs.end,
        at_end=rungs.at_end,
    )


def end(hold: Hold, state: HoldState, at: datetime) -> Hold:
    """In a state that ends it."""
    return replace(
        hold,
        state=state,
        ended=at,
        release_at=None,
        next_attempt=None,
        remind_at=None,
        escalate_at=None,
        deadline=None,
        revision=hold.revision + 1,
    )


def check(hold: Hold, move: Move) -> None:
    """Make sure that a move is possible.

    Raises:
        NotPossible: it is not.
    """
    if not may(hold, move):
        raise NotPossible(f"hold {hold.id} is {hold.state}: {move} is not possible")
