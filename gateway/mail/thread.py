# SPDX-License-Identifier: GPL-3.0-or-later
"""Which thread a message belongs to: by the messages that it names (RFC 5322 3.6.4), and by its topic.

Help desks often give their mails identifiers of their own, and some clients name nothing; the topic, which is the
subject without what clients and help desks put before it, then holds a thread together. A subject of a single word
("Question") says too little for that. What belongs together is decided per correspondent, see `gateway.policy.letter`:
an identifier that many customers answer, of a mailing of ours, makes no thread of them all.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import dataclass

from gateway.mail.reply import Headers, Reply

# Re, Fwd and their like, with or without a number, in the languages whose clients translate them.
_PREFIX = re.compile(
    r"\s*(?:re|aw|antw|antwort|sv|vs|ynt|rif|r|odp|res|ref|fwd?|fw|wg|tr|doorst|vl|vb|i|pd|enc|rv|ilt|回复|答复|转发)"
    r"\s*(?:\[\d+\]|\(\d+\))?\s*[:：]\s*",
    re.IGNORECASE,
)
# What help desks put there: [#4711], [Ticket#2026112410000012], (Case 0815).
_TAG = re.compile(r"[\[(][^\[\]()]*[#\d][^\[\]()]*[\])]")
_WORD = re.compile(r"[^\W_]+")
_MOST_REFERENCES = 40
"""Identifiers of a message that count: the first ones and the last ones name the thread, and nobody needs thousands."""
_MOST_TOPIC = 400


@dataclass(frozen=True, slots=True)
class Place:
    """The place of a message in a thread.

    Attributes:
        own: its own identifier; empty if it has none.
        answers: identifier of the message that it answers; empty if it names none.
        refers_to: identifiers of earlier messages of the thread, without its own.
        topic: what it is about; empty if its subject says too little.
        begins: whether nothing in it speaks of an earlier message.
    """

    own: str
    answers: str
    refers_to: tuple[str, ...]
    topic: str
    begins: bool


def place(headers: Headers, subject: str) -> Place:
    """Where a message belongs."""
    named = dict.fromkeys((*headers.references, *headers.in_reply_to))
    named.pop(headers.message_id, None)
    earlier = tuple(named)
    if len(earlier) > _MOST_REFERENCES:
        half = _MOST_REFERENCES // 2
        earlier = (*earlier[:half], *earlier[-half:])
    answered = headers.in_reply_to or headers.references[-1:]
    answers = answered[0] if len(answered) == 1 and answered[0] in earlier else ""
    begins = not earlier and _PREFIX.match(subject) is None
    return Place(headers.message_id, answers, earlier, topic(subject), begins)


def topic(subject: str) -> str:
    """A subject as it is compared: without Re:, AW:, Fwd: and a help desk's tag, folded in case and space."""
    text = unicodedata.normalize("NFKC", subject[:_MOST_TOPIC])
    before = None
    while text != before:
        before = text
        text = _TAG.sub(" ", text)
        prefix = _PREFIX.match(text)
        text = (text[prefix.end() :] if prefix else text).strip()
    words = _WORD.findall(text.casefold())
    return " ".join(words) if len(words) > 1 else ""


def correspondent(address: str) -> str:
    """An address as it is compared; people write their own in capitals and without."""
    return unicodedata.normalize("NFC", address).strip().casefold()


def identity(reply: Reply) -> str:
    """By what a message is recognised when it comes again: its identifier, or else what its author wrote and when."""
    headers = reply.headers
    if headers.message_id:
        return headers.message_id
    parts = (headers.from_, headers.extra.get("date", ""), reply.subject, reply.authored)
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogateescape")).hexdigest()
