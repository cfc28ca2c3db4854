# SPDX-License-Identifier: GPL-3.0-or-later
"""The `Hold`: a message kept back, its state, and what became of each recipient.

States: held -> releasing -> delivered; held -> discarded, superseded or returned. Discarded and superseded holds can
be brought back to held until their bytes are purged. `gateway.hold.states` has the table of what leads where.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from gateway.mail.envelope import Envelope, Path
from gateway.policy.finding import To
from gateway.verdict.verdict import Verdict


class HoldState(StrEnum):
    """Where a hold stands. NOTED is no hold: the message went out, and a card says something for next time."""

    HELD = "held"
    RELEASING = "releasing"
    DELIVERED = "delivered"
    DISCARDED = "discarded"
    SUPERSEDED = "superseded"
    RETURNED = "returned"
    NOTED = "noted"


class Outcome(StrEnum):
    """What became of one recipient. UNKNOWN: upstream's final reply was lost (RFC 1047)."""

    PENDING = "pending"
    DELIVERED = "delivered"
    REFUSED = "refused"
    UNKNOWN = "unknown"


class Decision(StrEnum):
    """What a reviewer decided by moving a card."""

    RELEASE = "release"
    RELEASE_AS_FINE = "release_as_fine"
    DISCARD = "discard"


class Actor(StrEnum):
    """Who caused an entry of the history."""

    AGENT = "agent"
    LEAD = "lead"
    DEADLINE = "deadline"
    ADMINISTRATOR = "administrator"
    GATEWAY = "gateway"


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of one recipient of a hold.

    Attributes:
        recipient: the forward-path with its parameters.
        outcome: how it stands.
        reply: upstream's last reply for it, as text with its code; empty before the first attempt.
        attempts: how many attempts were made.
        at: when the outcome last changed, UTC; None before the first attempt.
    """

    recipient: Path
    outcome: Outcome = Outcome.PENDING
    reply: str = ""
    attempts: int = 0
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Hold:
    """A held message, or a note, without its bytes (the ledger gives those on request).

    Attributes:
        id: short identifier that people can read aloud; unique in the ledger.
        key: see `gateway.hold.key`.
        state: where it stands.
        envelope: what it will be sent with.
        size: length of the message in octets.
        digest: SHA-256 of the exact octets, hexadecimal.
        message_id: Message-ID of the message with its brackets; may be empty.
        subject: decoded; shown on card and notice only.
        verdict: why it is held.
        team: name of the team.
        mailbox: mailbox in which the reviewer finds the card: a login name as `Mailboxes` knows it.
        to: who reviews it.
        created: when it was committed, UTC.
        deadline: when it ends by itself, UTC; None for a note.
        deliveries: one a recipient, in the order of the envelope.
        decision: the last decision taken; None while there is none.
        decided_by: who took it.
        release_at: end of the grace in which a release can be taken back, UTC.
        next_attempt: not before this time is a release tried (again), UTC.
        ended: when it reached a state that ends it, UTC.
        restored: how often a card that had vanished was put back.
        purged: whether the octets are gone.
    """

    id: str
    key: str
    state: HoldState
    envelope: Envelope
    size: int
    digest: str
    message_id: str
    subject: str
    verdict: Verdict
    team: str
    mailbox: str
    to: To
    created: datetime
    deadline: datetime | None
    deliveries: tuple[Delivery, ...]
    decision: Decision | None = None
    decided_by: Actor | None = None
    release_at: datetime | None = None
    next_attempt: datetime | None = None
    ended: datetime | None = None
    restored: int = 0
    purged: bool = False
