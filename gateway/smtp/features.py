# SPDX-License-Identifier: GPL-3.0-or-later
"""What upstream offers in its EHLO reply, and what of it we offer on (RFC 5321 4.1.1.1). No io.

We offer what upstream offers and we truly relay. CHUNKING and BINARYMIME are left out, because we read DATA; STARTTLS,
XCLIENT and XFORWARD, because they are a matter between two neighbours; channel-bound SASL mechanisms, because we stand
in the middle of the channel.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Self

from gateway.mail.server_reply import ServerReply

_RELAYED = frozenset({b"PIPELINING", b"8BITMIME", b"SMTPUTF8", b"DSN", b"ENHANCEDSTATUSCODES", b"SIZE", b"AUTH"})
_MECHANISMS = frozenset({b"PLAIN", b"LOGIN", b"XOAUTH2", b"OAUTHBEARER", b"CRAM-MD5"})


@dataclass(frozen=True, slots=True)
class Features:
    """The extensions of a server.

    Attributes:
        lines: the lines of its EHLO reply behind the first, as they came.
        keywords: their keywords in upper case.
        mechanisms: SASL mechanisms that can be relayed line by line, in the server's order.
        size: the limit that SIZE declares (RFC 1870); 0 for none.
        xclient: attributes that XCLIENT takes; none if it is not offered.
        xforward: the same of XFORWARD.
    """

    lines: tuple[bytes, ...] = ()
    keywords: frozenset[bytes] = frozenset()
    mechanisms: tuple[bytes, ...] = ()
    size: int = 0
    xclient: frozenset[bytes] = frozenset()
    xforward: frozenset[bytes] = frozenset()

    @classmethod
    def of(cls, reply: ServerReply) -> Self:
        """The features that a positive reply to EHLO lists; none for a reply to HELO."""
        lines = tuple(line.strip() for line in reply.lines[1:] if line.strip())
        arguments: dict[bytes, list[bytes]] = {}
        for line in lines:
            keyword, *words = _words(line)
            arguments.setdefault(keyword, []).extend(words)
        size = arguments.get(b"SIZE", [])
        return cls(
            lines=lines,
            keywords=frozenset(arguments),
            mechanisms=_relayable(arguments.get(b"AUTH", [])),
            size=int(size[0]) if size and size[0].isdigit() else 0,
            xclient=frozenset(arguments.get(b"XCLIENT", [])),
            xforward=frozenset(arguments.get(b"XFORWARD", [])),
        )

    def offer(self, hostname: str, size_limit: int, own: tuple[bytes, ...]) -> ServerReply:
        """Our reply to EHLO.

        Args:
            hostname: how we call ourselves.
            size_limit: the greatest message we take, in octets.
            own: whole lines of our own; a line with AUTH among them is the only one that is offered.
        """
        size = min(self.size, size_limit) if self.size else size_limit
        return _offered(self.lines, hostname, size, own)


@lru_cache(maxsize=64)
def _offered(theirs: tuple[bytes, ...], hostname: str, size: int, own: tuple[bytes, ...]) -> ServerReply:
    """The same for nearly every client."""
    lines = [hostname.encode()]
    for line in theirs:
        keyword = _words(line)[0]
        if keyword == b"SIZE":
            lines.append(b"SIZE %d" % size)
        elif keyword in _RELAYED and keyword != b"AUTH":
            lines.append(line)
    return ServerReply(250, (*lines, *own))


def _relayable(offered: list[bytes]) -> tuple[bytes, ...]:
    """Those among SASL mechanisms that can be relayed.

    A client that knows channel binding takes SCRAM without PLUS, from a server that also has PLUS, for an attack
    (RFC 5802 6): where upstream has a PLUS variant its plain sibling is left out too.
    """
    return tuple(
        name
        for name in dict.fromkeys(offered)
        if name in _MECHANISMS
        or (name.startswith(b"SCRAM-") and not name.endswith(b"-PLUS") and name + b"-PLUS" not in offered)
    )


def _words(line: bytes) -> list[bytes]:
    """The words of a line that is not empty; the old form ``AUTH=LOGIN`` reads like the new one."""
    return line.upper().replace(b"AUTH=", b"AUTH ", 1).split()
