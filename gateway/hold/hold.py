# SPDX-License-Identifier: GPL-3.0-or-later
"""The `Hold`: a message kept back, its state, and what became of each recipient.

States: held -> releasing -> delivered; held -> discarded, superseded or returned. Discarded and superseded holds can
be brought back to held until their bytes are purged. `gateway.hold.states` has the table of what leads where.

A mailing that came in several transactions (one Message-ID, one text, other recipients each) is one hold of several
parts. Each part keeps its own envelope and its own octets, so that what goes out is what came in.
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


class End(StrEnum):
    """How a hold ends by itself when its deadline has passed; KEEP: it does not."""

    RELEASE = "release"
    RETURN = "return"
    KEEP = "keep"


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
        part: index of the transaction that it came in, see `Hold.parts`.
    """

    recipient: Path
    outcome: Outcome = Outcome.PENDING
    reply: str = ""
    attempts: int = 0
    at: datetime | None = None
    part: int = 0


@dataclass(frozen=True, slots=True)
class Part:
    """One transaction that a hold came in.

    Attributes:
        key: see `gateway.hold.key`; a retry is recognised by it.
        envelope: what it will be sent with.
        size: length of the message in octets.
        digest: SHA-256 of the exact octets, hexadecimal.
    """

    key: str
    envelope: Envelope
    size: int
    digest: str


@dataclass(frozen=True, slots=True)
class Aside:
    """What a note says of another one that has no card of its own.

    Attributes:
        hold: id of the other one.
        subject: of its message.
        excerpt: the words that it is about; may be empty.
        message: what is said about them.
    """

    hold: str
    subject: str
    excerpt: str
    message: str


@dataclass(frozen=True, slots=True)
class Showing:
    """What the gateway has put into one reviewer's folders.

    Attributes:
        role: whose.
        card: revision of the hold that the card shows; 0 while none was put.
        purged: whether the octets are gone.
        message_key: see `gateway.hold.key`; another transaction of the same mailing is recognised by it.
        lead_mailbox: where the lead finds cards; None if the team has no lead.
        remind_at: when the reviewer is reminded, UTC; None if that is done or not wanted.
        escalate_at: when it shows to the lead as well, UTC; likewise.
        at_end: what happens at the deadline.
        escalated: when it was shown to the lead because nobody had decided; None if it was not.
        revision: how many faces the card has had; it grows whenever the card has to say something else.
        notices: how many notices were called for; it grows with a reminder and when something comes back.
        showings: what was put into whose folders.
        since: subjects of mails that the submitter has sent on the matter since.
        attempts: rounds of release that were put off.
        given_up_at: when a release that is put off is no longer tried, UTC; None before its decision.
        more: further parts, where the mailing came in several transactions.
        version: counts the changes; the ledger sets it.
    """

    role: To
    card: int = 0
    restored: int = 0
    notice: int = 0
    standing: bool = False


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
        mailbox: mailbox in which the agent finds the card (for a lead's hold without `lead_mailbox`, the lead): a login
            name as `Mailboxes` knows it.
        to: who reviews it.
        created: when it was committed, UTC.
        deadline: when it ends by itself, UTC; None for a note.
        deliveries: one a recipient, in the order of the envelope.
        decision: the last decision taken; None while there is none.
        decided_by: who took it.
        release_at: end of the grace in which a release can be taken back, UTC.
        next_attempt: not before this time is a release tried (again), UTC.
        ended: when it reached a state that ends it, UTC.
        also: further notes of the same day that this one's card tells of.
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
    purged: bool = False
    message_key: str = ""
    lead_mailbox: str | None = None
    remind_at: datetime | None = None
    escalate_at: datetime | None = None
    at_end: End = End.KEEP
    escalated: datetime | None = None
    revision: int = 1
    notices: int = 1
    showings: tuple[Showing, ...] = ()
    since: tuple[str, ...] = ()
    attempts: int = 0
    given_up_at: datetime | None = None
    more: tuple[Part, ...] = ()
    also: tuple[Aside, ...] = ()
    version: int = 1

    @property
    def parts(self) -> tuple[Part, ...]:
        """All transactions that it came in, the first first."""
        return (Part(self.key, self.envelope, self.size, self.digest), *self.more)

    @property
    def open(self) -> bool:
        """Whether somebody or something still has to act on it."""
        return self.state in (HoldState.HELD, HoldState.RELEASING)

    @property
    def pending(self) -> tuple[Delivery, ...]:
        """Recipients that an attempt would go to."""
        return tuple(d for d in self.deliveries if d.outcome is Outcome.PENDING)

    def showing(self, role: To) -> Showing:
        """What this reviewer was shown so far."""
        return next((s for s in self.showings if s.role is role), Showing(role))

    def places(self) -> tuple[tuple[str, To], ...]:
        """Mailboxes in which it shows, each with the role that its card has there."""
        if self.lead_mailbox is None:
            return ((self.mailbox, self.to),)
        lead = self.to is To.LEAD or self.escalated is not None
        return ((self.mailbox, To.AGENT), *(((self.lead_mailbox, To.LEAD),) if lead else ()))
