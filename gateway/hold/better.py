# SPDX-License-Identifier: GPL-3.0-or-later
"""A better version: when a mail that was sent since takes the place of one that is held.

To drop an answer that the customer was waiting for is the worst that could happen here ("I forgot the attachment" must
not do it). So a hold steps aside only if the same person wrote to the same recipients in the same thread, and most of
what the held one says is said again. If all but the last is true, its card mentions the newer mail, and it waits.
"""

from __future__ import annotations

import difflib
import re
from enum import Enum

from gateway.mail.envelope import Envelope
from gateway.mail.reply import Headers, Reply, SentenceKind

_SAID_AGAIN = 0.75
"""Likeness of two sentences, 0 to 1, from which one says the other again."""
_MOST = 0.5
"""Share of the held sentences that must be said again: more than this."""
_MOST_SENTENCES = 60
"""Sentences that are compared; a longer text is compared by its beginning."""
_STATING = (SentenceKind.PROSE, SentenceKind.LIST)
_PREFIX = re.compile(r"^\s*(?:(?:re|aw|sv|antw|fwd?|wg|tr)\s*(?:\[\d+\])?\s*:\s*)+", re.IGNORECASE)


class Bearing(Enum):
    """What a newer mail means for a held one."""

    NONE = "none"
    SINCE = "since"
    REPLACES = "replaces"


def bearing(held: Envelope, held_reply: Reply, newer: Envelope, newer_reply: Reply) -> Bearing:
    """What the newer mail means for the held one."""
    if not (_same_people(held, newer) and _same_thread(held_reply, newer_reply)):
        return Bearing.NONE
    return Bearing.REPLACES if _says_most_of(newer_reply, held_reply) else Bearing.SINCE


def difference(held: Reply, newer: Reply) -> str:
    """How the newer text differs from the held one, as a unified diff of their sentences."""
    before = [sentence.text for sentence in held.sentences]
    after = [sentence.text for sentence in newer.sentences]
    return "\n".join(difflib.unified_diff(before, after, "held", "better", lineterm="", n=1))


def _same_people(one: Envelope, other: Envelope) -> bool:
    return _people(one) == _people(other)


def _people(envelope: Envelope) -> tuple[str, str, frozenset[str]]:
    login = (envelope.client.login or "").lower()
    recipients = frozenset(path.address.lower() for path in envelope.recipients)
    return login, envelope.sender.address.lower(), recipients


def _same_thread(one: Reply, other: Reply) -> bool:
    """Both answer the same message; where neither says which, their subjects decide."""
    answered, also = _answered(one.headers), _answered(other.headers)
    if answered or also:
        return bool(answered & also)
    return bool(one.subject) and _topic(one.subject) == _topic(other.subject)


def _answered(headers: Headers) -> frozenset[str]:
    return frozenset(headers.in_reply_to or headers.references[-1:])


def _topic(subject: str) -> str:
    return " ".join(_PREFIX.sub("", subject).lower().split())


def _says_most_of(newer: Reply, held: Reply) -> bool:
    wanted = _sentences(held)
    if not wanted:
        return False
    there = _sentences(newer)
    again = sum(any(_alike(sentence, other) for other in there) for sentence in wanted)
    return again > _MOST * len(wanted)


def _sentences(reply: Reply) -> list[str]:
    stating = [" ".join(s.text.lower().split()) for s in reply.sentences if s.kind in _STATING]
    return stating[:_MOST_SENTENCES]


def _alike(one: str, other: str) -> bool:
    matcher = difflib.SequenceMatcher(None, one, other, autojunk=False)
    return matcher.real_quick_ratio() >= _SAID_AGAIN and matcher.ratio() >= _SAID_AGAIN
