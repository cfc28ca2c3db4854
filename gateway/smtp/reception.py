# SPDX-License-Identifier: GPL-3.0-or-later
"""What all sessions of a listener have in common, and the narrow views that session and dialogue have of each other."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from gateway.mail.server_reply import ServerReply
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


class Conversation(Protocol):
    """What is said between one client and us, as the session that reads its commands sees it.

    Attributes:
        served: mail transactions that came to DATA's final reply.
        junk: commands since the last mail that led to none.
    """

    served: int
    junk: int

    @property
    def in_transaction(self) -> bool:
        """Whether MAIL was accepted and DATA is still to come."""
        ...

    async def answer(self, line: bytes) -> ServerReply:
        """Carry out one command, without its CRLF.

        Raises:
            ClientGone: the client went away in between.
        """
        ...

    def break_off(self, reply: ServerReply) -> None:
        """Something failed on our side in the middle of a command."""
        ...

    def reset_by_tls(self) -> None:
        """TLS has begun: what was said before it does not count (RFC 3207 4.2)."""
        ...

    def close(self) -> None:
        """The client is gone."""
        ...


class Entrance(Protocol):
    """What sessions of any kind need of where they come in; see `Reception`."""

    @property
    def listener(self) -> Listener:
        """The listener."""
        ...

    @property
    def limits(self) -> Limits:
        """The caps."""
        ...

    @property
    def census(self) -> Census:
        """What caps are held against."""
        ...

    @property
    def counters(self) -> Counters:
        """What happened."""
        ...

    @property
    def tls(self) -> ServerTls | None:
        """Our certificate; None where there is no TLS."""
        ...

    @property
    def networks(self) -> Networks:
        """Those of the listener."""
        ...

    @property
    def protocol(self) -> str:
        """What the greeting says is spoken here."""
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
        protocol: what the greeting says is spoken here.
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
    protocol: str = "ESMTP"
    networks: Networks = field(init=False)
    trusted: Networks = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "networks", Networks(self.listener.networks))
        object.__setattr__(self, "trusted", Networks(self.listener.trusted))
