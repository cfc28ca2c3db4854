# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a customer's message says that what was wrong is put right, and nothing else is.

A sentence confirms only if it says so without a condition, a doubt, or a "but"; and what else the message says must
report no fault (`gateway.mail.state`). English only, as there: in other languages it is unknown.
"""

from __future__ import annotations

import re2

from gateway.mail.sentences import split
from gateway.mail.state import customer_state

_MOST_TEXT = 6000

_RIGHT = r"(?:fixed|solved|resolved|sorted|repaired|corrected|restored|in order|back (?:online|up|to normal|again))"
_THING = r"(?:it|that|this|everything|all|they|these|(?:the|my|your) \w+(?: \w+)?|errors?|problems?|issues?|bugs?)"
_IS = r"(?:'s| is| are| was| were| has been| have been| seems to be| looks)"
_WORKS = r"(?:works?|worked|loads?|opens?|prints?|working|running|fine|good|ok|okay|well)"
_NOW = r"(?:now|again|finally|at last|perfectly|like a charm|as it should)"
_CONFIRMS = re2.compile(
    r"(?i)\b(?:"
    + "|".join(
        (
            rf"{_THING}{_IS}(?: {_NOW}| indeed)* {_RIGHT}",
            rf"{_THING}{_IS}(?: {_NOW}| all)+ {_WORKS}",
            rf"{_THING}{_IS} {_WORKS} {_NOW}",
            rf"{_THING}(?: {_NOW})+ {_WORKS}",
            rf"{_THING} {_WORKS}(?: fine| well| great)? {_NOW}",
            rf"(?:it|everything|all|they){_IS}(?: {_NOW}| all)* back",
            rf"(?:works|working|running|all good|all set|all fine) (?:fine )?{_NOW}",
            rf"(?:error|problem|issue|bug|message|noise|delay|trouble)s?{_IS}(?: {_NOW})* (?:gone|away)",
            r"(?:that|this|it|which) (?:did it|did the trick|solved it|fixed it|helped|has helped|sorted it)",
            r"up and running",
            r"can (?:now )?(?:log in|sign in|get in|open|access|see|print|send|use) (?:\w+ ){0,3}(?:again|now)",
            r"(?:got|received|have) (?:the|my|our) (?:refund|money|parcel|package|order|replacement)",
            r"(?:problem|issue|error|case) (?:solved|resolved|fixed|gone|closed)",
            r"(?:you (?:can|may)|please) (?:now )?close (?:this|the|my) (?:ticket|case|request)",
        )
    )
    + r")(?:\b|$)"
)
# What makes of it a wish, a doubt, a thing of the past, or half of the story.
_NOT_QUITE = re2.compile(
    r"(?i)(?:\?|\b(?:not|never|isn't|doesn't|don't|didn't|wasn't|won't|can't|cannot|if|once|until|unless"
    r"|when|whenever|whether|hope|hoping|hopefully|wish|should|would|could|will|make sure|want|but|however|except"
    r"|although|though|still|only|almost|nearly|before|used to|yesterday|supposed|seemed|thought|again and again"
    r"|pretend\w*|claim\w*|apart from|other than|too late)\b)"
)


def confirms_fix(text: str) -> bool | None:
    """Whether a customer's newest message confirms a fix and reports no fault; None if that cannot be told.

    Args:
        text: the customer's own words.
    """
    words = text[:_MOST_TEXT].replace("’", "'")
    if customer_state(words).level is None:
        return None
    rest, confirmed = [], False
    for sentence in split(words):
        if _CONFIRMS.search(sentence.text) and not _NOT_QUITE.search(sentence.text):
            confirmed = True
        else:
            rest.append(sentence.text)
    return confirmed and not customer_state("\n".join(rest)).level
