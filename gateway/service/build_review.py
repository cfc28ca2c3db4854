# SPDX-License-Identifier: GPL-3.0-or-later
"""From settings to the plain values of reviewing, and the crew that does it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

from gateway.hold.card import Cards
from gateway.hold.desk import Desk
from gateway.hold.folders import Folders
from gateway.hold.ladder import Ladder
from gateway.ports import Ledger, Mailboxes, Route
from gateway.review.climbing import Climbing
from gateway.review.faces import Faces
from gateway.review.keeper import Crew, Keeper, Timing
from gateway.review.mending import Office
from gateway.review.releasing import OnUnknown, Releasing, Sending
from gateway.review.returning import Returning
from gateway.review.reviewing import Reviewing
from gateway.service.build_smtp import now
from gateway.service.settings import Settings
from gateway.service.settings_servers import FolderSettings, ImapSettings


@dataclass(frozen=True, slots=True)
class KeeperParts:
    """What a keeper is built from.

    Attributes:
        ledger: what is held.
        mailboxes: the IMAP server; None if nobody reviews.
        route: for released messages.
        faces: makes cards and notices.
        ladders: by team.
        desk: folders, grace, retries.
        secret: what tokens are made with.
        hostname: of the gateway.
        owner: name of this node, the same after a restart.
        on_unknown: what becomes of a recipient when upstream's final reply was lost.
        timing: how often what is done.
        notes_a_day: cards "for next time" that one person gets in a day.
    """

    ledger: Ledger
    mailboxes: Mailboxes | None
    route: Route
    faces: Faces
    ladders: Mapping[str, Ladder]
    desk: Desk
    secret: bytes
    hostname: str
    owner: str
    on_unknown: OnUnknown
    timing: Timing
    notes_a_day: int = 3


def keeper(parts: KeeperParts) -> Keeper:
    """A keeper, ready to run."""
    returning = Returning(parts.ledger, parts.route, parts.hostname, now)
    sending = Sending(parts.owner, on_unknown=parts.on_unknown, retry_for=parts.desk.retry_for, ladders=parts.ladders)
    crew = Crew(
        reviewing=Reviewing(
            parts.ledger, parts.faces, Office(parts.desk, parts.secret, parts.ladders, parts.notes_a_day), now
        ),
        releasing=Releasing(parts.ledger, parts.route, now, sending),
        climbing=Climbing(parts.ledger, parts.desk, returning, now),
    )
    return Keeper(parts.ledger, parts.mailboxes, crew, parts.owner, now, parts.timing)


def folders(settings: FolderSettings) -> Folders:
    """Names of the folders."""
    return Folders(
        quarantine=settings.quarantine,
        release=settings.release,
        release_as_fine=settings.release_as_fine,
        discard=settings.discard,
        done=settings.done,
        lead=settings.lead,
    )


def desk(settings: ImapSettings | None, grace: float, retry_days: float) -> Desk:
    """How holds are reviewed."""
    return Desk(
        folders=folders(settings.folders if settings else FolderSettings()),
        grace=timedelta(seconds=grace),
        retry_for=timedelta(days=retry_days),
        notices=settings.notice if settings else False,
    )


def cards(settings: Settings) -> Cards:
    """What makes cards and notices."""
    return Cards(
        sender=f"Bedside <bedside@{settings.hostname}>",
        folders=folders(settings.imap.folders if settings.imap else FolderSettings()),
        zones={team.name: ZoneInfo(team.zone) for team in settings.team},
        keep=timedelta(days=settings.ledger.keep_messages),
    )
