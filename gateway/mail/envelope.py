# SPDX-License-Identifier: GPL-3.0-or-later
"""The envelope of a mail transaction (RFC 5321 2.3.1), with everything that a later release needs."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Path:
    """A reverse-path or forward-path with its parameters, verbatim (RFC 5321 4.1.1.2, 4.1.1.3; 4.1.2 Path).

    Attributes:
        address: what stood between the angle brackets; empty for the null reverse-path. Non-ASCII only with SMTPUTF8;
            octets that are not UTF-8 are kept by surrogateescape.
        parameters: esmtp-params in their order, each as it was written, for example ``ORCPT=rfc822;a@example.org``.
    """

    address: str
    parameters: tuple[str, ...] = ()

    @property
    def argument(self) -> str:
        """Path and parameters as they follow ``FROM:`` or ``TO:``."""
        return " ".join((f"<{self.address}>", *self.parameters))

    @property
    def domain(self) -> str:
        """The part behind the last at sign in lower case; empty if there is none."""
        return self.address.rpartition("@")[2].lower() if "@" in self.address else ""


@dataclass(frozen=True, slots=True)
class Client:
    """Who submitted: what the session knew at the time (RFC 5321 2.3.4; XCLIENT and XFORWARD of Postfix).

    Attributes:
        address: IP address of the peer, or what a trusted peer said it was; empty if unknown.
        name: host name as a trusted peer gave it, else None.
        helo: argument of EHLO, HELO or LHLO.
        login: authenticated identity: AUTH on our session that upstream accepted, or XCLIENT LOGIN from a trusted peer.
        tls: whether the client's leg was encrypted.
        listener: name of the listener that took the message.
    """

    address: str
    helo: str = ""
    name: str | None = None
    login: str | None = None
    tls: bool = False
    listener: str = ""


@dataclass(frozen=True, slots=True)
class Envelope:
    """Sender, recipients, parameters, and the client that gave them.

    Attributes:
        sender: reverse-path of MAIL.
        recipients: forward-paths of the RCPTs that upstream accepted, in order.
        client: who submitted it.
        extensions: EHLO keywords that a carrier must offer to send this unchanged: a subset of
            8BITMIME, SMTPUTF8, DSN, SIZE.
    """

    sender: Path
    recipients: tuple[Path, ...]
    client: Client
    extensions: frozenset[str] = field(default_factory=frozenset)
