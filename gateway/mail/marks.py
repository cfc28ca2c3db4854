# SPDX-License-Identifier: GPL-3.0-or-later
"""Marks of an earlier message in running text: attribution lines, header blocks, separators.

Each function looks at one place and answers whether a mark begins there, how far it reaches, and whom it names.
Words alone are never enough. An attribution needs its verb *and* a date or an address; a header block needs three
kinds of fields, or a separator above two of them; so "I wrote:" and "From: our database" stay what they are.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from gateway.mail.line import Line
from gateway.mail.wording import HEADER_WORDS, HELP_DESK, SEPARATORS, WROTE


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


_ADDRESS = re.compile(r"[^\s<>()@,;:\"]+@[^\s<>()@,;:\"]+")
_DATE = re.compile(
    r"\d{1,4}[./-]\s?\d{1,2}[./-]\s?\d{1,4}|\d{1,2}:\d{2}|\b(?:19|20)\d\d\b|\d{4}年"
    r"|\d{1,2}\.? ?(?:de )?[^\W\d_]{3,10}\.?,? (?:de )?(?:19|20)?\d\d"
    r"|[^\W\d_]{3,9}\.? \d{1,2}\b"
)
# Without a verb, as Gmail and Yandex write in some languages: a date, a name, an address, a colon.
_DATE_AND_ADDRESS = re.compile(
    r"\W{0,3}(?:\d{1,4}[./-]\d{1,2}[./-]\d{1,4}|\d{4}年|[^\W\d_]{2,10}, \d{1,2}|\d{1,2} [^\W\d_]{3,9}\.? \d{4})"
    r".{0,160}[<(\[](?:mailto:)?[^<>\s@]+@[^<>\s]+[>)\]][^\w]{0,5}[:：]"
)
_STRENGTH = {(True, True): 0.9, (False, True): 0.7, (True, False): 0.55, (False, False): 0.0}
_ENDS = re.compile(r"[:：][\s*_]*$|(?:wrote|作成|写道|작성)\W*$", re.IGNORECASE)
_LONGEST = 400
_FIELD = re.compile(r"[\s*_>]*\[?([^\W\d_][\w '’.-]{0,24}?)[\s*_\]]*[:：]")
_RULE_CHARACTERS = frozenset("-_=*—–~ ")


def attribution(lines: Sequence[Line], end: int) -> Mark | None:
    """The attribution that ends with line `end`: "On Monday, Anna <anna@example.org> wrote:", over up to four lines."""
    last = lines[end]
    if not _ENDS.search(last.text[-40:]):
        return None
    joined = ""
    for start in range(end, max(-1, end - 4), -1):
        line = lines[start]
        if not line.text or line.depth != last.depth or len(joined) + len(line.text) > _LONGEST:
            break
        joined = f"{line.text} {joined}".strip()
        if (verb := WROTE.search(joined)) or _DATE_AND_ADDRESS.match(joined):
            strength = _evidence(joined, verb.end() if verb else len(joined))
            if strength and not _is_tail(lines, start, joined):
                return Mark(start, end + 1, strength, joined)
    return None


def _evidence(joined: str, verb_end: int) -> float:
    """How sure an attribution is: it must name a time or an address, and end soon behind its verb."""
    if len(joined) - verb_end > 150:
        return 0.0
    dated, addressed = _DATE.search(joined) is not None, _ADDRESS.search(joined) is not None
    return _STRENGTH[dated, addressed]


_OPENERS = re.compile(
    r"[\W_]*(?:on|at|in|am|um|le|el|il|em|op|den|på|dne|dnia|w dniu|v|ons|tor|fre|lör|sön|mån|tis|pe|ke|to|ma|ti|la|su"
    r"|\d|mon|tue|wed|thu|fri|sat|sun|from|van|von|在|vào|pada|într|в|[\"'“<*]|[^\W\d_]+,? \d)",
    re.IGNORECASE,
)


def _is_tail(lines: Sequence[Line], start: int, joined: str) -> bool:
    """Whether the attribution really begins on a line above, so that more has to be joined."""
    if start == 0 or not lines[start - 1].text or lines[start - 1].depth != lines[start].depth:
        return False
    return not _OPENERS.match(joined) or joined[0] in "<("


def field_group(text: str) -> str:
    """What kind of header field a line looks like (from, date, to, subject, other); empty if none."""
    match = _FIELD.match(text)
    if match is None:
        return ""
    words = match[1].lower().split()
    return HEADER_WORDS.get(words[0], "") if len(words) <= 3 else ""


def header_block(lines: Sequence[Line], start: int) -> Mark | None:
    """The block of From, Sent, To, Subject lines that begins at `start`, as Outlook and others put above a message."""
    if not field_group(lines[start].text):
        return None
    groups: dict[str, str] = {}
    at = end = start
    blank = 0
    while at < len(lines) and at < start + 14:
        text = lines[at].text
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
    return "@" in text or text.startswith((" ", "\t", "<")) or text.endswith((";", ">", ","))


def separator(text: str) -> bool:
    """Whether the line says "Original Message" or the like and nothing else."""
    if len(text) > 90:
        return False
    core = text.strip("-_=*—–~<>: \t").lower()
    return core in SEPARATORS or (
        core.startswith(("forwarded by ", "on ")) and text.startswith("---") and len(core) > 8
    )


def rule(text: str) -> bool:
    """Whether the line is drawn, not written: five or more dashes, underscores and their like."""
    return len(text) >= 5 and _RULE_CHARACTERS.issuperset(text)


def help_desk(text: str) -> bool:
    """Whether a help desk marks here where replies end."""
    return len(text) < 200 and HELP_DESK.search(text) is not None
