# SPDX-License-Identifier: GPL-3.0-or-later
"""After a mail was sent or held: what it means for those that its sender has waiting."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Protocol

import structlog

from gateway.hold import states
from gateway.hold.better import Bearing, bearing, difference
from gateway.hold.event import Event
from gateway.hold.hold import Actor, Hold
from gateway.mail.envelope import Envelope
from gateway.mail.read import read
from gateway.ports import Unavailable
from gateway.screening.outcome import Judged

_log = structlog.get_logger()
_MOST_REMEMBERED = 3


class Waiting(Protocol):
    """What is asked of the ledger; see `gateway.ports.Ledger`."""

    async def open_from(self, sender: str) -> tuple[Hold, ...]:
        """Held messages with this reverse-path that nobody has decided about yet."""
        ...

    async def content(self, hold_id: str) -> bytes:
        """The exact octets of a hold."""
        ...

    async def update(self, before: Hold, after: Hold, event: Event | None = None) -> Hold | None:
        """Replace a hold by its next value; None if it was changed in between."""
        ...

    async def keep_difference(self, hold_id: str, text: str) -> None:
        """Keep how a superseded hold differs from its better version."""
        ...


class Superseding:
    """Lets held mails step aside for better versions.

    Args:
        ledger: where they wait.
        now: gives the time, UTC.
    """

    def __init__(self, ledger: Waiting, now: Callable[[], datetime]) -> None:
        self._ledger = ledger
        self._now = now

    async def consider(self, judged: Judged, envelope: Envelope, own: str | None) -> None:
        """See what this mail means for others of its sender. Raises nothing: a card that waits is no harm.

        Args:
            judged: the mail that was sent or held.
            envelope: of it.
            own: its own hold; None if it was sent.
        """
        try:
            for hold in await self._ledger.open_from(envelope.sender.address):
                if hold.id != own:
                    await self._compare(hold, judged, envelope)
        except (Unavailable, LookupError):
            _log.warning("superseding.put_off", team=judged.team.name)

    async def _compare(self, hold: Hold, judged: Judged, envelope: Envelope) -> None:
        earlier = read(await self._ledger.content(hold.id))
        means = bearing(hold.envelope, earlier, envelope, judged.reply)
        if means is Bearing.NONE:
            return
        if means is Bearing.REPLACES:
            await self._ledger.keep_difference(hold.id, difference(earlier, judged.reply))
            after, what = states.supersede(hold, self._now()), "superseded"
        else:
            since = (*hold.since, judged.reply.subject)[-_MOST_REMEMBERED:]
            after, what = states.touch(replace(hold, since=since)), "sent since"
        event = Event(hold.id, self._now(), what, Actor.GATEWAY)
        if await self._ledger.update(hold, after, event) is not None:
            _log.info("review", hold=hold.id, what=what)
