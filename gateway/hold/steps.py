# SPDX-License-Identifier: GPL-3.0-or-later
"""What reconciling asks for: small steps, each of which may be carried out twice without harm."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from gateway.hold.event import Event
from gateway.hold.folders import Meaning
from gateway.hold.hold import Hold
from gateway.hold.seen import SeenCard
from gateway.policy.finding import To


class Reason(StrEnum):
    """Why what somebody did with a card decided nothing, or not what they may think."""

    BOTH_WAYS = "both_ways"
    LEAD_DECIDES = "lead_decides"
    OTHERS_FOLDER = "others_folder"
    ALREADY_SENT = "already_sent"
    ALREADY_RETURNED = "already_returned"
    ALREADY_DISCARDED = "already_discarded"
    TOO_LATE = "too_late"
    UNDECIDED = "undecided"
    EDITED = "edited"
    PURGED = "purged"
    FORGED = "forged"
    NOT_A_CARD = "not_a_card"
    NOTICE_MOVED = "notice_moved"


@dataclass(frozen=True, slots=True)
class Change:
    """Give the hold its next value in the ledger.

    Attributes:
        after: the hold as it is to be.
        event: the entry in its history; None where nothing happened that a person would ask about.
        trusting: the card whose place is the reason; it must be shown to be unaltered first. None where no card is.
    """

    after: Hold
    event: Event | None
    trusting: SeenCard | None = None


@dataclass(frozen=True, slots=True)
class PutCard:
    """Append the card of the hold's present revision to a folder."""

    role: To
    folder: str


@dataclass(frozen=True, slots=True)
class NoteShown:
    """The card of the present revision is there though the ledger does not know: note it as shown."""

    role: To


@dataclass(frozen=True, slots=True)
class PutNotice:
    """Append the notice with this number to INBOX."""

    role: To
    number: int


@dataclass(frozen=True, slots=True)
class RemoveNotice:
    """Take the notice with this number from INBOX, if it is still there."""

    role: To
    number: int


@dataclass(frozen=True, slots=True)
class RemoveCard:
    """Remove one message of ours that shows an older state, or is a copy too many."""

    card: SeenCard


@dataclass(frozen=True, slots=True)
class Answer:
    """Tell the reviewer, in INBOX, why a card of a hold did not do what they may think, then show it anew."""

    role: To
    reason: Reason
    after: Hold
    event: Event


@dataclass(frozen=True, slots=True)
class AnswerStray:
    """Tell the owner of a mailbox about a message in a decision folder that is no card, and move it to INBOX."""

    cards: tuple[SeenCard, ...]
    reason: Reason
    meaning: Meaning


Decided = Change | Answer
Display = PutCard | NoteShown | PutNotice | RemoveNotice | RemoveCard
Step = Decided | Display
