# SPDX-License-Identifier: GPL-3.0-or-later
"""Who a client is, as one server tells another: XCLIENT and XFORWARD. No io.

The source is Postfix's XCLIENT_README and XFORWARD_README. Both commands carry pairs ``NAME=value`` with values in
xtext (RFC 3461 4). What is not known is ``[UNAVAILABLE]``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

XCLIENT = (b"NAME", b"ADDR", b"PORT", b"PROTO", b"HELO", b"LOGIN")
XFORWARD = (b"NAME", b"ADDR", b"PORT", b"PROTO", b"HELO", b"IDENT", b"SOURCE")
UNAVAILABLE = "[UNAVAILABLE]"

_UNKNOWN = (UNAVAILABLE, "[TEMPUNAVAIL]")
_PAIR = re.compile(rb"([A-Za-z]+)=([\x21-\x7e]{0,1000})")
_HEX = re.compile(r"\+([0-9A-F]{2})")

# By attribute in upper case; None for what is not known.
Attributes = dict[bytes, str | None]


def parsed(argument: bytes, known: Iterable[bytes]) -> Attributes | None:
    """The attributes of a command; None if it is none of the kind, or names one that we did not offer.

    Args:
        argument: what stands behind the verb.
        known: attributes that were offered.
    """
    names = frozenset(known)
    attributes: Attributes = {}
    for word in argument.split():
        match = _PAIR.fullmatch(word)
        if match is None or match[1].upper() not in names:
            return None
        value = _from_xtext(match[2].decode("ascii"))
        attributes[match[1].upper()] = None if value.upper() in _UNKNOWN or not value else value
    return attributes or None


def lines(verb: bytes, attributes: Mapping[bytes, str | None], offered: Iterable[bytes]) -> tuple[bytes, ...]:
    """The commands that tell a server these attributes, as far as it takes them; none if it takes none.

    Postfix reads no command longer than 2048 octets, so each attribute that is long begins a line of its own.

    Args:
        verb: ``XCLIENT`` or ``XFORWARD``.
        attributes: what is known.
        offered: attributes that the server takes, in upper case.
    """
    wanted = frozenset(offered)
    words = [
        name + b"=" + (to_xtext(value).encode("ascii") if value else UNAVAILABLE.encode())
        for name, value in attributes.items()
        if name in wanted
    ]
    result: list[bytes] = []
    for word in words:
        if result and len(result[-1]) + len(word) < 500:
            result[-1] += b" " + word
        else:
            result.append(verb + b" " + word)
    return tuple(result)


def address(value: str) -> str:
    """An ADDR as other parts write it: Postfix puts ``IPV6:`` before addresses of that family."""
    return value[5:] if value[:5].upper() == "IPV6:" else value


def addr(value: str) -> str:
    """An IP address as ADDR has it."""
    return f"IPV6:{value}" if ":" in value else value


def to_xtext(value: str) -> str:
    """A value in xtext (RFC 3461 4)."""
    return "".join(
        chr(octet) if 0x21 <= octet <= 0x7E and octet not in (0x2B, 0x3D) else f"+{octet:02X}"
        for octet in value.encode("utf-8", "surrogateescape")
    )


def _from_xtext(value: str) -> str:
    octets = _HEX.sub(lambda match: chr(int(match[1], 16)), value).encode("latin-1")
    return re.sub(r"[\x00-\x1f\x7f]", "?", octets.decode("utf-8", "replace"))
