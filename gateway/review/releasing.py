# SPDX-License-Identifier: GPL-3.0-or-later
"""Sending what was released: the stored octets, with the stored envelope, to those who are still to get it."""

from __future__ import annotations

import asyncio
import hashlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

import structlog

from gateway.hold import attempt
from gateway.hold.event import Event
from gateway.hold.hold import Delivery, Hold, HoldState, Outcome
from gateway.hold.ladder import Ladder
from gateway.hold.retry import wait_after
from gateway.hold.states import NotPossible
from gateway.ports import Ledger, Route, Unavailable
from gateway.review.octets import Octets

_log = structlog.get_logger()

# How often, and with which waits, a ledger that is away is asked to take down an outcome. After that the hold says what
# was written before the attempt: unknown.
_WAITS = (0.1, 0.5, 2.0, 5.0, 10.0, 30.0, 60.0)

_TRIES = 10


# An attempt that has written no outcome for so long was cut off: longer than upstream may take for its final reply.
_LOST_AFTER = timedelta(minutes=15)


class OnUnknown(StrEnum):
    """What becomes of a recipient when upstream's final reply was lost."""

    WAIT = "wait"
    SEND_AGAIN = "send_again"


@dataclass(frozen=True, slots=True)
class Sending:
    """How released messages are sent.

    Attributes:
        owner: name of this node, the same after a restart.
        lease: time for which a hold is claimed for one attempt.
        on_unknown: whether a lost reply is waited for an administrator, or the message sent again.
        retry_for: how long what upstream puts off is tried.
        ladders: by team, for holds that come back.
    """

    owner: str
    lease: timedelta = timedelta(minutes=5)
    on_unknown: OnUnknown = OnUnknown.WAIT
    retry_for: timedelta = timedelta(days=5)
    ladders: Mapping[str, Ladder] = field(default_factory=dict)


class Releasing:
    """Makes attempts to release holds.

    Args:
        ledger: where they are.
        route: what they are sent by.
        now: gives the time, UTC.
        sending: how.
    """

    def __init__(self, ledger: Ledger, route: Route, now: Callable[[], datetime], sending: Sending) -> None:
        self._ledger = ledger
        self._route = route
        self._now = now
        self._sending = sending

    async def release(self, hold_id: str) -> None:
        """Make one attempt for each part of a hold that has somebody pending, if it is time and nobody else does.

        Raises:
            Unavailable: the ledger is away; what was sent is written down as far as it could be.
        """
        hold = await self._ledger.claim(hold_id, self._sending.owner, self._now() + self._sending.lease)
        if hold is None or hold.state is not HoldState.RELEASING:
            return
        if hold.next_attempt is None or hold.next_attempt > self._now():
            return  # taken back and released again meanwhile: it has a new grace
        hold = await self._find_lost(hold)
        for number in range(len(hold.parts)):
            await self._part(hold, number)

    async def _find_lost(self, hold: Hold) -> Hold:
        """By setting, send again what an attempt that was cut off left unknown."""
        now = self._now()
        if self._sending.on_unknown is not OnUnknown.SEND_AGAIN or not attempt.lost(hold, now - _LOST_AFTER):
            return hold
        after = self._again(hold, attempt.lost(hold, now - _LOST_AFTER), now)
        return await self._ledger.update(hold, after, self._event(hold, "sent again", "an attempt was cut off")) or hold

    def _again(self, hold: Hold, numbers: Sequence[int], at: datetime) -> Hold:
        for number in numbers:
            hold = attempt.send_again(hold, number, at, give_up_at=at + self._sending.retry_for)
        return hold

    async def _part(self, hold: Hold, part: int) -> None:
        numbers = [n for n, d in enumerate(hold.deliveries) if d.part == part and d.outcome is Outcome.PENDING]
        if not numbers:
            return
        content = await self._content(hold, part)
        if content is None:
            after = attempt.put_off(hold, self._now() + wait_after(hold.attempts + 1))
            await self._ledger.update(hold, after, self._event(hold, "damaged", "its octets are not what was held"))
            return
        deliveries = tuple(hold.deliveries[n] for n in numbers)

        async def before_end(hanging: Sequence[Delivery]) -> bool:
            recipients = {d.recipient for d in hanging}
            return await self._begin(hold.id, [n for n in numbers if hold.deliveries[n].recipient in recipients])

        results = await self._route.send(hold.parts[part].envelope, Octets(content), deliveries, before_end)
        await self._settle(hold.id, dict(zip(numbers, results, strict=True)))

    async def _content(self, hold: Hold, part: int) -> bytes | None:
        """The octets, if they are the very octets that were held."""
        try:
            content = await self._ledger.content(hold.id, part)
        except LookupError:
            content = None
        if content is None or hashlib.sha256(content).hexdigest() != hold.parts[part].digest:
            _log.error("release.damaged", hold=hold.id, part=part)
            return None
        return content

    async def _begin(self, hold_id: str, numbers: Sequence[int]) -> bool:
        """Write down that from here on the reply may be lost. Whether the message may be ended."""
        try:
            for _ in range(_TRIES):
                hold = await self._ledger.find(hold_id)
                if hold is None:
                    return False
                begun = attempt.begin(hold, numbers, self._now(), lost_at=self._lost_at())
                event = self._event(hold, "attempt", f"{len(numbers)} recipients")
                if await self._ledger.update(hold, begun, event) is not None:
                    return True  # else it was changed at the same moment: look again whether it may still go out
        except (NotPossible, Unavailable) as error:
            _log.warning("release.stopped", hold=hold_id, why=str(error))
        return False

    def _lost_at(self) -> datetime | None:
        again = self._sending.on_unknown is OnUnknown.SEND_AGAIN
        return self._now() + _LOST_AFTER if again else None

    async def _settle(self, hold_id: str, results: Mapping[int, Delivery]) -> None:
        """Write down what became of an attempt, however long the ledger takes."""
        for wait in _WAITS:
            try:
                if await self._try_to_settle(hold_id, results):
                    return
            except Unavailable as error:
                _log.warning("release.outcome_not_written", hold=hold_id, why=str(error))
                await asyncio.sleep(wait)
        _log.error("release.outcome_lost", hold=hold_id)

    async def _try_to_settle(self, hold_id: str, results: Mapping[int, Delivery]) -> bool:
        hold = await self._ledger.find(hold_id)
        if hold is None:
            return True
        now = self._now()
        ladder = self._sending.ladders.get(hold.team, Ladder())
        after = attempt.settle(
            hold,
            results,
            now,
            next_attempt=now + wait_after(hold.attempts + 1),
            rungs=ladder.rungs(hold.to, now),
        )
        if self._sending.on_unknown is OnUnknown.SEND_AGAIN and after.state is HoldState.RELEASING:
            unknown = [number for number, delivery in results.items() if delivery.outcome is Outcome.UNKNOWN]
            after = self._again(after, unknown, now + wait_after(1))
            # Others may hang on an attempt that was cut off: they are looked for when it must be over.
            after = replace(after, next_attempt=after.next_attempt or self._lost_at())
        if after == hold:
            return True
        stored = await self._ledger.update(hold, after, self._outcome(hold, results))
        if stored is not None:
            _log.info("release", hold=hold_id, state=str(stored.state), **_counted(results))
        return stored is not None

    def _outcome(self, hold: Hold, results: Mapping[int, Delivery]) -> Event:
        """An entry that says of each recipient, by number, what became of it and what upstream said."""
        outcomes = {d.outcome for d in results.values()}
        what = next(
            str(o) for o in (Outcome.UNKNOWN, Outcome.REFUSED, Outcome.PENDING, Outcome.DELIVERED) if o in outcomes
        )
        said = "; ".join(f"{n + 1} {d.outcome}: {d.reply}" for n, d in sorted(results.items()))
        return self._event(hold, "put off" if what == Outcome.PENDING else what, said)

    def _event(self, hold: Hold, what: str, detail: str) -> Event:
        return Event(hold.id, self._now(), what, self._sending.owner, detail)


def _counted(results: Mapping[int, Delivery]) -> dict[str, int]:
    return {str(outcome): count for outcome, count in Counter(d.outcome for d in results.values()).items()}
