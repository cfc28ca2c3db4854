# SPDX-License-Identifier: GPL-3.0-or-later
"""The settings: what an administrator writes into bedside.toml, checked as a whole before anything starts.

This module says what may be written; `gateway.service.read_settings` reads a file into it, and
`gateway.service.build` turns it into the plain values that the parts take. Descriptions here are the reference that
`bedside config reference` prints, so they are written for administrators.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, PositiveFloat, PositiveInt, model_validator

from gateway.service.logs import LogFormat, LogLevel
from gateway.service.settings_limits import LimitSettings
from gateway.service.settings_memory import FeedSettings, MemorySettings
from gateway.service.settings_reading import ReadingSettings
from gateway.service.settings_servers import (
    ImapSettings,
    LedgerSettings,
    ListenerSettings,
    ReleaseSettings,
    Table,
    UpstreamSettings,
)
from gateway.service.settings_types import BusinessHours, Hours, MailboxTemplate, MutedId, Network, PolicyId, Zone


class OnError(StrEnum):
    """What becomes of a message that could not be judged."""

    PASS = "pass"  # noqa: S105 - an action, not a password
    HOLD = "hold"
    DEFER = "defer"


class PolicySettings(Table):
    """`[policies]`: where the rules come from."""

    folder: Path | None = None
    """Folder with the organisation's policies (`bedside policy init` makes one); those that ship if absent."""
    profile: Literal["starter", "strict"] = "starter"
    """Profile of teams that name none."""


class JudgeSettings(Table):
    """`[judge]`: the learned judge, which finds wording that no rule has met. Needs the extra "judge"."""

    use: bool = True
    """Whether it is asked, where it is installed. Without it, rules of the kind "judged" do not run."""
    deadline: PositiveFloat = 2.0
    """Seconds after which a message goes on without its answer."""
    waiting: PositiveInt = 64
    """Most messages that wait for it at a time; further ones go on without."""


class TeamSettings(Table):
    """`[[team]]`: people whose mail is judged. Mail of nobody's team passes unjudged."""

    name: str
    """Name of the team."""
    members: tuple[str, ...] = ()
    """Patterns of submitters or senders, for example "*@support.example.org" or "anna@example.org"."""
    networks: tuple[Network, ...] = ()
    """Client networks whose mail is this team's."""
    headers: tuple[str, ...] = ()
    """Header fields that mark mail as this team's: "X-Helpdesk: tier1", "*" matches anything."""
    mailbox: MailboxTemplate = "{submitter}"
    """Mailbox in which an agent reviews: "{submitter}", "{local}" (the part before the at sign), or one shared name."""
    lead: str | None = None
    """Mailbox of the team's lead."""
    profile: Literal["starter", "strict"] | None = None
    """Profile of the team."""
    hold_at: PositiveFloat = 4.0
    """Points of findings of at least two policies from which a message is held."""
    modes: dict[PolicyId, Literal["shadow", "note", "hold"]] = Field(default_factory=dict)
    """Modes of the team's own for a policy, in place of what its file says: { "blame/label" = "note" }."""
    observe: bool = False
    """Judge and count this team's mail, hold nothing."""
    languages: tuple[str, ...] = ()
    """Languages in which the team writes, for example ["en"]; a reply that seems to be in another is taken for one in
    the only one, or in any of them. Empty: what the text itself says."""
    zone: Zone = "UTC"
    """Time zone of cards and deadlines, for example "Europe/Berlin"."""
    hours: Hours = BusinessHours.parse("Mon-Fri 09:00-17:00")
    """Business hours in which deadlines run, for example "Mon-Fri 09:00-17:00"."""
    holidays: Path | None = None
    """File with one date a line (2026-12-25) on which no deadline runs."""
    remind_after: PositiveFloat = 2.0
    """Business hours after which the agent is reminded of a hold."""
    lead_after: PositiveFloat = 4.0
    """Business hours after which it also shows to the lead."""
    end_after: PositiveFloat = 8.0
    """Business hours after which it ends by itself."""
    end: Literal["release", "return", "keep"] = "release"
    """How an agent's hold ends by itself: sent, returned to the sender, or kept."""
    lead_end: Literal["release", "return", "keep"] = "return"
    """How a lead's hold ends by itself."""


class MuteSettings(Table):
    """`[[mute]]`: a rule that the lead silences until a day. It is evaluated and counted all the same, as shadow."""

    policy: MutedId
    """A policy ("blame/label"), one rule of it ("blame/label#user-error"), or a family of policies ("blame/*")."""
    reason: Annotated[str, Field(min_length=3)]
    """Why; reports show it beside each finding."""
    until: date
    """Last day on which it is silent, for example 2027-03-31 (without quotation marks)."""
    teams: tuple[str, ...] = ()
    """Names of the teams for which it is silent; empty for all."""
    senders: tuple[str, ...] = ()
    """Patterns of senders for whom it is silent; empty for all."""
    recipients: tuple[str, ...] = ()
    """Patterns of recipients; a message to any of them is meant. Empty for all."""


class UnjudgedSettings(Table):
    """`[unjudged]`: mail that passes without being read. All of it is counted by cause."""

    null_sender: bool = True
    """Bounces: MAIL FROM:<>."""
    auto_submitted: bool = True
    """Answers of machines: Auto-Submitted other than "no" (RFC 3834)."""
    bulk: bool = True
    """Newsletters and lists: Precedence bulk, junk or list, or a List- field."""
    calendar: bool = True
    """Calendar invitations and answers."""
    internal: bool = True
    """Mail to internal recipients only."""
    internal_domains: tuple[str, ...] = ()
    """Domains that are the organisation's own."""


class LogSettings(Table):
    """`[log]`: what is written to standard error. Never message text, addresses or secrets."""

    level: LogLevel = LogLevel.INFO
    """"error", "warning", "info" or "debug"."""
    format: LogFormat = LogFormat.TEXT
    """"text" or "json"."""


class Settings(Table):
    """The whole file."""

    observe: bool = True
    """Judge and count, hold nothing. Begin with true; set to false when `bedside policy stats` looks right."""
    hostname: Annotated[str, AfterValidator(str.lower)]
    """Name by which the gateway introduces itself in SMTP, for example "mail-gw.example.org"."""
    workers: PositiveInt = 1
    """Processes that screen mail."""
    drain: PositiveFloat = 30.0
    """Seconds that a process has to finish its transactions when it is told to stop."""
    on_error: OnError = OnError.PASS
    """What becomes of a message that could not be judged: "pass", "hold" or "defer" (451)."""
    on_encrypted: OnError = OnError.PASS
    """Likewise of an encrypted one."""
    min_confidence: float = Field(default=0.5, ge=0, le=1)
    """Confidence of the split between written and quoted text below which a message is at most noted."""
    listener: tuple[ListenerSettings, ...]
    """Listeners."""
    upstream: UpstreamSettings
    """Upstream."""
    release: ReleaseSettings = ReleaseSettings()
    """Release route."""
    ledger: LedgerSettings
    """Ledger."""
    memory: MemorySettings = MemorySettings()
    """Context memory."""
    feed: FeedSettings | None = None
    """Inbound feed."""
    imap: ImapSettings | None = None
    """IMAP server."""
    policies: PolicySettings = PolicySettings()
    """Policies."""
    judge: JudgeSettings = JudgeSettings()
    """The learned judge."""
    team: tuple[TeamSettings, ...] = ()
    """Teams, in the order in which they are asked."""
    mute: tuple[MuteSettings, ...] = ()
    """Silenced rules."""
    unjudged: UnjudgedSettings = UnjudgedSettings()
    """What passes unjudged."""
    reading: ReadingSettings = ReadingSettings()
    """Reading."""
    limits: LimitSettings = LimitSettings()
    """Caps."""
    log: LogSettings = LogSettings()
    """Logging."""

    @model_validator(mode="after")
    def _names_are_unique(self) -> Settings:
        if not self.listener:
            raise ValueError("no [[listener]]: say where mail is accepted")
        for what, names in (("listener", [x.name for x in self.listener]), ("team", [x.name for x in self.team])):
            twice = {name for name in names if names.count(name) > 1}
            if twice:
                raise ValueError(f"two {what}s are named {min(twice)!r}; give each a name of its own")
        return self

    @model_validator(mode="after")
    def _mutes_name_teams(self) -> Settings:
        names = {team.name for team in self.team}
        for mute in self.mute:
            for team in mute.teams:
                if team not in names:
                    raise ValueError(f"the mute of {mute.policy} is for team {team!r}, and there is no such [[team]]")
        return self

    @model_validator(mode="before")
    @classmethod
    def _feed_implies_memory(cls, written: object) -> object:
        if isinstance(written, dict) and written.get("feed") is not None:
            memory = written.get("memory", {})
            if isinstance(memory, dict):
                return {**written, "memory": {"use": True, **memory}}
        return written

    @model_validator(mode="after")
    def _feed_needs_memory(self) -> Settings:
        if self.feed is not None and not self.memory.use:
            raise ValueError("[feed] has nowhere to keep what it is shown: memory.use is false; leave one of them out")
        return self

    @model_validator(mode="after")
    def _one_login_is_one_mailbox(self) -> Settings:
        if self.imap is not None and not self.imap.master and "{mailbox}" not in self.imap.below:
            for team in self.team:
                if "{" in team.mailbox or (team.lead is not None and team.lead != team.mailbox):
                    raise ValueError(
                        f"team {team.name!r} has mailboxes of its own, but imap.master is empty, so there is one "
                        f'for all: name it in mailbox and lead, for example mailbox = "{self.imap.login}", or set '
                        'imap.below to a place such as "{mailbox}/"'
                    )
        return self
