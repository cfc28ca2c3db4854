# SPDX-License-Identifier: GPL-3.0-or-later
"""Small types of the settings: addresses, zones, business hours."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import time
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Annotated, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BeforeValidator, PlainSerializer

from gateway.service.sockets import Address

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_HOURS = re.compile(r"([A-Z][a-z]{2})(?:-([A-Z][a-z]{2}))? (\d\d:\d\d)-(\d\d:\d\d)")
_ID = re.compile(r"[\w.-]+/[\w.-]+")
_MUTED = re.compile(r"[\w.-]+/(\*|[\w.-]+(#[\w.-]+)?)")
_FIELD = re.compile(r"\{(\w*)\}")


@dataclass(frozen=True, slots=True)
class RemoteServer:
    """Host name or address, and port, of a server that we connect to."""

    host: str
    port: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``mail.example.org:587`` or ``[::1]:25``.

        Raises:
            ValueError: it is not of that form.
        """
        host, colon, port = text.rpartition(":")
        host = host.removeprefix("[").removesuffix("]")
        if not colon or not host or not port.isdecimal() or not 0 < int(port) < 65536:
            raise ValueError(f"{text!r} is not a server and port such as mail.example.org:587 or [::1]:25")
        return cls(host, int(port))

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class BusinessHours:
    """The hours in which deadlines run.

    Attributes:
        days: weekdays, Monday is 0.
        opens: local time.
        closes: local time, later than opens.
    """

    days: frozenset[int]
    opens: time
    closes: time

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``Mon-Fri 09:00-17:00`` or ``Sat 10:00-14:00``.

        Raises:
            ValueError: it is not of that form, or closes before it opens.
        """
        match = _HOURS.fullmatch(text.strip())
        if match is None or match[1] not in _DAYS or (match[2] or match[1]) not in _DAYS:
            raise ValueError(f"{text!r} is not of the form Mon-Fri 09:00-17:00")
        first, last = _DAYS.index(match[1]), _DAYS.index(match[2] or match[1])
        days = frozenset((first + n) % 7 for n in range((last - first) % 7 + 1))
        opens, closes = time.fromisoformat(match[3]), time.fromisoformat(match[4])
        if closes <= opens:
            raise ValueError(f"{text!r} closes before it opens")
        return cls(days, opens, closes)

    def __str__(self) -> str:
        days = sorted(self.days)
        span = _DAYS[days[0]] if len(days) == 1 else f"{_DAYS[days[0]]}-{_DAYS[days[-1]]}"
        return f"{span} {self.opens:%H:%M}-{self.closes:%H:%M}"


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError(f"{name!r} is no time zone; name one such as Europe/Berlin") from error
    return name


def _template(text: str) -> str:
    unknown = [field for field in _FIELD.findall(text) if field not in ("submitter", "local")]
    if unknown:
        raise ValueError(f"{{{unknown[0]}}} is not known here; use {{submitter}} or {{local}}")
    return text


def _policy_id(text: str) -> str:
    if _ID.fullmatch(text) is None:
        raise ValueError(f"{text!r} is no policy; name one such as blame/label")
    return text


def _muted_id(text: str) -> str:
    if _MUTED.fullmatch(text) is None:
        raise ValueError(
            f"{text!r} is no policy or rule; name one such as blame/label, blame/label#user-error, blame/*"
        )
    return text


def _parse_with(parse: object) -> BeforeValidator:
    return BeforeValidator(lambda given: parse(given) if isinstance(given, str) else given)  # type: ignore[operator]  # a classmethod of one argument


def _network(text: str) -> IPv4Network | IPv6Network:
    try:
        return ip_network(text)
    except ValueError as error:
        raise ValueError(f"{error}; write a network such as 192.0.2.0/24 or 2001:db8::/32") from error


Network = Annotated[IPv4Network | IPv6Network, _parse_with(_network), PlainSerializer(str)]
ListenAddress = Annotated[Address, _parse_with(Address.parse), PlainSerializer(str)]
HostPort = Annotated[RemoteServer, _parse_with(RemoteServer.parse), PlainSerializer(str)]
PolicyId = Annotated[str, AfterValidator(_policy_id)]
MutedId = Annotated[str, AfterValidator(_muted_id)]
Zone = Annotated[str, AfterValidator(_zone)]
MailboxTemplate = Annotated[str, AfterValidator(_template)]
Hours = Annotated[BusinessHours, _parse_with(BusinessHours.parse), PlainSerializer(str)]
