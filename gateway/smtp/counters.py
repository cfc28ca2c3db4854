# SPDX-License-Identifier: GPL-3.0-or-later
"""What happened on this worker's sessions, as numbers that only grow."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Counters:
    """Counts since the worker began.

    Attributes:
        sessions: connections that were accepted.
        turned_away: connections that a cap refused.
        messages: messages that were screened.
        faulty: messages that were refused unread: too big, bare line ends, loops.
        lost_upstream: connections to upstream that ended in the middle of a transaction.
        in_doubt: final replies of upstream that were lost: a second copy may come of it (RFC 1047).
        unheard: final replies of ours, positive ones, that the client was no longer there to hear: likewise.
        failures: errors of our own that a client was told of by 451.
    """

    sessions: int = 0
    turned_away: int = 0
    messages: int = 0
    faulty: int = 0
    lost_upstream: int = 0
    in_doubt: int = 0
    unheard: int = 0
    failures: int = 0
