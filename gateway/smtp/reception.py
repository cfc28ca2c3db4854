# SPDX-License-Identifier: GPL-3.0-or-later
"""What all sessions of a listener have in common, and the narrow view that a dialogue has of its connection."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from gateway.ports import Screener
from gateway.smtp.census import Census
from gateway.smtp.counters import Counters
from gateway.smtp.networks import Networks
from gateway.smtp.pool import Pool
from gateway.smtp.tls import ServerTls
from gateway.smtp.values import Limits, Listener


class Connection(Protocol):
    """The connection to a client, as a dialogue sees it."""

    @property
    def encrypted(self) -> bool:
        """Whether it is under TLS."""
        ...

    @property
    def address(self) -> str:
        """The IP address of the client: the peer's, or what a load balancer says in its PROXY header."""
        ...

    @property
    def is_gone(self) -> bool:
        """Whether it is known that nobody is at its other end any more."""
        ...

    async def push(self, octets: bytes) -> None:
        """Send octets to the client."""
        ...

    async def line(self, seconds: float) -> bytes:
        """The next line, without its end.

        Raises:
            ClientGone: there will be none, or not in time.
        """
        ...

    async def chunk(self, seconds: float) -> bytes:
        """Some octets, at least one.

        Raises:
            ClientGone: there will be none, or not in time.
        """
        ...

    def unread(self, octets: bytes) -> None:
        """Put octets back in front of what is still to be read."""
        ...


@dataclass(frozen=True)
class Reception:
    """What all sessions of a listener have in common.

    Attributes:
        listener: the listener.
        limits: the caps.
        pool: the way to upstream.
        screener: asked when a message is complete.
        census: what caps are held against.
        tls: our certificate; None where there is no TLS.
        counters: what happened.
        networks: those of the listener.
        trusted: likewise.
    """

    listener: Listener
    limits: Limits
    pool: Pool
    screener: Screener
    census: Census
    tls: ServerTls | None = None
    counters: Counters = field(default_factory=Counters)
    networks: Networks = field(init=False)
    trusted: Networks = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "networks", Networks(self.listener.networks))
        object.__setattr__(self, "trusted", Networks(self.listener.trusted))
