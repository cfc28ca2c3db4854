# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is judged: the submitter of a message, the team that it belongs to, and what passes unjudged.

Each fact has its sources in a fixed order (design, *Context*). A source that a stranger could write is believed only
where the listener says so: a Received field names a login only if a trusted server put it on top.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase
from ipaddress import IPv4Network, IPv6Network, ip_address

from gateway.mail.envelope import Client, Envelope
from gateway.mail.reply import Headers

_AUTHENTICATED = re.compile(r"\(Authenticated sender: ([^()\s]+)\)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Team:
    """People whose mail is judged. A message is theirs if any of the three says so.

    Attributes:
        name: as reports and cards have it.
        members: patterns of submitter or sender, for example ``*@support.example.org``; case does not matter.
        networks: client networks.
        headers: pairs of field name in lower case and pattern of its value.
        languages: what the team writes in (ISO 639-1), in lower case; empty for anything.
    """

    name: str
    members: tuple[str, ...] = ()
    networks: tuple[IPv4Network | IPv6Network, ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    languages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Trust:
    """What a listener knows about those who send through it.

    Attributes:
        received: whether the topmost Received field is a trusted server's, so that its login can be believed.
        sender_is_login: whether MAIL FROM is known to agree with the login.
    """

    received: bool = False
    sender_is_login: bool = False


class Cause(StrEnum):
    """Why a message passes without being judged; each is counted."""

    NULL_SENDER = "null_sender"
    AUTO_SUBMITTED = "auto_submitted"
    BULK = "bulk"
    CALENDAR = "calendar"
    INTERNAL = "internal"
    NO_TEAM = "no_team"


@dataclass(frozen=True, slots=True)
class Exempt:
    """Which causes count, and which domains are the organisation's own.

    Attributes:
        causes: those in which mail passes unjudged; NO_TEAM always does.
        internal_domains: in lower case.
    """

    causes: frozenset[Cause] = frozenset(Cause)
    internal_domains: frozenset[str] = frozenset()


def submitter(envelope: Envelope, headers: Headers, trust: Trust) -> str | None:
    """Who submitted a message: a login or address in lower case; None if nothing says so.

    In this order: AUTH or XCLIENT LOGIN of the session; the login in a trusted server's Received field; MAIL FROM where
    login and sender agree; From.
    """
    if envelope.client.login:
        return envelope.client.login.lower()
    if trust.received and headers.received:
        login = _AUTHENTICATED.search(headers.received[0])
        if login is not None:
            return login[1].lower()
    if trust.sender_is_login and envelope.sender.address:
        return envelope.sender.address.lower()
    return headers.from_.lower() or None


def team_of(teams: Iterable[Team], envelope: Envelope, headers: Headers, who: str | None) -> Team | None:
    """The first team that the message belongs to, by submitter, sender, client network or header field."""
    names = tuple(name.lower() for name in (who, envelope.sender.address) if name)
    return next((team for team in teams if _belongs(team, envelope.client, headers, names)), None)


def language_of(team: Team, detected: str | None) -> str | None:
    """The language of a reply of a team; a text too short to tell, or taken for another, is in the team's only one.

    Args:
        team: whose.
        detected: what the text itself says; None if it is unclear.

    Returns:
        A language, or None if it is unclear: then the rules of every language run.
    """
    if not team.languages or detected in team.languages:
        return detected
    return team.languages[0] if len(team.languages) == 1 else None


def _belongs(team: Team, client: Client, headers: Headers, names: tuple[str, ...]) -> bool:
    if any(matches(name, pattern) for name in names for pattern in team.members):
        return True
    if any(_within(client.address, network) for network in team.networks):
        return True
    return any(
        name in headers.extra and fnmatchcase(headers.extra[name].lower(), pattern.lower())
        for name, pattern in team.headers
    )


def matches(address: str, pattern: str) -> bool:
    """Whether an address matches a pattern in which ``*`` stands for anything; case does not matter."""
    return fnmatchcase(address.lower(), pattern.lower())


def _within(address: str, network: IPv4Network | IPv6Network) -> bool:
    try:
        return ip_address(address) in network
    except ValueError:
        return False


def exempt_by_envelope(envelope: Envelope, exempt: Exempt) -> Cause | None:
    """Why a message need not even be read: the null sender, or internal recipients only."""
    if not envelope.sender.address and Cause.NULL_SENDER in exempt.causes:
        return Cause.NULL_SENDER
    inside = exempt.internal_domains
    if inside and Cause.INTERNAL in exempt.causes and all(path.domain in inside for path in envelope.recipients):
        return Cause.INTERNAL
    return None


def exempt_by_headers(headers: Headers, exempt: Exempt) -> Cause | None:
    """Why a message that was read is not judged: a machine's answer, list mail, a calendar answer."""
    if headers.auto_submitted not in ("", "no") and Cause.AUTO_SUBMITTED in exempt.causes:
        return Cause.AUTO_SUBMITTED
    if headers.bulk and Cause.BULK in exempt.causes:
        return Cause.BULK
    if headers.calendar and Cause.CALENDAR in exempt.causes:
        return Cause.CALENDAR
    return None
