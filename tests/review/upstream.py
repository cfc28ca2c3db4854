# SPDX-License-Identifier: GPL-3.0-or-later
"""A release route in memory (`gateway.ports.Route`) that answers as it is told, and keeps what it accepted."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from gateway.hold.hold import Delivery, Outcome
from gateway.mail.envelope import Envelope
from gateway.ports import Message


@dataclass(frozen=True)
class Copy:
    envelope: Envelope
    recipients: tuple[str, ...]
    content: bytes


class Upstream:
    """A route.

    Attributes:
        replies: by recipient, what is answered to RCPT if it is not 250.
        final: replies to the end of data, one an attempt; 250 when there are no more. ``lost``: accepted, and the
            reply lost; ``dropped``: not accepted, and the reply lost.
        copies: what was accepted.
        attempts: how many were begun.
    """

    def __init__(self) -> None:
        self.replies: dict[str, str] = {}
        self.final: list[str] = []
        self.copies: list[Copy] = []
        self.attempts = 0
        self.lost = 0
        self.offers = frozenset({"8BITMIME", "SMTPUTF8", "DSN", "SIZE"})

    async def carries(self, extensions: frozenset[str], size: int) -> str | None:  # noqa: ARG002 - the port's
        missing = extensions - self.offers
        return f"the route does not offer {', '.join(sorted(missing))}" if missing else None

    async def send(
        self,
        envelope: Envelope,
        message: Message,
        deliveries: Sequence[Delivery],
        before_end: Callable[[Sequence[Delivery]], Awaitable[bool]],
    ) -> tuple[Delivery, ...]:
        self.attempts += 1
        pending = {n: d for n, d in enumerate(deliveries) if d.outcome is Outcome.PENDING}
        replies = {n: self.replies.get(d.recipient.address) for n, d in pending.items()}
        after = {n: _after(pending[n], reply) for n, reply in replies.items() if reply}
        hanging = {n: d for n, d in pending.items() if n not in after}
        if hanging and await before_end(tuple(hanging.values())):
            final = self.final.pop(0) if self.final else "250 2.0.0 queued as 1234"
            if final[0] == "2" or final == "lost":
                recipients = tuple(d.recipient.address for d in hanging.values())
                self.copies.append(Copy(envelope, recipients, b"".join(message.chunks())))
            for n, delivery in hanging.items():
                after[n] = _after(delivery, final)
            self.lost += final in ("lost", "dropped")
        return tuple(after.get(n, d) for n, d in enumerate(deliveries))


def _after(delivery: Delivery, reply: str) -> Delivery:
    outcomes = {"2": Outcome.DELIVERED, "4": Outcome.PENDING, "5": Outcome.REFUSED}
    outcome = outcomes.get(reply[0], Outcome.UNKNOWN)
    said = reply if reply[0].isdigit() else ""
    return replace(delivery, outcome=outcome, reply=said, attempts=delivery.attempts + 1, at=datetime.now(UTC))
