# SPDX-License-Identifier: GPL-3.0-or-later
"""Word classes for the customer's state: each one kind of evidence, with a name."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class WordClass:
    """One kind of evidence.

    Attributes:
        name: what it is evidence of.
        pattern: how it is said.
    """

    name: str
    pattern: re.Pattern[str]


def _class(name: str, *ways: str) -> WordClass:
    return WordClass(name, re.compile(r"(?<!\w)(?:" + "|".join(ways) + r")(?!\w)", re.IGNORECASE))


FAULT = (
    _class(
        "does not work",
        r"(?:does|do|did|is|are|was|can|could|will|would|has|have)(?:n't| not) (?:\w+ ){0,2}?"
        r"(?:work\w*|load\w*|open\w*|start\w*|respond\w*|connect\w*|sync\w*|print\w*|arrive\w*|come|show\w*|let"
        r"|accept\w*"
        r"|update\w*|save\w*|send|go through|log in|sign in|get in)",
        r"(?:can't|cannot|can not|unable to) (?:\w+ ){0,2}?(?:log|sign|open|access|find|get|see|use|send"
        r"|connect|install|print"
        r"|upload|download|reach|pay|save|play|hear|read)",
        r"(?:keeps?|kept) \w+ing",
        r"(?:stopped|stops) \w+ing",
        r"broken|faulty|crash\w*|freez\w*|frozen|hangs?|error\w*|bug|bugs|fails?|failed|failing|failure"
        r"|glitch\w*|stuck|wrong\w*"
        r"|missing|late|delayed|slow|damaged|leak\w*|down|outage|refus\w*|declined|reject\w*|blocked|locked out"
        r"|problem|issue",
        r"(?:not|never) (?:yet )?(?:arrived|received|come|been)",
        r"(?:still|yet) (?:no|not|nothing|waiting)",
    ),
)
HARM = (
    _class(
        "loss",
        r"(?:is|are|was|were|has|have|all|everything|it's|they're) (?:\w+ ){0,2}?(?:gone|lost|deleted|wiped"
        r"|erased|ruined"
        r"|destroyed)",
        r"(?:lost|deleted|wiped|erased|overwrote|ruined|destroyed) (?:\w+ ){0,2}?(?:my|our|all|the|everything"
        r"|years|months|weeks"
        r"|hours|days|data|photos|files|work)",
        r"charged (?:me |us |my card |our card )?(?:twice|double|again|three times|for (?:nothing|a))",
        r"overdrawn|bounced|late fees?|out of pocket|(?:we|i) (?:missed|lost) \w+",
        r"missed (?:my|our|the|a|her|his|their) \w+",
        r"(?:hospital|bleeding|burn(?:ed|t)|injur\w+|allergic|ambulance|choking|fell|seizure|stroke)",
    ),
)
UPSET = (
    _class(
        "feeling",
        r"furious|angry|livid|disgust\w+|outrag\w+|unacceptable|ridiculous|appalling|disgrace\w*|devastated"
        r"|desperate|heartbroken"
        r"|humiliat\w+|ashamed|terrified|frightened|crying|cried|in tears|tears|shaking|trembling|panick\w*"
        r"|panic|sick of"
        r"|fed up|had enough|frustrat\w+|exhausted|distraught|upset|scared|begging|beg you|can't believe|fuming"
        r"|insult\w*"
        r"|a joke|losing patience|last straw|at my wits' end|hopeless|betrayed|cheated|robbed",
    ),
    _class(
        "asked before",
        r"(?:third|fourth|fifth|sixth|3rd|4th|5th|6th|\d+th|umpteenth|nth) (?:time|e-?mail|mail|message|request"
        r"|call|ticket)",
        r"how many times|(?:ignored|ignoring) (?:me|us|my|our)|nobody (?:answers|replies|cares|reads)"
        r"|no one (?:answers|cares)",
        r"(?:asked|told|written|wrote|called|phoned|mailed|emailed) (?:\w+ ){0,3}?(?:twice|three|four|five|six"
        r"|\d+) times",
    ),
    _class(
        "threat",
        r"(?:my |a |our )?(?:lawyer|solicitor|attorney)|ombudsman|trading standards|small claims|sue"
        r"|legal action|the press"
        r"|cancel(?:ling|ing)? (?:my|our|everything)|chargeback|leave a review|take (?:my|our) business",
    ),
    WordClass("shouting", re.compile(r"[!?]{2,}|\b[A-Z]{4,}(?: [A-Z]{2,})+\b")),
)
OURS = (
    _class(
        "act of ours",
        r"(?:you|your \w+|you guys|you people|your \w+ \w+) (?:\w+ ){0,2}?(?:charged|lost|deleted|sent|shipped"
        r"|cancelled|canceled"
        r"|closed|promised|said|told|broke|forgot|ignored|changed|removed|billed|took|refused|never|didn't"
        r"|did not|failed|put"
        r"|gave|left|rejected|blocked|locked|wiped|let|keep|kept|still|came|called|pushed|wrote|booked|stopped"
        r"|double)",
        r"(?:never|not|n't) (?:arrived|came|come|showed|turned up|delivered|received|answered|replied|called back)",
        r"your (?:update|upgrade|server|system|app|site|website|driver|engineer|technician|staff|update|bus|van"
        r"|nurse)",
        r"nobody (?:came|called|told|answered)|no one (?:came|called|told|answered)|was promised|were promised",
    ),
)
