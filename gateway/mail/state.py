# SPDX-License-Identifier: GPL-3.0-or-later
"""The customer's state, from their own words: how much is at stake for them, and whether they say it is our doing.

The levels are separate things, not one scale of unpleasantness: a bug report is not distress, and somebody who has
lost three years of photos may write it in four calm words. Each is looked for by its own word classes
(`gateway.mail.state_words`), sentence by sentence, and the highest that is found counts:

- 1, a fault: something does not do what it should;
- 2, a harm: data, money, time, health or dignity is lost, or a promise broken;
- 3, emotion or escalation: a feeling named or shown, the third time of asking, a threat to leave or to go to law.

English only. In other languages the state is unknown, and no rule that needs it runs.
"""

from __future__ import annotations

import re

from gateway.mail import language
from gateway.mail.reply import CustomerState
from gateway.mail.state_words import FAULT, HARM, OURS, SHOUTING, STAKES, UPSET, WordClass

_UNKNOWN = CustomerState()
# Short messages are often taken for another language; these words hardly occur in one.
_SOME_ENGLISH = re.compile(
    r"\b(?:the|you|your|my|and|is|it's|i'm|have|what|how|please|can|this|was|not)\b", re.IGNORECASE
)
_MOST_TEXT = 6000
_MOST_EVIDENCE = 6


def customer_state(text: str) -> CustomerState:
    """Level, our failure and the evidence for them, from the customer's newest message. Never raises."""
    words = text[:_MOST_TEXT].replace("’", "'")
    if not words.strip() or (language.detect(words) not in {"en", None} and not _SOME_ENGLISH.search(words)):
        return _UNKNOWN
    found = {number: _found(words, text, classes) for number, classes in ((3, UPSET), (2, HARM), (1, FAULT))}
    ours = _found(words, text, OURS)
    asks = _only_asks(words)
    if asks and not ours:
        found[2] = []  # "Could you waive the late fee?" asks; it does not complain
    if not found[2] and (ours or found[1]):
        # A fault, or something that we did, weighs more where somebody depends on it.
        found[2] = _found(words, text, STAKES)
    if ours and (found[1] or found[2]):
        found[3] += _found(words, text, SHOUTING)
    level = next((number for number in (3, 2, 1) if found[number]), 1 if ours and not asks else 0)
    evidence = [piece for number in (3, 2, 1) for piece in found[number]] + ours
    return CustomerState(
        level=level,
        our_failure=level > 0 and bool(ours),
        evidence=tuple(dict.fromkeys(evidence))[:_MOST_EVIDENCE] if level else (),
    )


def _only_asks(words: str) -> bool:
    """Whether the message is a question and nothing else: what it mentions is then not complained of."""
    return words.rstrip().endswith("?") and "." not in words and "!" not in words


def _found(words: str, text: str, classes: tuple[WordClass, ...]) -> list[str]:
    """Exact substrings of `text` that the classes find in `words`, which differs from it in apostrophes only."""
    return [text[match.start() : match.end()] for one in classes for match in one.pattern.finditer(words)]
