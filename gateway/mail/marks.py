# SPDX-License-Identifier: GPL-3.0-or-later
"""Marks of an earlier message in running text: attribution lines, header blocks, separators.

Each function looks at one place and answers whether a mark begins there, how far it reaches, and whom it names.
Words alone are never enough. An attribution needs its verb *and* a date or an address; a header block needs three
kinds of fields, or a separator above two of them; so "I wrote:" and "From: our database" stay what they are.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from gateway.mail.lines import Lines
from gateway.mail.wording import HEADER_WORDS, HELP_DESK, HELP_DESK_WORDS, SEPARATORS, WROTE


class Mark(NamedTuple):
    """Where a mark stands, and what it says.

    Attributes:
        start: index of its first line.
        end: index behind its last line.
        strength: how sure it is that what follows was quoted by a program, 0 to 1.
        author: the text that names who wrote what follows; may be empty.
    """

    start: int
    end: int
    strength: float
    author: str = ""


_DATE = re.compile(
    r"\d{1,4}[./-]\s?\d{1,2}[./-]\s?\d{1,4}|\d{1,2}:\d{2}|\b(?:19|20)\d\d\b|\d{4}年"
    r"|\d{1,2}\.? ?(?:de )?[^\W\d_]{3,10}\.?,? (?:de )?(?:19|20)?\d\d"
    r"|[^\W\d_]{3,9}\.? \d{1,2}\b"
)
# Without a verb, as Gmail and Yandex write in some languages: a date, a name, an address, a colon.
_DATE_AND_ADDRESS = re.compile(
    r"\W{0,3}(?:\d|[^\W\d_]{2,10}\.?,? \d)(?=[^<\[]{0,60}(?:(?:19|20)\d\d|\d{1,2}[:.]\d\d|\d年))"
    r"[^<\[]{0,120}[<(\[](?:mailto:)?[^<>\s@]{1,100}@[^<>\s]{1,100}[>)\]][^\w]{0,5}[:：]"
)
_STRONG_OPENER = re.compile(
    r"[-\W_]*(?:on|am|le|el|il|em|op|den|på|dne|dnia|w dniu|в|vào|ons|tor|fre|lör|sön|mån|tis|tir|man|pe|ke|ma"
    r"|ti|la|su)\b"
    r"[^.!?]{0,30}\d",
    re.IGNORECASE,
)
_OPENER = re.compile(
    r"[\W_]*(?:\d|(?:mon|tue|wed|thu|fri|sat|sun|from|van|von)|[\"'“<*]|[^\W\d_]+\.?,? \d)", re.IGNORECASE
)
_CLOCK = re.compile(r"\d{1,2}[:.]\d\d")
_LAST_CHARACTERS = frozenset(":： \t*_->》eE道성")
_TIME_OR_ADDRESS = re.compile(r"[\d@]")
_STRENGTH = {(True, True): 0.9, (False, True): 0.7, (True, False): 0.55, (False, False): 0.0}
_ENDS = re.compile(r"[:：][\s*_]*$|(?:wrote|作成|写道|작성)\W*$", re.IGNORECASE)
_LONGEST = 400
_MOST_LINES = 5
_FIELD = re.compile(r"[\s*_>]*\[?([^\W\d_][\w '’.-]{0,24}?)[\s*_\]]*[:：]")
_DRAWN = frozenset({"--", "__", "==", "**", "- ", "——", "––", "~~"})
_RULE_CHARACTERS = frozenset("-_=*—–~ ")


def attribution(lines: Lines, end: int) -> Mark | None:
    """The attribution that ends with line `end`: "On Monday, Anna <anna@example.org> wrote:", wrapped or not."""
    text = lines.texts[end]
    if not text or text[-1] not in _LAST_CHARACTERS or not _ENDS.search(text[-40:]):
        return None
    joined = ""
    for start in range(end, max(-1, end - _MOST_LINES), -1):
        text = lines.texts[start]
        if not text or lines.depths[start] != lines.depths[end] or len(joined) + len(text) > _LONGEST:
            break
        joined = f"{text} {joined}".strip()
        if not _TIME_OR_ADDRESS.search(joined):
            continue  # it names nothing yet; see `_evidence`
        if (verb_end := _verb_end(joined)) or _DATE_AND_ADDRESS.match(joined):
            strength = _evidence(joined, verb_end or len(joined))
            if strength:
                return _from_its_beginning(lines, Mark(start, end + 1, strength, joined))
    return None


def _verb_end(joined: str) -> int:
    """Where the verb of an attribution ends; 0 if there is none."""
    if joined.endswith(" wrote:"):
        return len(joined)
    verb = WROTE.search(joined)
    return verb.end() if verb else 0


def _from_its_beginning(lines: Lines, found: Mark) -> Mark:
    """The same attribution with the lines above that belong to it, where a program wrapped it."""
    start, joined = found.start, found.author
    best = found
    while start > 0 and found.end - start < _MOST_LINES:
        above = lines.texts[start - 1]
        if not above or lines.depths[start - 1] != lines.depths[start] or above[-1] in ".!?":
            break
        start, joined = start - 1, f"{above} {joined}"
        if _STRONG_OPENER.match(above):
            return Mark(start, found.end, _evidence(joined, len(joined)), joined)
        if not _OPENER.match(best.author) and _OPENER.match(above):
            best = Mark(start, found.end, _evidence(joined, len(joined)), joined)
    return best


def _evidence(joined: str, verb_end: int) -> float:
    """How sure an attribution is: it must name a time or an address, and end soon behind its verb."""
    if len(joined) - verb_end > 150:
        return 0.0
    behind = joined[verb_end:].split()
    if "@" not in joined and sum(word[:1].islower() for word in behind) > 1:
        return 0.0  # a sentence goes on; a program would put a name there
    dated, addressed = _DATE.search(joined) is not None, "@" in joined
    if dated and not addressed and _CLOCK.search(joined) and _STRONG_OPENER.match(joined):
        return 0.85
    return _STRENGTH[dated, addressed]


def field_group(text: str) -> str:
    """What kind of header field a line looks like (from, date, to, subject, other); empty if none."""
    match = _FIELD.match(text)
    if match is None:
        return ""
    words = match[1].lower().split()
    return HEADER_WORDS.get(words[0], "") if len(words) <= 3 else ""


def header_block(lines: Lines, start: int) -> Mark | None:
    """The block of From, Sent, To, Subject lines that begins at `start`, as Outlook and others put above a message."""
    if not field_group(lines.texts[start]):
        return None
    groups: dict[str, str] = {}
    at = end = start
    blank = 0
    while at < len(lines) and at < start + 14:
        text = lines.texts[at]
        group = field_group(text) if text else ""
        if group and not (group in groups and group != "other"):
            groups[group] = text
            end, blank = at + 1, 0
        elif not text:
            blank += 1
            if blank > 1 or len(groups) >= 3:
                break
        elif blank or not _continues(text):
            break
        else:
            end = at + 1
        at += 1
    kinds = groups.keys() & {"from", "date", "to", "subject"}
    if len(kinds) < 2 or not kinds & {"from", "date"}:
        return None
    return Mark(start, end, 0.95 if len(kinds) >= 3 else 0.6, groups.get("from", ""))


def _continues(text: str) -> bool:
    """A long list of recipients or a long subject runs on."""
    return "@" in text or text.startswith((" ", "\t", "<")) or text.endswith((";", ">"))


def separator(text: str) -> bool:
    """Whether the line says "Original Message" or the like and nothing else."""
    if len(text) > 90:
        return False
    core = text.strip("-_=*—–~<>: \t").lower()
    return core in SEPARATORS or core.startswith(("original message processed by ", "forwarded by "))


def drawn(text: str) -> bool:
    """Whether a separator is set off by dashes and the like, or says that it begins something."""
    return text[:2] in _DRAWN or text.lower().startswith(("begin ", "start ", "original message processed"))


def rule(text: str) -> bool:
    """Whether the line is drawn, not written: four or more dashes, underscores and their like."""
    return len(text) >= 4 and text[0] in _RULE_CHARACTERS and _RULE_CHARACTERS.issuperset(text)


def help_desk(text: str) -> bool:
    """Whether a help desk marks in this text where replies end."""
    return any(map(text.lower().__contains__, HELP_DESK_WORDS)) and HELP_DESK.search(text) is not None


def mark_word(text: str) -> bool:
    """Whether the line could be, or begin, a mark: it carries a verb or a field name of one, or is a separator."""
    return bool(field_group(text)) or separator(text) or WROTE.search(text[-300:]) is not None
