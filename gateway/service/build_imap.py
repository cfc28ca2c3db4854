# SPDX-License-Identifier: GPL-3.0-or-later
"""From settings to the IMAP server and the ways into its mailboxes."""

from __future__ import annotations

import time
from collections.abc import Callable

from gateway.imap.connection import Security, Server
from gateway.imap.mailboxes import ImapMailboxes, Limits
from gateway.imap.places import Locate, Login, Mechanism, Place, by_authorization, by_master, by_own_login, in_one_login
from gateway.service.settings_servers import ImapSettings, Tls

_SECURITY = {Tls.IMPLICIT: Security.TLS, Tls.REQUIRED: Security.STARTTLS, Tls.NONE: Security.NONE}

# A password or token that was read or fetched serves so many seconds before it is read again.
_FRESH = 60.0


def mailboxes(settings: ImapSettings) -> ImapMailboxes:
    """The IMAP server, to be entered."""
    limits = Limits(connections=settings.connections, watchers=settings.watchers, sweep=settings.sweep)
    return ImapMailboxes(imap_server(settings), locate(settings), limits)


def imap_server(settings: ImapSettings) -> Server:
    """Where the IMAP server is."""
    return Server(
        host=settings.server.host,
        port=settings.server.port,
        security=_SECURITY[settings.tls],
        ca_file=str(settings.ca_file) if settings.ca_file else None,
    )


def locate(settings: ImapSettings) -> Locate:
    """How a mailbox is entered; the password or token is read when that is asked, and again after a while.

    The `Locate` raises LookupError if the password is not where the settings say.
    """
    secret = _renewed(settings.password.read)

    def enter(mailbox: str) -> Place:
        return _way(settings, secret())(mailbox)

    return enter


def _way(settings: ImapSettings, secret: str) -> Locate:
    mechanism = Mechanism(settings.mechanism)
    if settings.master == "authzid":
        return by_authorization(settings.login, secret)
    if settings.master == "{mailbox}":
        return by_own_login(lambda _mailbox: secret, mechanism)
    if settings.master:
        separator = settings.master.removeprefix("{mailbox}").removesuffix("{login}")
        return by_master(settings.login, secret, separator, mechanism)
    if settings.below:
        return in_one_login(settings.login, secret, settings.below, settings.inbox or None, mechanism)
    return lambda _mailbox: Place(Login(settings.login, secret, mechanism=mechanism), inbox=settings.inbox or None)


def _renewed(read: Callable[[], str]) -> Callable[[], str]:
    """What `read` gives, asked again after a while: tokens run out, and fetching one may be slow."""
    known: list[tuple[float, str]] = []

    def fresh() -> str:
        if not known or time.monotonic() - known[-1][0] > _FRESH:
            known[:] = [(time.monotonic(), read())]
        return known[-1][1]

    return fresh
