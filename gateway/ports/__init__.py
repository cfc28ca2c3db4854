# SPDX-License-Identifier: GPL-3.0-or-later
"""The seam: the few Protocols that the use cases need of the adapters.

Who implements what: `gateway.smtp` the `Transaction`, the `Route` and spooled `Message`s, and calls a `Screener`;
`gateway.ledger` the `Ledger` and the `Memory`; `gateway.imap` the `Mailboxes`; `gateway.judge` the `Judge`.
An adapter that cannot do its part now raises `Unavailable`; what the other side should do then is the use case's call.
"""

from gateway.hold.event import Event
from gateway.hold.seen import SeenCard
from gateway.policy.judgement import Judgement
from gateway.ports.imap import Mailbox, Mailboxes
from gateway.ports.journal import Count, Journal
from gateway.ports.judge import Judge
from gateway.ports.ledger import Ledger, Need
from gateway.ports.memory import Ear, Memory
from gateway.ports.smtp import Message, Route, Screener, Transaction
from gateway.ports.unavailable import Unavailable

__all__ = [
    "Count",
    "Ear",
    "Event",
    "Journal",
    "Judge",
    "Judgement",
    "Ledger",
    "Mailbox",
    "Mailboxes",
    "Memory",
    "Message",
    "Need",
    "Route",
    "Screener",
    "SeenCard",
    "Transaction",
    "Unavailable",
]
