# SPDX-License-Identifier: GPL-3.0-or-later
"""The settings: what an administrator writes into bedside.toml, checked as a whole before anything starts.

This module says what may be written; `gateway.service.read_settings` reads a file into it, and
`gateway.service.build` turns it into the plain values that the parts take. Descriptions here are the reference that
`bedside config reference` prints, so they are written for administrators.
"""

from __future__ import annotations

from enum import StrEnum
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PositiveFloat, PositiveInt, model_validator

from gateway.service.logs import LogFormat, LogLevel
from gateway.service.secret import Secret
from gateway.service.settings_types import BusinessHours, HostPort, Hours, ListenAddress, MailboxTemplate, Network, Zone


class _Table(BaseModel):
    """A table of the file: unknown keys are errors, and nothing changes after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True, arbitrary_types_allowed=True)


class Tls(StrEnum):
    """How a leg that we open is encrypted."""

    NONE = "none"
    OPPORTUNISTIC = "opportunistic"
    REQUIRED = "required"
    IMPLICIT = "implicit"


class Answer(StrEnum):
    """How a listener carries out a hold."""

    QUARANTINE = "quarantine"
    NUDGE = "nudge"
    REFUSE = "refuse"


class OnError(StrEnum):
    """What becomes of a message that could not be judged."""

    PASS = "pass"  # noqa: S105 - an action, not a password
    HOLD = "hold"
    DEFER = "defer"


class ListenerSettings(_Table):
    """`[[listener]]`: an address on which mail is accepted. At least one is needed."""

    name: str
    """Name of the listener, in logs and on cards."""
    listen: ListenAddress
    """IP address and port, for example "127.0.0.1:10025" or "[::1]:587"."""
    clients: tuple[Network, ...] = (ip_network("127.0.0.0/8"), ip_network("::1/128"))
    """Networks whose clients may send without AUTH. Everybody else must authenticate, and upstream must accept it."""
    answer: Answer = Answer.QUARANTINE
    """What a hold means here: "quarantine" (answered 250, a card for review), "nudge" (550 with the sentence; the same
    mail sent again passes once; only where a person's mail client submits directly) or "refuse" (550)."""
    trusted: tuple[Network, ...] = ()
    """Networks whose XCLIENT, XFORWARD and topmost Received fields are believed: your own Postfix."""
    proxies: tuple[Network, ...] = ()
    """Networks of load balancers, which must begin each connection with the PROXY protocol, version 1 or 2."""
    sender_is_login: bool = False
    """Whether MAIL FROM is known to agree with the login (Postfix reject_sender_login_mismatch), so that it names the
    submitter where no login is passed on."""
    tls: Literal["none", "starttls", "implicit"] = "none"
    """TLS towards clients: "none", "starttls" (port 587), or "implicit" (port 465)."""
    certificate: Path | None = None
    """PEM file with certificate and chain, read again when it changes. Needed unless tls is "none"."""
    certificate_key: Path | None = None
    """PEM file with the certificate's private key."""
    bare_newlines: Literal["refuse", "pass"] = "refuse"
    """Messages with a bare CR or LF: refused (they can smuggle a second message past a lax server), or passed."""
    add_received: bool = False
    """Whether to put a Received field on top. Without it not one byte of a message changes."""
    loop_marker: str = Field(default="", pattern=r"^([A-Za-z0-9-]+: \S+)?$")
    """Field that marks a message as having passed here, for hosted mail that is routed out and back, for example
    "X-Bedside-Passed: gw-7f3a"; a message that comes with it is refused as a loop. Empty: no marker."""

    @model_validator(mode="after")
    def _tls_needs_certificate(self) -> ListenerSettings:
        if self.tls != "none" and (self.certificate is None or self.certificate_key is None):
            raise ValueError(f'tls = "{self.tls}" needs certificate and certificate_key')
        return self


class UpstreamSettings(_Table):
    """`[upstream]`: the mail server that sends for you, to which everything is passed on."""

    server: HostPort
    """Host and port, for example "127.0.0.1:10026" or "mail.example.org:587"."""
    tls: Tls = Tls.OPPORTUNISTIC
    """"none", "opportunistic" (STARTTLS where offered), "required" (STARTTLS, certificate verified) or "implicit"."""
    ca_file: Path | None = None
    """PEM file of the only authorities that may vouch for upstream; the system's if absent."""
    announce: Literal["nothing", "xforward", "xclient"] = "nothing"
    """Whether upstream, where it offers that, is told who the client is: "xforward" for its log, "xclient" to judge."""
    pool: int = Field(default=20, ge=0)
    """Idle sessions kept open for clients that do not authenticate."""


class ReleaseSettings(_Table):
    """`[release]`: the route on which released messages are sent; the agent's password is gone by then."""

    server: HostPort | None = None
    """Host and port; upstream's if absent."""
    tls: Tls = Tls.OPPORTUNISTIC
    """As in [upstream]."""
    ca_file: Path | None = None
    """As in [upstream]."""
    login: str | None = None
    """User name to authenticate with; none if absent."""
    password: Secret | None = None
    """Its password: { file = "/path" } or { env = "NAME" }."""
    grace: float = Field(default=10.0, ge=0)
    """Seconds in which a release can be taken back by moving the card out of Release again."""
    on_unreleasable: Literal["note", "defer"] = "note"
    """What becomes of a message to be held that the route could not carry unchanged: a note, or 451."""
    on_unknown: Literal["wait", "send_again"] = "wait"
    """When upstream's final reply to a release is lost, nobody knows whether it took the message (RFC 1047): "wait" for
    `bedside holds resolve`, or "send_again", which may make a second copy."""
    retry_for: PositiveFloat = 5.0
    """Days for which a release that upstream puts off (4yz) is tried again."""


class LedgerSettings(_Table):
    """`[ledger]`: where held messages are kept until they are delivered."""

    url: str = "sqlite:////var/lib/bedside/ledger.db"
    """"sqlite:////path" on one host, "postgresql+psycopg://user@host/name" where several share it."""
    password: Secret | None = None
    """Password for PostgreSQL, if it asks for one."""
    key: Secret
    """Secret of at least 32 characters that hold keys and card tokens are made with. Hosts that share a ledger share
    it. Changing it invalidates open cards (they are made again)."""
    encryption_key: Secret | None = None
    """A Fernet key (`bedside ledger key` makes one): messages are then encrypted at rest."""
    retry_window: PositiveFloat = 1.0
    """Hours for which a client that sends an ended hold's message again gets the same answer and no new card."""
    keep_messages: PositiveFloat = 7.0
    """Days after its end for which a hold's message is kept, so that it can be brought back from Done."""
    keep_facts: PositiveFloat = 365.0
    """Days after its end for which the facts of a hold are kept."""


class FolderSettings(_Table):
    """`[imap.folders]`: names of the folders, as people see them; "/" separates levels whatever the server uses."""

    quarantine: str = "Quarantine"
    """Where cards appear."""
    release: str = "Quarantine/Release"
    """Moving a card here sends the message."""
    release_as_fine: str = "Quarantine/Release as fine"
    """Moving a card here sends it and marks the finding as wrong."""
    discard: str = "Quarantine/Discard"
    """Moving a card here drops the message."""
    done: str = "Quarantine/Done"
    """Where decided cards go, with what became of them."""
    lead: str = "Lead"
    """Folder of the lead's mailbox below which the cards for the lead have the same folders."""


class ImapSettings(_Table):
    """`[imap]`: the IMAP server with the agents' mailboxes. Without this table nobody can review: at most notes."""

    server: HostPort
    """Host and port, for example "imap.example.org:993"."""
    tls: Literal[Tls.IMPLICIT, Tls.REQUIRED, Tls.NONE] = Tls.IMPLICIT
    """"implicit" (port 993), "required" (STARTTLS) or "none" (loopback only)."""
    ca_file: Path | None = None
    """As in [upstream]."""
    login: str
    """The gateway's own login: a master user, or the account of one shared mailbox."""
    password: Secret
    """Its password."""
    master: str = Field(default="", pattern=r"^(authzid|\{mailbox\}.+\{login\})?$")
    """How a mailbox is opened with the master login: "{mailbox}*{login}" for Dovecot's separator; "authzid" for SASL
    PLAIN with the mailbox as authorization identity. Empty: login is the shared mailbox itself."""
    folders: FolderSettings = FolderSettings()
    """Names of the folders."""
    notice: bool = True
    """Whether a short notice goes into INBOX for each hold; it is taken away when the hold is decided."""
    sweep: PositiveFloat = 30.0
    """Seconds between sweeps over mailboxes, the safety net where nothing woke us."""
    connections: PositiveInt = 50
    """Most connections at a time."""


class PolicySettings(_Table):
    """`[policies]`: where the rules come from."""

    folder: Path | None = None
    """Folder with the organisation's policies (`bedside policy init` makes one); those that ship if absent."""
    profile: Literal["starter", "strict"] = "starter"
    """Profile of teams that name none."""


class JudgeSettings(_Table):
    """`[judge]`: the learned judge, which finds wording that no rule has met. Needs the extra "judge"."""

    use: bool = True
    """Whether it is asked, where it is installed. Without it, rules of the kind "judged" do not run."""
    deadline: PositiveFloat = 2.0
    """Seconds after which a message goes on without its answer."""
    waiting: PositiveInt = 64
    """Most messages that wait for it at a time; further ones go on without."""


class TeamSettings(_Table):
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
    observe: bool = False
    """Judge and count this team's mail, hold nothing."""
    languages: tuple[str, ...] = ()
    """Languages in which the team writes; empty for any that the rules know."""
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


class UnjudgedSettings(_Table):
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


class LimitSettings(_Table):
    """`[limits]`: caps for the whole gateway. Past a cap a client is told 421 or 452, never kept waiting."""

    sessions: PositiveInt = 1000
    """Sessions at a time."""
    sessions_per_client: PositiveInt = 200
    """Sessions at a time from one address."""
    message_size: PositiveInt = 52_428_800
    """Octets of a message; upstream's SIZE if that is less."""
    memory: PositiveInt = 268_435_456
    """Octets of messages held in memory at a time; each above 1 MiB goes to disk anyway."""
    spool: Path = Path("/var/tmp")  # noqa: S108 - survives nothing and need not: files there are unlinked at once
    """Folder for large messages while they are under way."""
    command_seconds: PositiveFloat = 300.0
    """Seconds a client may take for a command (RFC 5321 4.5.3.2)."""
    data_seconds: PositiveFloat = 180.0
    """Seconds that may pass without an octet of a message."""
    hops: PositiveInt = 50
    """A message with more Received fields than this is refused as a loop."""
    text: PositiveInt = 200_000
    """Characters of text that are judged; what follows is not read."""


class LogSettings(_Table):
    """`[log]`: what is written to standard error. Never message text, addresses or secrets."""

    level: LogLevel = LogLevel.INFO
    """"error", "warning", "info" or "debug"."""
    format: LogFormat = LogFormat.TEXT
    """"text" or "json"."""


class Settings(_Table):
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
    imap: ImapSettings | None = None
    """IMAP server."""
    policies: PolicySettings = PolicySettings()
    """Policies."""
    judge: JudgeSettings = JudgeSettings()
    """The learned judge."""
    team: tuple[TeamSettings, ...] = ()
    """Teams, in the order in which they are asked."""
    unjudged: UnjudgedSettings = UnjudgedSettings()
    """What passes unjudged."""
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
    def _one_login_is_one_mailbox(self) -> Settings:
        if self.imap is not None and not self.imap.master:
            for team in self.team:
                if "{" in team.mailbox or (team.lead is not None and team.lead != team.mailbox):
                    raise ValueError(
                        f"team {team.name!r} has mailboxes of its own, but imap.master is empty, so there is one "
                        f'for all: name it in mailbox and lead, for example mailbox = "{self.imap.login}"'
                    )
        return self
