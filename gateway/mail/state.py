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

from gateway.mail import language
from gateway.mail.reply import CustomerState
from gateway.mail.state_words import FAULT, HARM, OURS, UPSET, WordClass

_UNKNOWN = CustomerState()
_MOST_TEXT = 6000
_MOST_EVIDENCE = 6


def customer_state(text: str) -> CustomerState:
    """Level, our failure and the evidence for them, from the customer's newest message. Never raises."""
    words = text[:_MOST_TEXT].replace("’", "'")
    if not words.strip() or language.detect(words) not in {"en", None}:
        return _UNKNOWN
    level = 0
    evidence: list[str] = []
    for number, classes in ((3, UPSET), (2, HARM), (1, FAULT)):
        found = _found(words, text, classes)
        if found:
            level = max(level, number)
            evidence += found
    ours = _found(words, text, OURS)
    return CustomerState(
        level=level,
        our_failure=level > 0 and bool(ours),
        evidence=tuple(dict.fromkeys((*evidence, *ours)))[:_MOST_EVIDENCE],
    )


def _found(words: str, text: str, classes: tuple[WordClass, ...]) -> list[str]:
    """Exact substrings of `text` that the classes find in `words`, which differs from it in apostrophes only."""
    return [text[match.start() : match.end()] for one in classes for match in one.pattern.finditer(words)]
