# SPDX-License-Identifier: GPL-3.0-or-later
"""The plain values that configure this adapter. Each has defaults that an administrator would expect."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network, ip_network

Network = IPv4Network | IPv6Network

LOOPBACK: tuple[Network, ...] = (ip_network("127.0.0.0/8"), ip_network("::1/128"))


class ListenerTls(StrEnum):
    """How clients reach TLS on a listener: not at all, by STARTTLS (RFC 3207), or from the first octet (RFC 8314)."""

    OFF = "off"
    STARTTLS = "starttls"
    IMPLICIT = "implicit"


class UpstreamTls(StrEnum):
    """TLS towards upstream.

    OPPORTUNISTIC uses STARTTLS where it is offered and verifies nothing; it keeps out listeners, not impostors.
    REQUIRED and IMPLICIT verify name and certificate, against the system's authorities or a pinned file.
    """

    OFF = "off"
    OPPORTUNISTIC = "opportunistic"
    REQUIRED = "required"
    IMPLICIT = "implicit"


class BareNewlines(StrEnum):
    """What happens to a message with CR or LF outside CRLF (RFC 5321 2.3.8). See tests/smtp/test_smuggling.py."""

    REFUSE = "refuse"
    PASS = "pass"  # noqa: S105 - what is done, not a password


class Announce(StrEnum):
    """Whether we tell upstream, where it offers the means, who our client is (XFORWARD: to log; XCLIENT: to judge)."""

    NOTHING = "nothing"
    XFORWARD = "xforward"
    XCLIENT = "xclient"


@dataclass(frozen=True, slots=True)
class TlsFiles:
    """A certificate chain and its private key, both PEM, by file name."""

    certificate: str
    key: str


@dataclass(frozen=True, slots=True)
class Marker:
    """A header field that says: this message has been through here. It stops loops through a hosted mail service.

    Attributes:
        name: field name, for example ``X-Bedside-Passed``.
        value: what only this gateway writes; a message that comes with it is refused.
    """

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Trace:
    """What is put on top of a message on its way out. With both unset not one octet changes.

    Attributes:
        received_by: host name for a Received field of our own (RFC 5321 4.4); None for no field.
        marker: declared marker; None for none.
    """

    received_by: str | None = None
    marker: Marker | None = None


@dataclass(frozen=True, slots=True)
class Listener:
    """A place where clients connect.

    Attributes:
        name: as metrics, logs and `Client.listener` have it.
        hostname: how we greet.
        networks: who may submit without AUTH. Everybody else needs AUTH that upstream accepts.
        trusted: whose XCLIENT and XFORWARD are believed.
        balancers: who must begin with a PROXY header (v1 or v2), and alone may.
        tls: how clients reach TLS.
        bare_newlines: what happens to CR or LF outside CRLF.
        trace: what is put on top of messages.
    """

    name: str
    hostname: str
    networks: tuple[Network, ...] = LOOPBACK
    trusted: tuple[Network, ...] = ()
    balancers: tuple[Network, ...] = ()
    tls: ListenerTls = ListenerTls.OFF
    bare_newlines: BareNewlines = BareNewlines.REFUSE
    trace: Trace = Trace()


@dataclass(frozen=True, slots=True)
class Patience:
    """How long we wait for a client, in seconds (RFC 5321 4.5.3.2.7 asks for five minutes between commands)."""

    command: float = 300.0
    block: float = 180.0
    message: float = 3600.0
    handshake: float = 30.0
    proxy_header: float = 5.0
    closing: float = 2.0


@dataclass(frozen=True, slots=True)
class Limits:
    """Caps. What exceeds one is answered 421, 452 or 552 with a clear text; nothing ever stalls.

    Attributes:
        sessions: client sessions at a time, over all workers.
        sessions_per_peer: the same for one address outside the listener's networks.
        memory: octets of messages in memory, over all workers.
        message_size: octets of a message.
        spool_above: octets of a message that are kept in memory; what is longer goes to an unlinked file.
        spool_folder: where that file lies; None for the system's folder for temporary files.
        command_length: octets of a command line (RFC 4954 4.3 asks for 12288 with AUTH).
        commands_per_minute: commands of one session, on the average over a minute.
        junk: NOOP, RSET, VRFY, HELP and the like of one session without a mail between them.
        errors: commands of one session that are answered 5yz by us, in all.
        recipients: RCPTs of one transaction (RFC 5321 4.5.3.1.8 asks for 100).
        hops: Received fields in a message, before it counts as looping.
        line_length: octets of a line of a message; None for no limit.
        patience: how long we wait.
    """

    sessions: int = 1000
    sessions_per_peer: int = 50
    memory: int = 256 << 20
    message_size: int = 50 << 20
    spool_above: int = 1 << 20
    spool_folder: str | None = None
    command_length: int = 12288
    commands_per_minute: int = 60_000
    junk: int = 100
    errors: int = 50
    recipients: int = 2000
    hops: int = 50
    line_length: int | None = None
    patience: Patience = Patience()


@dataclass(frozen=True, slots=True)
class UpstreamPatience:
    """How long we wait for upstream, in seconds (RFC 5321 4.5.3.2; a client in front of us gives up sooner)."""

    connect: float = 10.0
    reply: float = 90.0
    block: float = 180.0
    final: float = 600.0


@dataclass(frozen=True, slots=True)
class UpstreamAddress:
    """The next hop and how we speak to it.

    Attributes:
        host: name or address.
        port: its TCP port.
        hello: our argument of EHLO.
        tls: whether and how the leg is encrypted.
        ca_file: PEM file with the only authorities that are believed; None for the system's.
        announce: whether we tell it who our client is.
        keep_awake: seconds of silence after which a NOOP is sent while a client uploads.
        pool_idle: seconds after which an unused session is closed.
        pool_size: unused sessions that are kept.
        junk: RSETs and NOOPs without a delivery after which a session is retired; Postfix counts them as errors.
        patience: how long we wait.
    """

    host: str
    port: int
    hello: str
    tls: UpstreamTls = UpstreamTls.OFF
    ca_file: str | None = None
    announce: Announce = Announce.NOTHING
    keep_awake: float = 45.0
    pool_idle: float = 30.0
    pool_size: int = 100
    junk: int = 50
    patience: UpstreamPatience = field(default_factory=UpstreamPatience)
