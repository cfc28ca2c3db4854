# SPDX-License-Identifier: GPL-3.0-or-later
"""Returning a hold to its sender: a real delivery status notification, and only then the end of the hold."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

import structlog

from gateway.hold import states
from gateway.hold.dsn import Carrier, Notification, notification
from gateway.hold.event import Event
from gateway.hold.hold import Actor, Delivery, Hold, HoldState, Outcome
from gateway.hold.retry import wait_after
from gateway.ports import Ledger, Route, Unavailable
from gateway.review.octets import Octets

_log = structlog.get_logger()

_EXTENSIONS = ("8BITMIME", "SMTPUTF8", "DSN")


class Returning:
    """Returns holds.

    Args:
        ledger: where they are.
        route: what notifications are sent by.
        hostname: of the gateway.
        now: gives the time, UTC.
    """

    def __init__(self, ledger: Ledger, route: Route, hostname: str, now: Callable[[], datetime]) -> None:
        self._ledger = ledger
        self._route = route
        self._hostname = hostname
        self._now = now

    async def give_back(self, hold: Hold, by: Actor) -> None:
        """Notify the sender, if they want to know, and end the hold; if that cannot be done now, it is tried later.

        Raises:
            Unavailable: the ledger is away.
        """
        try:
            content = await self._ledger.content(hold.id)
            made = notification(hold, content, await self._carrier(), self._now())
        except Unavailable as error:
            await self._later(hold, str(error))
            return
        if made is None:
            await self._done(hold, by, "the sender is not to be told")
            return
        delivery = await self._send(hold, made)
        if delivery.outcome is Outcome.PENDING:
            await self._later(hold, delivery.reply)
        else:
            await self._done(hold, by, f"notification {delivery.outcome}: {delivery.reply}")

    async def _send(self, hold: Hold, made: Notification) -> Delivery:
        async def before_end(_hanging: Sequence[Delivery]) -> bool:
            now_is = await self._ledger.find(hold.id)
            return now_is is not None and now_is.state is HoldState.HELD

        deliveries = (Delivery(made.envelope.recipients[0]),)
        return (await self._route.send(made.envelope, Octets(made.content), deliveries, before_end))[0]

    async def _carrier(self) -> Carrier:
        offered = [name for name in _EXTENSIONS if await self._route.carries(frozenset({name}), 0) is None]
        return Carrier(self._hostname, frozenset(offered))

    async def _done(self, hold: Hold, by: Actor, detail: str) -> None:
        event = Event(hold.id, self._now(), "returned", by, detail)
        if await self._change(hold, lambda held: states.give_back(held, by, self._now()), event):
            _log.info("deadline", hold=hold.id, what="returned")

    async def _later(self, hold: Hold, why: str) -> None:
        event = Event(hold.id, self._now(), "return put off", "gateway", why)

        def later(held: Hold) -> Hold:
            wait = wait_after(held.attempts + 1)
            return replace(held, attempts=held.attempts + 1, next_attempt=self._now() + wait)

        await self._change(hold, later, event)

    async def _change(self, hold: Hold, change: Callable[[Hold], Hold], event: Event) -> bool:
        """Write down what became of it, although a card may have been noted meanwhile; unless somebody decided."""
        held: Hold | None = hold
        while held is not None and held.state is HoldState.HELD:
            if await self._ledger.update(held, change(held), event) is not None:
                return True
            held = await self._ledger.find(hold.id)
        return False
