# SPDX-License-Identifier: GPL-3.0-or-later
"""The settings of servers: where mail comes in, where it goes, where it is kept and reviewed.

`gateway.service.settings` has the rest and the whole; what is said there about descriptions holds here.
"""

from __future__ import annotations

from enum import StrEnum
from ipaddress import ip_network
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, PositiveFloat, PositiveInt, model_validator

from gateway.service.secret import Secret
from gateway.service.settings_types import HostPort, ListenAddress, Network


class Table(BaseModel):
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


class ListenerSettings(Table):
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


class UpstreamSettings(Table):
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
    pool_idle: PositiveFloat = 30.0
    """Seconds after which an idle session is closed."""
    keep_awake: PositiveFloat = 45.0
    """Seconds between NOOPs while a client uploads, so that upstream does not give its session up."""
    connect_seconds: PositiveFloat = 10.0
    """Seconds that connecting may take, and the TLS handshake."""
    reply_seconds: PositiveFloat = 90.0
    """Seconds that upstream has to answer a command. A client in front of us gives up after some minutes."""
    data_seconds: PositiveFloat = 180.0
    """Seconds that may pass without upstream taking an octet of a message."""
    final_seconds: PositiveFloat = 600.0
    """Seconds that upstream has to answer the end of a message (RFC 5321 4.5.3.2.6 asks for ten minutes)."""


class ReleaseSettings(Table):
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


class LedgerSettings(Table):
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


class FolderSettings(Table):
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


class ImapSettings(Table):
    """`[imap]`: the IMAP server with the agents' mailboxes. Without this table nobody can review: at most notes."""

    server: HostPort
    """Host and port, for example "imap.example.org:993"."""
    tls: Literal[Tls.IMPLICIT, Tls.REQUIRED, Tls.NONE] = Tls.IMPLICIT
    """"implicit" (port 993), "required" (STARTTLS) or "none" (loopback only)."""
    ca_file: Path | None = None
    """As in [upstream]."""
    login: str = ""
    """The gateway's own login: a master user, or the account of one shared mailbox. Not needed with master =
    "{mailbox}"."""
    password: Secret
    """Its password, or the access token for "xoauth2"; read again every minute, so that a token may be renewed."""
    mechanism: Literal["plain", "login", "xoauth2"] = "plain"
    """How to log in: "plain" (AUTHENTICATE PLAIN, or LOGIN where the server has only that), "login" (always LOGIN), or
    "xoauth2" (an access token)."""
    master: str = Field(default="", pattern=r"^(authzid|\{mailbox\}(.+\{login\})?)?$")
    """How a mailbox is opened with the master login: "{mailbox}*{login}" for Dovecot's separator; "authzid" for SASL
    PLAIN with the mailbox as authorization identity; "{mailbox}" where the mailbox logs in itself with the one password
    or token, as with tokens for a whole organisation. Empty: one login for all, see `below`."""
    below: str = Field(default="", pattern=r"^([^\x00-\x1f\x7f]*[^\x00-\x20\x7f\w}])?$")
    """Where in the one login's folders a mailbox lies, in the server's own words with its delimiter at the end:
    "shared/{mailbox}/" for shared mailboxes, "{mailbox}/" for a folder a team in one mailbox. Empty: the login's
    folders are the one mailbox."""
    inbox: str = ""
    """Folder for notices in the server's own words, for example "shared/{mailbox}/INBOX". Empty: the login's INBOX."""
    folders: FolderSettings = FolderSettings()
    """Names of the folders."""
    notice: bool = True
    """Whether a short notice goes into INBOX for each hold; it is taken away when the hold is decided."""
    notes_a_day: PositiveInt = 3
    """Most cards "for next time" that one person gets in a day; the last of them tells of the further ones."""
    sweep: PositiveFloat = 30.0
    """Seconds between sweeps over mailboxes, the safety net where nothing woke us."""
    connections: PositiveInt = 50
    """Most connections that work at a time; with one login, keep it below the server's limit for one user
    (Dovecot: mail_max_userip_connections, 10 unless told otherwise)."""
    watchers: int = Field(default=100, ge=0)
    """Most logins that are watched by a connection each; others are only swept. Linux gives a Dovecot 128 inotify
    instances unless told otherwise (fs.inotify.max_user_instances)."""

    @model_validator(mode="after")
    def _way_in(self) -> ImapSettings:
        if not self.login and self.master != "{mailbox}":
            raise ValueError('login is missing; only master = "{mailbox}" needs none')
        if self.master and (self.below or self.inbox):
            raise ValueError(
                "below and inbox are for one login, and master opens each mailbox by itself: leave one out"
            )
        if self.master == "authzid" and self.mechanism != "plain":
            raise ValueError('master = "authzid" is a part of "plain": leave mechanism out')
        return self
