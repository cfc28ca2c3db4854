# SPDX-License-Identifier: GPL-3.0-or-later
"""Policies and stance for a command: those of a settings file, of a folder, or what is assumed without either."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import typer

from gateway.cli.exits import Exit
from gateway.judge.local import LocalJudge, open_model
from gateway.mail.envelope import Client, Envelope
from gateway.mail.envelope import Path as MailPath
from gateway.mail.reply import Reply
from gateway.policy.context import Context
from gateway.policy.judgement import Judgement
from gateway.policy.load import Loaded
from gateway.policy.policies import Policies
from gateway.policy.teams import (
    Cause,
    Trust,
    exempt_by_envelope,
    exempt_by_headers,
    language_of,
    submitter,
    team_of,
)
from gateway.ports import Unavailable
from gateway.screening.judging import Jurisdiction
from gateway.service.build_screening import jurisdiction
from gateway.service.policy_files import load_files, shipped_folder, source_files
from gateway.service.read_settings import BadSettings, read_settings
from gateway.service.settings_servers import ImapSettings
from gateway.verdict.stance import Stance


@dataclass(frozen=True, slots=True)
class Standing:
    """How one reply is judged.

    Attributes:
        reply: in the team's language where its own is unclear.
        context: with the team in it.
        stance: the team's.
    """

    reply: Reply
    context: Context
    stance: Stance


@dataclass(frozen=True, slots=True)
class Bench:
    """What replies are judged with.

    Attributes:
        loaded: the policies, and what is wrong with them.
        folder: where they are from.
        stance: of the one team that is assumed without settings.
        jurisdiction: who is judged and how; None without settings, and then everything is.
        profile: named on the command line; goes before the team's own.
        judge: the learned judge; None if there is none.
        imap: the gateway's own login to mailboxes; None without settings, or where these have none.
    """

    loaded: Loaded
    folder: Path
    stance: Stance
    jurisdiction: Jurisdiction | None = None
    profile: str | None = None
    judge: LocalJudge | None = None
    imap: ImapSettings | None = None

    def judgement(self, reply: Reply, context: Context) -> Judgement | None:
        """What the learned judge says of a reply; None without one."""
        if self.judge is None:
            return None
        spans = [(sentence.start, sentence.end) for sentence in reply.sentences]
        return self.judge.judge_now(context.customer, reply.authored, spans)

    @property
    def policies(self) -> Policies:
        """Those in force."""
        return self.loaded.policies

    def standing(self, reply: Reply, context: Context) -> Standing | Cause:
        """How this reply is judged; or why it passes unjudged.

        A row of JSON has no sender; where there are settings it is taken for the first team's.
        """
        rules = self.jurisdiction
        if rules is None:
            return Standing(reply, context, self.stance)
        envelope = _envelope(reply)
        who = submitter(envelope, reply.headers, Trust(sender_is_login=True))
        if who and reply.headers.to and (cause := exempt_by_envelope(envelope, rules.exempt)) is not None:
            return cause
        team = team_of(rules.teams, envelope, reply.headers, who) if who else next(iter(rules.teams), None)
        if team is None:
            return Cause.NO_TEAM
        cause = exempt_by_headers(reply.headers, rules.exempt)
        if cause is not None:
            return cause
        stance = rules.stances[team.name]
        if self.profile is not None:
            stance = replace(stance, profile=self.profile)
        context = replace(context, team=team.name, submitter=who)
        return Standing(replace(reply, language=language_of(team, reply.language)), context, stance)


def bench(
    config: Path | None = None,
    folder: Path | None = None,
    profile: str | None = None,
    judge: LocalJudge | None = None,
) -> Bench:
    """What a command judges with; ends the program with one clear line if that cannot be had."""
    rules, imap = None, None
    if config is not None:
        try:
            settings = read_settings(config)
        except BadSettings as error:
            typer.echo(str(error), err=True)
            raise typer.Exit(Exit.CONFIG) from None
        rules, imap = jurisdiction(settings), settings.imap
        folder = folder or settings.policies.folder
    folder = folder or shipped_folder()
    return Bench(loaded(folder), folder, Stance(profile=profile or "starter"), rules, profile, judge, imap)


def installed_judge() -> LocalJudge | None:
    """The learned judge that is installed; None if there is none."""
    try:
        return LocalJudge(open_model())
    except Unavailable:
        return None


def loaded(folder: Path) -> Loaded:
    """The policies of a folder; ends the program if there are none."""
    try:
        files = source_files(folder)
    except OSError as error:
        typer.echo(f"bedside: {folder}: {error.strerror}", err=True)
        raise typer.Exit(Exit.INPUT) from None
    if not files:
        typer.echo(f"bedside: {folder}: there is no policy file in it (family/name.yaml)", err=True)
        raise typer.Exit(Exit.INPUT)
    return load_files(files)


def _envelope(reply: Reply) -> Envelope:
    """What the header says in place of an envelope."""
    recipients = tuple(MailPath(address) for address in reply.headers.to)
    return Envelope(MailPath(reply.headers.from_), recipients, Client(""))
