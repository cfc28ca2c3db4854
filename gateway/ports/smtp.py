# SPDX-License-Identifier: GPL-3.0-or-later
"""What the use cases need of SMTP: messages, the transaction at upstream, a route for what is released."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Protocol

from gateway.hold.hold import Delivery
from gateway.mail.envelope import Envelope
from gateway.mail.server_reply import ServerReply


class Message(Protocol):
    """The octets of a message as submitted, in memory or spooled to disk; never changed."""

    @property
    def size(self) -> int:
        """Length in octets."""
        ...

    def prefix(self, limit: int) -> bytes:
        """The first `limit` octets, or all there are."""
        ...

    def chunks(self) -> Iterator[bytes]:
        """All octets, in order, in pieces of at most 256 KiB."""
        ...


class Transaction(Protocol):
    """A mail transaction open at upstream: MAIL and at least one RCPT were accepted there."""

    async def deliver(self, message: Message) -> ServerReply:
        """Send DATA and the message; give upstream's own final reply.

        Trouble on the way gives the reply that the client should see (451 4.4.1, 451 4.4.2); it never raises but for
        cancellation. Call at most one of `deliver` and `abandon`, once.
        """
        ...

    async def abandon(self) -> None:
        """Take the transaction back (RSET), because the message is held or refused here. Never raises."""
        ...


class Screener(Protocol):
    """What a listener asks when a message is complete."""

    async def screen(self, envelope: Envelope, message: Message, transaction: Transaction) -> ServerReply:
        """Judge the message, then deliver or abandon the transaction; give the final reply to the client's DATA."""
        ...


class Route(Protocol):
    """A way of our own to send what was released."""

    async def carries(self, extensions: frozenset[str], size: int) -> str | None:
        """Why the route cannot carry such a message unchanged, in words for an administrator; None if it can.

        Raises:
            Unavailable: the route could not be asked.
        """
        ...

    async def send(
        self,
        envelope: Envelope,
        message: Message,
        deliveries: Sequence[Delivery],
        before_end: Callable[[Sequence[Delivery]], Awaitable[bool]],
    ) -> tuple[Delivery, ...]:
        """Try to deliver to each recipient of `deliveries` that is pending; give all of them as they then stand.

        Only upstream's 250 to DATA makes a recipient delivered. A 4yz or no connection leaves it pending, a 5yz makes
        it refused, a final reply that was lost makes it unknown. Never raises but for cancellation.

        Args:
            envelope: what to send it with; only those of its recipients that are pending in `deliveries` get it.
            message: the exact octets.
            deliveries: the recipients, in the order of the envelope.
            before_end: asked once, after all octets of the message and before the line that ends it (RFC 5321 4.1.1.4),
                with the deliveries that hang on its reply: from there on, a broken connection may mean that it was
                delivered (RFC 1047). If it says False, or raises, the connection is dropped without ending the
                message, and those deliveries stay pending.
        """
        ...
