# SPDX-License-Identifier: GPL-3.0-or-later
"""Word classes for the customer's state: each one kind of evidence, with a name."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import re2


@dataclass(frozen=True, slots=True)
class WordClass:
    """One kind of evidence.

    Attributes:
        name: what it is evidence of.
        pattern: how it is said; RE2's but for one, since they are many and run over what strangers wrote.
    """

    name: str
    pattern: Any


def _class(name: str, *ways: str) -> WordClass:
    return WordClass(name, re2.compile(r"(?i)\b(?:" + "|".join(ways) + r")(?:\b|$)"))


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
        r"|missing|(?:too|so|is|was|were|arrived|came|paid|days?|hours?|minutes|weeks?) late|delayed|slow"
        r"|damaged|leak\w*|(?:is|was|been|went|goes|server|site|website|we're|are|wifi|internet|system) down"
        r"|outage|refus\w*|declined|reject\w*|blocked|locked out"
        r"|problem|issue",
        r"(?:not|never) (?:yet )?(?:arrived|received|come|been)",
        r"(?:still|yet) (?:no|not|nothing|waiting)",
    ),
)
HARM = (
    _class(
        "loss",
        r"burst|flooded|collapsed|hacked|(?:is|are|was|were|has|have|had|all|everything|it's|they're"
        r"|that's) (?:\w+ ){0,2}?(?:gone|lost"
        r"|deleted|wiped|erased"
        r"|ruined|destroyed|empty|dead|bricked|encrypted|stolen|corrupted)",
        r"(?:lost|deleted|wiped|erased|overwrote|ruined|destroyed|shredded|bricked|burned|burnt|spoiled"
        r"|threw away) (?:\w+ ){0,3}?"
        r"(?:my|our|all|the|everything|years?|months?|weeks?|hours?|days?|data|photos|files|work|his|her|their)",
        r"(?:data loss|no backup|data breach|breach letter|leaked|identity theft|trip lost|order gone|lost (?:a"
        r"|two|three|\d+))",
    ),
    _class(
        "money",
        r"charged (?:\w+ ){0,3}?(?:twice|double|again|three times|five times)|double.?charged|overcharged"
        r"|overdrawn|bounced"
        r"|late fees?|out of pocket|fined|penalty|can't pay|cannot pay|unpaid|not been paid|paid late|payroll"
        r"|short by|wages"
        r"|scammed|fraud|stole|vet bill|had to (?:pay|buy|rent|borrow)",
    ),
    _class(
        "time",
        r"missed (?:\w+ ){0,2}?(?:flight|train|ferry|deadline|exam|interview|appointment|wedding|funeral"
        r"|birthday|concert|final"
        r"|exhibition|connection|holiday|meeting|launch|hearing)|deadline (?:was|is|passed|missed|tonight)"
        r"|took (?:the|a) (?:day|morning|afternoon) off"
        r"|(?:waited|waiting|stood|sat) (?:\w+ ){0,4}?(?:hours?|days?|weeks?|months?|all (?:day|morning|night))"
        r"|all (?:night|weekend) (?:up|working)"
        r"|(?:for|in|been) (?:two|three|four|five|six|seven|eight|nine|ten|\d+) (?:weeks|months)|whole (?:day"
        r"|week|season|winter|summer)",
    ),
    _class(
        "health",
        r"hospital|bleeding|burn(?:ed|t) (?:my|her|his|our)|injur\w+|allergic|allergy|ambulance|chok\w+|fainted"
        r"|seizure|concussion"
        r"|hurt (?:my|her|his|our)|was hurt|broke(?:n)? (?:my|her|his|our) (?:\w+ )?(?:arm|leg|wrist|hip|tooth"
        r"|ankle|nose|foot)|insulin|oxygen"
        r"|can't breathe|poison\w*|mou?ld|asthma|sick (?:for|after|from)|fell (?:down|on|over|in)|slipped",
    ),
    _class(
        "dignity",
        r"embarrass\w+|mortified|laughed at|laughed|in front of (?:everyone|my|our|the|him|her|them|all|a)"
        r"|racis\w+|rude|called me"
        r"|told me (?:that )?(?:i|to)|discriminat\w+|refused to (?:serve|let|help)|misgender\w*|deadname"
        r"|wrong name|addressed to (?:him|her)|harass\w*",
    ),
    _class(
        "broken promise",
        r"(?:was|were|been) (?:promised|told|assured|guaranteed)|you (?:promised|told|assured|said|guaranteed"
        r"|confirmed)"
        r"|(?:never|didn't|did not|no one|nobody) (?:came|come|arrived|turned up|showed up|called back|rang back)",
    ),
    _class(
        "going without",
        r"without (?:\w+ ){0,2}?(?:internet|heating|heat|hot water|water|power|electricity|phone|cooker|oven"
        r"|light|wifi|toilet|lift|car)",
        r"(?:stood|sat|stand|standing|sitting|slept|waiting|waited) (?:\w+ ){0,3}?(?:street|rain|cold|dark|outside|door"
        r"|road|car|floor|afternoon|morning|night)",
        r"missed (?:my|our|the|an?|his|her|two|three) \w+",
    ),
    _class(
        "turned away",
        r"hung up|closed (?:the chat )?on me|shut in|ignored|made fun|making fun|talk(?:ed)? over|snapped|shouted",
        r"sneer\w*|dropped (?:us|me)|cancelled on|gave it away|given away|thrown away|threw (?:it|them) (?:out|away)"
        r"|sold to|burgled|evict\w*|thr[eo]w (?:me|us) out|kick(?:ed)? (?:me |us )?out|nowhere to",
    ),
)
_DAY = r"(?:today|tonight|tomorrow|(?:mon|tues|wednes|thurs|fri|satur|sun)day)"
STAKES = (
    _class(
        "a person who depends on it",
        r"my (?:late )?(?:mother|mum|mom|father|dad|husband|wife|son|daughter|kids|children|baby|gran\w*|nan"
        r"|sister|brother|aunt|uncle"
        r"|parents|family|girl|boy|partner|fianc\w+)|(?:she's|he's|i'm|i am|she is|he is) (?:\d\d|blind|deaf"
        r"|disabled|diabetic|pregnant)"
        r"|wheelchair|dementia|cancer|chemo|ventilator|hearing aids?|funeral|wedding|died|dies|dead|death"
        r"|passed away|passed in|ashes"
        r"|widow\w*|pensioners?|patients?|residents|guests|heating|freezing|medication|medicine|rent|mortgage"
        r"|court|visa|exam|thesis"
        r"|my (?:business|job|shop|livelihood|career|savings|pension|salary|staff)",
    ),
    _class(
        "a day that will not wait",
        rf"due (?:on|in|by|{_DAY})|(?:by|until|before) {_DAY}|in \d+ (?:minutes|hours|days)|is {_DAY}|is on {_DAY}",
    ),
    _class(
        "what it has cost",
        r"(?:lose|losing|lost) (?:my|our|the|an?|this|his|her|him|it|them|that|two|three|\d+)",
        r"(?:\d+|two|three|four|five|ten|twenty|many) years|my fault|my boss|my manager|the board|disciplinary"
        r"|tribunal",
    ),
    WordClass("a sum", re2.compile(r"(?i)[£€$]\s?\d|\d (?:euros?|pounds?|dollars?|quid|eur|gbp|usd|chf)\b")),
)
UPSET = (
    _class(
        "feeling",
        r"furious|angry|livid|disgust\w+|outrag\w+|unacceptable|ridiculous|appall\w+|disgrace\w*|devastat\w+"
        r"|desperate\w*|heartbroken"
        r"|humiliat\w+|ashamed|shame|terrified|frighten\w+|crying|cried|cry|in tears|tears|weep\w*|sobb\w+"
        r"|shaking|trembling|panic\w*"
        r"|sick of|fed up|had enough|frustrat\w+|exhausted|distraught|upset|scared|afraid (?:of|for|to)"
        r"|i'm afraid\.|begging|beg you|can't believe"
        r"|cannot believe|fuming|insult(?:ed|ing)|a joke|losing (?:my )?patience|last straw|wits'? end"
        r"|end of my (?:rope|tether)|hopeless|betray\w*"
        r"|cheated|robbed|haven't slept|can't sleep|gutted|raging|frantic|cross with|i'm cross|stressed|hate"
        r"|useless|liars?|how dare"
        r"|disappear|scream\w*|no words|i am finished|i'm finished|curl up|want to die|die of|deeply hurt"
        r"|very hurt|awful|horrible|feel so"
        r"|feel (?:stupid|sick|awful|violated|unsafe)|don't feel safe|please help|human being|give up|gave up"
        r"|such a fool|spat on|spit on|explode|sacked|lose my job|suicide|dying|thanks for nothing|leaving you"
        r"|very disappointed|put out on the street|depress\w+|drowning in|screw"
        r"|wtf|ffs|bloody|damn\w*|crap"
        r"|shocking|shambles|joke of|incompeten\w+|pathetic|shame on|broke down|break down"
        r"|can't (?:stop thinking|take|cope|go on)|lonely",
    ),
    _class(
        "asked before",
        r"(?:third|fourth|fifth|sixth|seventh|eighth) (?:day|week|month|year|christmas|agent|attempt|advisor"
        r"|person i|different)"
        r"|(?:third|fourth|fifth|sixth|seventh|eighth|3rd|4th|5th|6th|7th|8th|\d+th|umpteenth|nth) (?:time"
        r"|e-?mail|mail|message|request"
        r"|call|ticket|chat|letter|try|attempt)|(?:appeal|ticket|mail|email|message|call) no\. \d",
        r"how many times|ignored|ignoring|(?:nobody|no one|anybody|anyone|does anyone|do you) (?:even "
        r"|actually )?(?:answers?|repl\w+|cares?|reads?|reading)"
        r"|(?:asked|told|written|wrote|called|phoned|mailed|emailed|reported|sent"
        r"|rang) (?:[\w'.,]+ ){0,4}?(?:(?:three|four|five|six|seven|ten|\d+) times)"
        r"|every time i (?:call|write|phone)|again and again|over and over|explain yourselves?|who(?:'s"
        r"| is) responsible",
    ),
    _class(
        "threat",
        r"(?:my|a|our) (?:lawyer|solicitor|attorney)|ombudsman|trading standards|small claims|sue"
        r"|suing|legal action|go(?:ing)? to the press|newspaper"
        r"|chargeback|(?:moving|move|switching|going|leaving) (?:\w+ )?(?:to )?(?:another|elsewhere|for good"
        r"|a competitor)|another provider"
        r"|never again"
        r"|formal complaint|regulator|police",
    ),
    _class(
        "nobody listens",
        r"(?:will|does|is|can) (?:anybody|anyone|somebody|someone) (?:ever |even |actually |there |please ){0,2}?"
        r"(?:read|care|answer|reply|listen|help|home|there)|do you (?:even|people|ever)|one job"
        r"|is this a joke",
        r"nobody (?:picks|rings|answers|calls|replies|cares|listens|tells)",
    ),
)
OURS = (
    _class(
        "act of ours",
        r"(?:you|you've|you guys|you people|your(?: [\w'-]+){1,4}?),? (?:have |has |just |also |then "
        r"|only |still |even |never ){0,2}?"
        r"(?:\w{2,}ed|lost|sent|told|said|broke|forgot|took|gave|left|let|kept|keeps?|came|put|wrote|cut|made"
        r"|built|sold|went|hung|shut|did"
        r"|didn't|did not|don't|doesn't|does not|won't|wouldn't|haven't|hasn't|can't|was|were|is down|shows|says)",
        r"(?:never|not|n't) (?:been )?(?:arrived|came|come|showed|turned up|delivered|received|answered|replied"
        r"|called back|refunded|paid)",
        r"(?:since|because of|after) (?:the|your) (?:update|upgrade|migration|last update|move|outage|change|new)",
        r"nobody (?:came|called|told|answered|said)|no one (?:came|called|told|answered|said)|(?:was|were"
        r"|been) (?:promised|told|charged|billed)"
        r"|(?:i|we) (?:was|were|got|have been|'ve been) (?:charged|billed|locked out|blocked|refused|hung up on"
        r"|ignored)",
    ),
    _class(
        "somebody of ours",
        r"(?:driver|courier|technician|engineer|crew|staff|clerk|advis[eo]r|team|support|teacher|receptionist|installer"
        r"|plumber|electrician|movers?|men|nurse|doctor|waiter|guide|moderator|admin|operator|rep|concierge|builder"
        r"|fitter|agent) (?:just |also |then |never |only )?(?:left|broke|let|told|said|came|took|gave|put|cut|threw"
        r"|sent|hung|shut|wrote|kept|\w{3,}ed|didn't|did not|never|wouldn't|won't|can't|isn't)",
        r"(?:because of|due to|thanks to|through|after) (?:you|your)",
    ),
    _class(
        "how it came",
        r"(?:arrived|came|delivered|received) (?:\w+ ){0,4}?(?:broken|cracked|damaged|open|wet|empty|late|dead|wrong"
        r"|scratched|mouldy|torn|without)",
    ),
    _class(
        "left without an answer",
        r"(?:no|not|nobody|never|without) (?:\w+ ){0,3}?(?:answer\w*|reply|replied|response|call|came|delivery"
        r"|call(?:s|ed)? back|notice|warning|picks? up)",
        r"(?:asked|told|written|wrote|reported|called|rang|emailed|sent) (?:[\w'.,]+ ){0,5}?(?:twice|again|times"
        r"|already|three|in (?:january|february|march|april|may|june|july|august|september|october|november|december))",
        r"(?:second|third|fourth|fifth|sixth|seventh|\d+(?:th|rd|nd)) (?:time|e-?mail|mail|message|ticket|letter|call"
        r"|month)",
    ),
)
# Loud letters and marks: emotion where there is something to be loud about.
SHOUTING = (
    WordClass(
        "shouting",
        re.compile(
            r"[!?]{2,}|![^!]{0,200}!|\b(?!USB|HTTP|JSON|HTML|POST|NULL)[A-Z]{4,}(?: [A-Z]{2,})+\b"
            r"|\b(?:NOT|NEVER|NOW|AGAIN|TWICE|STILL|ONE|WHY|PLEASE|HELP|LIARS)\b"
        ),
    ),
)
