# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is at the other end of a session, what is known of them, and what they may do.

Knowledge comes from the connection, from a PROXY header, from AUTH that upstream accepted, and from XCLIENT or XFORWARD
of a peer whose word counts. XCLIENT replaces what we know: from then on the client is who it says. XFORWARD is only
passed on, and remembered with the message.
"""

from __future__ import annotations

from gateway.mail.envelope import Client
from gateway.smtp import identity
from gateway.smtp.features import Features
from gateway.smtp.networks import LOOPBACK_PEERS
from gateway.smtp.reception import Connection, Reception
from gateway.smtp.values import Announce, ListenerTls


class Visitor:
    """The client of a session.

    Attributes:
        hello: argument of EHLO or HELO; empty before.
        authenticated: whether upstream accepted its AUTH, or a trusted peer says it has a login.
        login: under which name; None if it is not known.
    """

    def __init__(self, connection: Connection, reception: Reception) -> None:
        self.hello = b""
        self.authenticated = False
        self.login: str | None = None
        self._connection = connection
        self._reception = reception
        self._listener = reception.listener
        self._announce = reception.pool.address.announce
        self._address = connection.address
        self._name: str | None = None
        self._claimed: identity.Attributes = {}
        self._forwarded: identity.Attributes = {}

    # --- what it may ------------------------------------------------------------------------------------------------

    @property
    def is_trusted(self) -> bool:
        """Whether its XCLIENT and XFORWARD are believed: a matter of who it is, not of who it says it is."""
        return self._connection.address in self._reception.trusted

    @property
    def may_submit(self) -> bool:
        """Whether its mail is taken at all."""
        return self.authenticated or self._address in self._reception.networks

    @property
    def may_start_tls(self) -> bool:
        """Whether STARTTLS is there for it."""
        return self._listener.tls is ListenerTls.STARTTLS and not self._connection.encrypted

    @property
    def may_send_passwords(self) -> bool:
        """Whether nobody can listen in on its own leg."""
        return self._connection.encrypted or self._connection.address in LOOPBACK_PEERS

    # --- what we learn ----------------------------------------------------------------------------------------------

    def claim(self, argument: bytes) -> bool:
        """Believe an XCLIENT; False if it makes no sense."""
        attributes = identity.parsed(argument, identity.XCLIENT)
        if attributes is None:
            return False
        self._claimed |= attributes
        self.hello = b""
        if b"ADDR" in attributes:
            self._address = identity.address(attributes[b"ADDR"] or "")
        if b"NAME" in attributes:
            self._name = attributes[b"NAME"]
        if b"LOGIN" in attributes:
            self.login = attributes[b"LOGIN"]
            self.authenticated = self.login is not None
        return True

    def forward(self, argument: bytes) -> bool:
        """Remember an XFORWARD for the next transaction; False if it makes no sense."""
        attributes = identity.parsed(argument, identity.XFORWARD)
        if attributes is None:
            return False
        self._forwarded |= attributes
        return True

    def transaction_ended(self) -> None:
        """What was forwarded was for one transaction."""
        self._forwarded = {}

    # --- what we tell -----------------------------------------------------------------------------------------------

    @property
    def own_lines(self) -> tuple[bytes, ...]:
        """What our EHLO offers to this client beside what upstream offers."""
        lines: tuple[bytes, ...] = (b"STARTTLS",) if self.may_start_tls else ()
        if self.is_trusted:
            lines += (b"XCLIENT " + b" ".join(identity.XCLIENT), b"XFORWARD " + b" ".join(identity.XFORWARD))
        return lines

    @property
    def goes_unannounced(self) -> bool:
        """Whether upstream is not told who this client is, whatever it offers."""
        return self._announce is Announce.NOTHING and not self._claimed and not self._forwarded

    def introduction(self, features: Features) -> tuple[bytes, ...]:
        """The XCLIENT commands by which upstream knows this client; none if it shall not, or does not want to."""
        attributes = self._claimed
        if not features.xclient:
            return ()
        if not attributes and self._announce is Announce.XCLIENT:
            attributes = {b"ADDR": identity.addr(self._address), b"NAME": self._name}
        return identity.lines(b"XCLIENT", attributes, features.xclient)

    def forwarding(self, features: Features) -> tuple[bytes, ...]:
        """The XFORWARD commands that go before MAIL; usually none."""
        attributes = self._forwarded
        if not features.xforward:
            return ()
        if not attributes and self._announce is Announce.XFORWARD:
            helo = self.hello.decode("utf-8", "surrogateescape")
            attributes = {b"NAME": self._name, b"ADDR": identity.addr(self._address), b"HELO": helo}
            attributes |= {b"PROTO": "ESMTP", b"SOURCE": "REMOTE"}
        return identity.lines(b"XFORWARD", attributes, features.xforward)

    @property
    def client(self) -> Client:
        """What an envelope keeps of it. What a trusted peer forwarded goes before what we see ourselves."""
        forwarded = self._forwarded
        address = forwarded.get(b"ADDR")
        return Client(
            address=identity.address(address) if address else self._address,
            helo=forwarded.get(b"HELO") or self._claimed.get(b"HELO") or self.hello.decode("utf-8", "replace"),
            name=forwarded.get(b"NAME") or self._name,
            login=self.login,
            tls=self._connection.encrypted,
            listener=self._listener.name,
        )
