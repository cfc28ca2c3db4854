# SPDX-License-Identifier: GPL-3.0-or-later
"""The checks of `bedside doctor`: plain values and ports in, findings with the way out of each. They change nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path

from gateway.hold.folders import Folders
from gateway.imap.checkup import FolderFacts, MailboxFacts, examine
from gateway.imap.connection import Server
from gateway.imap.places import Locate
from gateway.policy.finding import To
from gateway.policy.load import Loaded
from gateway.ports import Route, Unavailable

_INSTANCES = Path("/proc/sys/fs/inotify/max_user_instances")
# Seconds: by how much a clock may be behind, and how long the quickest of many cards may take.
_APART = 5
_WAITED = 60
_LOOPBACK = ("localhost", "127.", "::1")
FEED_DAYS = 7
"""Days whose copies are counted."""
# Support addresses rest at week-ends and on holidays.
_QUIET = timedelta(days=4)
# A clock that is behind this program is wrong.
_NOT_BEFORE = datetime(2026, 11, 1, tzinfo=UTC)


class Level(StrEnum):
    """How a finding is to be taken."""

    GOOD = "good"
    WARN = "warn"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Found:
    """One finding.

    Attributes:
        level: how it is to be taken.
        subject: what was looked at.
        said: what was seen.
        way_out: what to do about it; empty where nothing is to be done.
    """

    level: Level
    subject: str
    said: str
    way_out: str = ""


def policies(loaded: Loaded) -> list[Found]:
    """Whether the policies can be used."""
    found = [
        Found(
            Level.BAD if problem.fatal else Level.WARN,
            "policies",
            str(problem),
            "Mend the file; until then its last good version stays in force.",
        )
        for problem in loaded.problems
    ]
    return found or [Found(Level.GOOD, "policies", "all of them load")]


def clock(now: datetime) -> list[Found]:
    """Whether the clock can be right; deadlines and cards hang on it."""
    if now < _NOT_BEFORE:
        return [Found(Level.BAD, "clock", f"it says {now:%Y-%m-%d %H:%M} UTC", "Set it, and run a time service (NTP).")]
    return [Found(Level.GOOD, "clock", f"{now:%Y-%m-%d %H:%M:%S} UTC")]


async def server(name: str, route: Route, extensions: frozenset[str], size: int) -> list[Found]:
    """Whether an SMTP server can be reached, lets us in, and carries messages of this kind and size."""
    try:
        async with asyncio.timeout(30):
            missing = await route.carries(frozenset(), 0)
            limits = await route.carries(extensions, size)
    except (Unavailable, TimeoutError) as error:
        return [
            Found(Level.BAD, name, str(error) or "no answer", "Look at its address, TLS and login in the settings.")
        ]
    if missing:
        return [Found(Level.BAD, name, missing, "Let it offer that, or name another server.")]
    if limits:
        way = "Messages that need it are not held; let it offer that, or name a release server that does."
        return [Found(Level.WARN, name, limits, way)]
    return [Found(Level.GOOD, name, "reached, and carries what it must")]


async def mailbox(server: Server, locate: Locate, name: str, role: To, folders: Folders) -> list[Found]:
    """Whether cards can be put into a mailbox and moved by its owner."""
    subject = f"mailbox {name}"
    try:
        facts = await examine(server, locate, name, (folders.inbox, *folders.of(role)))
    except Unavailable as error:
        return [Found(Level.BAD, subject, str(error), _way_in(str(error)))]
    except ValueError as error:
        return [Found(Level.BAD, subject, str(error), "Choose other names in [imap.folders].")]
    return [
        Found(Level.GOOD, subject, f"entered in {facts.seconds * 1000:.0f} ms, watched by {facts.watched_by}"),
        *_capabilities(subject, facts),
        *_clocks(subject, facts.ahead),
        *(found for folder in facts.folders for found in _folder(subject, folder)),
    ]


def feed(last: datetime | None, now: datetime, counts: Mapping[str, int]) -> list[Found]:
    """Whether the inbound feed has been hearing anything.

    Args:
        last: when it last kept something; None if it never has.
        now: UTC.
        counts: what became of the copies of the last days, by name.
    """
    taken = ", ".join(f"{name} {number}" for name, number in sorted(counts.items())) or "no copies"
    week = f"in the last {FEED_DAYS} days: {taken}"
    way = "Look at recipient_bcc_maps and transport_maps of your Postfix; deploy/README.md shows both."
    if last is None:
        said = "it has kept nothing yet" if counts else "it has heard nothing yet"
        return [Found(Level.WARN, "feed", f"{said}; {week}", way)]
    if now - last > _QUIET:
        return [Found(Level.WARN, "feed", f"it has kept nothing since {last:%Y-%m-%d %H:%M} UTC; {week}", way)]
    return [Found(Level.GOOD, "feed", f"it last kept something at {last:%Y-%m-%d %H:%M} UTC; {week}")]


def inotify(server: Server, watched: int) -> list[Found]:
    """Whether a Dovecot on this machine can watch for so many logins at once."""
    if not server.host.startswith(_LOOPBACK) or not _INSTANCES.exists():
        return []
    allowed = int(_INSTANCES.read_text(encoding="ascii"))
    if watched < allowed:
        return []
    said = f"Linux allows {allowed} instances a user, and up to {watched} mailboxes are watched at once"
    way = f"Past that Dovecot looks every 30 seconds. Set fs.inotify.max_user_instances to {watched * 2} (sysctl)."
    return [Found(Level.WARN, "inotify", said, way)]


def _way_in(error: str) -> str:
    if "certificate" in error:
        return "Set imap.ca_file to the authority of the server's certificate, and imap.server to the name in it."
    if "AUTHENTICATIONFAILED" in error or "AUTHENTICATE" in error or "LOGIN" in error:
        return "Look at imap.login, password, mechanism and master; deploy/dovecot/90-bedside.conf shows a master user."
    if "LIMIT" in error or "Maximum number" in error:
        return "Raise the server's limit for one login (Dovecot: mail_max_userip_connections) above imap.connections."
    if "STARTTLS" in error:
        return 'Set imap.tls to "implicit" if the server has a TLS port of its own (993).'
    return "Look at imap.server, and whether a firewall stands between."


def _clocks(subject: str, ahead: timedelta | None) -> list[Found]:
    """Whether the IMAP server's clock can be ours; a card may have waited for it, but never came before it was made."""
    if ahead is None:
        return []
    seconds = round(ahead.total_seconds())
    if seconds < -_APART:
        way = "Run a time service (NTP) on both; deadlines and the dates of cards hang on it."
        return [Found(Level.WARN, subject, f"the IMAP server's clock is at least {-seconds} s behind ours", way)]
    if seconds > _WAITED:
        way = "Either its clock is ahead (run NTP on both), or it was away when each of them was made."
        return [Found(Level.WARN, subject, f"the quickest card came {seconds} s after it was made", way)]
    return [Found(Level.GOOD, subject, f"the IMAP server's clock agrees with ours within {abs(seconds) + 1} s")]


def _capabilities(subject: str, facts: MailboxFacts) -> list[Found]:
    found = []
    lacking = sorted({"MOVE", "UIDPLUS", "LIST-STATUS", "NAMESPACE", "ACL", "NOTIFY", "IDLE"} - facts.capabilities)
    if lacking:
        found.append(Found(Level.GOOD, subject, f"done without, as the server lacks it: {', '.join(lacking)}"))
    if "NOTIFY" in facts.capabilities and facts.watched_by != "NOTIFY":
        said = "the server offers NOTIFY and refuses it for these folders"
        found.append(Found(Level.WARN, subject, said, f"They are watched by {facts.watched_by}; see imap.sweep."))
    if facts.watched_by == "sweep":
        said = "the server offers neither NOTIFY nor IDLE"
        found.append(Found(Level.WARN, subject, said, "Decisions are seen at the next sweep; see imap.sweep."))
    if "UIDPLUS" not in facts.capabilities:
        said = "the server has no UIDPLUS"
        way = "Removing a card touches flags of other messages for a moment. A newer server has it."
        found.append(Found(Level.WARN, subject, said, way))
    return found


def _folder(subject: str, folder: FolderFacts) -> list[Found]:
    if not folder.exists:
        return [Found(Level.GOOD, subject, f"{folder.name} is not there yet; it is made with the first hold")]
    if folder.missing:
        way = f"Give the gateway's login these rights ({folder.missing}); deploy/dovecot/acl shows all that it needs."
        return [Found(Level.BAD, subject, f"{folder.name}: the gateway may not do all it must", way)]
    if folder.others is not None and folder.others:
        return [Found(Level.GOOD, subject, f"{folder.name}: {', '.join(folder.others)} may put mail there")]
    return []


def worst(found: Sequence[Found]) -> Level:
    """The gravest level among findings."""
    order = list(Level)
    return max((each.level for each in found), key=order.index, default=Level.GOOD)
