# SPDX-License-Identifier: GPL-3.0-or-later
"""From settings to the plain values of judging and holding."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from gateway.hold.hold import End
from gateway.hold.hours import OpeningHours, read_holidays
from gateway.hold.ladder import Ladder
from gateway.policy.finding import Mode
from gateway.policy.teams import Cause, Exempt, Team, Trust
from gateway.screening.holding import Reviewing
from gateway.screening.judging import Jurisdiction
from gateway.screening.screening import Answer, Carriage, OnTrouble, OnUnreleasable
from gateway.service.read_settings import BadSettings
from gateway.service.settings import MuteSettings, Settings, TeamSettings, UnjudgedSettings
from gateway.service.settings_servers import ListenerSettings
from gateway.verdict.stance import Mute, Stance

_ENDS = {"release": End.RELEASE, "return": End.RETURN, "keep": End.KEEP}


def jurisdiction(settings: Settings) -> Jurisdiction:
    """Who is judged, and how strictly."""
    reviewed = settings.imap is not None
    return Jurisdiction(
        teams=[_team(team) for team in settings.team],
        stances={
            team.name: Stance(
                profile=team.profile or settings.policies.profile,
                hold_at=team.hold_at,
                modes=tuple((policy, Mode(mode)) for policy, mode in team.modes.items()),
                mutes=tuple(_mute(mute) for mute in settings.mute if not mute.teams or team.name in mute.teams),
                has_reviewer=reviewed,
                min_confidence=settings.min_confidence,
            )
            for team in settings.team
        },
        observed=frozenset(team.name for team in settings.team if team.observe or settings.observe),
        trust={one.name: _trust(one) for one in settings.listener},
        exempt=_exempt(settings.unjudged),
    )


def reviewing(teams: Sequence[TeamSettings]) -> dict[str, Reviewing]:
    """Where each team reviews, and until when.

    Raises:
        BadSettings: a file of holidays cannot be used.
    """
    return {team.name: Reviewing(team.mailbox, team.lead, _ladder(team)) for team in teams}


def carriage(settings: Settings) -> Carriage:
    """How verdicts are carried out."""
    return Carriage(
        answers={one.name: Answer(one.answer) for one in settings.listener},
        on_error=OnTrouble(settings.on_error),
        on_encrypted=OnTrouble(settings.on_encrypted),
        on_unreleasable=OnUnreleasable(settings.release.on_unreleasable),
    )


def _team(settings: TeamSettings) -> Team:
    headers = []
    for header in settings.headers:
        name, _, pattern = header.partition(":")
        headers.append((name.strip().lower(), pattern.strip() or "*"))
    return Team(settings.name, settings.members, settings.networks, tuple(headers), settings.languages)


def _mute(settings: MuteSettings) -> Mute:
    return Mute(settings.policy, settings.reason, settings.until, settings.senders, settings.recipients)


def _trust(settings: ListenerSettings) -> Trust:
    return Trust(received=bool(settings.trusted), sender_is_login=settings.sender_is_login)


def _exempt(settings: UnjudgedSettings) -> Exempt:
    by_setting = {
        Cause.NULL_SENDER: settings.null_sender,
        Cause.AUTO_SUBMITTED: settings.auto_submitted,
        Cause.BULK: settings.bulk,
        Cause.CALENDAR: settings.calendar,
        Cause.INTERNAL: settings.internal,
    }
    causes = frozenset(cause for cause, passes in by_setting.items() if passes)
    return Exempt(causes, frozenset(domain.lower() for domain in settings.internal_domains))


def _ladder(team: TeamSettings) -> Ladder:
    holidays: frozenset[date] = frozenset()
    if team.holidays is not None:
        try:
            holidays = read_holidays(team.holidays.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or error
            raise BadSettings(f"{team.holidays}: holidays of team {team.name!r}: {reason}") from error
    hours = OpeningHours(team.hours.days, team.hours.opens, team.hours.closes, ZoneInfo(team.zone), holidays)
    return Ladder(
        hours=hours,
        remind_after=timedelta(hours=team.remind_after),
        lead_after=timedelta(hours=team.lead_after),
        end_after=timedelta(hours=team.end_after),
        end=_ENDS[team.end],
        lead_end=_ENDS[team.lead_end],
    )
