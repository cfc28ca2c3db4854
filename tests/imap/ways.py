# SPDX-License-Identifier: GPL-3.0-or-later
"""Ways into a test's Dovecot: as the gateway, as an agent."""

from __future__ import annotations

from gateway.imap.connection import Security, Server
from gateway.imap.mailboxes import ImapMailboxes, Limits
from gateway.imap.places import by_master, by_own_login
from tests.servers.dovecot import MASTER, MASTER_PASSWORD, PASSWORD, Dovecot

# No sweep comes to the help of a test about NOTIFY or IDLE, and no test waits for one.
LONG = 3600.0


def gateway(server: Dovecot, *, sweep: float = LONG, watchers: int = 100, timeout: float = 10) -> ImapMailboxes:
    """The gateway's way, by master login and STARTTLS."""
    return ImapMailboxes(
        Server("localhost", server.port, Security.STARTTLS, str(server.ca), command_timeout=timeout),
        by_master(MASTER, MASTER_PASSWORD),
        Limits(sweep=sweep, watchers=watchers),
    )


def agents(server: Dovecot) -> ImapMailboxes:
    """The agents' way: our own adapter stands in for their client, which needs the same few commands."""
    return ImapMailboxes(
        Server("127.0.0.1", server.port, Security.NONE, command_timeout=10), by_own_login(lambda _mailbox: PASSWORD)
    )
