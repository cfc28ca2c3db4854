# SPDX-License-Identifier: GPL-3.0-or-later
"""A `Reply`: what a message says, as its reader would see it, split into who wrote what.

Everything here is a value made once by `gateway.mail.read`. Offsets are code points. Spans of sentences point into
`Reply.authored`; `Reply.rendered` places lead from there back into the text of the part that was read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class ReadState(StrEnum):
    """How far the message could be read. All but READ are facts about the message, never errors."""

    READ = "read"
    UNREADABLE = "unreadable"
    ENCRYPTED = "encrypted"
    TRUNCATED = "truncated"
    EMPTY = "empty"


class SentenceKind(StrEnum):
    """What a sentence is; only PROSE and LIST state something of the agent's own."""

    PROSE = "prose"
    GREETING = "greeting"
    CLOSING = "closing"
    LIST = "list"
    CODE = "code"
    QUOTE = "quote"


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of the authored text.

    Attributes:
        text: the sentence with line breaks inside it folded into spaces.
        start: offset of its first character in `Reply.authored`.
        end: offset behind its last character in `Reply.authored`.
        kind: what it is.
        quoted: spans of `text`, marks included, in which the agent quotes the customer ("you wrote: '…'").
    """

    text: str
    start: int
    end: int
    kind: SentenceKind = SentenceKind.PROSE
    quoted: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Headers:
    """The header fields that decide who is judged, and which thread a message belongs to (RFC 5322 3.6).

    Attributes:
        from_: address of the first mailbox in From, as written; empty if there is none.
        to: addresses in To and Cc, as written, in order.
        message_id: with its angle brackets; empty if there is none.
        in_reply_to: message identifiers with brackets, in order.
        references: likewise.
        auto_submitted: value of Auto-Submitted in lower case without parameters (RFC 3834 5); empty if absent.
        bulk: whether Precedence says bulk, junk or list, or a List-Id, List-Post or List-Unsubscribe is there.
        calendar: whether the message carries an iTIP method (RFC 5546), for example an answer to an invitation.
        received: values of the Received fields from the top, unfolded, at most 30.
        extra: other fields by lower-case name, first value, unfolded and decoded.
    """

    from_: str = ""
    to: tuple[str, ...] = ()
    message_id: str = ""
    in_reply_to: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    auto_submitted: str = ""
    bulk: bool = False
    calendar: bool = False
    received: tuple[str, ...] = ()
    extra: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CustomerState:
    """What the customer's newest message says about their state. None means unknown, a value of its own.

    Attributes:
        level: 0 neutral or pleased, 1 fault or inconvenience reported, 2 harm, 3 emotion or escalation.
        our_failure: whether they report an act or omission of ours.
        evidence: exact substrings of the customer's words that show it.
    """

    level: int | None = None
    our_failure: bool | None = None
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reply:
    """A message as it was understood.

    Attributes:
        state: how far it could be read.
        headers: the fields that matter to us.
        subject: decoded and unfolded.
        authored: what the agent wrote now, without quotation, signature and disclaimer.
        sentences: the sentences of `authored` in order, not overlapping.
        customer: words of the newest message quoted, the customer's own; None if nothing is quoted.
        quoted: all that is quoted.
        signature: the signature block.
        boilerplate: disclaimers, help desk delimiters and other text that nobody wrote now.
        confidence: how sure the split between authored and quoted is, 0 to 1.
        language: ISO 639-1 code of the authored text in lower case; None if it is too short or unclear.
        places: for each character run of `authored`, where it stands in the text of the part that was read:
            (offset in authored, offset in the rendered part, length), in order.
        rendered: the text of the part that was read, as a person would see it.
        links: targets of links in the authored text.
        attachments: file names of attached parts, decoded; empty string where a part has none.
    """

    state: ReadState
    headers: Headers = Headers()
    subject: str = ""
    authored: str = ""
    sentences: tuple[Sentence, ...] = ()
    customer: str | None = None
    quoted: str = ""
    signature: str = ""
    boilerplate: str = ""
    confidence: float = 1.0
    language: str | None = None
    places: tuple[tuple[int, int, int], ...] = ()
    rendered: str = ""
    links: tuple[str, ...] = ()
    attachments: tuple[str, ...] = ()
