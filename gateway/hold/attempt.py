# SPDX-License-Identifier: GPL-3.0-or-later
"""Attempts to release a hold: what the ledger says before, during and after each.

A recipient is set to *unknown* just before the octets that end the message are sent, and to what upstream answered
after its reply. So a process that dies in between has already written down the truth: nobody knows (RFC 1047). For the
same reason two nodes can never both send to a recipient: the second finds it not pending any more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from gateway.hold.hold import Delivery, End, Hold, HoldState, Outcome
from gateway.hold.ladder import Rungs
from gateway.hold.states import Move, NotPossible, check, climb, end, touch, undecided


def begin(hold: Hold, numbers: Sequence[int], at: datetime, *, lost_at: datetime | None = None) -> Hold:
    """The octets that end the message are about to be sent to these recipients (indexes into `deliveries`).

    Args:
        hold: as it now is.
        numbers: whom the end of the message is for.
        at: now.
        lost_at: when to look at them again if no outcome was written until then, because we died; None: never.

    Raises:
        NotPossible: one of them is not pending any more, or the release was taken back.
    """
    if hold.state is not HoldState.RELEASING or any(hold.deliveries[n].outcome is not Outcome.PENDING for n in numbers):
        raise NotPossible(f"hold {hold.id} has changed since the attempt began")
    begun = set(numbers)
    waiting = any(d.outcome is Outcome.PENDING and n not in begun for n, d in enumerate(hold.deliveries))
    return replace(
        hold,
        # Should we die now, nothing is due before `lost_at`: only `bedside holds resolve` knows better.
        next_attempt=hold.next_attempt if waiting else lost_at,
        deliveries=tuple(
            replace(d, outcome=Outcome.UNKNOWN, attempts=d.attempts + 1, at=at, reply="") if n in begun else d
            for n, d in enumerate(hold.deliveries)
        ),
    )


def settle(hold: Hold, results: Mapping[int, Delivery], at: datetime, *, next_attempt: datetime, rungs: Rungs) -> Hold:
    """An attempt is over: what became of each recipient it went to (by index into `deliveries`).

    While anybody is pending, the hold goes on being released, at `next_attempt` if the attempt was put off. Else it
    comes back to the reviewer if anybody was refused, waits for an administrator if anybody is unknown, and is
    delivered if all are. A hold that was moved meanwhile only takes note of the outcomes.

    Args:
        hold: as it now is.
        results: the recipients that the attempt went to, as they now stand.
        at: when it ended.
        next_attempt: when to try again, if it was put off.
        rungs: deadlines for the reviewer to whom it may come back. Its end is a return: to send again what was refused
            would be refused again.
    """
    check(hold, Move.SETTLE)
    deliveries = tuple(results.get(n, d) for n, d in enumerate(hold.deliveries))
    settled = replace(hold, deliveries=deliveries)
    outcomes = {d.outcome for d in deliveries}
    if outcomes == {Outcome.DELIVERED} and hold.open:
        return end(settled, HoldState.DELIVERED, at)
    if hold.state is not HoldState.RELEASING:
        return settled if deliveries == hold.deliveries else touch(settled)
    if Outcome.PENDING in outcomes:
        deferred = any(d.outcome is Outcome.PENDING for d in results.values())
        if deferred:
            return _later(settled, at, next_attempt, rungs)
        return settled if settled.next_attempt else replace(settled, next_attempt=at)
    if Outcome.REFUSED in outcomes:
        return _refused(settled, rungs)
    return touch(replace(settled, next_attempt=None))


def send_again(hold: Hold, number: int, at: datetime, *, give_up_at: datetime) -> Hold:
    """An unknown recipient (index into `deliveries`) is sent to again, at the risk of a second copy."""
    if hold.state is not HoldState.RELEASING or hold.deliveries[number].outcome is not Outcome.UNKNOWN:
        raise NotPossible(f"recipient {number + 1} of hold {hold.id} is not unknown, or it is not being released")
    again = replace(hold.deliveries[number], outcome=Outcome.PENDING)
    return replace(
        hold,
        deliveries=tuple(again if n == number else d for n, d in enumerate(hold.deliveries)),
        next_attempt=at,
        given_up_at=give_up_at,
    )


def lost(hold: Hold, begun_before: datetime) -> tuple[int, ...]:
    """Recipients (indexes into `deliveries`) that are unknown since an attempt that began before a moment."""
    return tuple(
        n
        for n, d in enumerate(hold.deliveries)
        if d.outcome is Outcome.UNKNOWN and d.at is not None and d.at <= begun_before
    )


def put_off(hold: Hold, next_attempt: datetime) -> Hold:
    """Nothing could be tried; try later."""
    return replace(hold, attempts=hold.attempts + 1, next_attempt=next_attempt)


def _later(hold: Hold, at: datetime, next_attempt: datetime, rungs: Rungs) -> Hold:
    """Try again later, or give up: then what is still pending counts as refused, with upstream's last words."""
    if hold.given_up_at is not None and at >= hold.given_up_at:
        given_up = tuple(
            replace(d, outcome=Outcome.REFUSED, at=at) if d.outcome is Outcome.PENDING else d for d in hold.deliveries
        )
        return _refused(replace(hold, deliveries=given_up), rungs)
    later = put_off(hold, next_attempt)
    # The card says that it is put off, and until when it is tried; to say so once is enough.
    return touch(later) if hold.attempts == 0 else later


def _refused(hold: Hold, rungs: Rungs) -> Hold:
    waiting = climb(undecided(hold), rungs)
    at_end = waiting.at_end if waiting.at_end is End.KEEP else End.RETURN
    return touch(replace(waiting, at_end=at_end, notices=hold.notices + 1))
